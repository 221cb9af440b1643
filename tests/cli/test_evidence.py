"""``verbatim evidence`` writes a package that its own verifier finds sound."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Call, environment
from tests.exports.log_making import verify
from tests.exports.setting import Setting, add, setting_of
from vault import ledger
from vault.settings import Settings
from vault.store import Stores


@pytest.fixture
def at(stores: Stores, settings: Settings) -> Setting:
    """A study with somebody in it, today: commands know no other day."""
    made = setting_of(stores, settings.home, now=datetime.now(UTC))
    with stores.work() as work:
        add(work, made, "Wren Marlowe", "Wren said so.")
        work.commit()
    return made


def test_it_is_written_checked_and_named_in_the_log(
    call: Call, settings: Settings, at: Setting, tmp_path: Path
) -> None:
    out = tmp_path / "evidence.zip"
    told = call("evidence", "MM-1", str(out), env=environment(settings))
    assert told.exit_code == 0, told.stderr
    assert list(tmp_path.glob("*.part")) == []
    with zipfile.ZipFile(out) as zipped:
        zipped.extractall(tmp_path / "here")
    assert verify(tmp_path / "here" / "log").code == 0
    with at.stores.work(reading=True) as work:
        line = ledger.of_study(work.db, at.study_id)[0]
    assert (line["action"], line["actor"]) == ("evidence.taken", "operator")


def test_nothing_that_is_there_is_written_over(call: Call, settings: Settings, at: Setting, tmp_path: Path) -> None:
    out = tmp_path / "evidence.zip"
    out.write_text("mine")
    told = call("evidence", "MM-1", str(out), env=environment(settings))
    assert told.exit_code == 1
    assert "is there already" in told.stderr
    assert out.read_text() == "mine"
    told = call("evidence", "MM-9", str(tmp_path / "other.zip"), env=environment(settings))
    assert told.exit_code == 1
    assert "no study" in told.stderr
    assert list(tmp_path.glob("other*")) == []
