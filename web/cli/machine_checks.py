"""What ``verbatim doctor`` asks of the machine: memory that stays in memory, a clock, mail, and room on the disk."""

import json
import os
import resource
import shutil
import smtplib
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import select

from vault.errors import NotSetUp
from vault.ledger import LedgerEntry
from vault.settings import Settings
from web.cli.findings import Finding, fail, ok, warn
from web.cli.installation import stores_of
from web.cli.serve import is_loopback
from web.cli.version import RELEASED

SWAPS = Path("/proc/swaps")
MAIL_TIMEOUT = 10  # seconds
TOLERANCE = 300  # seconds that a clock may be off
LOW, TOO_LOW = 1 << 30, 100 << 20  # bytes free on the disk


def memory_stays_in_memory(_: Settings) -> Iterator[Finding]:
    """No crash and no want of memory writes opened keys to a disk."""
    if resource.getrlimit(resource.RLIMIT_CORE)[0] == 0:
        yield ok("core dumps", "are off")
    else:
        yield warn(
            "core dumps",
            "are on in this shell. 'verbatim serve' turns them off for itself; for other servers say LimitCORE=0.",
        )
    if SWAPS.is_file() and len(SWAPS.read_text().splitlines()) > 1:
        yield warn("swap", "is on, so memory may reach the disk. Switch it off (swapoff -a) or encrypt it.")
    else:
        yield ok("swap", "is off")


def clock_is_sane(settings: Settings) -> Iterator[Finding]:
    """The clock is not behind anything that has happened, and it goes."""
    now, ticks = time.time(), time.monotonic()
    time.sleep(0.05)
    drift = abs((time.time() - now) - (time.monotonic() - ticks))
    newest = max(_moments(settings))
    if now + TOLERANCE < newest:
        behind = datetime.fromtimestamp(newest, UTC)
        yield fail("clock", f"it is behind: something happened at {behind:%Y-%m-%d %H:%M} UTC already. Set the clock.")
    elif drift > 1:
        yield warn("clock", "it jumped while we looked. Let a time service (chrony, systemd-timesyncd) keep it.")
    else:
        yield ok("clock", f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M} UTC")


def _moments(settings: Settings) -> Iterator[float]:
    """When this version was released, when files were written last, and the time in the newest line of the log."""
    yield datetime(RELEASED.year, RELEASED.month, RELEASED.day, tzinfo=UTC).timestamp()
    yield from (path.stat().st_mtime for path in settings.home.glob("*") if path.is_file())
    with stores_of(settings) as stores, stores.work(reading=True) as work:
        line = work.db.scalar(select(LedgerEntry.body).order_by(LedgerEntry.number.desc()).limit(1))
        if line is not None:
            yield datetime.fromisoformat(json.loads(line)["at"]).timestamp()


def mail_connects(settings: Settings) -> Iterator[Finding]:
    """The mail server takes our letters, or there is none."""
    if settings.smtp_url is None:
        yield ok("mail", "SMTP_URL is not set: invitations are handed over by hand")
        return
    url = urlsplit(settings.smtp_url)
    try:
        encrypted = _greet_mail_server(settings.smtp_url)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        # What the server said may name an account, so only the kind of failure is told.
        yield fail("mail", f"{url.hostname} does not answer as it should ({type(error).__name__}). Correct SMTP_URL.")
        return
    if encrypted or is_loopback(url.hostname or ""):
        yield ok("mail", f"{url.hostname} answers")
    else:
        yield warn("mail", f"{url.hostname} offers no encryption. Letters would travel in the clear; use smtps://.")


def _greet_mail_server(smtp_url: str) -> bool:
    """Whether the connection is encrypted, after greeting the server and signing in if the URL names a user."""
    url = urlsplit(smtp_url)
    if url.scheme not in {"smtp", "smtps"} or not url.hostname:
        raise NotSetUp("SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465.")
    context = ssl.create_default_context()
    connection: smtplib.SMTP
    if url.scheme == "smtps":
        connection = smtplib.SMTP_SSL(url.hostname, url.port or 465, timeout=MAIL_TIMEOUT, context=context)
    else:
        connection = smtplib.SMTP(url.hostname, url.port or 587, timeout=MAIL_TIMEOUT)
    with connection as server:
        server.ehlo()
        encrypted = url.scheme == "smtps"
        if not encrypted and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
            encrypted = True
        if url.username and encrypted:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.noop()
    return encrypted


def disk_has_room(settings: Settings) -> Iterator[Finding]:
    """There is room for what people will say."""
    free = shutil.disk_usage(settings.home if settings.home.is_dir() else os.sep).free
    sentence = f"{free / (1 << 30):.1f} GiB free"
    if free < TOO_LOW:
        yield fail("disk", f"{sentence}. Make room now: answers can no longer be kept.")
    elif free < LOW:
        yield warn("disk", f"{sentence}. Make room soon.")
    else:
        yield ok("disk", sentence)
