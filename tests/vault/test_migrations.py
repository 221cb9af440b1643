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
from exports.reporting import remarks
from instruments import draft_states, versions
from instruments import drafts as instrument_drafts
from instruments.definition import to_json
from instruments.kinds import YesNo
from survey import (
    amendments,
    audiences,
    board_questions,
    catch_up_offers,
    catch_up_runs,
    decision_letters,
    frames,
    incidents,
    interviews,
    letters,
    links,
    nominations,
    once,
    participants,
    places,
    renewals,
    runs,
    statuses,
    verdicts,
    withdrawals,
)
from survey import drafts as page_drafts
from survey.decision_letters import Keeper
from survey.verdicts import By, Said
from tests.instruments.making import asked, of_questions
from tests.vault.people import approved_for, person, study_of
from vault import (
    accounts,
    approvals,
    attempts,
    erasure,
    escrow,
    identities,
    keyring,
    ledger,
    log_keys,
    log_trees,
    participant_sessions,
    records,
    sessions,
    studies,
    study_keys,
    time_stamps,
    welcomes,
    witnesses,
)
from vault.errors import NotSetUp
from vault.migrations import runner
from vault.store import AppendOnly, Base, KeyringBase, Stores
from vault.terms import Terms

EVERY_ROOM_WITH_TABLES = (
    accounts, approvals, attempts, decisions, documents, draft_states, drafts, erasure, escrow, identities,
    instrument_drafts, jobs, keyring, ledger, log_keys, log_trees, time_stamps, witnesses,
    participant_sessions, participants, records, sessions, studies, study_keys, versions, welcomes,
    audiences, board_questions, catch_up_offers, catch_up_runs, frames, incidents, interviews, letters, links,
    amendments, decision_letters, nominations, page_drafts, places, once, releases,
    renewals, runs, statuses, verdicts, withdrawals, remarks,
)  # fmt: skip


def differences(engine: Engine, base: type[Base] | type[KeyringBase]) -> list[object]:
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), base.metadata))


def test_tables_are_what_the_code_says(stores: Stores) -> None:
    assert len(EVERY_ROOM_WITH_TABLES) == 48
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


def test_a_study_that_was_there_before_gets_the_key_to_letters_and_its_approvals_stay_as_they_were(
    stores: Stores, now: datetime
) -> None:
    with stores.work() as work:
        lead = person(work.db, "ada", now=now)
        study_id = study_of(work.db, lead, now=now).id
        approved_for(work.db, study_id, now=now)
        work.db.execute(text("DELETE FROM study_secret WHERE name = 'decision-letters'"))
        work.commit()
        before = approvals.of_study(work.db, study_id)[0].effective_on
    with stores.main.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        for statement in ("DROP TABLE enrolment_beyond", *(f"ALTER TABLE approval DROP COLUMN {name}" for name in NEW)):
            connection.execute(text(statement))
        for table in ("instrument_version", "consent_document"):
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN within"))
        import_module("vault.migrations.main.main_0015_approval_terms").upgrade()
        import_module("vault.migrations.main.main_0017_amendments")._give_keys()
    with stores.work() as work:
        (approval,) = approvals.of_study(work.db, study_id)
        assert (approval.effective_on, approval.terms) == (before, Terms())
        keeper = Keeper(lead.id, lead.seed)
        kept = decision_letters.keep(work.db, study_id, b"%PDF-1", by=keeper, now=now, approval=approval.number)
        assert decision_letters.read(work.db, study_id, kept.id, by=keeper, now=now)[1] == b"%PDF-1"


# What approvals have had since main_0015.
NEW = (
    "protocol", "instruments", "documents", "texts", "sample_size", "keep_until", "conditions", "freedoms", "sections",
    "sentence",
)  # fmt: skip


def test_a_draft_that_was_there_before_keeps_what_it_says_and_its_last_states(stores: Stores, now: datetime) -> None:
    with stores.work() as work:
        lead = person(work.db, "ada", now=now)
        study_id = study_of(work.db, lead, now=now).id
        first = of_questions(asked(YesNo(), "a"))
        begun = instrument_drafts.begin(work.db, study_id, first, by=lead.id, now=now).instrument_id
        work.commit()
    second = of_questions(asked(YesNo(), "a"), asked(YesNo(), "b"))
    one = {"first": to_json(first).decode(), "second": to_json(second).decode()}
    with stores.main.begin() as connection:
        connection.execute(text("DROP TABLE instrument_draft_state"))
        # The tables as they were, with the draft's two states in them.
        for statement in (
            "ALTER TABLE instrument_draft DROP COLUMN mark",
            "ALTER TABLE instrument_draft ADD COLUMN text VARCHAR",
            "CREATE TABLE instrument_draft_before AS SELECT * FROM instrument_draft",
        ):
            connection.execute(text(statement))
        connection.execute(text("UPDATE instrument_draft_before SET text = :first"), one)
        connection.execute(text("UPDATE instrument_draft SET text = :second, number = 2, undo_to = 1"), one)
        with Operations.context(MigrationContext.configure(connection)):
            import_module("vault.migrations.main.main_0012_draft_states").upgrade()

    with stores.work() as work:
        draft = instrument_drafts.draft_of(work.db, begun)
        assert (draft.number, draft.definition) == (2, second)
        instrument_drafts.undo(work.db, begun, seen=2, by=draft.edited_by, now=now)
        assert draft.definition == first
    assert [one for one in differences(stores.main, Base) if "instrument_draft" in str(one)] == []


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
