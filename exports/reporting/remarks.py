"""What the team says to the items of a checklist. A change is a further remark; the last one counts."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exports.reporting.checklists import Checklist
from survey.remarks import remark
from vault import ledger
from vault.errors import Missing
from vault.store import NUMBER, AppendOnly, Base


class ReportingRemark(AppendOnly, Base):
    """The team's words on one item, from a moment on; empty words take the former ones back."""

    __tablename__ = "reporting_remark"
    __table_args__ = (Index("reporting_remark_of_study", "study_id", "checklist"),)

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    checklist: Mapped[str]
    item: Mapped[str]
    words: Mapped[str]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime]


def of_study(db: Session, study_id: UUID, checklist: Checklist) -> Mapping[str, str]:
    """The team's words by item, as they stand now."""
    here = (ReportingRemark.study_id == study_id, ReportingRemark.checklist == checklist.key)
    rows = db.execute(select(ReportingRemark.item, ReportingRemark.words).where(*here).order_by(ReportingRemark.number))
    last = {item: words for item, words in rows}  # noqa: C416 - rows are no pairs to mypy
    return {item: words for item, words in last.items() if words}


def keep(
    db: Session, study_id: UUID, checklist: Checklist, said: Mapping[str, str], *, by: UUID, now: datetime
) -> int:  # fmt: skip
    """What is ``said`` stands, where it is other than what stood; returns for how many items. Missing for no item."""
    standing = dict(of_study(db, study_id, checklist))
    if set(said) - {item.key for item in checklist.items}:
        raise Missing
    changed = {item: words for item, typed in said.items() if (words := remark(typed)) != standing.get(item, "")}
    for item, words in changed.items():
        db.add(
            ReportingRemark(
                study_id=study_id, checklist=checklist.key, item=item, words=words, written_by=by, written_at=now
            )
        )
    if changed:
        ledger.append(
            db, "reporting.written", actor=ledger.staff(by), now=now, study=study_id, checklist=checklist.name,
            items=sorted(changed, key=int),
        )  # fmt: skip
        db.flush()
    return len(changed)
