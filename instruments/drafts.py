"""Instruments of a study, and for each of them the one draft that is being written.

A draft may be unfinished: it has the shape of a definition and nothing more is asked of it before it is published.
Whoever saves says which number of the draft they began from, so that two authors never overwrite each other unseen:
what they did to different questions is put together, what both did to the same one is for people to decide. The last
states of a draft are kept, so that a save can be undone.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, bindparam, select, update
from sqlalchemy import Uuid as UuidType
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session
from sqlalchemy.orm.util import identity_key

from instruments import draft_states
from instruments.definition import ID, Instrument, Role
from instruments.draft_states import State
from instruments.editing import part
from instruments.merging import merge
from vault import ledger, studies
from vault.errors import Conflict, Invalid, Missing, Refused
from vault.prepared import Prepared
from vault.store import Base

# What somebody does to a draft: from the definition as it stands to the one that they want.
Deed = Callable[[Instrument], Instrument]


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
    """What is being written. ``number`` counts how often it was saved; what it says is among its states."""

    __tablename__ = "instrument_draft"

    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instrument.id"), primary_key=True)
    number: Mapped[int]
    mark: Mapped[UUID]  # that of its newest state
    edited_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    edited_at: Mapped[datetime]
    undo_to: Mapped[int | None] = mapped_column(default=None)  # the number that undoing goes back to

    @property
    def definition(self) -> Instrument:
        """The definition as it stands."""
        db = object_session(self)
        if db is None:
            raise Missing
        return draft_states.definition(db, self.instrument_id, self.number, self.mark)


@dataclass(frozen=True, slots=True)
class Stands:
    """A draft at one of its numbers. Its ``mark`` is that of no other state of any draft."""

    instrument_id: UUID
    number: int
    mark: UUID
    edited_by: UUID
    edited_at: datetime
    undo_to: int | None

    def definition(self, db: Session) -> Instrument:
        """What it says."""
        return draft_states.definition(db, self.instrument_id, self.number, self.mark)


@dataclass(frozen=True, slots=True)
class Together:
    """The number of the draft now, and whether somebody else's changes were put together with these."""

    number: int
    merged: bool


_OF = Draft.instrument_id == bindparam("of", type_=UuidType())
_STANDS = select(Draft.instrument_id, Draft.number, Draft.mark, Draft.edited_by, Draft.edited_at, Draft.undo_to).where(
    _OF
)
_SEEN, _HELD = Prepared(_STANDS), Prepared(_STANDS.with_for_update())
_GOES_ON: Prepared[()] = Prepared(update(Draft).where(_OF), ["number", "mark", "edited_by", "edited_at", "undo_to"])


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
    draft = Draft(instrument_id=row.id, number=1, mark=uuid4(), edited_by=by, edited_at=now)
    db.add(draft)
    draft_states.add(
        db, row.id, instrument, before=None, number=1, mark=draft.mark, undo_to=None, by=by, now=now
    )  # fmt: skip
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
    held = _as_seen(db, instrument_id, seen)
    _saved(db, held, held.definition(db), instrument, undo_to=held.number, by=by, now=now)
    return draft_of(db, instrument_id)


def save_together(
    db: Session, instrument_id: UUID, instrument: Instrument, *, seen: int, by: UUID, now: datetime
) -> Together:
    """The draft is what ``instrument`` and whatever others saved since number ``seen`` make together.

    DraftOvertaken if both changed the same thing, or if what the draft was then is not kept any more.
    """
    held = _hold(db, instrument_id)
    stands = held.definition(db)
    if held.number == seen:
        return Together(_saved(db, held, stands, instrument, undo_to=seen, by=by, now=now), merged=False)
    base = draft_states.earlier(db, instrument_id, seen, newest=held.number)
    merged = merge(base[0], instrument, stands) if base is not None else None
    if merged is None or merged.conflicts:
        raise DraftOvertaken
    return Together(_saved(db, held, stands, merged.instrument, undo_to=held.number, by=by, now=now), merged=True)


