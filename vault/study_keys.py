"""The keys of a study: one seed for each scope and epoch, wrapped for every member whose role has the scope.

The public half stands in clear, so a participant can be enrolled while nobody is signed in. ``rotation`` moves a scope
to its next epoch; here is what one epoch is.
"""

import hmac
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, delete, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault import ledger
from vault.accounts import Account
from vault.errors import CannotOpen, Refused
from vault.sealing import derive, frame, new_key
from vault.store import Base
from vault.studies import HOLDS, Member, Scope, Study, members
from vault.wraps import KeyPair, fingerprint, wrap

# Secrets of a whole study, sealed for one scope: the key of the blind index over e-mail addresses, the one under
# which the team keeps what it says about candidate questions, and the one for letters of the board.
INDEX, LETTERS = "index", "decision-letters"
SECRETS: dict[Scope, tuple[str, ...]] = {
    Scope.RESPONSES: ("candidates",), Scope.AUDIO: (), Scope.LINKAGE: (INDEX, LETTERS),
}  # fmt: skip


class State(StrEnum):
    """Where an epoch is in its life. Exactly one epoch of a scope is active."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"


class NoKeyYet(Refused):
    """Keys can only be granted to somebody who has shown that they can open them."""

    public = "This person has not finished setting up their account. Keys can be granted once they have."


class FingerprintDiffers(Refused):
    """The public key is not the one whose fingerprint was on the screen."""

    public = "This person's key has changed since you looked. Compare the new fingerprint with them before you grant."


class StudyKey(Base):
    """The public half of one scope's seed in one epoch."""

    __tablename__ = "study_key"

    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), primary_key=True)
    scope: Mapped[Scope] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public: Mapped[bytes]
    state: Mapped[State]


class KeyGrant(Base):
    """A scope's seed wrapped for one member's public key."""

    __tablename__ = "key_grant"

    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), primary_key=True)
    scope: Mapped[Scope] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    key_number: Mapped[int]  # which of the account's key pairs it was wrapped for
    # Only a holder of the seed can make it. Without it, whoever can write into the database could put their own
    # public key in a colleague's place and wait for the next rotation to be given the keys.
    vouched: Mapped[bytes]
    blob: Mapped[bytes]


class StudySecret(Base):
    """A secret of the whole study, wrapped for one scope and epoch."""

    __tablename__ = "study_secret"

    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), primary_key=True)
    scope: Mapped[Scope] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(primary_key=True)
    blob: Mapped[bytes]


@dataclass(frozen=True, slots=True)
class NewEpoch:
    """A seed on its way to its holders; it is written nowhere."""

    epoch: int
    public: bytes
    seed: bytes = field(repr=False)


def make(db: Session, study_id: UUID, *, by: Account, now: datetime) -> None:
    """The study has its three scopes in epoch 1, each granted to its founder ``by``."""
    for scope in Scope:
        fresh = add_epoch(db, study_id, scope, 1, State.ACTIVE)
        for name in SECRETS[scope]:
            _keep_secret(db, study_id, scope, fresh, name, new_key())
        grant(db, study_id, scope, fresh.epoch, by, fresh.seed, by=by.id, now=now)


def add_epoch(db: Session, study_id: UUID, scope: Scope, epoch: int, state: State) -> NewEpoch:
    """A new seed whose public half is stored; nobody holds it yet."""
    seed = new_key()
    public = KeyPair(seed).public
    db.add(StudyKey(study_id=study_id, scope=scope, epoch=epoch, public=public, state=state))
    db.flush()
    return NewEpoch(epoch, public, seed)


def hold(db: Session, study_id: UUID, *, alone: bool = False) -> None:
    """No key of the study changes until this transaction ends; with ``alone``, nobody is enrolled meanwhile either.

    SQLite needs no lock: a writing transaction there is alone already.
    """
    db.scalar(select(Study.id).where(Study.id == study_id).with_for_update(read=not alone))


