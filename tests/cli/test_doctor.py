"""``verbatim doctor``: each thing that an operator can get wrong is found and named with its remedy."""

import os
import smtplib
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from tests.cli.conftest import Call, environment, promise_to_forget
from vault import ledger
from vault.keyring import BACKUPS_LIVE
from vault.settings import Settings
from vault.store import Stores
from web.cli import doctor, machine_checks, store_checks
from web.cli.findings import Finding, Level


def found(settings: Settings, topic: str) -> Finding:
    """The doctor's first finding on ``topic``."""
    return next(finding for finding in doctor.examine(settings) if finding.topic == topic)


@pytest.fixture
def healthy(settings: Settings, tmp_path: Path) -> Settings:
    """An installation on which there is nothing to say."""
    settings.backups.mkdir(mode=0o700)
    (settings.backups / "keyring-2026.db").touch(mode=0o600)
    for path in settings.home.glob("*.db"):
        path.chmod(0o600)
    return settings


def test_a_healthy_installation_passes_with_one_line_for_each_thing(call: Call, healthy: Settings) -> None:
    told = call("doctor", env=environment(healthy))

    assert told.exit_code == 0, told.output
    assert all(line[:6] in {"ok    ", "warn  "} for line in told.stdout.splitlines())
    assert len(told.stdout.splitlines()) >= len(doctor.CHECKS)


def test_one_failure_is_enough_for_the_exit_code(call: Call, healthy: Settings) -> None:
    healthy.home.chmod(0o755)

    told = call("doctor", env=environment(healthy))

    assert told.exit_code == 1
    assert f"FAIL  home: others may enter {healthy.home}. Run: chmod 700 {healthy.home}\n" in told.stdout


def test_settings_that_cannot_be_read_are_a_finding(call: Call, healthy: Settings) -> None:
    told = call("doctor", env={**environment(healthy), "BEHIND_PROXY": "perhaps"})

    assert told.exit_code == 1
    assert told.stdout == "FAIL  settings: BEHIND_PROXY must be yes or no.\n"


def test_before_init_the_doctor_says_what_to_do(call: Call, fresh: dict[str, str]) -> None:
    told = call("doctor", env=fresh)

    assert told.exit_code == 1
    assert "verbatim init" in told.stdout
    assert "Traceback" not in told.output
    assert not Path(fresh["VERBATIM_HOME"]).exists()


def test_a_public_address_that_is_not_trusted_is_found(healthy: Settings) -> None:
    assert found(replace(healthy, public_url="https://study.example.org"), "settings").level is Level.FAIL


def test_a_public_address_in_the_clear_is_found(healthy: Settings) -> None:
    settings = replace(healthy, public_url="http://study.example.org", trusted_hosts=("study.example.org",))

    assert found(settings, "settings").level is Level.WARN


def test_a_file_that_others_may_read_is_found(healthy: Settings) -> None:
    healthy.server_key_file.chmod(0o640)

    assert str(healthy.server_key_file) in found(healthy, "files").sentence


def test_a_lost_server_key_is_found(healthy: Settings) -> None:
    healthy.server_key_file.unlink()

    assert found(healthy, "server key").level is Level.FAIL


def test_a_database_behind_this_version_is_found(healthy: Settings, stores: Stores) -> None:
    with stores.main.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))

    assert "verbatim migrate" in found(healthy, "main database").sentence


def test_a_lost_keyring_is_found_and_not_made_anew(healthy: Settings) -> None:
    (healthy.home / "keyring.db").unlink()

    assert found(healthy, "keyring").level is Level.FAIL
    assert not (healthy.home / "keyring.db").exists()


def test_a_database_that_does_not_answer_is_found_without_its_password(healthy: Settings) -> None:
    settings = replace(healthy, database_url="postgresql://verbatim:hunter2@127.0.0.1:1/verbatim")

    findings = list(doctor.examine(settings))

    assert next(each for each in findings if each.topic == "main database").level is Level.FAIL
    assert not any("hunter2" in str(each) for each in findings)


def test_the_keyring_overwrites_what_is_deleted(healthy: Settings) -> None:
    assert found(healthy, "keyring deletes").level is Level.OK


