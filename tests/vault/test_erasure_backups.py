"""To be forgotten by backups too, and not to be brought back by one: of the keyring, and of the main database."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from tests.vault import disk
from tests.vault.erasing import enrolled, erase, kept_of, promise, reads, yesterday
from tests.vault.only import on_sqlite
from tests.vault.people import Person, person, study_of
from vault import erasure, keyring, participant_keys
from vault.erasure import Kind
from vault.errors import CannotOpen
from vault.keyring import Wrap
from vault.ledger import LedgerEntry
from vault.settings import Settings
from vault.store import Stores
from vault.studies import Scope, Study

__all__ = ["yesterday"]


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
