"""To be forgotten: in no byte of any file, and not undone by a power cut."""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import chain, count
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select

from tests import dying
from tests.vault import disk
from tests.vault.erasing import carry_out, enrolled, erase, everywhere, kept_of, promise, reads
from tests.vault.only import on_sqlite
from tests.vault.people import Person, joined, person, study_of
from vault import erasure, keyring, participant_keys, rotation
from vault.erasure import Destruction, Erasure, Kind
from vault.errors import CannotOpen
from vault.keyring import Access, Salt, StillRead, Wrap
from vault.ledger import LedgerEntry
from vault.settings import Settings
from vault.store import Stores, Work
from vault.studies import Role, Scope, Study

__all__ = ["everywhere"]


@pytest.fixture
def ada(stores: Stores, now: datetime) -> Person:
    """The lead."""
    with stores.work() as work:
        made = person(work.db, "ada", now=now)
        work.commit()
    return made


@pytest.fixture
def study(stores: Stores, ada: Person, now: datetime) -> Study:
    """A study of hers."""
    with stores.work() as work:
        made = study_of(work.db, ada, now=now)
        work.commit()
    return made


def test_a_scan_of_every_byte_finds_nothing_of_the_erased(
    stores: Stores, settings: Settings, ada: Person, study: Study, now: datetime, everywhere: list[Path]
) -> None:
    """ASVS 14.2.7: databases, write-ahead logs, backups of the keyring; former codes, assignments, epochs as well."""
    with stores.work() as work:
        ivy = person(work.db, "ivy", now=now)
        joined(work.db, study, ivy, Role.INTERVIEWER, by=ada, now=now)
        work.commit()
    begun = time.time() - 2
    people = [enrolled(stores, study, now, interviewer=ivy, typed=number == 0) for number in range(8)]
    gone, stay = people[::2], people[1::2]
    theirs, others = kept_of(stores, *gone), kept_of(stores, *stay)
    keyring.back_up(stores.keyring, settings.backups, now=now - timedelta(days=1))
    # A new code, another interviewer and a new key of the study put further wraps in the place of former ones.
    with stores.work() as work:
        for one in gone:
            participant_keys.give_access(work.keyring, study.id, one.participant.id, one.keys)
            participant_keys.assign(work.keyring, study.id, one.participant.id, one.keys, ada.account)
        work.commit()
        work.carry_out(
            rotation.rotate(work.db, work.keyring, study.id, Scope.AUDIO, account_id=ada.id, seed=ada.seed, now=now)
        )
    theirs += kept_of(stores, *gone)
    keyring.back_up(stores.keyring, settings.backups, now=now)
    assert disk.remnants(theirs, *everywhere, since=begun) == len(set(theirs)), (
        "all are there, or the scan would prove nothing"
    )
    for one in gone:
        promise(stores, one, Kind.ERASE, now)
    carry_out(stores, settings, now)
    assert disk.remnants(theirs, *everywhere, since=begun) == 0
    assert disk.remnants(others, settings.home) > len(others) / 2
    assert [reads(stores, one, ada) for one in stay] == [True] * 4
    assert len(list(settings.backups.iterdir())) == 1
    with stores.work(reading=True) as work:
        for one in gone:
            for table in (Wrap, Salt, Access):
                of_them = select(table).where(table.participant_id == one.participant.id)
                assert work.keyring.scalars(of_them).all() == []


@on_sqlite
def test_deleting_alone_leaves_wraps_in_the_write_ahead_log(
    stores: Stores, settings: Settings, ada: Person, study: Study, now: datetime
) -> None:
    """Why ``scrub`` cuts the log: without it the same scan finds what was deleted."""
    one = enrolled(stores, study, now)
    theirs = kept_of(stores, one)
    with stores.work() as work:
        keyring.drop(work.keyring, one.participant.id, list(Scope))
        work.commit()
        assert disk.remnants(theirs, settings.home) > 0
        keyring.scrub(work.keyring)
    assert disk.remnants(theirs, settings.home) == 0


@on_sqlite
@pytest.mark.parametrize("seed", [1, 2])
def test_no_trace_is_left_however_the_file_was_rearranged_between_erasures(
    stores: Stores, settings: Settings, study: Study, now: datetime, seed: int
) -> None:
    """ASVS 14.2.7: SQLite moves rows between pages; the places that they left must be overwritten as well."""
    random = Random(seed)  # noqa: S311
    present: list[UUID] = []
    gone: list[bytes] = []

    def arrive(number: int) -> None:
        for _ in range(number):
            who = UUID(int=random.getrandbits(128))
            present.append(who)
            work.keyring.add(
                Salt(participant_id=who, study_id=study.id, salt=random.randbytes(32), added_on=now.date())
            )
            for scope in Scope:
                for kind, length in (("study", 1200), ("member", 1200), ("self", 80)):
                    keyring.keep(work.keyring, study.id, who, scope, kind, "", 1, random.randbytes(length))

    for _ in range(12):
        with stores.work() as work:
            arrive(8)
            work.commit()
        with stores.work() as work:
            for _ in range(6):
                who = present.pop(random.randrange(len(present)))
                gone += work.keyring.scalars(select(Wrap.blob).where(Wrap.participant_id == who))
                gone += work.keyring.scalars(select(Salt.salt).where(Salt.participant_id == who))
                keyring.drop(work.keyring, who, list(Scope))
            work.commit()
            keyring.scrub(work.keyring)
    assert len(gone) == 720
    assert disk.remnants(gone, settings.home) == 0


