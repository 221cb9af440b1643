"""Two databases and one way to work with them.

The main database holds ciphertext and everything else; the keyring holds participants' wrapped keys and salts only.
They cannot commit together, so the order is law: what is *made* is committed in the keyring first, what is
*destroyed* is promised in the main database first.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, dataclass_transform

from sqlalchemy import BigInteger, DateTime, Enum, Integer, TypeDecorator, event
from sqlalchemy.engine import URL, Dialect, Engine, create_engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

from vault.errors import NotSetUp
from vault.prepared import PATIENCE, Database, Spare, begin, pass_on


class Instant(TypeDecorator[datetime]):
    """A moment, always aware and always UTC: a naive datetime is refused on the way in, UTC comes out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Numbers that count for ever: 64 bits on both databases.
NUMBER = BigInteger().with_variant(Integer(), "sqlite")

# A word of an enumeration stands in the database as itself.
_TYPES = {datetime: Instant, StrEnum: Enum(StrEnum, native_enum=False, values_callable=list, length=32)}


# The decorator tells type checkers what ``kw_only`` tells SQLAlchemy; it does nothing else.
@dataclass_transform(kw_only_default=True, field_specifiers=(mapped_column,))
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, repr=False):
    """Every table of the main database."""

    type_annotation_map = _TYPES


@dataclass_transform(kw_only_default=True, field_specifiers=(mapped_column,))
class KeyringBase(MappedAsDataclass, DeclarativeBase, kw_only=True, repr=False):
    """Every table of the keyring."""

    type_annotation_map = _TYPES


class AppendOnly(MappedAsDataclass, kw_only=True, repr=False):
    """A table whose rows are never changed or deleted; triggers hold it, see ``append_only_triggers``."""


def append_only_triggers(table: str, dialect: str) -> list[str]:
    """The statements that make ``table`` append-only on ``dialect`` ("sqlite" or "postgresql"), for migrations."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for deed in ("update", "delete")
        ]
    return [
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


_PRAGMAS = (
    "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON", "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY", "PRAGMA trusted_schema=OFF",
)  # fmt: skip


def _parsed(url: str) -> URL | None:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        return None  # the message would repeat the URL, which may hold a password


# A connection for each thread of the server; the one used last has read most of what is needed next.
_POOL: Any = {"pool_size": 32, "max_overflow": 32, "pool_use_lifo": True}


def open_engine(url: str) -> Engine:
    """An engine for ``url`` (sqlite or postgresql+psycopg) whose transactions begin the way ``Work`` says."""
    parsed = _parsed(url)
    if parsed is not None and parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)
    if parsed is None or parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise NotSetUp("A database is a SQLite file (sqlite:///path) or PostgreSQL (postgresql://…). Correct its URL.")
    turn, spare = threading.Lock(), Spare()
    options = {"connect_args": {"timeout": PATIENCE}, "execution_options": {"spare": spare}}
    engine = create_engine(parsed, hide_parameters=True, **options, **_POOL)
    event.listen(engine, "connect", lambda connection, entry: _prepare(connection, entry, turn))
    event.listen(engine, "begin", begin)
    event.listen(engine, "checkin", pass_on)
    event.listen(engine, "engine_disposed", spare.close)
    return engine


def _prepare(connection: DBAPIConnection, entry: ConnectionPoolEntry, turn: threading.Lock) -> None:
    # The driver would open transactions by itself and too late, so it is told to leave them to ``prepared``.
    connection.isolation_level = None
    entry.info.update(turn=turn, reading=False, writing=False)
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


class Work:
    """One unit of work on both databases. Only the request guard and CLI commands commit one.

    Neither database is touched before it is used. Left without ``commit``, everything is rolled back.
    """

    __slots__ = ("_db", "_engines", "_keyring")

    def __init__(self, main: Engine, keyring: Engine) -> None:
        self._engines = main, keyring
        self._db: Session | None = None
        self._keyring: Session | None = None

    @property
    def db(self) -> Session:
        """The main database."""
        if self._db is None:
            self._db = Database(self._engines[0])
        return self._db

    @property
    def keyring(self) -> Session:
        """The keyring."""
        if self._keyring is None:
            self._keyring = Database(self._engines[1])
        return self._keyring

    def commit(self) -> None:
        """Make everything durable, the keyring first: keys without a row do no harm, a row without keys would."""
        if self._db is not None:
            self._db.flush()
        if self._keyring is not None:
            self._keyring.commit()
        if self._db is not None:
            self._db.commit()

    def carry_out(self, steps: Iterable[object]) -> None:
        """Run a deed that must survive a crash at any point: commit after each of its ``steps``."""
        for _ in steps:
            self.commit()
        self.commit()

    def close(self) -> None:
        """Roll back what was not committed and give the connections back."""
        try:
            if self._db is not None:
                self._db.close()
        finally:
            if self._keyring is not None:
                self._keyring.close()


@dataclass(frozen=True, slots=True)
class Stores:
    """The two databases of an installation."""

    main: Engine
    keyring: Engine
    reading_main: Engine
    reading_keyring: Engine

    @classmethod
    def open(cls, database_url: str, keyring_url: str) -> "Stores":
        """Open both. The keyring must be a SQLite file: PostgreSQL keeps deleted keys in its log."""
        parsed = _parsed(keyring_url)
        if parsed is None or parsed.get_backend_name() != "sqlite":
            raise NotSetUp("KEYRING_URL must be a SQLite file: no other database forgets a deleted key for certain.")
        main, keyring = open_engine(database_url), open_engine(keyring_url)
        options: dict[str, Any] = {"reading": True}
        if main.dialect.name == "postgresql":
            options["postgresql_readonly"] = True
        return cls(main, keyring, main.execution_options(**options), keyring.execution_options(reading=True))

    @contextmanager
    def work(self, *, reading: bool = False) -> Iterator[Work]:
        """A unit of work; with ``reading`` the databases themselves refuse every write."""
        with closing(self.begin(reading=reading)) as work:
            yield work

    def begin(self, *, reading: bool = False) -> Work:
        """The same for whoever closes it themselves."""
        return Work(self.reading_main, self.reading_keyring) if reading else Work(self.main, self.keyring)

    def dispose(self) -> None:
        """Close every pooled connection, as before a fork or at the end of a test."""
        self.main.dispose()
        self.keyring.dispose()


def file_of(engine: Engine) -> Path | None:
    """The file behind a SQLite engine, or None for PostgreSQL."""
    return Path(engine.url.database) if engine.dialect.name == "sqlite" and engine.url.database else None
