"""Sealed pages: everything that was answered on one page, at one moment, as one padded record.

One record for a page and not for a question, because the presence of rows would tell the route. In clear stand study,
participant, version, response, slot, sequence and day; exact times are inside.
"""

import struct
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault.errors import CannotOpen, Conflict
from vault.sealing import open_sealed, padded, seal, unpadded
from vault.store import NUMBER, AppendOnly, Base

_TRIES = 8
_BOUND = struct.Struct(">4s16s16s16sQQ").pack


class PageRecord(AppendOnly, Base):
    """One page as it was saved once. A later save is a further record; nothing is overwritten."""

    __tablename__ = "page_record"
    __table_args__ = (
        Index("page_record_in_sequence", "participant_id", "sequence", unique=True),
        Index("page_record_of_response", "response_id", "sequence"),
    )

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID]
    participant_id: Mapped[UUID]
    version: Mapped[str]
    response_id: Mapped[UUID]
    slot: Mapped[int]
    sequence: Mapped[int]  # 1, 2, 3 … without a gap for each participant
    day: Mapped[date]
    blob: Mapped[bytes]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a page belongs: to whom, under which version of the instrument, in which run, on which page."""

    study_id: UUID
    participant_id: UUID
    version: str
    response_id: UUID
    slot: int

    def bound(self, sequence: int) -> bytes:
        """What is authenticated with the page: parts of one length, then the version."""
        ids = self.study_id.bytes, self.participant_id.bytes, self.response_id.bytes
        return _BOUND(b"page", *ids, self.slot, sequence) + self.version.encode()


@dataclass(frozen=True, slots=True)
class Saved:
    """A page as it was opened again."""

    address: Address
    sequence: int
    day: date
    plain: bytes


def save(db: Session, key: bytes, address: Address, plain: bytes, *, now: datetime) -> int:
    """The page is kept under the participant's responses key; returns its sequence.

    Two saves at the same moment both survive: who comes second takes the next number.
    """
    filled = padded(plain)
    for _ in range(_TRIES):
        last = select(func.max(PageRecord.sequence)).where(PageRecord.participant_id == address.participant_id)
        sequence = (db.scalar(last) or 0) + 1
        record = PageRecord(
            study_id=address.study_id,
            participant_id=address.participant_id,
            version=address.version,
            response_id=address.response_id,
            slot=address.slot,
            sequence=sequence,
            day=now.date(),
            blob=seal(key, filled, address.bound(sequence)),
        )
        try:
            with db.begin_nested():
                db.add(record)
        except IntegrityError:
            continue
        return sequence
    raise Conflict


def load(db: Session, key: bytes, participant_id: UUID) -> list[Saved]:
    """Every page of a participant in the order of saving; CannotOpen if one is missing between others, or altered."""
    rows = db.scalars(
        select(PageRecord).where(PageRecord.participant_id == participant_id).order_by(PageRecord.sequence)
    ).all()
    if [row.sequence for row in rows] != list(range(1, len(rows) + 1)):
        raise CannotOpen
    return [_opened(key, row) for row in rows]


def load_response(db: Session, key: bytes, response_id: UUID) -> list[Saved]:
    """The pages of one run in the order of saving; CannotOpen if one was altered or moved."""
    rows = db.scalars(select(PageRecord).where(PageRecord.response_id == response_id).order_by(PageRecord.sequence))
    return [_opened(key, row) for row in rows]


def _opened(key: bytes, row: PageRecord) -> Saved:
    address = Address(row.study_id, row.participant_id, row.version, row.response_id, row.slot)
    return Saved(address, row.sequence, row.day, unpadded(open_sealed(key, row.blob, address.bound(row.sequence))))
