"""A study in the field: on both databases as ``field`` with ``work``, on SQLite alone as ``quick``."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.survey.field import Field, field_of
from vault.store import Stores, Work


@pytest.fixture
def field(work: Work, now: datetime) -> Field:
    """On SQLite and on PostgreSQL."""
    return field_of(work, now=now)


@pytest.fixture
def quick(tmp_path: Path, sqlite_template: Path) -> Iterator[Work]:
    """SQLite only, for facts that do not depend on the database."""
    for name in ("verbatim.db", "keyring.db"):
        shutil.copy(sqlite_template / name, tmp_path / name)
    stores = Stores.open(f"sqlite:///{tmp_path}/verbatim.db", f"sqlite:///{tmp_path}/keyring.db")
    with stores.work() as work:
        yield work
    stores.dispose()
