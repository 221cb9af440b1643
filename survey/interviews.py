"""Interviews: started by whom the participant is assigned to, noted in deltas as it is typed, ended, and deposited.

All deltas lie under slot 0 of the run, never one row to a topic, for the rows would tell which topics were raised.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from consent.grants import ConsentMissing, Grant
from consent.scopes import Scope as Agreed
from instruments.kinds import Answer
from instruments.route import Missingness, Plan
from survey import asking, assignments, catch_up_runs, deltas, notes, responses, runs, statuses
from survey.deltas import Delta, Record
from survey.participants import Participant
from survey.runs import Kind, Response
from survey.statuses import Status
from vault import ledger, participant_keys, records
from vault.accounts import Account
from vault.errors import Conflict, Missing, Refused
from vault.store import Base
from vault.studies import Scope

SLOT = 0


class State(StrEnum):
    """Where an interview is. Between its end and its deposit notes and memo may be completed."""

    HELD = "held"
    ENDED = "ended"
    DEPOSITED = "deposited"


class Deposited(Conflict):
    """A deposited interview stands as it is."""

    public = "This interview has been deposited and stands as it is. Nothing was changed."


class Unreached(Conflict):
    """There are topics of which nothing is noted, and nobody has said that just these were not reached."""

    public = "Some topics have no state. Give them one, or deposit them as not reached."


class Interview(Base):
    """An appointment held by an interviewer; what was said lies in the run of the same id."""

    __tablename__ = "interview"
    __table_args__ = (Index("interview_of_account", "account_id", "state"),)

    response_id: Mapped[UUID] = mapped_column(ForeignKey("response.id"), primary_key=True)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), index=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participant.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    held_on: Mapped[date]
    state: Mapped[State]


@dataclass(frozen=True, slots=True)
class Noted:
    """A delta is safe. ``overtaken`` are the registers that had been changed from elsewhere since they were shown;
    both texts are kept."""

    sequence: int
    overtaken: frozenset[str]


def lacking(
    db: Session, rings: Session, participant: Participant, instrument_id: UUID, grant: Grant,
    *, account: Account, recorded: bool, on: date,
) -> tuple[Refused, ...]:  # fmt: skip
    """Everything that stands in the way of starting, each a refusal with its sentence; nothing if it may start."""
    found = barring(rings, participant, grant, account=account, recorded=recorded)
    try:
        asking.of_participant(db, participant, instrument_id, on=on)
    except Refused as refusal:
        found.append(refusal)
    return tuple(found)


def barring(
    rings: Session, participant: Participant, grant: Grant, *, account: Account, recorded: bool
) -> list[Refused]:  # fmt: skip
    """What stands in the way of any conversation with this person, whatever would be asked."""
    found: list[Refused] = []
    if not assignments.is_assigned(rings, participant, account):
        found.append(assignments.NotAssigned())
    needed = (Agreed.TAKE_PART, Agreed.RECORDED) if recorded else (Agreed.TAKE_PART,)
    agreed = grant.scopes if grant.participant == participant.id else frozenset()
    return found + [ConsentMissing(scope) for scope in needed if scope not in agreed]


def start(
    db: Session, rings: Session, participant: Participant, instrument_id: UUID, grant: Grant,
    *, account: Account, seed: bytes, now: datetime, tape: str = "", setting: str = "",
) -> Interview:  # fmt: skip
    """The interview is going on, or goes on: an open one with this guide is found again, whoever asks twice.

    The refusal names what is missing: NotAssigned, ConsentMissing (to be recorded too if a tape is named),
    NotApproved, NothingPublished, NotOffered, HasWithdrawn.
    """
    key = assignments.key_of(rings, participant, Scope.RESPONSES, account=account, seed=seed)
    if tape.strip():
        grant.require(Agreed.RECORDED)
    actor = ledger.staff(account.id)
    response = responses.begin(db, rings, participant, instrument_id, grant, now=now, kind=Kind.INTERVIEW, actor=actor)
    return held(
        db, rings, participant, response, grant, account=account, key=key, now=now, tape=tape, setting=setting
    )  # fmt: skip


def held(
    db: Session, rings: Session, participant: Participant, response: Response, grant: Grant,
    *, account: Account, key: bytes, now: datetime, tape: str = "", setting: str = "",
) -> Interview:  # fmt: skip
    """The conversation of a run that was begun; the one there is, if it is going on already.

    ConsentMissing if a tape is named without consent to be recorded.
    """
    if tape.strip():
        grant.require(Agreed.RECORDED)
    actor = ledger.staff(account.id)
    there = db.get(Interview, response.id)
    if there is not None:
        return there
    interview = Interview(
        response_id=response.id,
        study_id=participant.study_id,
        participant_id=participant.id,
        account_id=account.id,
        held_on=now.date(),
        state=State.HELD,
    )
    db.add(interview)
    subject = participant_keys.commitment(rings, participant.id)
    ledger.append(
        db, "interview.started", actor=actor, now=now, study=participant.study_id, subject=subject,
        recorded=bool(tape.strip()),
    )  # fmt: skip
    db.flush()
    began = deltas.About(tape=tape.strip(), setting=setting.strip(), started_at=notes.moment(now))
    note(db, key, grant, interview, response, Delta(meta=began), plan=None, now=now)
    return interview


def find(db: Session, participant_id: UUID, response_id: UUID) -> tuple[Interview, Response]:
    """The interview with its run, or Missing."""
    interview = db.get(Interview, response_id)
    if interview is None or interview.participant_id != participant_id:
        raise Missing
    return interview, runs.find(db, participant_id, response_id)


def of_participant(db: Session, participant_id: UUID) -> Sequence[Interview]:
    """The interviews held with a participant, oldest first."""
    return db.scalars(
        select(Interview).where(Interview.participant_id == participant_id).order_by(Interview.held_on)
    ).all()


def note(
    db: Session, key: bytes, grant: Grant, interview: Interview, response: Response, delta: Delta,
    *, plan: Plan | None, now: datetime,
) -> Noted:  # fmt: skip
    """What the delta says is sealed and kept, with everything that was noted before.

    ConsentMissing once consent does not stand, and for a tape without consent to be recorded; Deposited when it is
    too late; Invalid for an answer that its question does not take. ``plan`` is that of the run's version; None if the
    delta says nothing of topics.
    """
    if grant.participant != interview.participant_id:
        raise Missing
    grant.require(Agreed.TAKE_PART)
    _hold(db, interview)
    if interview.state is State.DEPOSITED:
        raise Deposited
    if delta.meta is not None and (delta.meta.tape or "").strip():
        grant.require(Agreed.RECORDED)
    checked = notes.checked(delta, plan)
    said = deltas.registers(checked)
    oldest = min((seen for seen, _ in said.values()), default=0)
    later = {
        register: one.sequence
        for one in notes.read(db, key, response, after=oldest)
        if not checked.tab or one.delta.tab != checked.tab
        for register in deltas.registers(one.delta)
    }
    sequence = records.save(db, key, response.address(SLOT), notes.written(checked, now), now=now)
    return Noted(sequence, frozenset(name for name, (seen, _) in said.items() if later.get(name, 0) > seen))


def read(db: Session, key: bytes, response: Response) -> Record:
    """The interview as it stands."""
    return deltas.merged(notes.read(db, key, response))


def look_back(
    db: Session, rings: Session, interview: Interview, key: bytes, response: Response, *, by: UUID, now: datetime
) -> Record:  # fmt: skip
    """The same for the interviewer who comes back to it after its end; the log says so."""
    subject = participant_keys.commitment(rings, interview.participant_id)
    ledger.append(
        db, "answers.read", actor=ledger.staff(by), now=now, study=interview.study_id,
        subject=subject, why="interview", responses=1,
    )  # fmt: skip
    db.flush()
    return read(db, key, response)


def answers_of(record: Record) -> dict[str, Answer]:
    """What the interview says to the questions of the guide, as answers like any other run's."""
    return dict(record.topics)


