"""Approvals that end soon and that nothing renews: leads are told 60, 30 and 7 days before, each of them once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault import studies
from vault.accounts import Account
from vault.approvals import Approval
from vault.store import NUMBER, Base
from vault.studies import Role, Study

DAYS = (60, 30, 7)


class RenewalNotice(Base):
    """A lead was told, or is being told this moment, that an approval ends in so many days at most."""

    __tablename__ = "renewal_notice"

    approval: Mapped[int] = mapped_column(NUMBER, ForeignKey("approval.number"), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    told_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Ending:
    """An approval that ends soon."""

    approval: Approval
    left: int  # days until its last day
    days: int  # which of DAYS it has come to


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody who has to be told of an ending."""

    ending: Ending
    study: Study
    account: Account = field(repr=False)


def of_study(db: Session, study_id: UUID, *, on: date) -> Sequence[Ending]:
    """The study's approvals that end within 60 days and that no other replaces, the first to end first."""
    return _endings(db, on, study_id)


def _endings(db: Session, on: date, study_id: UUID | None = None) -> list[Ending]:
    soon = select(Approval).where(Approval.expires_on >= on, Approval.expires_on <= on + timedelta(days=max(DAYS)))
    if study_id is not None:
        soon = soon.where(Approval.study_id == study_id)
    rows = db.scalars(soon.order_by(Approval.expires_on, Approval.number)).all()
    renewing = select(Approval.replaces, Approval.site_id).where(Approval.replaces.in_([one.number for one in rows]))
    renewed = {(number, site_id) for number, site_id in db.execute(renewing)}
    found = []
    for one in rows:
        if not renewed & {(one.number, None), (one.number, one.site_id)}:
            left = (one.expires_on - on).days
            found.append(Ending(one, left, min(days for days in DAYS if left <= days)))
    return found


def due(db: Session, *, now: datetime) -> list[Due]:
    """Every lead of every open study who was not told yet of how soon an approval ends."""
    told = {(one.approval, one.days, one.account_id) for one in db.scalars(select(RenewalNotice))}
    found: list[Due] = []
    for ending in _endings(db, now.date()):
        study = studies.find(db, ending.approval.study_id)
        leads = [] if study.closed_at else [one for one in studies.members(db, study.id) if one.role is Role.LEAD]
        found += [
            Due(ending, study, db.get_one(Account, member.account_id))
            for member in leads
            if (ending.approval.number, ending.days, member.account_id) not in told
        ]
    return found


def tell(db: Session, one: Due, *, now: datetime) -> bool:
    """This lead is told now and never again of this; False if somebody else is telling them, or has."""
    key = (one.ending.approval.number, one.ending.days, one.account.id)
    if db.get(RenewalNotice, key) is not None:
        return False
    db.add(RenewalNotice(approval=key[0], days=key[1], account_id=key[2], told_at=now))
    db.flush()
    return True


def take_back(db: Session, one: Due) -> None:
    """The lead could not be told after all, so it is tried again."""
    db.execute(
        delete(RenewalNotice).where(
            RenewalNotice.approval == one.ending.approval.number, RenewalNotice.days == one.ending.days,
            RenewalNotice.account_id == one.account.id,
        )
    )  # fmt: skip
