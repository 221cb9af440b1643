"""Two saves of one page, from two tabs or devices, side by side: the participant says which one counts."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from instruments.kinds import Answers
from survey import responses
from survey.responses import Kept
from vault.errors import Missing
from vault.studies import Permit
from web.kit import i18n
from web.kit.guard import Pages
from web.kit.visit import Visit
from web.participant import answers_in_words, runs_here
from web.participant.answers_in_words import Line
from web.participant.runs_here import Here
from web.participant.sheet import sheet

page = Pages("compare", __name__)


@page.view("/p/compare/<uuid:version_id>/<int:slot>", permit=Permit.TAKE_PART)
def look(visit: Visit, version_id: UUID, slot: int) -> ResponseReturnValue:
    """What stands in the last two saves of a page."""
    run = runs_here.of_version(visit, version_id)
    if run is None or run.submitted_on is not None:
        return redirect(url_for("arrive.go"), code=303)
    here = runs_here.here(visit, run)
    saves = _saves(here, slot)
    return sheet(
        visit,
        "participant/compare.html",
        run=run.id,
        version=version_id,
        slot=slot,
        saves=[(kept, _lines(here, slot, kept.answers)) for kept in saves],
    )


def _saves(here: Here, slot: int) -> list[Kept]:
    found = [kept for kept in here.loaded.saves if kept.slot == slot][-2:]
    if not found:
        raise Missing
    return found


def _lines(here: Here, slot: int, own: Answers) -> list[Line]:
    tag = i18n.tag()
    reached = here.plan.reached(here.plan.replaced(slot, here.loaded.answers, own))
    asked = [one for one in here.plan.pages[slot].questions if one.asks and one.id in reached.questions]
    return [answers_in_words.line(here.plan, one, reached.answers, tag) for one in asked]


@page.action("/p/compare/<uuid:version_id>/<int:slot>", permit=Permit.TAKE_PART)
def choose(visit: Visit, version_id: UUID, slot: int) -> ResponseReturnValue:
    """The chosen save counts from now on; the other one is kept."""
    here = runs_here.written(visit, version_id, request.form.get("run", ""))
    wanted = request.form.get("save", 0, type=int)
    chosen = next((kept for kept in _saves(here, slot) if kept.sequence == wanted), None)
    if chosen is None:
        raise Missing
    newest = here.loaded.newest.get(slot, 0)
    if chosen.sequence != newest:
        responses.save(
            visit.db, here.key, here.grant, here.run, slot, chosen.answers, seen=newest, loaded=here.loaded,
            now=visit.now, subject=visit.participant.subject, linkage=here.linkage,
        )  # fmt: skip
    return redirect(url_for("arrive.go"), code=303)
