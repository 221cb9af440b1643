"""Who a participant is: name, contact, a note. Sealed under the participant's linkage key and kept apart from answers.

Only the rooms that recruit, invite, nominate, withdraw and take names out of texts may import this; every reading is
a deed and has its line in the log.
"""

import hmac
import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault import ledger
from vault.errors import CannotOpen
from vault.keyring import Blind, Wrap
from vault.participant_keys import commitment, open_for_member, open_for_study
from vault.sealing import frame, open_sealed, padded, seal, unpadded
from vault.store import NUMBER, AppendOnly, Base
from vault.studies import Scope
from vault.study_keys import INDEX, secret_of, seed_of, study_key
from vault.wraps import KeyPair


class IdentityRecord(AppendOnly, Base):
    """What was known of a participant at one moment. The last record counts."""

    __tablename__ = "identity_record"
    __table_args__ = (Index("identity_record_in_sequence", "participant_id", "sequence", unique=True),)

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID] = mapped_column(index=True)
    participant_id: Mapped[UUID]
    sequence: Mapped[int]  # sealed with the record, so that a former name cannot be put in the place of the last
    day: Mapped[date]
    blob: Mapped[bytes]


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the study knows them. Nothing of it appears in a ``repr``."""

    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    telephone: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reader:
    """The member who reads names, with what opens them."""

    account_id: UUID
    seed: bytes = field(repr=False)


def _place(study_id: UUID, participant_id: UUID, sequence: int) -> tuple[str, UUID, UUID, int]:
    return ("identity", study_id, participant_id, sequence)


def keep(
    db: Session, study_id: UUID, participant_id: UUID, linkage_key: bytes, identity: Identity, *, now: datetime
) -> None:
    """The identity is the one that counts from now on. Needs nobody signed in: the key comes from the enrolment."""
    before = _last(db, participant_id)
    sequence = before.sequence + 1 if before else 1
    plain = padded(json.dumps(asdict(identity), ensure_ascii=False).encode())
    blob = seal(linkage_key, plain, *_place(study_id, participant_id, sequence))
    day = now.date()
    db.add(IdentityRecord(study_id=study_id, participant_id=participant_id, sequence=sequence, day=day, blob=blob))
    db.flush()


def _last(db: Session, participant_id: UUID) -> IdentityRecord | None:
    theirs = select(IdentityRecord).where(IdentityRecord.participant_id == participant_id)
    return db.scalar(theirs.order_by(IdentityRecord.sequence.desc()).limit(1))


def opened(record: IdentityRecord, linkage_key: bytes) -> Identity:
    """What a record says; whoever reads records by themselves owes the log a line."""
    plain = open_sealed(linkage_key, record.blob, *_place(record.study_id, record.participant_id, record.sequence))
    return Identity(**json.loads(unpadded(plain)))


def read(
    db: Session, rings: Session, study_id: UUID, participant_id: UUID, reader: Reader, *, why: str, now: datetime
) -> Identity | None:
    """Who the participant is, None if nothing was ever kept; CannotOpen for whoever lacks the linkage key.

    The log says that ``reader`` looked, and ``why`` in a word of ours.
    """
    key = open_for_member(
        db, rings, study_id, participant_id, Scope.LINKAGE, account_id=reader.account_id, seed=reader.seed
    )
    record = _last(db, participant_id)
    subject, actor = commitment(rings, participant_id), ledger.staff(reader.account_id)
    ledger.append(db, "identity.read", actor=actor, now=now, study=study_id, subject=subject, why=why)
    db.flush()
    return opened(record, key) if record else None


def find_each(
    db: Session, rings: Session, study_id: UUID, emails: Collection[str], reader: Reader, *, now: datetime
) -> dict[str, list[UUID]]:
    """By e-mail address the participants who have it; CannotOpen for whoever lacks the linkage key.

    Those who were enrolled while nobody was signed in enter the index now. The log says that somebody searched.
    """
    index = secret_of(db, study_id, Scope.LINKAGE, INDEX, account_id=reader.account_id, seed=reader.seed)
    for participant_id, identity in _not_indexed(db, rings, study_id, reader):
        token = _token(index, study_id, identity.email)
        rings.add(Blind(participant_id=participant_id, study_id=study_id, token=token))
    rings.flush()
    ledger.append(db, "identity.searched", actor=ledger.staff(reader.account_id), now=now, study=study_id)
    db.flush()
    indexed: dict[bytes, list[UUID]] = {}
    tokens = select(Blind.participant_id, Blind.token).where(Blind.study_id == study_id)
    for participant_id, token in rings.execute(tokens):
        indexed.setdefault(token, []).append(participant_id)
    return {email: indexed.get(_token(index, study_id, email), []) if email.strip() else [] for email in emails}


def own(db: Session, participant_id: UUID, linkage_key: bytes) -> Identity | None:
    """What is known of the participant whose key this is, for themselves; None if nothing was ever kept."""
    record = _last(db, participant_id)
    return opened(record, linkage_key) if record else None


def _token(index: bytes, study_id: UUID, email: str) -> bytes:
    return hmac.digest(index, frame("blind-email", study_id, email.strip().lower()), "sha256")


def _not_indexed(db: Session, rings: Session, study_id: UUID, reader: Reader) -> Iterator[tuple[UUID, Identity]]:
    epoch = study_key(db, study_id, Scope.LINKAGE).epoch
    seed = seed_of(db, study_id, Scope.LINKAGE, account_id=reader.account_id, seed=reader.seed, epoch=epoch)
    holder = KeyPair(seed)
    indexed = select(Blind.participant_id).where(Blind.study_id == study_id)
    here = (Wrap.study_id == study_id, Wrap.scope == Scope.LINKAGE, Wrap.kind == "study", Wrap.epoch == epoch)
    waiting = rings.scalars(select(Wrap.participant_id).where(*here, Wrap.participant_id.not_in(indexed))).all()
    for participant_id in waiting:
        record = _last(db, participant_id)
        if record is None:
            continue
        try:
            key = open_for_study(rings, study_id, participant_id, Scope.LINKAGE, holder=holder, epoch=epoch)
            yield participant_id, opened(record, key)
        except CannotOpen:
            continue


def forget_token(rings: Session, participant_id: UUID) -> None:
    """The participant's e-mail address has changed, so the next search indexes it anew."""
    found = rings.get(Blind, participant_id)
    if found is not None:
        rings.delete(found)
        rings.flush()
