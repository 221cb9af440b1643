"""Instruments of a study, and for each of them the one draft that is being written.

A draft may be unfinished: it has the shape of a definition and nothing more is asked of it before it is published.
Whoever saves says which number of the draft they began from, so that two authors never overwrite each other unseen:
what they did to different questions is put together, what both did to the same one is for people to decide. The last
states of a draft are kept, so that a save can be undone.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from instruments.definition import ID, Instrument, Role, from_json, to_json
from instruments.editing import part
from instruments.merging import merge
from vault import ledger, studies
from vault.errors import Conflict, Invalid, Missing, Refused
from vault.store import Base

KEPT = 50

# What somebody does to a draft: from the definition as it stands to the one that they want.
Deed = Callable[[Instrument], Instrument]


@lru_cache(maxsize=16)
def _read(text: str) -> Instrument:
    # One who writes reads the same large text with every page that is opened.
    return from_json(text.encode())


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
    undo_to: Mapped[int | None] = mapped_column(default=None)  # the number that undoing goes back to

    @property
    def definition(self) -> Instrument:
        """The definition as it stands. Raises DefinitionUnreadable, which a saved draft never does."""
        return _read(self.text)


class Before(Base):
    """What a draft was before it was saved again: the last ``KEPT`` states of it."""

    __tablename__ = "instrument_draft_before"

    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instrument.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(deferred=True)
    edited_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    edited_at: Mapped[datetime]
    undo_to: Mapped[int | None]

    @property
    def definition(self) -> Instrument:
        """The definition as it was."""
        return _read(self.text)


@dataclass(frozen=True, slots=True)
class Together:
    """The draft as it is now, and whether somebody else's changes were put together with these."""

    draft: Draft
    merged: bool


class DraftOvertaken(Conflict):
    """The draft was saved by somebody else after this person began to change it. Nothing of either is lost."""

    public = (
        "Somebody else saved this draft while you were changing it. Yours is not saved yet: "
        "compare the two below, then save again."
    )


class NothingToUndo(Invalid):
    """There is no earlier state to go back to."""

    public = "There is nothing to undo: what the draft was before is not kept any more."


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
    draft = locked(db, instrument_id)
    if draft.number != seen:
        raise DraftOvertaken
    return _saved(db, draft, instrument, undo_to=draft.number, by=by, now=now)


def save_together(
    db: Session, instrument_id: UUID, instrument: Instrument, *, seen: int, by: UUID, now: datetime
) -> Together:
    """The draft is what ``instrument`` and whatever others saved since number ``seen`` make together.

    DraftOvertaken if both changed the same thing, or if what the draft was then is not kept any more.
    """
    draft = locked(db, instrument_id)
    if draft.number == seen:
        return Together(_saved(db, draft, instrument, undo_to=seen, by=by, now=now), merged=False)
    base = state(db, draft, seen)
    merged = merge(base, instrument, draft.definition) if base is not None else None
    if merged is None or merged.conflicts:
        raise DraftOvertaken
    return Together(_saved(db, draft, merged.instrument, undo_to=draft.number, by=by, now=now), merged=True)


def change(
    db: Session, instrument_id: UUID, deed: Deed, *, touches: Collection[str], seen: int, by: UUID, now: datetime
) -> Together:
    """The draft is what ``deed`` makes of it as it stands, if nobody changed what it ``touches`` since number ``seen``.

    ``touches`` are places as in ``instruments.comparison``. DraftOvertaken if somebody did, or if that is not known any
    more. Nothing is saved where the deed changes nothing.
    """
    draft = locked(db, instrument_id)
    stands = draft.definition
    if draft.number != seen and touches:
        base = state(db, draft, seen)
        if base is None or any(part(base, place) != part(stands, place) for place in touches):
            raise DraftOvertaken
    wanted = deed(stands)
    if wanted == stands:
        return Together(draft, merged=False)
    saved = _saved(db, draft, wanted, undo_to=draft.number, by=by, now=now)
    return Together(saved, merged=saved.number != seen + 1)


def undo(db: Session, instrument_id: UUID, *, seen: int, by: UUID, now: datetime) -> Draft:
    """The draft is what it was before the last save that was not undone yet. This is a save as well.

    DraftOvertaken if the draft is not number ``seen`` any more; NothingToUndo if nothing is kept to go back to.
    """
    draft = locked(db, instrument_id)
    if draft.number != seen:
        raise DraftOvertaken
    return _back(db, draft, draft.undo_to, by=by, now=now)


def take_back(db: Session, instrument_id: UUID, to: int, *, seen: int, by: UUID, now: datetime) -> Draft:
    """The draft is again what it was at number ``to``. Undoing this leads back to what it is now."""
    draft = locked(db, instrument_id)
    if draft.number != seen:
        raise DraftOvertaken
    instrument = state(db, draft, to)
    if instrument is None:
        raise NothingToUndo
    return _saved(db, draft, instrument, undo_to=draft.number, by=by, now=now)


def _back(db: Session, draft: Draft, to: int | None, *, by: UUID, now: datetime) -> Draft:
    before = db.get(Before, (draft.instrument_id, to)) if to is not None else None
    if before is None:
        raise NothingToUndo
    return _saved(db, draft, before.definition, undo_to=before.undo_to, by=by, now=now)


def _saved(db: Session, draft: Draft, instrument: Instrument, *, undo_to: int | None, by: UUID, now: datetime) -> Draft:
    """The one way in which a draft is written: what it was is kept, and what is older than ``KEPT`` savings goes."""
    row = find_instrument(db, draft.instrument_id)
    if (instrument.id, instrument.role) != (row.key, row.role):
        raise Invalid("The name of an instrument, and whether it is a survey or a guide, cannot change. Begin another.")
    db.execute(
        insert(Before).from_select(
            ["instrument_id", "number", "text", "edited_by", "edited_at", "undo_to"],
            select(
                Draft.instrument_id, Draft.number, Draft.text, Draft.edited_by, Draft.edited_at, Draft.undo_to
            ).where(Draft.instrument_id == draft.instrument_id),
        )
    )
    db.execute(delete(Before).where(Before.instrument_id == draft.instrument_id, Before.number <= draft.number - KEPT))
    draft.text = to_json(instrument).decode()
    draft.number += 1
    draft.undo_to = undo_to
    draft.edited_by = by
    draft.edited_at = now
    db.flush()
    return draft


def state(db: Session, draft: Draft, number: int) -> Instrument | None:
    """What the draft was at a number; None if that is not kept any more, or never was."""
    if number == draft.number:
        return draft.definition
    before = db.get(Before, (draft.instrument_id, number))
    return before.definition if before is not None else None


def befores(db: Session, instrument_id: UUID) -> Sequence[Before]:
    """The states of a draft that are kept, the newest first."""
    return db.scalars(select(Before).where(Before.instrument_id == instrument_id).order_by(Before.number.desc())).all()


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
