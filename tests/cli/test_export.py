"""``verbatim export`` and ``verbatim profiles``: what the pages do, by the same rules."""

import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from exports import attempts
from exports.profiles import PROFILES
from exports.releases import Job
from exports.worker import Worker
from tests.cli.conftest import Call, environment
from tests.exports.setting import Setting, add, asked, setting_of
from tests.vault.people import PASSPHRASE, Person
from vault import ledger, studies
from vault.settings import Settings, server_key
from vault.store import Stores

Export = Callable[..., Result]


@pytest.fixture
def at(stores: Stores, settings: Settings) -> Setting:
    """A study whose material may leave, today: commands know no other day."""
    made = setting_of(stores, settings.home, now=datetime.now(UTC))
    with stores.work() as work:
        for name in ("Wren Marlowe", "Robin Ashdown", "Jay Hollis"):
            add(work, made, name, f"{name} said so.")
        work.commit()
    return made


@pytest.fixture
def export(call: Call, settings: Settings, at: Setting, tmp_path: Path) -> Export:
    """The command, for somebody with their passphrase."""

    def run(by: Person, *more: str, passphrase: str = PASSPHRASE, profile: str = "csv") -> Result:
        reading, writing = os.pipe()
        os.write(writing, passphrase.encode() + b"\n")
        os.close(writing)
        return call(
            "export", at.field.study.reference, "--profile", profile, "--out", str(tmp_path / "out.zip"),
            "--passphrase-fd", str(reading), "--account", by.account.email, "--no-attributes", *more,
            env=environment(settings),
        )  # fmt: skip

    return run


def alone(at: Setting) -> None:
    with at.stores.work() as work:
        member = studies.membership(work.db, at.study_id, at.other_lead.id)
        assert member is not None
        studies.leave(work.db, member, by=at.field.lead.id, now=at.now)
        work.commit()


def test_the_only_lead_declares_and_has_the_file(at: Setting, export: Export, tmp_path: Path) -> None:
    alone(at)
    told = export(at.field.lead)
    assert told.exit_code == 3
    assert "--alone" in told.stderr
    assert export(at.field.lead, "--alone", "ok").exit_code == 3
    assert not (tmp_path / "out.zip").exists()
    told = export(at.field.lead, "--alone", "Nobody else leads this study.")
    assert told.exit_code == 0, told.stderr
    assert zipfile.ZipFile(tmp_path / "out.zip").testzip() is None
    assert list(tmp_path.glob("*.part")) == []
    assert (tmp_path / "out.zip").stat().st_mode & 0o077 == 0
    with at.stores.work(reading=True) as work:
        lines = [str(line["action"]) for line in reversed(ledger.of_study(work.db, at.study_id))]
    deeds = [line.removeprefix("release.") for line in lines if line.startswith("release.")]
    assert deeds == ["asked", "started", "checked", "approved", "started", "built", "fetched"]


def test_where_another_lead_may_approve_it_waits_for_them(at: Setting, export: Export) -> None:
    told = export(at.field.lead, "--alone", "I would rather not ask.")
    assert told.exit_code == 3
    assert "Another lead has to approve it" in told.stderr
    again = export(at.field.lead)
    assert again.exit_code == 3
    with at.stores.work(reading=True) as work:
        asked = [line for line in ledger.of_study(work.db, at.study_id) if line["action"] == "release.asked"]
    assert len(asked) == 1, "it goes on with what was asked for"


def test_an_analyst_asks_and_a_lead_has_to_check(at: Setting, export: Export) -> None:
    told = export(at.field.analyst)
    assert told.exit_code == 3
    assert "A lead has to check and approve it" in told.stderr


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--instrument", "long"), "no instrument long"),
        (("--days", "1000"), "from 1 to 90"),
        (("--purpose", ""), "what the release is for"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_sentence(
    at: Setting, export: Export, more: tuple[str, ...], says: str
) -> None:
    told = export(at.field.lead, *more)
    assert told.exit_code == 1
    assert says in told.stderr
    assert told.stderr.count("\n") == 1


def test_a_wrong_passphrase_and_a_stranger_open_nothing(at: Setting, export: Export) -> None:
    for by, passphrase in ((at.field.lead, "another passphrase altogether"), (at.field.interviewer, PASSPHRASE)):
        told = export(by, passphrase=passphrase)
        assert told.exit_code == 1
        assert told.stderr.count("\n") == 1


def test_profiles_are_listed_with_what_they_contain(call: Call, settings: Settings) -> None:
    told = call("profiles", env=environment(settings))
    assert told.exit_code == 0
    for profile in PROFILES.values():
        assert f"{profile.name}  ({profile.title}; for {profile.purpose.value})" in told.stdout
        assert profile.contains in told.stdout


def test_the_doctor_says_whether_somebody_is_at_work_and_names_a_job_that_died(
    call: Call, settings: Settings, at: Setting
) -> None:
    told = call("doctor", env=environment(settings)).stdout
    assert "warn  worker: nobody is at work on releases. Run 'verbatim serve'" in told
    release = asked(at, at.field.analyst)
    worker = Worker(settings, at.stores, server_key(settings))
    worker.register()
    with at.stores.work() as work:
        attempts.begin(work.db, release, Job.CHECK, by=at.field.lead.id, now=at.now - timedelta(hours=1))
        work.commit()
    told = call("doctor", env=environment(settings)).stdout
    assert "ok    worker: somebody is at work on releases" in told
    assert f"warn  worker: the job on release {release.id} died." in told
    worker.leave()
