"""What a worker does beside its jobs: every second the log's new lines become leaves, and what is due is mailed."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError

from vault.sequencer import SigningKeyGone
from vault.settings import Settings
from vault.store import Stores
from web.kit import checkpoint_mail, renewal_mail
from web.kit.sequencing import Sequencing

EVERY = 1.0  # seconds between two rounds
MAILS_EVERY = 10.0
REMINDERS_EVERY = 600.0
SAID_EVERY = 300.0  # a fault that stays is not told each second

_logger = logging.getLogger(__name__)


@contextmanager
def going_on(settings: Settings, stores: Stores) -> Iterator[None]:
    """The rounds are made meanwhile."""
    stop = threading.Event()
    making = threading.Thread(target=_make, args=(settings, stores, stop), name="log", daemon=True)
    making.start()
    try:
        yield
    finally:
        stop.set()
        making.join()


def _make(settings: Settings, stores: Stores, stop: threading.Event) -> None:
    keeps, app = Sequencing.of(settings, stores), checkpoint_mail.speaking()
    mailed, reminded, said = -MAILS_EVERY, -REMINDERS_EVERY, -SAID_EVERY
    while not stop.wait(EVERY):
        try:
            keeps.run()
            if time.monotonic() - mailed >= MAILS_EVERY:
                mailed = time.monotonic()
                checkpoint_mail.try_to_send(settings, stores, app, clock=lambda: datetime.now(UTC))
            if time.monotonic() - reminded >= REMINDERS_EVERY:
                reminded = time.monotonic()
                renewal_mail.try_to_send(settings, stores, app, clock=lambda: datetime.now(UTC))
        except (DBAPIError, SigningKeyGone, OSError) as error:
            # A database that is away for a while comes back, and nothing is lost meanwhile.
            if time.monotonic() - said >= SAID_EVERY:
                said = time.monotonic()
                _logger.error("the log is not sequenced: %s", type(error).__name__)
