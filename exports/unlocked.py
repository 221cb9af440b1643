"""A study's seeds, opened once by a member who holds them, for everything that one release has to read.

The worker that builds a release has these and nobody's own seed: what was sealed for it opens one study, for one job.
"""

import hmac
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from vault import participant_keys, study_keys
from vault.accounts import Account
from vault.errors import CannotOpen, Refused
from vault.keyring import Wrap
from vault.sealing import Part
from vault.studies import Scope
from vault.wraps import KeyPair, wrap

NEEDED = (Scope.RESPONSES, Scope.LINKAGE)

_AT_ONCE = 500


class NotVouchedFor(Refused):
    """The public key of who asked is not the one that a holder of the study's keys compared."""

    public = (
        "The key of whoever asked for this has changed since the study's keys were given to them. A lead has to "
        "compare its fingerprint and give the keys anew; then ask again."
    )


class _Held(msgspec.Struct, frozen=True):
    """One scope's seed on its way to the worker."""

    scope: str
    epoch: int
    seed: bytes


@dataclass(frozen=True, slots=True)
class Unlocked:
    """The seeds of a study in their epochs, and whose keys opened them."""

    study_id: UUID
    account_id: UUID
    seeds: Mapping[Scope, tuple[int, bytes]] = field(repr=False)

    def keys(self, rings: Session, scope: Scope, participants: Collection[UUID]) -> dict[UUID, bytes]:
        """The keys of these participants, read many at a time. Whoever was forgotten is not among them."""
        epoch, seed = self.seeds[scope]
        holder, ids, found = KeyPair(seed), list(participants), {}
        here = (Wrap.study_id == self.study_id, Wrap.scope == scope, Wrap.kind == "study", Wrap.recipient == "")
        for at in range(0, len(ids), _AT_ONCE):
            lot = Wrap.participant_id.in_(ids[at : at + _AT_ONCE])
            # Held meanwhile, because the session keeps what it has read only as long as somebody else does.
            wraps = rings.scalars(select(Wrap).where(*here, Wrap.epoch == epoch, lot)).all()
            for one in wraps:
                found[one.participant_id] = participant_keys.open_for_study(
                    rings, self.study_id, one.participant_id, scope, holder=holder, epoch=epoch
                )
        return found

    def forgotten(self, rings: Session, scope: Scope, participants: Collection[UUID]) -> frozenset[UUID]:
        """Those of them of whose key nothing is left in any epoch, whatever the main database says: it may be a copy of
        before they were erased."""
        there = select(Wrap.participant_id).where(
            Wrap.study_id == self.study_id, Wrap.scope == scope, Wrap.kind == "study"
        )  # fmt: skip
        return frozenset(participants).difference(rings.scalars(there))

    def sealed_for(self, public: bytes, *context: Part) -> bytes:
        """The same for the holder of another key pair, in this context only."""
        held = [_Held(scope.value, epoch, seed) for scope, (epoch, seed) in self.seeds.items()]
        return wrap(public, msgspec.json.encode(held), "release-job", self.study_id, self.account_id, *context)


def unlock(
    db: Session, study_id: UUID, *, account_id: UUID, seed: bytes, scopes: Iterable[Scope] = NEEDED
) -> Unlocked:  # fmt: skip
    """What a release needs, opened with the member's own ``seed``; CannotOpen for whoever lacks one of the scopes."""
    seeds = {}
    for scope in scopes:
        epoch = study_keys.study_key(db, study_id, scope).epoch
        seeds[scope] = (
            epoch,
            study_keys.seed_of(db, study_id, scope, account_id=account_id, seed=seed, epoch=epoch),
        )
    return Unlocked(study_id, account_id, seeds)


def opened(pair: KeyPair, blob: bytes, study_id: UUID, account_id: UUID, *context: Part) -> Unlocked:
    """What was ``sealed_for`` the pair in this context; CannotOpen for anything else."""
    plain = pair.unwrap(blob, "release-job", study_id, account_id, *context)
    held = msgspec.json.decode(plain, type=list[_Held])
    return Unlocked(study_id, account_id, {Scope(one.scope): (one.epoch, one.seed) for one in held})


def require_current(db: Session, unlocked: Unlocked) -> None:
    """Return if the study's keys have not changed since; CannotOpen if they have."""
    for scope, (epoch, _) in unlocked.seeds.items():
        if study_keys.study_key(db, unlocked.study_id, scope).epoch != epoch:
            raise CannotOpen("The study's keys were changed meanwhile. Start it again.")


def vouched_public(db: Session, unlocked: Unlocked, account: Account) -> bytes:
    """The account's public key, if it is the one that the study's keys were granted to; NotVouchedFor otherwise.

    Whoever can write into the database could put their own key in a colleague's place and be sent the release.
    """
    epoch, seed = unlocked.seeds[Scope.RESPONSES]
    expected = study_keys.vouched_for(seed, unlocked.study_id, Scope.RESPONSES, epoch, account)
    there = study_keys.grants(db, unlocked.study_id, Scope.RESPONSES, epoch)
    if account.public_key is None or not any(
        one.account_id == account.id and hmac.compare_digest(one.vouched, expected) for one in there
    ):
        raise NotVouchedFor
    return account.public_key
