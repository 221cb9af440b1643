"""An installation in a temporary folder, with people in it, for figures that need one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyotp
from sqlalchemy.orm import Session

from vault import accounts, ledger, sessions
from vault.accounts import Account
from vault.migrations import runner
from vault.settings import Settings, make_server_key
from vault.store import Stores

PASSPHRASE = "correct horse battery staple lamp"


# In place of the contacts that are invented in the ready letter, which nobody may publish.
CONTACTS = {
    "researcher": "Ada Quill", "e-mail": "team@study.example", "telephone": "403 555 0175",
    "board-e-mail": "board@study.example", "board-telephone": "403 555 0186",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Installation:
    """Migrated databases and a server key, in a folder that is gone afterwards."""

    settings: Settings
    stores: Stores

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which a server process finds it."""
        return {
            "VERBATIM_HOME": str(self.settings.home),
            "DATABASE_URL": self.settings.database_url,
            "KEYRING_URL": self.settings.keyring_url,
            "PUBLIC_URL": self.settings.public_url,
            "TRUSTED_HOSTS": ",".join(self.settings.trusted_hosts),
        }


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with an account that counts."""

    account: Account
    seed: bytes = field(repr=False)


@contextmanager
def installed(database_url: str = "") -> Iterator[Installation]:
    """An installation on SQLite, or with its main database there."""
    home = Path(tempfile.mkdtemp(prefix="verbatim-bench-"))
    settings = Settings(
        home=home,
        database_url=database_url or f"sqlite:///{home}/verbatim.db",
        keyring_url=f"sqlite:///{home}/keyring.db",
        public_url="https://localhost",
        trusted_hosts=("localhost", "127.0.0.1"),
    )
    make_server_key(settings)
    stores = Stores.open(settings.database_url, settings.keyring_url)
    try:
        runner.upgrade(stores)
        yield Installation(settings, stores)
    finally:
        stores.dispose()
        shutil.rmtree(home)


def colleague(db: Session, name: str) -> Colleague:
    """An account with keys, rehearsed."""
    now = datetime.now(UTC)
    account = accounts.create(db, email=f"{name}@example.org", name=name.title(), by=ledger.OPERATOR, now=now)
    keys = accounts.give_keys(db, account, PASSPHRASE, now=now)
    accounts.rehearse(db, account, PASSPHRASE, pyotp.TOTP(keys.totp_secret).at(now), now=now)
    return Colleague(account, keys.seed)


def cookie_of(installation: Installation, someone: Colleague) -> str:
    """The value of the cookie of a browser in which ``someone`` is signed in."""
    with installation.stores.work() as work:
        value = sessions.open_session(
            work.db, someone.account.id, someone.seed, stage=sessions.Stage.FULL, now=datetime.now(UTC)
        )
        work.commit()
    return value