def end(
    db: Session, rings: Session, grant: Grant, interview: Interview, *, key: bytes, response: Response, now: datetime
) -> bool:
    """The conversation is over and the participant counts as interviewed; notes and memo may still be completed.

    Returns False if it was over already.
    """
    _hold(db, interview)
    if interview.state is not State.HELD:
        return False
    ended = deltas.About(ended_at=notes.moment(now), seen=_seen(db, key, response))
    note(db, key, grant, interview, response, Delta(meta=ended), plan=None, now=now)
    _turn(db, interview, State.ENDED)
    actor, study_id = ledger.staff(interview.account_id), interview.study_id
    statuses.advance(
        db, study_id, interview.participant_id, Status.INTERVIEWED, account_id=interview.account_id, now=now
    )
    subject = participant_keys.commitment(rings, interview.participant_id)
    ledger.append(db, "interview.ended", actor=actor, now=now, study=study_id, subject=subject)
    db.flush()
    return True


def _seen(db: Session, key: bytes, response: Response) -> int:
    """The end is noted on top of everything: it is the last word about when the interview ended."""
    return max((one.sequence for one in notes.read(db, key, response)), default=0)


def unreached(plan: Plan, record: Record, beside: Mapping[str, Answer] = MappingProxyType({})) -> frozenset[str]:
    """The topics to which the conversation led and of which nothing is noted, not even that they were skipped.

    ``beside`` are answers of earlier runs on which the way through this one depends.
    """
    became = plan.missing({**beside, **answers_of(record)})
    return frozenset(name for name, what in became.items() if what is Missingness.NOT_REACHED)


def deposit(
    db: Session, rings: Session, interview: Interview, response: Response,
    *, key: bytes, not_reached: Iterable[str], now: datetime,
) -> bool:  # fmt: skip
    """The interview stands as it is from now on and can be analysed as a whole; False if it did already.

    ``not_reached`` are the topics that the interviewer says were not reached; Unreached if others have no state.
    """
    _hold(db, interview)
    if interview.state is State.DEPOSITED:
        return False
    plan, beside = catch_up_runs.plan_of(db, response), catch_up_runs.beside(db, key, response).answers
    if unreached(plan, read(db, key, response), beside) - frozenset(not_reached):
        raise Unreached
    _turn(db, interview, State.DEPOSITED)
    return responses.close(db, rings, response, now=now, actor=ledger.staff(interview.account_id))


def _hold(db: Session, interview: Interview) -> None:
    """Nobody else notes, ends or deposits the interview until this unit of work is over; it is as they left it."""
    db.refresh(interview, with_for_update=True)


def _turn(db: Session, interview: Interview, state: State) -> None:
    interview.state = state
    db.flush()
