"""Before sending: everything once more, what is still open, and the way back to each page. Afterwards: thanks."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from instruments.sentences import in_language
from survey import responses
from survey.responses import Unfinished
from vault.studies import Permit
from web.kit import i18n
from web.kit.addresses import fixed
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.sentences import said
from web.kit.visit import Visit
from web.participant import answers_in_words, runs_here, way
from web.participant.answers_in_words import Line
from web.participant.runs_here import Here
from web.participant.sheet import sheet, standing_sheet

page = Pages("review", __name__)


@dataclass(frozen=True, slots=True)
class Part:
    """A page of questions as it is looked at once more."""

    title: str
    address: str
    lines: tuple[Line, ...]
    open: tuple[str, ...]


@page.view("/p/review", permit=Permit.TAKE_PART)
def look(visit: Visit) -> ResponseReturnValue:
    """Everything that was answered, in words."""
    run = runs_here.open_run(visit)
    return _review(visit, runs_here.here(visit, run)) if run else redirect(fixed("arrive.go"), code=303)


def _review(visit: Visit, here: Here, status: int = 200) -> Response:
    lacking = here.plan.open(here.loaded.answers, visit.now.date())
    body = render(
        visit,
        "participant/review_body.html",
        parts=list(_parts(here, lacking)),
        lacking=bool(lacking),
        refused=status != 200,
        also=request.args.get("also", type=int),
        version=here.run.version_id,
    )
    if status != 200:
        return sheet(visit, "participant/review.html", status, refused=True, body=Markup(body))  # noqa: S704
    return standing_sheet(visit, "participant/review.html", (), lambda: {"refused": False}, body=body)


def _parts(here: Here, lacking: Mapping[int, tuple[object, ...]]) -> list[Part]:
    tag = i18n.tag()
    reached = here.plan.reached(here.loaded.answers)
    led_to = frozenset(reached.questions)
    found = []
    for slot in reached.slots:
        shown = [one for one in here.plan.pages[slot].questions if one.id in led_to and one.asks]
        section = here.plan.section_of(slot)
        found.append(
            Part(
                in_language(section.title or here.plan.instrument.title, tag),
                url_for("answer.show", version_id=here.run.version_id, slot=slot),
                tuple(answers_in_words.line(here.plan, one, reached.answers, tag) for one in shown),
                tuple(said(problem.sentence) for problem in lacking.get(slot, ())),  # type: ignore[attr-defined]
            )
        )
    return found


@page.action("/p/submit", permit=Permit.TAKE_PART)
def submit(visit: Visit) -> ResponseReturnValue:
    """The answers are sent, once, however often the button is pressed."""
    run = runs_here.open_run(visit)
    if run is None:
        return redirect(fixed("review.thanks"), code=303)
    here = runs_here.written(visit, run.version_id, str(run.id))
    try:
        responses.submit(
            visit.db, visit.keyring, here.key, here.grant, here.run, here.plan, now=visit.now, linkage=here.linkage,
            beside=here.beside,
        )  # fmt: skip
    except Unfinished:
        return _review(visit, here, 422)
    return redirect(way.onward(visit), code=303)


@page.view("/p/thanks", permit=Permit.TAKE_PART)
def thanks(visit: Visit) -> ResponseReturnValue:
    """Thank you; what is kept, and how to come back to it."""
    code = str(escape(visit.participant.code))
    return standing_sheet(visit, "participant/thanks.html", (), lambda: {"later_url": ""}, code=code)
