"""What the ethics board decided: reference, scope, from when, until when, where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault import ledger
from vault.errors import Invalid, Missing
from vault.prepared import Prepared
from vault.store import NUMBER, AppendOnly, Base
from vault.studies import Site


class Approval(AppendOnly, Base):
    """One decision of a board. A renewal or an end before its time is a further Approval that names this one."""

    __tablename__ = "approval"
    __table_args__ = (CheckConstraint("expires_on >= effective_on", name="approval_expires_after_it_begins"),)

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), index=True)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))  # None: every site
    board: Mapped[str]
    reference: Mapped[str]
    covers: Mapped[str]  # in the board's words: instruments, documents, groups of people
    effective_on: Mapped[date]
    expires_on: Mapped[date]  # the last day on which it holds
    replaces: Mapped[int | None] = mapped_column(NUMBER, ForeignKey("approval.number"))
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Decided:
    """A board's decision as somebody read it from the letter."""

    board: str
    reference: str
    covers: str
    effective_on: date
    expires_on: date
    site_id: UUID | None = None
    replaces: int | None = None


def record(db: Session, study_id: UUID, decided: Decided, *, by: UUID, now: datetime) -> Approval:
    """The decision stands in the study's records and in its log."""
    if not decided.board.strip() or not decided.reference.strip():
        raise Invalid("Give the board's name and the reference on its letter.")
    if decided.expires_on < decided.effective_on:
        raise Invalid("An approval cannot expire before it takes effect. Check the two dates.")
    if decided.site_id is not None:
        site = db.get(Site, decided.site_id)
        if site is None or site.study_id != study_id:
            raise Missing
    if decided.replaces is not None:
        former = db.get(Approval, decided.replaces)
        if former is None or former.study_id != study_id:
            raise Missing
    approval = Approval(
        study_id=study_id, site_id=decided.site_id, board=decided.board.strip(), reference=decided.reference.strip(),
        covers=decided.covers.strip(), effective_on=decided.effective_on, expires_on=decided.expires_on,
        replaces=decided.replaces, recorded_by=by, recorded_at=now,
    )  # fmt: skip
    db.add(approval)
    db.flush()
    ledger.append(
        db, "approval.recorded", actor=ledger.staff(by), now=now, study=study_id, approval=approval.number,
        board=approval.board, reference=approval.reference, site=str(decided.site_id or ""),
        effective=approval.effective_on.isoformat(), expires=approval.expires_on.isoformat(),
        replaces=approval.replaces or 0,
    )  # fmt: skip
    return approval


def of_study(db: Session, study_id: UUID) -> Sequence[Approval]:
    """Every decision on a study, the newest first."""
    return db.scalars(select(Approval).where(Approval.study_id == study_id).order_by(Approval.number.desc())).all()


def in_force(db: Session, study_id: UUID, site_id: UUID | None, *, on: date) -> Approval | None:
    """The decision that holds at a site on a day, the latest recorded if several do; None if nothing holds.

    A decision that another one replaces holds until the day before the other takes effect.
    """
    number = max(allowed(db, study_id, site_id, on=on).values(), default=None)
    return None if number is None else db.get(Approval, number)


# Every page on the way to a participant's questions waits for this.
_HELD = Prepared(
    select(Approval.number, Approval.site_id, Approval.effective_on, Approval.expires_on, Approval.replaces)
    .where(Approval.study_id == bindparam("study_id"))
    .order_by(Approval.number)
)


def allowed(db: Session, study_id: UUID, site_id: UUID | None, *, on: date) -> dict[int, int]:
    """By the number of each decision that holds at a site on a day, or was renewed by one that does, that one's."""
    every = _HELD.rows(db, study_id=study_id)
    former = {number: replaces for number, *_, replaces in every}
    begun = [one for one in every if one[1] in (None, site_id) and one[2] <= on]
    replaced = {replaces for *_, replaces in begun}
    found: dict[int, int] = {}
    for number, _, _, expires_on, _ in begun:
        at: int | None = number if on <= expires_on and number not in replaced else None
        while at is not None and found.get(at) != number:
            found[at] = number
            at = former.get(at)
    return found


def holding(db: Session, study_id: UUID, *, on: date) -> Sequence[Approval]:
    """Every decision that holds on a day, be it at one site only; the newest first.

    What is published is published under one of these; where it may be used is asked of ``in_force``.
    """
    every = of_study(db, study_id)
    ended = {(one.replaces, one.site_id) for one in every if one.effective_on <= on}
    return [
        one
        for one in every
        if one.effective_on <= on <= one.expires_on and not ended & {(one.number, None), (one.number, one.site_id)}
    ]
