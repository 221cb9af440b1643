"""Lines become leaves: each once, none left behind, whoever does it, whenever it is cut off."""

import json
import threading
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from tests import dying
from tests.vault.logs import MENTORS, NURSES, audit, lines_of, sequencing, tree_of, write
from tests.vault.only import on_sqlite
from vault import checkpoints, ledger, log_keys, log_trees, sequencer, tree
from vault.checkpoints import NoCheckpoint
from vault.log_keys import SigningKey
from vault.log_trees import INSTALLATION, LogCheckpoint, LogLeaf
from vault.sequencer import SigningKeyGone
from vault.settings import Settings
from vault.store import Stores


def test_every_study_has_a_log_of_its_own_lines_and_of_no_others(stores: Stores, now: datetime) -> None:
    write(stores, now, MENTORS, NURSES, None, MENTORS)
    assert sequencing(stores, now).run() == 4
    assert [audit(stores, study) for study in (MENTORS, NURSES, INSTALLATION)] == [2, 1, 1]
    with stores.work(reading=True) as work:
        assert tree_of(work.db).origin == f"study.example.org/studies/{MENTORS}"
        assert tree_of(work.db, INSTALLATION).origin == "study.example.org/installation"


def test_where_nothing_was_done_nothing_is_signed(stores: Stores, now: datetime) -> None:
    keeps = sequencing(stores, now)
    write(stores, now, MENTORS, NURSES)
    keeps.run()
    write(stores, now, NURSES)
    assert keeps.run() == 1
    assert keeps.run() == 0
    with stores.work(reading=True) as work:
        sizes = work.db.execute(select(LogCheckpoint.tree, LogCheckpoint.size)).all()
        nurses, mentors = tree_of(work.db, NURSES).number, tree_of(work.db).number
        assert sorted(map(tuple, sizes)) == sorted([(mentors, 1), (nurses, 1), (nurses, 2)])


def test_a_log_keeps_its_name_when_the_address_of_the_server_changes(stores: Stores, now: datetime) -> None:
    write(stores, now, MENTORS)
    sequencing(stores, now).run()
    write(stores, now, MENTORS)
    elsewhere = sequencing(stores, now)
    elsewhere.sequencer.host = "elsewhere.example.org"
    elsewhere.run()
    with stores.work(reading=True) as work:
        assert tree_of(work.db).origin == f"study.example.org/studies/{MENTORS}"
    assert audit(stores) == 2


def test_a_long_log_is_proved_from_a_few_hundred_rows(stores: Stores, now: datetime) -> None:
    write(stores, now, *[MENTORS] * 700)
    keeps = sequencing(stores, now)
    keeps.run()
    write(stores, now, *[MENTORS] * 45)
    keeps.run()
    assert audit(stores) == 745
    with stores.work(reading=True) as work:
        number = tree_of(work.db).number
        first = log_trees.first_over(work.db, number, 699)
        assert first.size == 700
        assert log_trees.first_over(work.db, number, 700).size == 745
        assert len(tree.consistency(log_trees.subtrees(work.db, number), 700, 745)) <= 11


def test_lines_that_are_committed_out_of_order_become_leaves_as_they_come(stores: Stores, now: datetime) -> None:
    if stores.main.dialect.name == "sqlite":
        return  # its writers come one after the other
    keeps = sequencing(stores, now)
    with stores.work() as slow, stores.work() as quick:
        ledger.append(slow.db, "study.looked-at", actor=ledger.SYSTEM, now=now, study=MENTORS, who="slow")
        ledger.append(quick.db, "study.looked-at", actor=ledger.SYSTEM, now=now, study=MENTORS, who="quick")
        quick.commit()
        keeps.run()
        # However long it takes, and however often is looked meanwhile, the mark may not pass the one who is slow.
        for _ in range(5):
            write(stores, now, NURSES)
            keeps.sequencer._marked = -10.0
            keeps.run()
        assert keeps.sequencer.settled == 0
        slow.commit()
    assert keeps.run() == 1
    with stores.work(reading=True) as work:
        assert [json.loads(body)["facts"]["who"] for body in lines_of(work.db)] == ["quick", "slow"]
    assert audit(stores) == 2


