"""Time stamps: somebody else's signed word for when a checkpoint was there already (RFC 3161).

What the authority signs is kept as it came. That it is signed is checked where it matters: on an auditor's machine.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault import log_trees
from vault.errors import Busy
from vault.log_trees import LogCheckpoint, LogTree
from vault.store import NUMBER, AppendOnly, Base

MOST_BYTES = 64 * 1024

_SHA256 = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_GRANTED = (b"\x02\x01\x00", b"\x02\x01\x01")


class NotStamped(Busy):
    """The authority did not do what it was asked; perhaps it does later."""

    public = "The time-stamping authority gave no time stamp for this checkpoint. It is asked again."


class LogStamp(AppendOnly, Base):
    """What an authority said of a checkpoint."""

    __tablename__ = "log_stamp"

    tree: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False)
    asked_at: Mapped[datetime]
    response: Mapped[bytes]


@asn1.sequence
class _Algorithm:
    name: ObjectIdentifier
    parameters: asn1.Null


@asn1.sequence
class _Imprint:
    algorithm: _Algorithm
    digest: bytes


@asn1.sequence
class _Request:
    version: int
    imprint: _Imprint
    nonce: int
    certificate: Annotated[bool, asn1.Default(value=False)]


@asn1.sequence
class _Response:
    status: asn1.TLV
    token: asn1.TLV  # a refusal has none


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to an authority, and what its answer has to be about."""

    der: bytes
    digest: bytes


def question(note: str) -> Asked:
    """What is sent to an authority for the checkpoint ``note``."""
    digest = hashlib.sha256(note.encode()).digest()
    imprint = _Imprint(algorithm=_Algorithm(name=_SHA256, parameters=asn1.Null()), digest=digest)
    request = _Request(version=1, imprint=imprint, nonce=secrets.randbits(63), certificate=True)
    return Asked(asn1.encode_der(request), digest)


def checked(asked: Asked, answer: bytes) -> bytes:
    """The answer, if it grants a stamp for this very checkpoint; NotStamped if not."""
    try:
        response = asn1.decode_der(_Response, answer)
    except ValueError:
        raise NotStamped from None
    granted = bytes(response.status.data[:3]) in _GRANTED
    if not granted or b"\x04\x20" + asked.digest not in answer:
        raise NotStamped
    return answer


def due(db: Session, *, before: datetime) -> list[tuple[LogTree, LogCheckpoint]]:
    """The trees whose newest checkpoint has no stamp, and whose last stamp was asked for ``before`` that moment."""
    found = []
    for tree in db.scalars(select(LogTree).order_by(LogTree.number)).all():
        newest = log_trees.newest(db, tree.number)
        stamps = of_tree(db, tree.number)
        last = stamps[-1] if stamps else None
        if newest is not None and (last is None or (last.size < newest.size and last.asked_at < before)):
            found.append((tree, newest))
    return found


def keep(db: Session, tree: int, size: int, response: bytes, *, now: datetime) -> None:
    """The stamp is kept beside its checkpoint."""
    db.add(LogStamp(tree=tree, size=size, asked_at=now, response=response))
    db.flush()


def of_tree(db: Session, tree: int) -> list[LogStamp]:
    """Every stamp of a tree, oldest first."""
    return list(db.scalars(select(LogStamp).where(LogStamp.tree == tree).order_by(LogStamp.size)))
