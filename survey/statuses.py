"""Where recruitment stands with each person: events that are only added; the last one, by number, is the status."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid, bindparam, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault.errors import Invalid, Refused
from vault.prepared import Prepared
from vault.store import NUMBER, AppendOnly, Base


class Status(StrEnum):
    """A step of recruitment, in the order in which they usually come."""

    IDENTIFIED = "identified"
    APPROACHED = "approached"
    INVITED = "invited"
    NO_REPLY = "no-reply"
    DECLINED = "declined"
    CONSENTED = "consented"
    INTERVIEWED = "interviewed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


# What a member of the team may record; the others follow from what happened.
BY_HAND = frozenset({Status.APPROACHED, Status.INVITED, Status.NO_REPLY, Status.DECLINED, Status.CLOSED})

# Who counts towards a quota.
COUNTING = frozenset({Status.CONSENTED, Status.INTERVIEWED, Status.CLOSED})

_RANK = {status: rank for rank, status in enumerate(Status)}


class HasWithdrawn(Refused):
    """A withdrawal is the last thing that happens."""

    public = "This person has withdrawn. Nothing more may be recorded about them."


class StatusEvent(AppendOnly, Base):
    """One step with one person. Events are put in order by number, because a clock can be set back."""

    __tablename__ = "status_event"
    __table_args__ = (
        Index("status_event_of_participant", "participant_id", "number"),
        Index("status_event_of_study", "study_id", "number"),
    )

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID]
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participant.id"))
    status: Mapped[Status]
    day: Mapped[date]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # None: it followed by itself


_WHO = bindparam("participant_id", type_=Uuid())  # the table that would tell its type imports this one
_LAST = select(func.max(StatusEvent.number)).where(StatusEvent.participant_id == _WHO)
_CURRENT = Prepared(select(StatusEvent.status).where(StatusEvent.number == _LAST.scalar_subquery()))
_EVENT: Prepared[()] = Prepared(
    insert(StatusEvent).inline(), ["study_id", "participant_id", "status", "day", "account_id"]
)


def current(db: Session, participant_id: UUID) -> Status | None:
    """The status of a person; None if nothing was ever recorded."""
    return next((status for (status,) in _CURRENT.rows(db, participant_id=participant_id)), None)


def record(
    db: Session, study_id: UUID, participant_id: UUID, status: Status, *, now: datetime, account_id: UUID | None = None
) -> bool:
    """The person has this status now; returns False if they had it already. HasWithdrawn if they withdrew."""
    former = current(db, participant_id)
    if former is status:
        return False
    if former is Status.WITHDRAWN:
        raise HasWithdrawn
    # Written at once and by itself: an event must not overtake another that waits for the next flush.
    _EVENT.write(
        db, study_id=study_id, participant_id=participant_id, status=status, day=now.date(), account_id=account_id
    )
    return True


def record_by_hand(
    db: Session, study_id: UUID, participant_id: UUID, status: Status, *, account_id: UUID, now: datetime
) -> bool:
    """A member of the team records a step; Invalid for one that only follows from what happened."""
    if status not in BY_HAND:
        raise Invalid("This step follows by itself and cannot be recorded by hand. Choose another one.")
    return record(db, study_id, participant_id, status, account_id=account_id, now=now)


def advance(
    db: Session, study_id: UUID, participant_id: UUID, status: Status, *, now: datetime, account_id: UUID | None = None
) -> bool:
    """The person has this status unless they are further already: who was interviewed does not become consented."""
    former = current(db, participant_id)
    if former is not None and _RANK[former] >= _RANK[status]:
        return False
    return record(db, study_id, participant_id, status, now=now, account_id=account_id)


def of_study(db: Session, study_id: UUID) -> Mapping[UUID, Status]:
    """The status of everybody in a study who has one."""
    last = (
        select(func.max(StatusEvent.number))
        .where(StatusEvent.study_id == study_id)
        .group_by(StatusEvent.participant_id)
    )
    rows = db.execute(select(StatusEvent.participant_id, StatusEvent.status).where(StatusEvent.number.in_(last)))
    return {participant_id: status for participant_id, status in rows}  # noqa: C416 - rows are no pairs to mypy


def history(db: Session, participant_id: UUID) -> tuple[tuple[date, Status], ...]:
    """Every step with a person, oldest first."""
    rows = db.execute(
        select(StatusEvent.day, StatusEvent.status)
        .where(StatusEvent.participant_id == participant_id)
        .order_by(StatusEvent.number)
    )
    return tuple((day, status) for day, status in rows)
