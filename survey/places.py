"""Whether somebody may come into the study at a site: only under an approval in force there, and up to the number of
participants that the board approved, unless a lead has recorded why one more is needed.

Somebody who was only named, and not approached, takes no place; neither does who declined or never replied, as long as
they have not agreed. Everybody else does, also after a withdrawal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Uuid, and_, column, exists, func, not_, or_, select, table
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.statuses import Status, StatusEvent
from vault import approvals, ledger, studies, study_keys
from vault.approvals import Approval
from vault.errors import Invalid, Missing, Refused
from vault.store import NUMBER, AppendOnly, Base
from vault.studies import Role

# Their rows are made above this room; here they are only counted.
_PARTICIPANT = table(
    "participant", column("id", Uuid()), column("study_id", Uuid()), column("site_id", Uuid()),
    column("standing", String()),
)  # fmt: skip
_NOMINATION = table("nomination", column("nominee_id", Uuid()))


class NobodyMayCome(Refused):
    """No approval is in force where the person would come in."""

    public = "No approval of an ethics board is in force at this site today, so nobody can be enrolled there."


class Full(Refused):
    """As many as the board approved are in."""

    public = (
        "The number of participants that the board approved is reached, so nobody was enrolled. A lead can record on "
        "the page of approvals why one more is needed."
    )


class OnlyALead(Refused):
    """It is the lead who answers for it."""

    public = "Only a lead can decide that one more person may be enrolled than the board approved."


class OneMore(AppendOnly, Base):
    """A lead's decision that one person more may be enrolled than a board's decision says."""

    __tablename__ = "enrolment_beyond"

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), index=True)
    approval: Mapped[int] = mapped_column(NUMBER, ForeignKey("approval.number"))
    reason: Mapped[str]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Room:
    """What a decision says of how many, and how many there are."""

    approval: int
    taken: int
    approved: int
    beyond: int  # how many more a lead has decided on

    @property
    def most(self) -> int:
        """How many there may be."""
        return self.approved + self.beyond


@dataclass(frozen=True, slots=True)
class Admitted:
    """Under which decision somebody comes in; the log says it."""

    approval: int
    site: str
    taken: int = 0  # with them, under the decision that leaves the least room
    most: int = 0  # 0: the board set no limit

    def facts(self) -> dict[str, Any]:
        """For the log."""
        return {"approval": self.approval, "site": self.site, "taken": self.taken, "most": self.most}


def require(db: Session, study_id: UUID, site_id: UUID | None, *, on: date, moved: bool = False) -> Admitted:
    """One person more may come in at the site on this day; NobodyMayCome or Full says why not.

    Who is only ``moved`` there from another site of the study is counted already wherever a decision holds for all.
    """
    holding = {one.number for one in approvals.standing(db, study_id, site_id, on=on).values()}
    if not holding:
        raise NobodyMayCome
    limited = select(Approval).where(Approval.number.in_(holding), Approval.sample_size.is_not(None))
    limits = [one for one in db.scalars(limited) if not (moved and one.site_id is None)]
    site = str(site_id or "")
    if not limits:
        return Admitted(max(holding), site)
    # Of two who come for the last place, the second one waits here and is counted after the first.
    study_keys.hold(db, study_id, alone=True)
    rooms = [room_of(db, one) for one in limits]
    if any(room.taken >= room.most for room in rooms):
        raise Full
    least = min(rooms, key=lambda room: room.most - room.taken)
    return Admitted(max(holding), site, least.taken + 1, least.most)


def room_of(db: Session, approval: Approval) -> Room:
    """How many take part where the decision holds, and how many may; 0 approved if it sets no limit."""
    beyond = select(func.count()).select_from(OneMore).where(OneMore.approval == approval.number)
    there = taken(db, approval.study_id, approval.site_id)
    return Room(approval.number, there, approval.sample_size or 0, db.scalar(beyond) or 0)


def taken(db: Session, study_id: UUID, site_id: UUID | None = None, participant_id: UUID | None = None) -> int:
    """How many count towards an approved number, at every site or at one; with ``participant_id``, 1 if they do."""
    db.flush()
    of = _PARTICIPANT.c
    newest = select(func.max(StatusEvent.number)).where(StatusEvent.participant_id == of.id).correlate(_PARTICIPANT)
    status = select(StatusEvent.status).where(StatusEvent.number == newest.scalar_subquery()).scalar_subquery()
    agreed = exists().where(StatusEvent.participant_id == of.id, StatusEvent.status == Status.CONSENTED)
    gone = and_(status.in_((Status.DECLINED, Status.NO_REPLY)), not_(agreed))
    only_named = and_(status == Status.IDENTIFIED, exists().where(_NOMINATION.c.nominee_id == of.id))
    where = [of.study_id == study_id, of.standing != "linked", not_(or_(gone, only_named))]
    if site_id is not None:
        where.append(of.site_id == site_id)
    if participant_id is not None:
        where.append(of.id == participant_id)
    return db.scalar(select(func.count()).select_from(_PARTICIPANT).where(*where)) or 0


def holds_one(db: Session, study_id: UUID, participant_id: UUID) -> bool:
    """Whether the participant counts towards the approved number."""
    return taken(db, study_id, None, participant_id) > 0


def one_more(db: Session, study_id: UUID, approval: int, reason: str, *, by: UUID, now: datetime) -> OneMore:
    """One person more may be enrolled than the decision says. OnlyALead for others, Invalid without a reason."""
    member = studies.membership(db, study_id, by)
    if member is None or member.role is not Role.LEAD:
        raise OnlyALead
    decision = db.get(Approval, approval)
    if decision is None or decision.study_id != study_id:
        raise Missing
    if not reason.strip():
        raise Invalid("Say why one more person has to be enrolled, and who was told.")
    if decision.sample_size is None:
        raise Invalid("This approval sets no number, so there is nothing to go beyond.")
    row = OneMore(study_id=study_id, approval=approval, reason=reason.strip(), decided_by=by, decided_at=now)
    db.add(row)
    db.flush()
    ledger.append(
        db, "enrolment.one-more", actor=ledger.staff(by), now=now, study=study_id, approval=approval,
        most=room_of(db, decision).most,
    )  # fmt: skip
    return row


def beyond(db: Session, study_id: UUID) -> Sequence[OneMore]:
    """Every such decision, the newest first."""
    return db.scalars(select(OneMore).where(OneMore.study_id == study_id).order_by(OneMore.number.desc())).all()
