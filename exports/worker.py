"""The worker: checks and builds releases, one after the other, with seeds that were lent to it for this job alone.

Its key pair is made when it starts and is written nowhere. Beside the work a second thread gives signs of life, for the
worker and for every job that waits for it, and lets releases expire.
"""

import base64
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from huey import Huey
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from exports import attempts, building, checking, fetching, jobs, unlocked
from exports.attempts import Attempt
from exports.jobs import ReleaseWorker
from exports.releases import Job, Release
from exports.unlocked import Unlocked
from vault.errors import CannotOpen, VerbatimError
from vault.sealing import new_key
from vault.settings import Settings
from vault.store import Stores
from vault.wraps import KeyPair

BEATS = 5.0  # seconds between two signs of life

_logger = logging.getLogger(__name__)

_TOO_LATE = (
    "The keys were lent for ten minutes, and other work came first. Start it again."  # no secret: it says what to do
)
_FAULT = (
    "A fault of the program stopped it. Start it again; if it stops again, tell whoever runs this installation, whose "
    "log names the fault."
)


def run_attempt(attempt: Attempt, job: Job, keys: Unlocked) -> bool:
    """The job is done, or has failed and says why; returns whether it is done."""
    try:
        checking.check(attempt, keys) if job is Job.CHECK else building.build(attempt, keys)
    except VerbatimError as error:
        attempts.failed(attempt, error.sentence)
        return False
    except BaseException as error:
        # No text and no values of the error: they may be what somebody said.
        _logger.error("release %s: %s failed: %s", attempt.release_id, job.value, type(error).__name__)
        attempts.failed(attempt, _FAULT)
        if not isinstance(error, Exception):
            raise
        return False
    return True


@contextmanager
def alive(attempt: Attempt) -> Iterator[None]:
    """The attempt gives signs of life by itself meanwhile, for whoever does a job without a worker."""
    stop = threading.Event()

    def beat() -> None:
        mine = (Release.id == attempt.release_id, Release.attempt == attempt.number, Release.job.is_not(None))
        while not stop.wait(BEATS):
            with attempt.stores.work() as work:
                work.db.execute(update(Release).where(*mine).values(beat_at=attempt.clock()))
                work.commit()

    beating = threading.Thread(target=beat, name="signs of life", daemon=True)
    beating.start()
    try:
        yield
    finally:
        stop.set()
        beating.join()


@dataclass(slots=True)
class Worker:
    """One worker of an installation."""

    settings: Settings
    stores: Stores = field(repr=False)
    server_key: bytes = field(repr=False)
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), repr=False)
    id: UUID = field(default_factory=uuid4)
    pair: KeyPair = field(default_factory=lambda: KeyPair(new_key()), repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    def register(self) -> None:
        """The web knows of this worker, and forgets those that died long ago."""
        now = self.clock()
        jobs.make_queue(self.settings, self.id)
        with self.stores.work() as work:
            silent = ReleaseWorker.beat_at < now - 10 * jobs.SILENT
            dead = work.db.scalars(select(ReleaseWorker.id).where(silent)).all()
            work.db.execute(delete(ReleaseWorker).where(silent))
            mark = jobs.marked(self.server_key, self.id, self.pair.public)
            work.db.add(ReleaseWorker(id=self.id, public=self.pair.public, mark=mark, started_at=now, beat_at=now))
            work.commit()
        for worker_id in dead:
            jobs.drop_queue(self.settings, worker_id)

    def leave(self) -> None:
        """The web hands nothing to this worker any more."""
        self._stop.set()
        with self.stores.work() as work:
            work.db.execute(delete(ReleaseWorker).where(ReleaseWorker.id == self.id))
            work.commit()

    def beat(self) -> None:
        """A sign of life, for itself and for the jobs that wait for it."""
        now = self.clock()
        with self.stores.work() as work:
            work.db.execute(update(ReleaseWorker).where(ReleaseWorker.id == self.id).values(beat_at=now))
            waiting = (Release.worker_id == self.id, Release.job.is_not(None))
            work.db.execute(update(Release).where(*waiting).values(beat_at=now))
            fetching.expire(work.db, now=now)
            work.commit()

    def keep_beating(self) -> None:
        """A sign of life every few seconds until it leaves; a database that is busy for a while does not end it."""
        while not self._stop.wait(BEATS):
            try:
                self.beat()
            except DBAPIError as error:
                _logger.error("no sign of life: %s", type(error).__name__)

    def release(self, study: str, release: str, number: str, job: str, account: str, until: str, sealed: str) -> bool:
        """What the queue told of is done; returns whether it was. What cannot be opened is nobody's job."""
        attempt = Attempt(UUID(study), UUID(release), UUID(number), self.stores, self.settings.home, self.clock)
        place = jobs.place(attempt.release_id, attempt.number, Job(job), int(until))
        try:
            keys = unlocked.opened(
                self.pair, base64.b64decode(sealed), attempt.study_id, UUID(account), *place
            )  # fmt: skip
        except CannotOpen as error:
            attempts.failed(attempt, error.sentence)
            return False
        if self.clock().timestamp() >= int(until):
            attempts.failed(attempt, _TOO_LATE)
            return False
        return run_attempt(attempt, Job(job), keys)

    def take(self, huey: Huey) -> bool:
        """The next job of the queue is done; False if there is none."""
        data = huey.storage.dequeue()
        if data is None:
            return False
        self.release(*huey.serializer.deserialize(data).args)
        return True

    def consumer(self) -> Any:
        """Huey's consumer over the queue of this worker."""
        huey = jobs.queue(self.settings, self.id)
        huey.task(name="release")(_of(self))
        return huey.create_consumer(workers=1, periodic=False, max_delay=1.0, graceful_signal="TERM")

    def run(self) -> None:
        """Works until the process is told to stop."""
        self.register()
        beating = threading.Thread(target=self.keep_beating, name="signs of life", daemon=True)
        beating.start()
        try:
            self.consumer().run()
        finally:
            self.leave()


def _of(worker: Worker) -> Callable[..., None]:
    """The worker's only task, as huey calls it."""

    def release(*told: str) -> None:
        worker.release(*told)

    return release
