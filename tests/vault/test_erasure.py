"""To be forgotten: in no byte of any file, in no backup, and not undone by a restore or a power cut."""

import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import chain, count
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select, text

from survey import participants
from survey.participants import Enrolled
from tests import dying
from tests.postgres import Cluster
from tests.vault import disk
from tests.vault.only import on_sqlite
from tests.vault.people import Person, joined, person, study_of
from vault import erasure, keyring, ledger, participant_keys, records, rotation
from vault.erasure import Destruction, Erasure, Kind
from vault.errors import CannotOpen
from vault.keyring import Access, Salt, StillRead, Wrap
from vault.ledger import LedgerEntry
from vault.records import Address
from vault.settings import Settings
from vault.store import Stores, Work
from vault.studies import Role, Scope, Study

ANSWER = b"what was said"


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


def enrolled(
    stores: Stores, study: Study, now: datetime, *, interviewer: Person | None = None, typed: bool = False
) -> Enrolled:
    """Somebody who has answered a page."""
    with stores.work() as work:
        made = participants.enrol(
            work.db, work.keyring, study.id, by=ledger.SYSTEM, now=now, typed=typed,
            interviewer=interviewer.account if interviewer else None,
        )  # fmt: skip
        place = Address(study.id, made.participant.id, "v", UUID(int=1), 0)
        records.save(work.db, made.keys[Scope.RESPONSES], place, ANSWER, now=now)
        work.commit()
    return made


def kept_of(stores: Stores, *people: Enrolled) -> list[bytes]:
    """All that the keyring holds of them: wraps and salts."""
    ids = [one.participant.id for one in people]
    with stores.work(reading=True) as work:
        wraps = work.keyring.scalars(select(Wrap.blob).where(Wrap.participant_id.in_(ids)))
        salts = work.keyring.scalars(select(Salt.salt).where(Salt.participant_id.in_(ids)))
        return [*wraps, *salts]


def promise(stores: Stores, one: Enrolled, kind: Kind, now: datetime) -> None:
    with stores.work() as work:
        here = participants.find(work.db, one.participant.study_id, one.participant.id)
        participants.forget(work.db, work.keyring, here, kind, actor=ledger.SYSTEM, now=now)
        work.commit()


def carry_out(stores: Stores, settings: Settings, now: datetime) -> None:
    with stores.work() as work:
        work.carry_out(erasure.carry_out(work.db, work.keyring, settings.backups, now=now))


def erase(stores: Stores, settings: Settings, one: Enrolled, now: datetime, kind: Kind = Kind.ERASE) -> None:
    promise(stores, one, kind, now)
    carry_out(stores, settings, now)


def reads(stores: Stores, one: Enrolled, who: Person) -> bool:
    """Whether the lead reads what they said and they come in by their code; both or neither."""
    place = one.participant.study_id, one.participant.id
    with stores.work(reading=True) as work:
        try:
            key = participant_keys.open_for_member(
                work.db, work.keyring, *place, Scope.RESPONSES, account_id=who.id, seed=who.seed
            )
            assert [page.plain for page in records.load(work.db, key, place[1])] == [ANSWER]
            assert participant_keys.enter(work.keyring, one.code).keys[Scope.RESPONSES] == key
        except CannotOpen:
            with pytest.raises(CannotOpen):
                participant_keys.enter(work.keyring, one.code)
            return False
    return True


@pytest.fixture
def everywhere(settings: Settings, request: pytest.FixtureRequest) -> list[Path]:
    """Every folder that is written to: with PostgreSQL also that of the server, its log of changes included."""
    if settings.database_url.startswith("sqlite"):
        return [settings.home]
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    return [settings.home, cluster.data_dir]


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


@pytest.fixture
def yesterday(
    settings: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[], Callable[[], Stores]]]:
    """Call it to back the main database up as it is now; call what it returns to open that beside today's keyring."""
    admin = None
    name = "yesterday_" + str(abs(hash(request.node.nodeid)))

    def back_up() -> Callable[[], Stores]:
        nonlocal admin
        if settings.database_url.startswith("sqlite"):
            source, copy = settings.home / "verbatim.db", tmp_path / "yesterday.db"
            with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(copy)) as target:
                original.backup(target)
            url = f"sqlite:///{copy}"
        else:
            cluster: Cluster = request.getfixturevalue("postgres_cluster")
            admin = create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                today = settings.database_url.split("/")[-1].split("?")[0]
                connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{today}"'))
            url = cluster.url(name)
        return lambda: Stores.open(url, settings.keyring_url)

    yield back_up
    if admin is not None:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def test_yesterdays_main_backup_beside_todays_keyring_reads_everybody_except_the_erased(
    stores: Stores, settings: Settings, ada: Person, study: Study, now: datetime,
    yesterday: Callable[[], Callable[[], Stores]],
) -> None:  # fmt: skip
    """ASVS 14.2.7: what makes an erasure durable though backups of the main database live for years."""
    people = [enrolled(stores, study, now) for _ in range(4)]
    stores.dispose()
    restore = yesterday()
    erase(stores, settings, people[0], now)
    erase(stores, settings, people[1], now, Kind.ANONYMISE)
    restored = restore()
    try:
        assert [reads(restored, one, ada) for one in people] == [False, True, True, True]
        with restored.work(reading=True) as work:
            pages = work.db.execute(text("SELECT count(*) FROM page_record")).scalar_one()
            assert pages == 4, "the sealed pages of the erased are in the backup, and nothing opens them"
            for one in people[:2]:
                with pytest.raises(CannotOpen):
                    participant_keys.open_for_member(
                        work.db, work.keyring, study.id, one.participant.id, Scope.LINKAGE,
                        account_id=ada.id, seed=ada.seed,
                    )  # fmt: skip
    finally:
        restored.dispose()


