"""Statements that every page of a participant waits for, compiled once for each kind of database.

The driver carries them out, and begins the session's transaction for them. What SQLAlchemy does around a statement of
its own takes five times as long as the statement; its types are kept, so values go in and come out as anywhere else.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVarTuple

from sqlalchemy import Connection, Delete, Dialect, Engine, Insert, Select, Update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from vault.stored import Way, way_in, way_out

Ts = TypeVarTuple("Ts")


PATIENCE = 30  # seconds in which a writer waits for another one


def begin(connection: Connection) -> None:
    """SQLAlchemy begins; where the driver has begun already, it goes on with that transaction."""
    if not connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
        _open(connection.connection, connection.engine)


def _open(held: PoolProxiedConnection, engine: Engine) -> None:
    """A writer takes its lock at once: a reader that turns writer half-way cannot wait and would fail."""
    info, reading, driver = held.info, "reading" in engine.get_execution_options(), held.dbapi_connection
    if info["reading"] is not reading:
        _tell(driver, engine.dialect, f"PRAGMA query_only={'ON' if reading else 'OFF'}")
        info["reading"] = reading
    # Writers of one process take turns before: SQLite hands its lock on in no order, and whoever waits for it asks
    # over and over. Who has waited for long tries their luck there.
    # A connection keeps its turn from one transaction to the next until it is given back.
    if not reading and not info["writing"]:
        info["writing"] = info["turn"].acquire(timeout=PATIENCE)
    _tell(driver, engine.dialect, "BEGIN" if reading else "BEGIN IMMEDIATE")


def pass_on(connection: DBAPIConnection | None, entry: ConnectionPoolEntry | PoolProxiedConnection) -> None:
    """A connection is given back, so the next writer may begin."""
    if entry.info.get("writing"):
        entry.info["writing"] = False
        entry.info["turn"].release()


def _tell(driver: Any, dialect: Dialect, statement: str, values: Any = ()) -> Any:
    """The cursor after a statement; the connections of both drivers carry one out by themselves."""
    try:
        return driver.execute(statement, values)
    except dialect.loaded_dbapi.Error as error:
        kind = dialect.loaded_dbapi.Error
        raise DBAPIError.instance(statement, None, error, kind, hide_parameters=True, dialect=dialect) from None


class Spare:
    """Connections in which the driver begins, while nobody holds them. The one used last comes first: it has read most
    of what is needed next. To ask SQLAlchemy's pool for one and give it back takes as long as five statements.
    """

    __slots__ = ("_idle",)

    def __init__(self) -> None:
        self._idle: list[PoolProxiedConnection] = []

    def __len__(self) -> int:
        return len(self._idle)

    def take(self, engine: Engine) -> PoolProxiedConnection:
        """A connection that nobody else has."""
        try:
            return self._idle.pop()
        except IndexError:
            held = engine.raw_connection()
            held.detach()
            return held

    def give(self, held: PoolProxiedConnection) -> None:
        """The connection is there for others, without a transaction."""
        driver: Any = held.dbapi_connection
        try:
            if driver.in_transaction:
                driver.rollback()
            self._idle.append(held)
        finally:
            pass_on(None, held)

    def close(self, engine: Engine) -> None:
        """None is left."""
        while self._idle:
            self._idle.pop().close()


class Database(Session):
    """A session whose transaction the driver may begin; whatever needs the session afterwards joins it."""

    _held: PoolProxiedConnection | None = None
    _joined: Connection | None = None

    def __init__(self, engine: Engine) -> None:
        self._engine, self.dialect, self._whole = engine, engine.dialect, False
        self._spare: Spare | None = engine.get_execution_options().get("spare")

    def __getattr__(self, name: str) -> Any:
        """What SQLAlchemy's session is made of, when it is first asked for: most pages need none of it."""
        if self._whole:
            raise AttributeError(name)
        self._whole = True
        super().__init__(self._engine, expire_on_commit=False)
        return getattr(self, name)

    def driver(self) -> Any:
        """The driver's connection in the transaction of this session, which has begun now at the latest."""
        if self._whole and self.in_transaction():
            self.flush()  # as before every statement of the session's own
        elif self._held is None and self._spare is not None:
            self._held = self._spare.take(self._engine)
            _open(self._held, self._engine)
        held = self._held or self.connection().connection
        return held.dbapi_connection

    def get_bind(self, *args: Any, **more: Any) -> Engine | Connection:
        """The engine or, once the driver has begun, its connection."""
        if self._held is None:
            return self._engine
        if self._joined is None:
            self._joined = Connection(self._engine, self._held)
        return self._joined

    def flush(self, objects: Any = None) -> None:
        if self._whole:
            super().flush(objects)

    def commit(self) -> None:
        if self._whole and self.in_transaction():
            super().commit()
        elif self._held is not None:
            _tell(self._held.dbapi_connection, self.dialect, "COMMIT")
        self._let_go()

    def rollback(self) -> None:
        if self._whole:
            super().rollback()
        self._let_go()

    def close(self) -> None:
        # Where only the driver was asked there is nothing to forget, and to look for it takes a while.
        if self._whole and (self.in_transaction() or self.identity_map):
            super().close()
        self._let_go()

    def _let_go(self) -> None:
        held, self._held, self._joined = self._held, None, None
        if held is not None and self._spare is not None:
            self._spare.give(held)


