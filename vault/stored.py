"""How values stand in a database: as SQLAlchemy has it, but for those that come with every page.

SQLite keeps ids, days and moments as text. What is written is the same to the letter, and what is read is the same.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, DateTime, Dialect, Enum, TypeDecorator, Uuid
from sqlalchemy.types import TypeEngine

Way = Callable[[Any], Any] | None


def way_in(kind: TypeEngine[Any], dialect: Dialect) -> Way:
    """What makes a value ready for the driver; None if it is already."""
    if dialect.name == "sqlite" and isinstance(kind, Uuid) and kind.as_uuid:
        return _stored_id
    if dialect.name == "sqlite" and type(kind) is Date:
        return _stored_day
    return kind.dialect_impl(dialect).bind_processor(dialect)


def way_out(kind: TypeEngine[Any], dialect: Dialect) -> Way:
    """What makes a value of what the driver gives; None if it is one."""
    way = kind.dialect_impl(dialect).result_processor(dialect, None)
    if way is None or dialect.name != "sqlite":
        return way
    if isinstance(kind, Uuid) and kind.as_uuid:
        return _id_of
    if isinstance(kind, TypeDecorator) and isinstance(kind.impl_instance, DateTime):
        return _instant_of
    # A word of an enumeration is seldom new.
    return lru_cache(1024)(way) if isinstance(kind, Enum) else way


def _stored_id(given: UUID | None) -> str | None:
    return None if given is None else f"{given.int:032x}"


def _stored_day(given: date | None) -> str | None:
    # A moment is a date too, of which only the day is kept.
    return None if given is None else given.isoformat()[:10]


def _id_of(stored: str | None) -> UUID | None:
    return None if stored is None else msgspec.convert(stored, UUID)


def _instant_of(stored: str | None) -> datetime | None:
    # Every moment of ours is in UTC; see ``vault.store.Instant``.
    return None if stored is None else datetime.fromisoformat(f"{stored}+00:00")