def change(
    db: Session, instrument_id: UUID, deed: Deed, *, touches: Collection[str], seen: int, by: UUID, now: datetime
) -> Together:
    """The draft is what ``deed`` makes of it as it stands, if nobody changed what it ``touches`` since number ``seen``.

    ``touches`` are places as in ``instruments.comparison``. DraftOvertaken if somebody did, or if that is not known any
    more. Nothing is saved where the deed changes nothing.
    """
    held = _hold(db, instrument_id)
    stands = held.definition(db)
    if held.number != seen and touches:
        base = draft_states.earlier(db, instrument_id, seen, newest=held.number)
        if base is None or any(part(base[0], place) != part(stands, place) for place in touches):
            raise DraftOvertaken
    wanted = deed(stands)
    if wanted == stands:
        return Together(held.number, merged=False)
    number = _saved(db, held, stands, wanted, undo_to=held.number, by=by, now=now)
    return Together(number, merged=number != seen + 1)


def undo(db: Session, instrument_id: UUID, *, seen: int, by: UUID, now: datetime) -> None:
    """The draft is what it was before the last save that was not undone yet. This is a save as well.

    DraftOvertaken if the draft is not number ``seen`` any more; NothingToUndo if nothing is kept to go back to.
    """
    held = _as_seen(db, instrument_id, seen)
    found = (
        draft_states.earlier(db, instrument_id, held.undo_to, newest=held.number) if held.undo_to is not None else None
    )
    if found is None:
        raise NothingToUndo
    before, undo_to = found
    _saved(db, held, held.definition(db), before, undo_to=undo_to, by=by, now=now)


def take_back(db: Session, instrument_id: UUID, to: int, *, seen: int, by: UUID, now: datetime) -> None:
    """The draft is again what it was at number ``to``. Undoing this leads back to what it is now."""
    held = _as_seen(db, instrument_id, seen)
    found = draft_states.earlier(db, instrument_id, to, newest=held.number)
    if found is None:
        raise NothingToUndo
    _saved(db, held, held.definition(db), found[0], undo_to=held.number, by=by, now=now)


def _saved(
    db: Session, held: Stands, stands: Instrument, wanted: Instrument, *, undo_to: int | None, by: UUID, now: datetime
) -> int:
    """The one way in which a draft is written: a further state is added, and the draft is that one. Its number."""
    if (wanted.id, wanted.role) != (stands.id, stands.role):
        raise Invalid("The name of an instrument, and whether it is a survey or a guide, cannot change. Begin another.")
    number, mark = held.number + 1, uuid4()
    draft_states.add(
        db, held.instrument_id, wanted, before=stands, number=number, mark=mark, undo_to=undo_to, by=by, now=now
    )
    _GOES_ON.write(
        db, of=held.instrument_id, number=number, mark=mark, edited_by=by, edited_at=now, undo_to=undo_to
    )  # fmt: skip
    # Whoever holds the row sees what was written past it.
    row = db.identity_map.get(identity_key(Draft, held.instrument_id)) if db.identity_map else None
    if row is not None:
        db.expire(row)
    return number


def _as_seen(db: Session, instrument_id: UUID, seen: int) -> Stands:
    held = _hold(db, instrument_id)
    if held.number != seen:
        raise DraftOvertaken
    return held


def _hold(db: Session, instrument_id: UUID) -> Stands:
    """The draft as it is in the database now, which nobody else changes until this unit of work ends."""
    return _one(_HELD.rows(db, of=instrument_id))


def stands(db: Session, instrument_id: UUID) -> Stands:
    """The draft of an instrument as it stands, or Missing."""
    return _one(_SEEN.rows(db, of=instrument_id))


def _one(rows: Sequence[tuple[UUID, int, UUID, UUID, datetime, int | None]]) -> Stands:
    if not rows:
        raise Missing
    return Stands(*rows[0])


def befores(db: Session, instrument_id: UUID) -> Sequence[State]:
    """The states of a draft that are kept, the newest first; the draft as it stands is not among them."""
    return draft_states.kept(db, instrument_id, newest=stands(db, instrument_id).number)


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
