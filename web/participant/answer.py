"""A page of questions: shown, kept while it is written, saved with every turn, and never lost on the way."""

from functools import lru_cache
from urllib.parse import quote
from uuid import UUID

from flask import Response, make_response, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import escape

from instruments.fields import Form
from instruments.kinds import Answers
from instruments.ranking import move_field
from instruments.route import Reached
from instruments.sentences import Problem
from survey import apart, drafts, responses
from survey.responses import AlreadySubmitted
from vault.errors import Missing
from vault.studies import Permit
from web.kit import cookies, forgery, headers, i18n
from web.kit.addresses import fixed
from web.kit.guard import Pages
from web.kit.i18n import LANGUAGES
from web.kit.packing import packed
from web.kit.sent import here as sent
from web.kit.site import onward
from web.kit.visit import Visit
from web.participant import runs_here
from web.participant.frame import frame
from web.participant.ordering import line_of
from web.participant.phrases import phrases
from web.participant.pieces import Filling
from web.participant.runs_here import Here
from web.participant.skeleton import summary

page = Pages("answer", __name__)

_OURS = frozenset({"csrf_token", "seen", "run", "then", "language", "your_code"})


@page.view("/p/answer/<uuid:version_id>/<int:slot>", permit=Permit.TAKE_PART)
def show(visit: Visit, version_id: UUID, slot: int) -> ResponseReturnValue:
    """The questions of one page, with what was answered before, or what was typed and not sent."""
    run = runs_here.of_version(visit, version_id)
    if run is None or run.submitted_on is not None:
        return onward(fixed("arrive.go"))
    here = runs_here.here(visit, run)
    reached = here.plan.reached(here.loaded.answers)
    if slot not in reached.slots:
        return onward(fixed("arrive.go"))
    newest = here.loaded.newest.get(slot, 0)
    draft = drafts.read(visit.db, here.key, run.address(slot), newest=newest, linkage=here.linkage)
    fields = draft.fields if draft else here.plan.filled(slot, here.loaded.answers)
    notices = _overtaken_notice(version_id)
    if draft:
        notices += phrases(i18n.chosen()).draft
    # A draft may have been typed on top of an older save, and the page that is sent has to say so.
    seen = min(newest, request.args.get("since", newest, type=int)) if draft else newest
    return _page(visit, here, slot, fields, seen=seen, notices=notices, reached=reached)


def _page(
    visit: Visit, here: Here, slot: int, fields: Form, *, seen: int, problems: tuple[Problem, ...] = (),
    notices: str = "", status: int = 200, reached: Reached | None = None,
) -> Response:  # fmt: skip
    plan, answers, version = here.plan, here.loaded.answers, here.run.version_id
    reached = reached or plan.reached(answers)
    tag = i18n.chosen()
    said = phrases(tag)
    skeleton = runs_here.skeletons_of(version, plan, tag).page(slot)
    shown = tuple([name for name in reached.questions if name in skeleton.blocks])
    progress = plan.progress(slot, answers, reached)
    words = said.progress(progress.part, progress.parts, progress.minutes)
    first = slot == reached.slots[0]
    around = frame(visit, tag)
    own = {"token": forgery.token(), "nonce": headers.nonce(), "seen": str(seen), "run": str(here.run.id)}

    def standing() -> dict[str, str]:
        address = f"{_base(version)}/{slot}"
        return {
            "title": f"{skeleton.title} – {words}",
            "notices": "",
            "summary": "",
            "progress": words,
            "heading": skeleton.title,
            "address": address,
            "draft": f"{address}/draft",
            "speaks": f' lang="{skeleton.speaks}"' if skeleton.speaks else "",
            "back": "" if first else said.back,
        }

    key = version, slot, words, first
    if problems or notices:
        body = skeleton.body(shown, skeleton.filling(fields, reached.answers, problems))
        more = {"notices": notices, "summary": summary(skeleton.summary(problems, reached.answers)), "body": body}
        if problems:
            more["title"] = f"{said.error} {skeleton.title} – {words}"
        return packed(around.around({**standing(), **own, **more}), status)
    if not fields and skeleton.same_for_all(shown):
        blank = around.sheet((*key, shown), lambda: {**standing(), "body": skeleton.body(shown, Filling())})
        return blank.filled(own)
    own["body"] = skeleton.body(shown, skeleton.filling(fields, reached.answers))
    return around.sheet(key, standing).filled(own)


@lru_cache(maxsize=256)
def _base(version_id: UUID) -> str:
    """The address of a version's pages, without the page."""
    return url_for("answer.show", version_id=version_id, slot=0).rpartition("/")[0]


