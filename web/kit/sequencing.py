"""The log's lines become leaves: every second beside the server, and at once after a deed that asks for it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from vault import log_keys
from vault.sequencer import Grown, Sequencer, SigningKeyGone
from vault.settings import Settings
from vault.store import Stores

_logger = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Sequencing:
    """The sequencer of one process, and the transactions in which it works."""

    stores: Stores = field(repr=False)
    sequencer: Sequencer
    clock: Callable[[], datetime] = field(default=_now, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @classmethod
    def of(cls, settings: Settings, stores: Stores) -> "Sequencing":
        """For an installation; logs that begin now are named after its address."""
        return cls(stores, Sequencer(urlsplit(settings.public_url).hostname or "localhost"))

    def run(self) -> int:
        """Every line that was committed before is a leaf now, or is being made one by another process; returns how
        many this one made. SigningKeyGone, with everything else done, if a log's key is missing.
        """
        with self._turn:
            done, gone = 0, set[UUID]()
            while True:
                grown = self._round(gone)
                done += grown.lines
                gone |= grown.gone
                # What was committed only now is the affair of the next run, or a busy log would keep this one for ever.
                if not grown.gone and not (grown.rest and grown.lines):
                    break
        if gone:
            raise SigningKeyGone
        return done

    def _round(self, gone: set[UUID]) -> Grown:
        with self.stores.work(reading=True) as work:
            waiting = self.sequencer.waiting(work.db) - gone
            if not waiting:
                return Grown()
            keys = log_keys.seeds(work.keyring, waiting)
            new, lost = self.sequencer.without_key(work.db, keys, waiting)
        if new:
            # Nobody may hold one database and wait for the other, so keys are made first and by themselves.
            with self.stores.work() as work:
                log_keys.make_first(work.keyring, new, now=self.clock())
                keys |= log_keys.seeds(work.keyring, new)
                work.commit()
        with self.stores.work() as work:
            grown = self.sequencer.advance(work.db, keys, now=self.clock())
            work.commit()
        grown.gone |= lost
        if not (grown.rest or grown.gone or gone):
            self.sequencer.nothing_waits(grown.newest)
        return grown

    def after_deed(self) -> None:
        """The same for whoever has answered already; what fails here is done by the next second's round."""
        try:
            self.run()
        except (DBAPIError, SigningKeyGone) as error:
            _logger.error("the log could not be sequenced at once: %s", type(error).__name__)