def test_whoever_a_restored_keyring_brings_back_is_forgotten_again(
    stores: Stores, settings: Settings, ada: Person, study: Study, now: datetime, tmp_path: Path
) -> None:
    """ASVS 14.2.7: a copy that somebody kept against the rule; the list of the erased is in the main database."""
    people = [enrolled(stores, study, now) for _ in range(3)]
    theirs = kept_of(stores, people[0])
    kept = tmp_path / "kept-against-the-rule.db"
    shutil.copy(keyring.back_up(stores.keyring, tmp_path, now=now), kept)
    erase(stores, settings, people[0], now)
    erase(stores, settings, people[1], now, Kind.ANONYMISE)
    stores.dispose()
    for beside in settings.home.glob("keyring.db-*"):
        beside.unlink()
    shutil.copy(kept, settings.home / "keyring.db")
    assert reads(stores, people[0], ada), "the restored file has brought them back"
    with stores.work() as work:
        work.carry_out(erasure.reapply(work.db, work.keyring, settings.backups, now=now))
    assert [reads(stores, one, ada) for one in people] == [False, True, True]
    assert disk.remnants(theirs, settings.home) == 0
    with stores.work() as work:
        assert (
            work.keyring.scalars(
                select(Wrap).where(Wrap.participant_id == people[1].participant.id, Wrap.scope == Scope.LINKAGE)
            ).all()
            == []
        )
        lines = work.db.scalars(select(LedgerEntry.body).where(LedgerEntry.action == "erasure.reapplied")).all()
        assert len(lines) == 1
        assert '"participants":2' in lines[0]
        work.carry_out(erasure.reapply(work.db, work.keyring, settings.backups, now=now))
        assert len(work.db.scalars(select(LedgerEntry).where(LedgerEntry.action == "erasure.reapplied")).all()) == 1


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


@on_sqlite
def test_a_backup_that_is_being_made_meanwhile_does_not_keep_the_erased(
    stores: Stores, settings: Settings, study: Study, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 14.2.7: made from what was there before, finished in the middle of the erasure."""
    one = enrolled(stores, study, now)
    theirs = kept_of(stores, one)
    promise(stores, one, Kind.ERASE, now)
    with stores.work() as work:
        steps = erasure.carry_out(work.db, work.keyring, settings.backups, now=now)
        next(steps)
        work.commit()
        keyring.back_up(stores.keyring, settings.backups, now=now - timedelta(seconds=1))
        assert disk.remnants(theirs, settings.backups) > 0
        for _ in steps:
            work.commit()
        work.commit()
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
def test_of_the_keyrings_backups_three_are_left_and_none_of_over_thirty_days(
    stores: Stores, settings: Settings, now: datetime
) -> None:
    """ASVS 14.2.7: they are for a broken disk, not for the past."""

    def back_up(days: float) -> set[int]:
        keyring.back_up(stores.keyring, settings.backups, now=now + timedelta(days=days))
        return {round((keyring_time(path) - now) / timedelta(days=1)) for path in settings.backups.iterdir()}

    def keyring_time(path: Path) -> datetime:
        return datetime.strptime(path.stem, "keyring-%Y%m%dT%H%M%S%f").replace(tzinfo=now.tzinfo)

    assert [back_up(days) for days in (0, 1, 2, 3)][-1] == {1, 2, 3}
    assert back_up(32) == {2, 3, 32}
    assert back_up(40) == {32, 40}
    assert {path.stat().st_mode & 0o777 for path in settings.backups.iterdir()} == {0o600}
    assert settings.backups.stat().st_mode & 0o777 == 0o700
    assert back_up(-5) == {-5, 32, 40}, "a clock that was set back makes a backup too"
    assert len(back_up(-6)) == 3


@on_sqlite
def test_a_backup_of_the_keyring_opens_what_it_was_made_of(
    stores: Stores, settings: Settings, ada: Person, study: Study, now: datetime
) -> None:
    one = enrolled(stores, study, now)
    copy = keyring.back_up(stores.keyring, settings.backups, now=now)
    beside = Stores.open(settings.database_url, f"sqlite:///{copy}")
    try:
        assert reads(beside, one, ada)
    finally:
        beside.dispose()


@on_sqlite
def test_where_there_were_no_backups_an_erasure_makes_none(
    stores: Stores, settings: Settings, study: Study, now: datetime
) -> None:
    erase(stores, settings, enrolled(stores, study, now), now)
    assert not settings.backups.exists()


@on_sqlite
def test_without_a_promise_nothing_is_done(work: Work, settings: Settings, now: datetime) -> None:
    assert list(erasure.carry_out(work.db, work.keyring, settings.backups, now=now)) == []
