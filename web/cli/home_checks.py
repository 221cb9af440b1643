"""What ``verbatim doctor`` asks of the settings, the home folder and the files in it."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from vault.keyring import BACKUPS_LIVE
from vault.settings import Settings, server_key
from web.cli.findings import Finding, fail, ok, warn
from web.cli.serve import is_loopback, refuse_in_the_clear


def settings_fit(settings: Settings) -> Iterator[Finding]:
    """The settings agree with each other."""
    url = urlsplit(settings.public_url)
    refuse_in_the_clear("localhost", settings)
    if url.hostname not in settings.trusted_hosts:
        yield fail("settings", "TRUSTED_HOSTS lacks the name in PUBLIC_URL, so everybody would be turned away. Add it.")
    elif url.scheme != "https" and not is_loopback(url.hostname):
        yield warn("settings", "PUBLIC_URL does not begin with https://. Browsers will not keep anybody signed in.")
    else:
        yield ok("settings", f"people reach this installation at {settings.public_url}")


def home_is_private(settings: Settings) -> Iterator[Finding]:
    """Nobody but the owner may enter the home folder or read a file of the installation."""
    if not settings.home.is_dir():
        yield fail("home", f"{settings.home} does not exist. Run 'verbatim init', or correct VERBATIM_HOME.")
        return
    if settings.home.stat().st_mode & 0o077:
        yield fail("home", f"others may enter {settings.home}. Run: chmod 700 {settings.home}")
    elif settings.home.stat().st_uid != os.geteuid():
        yield warn("home", f"{settings.home} belongs to another user. Run Verbatim and its doctor as its owner.")
    else:
        yield ok("home", f"{settings.home} is closed to others")
    files = [path for path in _files(settings) if path.stat().st_mode & 0o077]
    for path in files:
        yield fail("files", f"others may read {path}. Run: chmod 600 {path}")
    if not files:
        yield ok("files", "no file of the installation can be read by others")


def _files(settings: Settings) -> list[Path]:
    """Everything in the home folder, a SQLite file elsewhere with what SQLite keeps beside it, and the TLS key."""
    found = {path for path in settings.home.rglob("*") if path.is_file()}
    for url in (settings.database_url, settings.keyring_url):
        database = make_url(url).database
        if url.startswith("sqlite") and database:
            found.update(path for end in ("", "-wal", "-shm") if (path := Path(f"{database}{end}")).is_file())
    if settings.tls_key:
        found.add(settings.tls_key)
    return sorted(found)


def server_key_is_there(settings: Settings) -> Iterator[Finding]:
    """The key that signs form tokens exists and is whole."""
    server_key(settings)
    yield ok("server key", "is there")


def backups_are_young(settings: Settings) -> Iterator[Finding]:
    """No copy of the keyring outlives what participants were promised when they asked to be erased."""
    backups = sorted(settings.backups.iterdir()) if settings.backups.is_dir() else []
    limit = (datetime.now(UTC) - BACKUPS_LIVE).timestamp()
    old = [path.name for path in backups if path.stat().st_mtime < limit]
    if old:
        yield fail(
            "keyring backups", f"{', '.join(old)}: older than 30 days. Run 'verbatim backup', which deletes them."
        )
    elif not backups:
        yield warn("keyring backups", "none yet. Run 'verbatim backup' every night; without the keyring nothing opens.")
    else:
        yield ok("keyring backups", f"{len(backups)}, none older than 30 days")
