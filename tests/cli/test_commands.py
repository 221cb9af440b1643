"""``verbatim`` as a whole: the small commands, and the one way in which any of them says no."""

import json
import os
import re
import resource
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.cli.conftest import Call, environment, promise_to_forget
from tests.house.tree import ROOT
from vault import erasure
from vault.settings import Settings
from vault.store import Stores
from web.kit.process import keep_to_itself


def test_the_list_of_materials_names_every_package_that_the_program_runs_on(call: Call) -> None:
    """ASVS 15.1.2: a software bill of materials, in the versions that are pinned with their hashes."""
    bill = json.loads(call("version", "--sbom", env={}).stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    listed = {(part["name"].replace("_", "-"), part["version"]) for part in bill["components"]}
    pinned = re.findall(r"^([a-z0-9-]+)==([\w.+]+) (?!;)", (ROOT / "requirements/run.txt").read_text(), re.MULTILINE)
    assert len(pinned) > 20
    assert set(pinned) <= listed
    assert all(part["purl"].startswith("pkg:pypi/") for part in bill["components"] if part["type"] == "library")


def test_version_names_what_a_report_of_a_fault_needs(call: Call) -> None:
    told = call("version", env={})

    assert [line.split(" ")[0] for line in told.stdout.splitlines()] == [
        "Verbatim", "Python", "SQLAlchemy", "cryptography", "SQLite",
    ]  # fmt: skip
    assert sqlite3.sqlite_version in told.stdout


@pytest.mark.parametrize("command", ["serve", "migrate", "backup"])
def test_before_init_a_command_says_so_in_one_sentence(call: Call, fresh: dict[str, str], command: str) -> None:
    told = call(command, env=fresh)

    assert told.exit_code == 2
    assert told.stderr == "This installation is not set up yet. Run 'verbatim init'.\n"
    assert not Path(fresh["VERBATIM_HOME"]).exists()


@pytest.mark.parametrize("command", ["serve", "migrate", "backup", "init"])
def test_a_setting_that_cannot_be_used_is_one_sentence(call: Call, fresh: dict[str, str], command: str) -> None:
    told = call(command, env={**fresh, "TRUSTED_HOSTS": "*"})

    assert told.exit_code == 2
    assert told.stderr.startswith("TRUSTED_HOSTS must list")
    assert told.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_database_that_does_not_answer_is_one_sentence_without_its_password(
    call: Call, settings: Settings, command: str
) -> None:
    away = "postgresql://verbatim:hunter2@127.0.0.1:1/verbatim"

    told = call(command, env={**environment(settings), "DATABASE_URL": away})

    assert told.exit_code == 1
    assert told.stderr.startswith("The database said no: ")
    assert told.stderr.count("\n") == 1
    assert "hunter2" not in told.output


def test_a_home_that_cannot_be_made_is_one_sentence(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    told = call(
        "init", "--email", "a@example.org", "--name", "A", env={"VERBATIM_HOME": str(tmp_path / "file" / "home")}
    )

    assert told.exit_code == 1
    assert "Traceback" not in told.output
    assert told.stderr.count("\n") == 1


def test_migrate_says_where_both_databases_stood(call: Call, settings: Settings, stores: Stores) -> None:
    told = call("migrate", env=environment(settings))

    assert told.exit_code == 0
    assert [line.partition(":")[0] for line in told.stdout.splitlines()] == ["main", "keyring"]
    assert told.stdout.count("was there already") == 2


def test_migrate_keeps_a_promise_to_forget_that_was_cut_off(
    call: Call, settings: Settings, stores: Stores, now: datetime
) -> None:
    promise_to_forget(stores, now)

    assert call("migrate", env=environment(settings)).exit_code == 0

    with stores.work(reading=True) as work:
        assert erasure.pending(work.db) == []


def test_a_database_without_tables_gets_them(call: Call, settings: Settings, tmp_path: Path) -> None:
    env = {**environment(settings), "DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}

    told = call("migrate", env=env)

    assert "main: at" in told.stdout
    assert "was at nothing" in told.stdout
    with sqlite3.connect(tmp_path / "new.db") as connection:
        assert connection.execute("SELECT count(*) FROM ledger_entry").fetchone() == (0,)
    connection.close()


def test_a_backup_of_the_keyring_is_closed_to_others_and_can_be_opened(
    call: Call, settings: Settings, stores: Stores
) -> None:
    told = call("backup", env=environment(settings))

    assert told.exit_code == 0
    (copy,) = settings.backups.iterdir()
    assert str(copy) in told.stdout
    assert copy.stat().st_mode & 0o077 == 0
    assert settings.backups.stat().st_mode & 0o077 == 0
    with stores.keyring.connect() as connection:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    with sqlite3.connect(copy) as opened:
        assert opened.execute("SELECT version_num FROM alembic_version").fetchone() == (revision,)
    opened.close()


def test_a_process_that_holds_keys_leaves_nothing_for_others(tmp_path: Path) -> None:
    """ASVS 11.7.2: no core dump; 14.2: no file of ours can be read by others."""
    keep_to_itself()

    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    (tmp_path / "file").touch()
    assert (tmp_path / "file").stat().st_mode & 0o077 == 0
    assert os.umask(0o077) == 0o077
