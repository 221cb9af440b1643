"""Instruments of a study, and for each of them the one draft that is being written.

A draft may be unfinished: it has the shape of a definition and nothing more is asked of it before it is published.
Whoever saves says which number of the draft they began from, so that two authors never overwrite each other unseen.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from instruments.definition import ID, Instrument, Role, from_json, to_json
from vault import ledger, studies
from vault.errors import Conflict, Invalid, Missing, Refused
from vault.store import Base


class InstrumentRow(Base):
    """A survey or guide of a study. ``key`` is its definition's id and, like its role, never changes."""

    __tablename__ = "instrument"
    __table_args__ = (Index("instrument_key_once", "study_id", "key", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    key: Mapped[str]
    role: Mapped[Role]
    begun_at: Mapped[datetime]


class Draft(Base):
    """What is being written. ``number`` counts how often it was saved."""

    __tablename__ = "instrument_draft"

    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instrument.id"), primary_key=True)
    number: Mapped[int]
    text: Mapped[str]  # the definition as JSON
    edited_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    edited_at: Mapped[datetime]

    @property
    def definition(self) -> Instrument:
        """The definition as it stands. Raises DefinitionUnreadable, which a saved draft never does."""
        return from_json(self.text.encode())


class DraftOvertaken(Conflict):
    """The draft was saved by somebody else after this person began to change it. Nothing of either is lost."""

    public = (
        "Somebody else saved this draft while you were changing it. Yours is not saved yet: "
        "compare the two below, then save again."
    )


def begin(db: Session, study_id: UUID, instrument: Instrument, *, by: UUID, now: datetime) -> Draft:
    """The study has a new instrument with this draft. Conflict if it has one of that id already."""
    study = studies.find(db, study_id)
    if study.closed_at is not None:
        raise Refused("This study is closed. Nothing can be added to it.")
    if not ID.fullmatch(instrument.id):
        raise Invalid("Give the instrument a short name of letters, digits and _, beginning with a letter.")
    if db.scalar(
        select(InstrumentRow.id).where(InstrumentRow.study_id == study_id, InstrumentRow.key == instrument.id)
    ):
        raise Conflict("The study has an instrument of this name already. Change that one, or choose another name.")
    row = InstrumentRow(study_id=study_id, key=instrument.id, role=instrument.role, begun_at=now)
    db.add(row)
    db.flush()
    draft = Draft(instrument_id=row.id, number=1, text=to_json(instrument).decode(), edited_by=by, edited_at=now)
    db.add(draft)
    ledger.append(
        db,
        "instrument.begun",
        actor=ledger.staff(by),
        now=now,
        study=study_id,
        instrument=row.key,
        role=row.role.value,
    )
    db.flush()
    return draft


def save_draft(
    db: Session, instrument_id: UUID, instrument: Instrument, *, seen: int, by: UUID, now: datetime
) -> Draft:
    """The draft is ``instrument`` now. DraftOvertaken if it is not number ``seen`` any more."""
    row = find_instrument(db, instrument_id)
    if (instrument.id, instrument.role) != (row.key, row.role):
        raise Invalid("The name of an instrument, and whether it is a survey or a guide, cannot change. Begin another.")
    draft = locked(db, instrument_id)
    if draft.number != seen:
        raise DraftOvertaken
    draft.text = to_json(instrument).decode()
    draft.number += 1
    draft.edited_by = by
    draft.edited_at = now
    db.flush()
    return draft


def draft_of(db: Session, instrument_id: UUID) -> Draft:
    """The draft of an instrument, or Missing."""
    draft = db.get(Draft, instrument_id)
    if draft is None:
        raise Missing
    return draft


def locked(db: Session, instrument_id: UUID) -> Draft:
    """The draft as it is in the database now, which nobody else changes until this unit of work ends."""
    draft = db.get(Draft, instrument_id, with_for_update=True, populate_existing=True)
    if draft is None:
        raise Missing
    return draft


def find_instrument(db: Session, instrument_id: UUID) -> InstrumentRow:
    """The instrument, or Missing."""
    row = db.get(InstrumentRow, instrument_id)
    if row is None:
        raise Missing
    return row


def instruments_of(db: Session, study_id: UUID) -> Sequence[InstrumentRow]:
    """The instruments of a study in the order in which they were begun."""
    query = select(InstrumentRow).where(InstrumentRow.study_id == study_id)
    return db.scalars(query.order_by(InstrumentRow.begun_at, InstrumentRow.key)).all()
