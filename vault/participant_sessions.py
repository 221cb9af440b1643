"""A participant's visit: their code once, then a cookie that opens their keys for as long as they are there.

Like ``sessions``: the row is sealed under a key that only the cookie has. Inside are the participant's own keys and
the text of their code, so that a page can show it again to whoever wants to come back later; it is stored nowhere else.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault.attempts import bucket, forgive, spend
from vault.codes import TypedCode
from vault.errors import CannotOpen, Refused
from vault.participant_keys import commitment, enter
from vault.prepared import Prepared
from vault.sealing import Part, open_sealed, seal
from vault.sessions import ABSOLUTE, IDLE, TOUCHED_EVERY, new_cookie, read_cookie
from vault.store import Base, Work
from vault.studies import Scope
from vault.values import Value


class CodeOpensNothing(Refused):
    """One sentence for a code that never was, was replaced, or whose keys were destroyed."""

    public = "This code opens nothing. Compare it with your letter, or ask the study's team for a new one."


class Visiting(Base):
    """One participant's browser."""

    __tablename__ = "visiting"

    id_hash: Mapped[bytes] = mapped_column(primary_key=True)
    study_id: Mapped[UUID]
    participant_id: Mapped[UUID] = mapped_column(index=True)
    blob: Mapped[bytes]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Person(Value, frozen=True):
    """A participant who is here, with what opens what is theirs."""

    id: UUID
    study_id: UUID
    seen_at: datetime
    id_hash: bytes
    keys: Mapping[Scope, bytes]
    code: str
    subject: str  # how they stand in the log

    def stale(self, now: datetime) -> bool:
        """Whether it is worth writing down that the participant was here ``now``."""
        return now >= self.seen_at + TOUCHED_EVERY


class _Inside(Value, array_like=True, frozen=True):
    """What is sealed: the code, the keys in hex by scope, and how the participant stands in the log."""

    code: str
    keys: dict[str, str]
    subject: str


_SCOPES = {scope.value: scope for scope in Scope}
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Inside).decode


_ROW = Prepared(
    select(Visiting.study_id, Visiting.participant_id, Visiting.blob, Visiting.seen_at, Visiting.expires_at).where(
        Visiting.id_hash == bindparam("id_hash")
    )
)

_TOUCH: Prepared[()] = Prepared(update(Visiting).where(Visiting.id_hash == bindparam("id_hash")), ["seen_at"])
_ARRIVED: Prepared[()] = Prepared(
    insert(Visiting), ["id_hash", "study_id", "participant_id", "blob", "seen_at", "expires_at"]
)


def _place(id_hash: bytes, study_id: UUID, participant_id: UUID, expires_at: datetime) -> tuple[Part, ...]:
    return ("visiting", id_hash, study_id, participant_id, int(expires_at.timestamp()))


def arrive(work: Work, server_key: bytes, text: str, *, now: datetime) -> tuple[str, Person]:
    """The cookie's value for whoever has this code, and who they are.

    CodeUnreadable, CodeOpensNothing, or TooManyTries after ten for the code's public part. Commits ``work`` before it
    tries.
    """
    code = TypedCode.parse(text)
    spent = spend(work, bucket(server_key, "code", code.locator), now=now)
    try:
        entered = enter(work.keyring, code)
    except CannotOpen:
        raise CodeOpensNothing from None
    forgive(work.db, spent)
    return welcome(work.db, work.keyring, entered.study_id, entered.participant_id, entered.keys, code, now=now)


def welcome(
    db: Session, rings: Session, study_id: UUID, participant_id: UUID, keys: Mapping[Scope, bytes], code: TypedCode,
    *, now: datetime,
) -> tuple[str, Person]:  # fmt: skip
    """The same for somebody whose keys were made this moment, by an open enrolment link."""
    cookie, id_hash, key = new_cookie()
    expires_at = (now + ABSOLUTE).replace(microsecond=0)
    own = {scope: keys[scope] for scope in (Scope.RESPONSES, Scope.LINKAGE) if scope in keys}
    # Sealed with the rest, or it would tie the log's lines to a participant for longer than their salt lives.
    subject = commitment(rings, participant_id)
    inside = _Inside(code.text, {scope.value: secret.hex() for scope, secret in own.items()}, subject)
    blob = seal(key, _encode(inside), *_place(id_hash, study_id, participant_id, expires_at))
    row = {"id_hash": id_hash, "study_id": study_id, "participant_id": participant_id, "blob": blob}
    _ARRIVED.write(db, **row, seen_at=now, expires_at=expires_at)
    return cookie, Person(participant_id, study_id, now, id_hash, own, code.text, subject)


def read(db: Session, cookie: str, *, now: datetime) -> Person:
    """Who is behind a cookie; CannotOpen if nobody, if they were idle too long, or if the time is over."""
    id_hash, key = read_cookie(cookie)
    found = _ROW.rows(db, id_hash=id_hash)
    if not found:
        raise CannotOpen
    study_id, participant_id, blob, seen_at, expires_at = found[0]
    if now >= expires_at or now >= seen_at + IDLE:
        raise CannotOpen
    try:
        inside = _decode(open_sealed(key, blob, *_place(id_hash, study_id, participant_id, expires_at)))
    except msgspec.ValidationError:
        raise CannotOpen from None  # begun before sessions knew how the log calls somebody; the code opens a new one
    keys = {_SCOPES[scope]: bytes.fromhex(secret) for scope, secret in inside.keys.items()}
    return Person(participant_id, study_id, seen_at, id_hash, keys, inside.code, inside.subject)


def touch(db: Session, person: Person, *, now: datetime) -> None:
    """The participant was here now, to the minute."""
    if person.stale(now):
        _TOUCH.write(db, id_hash=person.id_hash, seen_at=now)


def leave(db: Session, person: Person) -> None:
    """The cookie opens nothing any more."""
    db.execute(delete(Visiting).where(Visiting.id_hash == person.id_hash))


def end_all(db: Session, participant_id: UUID) -> None:
    """No browser opens anything of the participant any more; they may come in again with their code."""
    db.execute(delete(Visiting).where(Visiting.participant_id == participant_id))


def sweep(db: Session, *, now: datetime) -> None:
    """No row of a visit that is over is left."""
    db.execute(delete(Visiting).where(or_(Visiting.expires_at <= now, Visiting.seen_at <= now - IDLE)))
