"""The conversation: the whole guide on one screen, everything that is typed kept as it is typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as kept_in
from uuid import UUID

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from consent import decisions
from consent.grants import Grant
from consent.scopes import Scope as Agreed
from instruments.definition import Instrument
from instruments.kinds import Answer
from instruments.narrowing import Narrowed
from instruments.route import Plan
from instruments.sentences import Problem
from survey import assignments, catch_up_runs, interviews, nominations, once, persons
from survey.deltas import Delta, Record
from survey.interviews import Interview, State
from survey.nominations import NamedAlready
from survey.once import FormUnreadable
from survey.participants import Participant
from survey.runs import Response
from vault.errors import Conflict, Invalid, Refused, VerbatimError
from vault.studies import Permit, Scope
from web.interviewer import noting, sheets
from web.interviewer.prepare import found
from web.kit.errors import status_of
from web.kit.forms import PageForm
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.sentences import said
from web.kit.visit import Visit

page = Pages("converse", __name__)

_HERE = "/studies/<uuid:study_id>/interviews/<pseudonym>/<uuid:response_id>"


class NomineeForm(PageForm):
    """Somebody whom the participant named."""

    name = StringField(_l("Name"), [DataRequired(_l("Give the person's name.")), Length(max=200)])
    email = EmailField(_l("E-mail address"), [Length(max=254)])
    telephone = StringField(_l("Telephone"), [Length(max=60)])
    relation = StringField(_l("How they know each other"), [Length(max=500)])
    note = TextAreaField(_l("Note"), [Length(max=2000)])


def _nominee(*, sent: bool = False) -> NomineeForm:
    return NomineeForm(request.form if sent else None, prefix="nominee-")


@dataclass(frozen=True, slots=True)
class Held:
    """An interview with what opens it."""

    one: Participant
    interview: Interview
    response: Response
    grant: Grant
    plan: Plan
    key: bytes
    beside: Mapping[str, Answer] = kept_in(repr=False)  # of a catch-up: what was said before, on which its way depends

    @property
    def guide(self) -> Instrument:
        """What is asked in it."""
        return self.plan.asked(self.beside) if isinstance(self.plan, Narrowed) else self.plan.instrument

    @property
    def later(self) -> bool:
        """Whether only topics are asked that came later."""
        return self.response.kind.later

    @property
    def recorded(self) -> bool:
        """Whether the participant agrees to be recorded."""
        return Agreed.RECORDED in self.grant.scopes


def held(visit: Visit, pseudonym: str, response_id: UUID) -> Held:
    """The interview of the address, opened by the interviewer it belongs to."""
    one = found(visit, pseudonym)
    interview, response = interviews.find(visit.db, one.id, response_id)
    key = assignments.key_of(visit.keyring, one, Scope.RESPONSES, account=visit.signed_in, seed=visit.unlocked)
    plan = catch_up_runs.plan_of(visit.db, response)
    beside = catch_up_runs.beside(visit.db, key, response).answers
    return Held(one, interview, response, decisions.grant_for(visit.db, one.id), plan, key, beside)


def _label(name: str) -> str | None:
    """What a person calls a field into which they type; None for any other. The guide need not be at hand."""
    known: dict[str, str] = {
        "memo": gettext("Memo"), "about.tape": gettext("Tape id"), "about.setting": gettext("Setting"),
        "about.present": gettext("Others present"),
    }  # fmt: skip
    if name in known:
        return known[name]
    if name.startswith("nominee-"):
        return str(gettext("Somebody was named"))
    if name.startswith("candidate.") and name.endswith((".words", ".theme")):
        return str(gettext("Questions outside the guide"))
    topic, _, last = name.rpartition(".")
    return str(gettext("Notes on %(topic)s", topic=topic.replace("_", " "))) if last == "notes" else None


def not_kept(visit: Visit, pseudonym: str, refusal: VerbatimError) -> ResponseReturnValue:
    """A rule says no to all of it: what was typed stands on a page to be copied, and nothing of it is kept."""
    typed = [
        (label, value)
        for name, value in request.form.items(multi=True)
        if value.strip() and (label := _label(name)) is not None
    ]
    sentence = gettext(refusal.sentence)
    page = render(visit, "interviewer/not_kept.html", pseudonym=pseudonym, sentence=sentence, typed=typed)
    return page, status_of(refusal)


def to(visit: Visit, this: Held, endpoint: str = "converse.screen", *, anchor: str = "") -> ResponseReturnValue:
    """On to a page of the same interview."""
    address = url_for(endpoint, study_id=visit.study_id, pseudonym=this.one.pseudonym, response_id=this.response.id)
    return redirect(f"{address}#{anchor}" if anchor else address, code=303)


@page.view(_HERE, permit=Permit.INTERVIEW)
def screen(visit: Visit, pseudonym: str, response_id: UUID) -> ResponseReturnValue:
    """The guide, the notes so far, the clock."""
    this = held(visit, pseudonym, response_id)
    if this.interview.state is not State.HELD:
        return to(visit, this, "deposit.memo")
    return _screen(visit, this, interviews.read(visit.db, this.key, this.response), _nominee())


def _screen(
    visit: Visit, this: Held, record: Record, nominee: NomineeForm, *, sent: noting.Fields | None = None,
    problems: list[Problem] | None = None,
) -> str:  # fmt: skip
    return render(
        visit,
        "interviewer/converse.html",
        this=this,
        record=record,
        topics=sheets.of_guide(this.guide, record, sent, now=visit.now),
        around=sheets.around(record, sent),
        text_of=sheets.text_of,
        states=sheets.STATES,
        paused=noting.paused(record),
        meta_seen=noting.newest_of_meta(record),
        form=nominee,
        once=once.new(),
        problems=sheets.wrong(problems or []),
    )


def keep(visit: Visit, this: Held, delta: Delta) -> interviews.Noted | None:
    """What the delta says is sealed; None if it says nothing."""
    if noting.is_empty(delta):
        return None
    return interviews.note(
        visit.db, this.key, this.grant, this.interview, this.response, delta, plan=this.plan, now=visit.now
    )


@page.action(_HERE, permit=Permit.INTERVIEW)
def save(visit: Visit, pseudonym: str, response_id: UUID) -> ResponseReturnValue:
    """Everything on the screen is kept; then the clock stands still, runs again, or the conversation is over.

    The clock waits for nothing: whoever presses Pause has somebody on the telephone.
    """
    sent, then = request.form.to_dict(flat=False), request.form.get("then", "")
    try:
        this = held(visit, pseudonym, response_id)
        record = interviews.read(visit.db, this.key, this.response)
        delta, problems = noting.delta_of(this.guide, sent, record, now=visit.now, recorded=this.recorded)
        noted = keep(visit, this, delta)
        _turn(visit, this, then)
    except (Refused, Conflict, Invalid) as refusal:
        return not_kept(visit, pseudonym, refusal)
    nominee = _named(visit, this, then)
    if problems or nominee.errors:
        # What could be taken is kept all the same, and the rest is shown again.
        visit.keeps = True
        record = interviews.read(visit.db, this.key, this.response)
        return _screen(visit, this, record, nominee, sent=sent, problems=problems), 422
    if noted and noted.overtaken:
        visit.tell(gettext("Some of this had been changed in another window since. Both texts are kept and shown."))
    if any(nominee.data.values()):
        # Names are kept nowhere before they are entered, so they go back to where they were typed.
        visit.tell(gettext("Saved. The person under “Somebody was named” is not entered yet; they still stand there."))
        return _screen(visit, this, interviews.read(visit.db, this.key, this.response), nominee)
    return _then(visit, this, then)


def _named(visit: Visit, this: Held, then: str) -> NomineeForm:
    """Somebody whom the participant named is in the study's records of names, and nothing of it is in the notes.

    A name that was typed is entered by its own button only, and is not lost by any other; the end waits for it.
    """
    form = _nominee(sent=True)
    if then != "nominee":
        if then == "end" and any(form.data.values()):
            form.form_errors.append(
                gettext(
                    "A person is typed under “Somebody was named” and not entered yet. Enter them, or empty the "
                    "fields, then go on. Your notes have been kept."
                )
            )
        return form
    if not form.validate():
        return form
    try:
        nominations.nominate(
            visit.db, visit.keyring, this.one, persons.identity(form.data), now=visit.now,
            relation=form.relation.data or "", by=visit.account_id, form=once.read(request.form.get("once")),
        )  # fmt: skip
    except NamedAlready:
        pass  # a button was pressed twice: what was to be done is done
    except FormUnreadable as refusal:
        form.refuse(refusal)
        return form
    except Invalid as refusal:
        # There is a name, so it can only be the address.
        form.refuse(refusal, "email")
        return form
    visit.tell(gettext("The person was entered. Coordinators see them; the notes do not."))
    return _nominee()


def _turn(visit: Visit, this: Held, then: str) -> None:
    """The clock stands still from now on, or runs again."""
    if then in ("pause", "go-on") and this.interview.state is State.HELD:
        record = interviews.read(visit.db, this.key, this.response)
        keep(visit, this, noting.turned(record, pause=then == "pause", now=visit.now))


def _then(visit: Visit, this: Held, then: str) -> ResponseReturnValue:
    if then == "end" and this.interview.state is State.HELD:
        interviews.end(
            visit.db, visit.keyring, this.grant, this.interview, key=this.key, response=this.response, now=visit.now
        )
        return to(visit, this, "deposit.memo")
    if then not in ("nominee", "pause", "go-on"):
        visit.tell(gettext("Saved."))
    topic = then.removeprefix("topic:")
    return to(visit, this, anchor=f"t-{topic}" if topic != then and this.plan.question(topic) else "")


@page.action(f"{_HERE}/note", permit=Permit.INTERVIEW)
def note(visit: Visit, pseudonym: str, response_id: UUID) -> ResponseReturnValue:
    """What the page's script sends while somebody types: the fields of what changed. Says what of it is kept."""
    try:
        this = held(visit, pseudonym, response_id)
        record = interviews.read(visit.db, this.key, this.response)
        sent = request.form.to_dict(flat=False)
        delta, problems = noting.delta_of(this.guide, sent, record, now=visit.now, recorded=this.recorded)
        noted = keep(visit, this, delta)
    except VerbatimError as refusal:
        return jsonify(sentence=gettext(refusal.sentence)), status_of(refusal)
    return jsonify(
        sequence=noted.sequence if noted else 0,
        kept=noting.kept(delta),
        overtaken=noting.units(noted.overtaken) if noted else [],
        problems=[[noting.unit_of(problem.field), said(problem.sentence)] for problem in problems],
    )
