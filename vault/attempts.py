"""Wrong guesses are counted, and nobody can use the count to lock somebody else out.

A browser in which a person has signed in keeps a signed token; tries from there count for that browser alone, all
others for the account (OWASP, "device cookies"). What is stored is a keyed hash and a time: no name, no code, no
network address.
"""

import base64
import hmac
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault.errors import Refused
from vault.prepared import Prepared
from vault.sealing import Part, derive, frame
from vault.store import NUMBER, Base, Work

LIMIT = 10
WINDOW = timedelta(minutes=15)

_NONCE = 16


class TooManyTries(Refused):
    """The limit is reached; the sentence says when it ends, and is the same for names that do not exist."""

    public = "There were too many tries. Wait a quarter of an hour, then try again."


class Attempt(Base):
    """One try. It is written before it is made, so that a crash or a closed connection does not make it free."""

    __tablename__ = "attempt"

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    bucket: Mapped[bytes] = mapped_column(index=True)
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Spent:
    """Proof that a try was counted. Only ``spend`` makes one."""

    bucket: bytes


_OF_BUCKET = Attempt.bucket == bindparam("bucket")
_OVER: Prepared[()] = Prepared(delete(Attempt).where(_OF_BUCKET, Attempt.at <= bindparam("until")))
_TRY: Prepared[()] = Prepared(insert(Attempt).inline(), ["bucket", "at"])
_COUNT = Prepared(select(func.count(Attempt.number)).where(_OF_BUCKET))


def bucket(server_key: bytes, *parts: Part) -> bytes:
    """Under what a try is counted: says nothing to whoever has not the server's key."""
    return hmac.digest(derive(server_key, "attempts"), frame(*parts), "sha256")


def spend(work: Work, bucket: bytes, *, now: datetime, limit: int = LIMIT) -> Spent:
    """The try is counted, durably, whatever happens next; TooManyTries if there were ``limit`` within the window.

    It commits ``work``, so it comes before anything else in it: a refusal must not make the count undone. The try is
    counted before it is compared, so tries at the same moment cannot slip through together.
    """
    _OVER.write(work.db, bucket=bucket, until=now - WINDOW)
    _TRY.write(work.db, bucket=bucket, at=now)
    work.commit()
    ((count,),) = _COUNT.rows(work.db, bucket=bucket)
    work.commit()
    if count > limit:
        raise TooManyTries
    return Spent(bucket)


def forgive(db: Session, spent: Spent) -> None:
    """The right person was there: the count begins anew."""
    _OVER.write(db, bucket=spent.bucket, until=datetime.max.replace(tzinfo=UTC))


def sweep(db: Session, *, now: datetime) -> None:
    """Nothing is kept of tries outside the window."""
    db.execute(delete(Attempt).where(Attempt.at <= now - WINDOW))


def new_device(server_key: bytes, account_id: UUID) -> str:
    """A token for a browser in which this account has signed in."""
    nonce = os.urandom(_NONCE)
    return base64.urlsafe_b64encode(nonce + _signed(server_key, account_id, nonce)).decode()


def device_of(server_key: bytes, account_id: UUID, token: str | None) -> bytes | None:
    """The browser's own number if the token is one of ours for this account, else None."""
    try:
        raw = base64.urlsafe_b64decode((token or "").encode())
    except ValueError:
        return None
    nonce, signature = raw[:_NONCE], raw[_NONCE:]
    return nonce if hmac.compare_digest(signature, _signed(server_key, account_id, nonce)) else None


def _signed(server_key: bytes, account_id: UUID, nonce: bytes) -> bytes:
    return hmac.digest(derive(server_key, "device"), frame(account_id, nonce), "sha256")
