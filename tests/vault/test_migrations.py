"""The migrations make the very tables that the code speaks of, on both databases, and guard those that only grow."""

from datetime import datetime
from importlib import import_module

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from consent import decisions, documents, drafts
from exports import jobs, releases
from instruments import drafts as instrument_drafts
from instruments import versions
from survey import (
    audiences,
    frames,
    incidents,
    interviews,
    letters,
    links,
    nominations,
    participants,
    recruitment,
    runs,
    statuses,
    verdicts,
    withdrawals,
)
from survey import drafts as page_drafts
from survey.verdicts import By, Said
from tests.vault.people import person, study_of
from vault import (
    accounts,
    approvals,
    attempts,
    erasure,
    escrow,
    identities,
    keyring,
    ledger,
    participant_sessions,
    records,
    sessions,
    studies,
    study_keys,
    welcomes,
)
from vault.errors import NotSetUp
from vault.migrations import runner
from vault.store import AppendOnly, Base, KeyringBase, Stores

EVERY_ROOM_WITH_TABLES = (
    accounts, approvals, attempts, decisions, documents, drafts, erasure, escrow, identities,
    instrument_drafts, jobs, keyring, ledger,
    participant_sessions, participants, records, sessions, studies, study_keys, versions, welcomes,
    audiences, frames, incidents, interviews, letters, links, nominations, page_drafts, recruitment, releases, runs,
    statuses, verdicts, withdrawals,
)  # fmt: skip


def differences(engine: Engine, base: type[Base] | type[KeyringBase]) -> list[object]:
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), base.metadata))


def test_tables_are_what_the_code_says(stores: Stores) -> None:
    assert len(EVERY_ROOM_WITH_TABLES) == 35
    assert differences(stores.main, Base) == []
    assert differences(stores.keyring, KeyringBase) == []


def test_every_append_only_table_refuses_change(stores: Stores) -> None:
    with stores.main.connect() as connection:
        if stores.main.dialect.name == "sqlite":
            query = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%append-only%'"
        else:
            query = (
                "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'refuse_change'"
            )
        guarded = list(connection.scalars(text(query)))
    only_grow = {
        mapper.local_table.name  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, AppendOnly)
    }
    assert only_grow
    assert sorted(guarded) == sorted([*only_grow, *only_grow])


def test_upgrading_twice_changes_nothing(stores: Stores) -> None:
    runner.upgrade(stores)
    assert runner.current(stores.main) == runner.head("main")
    assert runner.current(stores.keyring) == runner.head("keyring")
    runner.require_current(stores)


def test_a_study_that_was_there_before_gets_the_key_to_its_candidates(stores: Stores, now: datetime) -> None:
    with stores.work() as work:
        lead = person(work.db, "ada", now=now)
        study_id = study_of(work.db, lead, now=now).id
        work.db.execute(text("DELETE FROM study_secret WHERE name = 'candidates'"))
        work.commit()
        by = By(lead.id, lead.seed)
    step = import_module("vault.migrations.main.main_0010_candidates")
    with stores.main.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        step._give_keys()
    with stores.work() as work:
        verdicts.enter(work.db, study_id, Said("Who pays?", "Money"), by=by, now=now)
        (one,) = verdicts.listed(work.db, work.keyring, study_id, by=by, now=now)
    assert one.words == "Who pays?"


def test_an_older_database_is_named_as_what_it_is(stores: Stores) -> None:
    with stores.main.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    with pytest.raises(NotSetUp, match="verbatim migrate"):
        runner.require_current(stores)


def test_a_reading_unit_of_work_cannot_write(stores: Stores) -> None:
    """ASVS 3.5: whatever a page that is looked at does, the databases refuse it."""
    with stores.work(reading=True) as work, pytest.raises(DatabaseError):
        work.db.execute(text("DELETE FROM attempt"))
    with stores.work(reading=True) as work, pytest.raises(DatabaseError):
        work.keyring.execute(text("DELETE FROM wrap"))
    with stores.work() as work:
        work.db.execute(text("DELETE FROM attempt"))
        work.keyring.execute(text("DELETE FROM wrap"))
        work.commit()


def test_only_a_sqlite_file_can_be_the_keyring(stores: Stores) -> None:
    with pytest.raises(NotSetUp, match="KEYRING_URL"):
        Stores.open("sqlite:///x.db", "postgresql://localhost/keyring")
    with pytest.raises(NotSetUp, match="Correct its URL"):
        Stores.open("mysql://localhost/x", "sqlite:///k.db")
