"""Two databases: in which order they commit, what SQLite is told, and what time it is in them."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError, IntegrityError, StatementError

from tests import dying
from tests.vault.only import on_sqlite
from vault import ledger
from vault.attempts import Attempt
from vault.errors import NotSetUp
from vault.keyring import Salt
from vault.ledger import LedgerEntry
from vault.migrations import runner
from vault.settings import Settings
from vault.store import Instant, Stores, Work, file_of, open_engine


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.execute(text(f"PRAGMA {name}")).scalar_one()


def salted(work: Work, now: datetime) -> None:
    work.keyring.add(Salt(participant_id=uuid4(), study_id=uuid4(), salt=b"s" * 32, added_on=now.date()))


@on_sqlite
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("temp_store", 2),
        ("trusted_schema", 0),
    ],
)  # fmt: skip
def test_sqlite_keeps_what_is_committed_and_overwrites_what_is_deleted(
    stores: Stores, name: str, value: object
) -> None:
    """ASVS 14.2.7: deleted rows are overwritten, temporary tables stay in memory, a commit is on the disk."""
    for engine in (stores.main, stores.keyring, stores.reading_main, stores.reading_keyring):
        assert pragma(engine, name) == value


def test_the_keyring_overwrites_what_is_deleted_beside_postgresql_too(stores: Stores) -> None:
    assert pragma(stores.keyring, "secure_delete") == 1


def write_both(database_url: str, keyring_url: str, now: datetime) -> None:
    stores = Stores.open(database_url, keyring_url)
    with stores.work() as work:
        ledger.append(work.db, "study.founded", actor=ledger.OPERATOR, now=now)
        salted(work, now)
        work.commit()


@pytest.mark.parametrize(("die_at", "keys", "lines"), [(0, 0, 0), (1, 1, 0), (2, 1, 0), (3, 1, 1)])
def test_the_keyring_is_committed_before_the_main_database(
    stores: Stores, settings: Settings, now: datetime, die_at: int, keys: int, lines: int
) -> None:
    """ASVS 2.3.3: keys without a row do no harm, a row without keys would."""
    dying.run(write_both, settings.database_url, settings.keyring_url, now, die_at=die_at)
    with stores.work(reading=True) as work:
        assert len(work.keyring.scalars(select(Salt)).all()) == keys
        assert len(work.db.scalars(select(LedgerEntry)).all()) == lines


def test_a_fault_in_the_main_database_shows_before_the_keyring_is_committed(stores: Stores, now: datetime) -> None:
    with stores.work() as work:
        salted(work, now)
        work.db.add(Attempt(bucket=b"b", at=now))
        work.db.flush()
        work.db.add(LedgerEntry(study_id=None, action="a", body=None))  # type: ignore[arg-type]
        with pytest.raises(IntegrityError):
            work.commit()
    with stores.work(reading=True) as work:
        assert work.keyring.scalars(select(Salt)).all() == []


def test_work_that_is_left_without_a_commit_never_was(stores: Stores, now: datetime) -> None:
    with stores.work() as work:
        salted(work, now)
        ledger.append(work.db, "study.founded", actor=ledger.OPERATOR, now=now)
        work.db.flush()
        work.keyring.flush()
    with stores.work(reading=True) as work:
        assert work.keyring.scalars(select(Salt)).all() == []
        assert work.db.scalars(select(LedgerEntry)).all() == []


def test_reading_work_stays_reading_and_writing_work_writing_on_the_same_connections(
    stores: Stores, now: datetime
) -> None:
    """ASVS 3.5: the databases refuse, and a pooled connection does not carry the refusal to the next who writes."""
    for _ in range(3):
        with stores.work(reading=True) as work:
            work.db.scalars(select(LedgerEntry)).all()
            work.keyring.scalars(select(Salt)).all()
            with pytest.raises(DatabaseError):
                work.keyring.execute(text("DELETE FROM salt"))
            with pytest.raises(DatabaseError):
                work.db.execute(text("CREATE TABLE smuggled (x INTEGER)"))
        with stores.work() as work:
            salted(work, now)
            ledger.append(work.db, "study.founded", actor=ledger.OPERATOR, now=now)
            work.commit()
    with stores.work(reading=True) as work:
        assert len(work.keyring.scalars(select(Salt)).all()) == 3


@on_sqlite
def test_a_connection_is_given_on_without_a_transaction_and_none_is_left_at_the_end(
    stores: Stores, now: datetime
) -> None:
    stores.dispose()
    spare = stores.main.get_execution_options()["spare"]
    for _ in range(2):
        with stores.work() as left:
            ledger.append(left.db, "study.founded", actor=ledger.OPERATOR, now=now)
            assert len(spare) == 0
        assert len(spare) == 1
    with stores.work(reading=True) as work:
        assert work.db.scalars(select(LedgerEntry)).all() == []
    stores.dispose()
    assert len(spare) == 0


@on_sqlite
def test_what_one_session_adds_is_there_for_the_statements_of_the_driver_and_the_other_way_round(
    stores: Stores, now: datetime
) -> None:
    with stores.work() as work:
        ledger.append(work.db, "study.founded", actor=ledger.OPERATOR, now=now)
        assert len(work.db.scalars(select(LedgerEntry)).all()) == 1
        work.db.add(Attempt(bucket=b"b", at=now))
        ledger.append(work.db, "study.founded", actor=ledger.OPERATOR, now=now)
        assert len(work.db.scalars(select(LedgerEntry)).all()) == 2
        work.db.rollback()
        assert work.db.scalars(select(Attempt)).all() == []
        assert work.db.scalars(select(LedgerEntry)).all() == []


@on_sqlite
def test_a_reader_does_not_wait_for_a_writer(stores: Stores, now: datetime) -> None:
    with stores.work() as writer, stores.work(reading=True) as reader:
        ledger.append(writer.db, "study.founded", actor=ledger.OPERATOR, now=now)
        writer.db.flush()
        assert reader.db.scalars(select(LedgerEntry)).all() == []
        writer.commit()


ZONES = [UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-8))]
MOMENTS = st.datetimes(timezones=st.sampled_from(ZONES)).filter(lambda moment: 1 < moment.year < 9999)


@given(MOMENTS)
def test_a_moment_is_kept_as_what_it_is_in_utc(moment: datetime) -> None:
    kept = Instant().process_bind_param(moment, sqlite.dialect())
    assert kept == moment
    assert kept is not None
    assert kept.utcoffset() == timedelta(0)
    # SQLite gives it back without a zone.
    assert Instant().process_result_value(kept.replace(tzinfo=None), sqlite.dialect()) == moment


def test_a_moment_comes_back_in_utc_and_one_without_a_zone_is_refused(stores: Stores, now: datetime) -> None:
    elsewhere = now.astimezone(timezone(timedelta(hours=-7)))
    with stores.work() as work:
        work.db.add(Attempt(bucket=b"b", at=elsewhere))
        work.commit()
    with stores.work() as work:
        found = work.db.scalars(select(Attempt.at)).one()
        assert found == now
        assert found.tzinfo is UTC or found.utcoffset() == timedelta(0)
        assert work.db.scalars(select(Attempt).where(Attempt.at <= now)).one()
        work.db.add(Attempt(bucket=b"b", at=now.replace(tzinfo=None)))
        with pytest.raises(StatementError, match="without a time zone"):
            work.db.flush()


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://host/name", "postgresql://host:port/name", "://"],
)
def test_a_url_that_is_no_database_is_one_sentence(url: str) -> None:
    with pytest.raises(NotSetUp) as refused:
        open_engine(url)
    assert len(refused.value.sentence) < 200


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "postgresql://host/name", "://"])
def test_a_keyring_that_is_no_file_is_one_sentence(url: str) -> None:
    with pytest.raises(NotSetUp, match="SQLite"):
        Stores.open("sqlite:///x.db", url)


def test_the_databases_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    """ASVS 13.4: whatever the umask is."""
    folder = tmp_path / "new"
    stores = Stores.open(f"sqlite:///{folder}/verbatim.db", f"sqlite:///{folder}/keyring.db")
    runner.upgrade(stores)
    with stores.work() as work:
        salted(work, datetime(2026, 11, 23, tzinfo=UTC))
        work.commit()
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert file_of(stores.keyring) == folder / "keyring.db"
    stores.dispose()
