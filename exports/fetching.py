"""Fetching a release: whoever asked for it opens its file, until its time is over; each time is in the log."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from exports import releases
from exports.releases import NotNow, NotYours, Release, ReleaseFetch, ReleasePiece, State
from vault import ledger, pieces, studies
from vault.accounts import Account
from vault.errors import CannotOpen, Refused
from vault.sealing import Part
from vault.studies import Permit
from vault.wraps import KeyPair


class TimeOver(Refused):
    """A file that can be fetched for ever is one that leaks some day."""

    public = "The time in which this release could be fetched is over, and its file is gone. Ask for it again."


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that has been opened and waits to be streamed."""

    name: str
    size: int
    study_id: UUID
    release_id: UUID
    attempt: UUID
    lengths: tuple[int, ...]
    key: bytes = field(repr=False)


def place(study_id: UUID, release_id: UUID, attempt: UUID) -> tuple[Part, ...]:
    """What is authenticated with every piece of a file, before its number."""
    return "release", study_id, release_id, attempt


def wrapped_for(study_id: UUID, release_id: UUID, attempt: UUID, account: Account) -> tuple[Part, ...]:
    """The context in which a file's key is wrapped for whoever asked."""
    return *place(study_id, release_id, attempt), account.id, account.key_number


def fetch(db: Session, release: Release, *, account: Account, seed: bytes, now: datetime) -> Fetched:
    """The file is open to whoever asked for it, and the log says that it was fetched; ``stream`` reads it.

    NotYours for anybody else, NotNow before it is built, TimeOver afterwards, CannotOpen if the account has other keys
    by now: the release has to be asked for again.
    """
    member = studies.membership(db, release.study_id, account.id)
    if release.asked_by != account.id or member is None or Permit.ASK_RELEASES not in studies.permits_of(member.role):
        raise NotYours
    if release.state is State.EXPIRED or (release.expires_at is not None and now >= release.expires_at):
        raise TimeOver
    if release.state is not State.BUILT or not (release.file_key and release.lengths and release.built):
        raise NotNow
    context = wrapped_for(release.study_id, release.id, release.built, account)
    key = KeyPair(seed).unwrap(release.file_key, *context)
    lengths = pieces.open_manifest(key, release.lengths, *place(release.study_id, release.id, release.built))
    db.add(ReleaseFetch(release_id=release.id, account_id=account.id, at=now))
    releases.log(db, release, "fetched", actor=ledger.staff(account.id), now=now, digest=release.digest)
    db.flush()
    name = f"release-{release.profile}-{release.id.hex[:8]}.zip"
    return Fetched(name, sum(lengths), release.study_id, release.id, release.built, tuple(lengths), key)


def stream(db: Session, fetched: Fetched) -> Iterator[bytes]:
    """The file, piece by piece, from a session that stays open until the end; CannotOpen for any altered byte."""
    for number, length in enumerate(fetched.lengths):
        blob = db.connection().scalar(
            select(ReleasePiece.blob).where(
                ReleasePiece.release_id == fetched.release_id, ReleasePiece.attempt == fetched.attempt,
                ReleasePiece.number == number,
            )
        )  # fmt: skip
        if blob is None:
            raise CannotOpen
        context = place(fetched.study_id, fetched.release_id, fetched.attempt)
        piece = pieces.open_piece(fetched.key, blob, *context, number)
        if len(piece) != length:
            raise CannotOpen
        yield piece


def expire(db: Session, *, now: datetime) -> int:
    """Of releases whose time is over no piece and no key is left; returns how many there were."""
    query = select(Release).where(Release.state == State.BUILT, Release.expires_at <= now).with_for_update()
    over = db.scalars(query).all()
    for release in over:
        releases.destroy(db, release, why="time", now=now)
    return len(over)
