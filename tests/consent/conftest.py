"""A study with a document in use: on both databases as ``scene``, on SQLite alone as ``quick``."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.consent.letters import Scene
from tests.consent.letters import scene as set_up
from vault.store import Stores, Work


@pytest.fixture
def scene(work: Work, now: datetime) -> Scene:
    """On SQLite and on PostgreSQL."""
    return set_up(work, now)


@pytest.fixture
def quick(tmp_path: Path, sqlite_template: Path, now: datetime) -> Iterator[Scene]:
    """On SQLite, for facts that do not depend on the database."""
    for name in ("verbatim.db", "keyring.db"):
        shutil.copy(sqlite_template / name, tmp_path / name)
    stores = Stores.open(f"sqlite:///{tmp_path}/verbatim.db", f"sqlite:///{tmp_path}/keyring.db")
    with stores.work() as work:
        yield set_up(work, now)
    stores.dispose()
