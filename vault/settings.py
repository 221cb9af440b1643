"""What an operator decides, read once from the environment. Every setting is described in docs/operate.md."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from vault.errors import NotSetUp

_HERE = "localhost,127.0.0.1"


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation. ``home`` holds the databases, keyring backups and the server key unless told otherwise."""

    home: Path
    database_url: str = field(repr=False)
    keyring_url: str
    public_url: str
    trusted_hosts: tuple[str, ...]
    smtp_url: str | None = field(default=None, repr=False)
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    behind_proxy: bool = False
    timestamp_url: str | None = None

    @property
    def server_key_file(self) -> Path:
        """Signs form tokens and device cookies. It opens nothing that is sealed."""
        return self.home / "server.key"

    @property
    def backups(self) -> Path:
        """The folder of the keyring's short-lived backups."""
        return self.home / "keyring-backups"


def from_environment(env: Mapping[str, str]) -> Settings:
    """Settings from ``VERBATIM_HOME``, ``DATABASE_URL``, ``KEYRING_URL``, ``PUBLIC_URL``, ``TRUSTED_HOSTS``,
    ``SMTP_URL``, ``TLS_CERTIFICATE``, ``TLS_KEY``, ``BEHIND_PROXY`` and ``TIMESTAMP_URL``; NotSetUp if one of them
    cannot be used.
    """
    home = Path(env.get("VERBATIM_HOME") or "var").resolve()
    hosts = tuple(host.strip() for host in (env.get("TRUSTED_HOSTS") or _HERE).split(",") if host.strip())
    if "*" in hosts or not hosts:
        raise NotSetUp("TRUSTED_HOSTS must list the names under which this server is reached, separated by commas.")
    public_url = (env.get("PUBLIC_URL") or "http://localhost:8000").rstrip("/")
    if not _names_a_host(public_url, "http", "https"):
        raise NotSetUp("PUBLIC_URL must be the address people type, for example https://study.example.org.")
    smtp_url = env.get("SMTP_URL") or None
    if smtp_url and not _names_a_host(smtp_url, "smtp", "smtps"):
        raise NotSetUp("SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465.")
    timestamp_url = env.get("TIMESTAMP_URL") or None
    if timestamp_url and not _names_a_host(timestamp_url, "http", "https"):
        raise NotSetUp("TIMESTAMP_URL must be the address of a time-stamping authority, http:// or https://.")
    proxy = (env.get("BEHIND_PROXY") or "no").lower()
    if proxy not in {"yes", "no"}:
        raise NotSetUp("BEHIND_PROXY must be yes or no.")
    return Settings(
        home=home, database_url=env.get("DATABASE_URL") or f"sqlite:///{home / 'verbatim.db'}",
        keyring_url=env.get("KEYRING_URL") or f"sqlite:///{home / 'keyring.db'}", public_url=public_url,
        trusted_hosts=hosts, smtp_url=smtp_url, tls_certificate=_path(env, "TLS_CERTIFICATE"),
        tls_key=_path(env, "TLS_KEY"), behind_proxy=proxy == "yes", timestamp_url=timestamp_url,
    )  # fmt: skip


def _names_a_host(url: str, *schemes: str) -> bool:
    try:
        parsed = urlsplit(url)
        # To read the port is to check it.
        return parsed.scheme in schemes and bool(parsed.hostname) and parsed.port != 0
    except ValueError:
        return False


def _path(env: Mapping[str, str], name: str) -> Path | None:
    if not env.get(name):
        return None
    path = Path(env[name]).resolve()
    if not path.is_file():
        raise NotSetUp(f"{name} names a file that does not exist.")
    return path


def make_server_key(settings: Settings) -> None:
    """The home folder and the server key exist afterwards, readable by their owner alone; a key is never replaced."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not settings.server_key_file.exists():
        settings.server_key_file.touch(mode=0o600, exist_ok=False)
        settings.server_key_file.write_bytes(secrets.token_bytes(32))


def server_key(settings: Settings) -> bytes:
    """The 32 bytes of the server key; NotSetUp if ``verbatim init`` has not been run."""
    try:
        key = settings.server_key_file.read_bytes()
    except FileNotFoundError:
        raise NotSetUp from None
    if len(key) != 32:
        raise NotSetUp(
            "server.key in VERBATIM_HOME is damaged. Restore it, or delete it and run 'verbatim init' again."
        )
    return key
