"""After the conversation: the memo, a last look at the notes, and the deposit after which they stand as they are.

Topics of which nothing is noted stop the deposit once: whoever deposits says that they were not reached, because one
that was left out on purpose must not look like them.
"""

from collections.abc import Sequence
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from instruments.sentences import Problem
from survey import interviews
from survey.deltas import Record
from survey.interviews import State, Unreached
from vault.errors import Conflict, Invalid, Refused
from vault.studies import Permit
from web.interviewer import noting, sheets
from web.interviewer.converse import Held, held, keep, not_kept, to
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.visit import Visit

page = Pages("deposit", __name__)

_HERE = "/studies/<uuid:study_id>/interviews/<pseudonym>/<uuid:response_id>/memo"


@page.view(_HERE, permit=Permit.INTERVIEW, logs=True)
def memo(visit: Visit, pseudonym: str, response_id: UUID) -> ResponseReturnValue:
    """The memo and the notes, to be completed or, once deposited, to be read."""
    this = held(visit, pseudonym, response_id)
    if this.interview.state is State.HELD:
        return to(visit, this)
    record = interviews.look_back(
        visit.db, visit.keyring, this.interview, this.key, this.response, by=visit.account_id, now=visit.now
    )
    return _page(visit, this, record, [], None)


def _page(
    visit: Visit, this: Held, record: Record, problems: list[Problem], sent: noting.Fields | None
) -> str:  # fmt: skip
    return render(
        visit,
        "interviewer/memo.html",
        this=this,
        record=record,
        unreached=interviews.unreached(this.plan, record, this.beside),
        topics=sheets.of_guide(this.guide, record, sent, now=visit.now),
        around=sheets.around(record, sent),
        text_of=sheets.text_of,
        states=sheets.STATES,
        problems=sheets.wrong(problems),
        open=this.interview.state is not State.DEPOSITED,
    )


@page.action(_HERE, permit=Permit.INTERVIEW)
def save(visit: Visit, pseudonym: str, response_id: UUID) -> ResponseReturnValue:
    """Memo and notes are kept, and with "deposit" they stand as they are from now on."""
    sent = request.form.to_dict(flat=False)
    try:
        this = held(visit, pseudonym, response_id)
        record = interviews.read(visit.db, this.key, this.response)
        delta, problems = noting.delta_of(this.guide, sent, record, now=visit.now)
        noted = keep(visit, this, delta)
    except (Refused, Conflict, Invalid) as refusal:
        return not_kept(visit, pseudonym, refusal)
    if problems:
        visit.keeps = True
        return _page(visit, this, interviews.read(visit.db, this.key, this.response), problems, sent), 422
    if this.interview.state is State.HELD:
        visit.tell(gettext("Saved. The conversation is still open: end it first."))
        return to(visit, this)
    if noted and noted.overtaken:
        visit.tell(gettext("Some of this had been changed in another window since. Both texts are kept and shown."))
    elif request.form.get("then") == "deposit":
        return _deposited(visit, this, ())
    else:
        visit.tell(gettext("Saved."))
    return to(visit, this, "deposit.memo")


def _deposited(visit: Visit, this: Held, not_reached: Sequence[str]) -> ResponseReturnValue:
    """It stands as it is; or the page is next that asks about topics of which nothing is noted."""
    try:
        interviews.deposit(
            visit.db, visit.keyring, this.interview, this.response, key=this.key, not_reached=not_reached, now=visit.now
        )
    except Unreached:
        return to(visit, this, "deposit.unreached")
    visit.tell(gettext("The interview was deposited."))
    return redirect(url_for("prepare.show", study_id=visit.study_id, pseudonym=this.one.pseudonym), code=303)


@page.view(f"{_HERE}/not-reached", permit=Permit.INTERVIEW)
def unreached(visit: Visit, pseudonym: str, response_id: UUID) -> ResponseReturnValue:
    """The topics without a state by name: to go back to, or to be deposited as not reached."""
    this = held(visit, pseudonym, response_id)
    record = interviews.read(visit.db, this.key, this.response)
    without = interviews.unreached(this.plan, record, this.beside)
    if this.interview.state is not State.ENDED or not without:
        return to(visit, this, "deposit.memo")
    guide = sheets.of_guide(this.guide, record, now=visit.now)
    topics = [(number, sheet.question) for number, sheet in enumerate(guide, 1) if sheet.question.id in without]
    title = ngettext("%(num)s topic has no state", "%(num)s topics have no state", len(topics))
    return render(visit, "interviewer/unreached.html", this=this, topics=topics, title=title)


@page.action(f"{_HERE}/not-reached", permit=Permit.INTERVIEW)
def confirm(visit: Visit, pseudonym: str, response_id: UUID) -> ResponseReturnValue:
    """The topics that were named were not reached, and the interview stands as it is from now on."""
    this = held(visit, pseudonym, response_id)
    if this.interview.state is State.HELD:
        visit.tell(gettext("The conversation is still open: end it first."))
        return to(visit, this)
    return _deposited(visit, this, request.form.getlist("not-reached"))
