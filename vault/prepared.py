"""Statements that every page of a participant waits for, compiled once for each kind of database.

The driver carries them out within the session's transaction. What SQLAlchemy does around a statement of its own takes
five times as long as the statement; its types are kept, so values go in and come out as anywhere else.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVarTuple

from sqlalchemy import Dialect, Insert, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Ts = TypeVarTuple("Ts")
Way = Callable[[Any], Any] | None


class _Made:
    """A statement as one kind of database takes it."""

    __slots__ = ("text", "ways_in", "ways_out")

    def __init__(self, statement: Any, dialect: Dialect, columns: Sequence[str]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(columns) or None)
        types = {name: bound.type.dialect_impl(dialect) for name, bound in compiled.binds.items()}
        order = compiled.positiontup if compiled.positional else list(types)
        found = statement.selected_columns if isinstance(statement, Select) else ()
        self.text: str = compiled.string
        self.ways_in: list[tuple[str, Way]] = [(name, types[name].bind_processor(dialect)) for name in order]
        self.ways_out: list[Way] = [
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in found
        ]


class Prepared(Generic[*Ts]):
    """One statement. ``columns`` are those that an INSERT fills; values are given by name."""

    __slots__ = ("_columns", "_made", "_statement")

    def __init__(self, statement: Select[*Ts] | Insert, columns: Sequence[str] = ()) -> None:
        self._statement, self._columns = statement, columns
        self._made: dict[str, _Made] = {}

    def rows(self, db: Session, **values: object) -> list[tuple[*Ts]]:
        """What a SELECT finds."""
        made, cursor = self._carry_out(db, values)
        found = cursor.fetchall()
        cursor.close()
        return [tuple([way(one) if way else one for way, one in zip(made.ways_out, row, strict=True)]) for row in found]

    def write(self, db: Session, **values: object) -> int:
        """How many rows were written."""
        _, cursor = self._carry_out(db, values)
        count: int = cursor.rowcount
        cursor.close()
        return count

    def _carry_out(self, db: Session, values: dict[str, object]) -> tuple[_Made, Any]:
        connection = db.connection()
        dialect = connection.dialect
        made = self._made.get(dialect.name)
        if made is None:
            made = self._made[dialect.name] = _Made(self._statement, dialect, self._columns)
        given = {name: way(values[name]) if way else values[name] for name, way in made.ways_in}
        cursor = connection.connection.cursor()
        try:
            cursor.execute(made.text, list(given.values()) if dialect.positional else given)
        except dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                made.text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
            ) from None
        return made, cursor
