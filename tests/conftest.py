"""What every test may ask for: a fresh pair of databases, on SQLite and on PostgreSQL, and a fixed moment."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.postgres import Cluster, postgres_cluster
from vault import passphrases
from vault.migrations import runner
from vault.settings import Settings, make_server_key
from vault.store import Stores, Work

__all__ = ["postgres_cluster"]

pytest_plugins = ["tests.web.browser"]

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """A Monday at noon."""
    return NOON


@pytest.fixture(autouse=True)
def _quick_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests stretch passphrases as little as the format allows; the real cost has tests of its own."""
    monkeypatch.setattr(passphrases, "STRETCH", passphrases.FLOOR)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both databases, migrated and empty."""
    folder = tmp_path_factory.mktemp("template")
    stores = Stores.open(f"sqlite:///{folder}/verbatim.db", f"sqlite:///{folder}/keyring.db")
    runner.upgrade(stores)
    stores.dispose()
    return folder


@pytest.fixture(scope="session")
def postgres_template(postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database that is migrated and empty."""
    admin = create_engine(postgres_cluster.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE template_verbatim"))
    admin.dispose()
    keyring = tmp_path_factory.mktemp("template-keyring") / "keyring.db"
    stores = Stores.open(postgres_cluster.url("template_verbatim"), f"sqlite:///{keyring}")
    runner.upgrade(stores)
    stores.dispose()
    return "template_verbatim"


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Iterator[Settings]:
    """An installation in a folder of its own, migrated and empty, once on each kind of database."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    shutil.copy(sqlite_template / "keyring.db", home / "keyring.db")
    if request.param == "sqlite":
        shutil.copy(sqlite_template / "verbatim.db", home / "verbatim.db")
        made = _settings(home, f"sqlite:///{home}/verbatim.db")
        make_server_key(made)
        yield made
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    template = request.getfixturevalue("postgres_template")
    name = f"t_{abs(hash(request.node.nodeid)):x}_{request.node.name[:20].lower()}".replace("[", "_")
    name = "".join(letter for letter in name if letter.isalnum() or letter == "_")[:60]
    admin = create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE {template}'))
    try:
        made = _settings(home, cluster.url(name))
        make_server_key(made)
        yield made
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def _settings(home: Path, database_url: str) -> Settings:
    return Settings(
        home=home,
        database_url=database_url,
        keyring_url=f"sqlite:///{home}/keyring.db",
        public_url="https://localhost",
        trusted_hosts=("localhost", "127.0.0.1"),
    )


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    """Both databases of the installation."""
    opened = Stores.open(settings.database_url, settings.keyring_url)
    yield opened
    opened.dispose()


@pytest.fixture
def work(stores: Stores) -> Iterator[Work]:
    """One open unit of work; a test commits it when it wants to."""
    with stores.work() as opened:
        yield opened
