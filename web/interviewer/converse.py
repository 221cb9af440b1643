"""The conversation: the whole guide on one screen, everything that is typed kept as it is typed."""

from dataclasses import dataclass
from uuid import UUID

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from consent import decisions
from consent.grants import Grant
from instruments import versions
from instruments.definition import Instrument
from instruments.route import Plan
from survey import assignments, interviews, nominations, persons
from survey.deltas import Delta, Record
from survey.interviews import Interview, State
from survey.participants import Participant
from survey.runs import Response
from vault.errors import Invalid, VerbatimError
from vault.studies import Permit, Scope
from web.interviewer import noting
from web.interviewer.prepare import found
from web.kit.forms import PageForm
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.sentences import said
from web.kit.visit import Visit

page = Pages("converse", __name__)

_HERE = "/studies/<uuid:study_id>/interviews/<pseudonym>/<uuid:response_id>"

STATES = {
    "": _l("not yet"),
    "asked": _l("asked"),
    "partly": _l("partly"),
    "skipped": _l("skipped"),
    "declined": _l("declined"),
}


class NomineeForm(PageForm):
    """Somebody whom the participant named."""

    name = StringField(_l("Name"), [DataRequired(_l("Give the person's name.")), Length(max=200)])
    email = EmailField(_l("E-mail address"), [Length(max=254)])
    telephone = StringField(_l("Telephone"), [Length(max=60)])
    relation = StringField(_l("How they know each other"), [Length(max=500)])
    note = TextAreaField(_l("Note"), [Length(max=2000)])


@dataclass(frozen=True, slots=True)
class Held:
    """An interview with what opens it."""

    one: Participant
    interview: Interview
    response: Response
    grant: Grant
    plan: Plan
    key: bytes

    @property
    def guide(self) -> Instrument:
        """What is asked in it."""
        return self.plan.instrument


def held(visit: Visit, pseudonym: str, response_id: UUID) -> Held:
    """The interview of the address, opened by the interviewer it belongs to."""
    one = found(visit, pseudonym)
    interview, response = interviews.find(visit.db, one.id, response_id)
    key = assignments.key_of(visit.keyring, one, Scope.RESPONSES, account=visit.signed_in, seed=visit.unlocked)
    plan = versions.plan_of(versions.find(visit.db, response.version_id))
    return Held(one, interview, response, decisions.grant_for(visit.db, one.id), plan, key)


def _back(visit: Visit, this: Held, anchor: str = "") -> ResponseReturnValue:
    address = url_for(
        "converse.screen", study_id=visit.study_id, pseudonym=this.one.pseudonym, response_id=this.response.id
    )
    return redirect(f"{address}#{anchor}" if anchor else address, code=303)


@page.view(_HERE, permit=Permit.INTERVIEW)
def screen(visit: Visit, pseudonym: str, response_id: UUID) -> ResponseReturnValue:
    """The guide, the notes so far, the clock."""
    this = held(visit, pseudonym, response_id)
    if this.interview.state is not State.HELD:
        return redirect(
            url_for("deposit.memo", study_id=visit.study_id, pseudonym=pseudonym, response_id=response_id), code=303
        )
    return _screen(visit, this, interviews.read(visit.db, this.key, this.response), NomineeForm())


def _screen(
    visit: Visit, this: Held, record: Record, nominee: NomineeForm, *, sent: noting.Fields | None = None,
    problems: list[tuple[str, str]] | None = None,
) -> str:  # fmt: skip
    topics = []
    for question in noting.asked_of(this.guide):
        stands = sent if sent and question.id in sent.get("holds", ()) else noting.shown(question, record)
        topics.append((question, stands, _state(question.id, record)))
    return render(
        visit,
        "interviewer/converse.html",
        this=this,
        record=record,
        topics=topics,
        sections={question.id: section for section in this.guide.sections for question in section.questions[:1]},
        states=STATES,
        paused=noting.paused(record),
        meta_seen=noting.newest_of_meta(record),
        form=nominee,
        problems=problems or [],
        recorded="recorded" in this.grant.scopes,
    )


