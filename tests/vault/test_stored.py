"""What goes to SQLite the quick way is, to the letter, what SQLAlchemy would have put there, and comes out the same."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Date, Uuid
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from vault.store import Instant
from vault.stored import way_in, way_out

SQLITE = sqlite.dialect()
VALUES = (
    st.tuples(st.just(Uuid()), st.uuids() | st.none())
    | st.tuples(st.just(Date()), st.dates() | st.datetimes() | st.none())
    | st.tuples(st.just(Instant()), st.datetimes(timezones=st.just(UTC)) | st.none())
)


@given(VALUES)
def test_the_quick_way_writes_and_reads_what_sqlalchemy_does(
    case: tuple[TypeEngine[object], UUID | date | datetime | None],
) -> None:
    kind, value = case
    whole = kind.dialect_impl(SQLITE)
    theirs_in, theirs_out = whole.bind_processor(SQLITE), whole.result_processor(SQLITE, None)
    assert theirs_in
    assert theirs_out
    ours_in, ours_out = way_in(kind, SQLITE), way_out(kind, SQLITE)
    assert ours_in
    assert ours_out
    stored = theirs_in(value)
    assert ours_in(value) == stored
    assert ours_out(stored) == theirs_out(stored)
    if isinstance(value, datetime) and isinstance(kind, Instant):
        assert ours_out(stored).utcoffset() == value.utcoffset()


@pytest.mark.parametrize("kind", [Uuid(), Date(), Instant()])
def test_on_postgresql_sqlalchemy_has_its_way(kind: TypeEngine[object]) -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    whole = kind.dialect_impl(dialect)
    assert bool(way_in(kind, dialect)) == bool(whole.bind_processor(dialect))
    assert bool(way_out(kind, dialect)) == bool(whole.result_processor(dialect, None))
