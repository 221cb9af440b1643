"""Sealed pages: everything that was answered on one page, at one moment, as one padded record.

One record for a page and not for a question, because the presence of rows would tell the route. In clear stand study,
participant, version, response, slot, sequence and day; exact times are inside.
"""

import struct
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, Row, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault.errors import CannotOpen, Conflict
from vault.prepared import Prepared, dialect_of
from vault.sealing import open_sealed, padded, seal, unpadded
from vault.store import NUMBER, AppendOnly, Base
from vault.values import Value

_TRIES = 32
_BOUND = struct.Struct(">4s16s16s16sQQ").pack


class PageRecord(AppendOnly, Base):
    """One page as it was saved once. A later save is a further record; nothing is overwritten."""

    __tablename__ = "page_record"
    __table_args__ = (Index("page_record_in_sequence", "participant_id", "sequence", unique=True),)

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID]
    participant_id: Mapped[UUID]
    version: Mapped[str]
    response_id: Mapped[UUID]
    slot: Mapped[int]
    sequence: Mapped[int]  # 1, 2, 3 … without a gap for each participant
    day: Mapped[date]
    blob: Mapped[bytes]


class Address(Value, frozen=True):
    """Where a page belongs: to whom, under which version of the instrument, in which run, on which page."""

    study_id: UUID
    participant_id: UUID
    version: str
    response_id: UUID
    slot: int

    def bound(self, sequence: int) -> bytes:
        """What is authenticated with the page: parts of one length, then the version."""
        ids = self.study_id.int.to_bytes(16), self.participant_id.int.to_bytes(16), self.response_id.int.to_bytes(16)
        return _BOUND(b"page", *ids, self.slot, sequence) + self.version.encode()


class Saved(Value, frozen=True):
    """A page as it was opened again."""

    address: Address
    sequence: int
    day: date
    plain: bytes


COLUMNS = (
    PageRecord.study_id, PageRecord.participant_id, PageRecord.version, PageRecord.response_id, PageRecord.slot,
    PageRecord.sequence, PageRecord.day, PageRecord.blob,
)  # fmt: skip
_OF_RESPONSE = Prepared(
    select(*COLUMNS)
    .where(
        PageRecord.participant_id == bindparam("participant_id"),
        PageRecord.response_id == bindparam("response_id"),
        PageRecord.sequence > bindparam("after"),
    )
    .order_by(PageRecord.sequence)
)
# Who comes second writes nothing and hears of it, without an error that would end the transaction.
_INSERT: dict[str, Prepared[()]] = {
    dialect: Prepared(
        made(PageRecord).on_conflict_do_nothing(index_elements=["participant_id", "sequence"]),
        [column.key for column in COLUMNS],
    )
    for dialect, made in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def save(
    db: Session, key: bytes, address: Address, plain: bytes, *, now: datetime, after: int | None = None
) -> int:  # fmt: skip
    """The page is kept under the participant's responses key; returns its sequence.

    Two saves at the same moment both survive: who comes second takes the next number. ``after`` is the sequence that
    the caller believes to be the last one, which spares a look; if it is not, there is a look.
    """
    filled = padded(plain)
    insert = _INSERT[dialect_of(db).name]
    for _ in range(_TRIES):
        sequence = (_last(db, address.participant_id) if after is None else after) + 1
        after = None
        # Written at once and not with the next flush: these are the statements that every answer waits for.
        written = insert.write(
            db, study_id=address.study_id, participant_id=address.participant_id, version=address.version,
            response_id=address.response_id, slot=address.slot, sequence=sequence, day=now.date(),
            blob=seal(key, filled, address.bound(sequence)),
        )  # fmt: skip
        if written == 1:
            return sequence
    raise Conflict


def _last(db: Session, participant_id: UUID) -> int:
    newest = select(func.max(PageRecord.sequence)).where(PageRecord.participant_id == participant_id)
    return db.connection().scalar(newest) or 0


def load(db: Session, key: bytes, participant_id: UUID) -> list[Saved]:
    """Every page of a participant in the order of saving; CannotOpen if one is missing between others, or altered."""
    query = select(*COLUMNS).where(PageRecord.participant_id == participant_id).order_by(PageRecord.sequence)
    saved = [opened(key, row) for row in db.connection().execute(query)]
    if [page.sequence for page in saved] != list(range(1, len(saved) + 1)):
        raise CannotOpen
    return saved


def load_response(
    db: Session, key: bytes, participant_id: UUID, response_id: UUID, *, after: int = 0
) -> list[Saved]:  # fmt: skip
    """The pages of one run of the participant in the order of saving, later than sequence ``after``; CannotOpen if one
    was altered or moved."""
    rows = _OF_RESPONSE.rows(db, participant_id=participant_id, response_id=response_id, after=after)
    return [opened(key, row) for row in rows]


_Found = Row[UUID, UUID, str, UUID, int, int, date, bytes] | tuple[UUID, UUID, str, UUID, int, int, date, bytes]


def opened(key: bytes, row: _Found) -> Saved:
    """A row of ``COLUMNS`` as the page that was saved; CannotOpen if it was altered or moved."""
    study_id, participant_id, version, response_id, slot, sequence, day, blob = row
    address = Address(study_id, participant_id, version, response_id, slot)
    return Saved(address, sequence, day, unpadded(open_sealed(key, blob, address.bound(sequence))))
