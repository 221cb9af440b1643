"""The sampling frame of a study as it is kept: its strata, its quotas, and who changed them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey import sampling
from survey.sampling import Attributes, Quota, Stratum
from vault import ledger
from vault.errors import Invalid, Missing
from vault.store import Base


class StratumRow(Base):
    """A cell of the frame. A participant's stratum stands in clear as the id of this row."""

    __tablename__ = "stratum"
    __table_args__ = (Index("stratum_cell_once", "study_id", "cell", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    position: Mapped[int]
    cell: Mapped[str]  # the attributes as JSON, in the order of the frame


class QuotaRow(Base):
    """How many people are wanted in a part of the frame. Setting it anew changes the target."""

    __tablename__ = "quota"
    __table_args__ = (
        Index("quota_of_part_once", "study_id", "part", unique=True),
        CheckConstraint("target >= 0", name="quota_asks_for_somebody_or_nobody"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    part: Mapped[str]  # the attributes as JSON; {} is the whole frame
    target: Mapped[int]


def _spelled(attributes: Attributes) -> str:
    return json.dumps(dict(attributes), ensure_ascii=False, separators=(",", ":"))


def add_cells(db: Session, study_id: UUID, frame: Mapping[str, Sequence[str]], *, by: UUID, now: datetime) -> int:
    """Every cell of ``frame`` is a stratum; those that were there stay. Returns how many are new.

    Once people have been placed the attributes are settled, and only values may be added: Invalid otherwise.
    """
    cells = sampling.cells(frame)
    there = strata(db, study_id)
    if there and list(sampling.attributes_of(there)) != list(frame):
        raise Invalid("The study has a frame of other attributes. Remove its strata first, or keep its attributes.")
    known = {_spelled(stratum.attributes) for stratum in there}
    last = db.scalar(select(func.max(StratumRow.position)).where(StratumRow.study_id == study_id)) or 0
    fresh = [cell for cell in map(_spelled, cells) if cell not in known]
    db.add_all(StratumRow(study_id=study_id, position=last + number, cell=cell) for number, cell in enumerate(fresh, 1))
    if fresh:
        ledger.append(db, "frame.extended", actor=ledger.staff(by), now=now, study=study_id, cells=fresh)
    db.flush()
    return len(fresh)


def strata(db: Session, study_id: UUID) -> tuple[Stratum, ...]:
    """The strata of a study in their order."""
    rows = db.execute(
        select(StratumRow.id, StratumRow.cell).where(StratumRow.study_id == study_id).order_by(StratumRow.position)
    )
    return tuple(Stratum(id, json.loads(cell)) for id, cell in rows)  # noqa: A001


def require(db: Session, study_id: UUID, stratum_id: UUID | None) -> None:
    """Return if the stratum is one of this study, or none at all; Missing if it is another study's."""
    if stratum_id is None:
        return
    if db.scalar(select(StratumRow.study_id).where(StratumRow.id == stratum_id)) != study_id:
        raise Missing


def set_quota(db: Session, study_id: UUID, of: Attributes, target: int, *, by: UUID, now: datetime) -> None:
    """So many people are wanted in this part of the frame from now on; Invalid if the frame has no such part."""
    frame = sampling.attributes_of(strata(db, study_id))
    if any(value not in frame.get(name, ()) for name, value in of.items()):
        raise Invalid("The sampling frame has no such part. Choose among its attributes and values.")
    if not 0 <= target <= 1_000_000:
        raise Invalid("Give a target between 0 and 1,000,000.")
    # In the order of the frame, so that one part has one spelling.
    part = _spelled({name: of[name] for name in frame if name in of})
    row = db.scalar(select(QuotaRow).where(QuotaRow.study_id == study_id, QuotaRow.part == part))
    if row is None:
        db.add(QuotaRow(study_id=study_id, part=part, target=target))
    else:
        row.target = target
    ledger.append(db, "quota.set", actor=ledger.staff(by), now=now, study=study_id, part=part, target=target)
    db.flush()


def drop_quota(db: Session, study_id: UUID, quota_id: UUID, *, by: UUID, now: datetime) -> None:
    """Nobody counts people in this part of the frame any more."""
    row = db.get(QuotaRow, quota_id)
    if row is None or row.study_id != study_id:
        raise Missing
    db.delete(row)
    ledger.append(db, "quota.dropped", actor=ledger.staff(by), now=now, study=study_id, part=row.part)
    db.flush()


def quotas(db: Session, study_id: UUID) -> tuple[Quota, ...]:
    """The quotas of a study, the widest parts of the frame first."""
    rows = db.execute(select(QuotaRow.id, QuotaRow.part, QuotaRow.target).where(QuotaRow.study_id == study_id))
    found = [Quota(id, json.loads(part), target) for id, part, target in rows]  # noqa: A001
    return tuple(sorted(found, key=lambda quota: (len(quota.of), quota.name)))