class _Made:
    """A statement as one kind of database takes it."""

    __slots__ = ("names", "text", "ways_in", "ways_out")

    def __init__(self, statement: Any, dialect: Dialect, columns: Sequence[str]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(columns) or None)
        types = {name: bound.type for name, bound in compiled.binds.items()}
        order = compiled.positiontup if compiled.positional else list(types)
        found = statement.selected_columns if isinstance(statement, Select) else ()
        self.text: str = compiled.string
        self.names: list[str] = list(order)
        self.ways_in = _needed([way_in(types[name], dialect) for name in order])
        self.ways_out = _needed([way_out(column.type, dialect) for column in found])


def _needed(ways: list[Way]) -> list[tuple[int, Callable[[Any], Any]]]:
    return [(at, way) for at, way in enumerate(ways) if way is not None]


class Prepared(Generic[*Ts]):
    """One statement. ``columns`` are those that an INSERT fills or an UPDATE changes; values are given by name."""

    __slots__ = ("_columns", "_made", "_statement")

    def __init__(self, statement: Select[*Ts] | Insert | Update | Delete, columns: Sequence[str] = ()) -> None:
        self._statement, self._columns = statement, columns
        self._made: dict[str, _Made] = {}

    def rows(self, db: Session, **values: object) -> list[tuple[*Ts]]:
        """What a SELECT finds."""
        made, cursor = self._carry_out(db, values)
        found, ways = cursor.fetchall(), made.ways_out
        for place, row in enumerate(found):
            given = list(row)
            for at, way in ways:
                given[at] = way(given[at])
            found[place] = tuple(given)
        return found  # type: ignore[no-any-return]

    def write(self, db: Session, **values: object) -> int:
        """How many rows were written."""
        count: int = self._carry_out(db, values)[1].rowcount
        return count

    def _carry_out(self, db: Session, values: dict[str, object]) -> tuple[_Made, Any]:
        if isinstance(db, Database):
            driver, dialect = db.driver(), db.dialect
        else:
            driver, dialect = db.connection().connection.dbapi_connection, dialect_of(db)
        made = self._made.get(dialect.name)
        if made is None:
            made = self._made[dialect.name] = _Made(self._statement, dialect, self._columns)
        given = [values[name] for name in made.names]
        for at, way in made.ways_in:
            given[at] = way(given[at])
        told = given if dialect.positional else dict(zip(made.names, given, strict=True))
        return made, _tell(driver, dialect, made.text, told)


def dialect_of(db: Session) -> Dialect:
    """What kind of database it is."""
    if isinstance(db, Database):
        return db.dialect
    return db.bind.dialect if db.bind is not None else db.get_bind().dialect
