"""Attempts at a job: begun by somebody who holds the keys, alive as long as it gives signs, over once, or dead.

What must not be lost stands in the release's row. An attempt that was overtaken, because its release was withdrawn or
somebody started it again, hears of it at its next sign of life and stops.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from exports import releases
from exports.releases import Doing, Job, NotNow, Release, ReleasePiece, State
from vault import ledger
from vault.errors import Conflict
from vault.store import Stores

_FROM: dict[Job, frozenset[State]] = {
    Job.CHECK: frozenset({State.ASKED, State.CHECKED}),
    Job.BUILD: frozenset({State.APPROVED}),
}
_SIGNS = 1.0  # seconds between two signs of life


class Overtaken(Conflict):
    """The release has moved on without this attempt."""

    public = "The release was withdrawn, refused or started again meanwhile. Nothing of this attempt is kept."


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, with where it works. ``clock`` tells the time, ``scratch`` is a folder for what is sealed there."""

    study_id: UUID
    release_id: UUID
    number: UUID
    stores: Stores = field(repr=False)
    scratch: Path
    clock: Callable[[], datetime] = field(repr=False)


def begin(db: Session, release: Release, job: Job, *, by: UUID, now: datetime, worker_id: UUID | None = None) -> UUID:
    """The job is begun with the keys of ``by``; returns the attempt. NotNow if it is under way or not due."""
    release = releases.find(db, release.study_id, release.id, writing=True)
    if release.state not in _FROM[job] or releases.doing(release, now=now) is Doing.RUNNING:
        raise NotNow
    attempt = uuid4()
    release.job, release.attempt, release.worker_id, release.beat_at = job, attempt, worker_id, now
    release.done = release.total = 0
    release.trouble = ""
    releases.log(
        db, release, "started", actor=ledger.staff(by), now=now, job=job.value, worker=str(worker_id or "")
    )  # fmt: skip
    db.flush()
    return attempt


def held(db: Session, attempt: Attempt) -> Release:
    """The release, if this attempt is the one that counts; nobody changes it until this transaction ends. Overtaken."""
    release = releases.find(db, attempt.study_id, attempt.release_id, writing=True)
    if release.job is None or release.attempt != attempt.number:
        raise Overtaken
    return release


def over(release: Release) -> None:
    """The job is done."""
    release.job = release.beat_at = None
    release.trouble = ""


def failed(attempt: Attempt, sentence: str) -> None:
    """The job has failed, everybody can read why, and nothing that it wrote is left.

    Of an attempt that was overtaken nothing is left either, and its release has moved on without a word about it.
    """
    with attempt.stores.work() as work:
        clear(work.db, attempt)
        try:
            release = held(work.db, attempt)
        except Conflict:
            work.commit()
            return
        job = release.job
        over(release)
        release.trouble = sentence
        releases.log(
            work.db, release, "failed", actor=ledger.SYSTEM, now=attempt.clock(), job=job.value if job else ""
        )  # fmt: skip
        work.commit()


def clear(db: Session, attempt: Attempt) -> None:
    """No piece of this attempt is left."""
    db.execute(delete(ReleasePiece).where(
        ReleasePiece.release_id == attempt.release_id, ReleasePiece.attempt == attempt.number
    ))  # fmt: skip


def clear_others(db: Session, attempt: Attempt) -> None:
    """No piece is left of attempts that died before this one."""
    db.execute(delete(ReleasePiece).where(
        ReleasePiece.release_id == attempt.release_id, ReleasePiece.attempt != attempt.number
    ))  # fmt: skip


class Signs:
    """Signs of life: how far the attempt is, written down no more than once a second. Overtaken if nobody waits."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        self._last = float("-inf")

    def __call__(self, done: int, total: int) -> None:
        """So much is done."""
        if time.monotonic() < self._last + _SIGNS:
            return
        attempt = self._attempt
        with attempt.stores.work() as work:
            mine = (Release.id == attempt.release_id, Release.attempt == attempt.number, Release.job.is_not(None))
            written = work.db.connection().execute(
                update(Release).where(*mine).values(done=done, total=total, beat_at=attempt.clock())
            )
            if not written.rowcount:
                raise Overtaken
            work.commit()
        self._last = time.monotonic()
