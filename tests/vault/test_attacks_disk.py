"""Whoever steals the databases, the disk, the configuration and the logs finds nothing that anybody said or knows."""

import os
import resource
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests import dying
from tests.postgres import Cluster
from tests.vault import disk
from tests.vault.only import on_sqlite
from tests.vault.scenario import ANSWERS, SOUND, live
from vault.attempts import Attempt
from vault.settings import Settings
from vault.store import Base, KeyringBase, Stores
from web.kit.process import keep_to_itself


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where whoever asks for a temporary file would get it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def _rows(stores: Stores, file: Path) -> None:
    """Every value of every row, as it is: PostgreSQL compresses what is long, which would hide it from a scan."""
    with file.open("wb") as out, stores.work(reading=True) as work:
        for session, base in ((work.db, Base), (work.keyring, KeyringBase)):
            for table in base.metadata.sorted_tables:
                for row in session.execute(table.select()):
                    for value in row:
                        out.write(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode())
                        out.write(b"\n")


def _folders(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Path]:
    """What to scan: the home and, with PostgreSQL, this database's files and the server's log of changes."""
    yield settings.home
    if settings.database_url.startswith("sqlite"):
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    engine = create_engine(settings.database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
        number = connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar_one()
    engine.dispose()
    for name in (f"base/{number}", "pg_wal", "global", "pg_stat", "pg_replslot"):
        yield cluster.data_dir / name


def test_a_stolen_disk_says_nothing(
    settings: Settings, request: pytest.FixtureRequest, now: datetime, temporary: Path, tmp_path: Path
) -> None:
    """ASVS 14.2.4, 16.2.5, attack 1: databases, write-ahead logs, logs, backups, recordings, temporary files, settings.

    Answers, names, addresses, codes, cookies, keys, seeds, passphrases, cards and sound, in every spelling of ``disk``.
    """
    begun = time.time() - 2
    secrets = live(settings, now)
    assert len(secrets) > 50
    (settings.home / "settings.env").write_text(repr(settings), encoding="utf-8")
    stores = Stores.open(settings.database_url, settings.keyring_url)
    (tmp_path / "rows").mkdir()
    _rows(stores, tmp_path / "rows" / "all")
    stores.dispose()
    folders = [*_folders(settings, request), temporary, tmp_path / "rows"]
    # What stands in clear by design is found, so the scan does look where things are.
    found = {
        name
        for name, _ in disk.leaks({"title": "Mentors and mentees", "staff": "ada@example.org"}, *folders, since=begun)
    }
    assert found == {"title", "staff"}
    assert (settings.home / "server.log").stat().st_size > 0
    assert disk.leaks(secrets, *folders, since=begun) == set()
    assert list(temporary.iterdir()) == []


def test_the_scan_finds_a_secret_in_each_of_its_spellings(tmp_path: Path) -> None:
    """The test of the test."""
    file = tmp_path / "leak"
    for spelling in (
        ANSWERS[1].encode(), ANSWERS[1].encode("utf-16-le"), ANSWERS[1].lower().encode(),
        ANSWERS[1].encode().hex().encode(),
    ):  # fmt: skip
        for before in (b"", b"x", b"xx", b"xxx"):
            file.write_bytes(before + spelling + b" after")
            assert disk.leaks({"answer": ANSWERS[1]}, tmp_path) == {("answer", "leak")}
    for code in ("7KQ-4A2-BCDE-FGHJ", "7KQ4A2BCDEFGHJ"):
        file.write_text(code, encoding="utf-8")
        assert disk.leaks({"code": "7KQ-4A2-BCDE-FGHJ"}, tmp_path)
    file.write_bytes(b"nothing of it")
    assert disk.leaks({"answer": ANSWERS[1], "code": "7KQ-4A2-BCDE-FGHJ"}, tmp_path) == set()
    assert disk.remnants([SOUND[:44]], tmp_path) == 0
    file.write_bytes(b"shifted by nine" + SOUND[5:40])
    assert disk.remnants([SOUND[:44]], tmp_path) == 1


def _live_watched(settings: Settings, now: datetime) -> None:
    """The same, where every file that is opened for writing outside of the home is a fault."""
    keep_to_itself()
    strays: list[str] = []
    home = str(settings.home)

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            path, flags = os.path.abspath(os.fsdecode(arguments[0])), arguments[2]  # noqa: PTH100
            writing = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
            if writing and not path.startswith((home, "/dev/", "/proc/")) and "__pycache__" not in path:
                strays.append(path)
        elif event in ("tempfile.mkstemp", "tempfile.mkdtemp"):
            strays.append(event)

    sys.addaudithook(watch)
    live(settings, now)
    for number in os.listdir("/proc/self/fd"):  # noqa: PTH208
        try:
            target = os.readlink(f"/proc/self/fd/{number}")  # noqa: PTH115
        except FileNotFoundError:
            continue
        if target.endswith("(deleted)") and not target.startswith((home, "/dev/", "/memfd")) and "etilqs" in target:
            strays.append(target)
    if strays or resource.getrlimit(resource.RLIMIT_CORE) != (0, 0):
        raise AssertionError(strays)


@on_sqlite
def test_nothing_is_written_outside_of_the_home_and_a_crash_leaves_no_copy_of_the_memory(
    settings: Settings, now: datetime, temporary: Path
) -> None:
    """ASVS 11.7.2, 13.4, attack 18: no temporary file in clear, core limit 0, files closed to others."""
    assert dying.run(_live_watched, settings, now) == 0
    assert list(temporary.iterdir()) == []
    open_to_others = {path.name for path in settings.home.rglob("*") if path.stat().st_mode & 0o077}
    made_before = {f"{name}.db{beside}" for name in ("keyring", "verbatim") for beside in ("", "-wal", "-shm")}
    assert open_to_others <= made_before, "those that the test itself copied, and what SQLite makes in their likeness"


def test_an_error_of_the_database_does_not_repeat_what_was_to_be_written(stores: Stores, now: datetime) -> None:
    """ASVS 16.2.5: whoever logs the message of a fault logs no value."""
    with stores.work() as work:
        work.db.add(Attempt(bucket=b"a secret that was to be written", at=None))  # type: ignore[arg-type]
        with pytest.raises(Exception) as fault:  # noqa: PT011
            work.db.flush()
    assert "attempt" in str(fault.value)
    assert "a secret that" not in str(fault.value)
