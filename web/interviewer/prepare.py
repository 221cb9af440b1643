"""Before an interview: whom one speaks with, what they agreed to, and the start, which names whatever is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from consent import decisions
from consent.scopes import Scope as Agreed
from instruments import versions
from instruments.definition import Role
from instruments.sentences import in_language
from survey import (
    assignments,
    audiences,
    catch_up_runs,
    catching_up,
    interviews,
    participants,
    persons,
    statuses,
)
from survey.asking import NotOffered
from survey.interviews import Interview, State
from survey.participants import Participant, Standing
from survey.statuses import Status
from vault.errors import Refused
from vault.studies import Permit
from web.kit.agreed import AGREED
from web.kit.forms import PageForm, choose_from
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit

page = Pages("prepare", __name__)

STATES = {
    State.HELD: _l("going on"),
    State.ENDED: _l("ended, memo open"),
    State.DEPOSITED: _l("deposited"),
}


class StartForm(PageForm):
    """What is known when the conversation begins."""

    guide = SelectField(_l("Guide"), [InputRequired(_l("Choose the guide for this interview."))])
    tape = StringField(
        _l("Tape id"),
        [Length(max=100)],
        description=_l("The number of the recording. Left empty, nothing is recorded."),
    )
    setting = StringField(_l("Setting"), [Length(max=500)], description=_l("For example: by telephone, in her office."))


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide that could be followed, and what stands in the way of it today."""

    instrument_id: UUID
    title: str
    number: int
    version_id: UUID
    lacking: tuple[Refused, ...]


def found(visit: Visit, pseudonym: str) -> Participant:
    """The participant of the address, if assigned to whoever looks; NotAssigned if not."""
    one = participants.by_pseudonym(visit.db, visit.study_id, pseudonym)
    if not assignments.is_assigned(visit.keyring, one, visit.signed_in):
        raise assignments.NotAssigned
    return one


@page.view(
    "/studies/<uuid:study_id>/interviews", permit=Permit.INTERVIEW, place=Place(Task.LISTEN, _l("My participants"))
)
def mine(visit: Visit) -> ResponseReturnValue:
    """Whom one speaks with, and the next step with each."""
    db = visit.db
    status = statuses.of_study(db, visit.study_id)
    rows = []
    for one in assignments.of_interviewer(db, visit.keyring, visit.study_id, visit.signed_in):
        held = interviews.of_participant(db, one.id)
        agreed, decided = decisions.grant_for(db, one.id).scopes, bool(decisions.of_participant(db, one.id))
        waits = bool(catching_up.waiting(db, one, Role.GUIDE, on=visit.now.date()))
        step = _next(one, status.get(one.id), agreed, held, waits=waits)
        rows.append((one, decided, agreed, step, held, catch_up_runs.of_participant(db, one.id)))
    return render(visit, "interviewer/mine.html", rows=rows, states=STATES)


def _next(
    one: Participant, status: Status | None, agreed: frozenset[Agreed], held: Sequence[Interview], *, waits: bool
) -> str:
    """The next step with a participant, in words."""
    if one.standing is not Standing.ENROLLED:
        return str(gettext("Nothing: they have withdrawn"))
    if any(interview.state is State.HELD for interview in held):
        return str(gettext("Go on with the interview"))
    if any(interview.state is State.ENDED for interview in held):
        return str(gettext("Write the memo and deposit"))
    if status is Status.DECLINED:
        return str(gettext("Nothing: they declined"))
    if Agreed.TAKE_PART not in agreed:
        return str(gettext("Ask for consent"))
    if waits:
        return str(gettext("Catch-up: ask the topics that came later"))
    return str(gettext("Interview") if not held else gettext("Nothing, or another interview"))


@page.view("/studies/<uuid:study_id>/interviews/<pseudonym>", permit=Permit.INTERVIEW)
def show(visit: Visit, pseudonym: str) -> ResponseReturnValue:
    """One participant: consents in force, what stands in the way, the interviews held."""
    one = found(visit, pseudonym)
    return _page(visit, one, _start_form(visit, one))


