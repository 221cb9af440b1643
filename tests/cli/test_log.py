"""``verbatim log``: what an operator hands over is what an auditor can check, and a key can be changed."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from tests.cli.conftest import Call, environment
from tests.vault.logs import audit, sequencing, tree_of, write
from tests.vault.people import person, study_of
from vault import checkpoints, keyring, log_keys, log_trees
from vault.settings import Settings
from vault.store import Stores


@pytest.fixture
def study(stores: Stores, now: datetime) -> UUID:
    """A study with a few lines."""
    with stores.work() as work:
        made = study_of(work.db, person(work.db, "ada", now=now), now=now).id
        work.commit()
    return made


def verified(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )


def test_what_is_exported_is_checked_by_the_program_that_lies_beside_it(
    call: Call, settings: Settings, stores: Stores, study: UUID, now: datetime, tmp_path: Path
) -> None:
    env = environment(settings)
    assert call("log", "sequence", env=env).stdout.strip() != "0"
    assert call("log", "sequence", env=env).stdout.strip() == "0"
    kept = tmp_path / "kept.checkpoint"
    kept.write_text(call("log", "checkpoint", "MM-1", env=env).stdout)
    write(stores, now, study, study)
    call("log", "sequence", env=env)

    told = call("log", "export", str(study), str(tmp_path / "out"), env=env)

    assert told.exit_code == 0, told.output
    folder = tmp_path / "out"
    assert sorted(path.name for path in folder.iterdir()) == [
        "entries.jsonl", "log.checkpoint", "log.vkey", "verify_log.py",
    ]  # fmt: skip
    lines = (folder / "entries.jsonl").read_text().splitlines()
    assert len(lines) == audit(stores, study)
    said = checkpoints.verified((folder / "log.checkpoint").read_text(), (folder / "log.vkey").read_text().strip())
    assert said.size == len(lines)
    assert said.origin == f"localhost/studies/{study}"
    checked = verified(folder / "verify_log.py", folder, kept)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    altered = (folder / "entries.jsonl").read_text().replace("MM-1", "MM-2")
    (folder / "entries.jsonl").write_text(altered)
    assert verified(folder / "verify_log.py", folder, kept).returncode == 1


def test_the_lines_of_the_installation_are_a_log_of_their_own(call: Call, settings: Settings, study: UUID) -> None:
    env = environment(settings)
    assert call("log", "checkpoint", "installation", env=env).exit_code == 1
    call("log", "sequence", env=env)
    assert call("log", "checkpoint", "installation", env=env).stdout.startswith("localhost/installation\n")


def test_nothing_is_written_over_what_lies_in_a_folder(
    call: Call, settings: Settings, study: UUID, tmp_path: Path
) -> None:
    env = environment(settings)
    call("log", "sequence", env=env)
    (tmp_path / "entries.jsonl").write_text("what an auditor got last year")
    told = call("log", "export", str(study), str(tmp_path), env=env)
    assert told.exit_code == 1
    assert "is not empty" in told.stderr
    assert (tmp_path / "entries.jsonl").read_text() == "what an auditor got last year"


@pytest.mark.parametrize("command", [["checkpoint", "XX-9"], ["export", "XX-9", "there"], ["change-key", "XX-9"]])
def test_a_study_that_is_not_there_is_named_as_such(call: Call, settings: Settings, command: list[str]) -> None:
    told = call("log", *command, env=environment(settings))
    assert told.exit_code == 1
    assert told.stderr.startswith("There is no study of this id or reference")


def test_the_key_is_changed_and_the_old_one_is_nowhere_any_more(
    call: Call, settings: Settings, stores: Stores, study: UUID, now: datetime, tmp_path: Path
) -> None:
    env = environment(settings)
    call("log", "sequence", env=env)
    keyring.back_up(stores.keyring, settings.backups, now=now)
    kept = tmp_path / "kept.checkpoint"
    kept.write_text(call("log", "checkpoint", str(study), env=env).stdout)
    with stores.work(reading=True) as work:
        old = log_keys.seeds(work.keyring, [study])[study][1]
    stores.dispose()

    told = call("log", "change-key", str(study), env=env)

    assert told.exit_code == 0, told.output
    for file in (*settings.home.glob("keyring*"), *settings.backups.iterdir()):
        assert old not in (file.read_bytes() if file.is_file() else b"")
    write(stores, now, study)
    call("log", "sequence", env=env)
    call("log", "export", str(study), str(tmp_path / "out"), env=env)
    folder = tmp_path / "out"
    former, new = (folder / "log.vkey").read_text().splitlines()
    assert new == told.stdout.strip()
    both = (folder / "key-changes" / "1.checkpoint").read_text()
    assert checkpoints.verified(both, former) == checkpoints.verified(both, new)
    checked = verified(folder / "verify_log.py", folder, kept)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    # Once more, as after a crash in the middle: there is one key, and it is the newest.
    assert call("log", "change-key", str(study), env=env).exit_code == 0
    with stores.work(reading=True) as work:
        assert len(log_keys.seeds(work.keyring, [study])[study]) == 1
        assert len(log_trees.keys(work.db, tree_of(work.db, study).number)) == 3


def test_a_key_that_is_lost_is_replaced_only_if_somebody_says_so(
    call: Call, settings: Settings, stores: Stores, study: UUID, now: datetime, tmp_path: Path
) -> None:
    env = environment(settings)
    call("log", "sequence", env=env)
    assert call("log", "change-key", str(study), "--lost", env=env).exit_code == 1
    with stores.work() as work:
        log_keys.forget(work.keyring, study, but=99)
        work.commit()
    write(stores, now, study)
    told = call("log", "sequence", env=env)
    assert told.exit_code == 1
    assert "--lost" in told.stderr
    doctor = call("doctor", env=env).stdout
    assert "FAIL  log key" in doctor
    assert str(study) in doctor
    assert call("log", "change-key", str(study), env=env).exit_code == 1

    assert call("log", "change-key", str(study), "--lost", env=env).exit_code == 0

    size = audit(stores, study)
    call("log", "export", str(study), str(tmp_path / "out"), env=env)
    assert len((tmp_path / "out" / "entries.jsonl").read_text().splitlines()) == size
    assert "FAIL  log key" not in call("doctor", env=env).stdout


def test_the_doctor_says_if_nobody_keeps_the_log_provable(
    call: Call, settings: Settings, stores: Stores, study: UUID, now: datetime
) -> None:
    env = environment(settings)
    assert "FAIL  log: " in call("doctor", env=env).stdout
    sequencing(stores, now).run()
    assert "ok    log: every line is under a signed checkpoint" in call("doctor", env=env).stdout
