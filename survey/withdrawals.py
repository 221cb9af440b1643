"""Leaving: stop, anonymise or erase. One action, no reason, said beforehand what it does, and a receipt afterwards.

What dies is promised here and carried out by ``carry_out``, which whoever calls runs after committing the promise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from consent import decisions
from consent.scopes import PARTICIPATION, Scope
from instruments.sentences import Sentence
from survey import drafts, letters, participants, runs, statuses
from survey.participants import Participant, Standing
from survey.statuses import HasWithdrawn, Status
from vault import codes, erasure, ledger, participant_keys, participant_sessions
from vault.erasure import Kind
from vault.errors import Missing
from vault.store import NUMBER, AppendOnly, Base


class Way(StrEnum):
    """How somebody leaves, from the least to the most."""

    STOP = "stop"
    ANONYMISE = "anonymise"
    ERASE = "erase"


_BEFORE: dict[Way, tuple[Sentence, ...]] = {
    Way.STOP: (
        Sentence("You will be asked nothing more, and nobody will write to you about this study."),
        Sentence("What you have told us so far stays in the study, as you agreed."),
        Sentence("You can still have your name removed, or everything erased, later on."),
    ),
    Way.ANONYMISE: (
        Sentence("You will be asked nothing more, and nobody will write to you about this study."),
        Sentence("Your name, your contact details and your signature become unreadable for everybody, for good."),
        Sentence("What you have told us so far stays in the study without them."),
        Sentence("Nobody will be able to find out by your name which answers were yours, so keep your code."),
    ),
    Way.ERASE: (
        Sentence("You will be asked nothing more, and nobody will write to you about this study."),
        Sentence("Your name, your contact details, your answers and your recordings become unreadable for good."),
        Sentence("Copies that were released to researchers before today, and quotes that were published, cannot be "
                 "called back. Whoever received a copy is told that this record was withdrawn."),
        Sentence("That somebody withdrew, and when, stays in the study's log. It does not say who."),
        Sentence("This cannot be undone, and your code will open nothing any more."),
    ),
}  # fmt: skip

_AFTER: dict[Way, Sentence] = {
    Way.STOP: Sentence("You have stopped. Nothing more is asked of you, and what you told us so far stays."),
    Way.ANONYMISE: Sentence("Your name, contact details and signature are destroyed. What you told us stays."),
    Way.ERASE: Sentence("Everything that you told us, your name and your contact details are destroyed."),
}

_STANDING = {Way.STOP: Standing.STOPPED, Way.ANONYMISE: Standing.ANONYMISED, Way.ERASE: Standing.ERASED}
_FURTHER = [Standing.ENROLLED, Standing.STOPPED, Standing.ANONYMISED, Standing.ERASED, Standing.LINKED]

# Whoever stops or becomes anonymous says no to more of it; what they allowed for what exists already stands.
_NO_TO: dict[Way, frozenset[Scope]] = {
    Way.STOP: PARTICIPATION,
    Way.ANONYMISE: PARTICIPATION | {Scope.RESULTS},
    Way.ERASE: frozenset(Scope),
}


class Withdrawal(AppendOnly, Base):
    """That somebody left, how and on which day. Why is asked nowhere and has no column."""

    __tablename__ = "withdrawal"

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID] = mapped_column(index=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participant.id"), index=True)
    kind: Mapped[Way]
    day: Mapped[date]
    reference: Mapped[str] = mapped_column(unique=True)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What somebody who left keeps: a reference that the study can look up, the day, and what died."""

    reference: str
    way: Way
    day: date
    says: Sentence


@dataclass(frozen=True, slots=True)
class Left:
    """What the team sees of a withdrawal."""

    pseudonym: str
    way: Way
    day: date
    reference: str


def before(way: Way) -> tuple[Sentence, ...]:
    """What will happen, to be read before it does."""
    return _BEFORE[way]


def open_to(participant: Participant) -> tuple[Way, ...]:
    """The ways that are still open to a participant: whoever stopped can still be erased, not the other way round."""
    at = _FURTHER.index(participant.standing)
    return tuple(way for way in Way if _FURTHER.index(_STANDING[way]) > at)


def withdraw(
    db: Session, rings: Session, participant: Participant, way: Way, *, now: datetime, by: UUID | None = None
) -> Receipt:  # fmt: skip
    """The participant has left in this way; ``carry_out`` has to follow, after this has been committed.

    ``by`` is the account that was told, None where the participant did it themselves. HasWithdrawn if they have left
    in this way or further already.
    """
    # Two tabs that leave at the same moment wait for each other, and the second hears that it has happened.
    db.refresh(participant, with_for_update=True)
    if way not in open_to(participant):
        raise HasWithdrawn
    # A page that is being saved at this moment is saved before, or not at all: who saves looks at consent after this.
    for run in runs.of_participant(db, participant.id):
        runs.find(db, participant.id, run.id, writing=True)
    study_id, subject = participant.study_id, participant_keys.commitment(rings, participant.id)
    actor = ledger.participant(subject) if by is None else ledger.staff(by)
    decisions.withdraw_all(db, rings, study_id, participant.id, now=now, by=by, only=_NO_TO[way])
    statuses.record(db, study_id, participant.id, Status.WITHDRAWN, now=now, account_id=by)
    letters.drop_all(db, participant.id, now=now)
    for run in runs.of_participant(db, participant.id):
        drafts.drop(db, run.id)
    reference = f"W-{codes.grouped(codes.new_code(8))}"
    withdrawal = Withdrawal(
        study_id=study_id, participant_id=participant.id, kind=way, day=now.date(), reference=reference
    )
    db.add(withdrawal)
    ledger.append(
        db, "participant.withdrew", actor=actor, now=now, study=study_id, subject=subject, way=way.value,
        reference=reference,
    )  # fmt: skip
    if way is Way.STOP:
        participant.standing = Standing.STOPPED
    else:
        # An open visit holds the keys that are about to die.
        participant_sessions.end_all(db, participant.id)
        kind = Kind.ERASE if way is Way.ERASE else Kind.ANONYMISE
        participants.forget(db, rings, participant, kind, actor=actor, now=now)
    db.flush()
    return _receipt(withdrawal)


def carry_out(db: Session, rings: Session, backups: Path, *, now: datetime) -> Iterator[str]:
    """What was promised dies. A generator: whoever runs it commits after each step; see ``erasure.carry_out``."""
    return erasure.carry_out(db, rings, backups, now=now)


def receipt(db: Session, reference: str) -> Receipt:
    """The receipt with this reference, or Missing. It names nobody."""
    return found(db, reference)[1]


def found(db: Session, reference: str) -> tuple[UUID, Receipt]:
    """The same with the study that it is of."""
    withdrawal = db.scalar(select(Withdrawal).where(Withdrawal.reference == reference.strip().upper()))
    if withdrawal is None:
        raise Missing
    return withdrawal.study_id, _receipt(withdrawal)


def _receipt(withdrawal: Withdrawal) -> Receipt:
    return Receipt(withdrawal.reference, withdrawal.kind, withdrawal.day, _AFTER[withdrawal.kind])


def of_study(db: Session, study_id: UUID) -> Sequence[Left]:
    """Who left, how and when, the newest first."""
    rows = db.execute(
        select(Participant.pseudonym, Withdrawal.kind, Withdrawal.day, Withdrawal.reference)
        .join(Participant, Participant.id == Withdrawal.participant_id)
        .where(Withdrawal.study_id == study_id)
        .order_by(Withdrawal.number.desc())
    )
    return [Left(*row) for row in rows]
