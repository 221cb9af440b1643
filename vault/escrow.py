"""Keys for the day when everybody has forgotten theirs: m of n holders together open a scope.

A holder is a person or an office (the board, the data protection officer, the library) with a printed card. The card
is the seed of a key pair; only its public half is kept here, so a rotation needs nobody to look for their card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault import ledger
from vault.accounts import Account
from vault.codes import crockford, grouped, normalized
from vault.errors import CannotOpen, Conflict, Invalid, Missing
from vault.sealing import derive, new_key, open_sealed, seal
from vault.shamir import combine, split
from vault.store import Base
from vault.studies import Role, Scope, membership
from vault.study_keys import grant, study_key
from vault.wraps import KeyPair, wrap

_CARD_BYTES = 20  # 160 bits: 32 characters in eight groups of four


class EscrowHolder(Base):
    """Somebody who keeps a card for a study."""

    __tablename__ = "escrow_holder"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), index=True)
    name: Mapped[str]
    threshold: Mapped[int]
    public: Mapped[bytes]


class EscrowShare(Base):
    """One holder's share of one scope's seed in one epoch, sealed to their card."""

    __tablename__ = "escrow_share"

    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), primary_key=True)
    scope: Mapped[Scope] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("escrow_holder.id"), primary_key=True)
    share: Mapped[bytes]
    sealed: Mapped[bytes]  # the seed under the key that the shares make; the same for every holder


@dataclass(frozen=True, slots=True)
class Card:
    """What is printed and handed over: the holder's name and the code. The code is kept nowhere."""

    holder: str
    code: str = field(repr=False)


def _pair(code: str) -> KeyPair:
    return KeyPair(derive(normalized(code).encode(), "escrow-card"))


def entrust(
    db: Session, study_id: UUID, holders: Sequence[str], threshold: int, seeds: Mapping[Scope, tuple[int, bytes]],
    *, by: UUID, now: datetime,
) -> list[Card]:  # fmt: skip
    """Each of ``holders`` has a card; any ``threshold`` of them open each scope of ``seeds`` (epoch and seed).

    Cards made earlier open nothing any more.
    """
    names = [name.strip() for name in holders if name.strip()]
    if len(set(names)) != len(names) or not 2 <= threshold <= len(names) <= 16:
        raise Invalid("Name at least two different holders, and let two or more of them be needed together.")
    if set(seeds) != set(Scope):
        raise CannotOpen
    db.execute(delete(EscrowShare).where(EscrowShare.study_id == study_id))
    db.execute(delete(EscrowHolder).where(EscrowHolder.study_id == study_id))
    cards = []
    for name in names:
        card = Card(name, grouped(crockford(new_key()[:_CARD_BYTES])))
        db.add(EscrowHolder(study_id=study_id, name=name, threshold=threshold, public=_pair(card.code).public))
        cards.append(card)
    db.flush()
    for scope, (epoch, scope_seed) in seeds.items():
        share_out(db, study_id, scope, epoch, scope_seed)
    actor, count = ledger.staff(by), len(names)
    ledger.append(db, "escrow.entrusted", actor=actor, now=now, study=study_id, cards=count, threshold=threshold)
    return cards


def holders(db: Session, study_id: UUID) -> Sequence[EscrowHolder]:
    """Who keeps a card, by name."""
    return db.scalars(select(EscrowHolder).where(EscrowHolder.study_id == study_id).order_by(EscrowHolder.name)).all()


def share_out(db: Session, study_id: UUID, scope: Scope, epoch: int, scope_seed: bytes) -> None:
    """The holders of the study, if it has any, together open ``scope`` in ``epoch``; nobody needs their card for it."""
    keepers = holders(db, study_id)
    if not keepers:
        return
    key = new_key()
    sealed = seal(key, scope_seed, "escrow", study_id, scope.value, epoch)
    for keeper, share in zip(keepers, split(key, keepers[0].threshold, len(keepers)), strict=True):
        blob = wrap(keeper.public, share, "escrow-share", study_id, scope.value, epoch, keeper.id)
        db.add(EscrowShare(study_id=study_id, scope=scope, epoch=epoch, holder_id=keeper.id, share=blob, sealed=sealed))
    db.flush()


def forget(db: Session, study_id: UUID, scope: Scope, *, but: int) -> None:
    """No share of any epoch but ``but`` is left."""
    here = (EscrowShare.study_id == study_id, EscrowShare.scope == scope)
    db.execute(delete(EscrowShare).where(*here, EscrowShare.epoch != but))


def open_together(db: Session, study_id: UUID, codes: Sequence[str]) -> dict[Scope, tuple[int, bytes]]:
    """Epoch and seed of every scope, from enough cards; CannotOpen if too few, mistyped or of another study."""
    pairs = [_pair(code) for code in {normalized(code) for code in codes if code.strip()}]
    by_public = {keeper.public: keeper for keeper in holders(db, study_id)}
    known = [(pair, by_public[pair.public]) for pair in pairs if pair.public in by_public]
    if not known or len(known) < len(pairs):
        raise CannotOpen("One of these cards is mistyped or not for this study. Check each group of letters.")
    if len(known) < known[0][1].threshold:
        raise CannotOpen("These are too few cards. Type the codes of more of them, one on each line.")
    seeds = {}
    for scope in Scope:
        epoch = study_key(db, study_id, scope).epoch
        rows = [(pair, db.get(EscrowShare, (study_id, scope, epoch, keeper.id))) for pair, keeper in known]
        shares = [
            pair.unwrap(row.share, "escrow-share", study_id, scope.value, epoch, row.holder_id)
            for pair, row in rows
            if row is not None
        ]
        sealed = next((row.sealed for _, row in rows if row is not None), b"")
        seeds[scope] = (epoch, open_sealed(combine(shares), sealed, "escrow", study_id, scope.value, epoch))
    return seeds


def check_card(db: Session, study_id: UUID, code: str) -> EscrowHolder:
    """The holder whose card it is: a rehearsal that reveals nothing. Conflict if it is no card of this study."""
    public = _pair(code).public
    for keeper in holders(db, study_id):
        if keeper.public == public:
            return keeper
    raise Conflict("This is no card of this study, or it was replaced by a newer one.")


def regain(db: Session, study_id: UUID, codes: Sequence[str], *, account: Account, now: datetime) -> None:
    """The lead ``account`` holds every scope of the study, thanks to enough cards; the log says that they were used."""
    member = membership(db, study_id, account.id)
    if member is None or member.role is not Role.LEAD:
        raise Missing
    for scope, (epoch, scope_seed) in open_together(db, study_id, codes).items():
        if KeyPair(scope_seed).public != study_key(db, study_id, scope).public:
            raise CannotOpen
        grant(db, study_id, scope, epoch, account, scope_seed, by=account.id, now=now)
    ledger.append(db, "escrow.used", actor=ledger.staff(account.id), now=now, study=study_id)
