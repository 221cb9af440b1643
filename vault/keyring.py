"""The second database: wraps of participants' keys, their salts, and nothing that could not be wrapped again.

What is deleted here is gone: rows are overwritten, the write-ahead log is cut, and the short-lived backups of this
file are made anew. That is what an erasure rests on.
"""

import sqlite3
import time
from collections.abc import Collection
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault.errors import Conflict, NotSetUp
from vault.store import KeyringBase, file_of
from vault.studies import Scope

BACKUPS_KEPT = 3
BACKUPS_LIVE = timedelta(days=30)

_PATIENCE = 15.0  # seconds to wait for readers before an erasure says that it is not finished


class StillRead(Conflict):
    """Somebody has been reading the keyring for long, so the deleted keys are not overwritten yet."""

    public = "The keyring is in use, so its deleted keys are not overwritten yet. This is tried again by itself."


class Wrap(KeyringBase):
    """One participant's key of one scope, wrapped for somebody.

    ``kind`` is "study" (the scope's key in ``epoch``), "member" (the account ``recipient``, in key pair ``epoch``) or
    "self" (the participant; ``recipient`` is "link" or "code").
    """

    __tablename__ = "wrap"

    study_id: Mapped[UUID] = mapped_column(primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    scope: Mapped[Scope] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    blob: Mapped[bytes]


class Salt(KeyringBase):
    """What a participant's commitments in the log are made with. It dies with their keys."""

    __tablename__ = "salt"

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID] = mapped_column(index=True)
    salt: Mapped[bytes]
    added_on: Mapped[date]


class Access(KeyringBase):
    """By which public part of a code a participant is found. The secret part is kept nowhere."""

    __tablename__ = "access"

    locator: Mapped[str] = mapped_column(primary_key=True)
    study_id: Mapped[UUID]
    participant_id: Mapped[UUID] = mapped_column(unique=True)


class Blind(KeyringBase):
    """A keyed hash of a participant's e-mail address, by which a holder of the study's index key finds them."""

    __tablename__ = "blind"

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID] = mapped_column(index=True)
    token: Mapped[bytes] = mapped_column(index=True)


def keep(
    rings: Session, study_id: UUID, participant_id: UUID, scope: Scope, kind: str, recipient: str, epoch: int,
    blob: bytes,
) -> None:  # fmt: skip
    """The wrap is there from now on; see ``Wrap`` for what its parts mean."""
    rings.add(Wrap(
        study_id=study_id, participant_id=participant_id, scope=scope, kind=kind, recipient=recipient, epoch=epoch,
        blob=blob,
    ))  # fmt: skip


def drop(rings: Session, participant_id: UUID, scopes: Collection[Scope]) -> None:
    """No wrap of these scopes is left of the participant; with all of them, nothing of the participant is left.

    Only ``scrub`` afterwards makes it true of the disk.
    """
    rings.execute(delete(Wrap).where(Wrap.participant_id == participant_id, Wrap.scope.in_(scopes)))
    if Scope.LINKAGE in scopes:
        rings.execute(delete(Blind).where(Blind.participant_id == participant_id))
    if set(scopes) == set(Scope):
        for table in (Salt, Access):
            rings.execute(delete(table).where(table.participant_id == participant_id))
    rings.flush()


def scrub(rings: Session) -> None:
    """No deleted key is left in the keyring's file or beside it. StillRead if readers would not let go.

    ``secure_delete`` overwrites rows in the file; what the write-ahead log still holds goes when it is cut, which
    needs a moment without readers.
    """
    rings.commit()
    engine = rings.get_bind()
    source = file_of(engine) if isinstance(engine, Engine) else None
    if source is None:
        raise TypeError("the keyring's session is bound to a file")
    # A connection of its own that does not wait: a pooled one would wait for half a minute at the first reader.
    with closing(sqlite3.connect(source, timeout=0)) as connection:
        end = time.monotonic() + _PATIENCE
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > end:
                raise StillRead
            time.sleep(0.05)


def _backups(folder: Path) -> list[Path]:
    return sorted(folder.glob("keyring-*.db"))


def back_up(engine: Engine, folder: Path, *, now: datetime) -> Path:
    """A copy of the keyring stands in ``folder``; of all copies there the newest three are left, none over 30 days."""
    source = file_of(engine)
    if source is None:
        raise NotSetUp
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy = folder / f"keyring-{now:%Y%m%dT%H%M%S%f}.db"
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(copy)) as target:
        original.backup(target)
    oldest = f"keyring-{now - BACKUPS_LIVE:%Y%m%dT%H%M%S%f}.db"
    # The copy itself always stays: a clock that was set back makes it look older than those before it.
    others = [backup for backup in reversed(_backups(folder)) if backup != copy]
    for number, backup in enumerate(others, start=1):
        if number >= BACKUPS_KEPT or backup.name < oldest:
            backup.unlink()
    return copy


def replace_backups(engine: Engine, folder: Path, *, now: datetime) -> None:
    """Where there were backups there is one, made now; whoever was erased is in none."""
    former = _backups(folder)
    if not former:
        return
    fresh = back_up(engine, folder, now=now)
    for backup in former:
        if backup != fresh:
            backup.unlink(missing_ok=True)


def sweep(rings: Session, known: Collection[UUID], *, now: datetime) -> int:
    """Keys of participants who never came to be (their enrolment was cut off) are gone; returns how many there were.

    ``known`` are all participants of the main database. Keys younger than a day may belong to an enrolment that is
    under way.
    """
    old = select(Salt.participant_id).where(Salt.added_on < now.date() - timedelta(days=1))
    strangers = set(rings.scalars(old)).difference(known)
    for participant_id in strangers:
        drop(rings, participant_id, list(Scope))
    return len(strangers)