def _overtaken_notice(version_id: UUID) -> str:
    """One sentence for whoever saved a page that had been saved from elsewhere meanwhile."""
    slot = request.args.get("also", type=int) if sent().query_string else None
    if slot is None:
        return ""
    said = phrases(i18n.chosen())
    link = escape(url_for("compare.look", version_id=version_id, slot=slot))
    return f'<div class="notice warning"><p>{said.overtaken} <a href="{link}">{said.choose}</a></p></div>'


def _fields() -> dict[str, list[str]]:
    """What was sent for the questions, without what is ours."""
    return {name: values for name, values in sent().form.lists() if name not in _OURS}


def _written(visit: Visit, version_id: UUID, slot: int) -> Here:
    here = runs_here.written(visit, version_id, sent().form.get("run", ""))
    if slot >= len(here.plan.pages):
        raise Missing
    if here.run.submitted_on is not None:
        raise AlreadySubmitted
    return here


def _seen() -> int:
    return sent().form.number("seen")


@page.action("/p/answer/<uuid:version_id>/<int:slot>/draft", permit=Permit.TAKE_PART)
def keep(visit: Visit, version_id: UUID, slot: int) -> ResponseReturnValue:
    """What is being typed is sealed, in case the page is never sent."""
    _keep_draft(visit, _written(visit, version_id, slot), slot, _fields(), seen=_seen())
    return make_response("", 204)


def _keep_draft(visit: Visit, here: Here, slot: int, fields: Form, *, seen: int) -> None:
    drafts.keep(
        visit.db, here.key, here.grant, here.run.address(slot), fields, seen=seen, now=visit.now,
        identifying=apart.identifying(here.plan), linkage=here.linkage,
    )  # fmt: skip


@page.action("/p/answer/<uuid:version_id>/<int:slot>", permit=Permit.TAKE_PART)
def save(visit: Visit, version_id: UUID, slot: int) -> ResponseReturnValue:
    """The page is saved and the next one comes; or what is wrong is said and nothing that was typed is lost."""
    here = _written(visit, version_id, slot)
    form = sent().form
    fields, then = _fields(), form.get("then", "next")
    if form.get("language") in LANGUAGES:
        return _in_language(visit, here, slot, fields)
    moved = here.plan.moved(slot, fields)
    if moved is not None:
        return onward(f"{_shown_again(visit, here, slot, moved)}#{_moving(fields)}")
    read = here.plan.read(slot, fields, here.loaded.answers, visit.now.date())
    if read.problems and then == "next":
        _keep_draft(visit, here, slot, fields, seen=_seen())
        visit.keeps = True
        return _page(visit, here, slot, fields, seen=_seen(), problems=read.problems, status=422)
    saved = responses.save(
        visit.db, here.key, here.grant, here.run, slot, read.answers, seen=_seen(), loaded=here.loaded, now=visit.now,
        subject=visit.participant.subject, linkage=here.linkage,
    )  # fmt: skip
    if read.problems:
        _keep_draft(visit, here, slot, fields, seen=saved.sequence)
    return onward(_after(here, slot, then, read.answers, overtaken=saved.overtaken))


def _shown_again(visit: Visit, here: Here, slot: int, fields: Form) -> str:
    """The address of the same page, which holds what was typed, whatever was saved from elsewhere meanwhile."""
    newest, seen = here.loaded.newest.get(slot, 0), _seen()
    _keep_draft(visit, here, slot, fields, seen=max(seen, newest))
    return _address(here, slot, f"?since={seen}" if seen < newest else "")


def _moving(fields: Form) -> str:
    """Where on the page somebody is who moved an option."""
    ending = move_field("")
    name = next((name for name in fields if name.endswith(ending)), ending)
    return quote(line_of(name.removesuffix(ending), fields[name][0].partition(":")[2]), safe="")


def _address(here: Here, slot: int, more: str = "") -> str:
    return f"{_base(here.run.version_id)}/{slot}{more}"


def _after(here: Here, slot: int, then: str, own: Answers, *, overtaken: bool) -> str:
    """Where to go after a save."""
    answers = here.plan.replaced(slot, here.loaded.answers, own)
    also = f"?also={slot}" if overtaken else ""
    if then == "later":
        return fixed("later.code")
    to = here.plan.before(slot, answers) if then == "back" else here.plan.after(slot, answers)
    if to is None:
        return f"{fixed('review.look')}{also}"
    return _address(here, to, also)


def _in_language(visit: Visit, here: Here, slot: int, fields: Form) -> Response:
    """The same page in another language, with what is typed on it."""
    response = onward(_shown_again(visit, here, slot, fields))
    cookies.keep(response, cookies.LANGUAGE, request.form["language"], lasting=True)
    return make_response(response)
