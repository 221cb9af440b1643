"""The page that is being typed: sealed, overwritten with every few words, and never an answer by itself.

One draft for a run, whatever its page: a row for each page would show the route.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import ForeignKey, Insert, Uuid, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from consent.grants import Grant
from consent.scopes import Scope
from survey import apart
from vault.errors import Invalid, Missing
from vault.prepared import Prepared, dialect_of
from vault.records import Address
from vault.sealing import Part, open_sealed, padded, seal, unpadded
from vault.store import Base

LARGEST = 1_000_000


class PageDraft(Base):
    """What stands in the fields of a page that was not sent yet."""

    __tablename__ = "page_draft"

    response_id: Mapped[UUID] = mapped_column(ForeignKey("response.id"), primary_key=True)
    day: Mapped[date]
    blob: Mapped[bytes]


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it was opened: the page, its form fields, and the save of that page it was typed on top of."""

    slot: int
    seen: int
    fields: Mapping[str, Sequence[str]] = field(repr=False)


class _Inside(msgspec.Struct, frozen=True):
    slot: int
    seen: int
    fields: dict[str, list[str]]
    apart: bytes = b""  # fields of questions that say who somebody is, sealed under the linkage key


def _place(address: Address) -> tuple[Part, ...]:
    return ("draft", address.study_id, address.participant_id, address.version, address.response_id)


def _upsert(insert: sqlite.Insert | postgresql.Insert) -> Insert:
    new = {"day": insert.excluded.day, "blob": insert.excluded.blob}
    return insert.on_conflict_do_update(index_elements=["response_id"], set_=new)


_UPSERT = {
    "sqlite": _upsert(sqlite.insert(PageDraft)),
    "postgresql": _upsert(postgresql.insert(PageDraft)),
}


_OF_RUN = PageDraft.response_id == bindparam("response_id", type_=Uuid())
_DROP: Prepared[()] = Prepared(delete(PageDraft).where(_OF_RUN))
_BLOB = Prepared(select(PageDraft.blob).where(_OF_RUN))


def keep(
    db: Session, key: bytes, grant: Grant, address: Address, fields: Mapping[str, Sequence[str]], *, seen: int,
    now: datetime, identifying: frozenset[str] = frozenset(), linkage: bytes | None = None,
) -> None:  # fmt: skip
    """The fields of the page at ``address`` come back if it is opened again before it was sent.

    ``seen`` as in ``responses.save``; whoever calls has looked up that the run is open. Fields of ``identifying``
    questions are sealed under the ``linkage`` key.
    """
    if grant.participant != address.participant_id:
        raise Missing
    grant.require(Scope.TAKE_PART)
    content, own = apart.divided({name: list(values) for name, values in fields.items()}, identifying)
    inside = _Inside(address.slot, seen, content, apart.sealed(own, linkage, address))
    plain = msgspec.json.encode(inside)
    if len(plain) > LARGEST:
        raise Invalid("This page holds more text than can be kept. Shorten it.")
    row = {
        "response_id": address.response_id,
        "day": now.date(),
        "blob": seal(key, padded(plain), *_place(address)),
    }
    db.connection().execute(_UPSERT[dialect_of(db).name], row)


def read(
    db: Session, key: bytes, address: Address, *, newest: int, linkage: bytes | None = None
) -> Draft | None:  # fmt: skip
    """The draft of the page at ``address``; None if there is none, or the page was saved since (``newest`` is the
    sequence of its last save, 0 if there is none)."""
    found = _BLOB.rows(db, response_id=address.response_id)
    if not found:
        return None
    ((blob,),) = found
    inside = msgspec.json.decode(unpadded(open_sealed(key, blob, *_place(address))), type=_Inside)
    if inside.slot != address.slot or inside.seen < newest:
        return None
    own = apart.opened(inside.apart, linkage, address, dict) or {}
    return Draft(inside.slot, inside.seen, {**inside.fields, **own})


def drop(db: Session, response_id: UUID) -> None:
    """Nothing that was only typed is left of this run."""
    _DROP.write(db, response_id=response_id)
