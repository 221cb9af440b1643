"""Checkpoints are shown to a time-stamping authority, if there is one: what it signs, nobody here can backdate."""

import logging
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPException
from urllib.request import Request, urlopen

from vault import time_stamps
from vault.settings import Settings
from vault.store import Stores
from vault.time_stamps import MOST_BYTES, NotStamped
from vault.witnesses import DAILY

_PATIENCE = 15.0  # seconds

_logger = logging.getLogger(__name__)


def stamp_due(settings: Settings, stores: Stores, *, clock: Callable[[], datetime]) -> int:
    """Each log that has grown has a stamp of today on its newest checkpoint; returns how many were made.

    NotStamped if the authority does not answer, or not as it should; what it has stamped before stays.
    """
    if settings.timestamp_url is None:
        return 0
    with stores.work(reading=True) as work:
        due = time_stamps.due(work.db, before=clock() - DAILY)
    # Nothing is locked while the authority takes its time.
    for tree, checkpoint in due:
        asked = time_stamps.question(checkpoint.note)
        response = time_stamps.checked(asked, _answer(settings.timestamp_url, asked.der))
        with stores.work() as work:
            time_stamps.keep(work.db, tree.number, checkpoint.size, response, now=clock())
            work.commit()
    return len(due)


def try_to_stamp(settings: Settings, stores: Stores, *, clock: Callable[[], datetime]) -> int:
    """The same for whoever tries again later."""
    try:
        return stamp_due(settings, stores, clock=clock)
    except NotStamped:
        _logger.warning("the time-stamping authority gave no stamp")
        return 0


def _answer(url: str, question: bytes) -> bytes:
    request = Request(url, question, {"Content-Type": "application/timestamp-query"})  # noqa: S310 (checked in settings)
    try:
        with urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            told: bytes = answer.read(MOST_BYTES)
            return told
    except (OSError, HTTPException):
        raise NotStamped from None
