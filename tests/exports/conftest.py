"""A study whose material may leave: on both databases as ``at``, on SQLite alone as ``quick``."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.exports.setting import Setting, setting_of
from vault.settings import Settings
from vault.store import Stores


@pytest.fixture
def at(stores: Stores, settings: Settings, now: datetime) -> Setting:
    """On SQLite and on PostgreSQL."""
    return setting_of(stores, settings.home, now=now)


@pytest.fixture
def quick(tmp_path: Path, sqlite_template: Path, now: datetime) -> Iterator[Setting]:
    """SQLite only, for facts that do not depend on the database."""
    for name in ("verbatim.db", "keyring.db"):
        shutil.copy(sqlite_template / name, tmp_path / name)
    stores = Stores.open(f"sqlite:///{tmp_path}/verbatim.db", f"sqlite:///{tmp_path}/keyring.db")
    yield setting_of(stores, tmp_path, now=now)
    stores.dispose()