def study_key(db: Session, study_id: UUID, scope: Scope) -> StudyKey:
    """The active key of a scope; CannotOpen if the study has none."""
    here = (StudyKey.study_id == study_id, StudyKey.scope == scope)
    key = db.scalar(select(StudyKey).where(*here, StudyKey.state == State.ACTIVE))
    if key is None:
        raise CannotOpen
    return key


def seed_of(
    db: Session, study_id: UUID, scope: Scope, *, account_id: UUID, seed: bytes, epoch: int | None = None
) -> bytes:
    """The scope's seed, opened with the member's own ``seed``; CannotOpen if it was not granted to them."""
    epoch = study_key(db, study_id, scope).epoch if epoch is None else epoch
    grant = db.get(KeyGrant, (study_id, scope, epoch, account_id))
    here = (StudyKey.study_id == study_id, StudyKey.scope == scope)
    public = db.scalar(select(StudyKey.public).where(*here, StudyKey.epoch == epoch))
    if grant is None or public is None:
        raise CannotOpen
    scope_seed = KeyPair(seed).unwrap(grant.blob, "grant", study_id, scope.value, epoch, account_id)
    if KeyPair(scope_seed).public != public:
        raise CannotOpen
    return scope_seed


def secret_of(db: Session, study_id: UUID, scope: Scope, name: str, *, account_id: UUID, seed: bytes) -> bytes:
    """A secret of the whole study, for a member who holds the scope; CannotOpen for everybody else."""
    active = study_key(db, study_id, scope)
    holder = KeyPair(seed_of(db, study_id, scope, account_id=account_id, seed=seed, epoch=active.epoch))
    return _opened_secret(db, study_id, scope, active.epoch, name, holder)


def _opened_secret(db: Session, study_id: UUID, scope: Scope, epoch: int, name: str, holder: KeyPair) -> bytes:
    row = db.get(StudySecret, (study_id, scope, epoch, name))
    if row is None:
        raise CannotOpen
    return holder.unwrap(row.blob, "study-secret", study_id, scope.value, epoch, name)


def _keep_secret(db: Session, study_id: UUID, scope: Scope, target: NewEpoch, name: str, secret: bytes) -> None:
    blob = wrap(target.public, secret, "study-secret", study_id, scope.value, target.epoch, name)
    db.add(StudySecret(study_id=study_id, scope=scope, epoch=target.epoch, name=name, blob=blob))


def move_secrets(db: Session, study_id: UUID, scope: Scope, old: KeyPair, old_epoch: int, target: NewEpoch) -> None:
    """The scope's study-wide secrets are readable under ``target`` too."""
    for name in SECRETS[scope]:
        secret = _opened_secret(db, study_id, scope, old_epoch, name, old)
        _keep_secret(db, study_id, scope, target, name, secret)


def give(
    db: Session, member: Member, account: Account, *, shown: str, by: UUID, seed: bytes, now: datetime
) -> frozenset[Scope]:
    """The member holds the active key of each scope of their role; returns the scopes newly granted.

    ``shown`` is the fingerprint that the giver compared; FingerprintDiffers if the key is another by now. The giver
    must hold each of the scopes (CannotOpen otherwise).
    """
    if account.public_key is None or account.rehearsed_at is None:
        raise NoKeyYet
    if fingerprint(account.public_key) != shown:
        raise FingerprintDiffers
    lacking = HOLDS[member.role] - held(db, member.study_id, account)
    for scope in sorted(lacking):
        active = study_key(db, member.study_id, scope)
        scope_seed = seed_of(db, member.study_id, scope, account_id=by, seed=seed, epoch=active.epoch)
        grant(db, member.study_id, scope, active.epoch, account, scope_seed, by=by, now=now)
    return lacking