def _guides(visit: Visit, one: Participant, *, recorded: bool = False) -> list[Guide]:
    """The guides that are offered to the participant's group."""
    grant = decisions.grant_for(visit.db, one.id)
    guides = []
    for row, published in versions.of_study(visit.db, visit.study_id):
        if row.role is not Role.GUIDE or not published:
            continue
        if not audiences.admits(visit.db, visit.study_id, row.id, one.stratum_id):
            continue
        lacking = interviews.lacking(
            visit.db, visit.keyring, one, row.id, grant,
            account=visit.signed_in, recorded=recorded, on=visit.now.date(),
        )  # fmt: skip
        title = in_language(versions.definition_of(published[-1]).title, tag())
        guides.append(Guide(row.id, title, published[-1].number, published[-1].id, lacking))
    return guides


def _start_form(visit: Visit, one: Participant, data: object = None) -> StartForm:
    form = StartForm(data)  # type: ignore[arg-type]
    guides = [(str(guide.instrument_id), guide.title) for guide in _guides(visit, one)]
    choose_from(form.guide, guides, first=gettext("Choose") if len(guides) != 1 else None)
    return form


def _page(visit: Visit, one: Participant, form: StartForm, *, missing: tuple[Refused, ...] = ()) -> str:
    db = visit.db
    guides = _guides(visit, one)
    lacking = [[gettext(refusal.sentence) for refusal in guide.lacking] for guide in guides]
    every = [sentence for sentence in lacking[0] if all(sentence in other for other in lacking)] if lacking else []
    some = [
        (guide.title, [sentence for sentence in sentences if sentence not in every])
        for guide, sentences in zip(guides, lacking, strict=True)
    ]
    return render(
        visit,
        "interviewer/participant.html",
        one=one,
        form=form,
        guides=guides,
        in_the_way=every,
        of_some=[(title, sentences) for title, sentences in some if sentences],
        can_begin=not all(lacking),
        missing=[gettext(refusal.sentence) for refusal in missing],
        agreed=decisions.grant_for(db, one.id).scopes,
        decided=bool(decisions.of_participant(db, one.id)),
        scopes=AGREED,
        held=interviews.of_participant(db, one.id),
        later=catch_up_runs.of_participant(db, one.id),
        waits=[
            (wait, in_language(versions.definition_of(versions.find(db, wait.offer.version_id)).title, tag()))
            for wait in catching_up.waiting(db, one, Role.GUIDE, on=visit.now.date())
        ],
        states=STATES,
        standing=one.standing,
    )


@page.action("/studies/<uuid:study_id>/interviews/<pseudonym>", permit=Permit.INTERVIEW)
def start(visit: Visit, pseudonym: str) -> ResponseReturnValue:
    """The interview is going on; or it is not, and whatever is missing is named."""
    one = found(visit, pseudonym)
    form = _start_form(visit, one, request.form)
    if not _guides(visit, one):
        return _page(visit, one, _start_form(visit, one), missing=(NotOffered(),)), 422
    if not form.validate():
        return _page(visit, one, form), 422
    grant = decisions.grant_for(visit.db, one.id)
    instrument_id, tape = UUID(form.guide.data), form.tape.data or ""
    missing = interviews.lacking(
        visit.db, visit.keyring, one, instrument_id, grant,
        account=visit.signed_in, recorded=bool(tape), on=visit.now.date(),
    )  # fmt: skip
    if missing:
        return _page(visit, one, form, missing=missing), 422
    interview = interviews.start(
        visit.db, visit.keyring, one, instrument_id, grant, account=visit.signed_in, seed=visit.unlocked,
        now=visit.now, tape=tape, setting=form.setting.data or "",
    )  # fmt: skip
    return redirect(
        url_for("converse.screen", study_id=visit.study_id, pseudonym=pseudonym, response_id=interview.response_id),
        code=303,
    )


@page.view("/studies/<uuid:study_id>/interviews/<pseudonym>/who", permit=Permit.INTERVIEW, logs=True)
def who(visit: Visit, pseudonym: str) -> ResponseReturnValue:
    """Name and telephone of somebody one is to call. The look is a deed."""
    one = found(visit, pseudonym)
    identity = persons.of_assigned(
        visit.db, visit.keyring, one, account=visit.signed_in, seed=visit.unlocked, now=visit.now
    )
    return render(visit, "interviewer/who.html", one=one, identity=identity)
