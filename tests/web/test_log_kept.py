"""A real server keeps its log provable and mails its auditors, with nobody's help."""

import time
from datetime import datetime
from pathlib import Path

import pytest

from tests.mailbox import mailbox
from tests.vault.logs import audit, lines_of, write
from tests.vault.people import joined, person, study_of
from tests.web.serving import served
from vault.settings import Settings
from vault.store import Stores
from vault.studies import Role

PATIENCE = 30  # seconds


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
def test_beside_a_server_lines_become_leaves_within_seconds_and_checkpoints_are_mailed(
    settings: Settings, stores: Stores, now: datetime, tmp_path: Path
) -> None:
    with stores.work() as work:
        lead = person(work.db, "ada", now=now)
        study = study_of(work.db, lead, now=now)
        joined(work.db, study, person(work.db, "vera", now=now), Role.AUDITOR, by=lead, now=now)
        work.commit()
    with mailbox() as box, served(settings, tmp_path / "log", SMTP_URL=box.url):
        until = time.monotonic() + PATIENCE
        while not box.letters and time.monotonic() < until:
            time.sleep(0.1)
        assert box.addressed == ["vera@example.org"]
        with stores.work(reading=True) as work:
            before = len(lines_of(work.db, study.id))
        write(stores, now, study.id)
        begun = time.monotonic()
        while audit(stores, study.id) == before and time.monotonic() < begun + PATIENCE:
            time.sleep(0.05)
        assert audit(stores, study.id) == before + 1
        assert time.monotonic() - begun < 5
    assert "a round of the log failed" not in (tmp_path / "log").read_text()