@pytest.mark.parametrize(("kind", "level"), [("ext4", Level.OK), ("btrfs", Level.WARN), ("nfs4", Level.WARN)])
def test_a_disk_that_keeps_what_is_deleted_is_found(
    healthy: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, level: Level
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"overlay / overlay rw 0 0\ndisk {healthy.home} {kind} rw 0 0\n")
    monkeypatch.setattr(store_checks, "MOUNTS", mounts)

    assert found(healthy, "keyring disk").level is level


def test_of_two_mounts_the_nearer_and_of_two_at_one_place_the_later_counts() -> None:
    mounts = "a / ext4 rw 0 0\nb /srv nfs rw 0 0\nc /srv xfs rw 0 0\nd /srvx btrfs rw 0 0\n"

    assert store_checks.file_system(Path("/srv/verbatim/keyring.db"), mounts) == "xfs"
    assert store_checks.file_system(Path("/keyring.db"), mounts) == "ext4"
    assert store_checks.file_system(Path("/keyring.db"), "") == ""


def test_a_promise_to_forget_that_was_not_kept_is_found(healthy: Settings, stores: Stores, now: datetime) -> None:
    assert found(healthy, "erasures").level is Level.OK
    promise_to_forget(stores, now)

    assert found(healthy, "erasures").level is Level.FAIL


def test_a_backup_of_the_keyring_that_is_too_old_is_found(healthy: Settings) -> None:
    backup = healthy.backups / "keyring-2026.db"
    long_ago = (datetime.now(UTC) - BACKUPS_LIVE - timedelta(hours=1)).timestamp()
    os.utime(backup, (long_ago, long_ago))

    assert found(healthy, "keyring backups").level is Level.FAIL


def test_no_backup_of_the_keyring_is_found(healthy: Settings) -> None:
    (healthy.backups / "keyring-2026.db").unlink()

    assert found(healthy, "keyring backups").level is Level.WARN


def test_core_dumps_are_found(healthy: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (-1, -1))

    assert found(healthy, "core dumps").level is Level.WARN


def test_swap_is_found(healthy: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swaps = tmp_path / "swaps"
    swaps.write_text("Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n")
    monkeypatch.setattr(machine_checks, "SWAPS", swaps)

    assert found(healthy, "swap").level is Level.WARN


def test_a_clock_behind_the_log_is_found(healthy: Settings, stores: Stores) -> None:
    with stores.work() as work:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        ledger.append(work.db, "account.made", actor=ledger.OPERATOR, now=tomorrow)
        work.commit()

    assert found(healthy, "clock").level is Level.FAIL


def test_a_clock_behind_a_file_is_found(healthy: Settings) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).timestamp()
    os.utime(healthy.server_key_file, (tomorrow, tomorrow))

    assert found(healthy, "clock").level is Level.FAIL


def test_a_full_disk_is_found(healthy: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=machine_checks.TOO_LOW - 1))

    assert found(healthy, "disk").level is Level.FAIL


class _Greeting(socketserver.StreamRequestHandler):
    """As much of a mail server as the doctor talks to."""

    def handle(self) -> None:
        self.wfile.write(b"220 mail.example.org\r\n")
        for line in self.rfile:
            self.wfile.write(b"221 bye\r\n" if line.startswith(b"QUIT") else b"250 ok\r\n")


@pytest.fixture
def mail_port() -> Iterator[int]:
    """The port of a mail server on this machine."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Greeting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_mail_that_is_not_set_is_no_fault(healthy: Settings) -> None:
    assert found(healthy, "mail").level is Level.OK


def test_a_mail_server_that_answers_is_well(healthy: Settings, mail_port: int) -> None:
    assert found(replace(healthy, smtp_url=f"smtp://127.0.0.1:{mail_port}"), "mail").level is Level.OK


def test_a_mail_server_elsewhere_without_encryption_is_found(
    healthy: Settings, mail_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = smtplib.SMTP
    monkeypatch.setattr("smtplib.SMTP", lambda _, port, **how: made("127.0.0.1", port, **how))

    assert found(replace(healthy, smtp_url=f"smtp://mail.example.org:{mail_port}"), "mail").level is Level.WARN


@pytest.mark.parametrize("url", ["smtp://eve:hunter2@127.0.0.1:1", "mail.example.org", "smtp://", "smtp://h:port"])
def test_a_mail_server_that_cannot_be_used_is_found_without_its_password(healthy: Settings, url: str) -> None:
    finding = found(replace(healthy, smtp_url=url), "mail")

    assert finding.level is Level.FAIL
    assert "hunter2" not in finding.sentence
