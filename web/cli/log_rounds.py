"""What a worker does beside its jobs: every second the log's new lines become leaves, and what is due is mailed."""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.exc import DBAPIError

from vault.sequencer import SigningKeyGone
from vault.settings import Settings
from vault.store import Stores
from web.kit import checkpoint_mail, renewal_mail, stamping
from web.kit.sequencing import Sequencing

EVERY = 1.0  # seconds between two rounds
MAILS_EVERY = 10.0
REMINDERS_EVERY = 600.0
STAMPS_EVERY = 600.0
SAID_EVERY = 300.0  # a fault that stays is not told each second

_logger = logging.getLogger(__name__)


@contextmanager
def going_on(settings: Settings, stores: Stores) -> Iterator[None]:
    """The rounds are made meanwhile."""
    app, keeps = checkpoint_mail.speaking(), Sequencing.of(settings, stores)
    duties: list[list[Duty]] = [
        [Duty(0.0, keeps.run)],
        # Mail servers and authorities take their time, and nothing of the log waits for them.
        [
            Duty(MAILS_EVERY, partial(checkpoint_mail.try_to_send, settings, stores, app, clock=_now, refused={})),
            Duty(REMINDERS_EVERY, partial(renewal_mail.try_to_send, settings, stores, app, clock=_now)),
            Duty(STAMPS_EVERY, partial(stamping.try_to_stamp, settings, stores, clock=_now)),
        ],
    ]
    stop = threading.Event()
    threads = [threading.Thread(target=_make, args=(some, stop), name="log", daemon=True) for some in duties]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(EVERY)


@dataclass(slots=True)
class Duty:
    """Something to be done again and again, so many seconds apart."""

    every: float
    deed: Callable[[], object]
    done: float = -math.inf

    def is_due(self) -> bool:
        """Whether it is time again; if so, it counts as done."""
        due = time.monotonic() - self.done >= self.every
        if due:
            self.done = time.monotonic()
        return due


def _now() -> datetime:
    return datetime.now(UTC)


def _make(duties: list[Duty], stop: threading.Event) -> None:
    said = -math.inf
    while not stop.wait(EVERY):
        for duty in duties:
            try:
                if duty.is_due():
                    duty.deed()
            except (DBAPIError, SigningKeyGone, OSError) as error:
                # A database that is away for a while comes back, and nothing is lost meanwhile.
                if time.monotonic() - said >= SAID_EVERY:
                    said = time.monotonic()
                    _logger.error("a round of the log failed: %s", type(error).__name__)
