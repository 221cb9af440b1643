"""What a draft was after each of its last savings, kept as what each of them changed.

A saving is written down as its difference from the one before, every ``WHOLE_EVERY``-th as the whole. Each has a mark
that no other one ever gets, under which its definition is remembered in the process: whoever writes opens the same
large draft with every page, and all but what was changed stays the very same value.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, bindparam, delete, func, insert, select
from sqlalchemy import Uuid as UuidType
from sqlalchemy.orm import Mapped, Session, mapped_column

from instruments import deltas
from instruments.definition import DefinitionUnreadable, Instrument, from_json, to_json
from instruments.remembering import Remembered
from vault.prepared import Prepared
from vault.store import Base

KEPT = 50
WHOLE_EVERY = 25
_MOST = 48


class State(Base):
    """What a draft was at a number. ``text`` is the definition as JSON, or what makes it of the state before."""

    __tablename__ = "instrument_draft_state"

    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instrument.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[UUID]
    whole: Mapped[bool]
    text: Mapped[str] = mapped_column(deferred=True)
    edited_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    edited_at: Mapped[datetime]
    undo_to: Mapped[int | None]  # the number that undoing goes back to


_HERE = State.instrument_id == bindparam("of", type_=UuidType())
_NEWEST = State.number.desc()
_THERE = State.number.between(bindparam("since"), bindparam("upto"))
_STEPS = Prepared(select(State.number, State.mark, State.whole).where(_HERE, _THERE).order_by(_NEWEST))
_TEXTS = Prepared(select(State.mark, State.whole, State.text).where(_HERE, _THERE).order_by(State.number))
_UNDO_TO = Prepared(select(State.mark, State.undo_to).where(_HERE, State.number == bindparam("at")))
_LAST_WHOLE = Prepared(select(func.max(State.number)).where(_HERE, State.whole, State.number <= bindparam("upto")))
_DROP: Prepared[()] = Prepared(delete(State).where(_HERE, State.number < bindparam("upto")))
_ADD: Prepared[()] = Prepared(
    insert(State).inline(),
    ["instrument_id", "number", "mark", "whole", "text", "edited_by", "edited_at", "undo_to"],
)

_remembered: Remembered[UUID, Instrument] = Remembered(_MOST)


def forget() -> None:
    """Nothing is remembered in this process, as when it begins."""
    _remembered.forget()


def definition(db: Session, instrument_id: UUID, number: int, mark: UUID) -> Instrument:
    """What the draft says at a number, which has this mark. Raises DefinitionUnreadable: a saved one never does."""
    found = _remembered.get(mark)
    return found if found is not None else _replayed(db, instrument_id, number)


def _replayed(db: Session, instrument_id: UUID, number: int) -> Instrument:
    """From the nearest state that is known or written down as a whole."""
    since, base = None, None
    for at, mark, whole in _STEPS.rows(db, of=instrument_id, since=number - WHOLE_EVERY, upto=number):
        base = _remembered.get(mark)
        since = at + 1 if base is not None else at
        if base is not None or whole:
            break
    if since is None:
        raise DefinitionUnreadable
    for mark, whole, text in _TEXTS.rows(db, of=instrument_id, since=since, upto=number):
        if whole:
            base = from_json(text.encode())
        elif base is not None:
            base = deltas.replayed(base, deltas.from_text(text))
        else:
            raise DefinitionUnreadable
        _remembered.keep(mark, base)
    if base is None:
        raise DefinitionUnreadable
    return base


def earlier(db: Session, instrument_id: UUID, number: int, *, newest: int) -> tuple[Instrument, int | None] | None:
    """What the draft was at a number, and to which one undoing went from there; None if that is not kept any more."""
    rows = _UNDO_TO.rows(db, of=instrument_id, at=number) if newest - KEPT <= number <= newest else []
    if not rows:
        return None
    mark, undo_to = rows[0]
    return definition(db, instrument_id, number, mark), undo_to


def kept(db: Session, instrument_id: UUID, *, newest: int) -> Sequence[State]:
    """The states before the newest one that are kept, the last one first."""
    query = select(State).where(
        State.instrument_id == instrument_id, State.number < newest, State.number >= newest - KEPT
    )
    return db.scalars(query.order_by(_NEWEST)).all()


def add(
    db: Session, instrument_id: UUID, instrument: Instrument, *, before: Instrument | None, number: int, mark: UUID,
    undo_to: int | None, by: UUID, now: datetime,
) -> None:  # fmt: skip
    """The state is written down. ``before`` is the one with the number before it, if there is one."""
    whole = before is None or number % WHOLE_EVERY == 0
    text = to_json(instrument).decode() if before is None or whole else deltas.to_text(deltas.delta(before, instrument))
    _ADD.write(
        db, instrument_id=instrument_id, number=number, mark=mark, whole=whole, text=text, edited_by=by,
        edited_at=now, undo_to=undo_to,
    )  # fmt: skip
    _remembered.keep(mark, instrument)
    if whole and number > KEPT:
        # What is kept stands on a whole, and what is older than that goes.
        ((since,),) = _LAST_WHOLE.rows(db, of=instrument_id, upto=number - KEPT)
        if since is not None:
            _DROP.write(db, of=instrument_id, upto=since)
