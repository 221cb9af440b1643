"""After the conversation: the memo, a last look at the notes, and the deposit after which they stand as they are."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from survey import interviews
from survey.interviews import State
from vault.errors import Invalid
from vault.studies import Permit
from web.interviewer import noting
from web.interviewer.converse import STATES, Held, held, keep
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.sentences import said
from web.kit.visit import Visit

page = Pages("deposit", __name__)

_HERE = "/studies/<uuid:study_id>/interviews/<pseudonym>/<uuid:response_id>/memo"


@page.view(_HERE, permit=Permit.INTERVIEW)
def memo(visit: Visit, pseudonym: str, response_id: UUID) -> ResponseReturnValue:
    """The memo and the notes, to be completed or, once deposited, to be read."""
    return _page(visit, held(visit, pseudonym, response_id), [], None)


def _page(visit: Visit, this: Held, problems: list[tuple[str, str]], sent: noting.Fields | None) -> str:
    record = interviews.read(visit.db, this.key, this.response)
    topics = []
    for question in noting.asked_of(this.guide):
        stands = sent if sent and question.id in sent.get("holds", ()) else noting.shown(question, record)
        topics.append((question, stands, noting.state_of(record.topics.get(question.id))))
    return render(
        visit,
        "interviewer/memo.html",
        this=this,
        record=record,
        topics=topics,
        states=STATES,
        problems=problems,
        memo=(sent or {}).get("memo", [record.memo])[0],
        open=this.interview.state is not State.DEPOSITED,
        meta_seen=noting.newest_of_meta(record),
    )


@page.action(_HERE, permit=Permit.INTERVIEW)
def save(visit: Visit, pseudonym: str, response_id: UUID) -> ResponseReturnValue:
    """Memo and notes are kept, and with "deposit" they stand as they are from now on."""
    this = held(visit, pseudonym, response_id)
    sent = request.form.to_dict(flat=False)
    record = interviews.read(visit.db, this.key, this.response)
    delta, wrong = noting.delta_of(this.guide, sent, record, now=visit.now)
    problems = [(problem.field, said(problem.sentence)) for problem in wrong]
    try:
        keep(visit, this, delta)
    except Invalid as refusal:
        problems.append(("memo", gettext(refusal.sentence)))
    if problems:
        visit.carry_out(())
        return _page(visit, this, problems, sent), 422
    if request.form.get("then") == "deposit":
        interviews.deposit(visit.db, visit.keyring, this.interview, this.response, now=visit.now)
        visit.tell(gettext("The interview was deposited."))
        return redirect(url_for("prepare.show", study_id=visit.study_id, pseudonym=pseudonym), code=303)
    visit.tell(gettext("Saved."))
    address = url_for("deposit.memo", study_id=visit.study_id, pseudonym=pseudonym, response_id=response_id)
    return redirect(address, code=303)