def _state(question_id: str, record: Record) -> str:
    return noting.state_of(record.topics.get(question_id))


def keep(visit: Visit, this: Held, delta: Delta) -> interviews.Noted | None:
    """What the delta says is sealed; None if it says nothing."""
    if noting.is_empty(delta):
        return None
    return interviews.note(
        visit.db, this.key, this.grant, this.interview, this.response, delta, plan=this.plan, now=visit.now
    )


@page.action(_HERE, permit=Permit.INTERVIEW)
def save(visit: Visit, pseudonym: str, response_id: UUID) -> ResponseReturnValue:
    """Everything on the screen is kept; then the clock stands still, runs again, or the conversation is over."""
    this = held(visit, pseudonym, response_id)
    record = interviews.read(visit.db, this.key, this.response)
    sent = request.form.to_dict(flat=False)
    delta, problems = noting.delta_of(this.guide, sent, record, now=visit.now)
    try:
        noted = keep(visit, this, delta)
    except Invalid as refusal:
        said_so = [("", gettext(refusal.sentence))]
        return _screen(visit, this, record, NomineeForm(), sent=sent, problems=said_so), 422
    if problems:
        # What could be taken is kept all the same, before the rest is shown again.
        visit.carry_out(())
        record = interviews.read(visit.db, this.key, this.response)
        wrong = [(problem.field, said(problem.sentence)) for problem in problems]
        return _screen(visit, this, record, NomineeForm(), sent=sent, problems=wrong), 422
    if noted and noted.overtaken:
        visit.tell(
            gettext("Some of this had been changed in another window since. Both are kept; the newer one shows.")
        )
    return _then(visit, this, request.form.get("then", ""))


def _then(visit: Visit, this: Held, then: str) -> ResponseReturnValue:
    if then == "pause":
        keep(visit, this, noting.turned(interviews.read(visit.db, this.key, this.response), now=visit.now))
    elif then == "end":
        interviews.end(
            visit.db, visit.keyring, this.grant, this.interview, key=this.key, response=this.response, now=visit.now
        )
        return redirect(
            url_for(
                "deposit.memo", study_id=visit.study_id, pseudonym=this.one.pseudonym, response_id=this.response.id
            ),
            code=303,
        )
    else:
        visit.tell(gettext("Saved."))
    topic = then.removeprefix("topic:")
    return _back(visit, this, f"t-{topic}" if topic != then and this.plan.question(topic) else "")


@page.action(f"{_HERE}/note", permit=Permit.INTERVIEW)
def note(visit: Visit, pseudonym: str, response_id: UUID) -> ResponseReturnValue:
    """What the page's script sends while somebody types: the fields of what changed. Says under which number it is."""
    try:
        this = held(visit, pseudonym, response_id)
        record = interviews.read(visit.db, this.key, this.response)
        delta, problems = noting.delta_of(this.guide, request.form.to_dict(flat=False), record, now=visit.now)
        noted = keep(visit, this, delta)
    except VerbatimError as refusal:
        return jsonify(sentence=str(gettext(refusal.sentence))), 422
    return jsonify(
        sequence=noted.sequence if noted else 0,
        overtaken=sorted(noted.overtaken) if noted else [],
        problems=[[problem.field, said(problem.sentence)] for problem in problems],
    )


@page.action(f"{_HERE}/nominee", permit=Permit.INTERVIEW)
def nominate(visit: Visit, pseudonym: str, response_id: UUID) -> ResponseReturnValue:
    """The named person is in the study's records of names, and nothing of it is in the notes."""
    this = held(visit, pseudonym, response_id)
    form = NomineeForm(request.form)
    if form.validate():
        try:
            nominations.nominate(
                visit.db, visit.keyring, this.one, persons.identity(form.data), now=visit.now,
                relation=form.relation.data or "", by=visit.signed_in.id,
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal, "email" if "e-mail address" in refusal.sentence else "name")
        else:
            visit.tell(gettext("The person was entered. Coordinators see them; the notes do not."))
            return _back(visit, this)
    return _screen(visit, this, interviews.read(visit.db, this.key, this.response), form), 422
