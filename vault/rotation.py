"""A scope's next key: when somebody leaves, when a key may be known to others, or when a lead wants it so.

Only keys are wrapped again, never data. Two databases cannot commit together, so the order is add, switch, delete: at
every point one complete set of wraps exists, and running a rotation again after a crash finishes or restarts it. An
epoch's number is never used twice, so what a crashed or overtaken rotation left behind is never taken for a wrap of
the one that succeeded.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, aliased

from vault import escrow, keyring, ledger, study_keys
from vault.errors import Conflict
from vault.keyring import Wrap
from vault.studies import Scope
from vault.study_keys import KeyGrant, NewEpoch, State, StudyKey, StudySecret, add_epoch, hold, seed_of, study_key
from vault.wraps import KeyPair, wrap


def unfinished(db: Session, study_id: UUID) -> list[Scope]:
    """The scopes whose last rotation stopped half-way; ``rotate`` or ``finish`` ends it."""
    stopped = (StudyKey.study_id == study_id, StudyKey.state != State.ACTIVE)
    return sorted(db.scalars(select(StudyKey.scope).where(*stopped).distinct()))


def rotate(
    db: Session, rings: Session, study_id: UUID, scope: Scope, *, account_id: UUID, seed: bytes, now: datetime
) -> Iterator[str]:
    """The scope has a new key which everybody entitled holds, and no wrap of an older one is left.

    A generator: whoever runs it commits both databases after each step. The member ``account_id`` must hold the
    scope. A rotation that another one overtook ends in a Conflict and has changed nothing.
    """
    yield from finish(db, rings, study_id, scope, account_id=account_id, seed=seed)
    hold(db, study_id, alone=True)
    old_epoch = study_key(db, study_id, scope).epoch
    old = seed_of(db, study_id, scope, account_id=account_id, seed=seed, epoch=old_epoch)
    target = add_epoch(db, study_id, scope, _unused_epoch(db, rings, study_id, scope), State.NEXT)
    study_keys.pass_on(db, study_id, scope, old=old, old_epoch=old_epoch, target=target)
    study_keys.move_secrets(db, study_id, scope, KeyPair(old), old_epoch, target)
    escrow.share_out(db, study_id, scope, target.epoch, target.seed)
    yield "added"

    _rewrap(rings, study_id, scope, KeyPair(old), old_epoch, target.epoch, target.public)
    yield "wrapped"

    _switch(db, study_id, scope, old_epoch, target)
    ledger.append(
        db, "key.rotated", actor=ledger.staff(account_id), now=now, study=study_id, scope=scope.value,
        epoch=target.epoch,
        holders=sorted(str(one.account_id) for one in study_keys.grants(db, study_id, scope, target.epoch)),
    )  # fmt: skip
    yield "switched"

    yield from finish(db, rings, study_id, scope, account_id=account_id, seed=seed)


def finish(
    db: Session, rings: Session, study_id: UUID, scope: Scope, *, account_id: UUID, seed: bytes
) -> Iterator[str]:  # fmt: skip
    """Every participant has a wrap under the active key, and nothing of any other epoch is left."""
    hold(db, study_id, alone=True)
    active = study_key(db, study_id, scope)
    epochs = select(StudyKey.epoch).where(StudyKey.study_id == study_id, StudyKey.scope == scope)
    if not db.scalar(epochs.where(StudyKey.epoch != active.epoch).limit(1)):
        return
    # Those who were enrolled between the wrapping and the switch have a wrap under the earlier key only.
    for epoch in db.scalars(epochs.where(StudyKey.epoch < active.epoch, StudyKey.state == State.RETIRED)).all():
        if _lacking(rings, study_id, scope, have=epoch, lack=active.epoch):
            old = seed_of(db, study_id, scope, account_id=account_id, seed=seed, epoch=epoch)
            _rewrap(rings, study_id, scope, KeyPair(old), epoch, active.epoch, active.public)
    yield "gathered"
    # Another rotation may have overtaken this one after any step; then the rest is its affair.
    if not _still(db, study_id, scope, active.epoch):
        return
    _drop_wraps(rings, study_id, scope, active.epoch)
    yield "dropped"
    if not _still(db, study_id, scope, active.epoch):
        return
    _drop_epochs(db, study_id, scope, active.epoch)
    yield "forgotten"
    keyring.scrub(rings)


def _still(db: Session, study_id: UUID, scope: Scope, epoch: int) -> bool:
    """Whether ``epoch`` is the active one, and will be until this transaction ends."""
    hold(db, study_id, alone=True)
    return study_key(db, study_id, scope).epoch == epoch


def _unused_epoch(db: Session, rings: Session, study_id: UUID, scope: Scope) -> int:
    in_main = db.scalar(select(func.max(StudyKey.epoch)).where(StudyKey.study_id == study_id, StudyKey.scope == scope))
    wrapped = (Wrap.study_id == study_id, Wrap.scope == scope, Wrap.kind == "study")
    in_rings = rings.scalar(select(func.max(Wrap.epoch)).where(*wrapped))
    return max(in_main or 0, in_rings or 0) + 1


def _switch(db: Session, study_id: UUID, scope: Scope, old_epoch: int, target: NewEpoch) -> None:
    hold(db, study_id, alone=True)
    fresh = db.get(StudyKey, (study_id, scope, target.epoch), populate_existing=True)
    if fresh is None or fresh.public != target.public or study_key(db, study_id, scope).epoch != old_epoch:
        raise Conflict("Somebody else is changing this key at the same moment. Look at the keys again.")
    here = (StudyKey.study_id == study_id, StudyKey.scope == scope)
    db.execute(update(StudyKey).where(*here, StudyKey.epoch == old_epoch).values(state=State.RETIRED))
    db.execute(update(StudyKey).where(*here, StudyKey.epoch == target.epoch).values(state=State.ACTIVE))


def _lacking(rings: Session, study_id: UUID, scope: Scope, *, have: int, lack: int) -> list[Wrap]:
    """The wraps of epoch ``have`` whose participants have none of epoch ``lack``."""
    other = aliased(Wrap)
    has_other = select(other.participant_id).where(
        other.study_id == study_id, other.scope == scope, other.kind == "study", other.epoch == lack,
        other.participant_id == Wrap.participant_id,
    )  # fmt: skip
    here = (Wrap.study_id == study_id, Wrap.scope == scope, Wrap.kind == "study", Wrap.epoch == have)
    return list(rings.scalars(select(Wrap).where(*here, ~has_other.exists())))


def _rewrap(
    rings: Session, study_id: UUID, scope: Scope, old: KeyPair, old_epoch: int, epoch: int, public: bytes
) -> None:
    for row in _lacking(rings, study_id, scope, have=old_epoch, lack=epoch):
        place = ("participant-key", study_id, row.participant_id, scope.value)
        key = old.unwrap(row.blob, *place, old_epoch)
        blob = wrap(public, key, *place, epoch)
        keyring.keep(rings, study_id, row.participant_id, scope, "study", "", epoch, blob)
    rings.flush()


def _drop_wraps(rings: Session, study_id: UUID, scope: Scope, active: int) -> None:
    """No wrap of another epoch is left of anybody who has one of the active epoch."""
    other = aliased(Wrap)
    safe = select(other.participant_id).where(
        other.study_id == study_id, other.scope == scope, other.kind == "study", other.epoch == active
    )
    here = (Wrap.study_id == study_id, Wrap.scope == scope, Wrap.kind == "study")
    rings.execute(delete(Wrap).where(*here, Wrap.epoch != active, Wrap.participant_id.in_(safe)))


def _drop_epochs(db: Session, study_id: UUID, scope: Scope, active: int) -> None:
    for table in (KeyGrant, StudySecret, StudyKey):
        db.execute(delete(table).where(table.study_id == study_id, table.scope == scope, table.epoch != active))
    escrow.forget(db, study_id, scope, but=active)
