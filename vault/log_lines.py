"""The log as it is read: the newest lines first, those that somebody asked for, each with its place in the tree."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session

from vault.ledger import BUT_PAGES, LedgerEntry
from vault.log_trees import LogLeaf
from vault.prepared import dialect_of

Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines. ``deeds`` are names of actions, or their beginnings with a dot; ``actor`` likewise with a colon.

    Saved pages are among them only if they are asked for with ``pages``.
    """

    deeds: Collection[str] = ()
    pages: bool = False
    actor: str = ""
    since: date | None = None
    until: date | None = None  # the last day, included


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line as it was written. ``place`` is its leaf, or None in the first second of its life."""

    number: int
    place: int | None
    body: Mapping[str, Any]


def newest(
    db: Session, study_id: UUID, wanted: Wanted, *, most: int, before: int | None = None, size: int | None = None
) -> list[LogLine]:
    """At most ``most`` of the lines, the newest first, from before the line ``before``; with ``size``, only those that
    were leaves of the tree at that size.
    """
    rows = select(LedgerEntry.number, LogLeaf.place, LedgerEntry.body)
    query = _those(rows.outerjoin(LogLeaf, LogLeaf.entry == LedgerEntry.number), db, study_id, wanted)
    if before is not None:
        query = query.where(LedgerEntry.number < before)
    if size is not None:
        query = query.where(LogLeaf.place < size)
    lines = db.execute(query.order_by(LedgerEntry.number.desc()).limit(most)).all()
    return [LogLine(number, place, json.loads(body)) for number, place, body in lines]


def count(db: Session, study_id: UUID, wanted: Wanted) -> int:
    """How many lines there are of this kind."""
    counted = _those(select(func.count(LedgerEntry.number)), db, study_id, wanted)
    return db.scalar(counted) or 0


def _those(query: Select[*Ts], db: Session, study_id: UUID, wanted: Wanted) -> Select[*Ts]:
    query = query.where(LedgerEntry.study_id == study_id)
    if wanted.deeds:
        query = query.where(or_(*map(_named, wanted.deeds)))
    if not wanted.pages:
        query = query.where(BUT_PAGES)
    if wanted.actor:
        query = query.where(LedgerEntry.body.contains(f'"actor":"{wanted.actor}', autoescape=True))
    if wanted.since or wanted.until:
        at = _at(db)
        if wanted.since:
            query = query.where(at >= wanted.since.isoformat())
        if wanted.until:
            query = query.where(at < (wanted.until + timedelta(days=1)).isoformat())
    return query


def _named(deed: str) -> ColumnElement[bool]:
    return LedgerEntry.action.startswith(deed, autoescape=True) if deed.endswith(".") else LedgerEntry.action == deed


def _at(db: Session) -> ColumnElement[str]:
    """The moment that a line says, as text; texts of moments are in the order of time."""
    if dialect_of(db).name == "sqlite":
        return cast(func.json_extract(LedgerEntry.body, "$.at"), String)
    at: ColumnElement[str] = cast(LedgerEntry.body, JSON)["at"].as_string()
    return at