def grant(
    db: Session, study_id: UUID, scope: Scope, epoch: int, account: Account, scope_seed: bytes, *, by: UUID,
    now: datetime,
) -> None:  # fmt: skip
    """The account holds the scope's seed in this epoch, and the log says who gave it."""
    _wrap_for(db, study_id, scope, epoch, account, scope_seed)
    ledger.append(
        db, "key.granted", actor=ledger.staff(by), now=now, study=study_id, account=str(account.id), scope=scope.value,
        epoch=epoch, fingerprint=fingerprint(account.public_key or b""),
    )  # fmt: skip
    db.flush()


def _wrap_for(db: Session, study_id: UUID, scope: Scope, epoch: int, account: Account, scope_seed: bytes) -> None:
    if account.public_key is None:
        raise NoKeyYet
    # A grant for a key pair the account has given up is of no use to anybody; the new one takes its place.
    here = (KeyGrant.study_id == study_id, KeyGrant.scope == scope, KeyGrant.epoch == epoch)
    db.execute(delete(KeyGrant).where(*here, KeyGrant.account_id == account.id))
    blob = wrap(account.public_key, scope_seed, "grant", study_id, scope.value, epoch, account.id)
    vouched = vouched_for(scope_seed, study_id, scope, epoch, account)
    db.add(KeyGrant(
        study_id=study_id, scope=scope, epoch=epoch, account_id=account.id, key_number=account.key_number,
        vouched=vouched, blob=blob,
    ))  # fmt: skip


def vouched_for(scope_seed: bytes, study_id: UUID, scope: Scope, epoch: int, account: Account) -> bytes:
    """By what a holder of the seed knows later that the account's public key is the one it was granted to."""
    said = frame(study_id, scope.value, epoch, account.id, account.public_key or b"")
    return hmac.digest(derive(scope_seed, "vouched"), said, "sha256")


def pass_on(db: Session, study_id: UUID, scope: Scope, *, old: bytes, old_epoch: int, target: NewEpoch) -> None:
    """Whoever held ``old_epoch``, still is a member with the scope and has the very key pair that was vouched for,
    holds ``target`` too. Everybody else has to be granted anew by a person who compares fingerprints.
    """
    entitled = {member.account_id for member in members(db, study_id) if scope in HOLDS[member.role]}
    for grant in grants(db, study_id, scope, old_epoch):
        account = db.get_one(Account, grant.account_id)
        vouched = vouched_for(old, study_id, scope, old_epoch, account)
        if account.id in entitled and hmac.compare_digest(vouched, grant.vouched):
            _wrap_for(db, study_id, scope, target.epoch, account, target.seed)
    db.flush()


def grants(db: Session, study_id: UUID, scope: Scope, epoch: int) -> Sequence[KeyGrant]:
    """Who holds a scope in an epoch."""
    here = (KeyGrant.study_id == study_id, KeyGrant.scope == scope)
    return db.scalars(select(KeyGrant).where(*here, KeyGrant.epoch == epoch)).all()


def held(db: Session, study_id: UUID, account: Account) -> frozenset[Scope]:
    """The scopes whose active key the account can open with the key pair it has now."""
    active = select(StudyKey.scope, StudyKey.epoch).where(StudyKey.study_id == study_id, StudyKey.state == State.ACTIVE)
    own = (KeyGrant.study_id == study_id, KeyGrant.account_id == account.id, KeyGrant.key_number == account.key_number)
    rows = db.scalars(select(KeyGrant.scope).where(*own, tuple_(KeyGrant.scope, KeyGrant.epoch).in_(active)))
    return frozenset(rows)


def take_away(db: Session, study_id: UUID, account_id: UUID, scopes: Set[Scope]) -> list[Scope]:
    """The account holds no grant of ``scopes``; returns those of which it held one, in any epoch."""
    theirs = (KeyGrant.study_id == study_id, KeyGrant.account_id == account_id, KeyGrant.scope.in_(scopes))
    lost = sorted(db.scalars(select(KeyGrant.scope).where(*theirs).distinct()))
    db.execute(delete(KeyGrant).where(*theirs))
    return lost
