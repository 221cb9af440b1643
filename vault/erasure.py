"""How somebody is forgotten: a promise in the main database, then the death of their keys, then the proof.

``anonymise`` kills the linkage key, ``erase`` all of them with the salts. The promise is committed first, so that a
power cut cannot lose it; whoever opens the installation next carries it out. The promises also stand as a list: after
a restore of older files they are carried out again.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault import keyring, ledger
from vault.keyring import Wrap
from vault.participant_keys import commitment
from vault.store import NUMBER, AppendOnly, Base
from vault.studies import Scope


class Kind(StrEnum):
    """What dies."""

    ANONYMISE = "anonymise"
    ERASE = "erase"


SCOPES: dict[Kind, frozenset[Scope]] = {
    Kind.ANONYMISE: frozenset({Scope.LINKAGE}),
    Kind.ERASE: frozenset(Scope),
}


class Erasure(AppendOnly, Base):
    """A promise to forget somebody. It stays, so that it can be kept again after a restore."""

    __tablename__ = "erasure"

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID] = mapped_column(index=True)
    participant_id: Mapped[UUID] = mapped_column(index=True)
    pseudonym: Mapped[str]
    kind: Mapped[Kind]
    commitment: Mapped[str]  # how the participant stood in the log; its salt may be gone
    asked_at: Mapped[datetime]


class Destruction(AppendOnly, Base):
    """A promise that was kept: the keys are in no byte of the keyring or its backups."""

    __tablename__ = "destruction"

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    erasure: Mapped[int] = mapped_column(NUMBER, index=True)
    done_at: Mapped[datetime]


def promise(
    db: Session, rings: Session, study_id: UUID, participant_id: UUID, pseudonym: str, kind: Kind,
    *, actor: str, now: datetime,
) -> Erasure:  # fmt: skip
    """The forgetting is promised, and the log says so; ``carry_out`` has to follow. CannotOpen if already erased."""
    subject = commitment(rings, participant_id)
    erasure = Erasure(
        study_id=study_id, participant_id=participant_id, pseudonym=pseudonym, kind=kind, commitment=subject,
        asked_at=now,
    )  # fmt: skip
    db.add(erasure)
    db.flush()
    ledger.append(
        db, "erasure.promised", actor=actor, now=now, study=study_id, subject=subject, kind=kind.value,
        erasure=erasure.number,
    )  # fmt: skip
    return erasure


def pending(db: Session) -> Sequence[Erasure]:
    """The promises that are not kept yet, oldest first."""
    kept = select(Destruction.erasure)
    return db.scalars(select(Erasure).where(Erasure.number.not_in(kept)).order_by(Erasure.number)).all()


def carry_out(db: Session, rings: Session, backups: Path, *, now: datetime) -> Iterator[str]:
    """Every promise is kept. A generator: whoever runs it commits after each step, and a crash at any point leaves
    a promise that the next run keeps. StillRead if somebody reads the keyring for too long; then run it again.
    """
    waiting = list(pending(db))
    if not waiting:
        return
    yield "promised"
    for erasure in waiting:
        keyring.drop(rings, erasure.participant_id, SCOPES[erasure.kind])
    yield "deleted"
    _make_sure(rings, backups, now=now)
    for erasure in waiting:
        db.add(Destruction(erasure=erasure.number, done_at=now))
        ledger.append(
            db, "erasure.keys-destroyed", actor=ledger.SYSTEM, now=now, study=erasure.study_id,
            subject=erasure.commitment, kind=erasure.kind.value, erasure=erasure.number,
        )  # fmt: skip
    yield "destroyed"


def reapply(db: Session, rings: Session, backups: Path, *, now: datetime) -> Iterator[str]:
    """After a restore: whoever was ever forgotten is forgotten in these files too. The log counts who came back."""
    everybody = db.scalars(select(Erasure).order_by(Erasure.number)).all()
    held = {(who, scope) for who, scope in rings.execute(select(Wrap.participant_id, Wrap.scope).distinct())}
    came_back = [one for one in everybody if any((one.participant_id, scope) in held for scope in SCOPES[one.kind])]
    for erasure in came_back:
        keyring.drop(rings, erasure.participant_id, SCOPES[erasure.kind])
    yield "deleted"
    if came_back:
        _make_sure(rings, backups, now=now)
        ledger.append(db, "erasure.reapplied", actor=ledger.OPERATOR, now=now, participants=len(came_back))
        yield "destroyed"


def _make_sure(rings: Session, backups: Path, *, now: datetime) -> None:
    """No deleted key is left on any disk that we write to."""
    keyring.scrub(rings)
    engine = rings.get_bind()
    if isinstance(engine, Engine):
        keyring.replace_backups(engine, backups, now=now)
