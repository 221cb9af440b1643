"""The draft of a study's next consent document: one at a time, edited until it is published or thrown away."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from consent import documents
from consent.documents import ConsentDocument
from consent.wording import Wording, from_written, written
from vault import ledger
from vault.errors import Conflict, Missing
from vault.store import Base


class ConsentDraft(Base):
    """What is being written. ``edit`` counts the times it was saved, so nobody overwrites what they never saw."""

    __tablename__ = "consent_draft"

    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), primary_key=True)
    body: Mapped[str]
    edit: Mapped[int]
    edited_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    edited_at: Mapped[datetime]


class DraftChanged(Conflict):
    """Somebody else saved, published or threw away the draft since it was opened."""

    public = "Somebody else changed this draft since you opened it. Open it in another tab and put the two together."


def begin(db: Session, study_id: UUID, wording: Wording, *, by: UUID, now: datetime) -> ConsentDraft:
    """The study has a draft that begins with ``wording``: the last document's, a ready one's, or an empty one."""
    if db.get(ConsentDraft, study_id) is not None:
        raise Conflict("This study has a draft already. Go on with that one, or throw it away first.")
    draft = ConsentDraft(study_id=study_id, body=written(wording), edit=1, edited_by=by, edited_at=now)
    db.add(draft)
    ledger.append(db, "consent.begun", actor=ledger.staff(by), now=now, study=study_id)
    db.flush()
    return draft


def find(db: Session, study_id: UUID) -> ConsentDraft:
    """The study's draft, or Missing."""
    draft = db.get(ConsentDraft, study_id)
    if draft is None:
        raise Missing
    return draft


def wording_of(draft: ConsentDraft) -> Wording:
    """What the draft says."""
    return from_written(draft.body)


def save(db: Session, study_id: UUID, wording: Wording, *, seen: int, by: UUID, now: datetime) -> ConsentDraft:
    """The draft says ``wording``, finished or not. ``seen`` is its ``edit`` when it was opened; DraftChanged if it has
    another by now."""
    changed = db.execute(
        update(ConsentDraft)
        .where(ConsentDraft.study_id == study_id, ConsentDraft.edit == seen)
        .values(body=written(wording), edit=seen + 1, edited_by=by, edited_at=now)
        .returning(ConsentDraft.edit)
    ).one_or_none()
    if changed is None:
        raise DraftChanged
    draft = find(db, study_id)
    db.refresh(draft)
    return draft


def discard(db: Session, study_id: UUID, *, seen: int) -> None:
    """The draft is gone."""
    gone = db.execute(
        delete(ConsentDraft)
        .where(ConsentDraft.study_id == study_id, ConsentDraft.edit == seen)
        .returning(ConsentDraft.edit)
    ).one_or_none()
    if gone is None:
        raise DraftChanged


def publish(
    db: Session, study_id: UUID, *, seen: int, approval: int, by: UUID, now: datetime, corrections: Collection[str] = ()
) -> ConsentDocument:
    """The draft, as it was seen, is the study's next document (documents.publish), and there is no draft any more."""
    draft = find(db, study_id)
    if draft.edit != seen:
        raise DraftChanged
    document = documents.publish(
        db, study_id, wording_of(draft), approval=approval, by=by, now=now, written_at=draft.edited_at,
        corrections=corrections,
    )  # fmt: skip
    discard(db, study_id, seen=seen)
    return document
