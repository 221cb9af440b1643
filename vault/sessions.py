"""Being signed in: a row that only the cookie opens, and a cookie that says nothing without the row.

Any worker opens a session; the database alone opens none. The cookie is an identifier and a key, the row is the
member's seed under that key, with the stage and the end of the session in what is authenticated.
"""

import base64
import hashlib
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, bindparam, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault.accounts import Account
from vault.errors import CannotOpen
from vault.prepared import Prepared
from vault.sealing import KEY_BYTES, Part, new_key, open_sealed, seal
from vault.store import Base

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
HALF_WAY = timedelta(minutes=10)
TOUCHED_EVERY = timedelta(minutes=1)

_ID = 16


class Stage(StrEnum):
    """How far somebody has come: the passphrase alone, or the second factor too."""

    HALF = "half"
    FULL = "full"


class SessionRow(Base):
    """One browser's session."""

    __tablename__ = "session"

    id_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    stage: Mapped[Stage]
    blob: Mapped[bytes]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Open:
    """A session that its cookie has opened."""

    id_hash: bytes
    account_id: UUID
    stage: Stage
    seen_at: datetime
    seed: bytes = field(repr=False)

    def stale(self, now: datetime) -> bool:
        """Whether it is worth writing down that the session was used ``now``."""
        return now >= self.seen_at + TOUCHED_EVERY


# Every page of somebody signed in asks this first. An account that was closed opens nothing.
_ROW = Prepared(
    select(SessionRow.account_id, SessionRow.stage, SessionRow.blob, SessionRow.seen_at, SessionRow.expires_at)
    .join(Account, Account.id == SessionRow.account_id)
    .where(SessionRow.id_hash == bindparam("id_hash"), Account.closed_at.is_(None))
)


def open_session(db: Session, account_id: UUID, seed: bytes, *, stage: Stage, now: datetime) -> str:
    """The value of a cookie for a new session; nothing of any earlier one is used."""
    cookie, id_hash, key = new_cookie()
    # Whole seconds, because that is what is authenticated and both databases keep.
    expires_at = (now + (HALF_WAY if stage is Stage.HALF else ABSOLUTE)).replace(microsecond=0)
    blob = seal(key, seed, *_place(id_hash, account_id, stage, expires_at))
    row = SessionRow(id_hash=id_hash, account_id=account_id, stage=stage, blob=blob, seen_at=now, expires_at=expires_at)
    db.add(row)
    db.flush()
    return cookie


def new_cookie() -> tuple[str, bytes, bytes]:
    """A cookie's value, under which its row is found, and the key that seals the row."""
    number, key = os.urandom(_ID), new_key()
    return base64.urlsafe_b64encode(number + key).decode(), _hashed(number), key


def read_cookie(cookie: str) -> tuple[bytes, bytes]:
    """Under what the row of a cookie is found, and the key that opens it; CannotOpen if it is no cookie of ours."""
    try:
        raw = base64.b64decode(cookie.encode(), altchars=b"-_", validate=True)
    except ValueError:
        raise CannotOpen from None
    if len(raw) != _ID + KEY_BYTES:
        raise CannotOpen
    return _hashed(raw[:_ID]), raw[_ID:]


_NUMBERS = hashlib.sha256(b"verbatim/v1 session-id\0")


def _hashed(number: bytes) -> bytes:
    # Of 128 random bits nobody finds what they were hashed from, and it is done with every page.
    hashed = _NUMBERS.copy()
    hashed.update(number)
    return hashed.digest()


def _place(id_hash: bytes, account_id: UUID, stage: Stage, expires_at: datetime) -> tuple[Part, ...]:
    return ("session", id_hash, account_id, stage.value, int(expires_at.timestamp()))


def read_session(db: Session, cookie: str, *, now: datetime) -> Open:
    """The session behind a cookie; CannotOpen if there is none, it was idle too long, its time is over, or the account
    was closed meanwhile."""
    id_hash, key = read_cookie(cookie)
    found = _ROW.rows(db, id_hash=id_hash)
    if not found:
        raise CannotOpen
    account_id, stage, blob, seen_at, expires_at = found[0]
    if now >= expires_at or now >= seen_at + IDLE:
        raise CannotOpen
    seed = open_sealed(key, blob, *_place(id_hash, account_id, stage, expires_at))
    return Open(id_hash, account_id, stage, seen_at, seed)


def touch(db: Session, session: Open, *, now: datetime) -> None:
    """The session has been used now, to the minute."""
    if session.stale(now):
        db.execute(update(SessionRow).where(SessionRow.id_hash == session.id_hash).values(seen_at=now))


def end_session(db: Session, session: Open) -> None:
    """Its cookie opens nothing any more."""
    db.execute(delete(SessionRow).where(SessionRow.id_hash == session.id_hash))


def end_all(db: Session, account_id: UUID, *, but: Open | None = None) -> None:
    """Every session of the account has ended, except ``but``."""
    theirs = delete(SessionRow).where(SessionRow.account_id == account_id)
    db.execute(theirs if but is None else theirs.where(SessionRow.id_hash != but.id_hash))


def sweep(db: Session, *, now: datetime) -> None:
    """No row of a session that is over is left."""
    db.execute(delete(SessionRow).where(or_(SessionRow.expires_at <= now, SessionRow.seen_at <= now - IDLE)))