def test_what_is_settled_is_not_looked_through_again(stores: Stores, now: datetime) -> None:
    keeps = sequencing(stores, now)
    for _ in range(6):
        write(stores, now, MENTORS)
        keeps.run()
        keeps.sequencer._marked = -10.0
    assert keeps.sequencer.settled > 0
    with stores.work() as work:
        # Somebody who undoes a deed leaves a gap, and gaps hold nobody up.
        ledger.append(work.db, "study.looked-at", actor=ledger.SYSTEM, now=now, study=MENTORS)
    write(stores, now, MENTORS)
    assert keeps.run() == 1
    assert audit(stores) == 7


def test_a_clock_that_is_set_back_changes_nothing(stores: Stores, now: datetime) -> None:
    for hours in (0, -5, 3, -1000):
        write(stores, now + timedelta(hours=hours), MENTORS)
        sequencing(stores, now + timedelta(hours=hours)).run()
    assert audit(stores) == 4
    with stores.work(reading=True) as work:
        newest = log_trees.newest(work.db, tree_of(work.db).number)
        assert newest is not None
        assert newest.size == 4


def _write_and_sequence(settings: Settings, now: datetime, times: int) -> None:
    stores = Stores.open(settings.database_url, settings.keyring_url)
    keeps = sequencing(stores, now)
    for _ in range(times):
        write(stores, now, MENTORS, NURSES)
        keeps.run()
    stores.dispose()


@pytest.mark.parametrize("moment", range(8))
def test_a_power_cut_at_any_step_leaves_no_line_behind_and_none_twice(
    stores: Stores, settings: Settings, now: datetime, moment: int
) -> None:
    stores.dispose()
    write_first = 2  # the two moments around the commit of the lines themselves
    assert dying.run(_write_and_sequence, settings, now, 1, die_at=write_first + moment) in {0, dying.DEAD}
    sequencing(stores, now).run()
    write(stores, now, MENTORS)
    sequencing(stores, now).run()
    assert audit(stores) == 2
    assert audit(stores, NURSES) == 1


