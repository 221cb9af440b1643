"""Bring both databases to the newest schema, and say where they stand."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from vault.errors import NotSetUp
from vault.store import Stores, file_of

_HERE = Path(__file__).parent


def _config(which: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("version_locations", str(_HERE / which))
    config.set_main_option("path_separator", "os")
    return config


def head(which: str) -> str:
    """The newest revision of ``which`` ("main" or "keyring")."""
    revision = ScriptDirectory.from_config(_config(which)).get_current_head()
    if revision is None:
        raise NotSetUp("This copy of Verbatim lacks its migrations. Install it again.")
    return revision


def current(engine: Engine) -> str | None:
    """The revision a database stands at, or None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(stores: Stores) -> None:
    """Both databases are at their newest revision, their files readable by their owner alone."""
    for which, engine in (("main", stores.main), ("keyring", stores.keyring)):
        file = file_of(engine)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.touch(mode=0o600)
        config = _config(which)
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()


def require_current(stores: Stores) -> None:
    """Return if both databases are at their newest revision, else say what to do."""
    if current(stores.main) != head("main") or current(stores.keyring) != head("keyring"):
        raise NotSetUp("The databases are not at this version's schema. Run 'verbatim migrate'.")
