"""What the tests of the commands share: an environment, and a way to call a command in it."""

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from vault.erasure import Erasure, Kind
from vault.settings import Settings
from vault.store import Stores
from web.cli.main import verbatim

_SETTINGS = (
    "VERBATIM_HOME", "DATABASE_URL", "KEYRING_URL", "PUBLIC_URL", "TRUSTED_HOSTS", "SMTP_URL", "TLS_CERTIFICATE",
    "TLS_KEY", "BEHIND_PROXY", "TIMESTAMP_URL",
)  # fmt: skip

Call = Callable[..., Result]


def environment(settings: Settings) -> dict[str, str]:
    """The variables that say what ``settings`` says."""
    return {
        "VERBATIM_HOME": str(settings.home),
        "DATABASE_URL": settings.database_url,
        "KEYRING_URL": settings.keyring_url,
        "PUBLIC_URL": settings.public_url,
        "TRUSTED_HOSTS": ",".join(settings.trusted_hosts),
    }


def promise_to_forget(stores: Stores, now: datetime) -> None:
    """Somebody's erasure is promised, and then the machine fails."""
    with stores.work() as work:
        work.db.add(
            Erasure(
                study_id=uuid4(),
                participant_id=uuid4(),
                pseudonym="P-7KQ4",
                kind=Kind.ERASE,
                commitment="0" * 64,
                asked_at=now,
            )
        )
        work.commit()


@pytest.fixture(autouse=True)
def _nothing_leaks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting of whoever runs the tests reaches a command, and no command's umask reaches another test."""
    for name in _SETTINGS:
        monkeypatch.delenv(name, raising=False)
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def fresh(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation that nobody has set up yet."""
    return {"VERBATIM_HOME": str(tmp_path / "fresh")}


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs ``verbatim`` as a shell would: arguments, and variables that hold for this command only."""

    def run(*arguments: str, env: Mapping[str, str]) -> Result:
        with monkeypatch.context() as patch:
            for name, value in env.items():
                patch.setenv(name, value)
            return CliRunner().invoke(verbatim, list(arguments))

    return run
