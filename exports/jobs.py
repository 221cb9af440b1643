"""Jobs: how the web hands one to the worker. The seeds of the study travel sealed to a key in the worker's memory.

The queue is huey's: a SQLite file in the home, or tables beside ours on PostgreSQL. What is in it can be lost without
harm: what must not be lost stands in the release's row. Each worker has a queue of its own, because what was sealed for
one opens for no other.
"""

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from huey import Huey, PostgresHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer
from sqlalchemy import make_url, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exports import attempts, unlocked
from exports.releases import Job, Release
from vault.accounts import Account
from vault.errors import Refused
from vault.sealing import derive, frame
from vault.settings import Settings
from vault.store import Base

# So long what was sealed for a worker may be opened by it.
LENT = timedelta(minutes=10)
# A worker that has given no sign for so long is not there.
SILENT = timedelta(seconds=30)
FILE = "work.db"
TASK = "exports.worker.release"  # the only thing that a worker does


class NoWorker(Refused):
    """Nobody would do the job."""

    public = (
        "Nobody is at work on releases at this moment. Whoever runs this installation starts it with 'verbatim work', "
        "or together with 'verbatim serve'."
    )


class ReleaseWorker(Base):
    """A worker that is or was there, with the public half of a key pair that exists in its memory alone."""

    __tablename__ = "release_worker"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    public: Mapped[bytes]
    # Made with the server's key: a row that somebody has put into the database is no worker of ours and gets no key.
    mark: Mapped[bytes]
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]


class Plainly(Serializer):  # type: ignore[misc]  # huey says nothing of its types
    """Messages as JSON. Huey's own way would run whatever code somebody puts into the queue."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps([data.id, list(data.args)]).encode()

    def _deserialize(self, data: bytes) -> Message:
        identity, args = json.loads(bytes(data))
        return Message(str(identity), TASK, retries=0, retry_delay=0, args=tuple(map(str, args)), kwargs={})


def queue(settings: Settings, worker_id: UUID, *, make: bool = False) -> Huey:
    """The queue of one worker. Its worker makes it before the web can know of the worker: PostgreSQL does not let two
    make the same table at the same moment, "if not exists" or not.
    """
    options: dict[str, Any] = {"name": f"verbatim-{worker_id.hex}", "results": False, "serializer": Plainly()}
    url = make_url(settings.database_url)
    if url.get_backend_name() == "postgresql":
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresHuey(dsn=dsn, create_tables=make, **options)
    return SqliteHuey(filename=str(settings.home / FILE), fsync=True, **options)


def make_queue(settings: Settings, worker_id: UUID) -> None:
    """The queue is there. Where two workers begin at the same moment, the second finds what the first has made."""
    try:
        queue(settings, worker_id, make=True).storage.close()
    except psycopg.errors.UniqueViolation:
        queue(settings, worker_id, make=True).storage.close()


def drop_queue(settings: Settings, worker_id: UUID) -> None:
    """Nothing is left in the queue of a worker that is no more; nobody could open it."""
    huey = queue(settings, worker_id)
    try:
        huey.storage.flush_queue()
    finally:
        huey.storage.close()


def marked(server_key: bytes, worker_id: UUID, public: bytes) -> bytes:
    """By what the web knows a worker of this installation."""
    return hmac.digest(derive(server_key, "release-worker"), frame(worker_id, public), "sha256")


def there(db: Session, server_key: bytes, *, now: datetime) -> ReleaseWorker | None:
    """A worker that is alive and ours, the one that began last; None if there is none."""
    query = select(ReleaseWorker).where(ReleaseWorker.beat_at > now - SILENT)
    for worker in db.scalars(query.order_by(ReleaseWorker.started_at.desc(), ReleaseWorker.id)):
        if hmac.compare_digest(worker.mark, marked(server_key, worker.id, worker.public)):
            return worker
    return None


def alive(db: Session, server_key: bytes, *, now: datetime) -> bool:
    """Whether somebody would do a job now."""
    return there(db, server_key, now=now) is not None


def place(release_id: UUID, attempt: UUID, job: Job, until: int) -> tuple[str | int | UUID, ...]:
    """The context in which seeds are sealed for a worker: this job, this attempt, until then."""
    return release_id, attempt, job.value, until


def start(
    db: Session, settings: Settings, server_key: bytes, release: Release, job: Job, *, account: Account, seed: bytes,
    now: datetime,
) -> Iterator[str]:  # fmt: skip
    """The job is in the hands of a worker. A generator, run by ``carry_out``: the row is committed before the queue is
    told, so that a worker never finds less than what it was told of.

    NoWorker, NotNow, or CannotOpen for a member who does not hold both the responses and the linkage scope.
    """
    worker = there(db, server_key, now=now)
    if worker is None:
        raise NoWorker
    keys = unlocked.unlock(db, release.study_id, account_id=account.id, seed=seed)
    attempt = attempts.begin(db, release, job, by=account.id, now=now, worker_id=worker.id)
    until = int((now + LENT).timestamp())
    sealed = keys.sealed_for(worker.public, *place(release.id, attempt, job, until))
    told = (
        str(release.study_id), str(release.id), str(attempt), job.value, str(account.id), str(until),
        base64.b64encode(sealed).decode(),
    )  # fmt: skip
    yield "begun"
    huey = queue(settings, worker.id)
    try:
        huey.storage.enqueue(huey.serializer.serialize(Message(str(attempt), TASK, args=told)))
    finally:
        huey.storage.close()
    yield "told"