def test_several_processes_at_once_make_one_log(stores: Stores, settings: Settings, now: datetime) -> None:
    """Real processes, each writing and sequencing, as the workers of a server do."""
    stores.dispose()
    threads = [
        threading.Thread(target=dying.run, args=(_write_and_sequence, settings, now, 12), daemon=True) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    sequencing(stores, now).run()
    assert audit(stores) == audit(stores, NURSES) == 36
    with stores.work(reading=True) as work:
        entries = work.db.scalars(select(LogLeaf.entry)).all()
        assert len(set(entries)) == len(entries) == 72
        assert len(log_trees.keys(work.db, tree_of(work.db).number)) == 1


def test_while_another_process_is_at_it_nobody_waits(stores: Stores, now: datetime) -> None:
    if stores.main.dialect.name == "sqlite":
        return  # there a writer waits for the other's few milliseconds
    write(stores, now, MENTORS)
    with stores.work() as other:
        other.db.execute(text(f"SELECT pg_advisory_xact_lock({sequencer._LOCK})"))
        assert sequencing(stores, now).run() == 0
    assert sequencing(stores, now).run() == 1


@pytest.mark.parametrize("table", ["log_tree", "log_leaf", "log_node", "log_key", "log_checkpoint"])
def test_nothing_of_a_tree_is_changed_by_whoever_has_the_database(stores: Stores, now: datetime, table: str) -> None:
    """ASVS 16.4.2."""
    write(stores, now, *[MENTORS] * 256)
    sequencing(stores, now).run()
    with stores.work() as work, pytest.raises(DatabaseError, match="append-only"):
        work.db.execute(text(f"DELETE FROM {table}"))  # noqa: S608


@on_sqlite
def test_the_main_database_holds_nothing_that_signs(stores: Stores, now: datetime) -> None:
    write(stores, now, MENTORS)
    sequencing(stores, now).run()
    with stores.work(reading=True) as work:
        seed = log_keys.seeds(work.keyring, [MENTORS])[MENTORS][1]
    stores.dispose()
    assert stores.main.url.database is not None
    for suffix in ("", "-wal"):
        try:
            with open(f"{stores.main.url.database}{suffix}", "rb") as file:  # noqa: PTH123
                assert seed not in file.read()
        except FileNotFoundError:
            assert suffix
    with stores.work() as work:
        work.keyring.execute(text("DELETE FROM signing_key"))
        work.commit()
    write(stores, now, MENTORS, NURSES)
    with pytest.raises(SigningKeyGone):
        sequencing(stores, now).run()
    # Whose key is there goes on, and no other key signs in place of the one that is gone.
    assert audit(stores, NURSES) == 1
    assert audit(stores) == 1


@on_sqlite
def test_a_key_of_another_keyring_signs_nothing(stores: Stores, now: datetime) -> None:
    write(stores, now, MENTORS)
    sequencing(stores, now).run()
    with stores.work() as work:
        work.keyring.execute(text("UPDATE signing_key SET seed = x'" + "07" * 32 + "'"))
        work.commit()
    write(stores, now, MENTORS)
    with pytest.raises(SigningKeyGone):
        sequencing(stores, now).run()
    assert audit(stores) == 1


def test_another_key_is_announced_by_the_one_before(stores: Stores, now: datetime) -> None:
    keeps = sequencing(stores, now)
    write(stores, now, MENTORS)
    keeps.run()
    announce(stores, now)
    write(stores, now, MENTORS, MENTORS)
    keeps.run()
    write(stores, now, MENTORS)
    keeps.run()
    assert audit(stores) == 5
    with stores.work(reading=True) as work:
        number = tree_of(work.db).number
        old, new = log_trees.keys(work.db, number)
        assert (old.since, new.since) == (1, 2)
        both = log_trees.at_size(work.db, number, 2).note
        for key in (old, new):
            assert checkpoints.verified(both, key.vkey).size == 2
        later = log_trees.at_size(work.db, number, 4).note
        assert checkpoints.verified(later, new.vkey).size == 4
        with pytest.raises(NoCheckpoint):
            checkpoints.verified(later, old.vkey)


def announce(stores: Stores, now: datetime, *, lost: bool = False) -> None:
    with stores.work() as work:
        seed = log_keys.make(work.keyring, MENTORS, after=1, now=now)
        grown = tree_of(work.db)
        vkey = checkpoints.Signer(grown.origin, seed).vkey
        former = log_trees.keys(work.db, grown.number)[-1].vkey
        ledger.append(
            work.db,
            "log.key-changed",
            actor=ledger.OPERATOR,
            now=now,
            study=MENTORS,
            key=vkey,
            former=former,
            lost=lost,
        )
        work.commit()


@on_sqlite
def test_where_the_key_is_lost_the_log_goes_on_with_another_and_says_so(stores: Stores, now: datetime) -> None:
    keeps = sequencing(stores, now)
    write(stores, now, MENTORS)
    keeps.run()
    with stores.work() as work:
        work.keyring.query(SigningKey).delete()
        work.commit()
    announce(stores, now, lost=True)
    keeps.run()
    assert audit(stores) == 2
    with stores.work(reading=True) as work:
        number = tree_of(work.db).number
        old, new = log_trees.keys(work.db, number)
        note = log_trees.at_size(work.db, number, 2).note
    assert checkpoints.verified(note, new.vkey).size == 2
    with pytest.raises(NoCheckpoint):
        checkpoints.verified(note, old.vkey)


@on_sqlite
def test_without_the_former_key_no_other_takes_its_place_silently(stores: Stores, now: datetime) -> None:
    keeps = sequencing(stores, now)
    write(stores, now, MENTORS)
    keeps.run()
    with stores.work() as work:
        work.keyring.query(SigningKey).delete()
        work.commit()
    announce(stores, now)
    with pytest.raises(SigningKeyGone):
        keeps.run()
    assert audit(stores) == 1


@on_sqlite
def test_many_studies_are_sequenced_in_one_transaction(stores: Stores, now: datetime) -> None:
    studies = [uuid4() for _ in range(50)]
    write(stores, now, *studies, *studies)
    assert sequencing(stores, now).run() == 100
    assert {audit(stores, study) for study in studies} == {2}