def carry_out_elsewhere(
    database_url: str, keyring_url: str, backups: Path, now: datetime, die_in: str | None = None
) -> None:
    if die_in is not None:
        _die_before(die_in)
    with Stores.open(database_url, keyring_url).work() as work:
        work.carry_out(erasure.carry_out(work.db, work.keyring, backups, now=now))


def _die_before(name: str) -> None:
    def die(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    where: object = Path if name == "unlink" else keyring
    setattr(where, name, die)


def test_a_power_cut_at_any_moment_of_an_erasure_leaves_a_promise_that_is_kept_next(
    stores: Stores, settings: Settings, ada: Person, study: Study, now: datetime
) -> None:
    """ASVS 2.3.3: at each commit, and between what is done to files."""
    stay = enrolled(stores, study, now)
    files = ["scrub", "replace_backups", "back_up", "unlink"]
    moments: Iterator[int | str] = chain(files, count())
    for moment in moments:
        one = enrolled(stores, study, now)
        theirs = kept_of(stores, one)
        keyring.back_up(stores.keyring, settings.backups, now=now)
        promise(stores, one, Kind.ERASE, now)
        die_at, die_in = (moment, None) if isinstance(moment, int) else (None, moment)
        end = dying.run(
            carry_out_elsewhere,
            settings.database_url, settings.keyring_url, settings.backups, now, die_in,
            die_at=die_at,
        )  # fmt: skip
        with stores.work(reading=True) as work:
            if not erasure.pending(work.db):
                assert disk.remnants(theirs, settings.home) == 0, f"said to be done, and was not: {moment}"
        carry_out(stores, settings, now + timedelta(minutes=1))
        assert disk.remnants(theirs, settings.home) == 0, moment
        assert not reads(stores, one, ada)
        assert reads(stores, stay, ada)
        with stores.work(reading=True) as work:
            assert erasure.pending(work.db) == []
        if end == 0:
            break
    assert moment == 18, "there are as many moments as commits of both databases, before and after"
    with stores.work(reading=True) as work:
        promises, kept = (work.db.scalars(select(table)).all() for table in (Erasure, Destruction))
        assert len(promises) == len(kept) == 23
        lines = work.db.scalars(select(LedgerEntry.action).where(LedgerEntry.action.like("erasure.%"))).all()
        assert sorted(lines) == ["erasure.keys-destroyed"] * 23 + ["erasure.promised"] * 23


@on_sqlite
def test_an_erasure_waits_for_readers_and_says_so_if_they_do_not_let_go(
    stores: Stores, settings: Settings, study: Study, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 14.2.7: it is not called done while the write-ahead log still holds the wraps, and is tried again."""
    monkeypatch.setattr(keyring, "_PATIENCE", 0.2)
    one = enrolled(stores, study, now)
    theirs = kept_of(stores, one)
    promise(stores, one, Kind.ERASE, now)
    with closing(sqlite3.connect(settings.home / "keyring.db", isolation_level=None)) as slow:
        slow.execute("BEGIN")
        slow.execute("SELECT count(*) FROM wrap").fetchone()
        with stores.work() as work, pytest.raises(StillRead, match="tried again"):
            work.carry_out(erasure.carry_out(work.db, work.keyring, settings.backups, now=now))
        with stores.work(reading=True) as work:
            assert len(erasure.pending(work.db)) == 1
        slow.execute("COMMIT")
    carry_out(stores, settings, now)
    assert disk.remnants(theirs, settings.home) == 0


def test_whoever_is_anonymised_keeps_what_they_said_and_loses_their_name(
    stores: Stores, settings: Settings, ada: Person, study: Study, now: datetime
) -> None:
    one = enrolled(stores, study, now)
    erase(stores, settings, one, now, Kind.ANONYMISE)
    assert reads(stores, one, ada)
    with stores.work() as work:
        left = set(work.keyring.scalars(select(Wrap.scope).where(Wrap.participant_id == one.participant.id)))
        assert left == {Scope.RESPONSES, Scope.AUDIO}
        assert participant_keys.commitment(work.keyring, one.participant.id)
    erase(stores, settings, one, now)
    assert not reads(stores, one, ada)


@on_sqlite
def test_whoever_is_erased_cannot_be_promised_it_again_and_stands_in_the_log_as_a_commitment_without_a_salt(
    stores: Stores, settings: Settings, study: Study, now: datetime
) -> None:
    one = enrolled(stores, study, now)
    with stores.work(reading=True) as work:
        subject = participant_keys.commitment(work.keyring, one.participant.id)
    erase(stores, settings, one, now)
    with pytest.raises(CannotOpen):
        promise(stores, one, Kind.ERASE, now)
    with stores.work(reading=True) as work:
        with pytest.raises(CannotOpen):
            participant_keys.commitment(work.keyring, one.participant.id)
        bodies = work.db.scalars(select(LedgerEntry.body).where(LedgerEntry.action.like("erasure.%"))).all()
        assert len(bodies) == 2
        assert all(f'"subject":"{subject}"' in body for body in bodies)
        assert all(one.participant.pseudonym not in body for body in bodies)


@on_sqlite
def test_without_a_promise_nothing_is_done(work: Work, settings: Settings, now: datetime) -> None:
    assert list(erasure.carry_out(work.db, work.keyring, settings.backups, now=now)) == []
