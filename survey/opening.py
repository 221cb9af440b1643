"""Opening the material of many participants, for a member whose role holds the scope."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from vault.errors import CannotOpen
from vault.keyring import Wrap
from vault.participant_keys import open_for_study
from vault.studies import Scope
from vault.study_keys import seed_of, study_key
from vault.wraps import KeyPair


class Opener:
    """A scope's seed, unwrapped once for as many participants as there are. CannotOpen for whoever lacks the scope."""

    __slots__ = ("_all", "_epoch", "_holder", "_rings", "_scope", "_study_id")

    def __init__(
        self, db: Session, rings: Session, study_id: UUID, scope: Scope, *, account_id: UUID, seed: bytes
    ) -> None:
        self._epoch = study_key(db, study_id, scope).epoch
        scope_seed = seed_of(db, study_id, scope, account_id=account_id, seed=seed, epoch=self._epoch)
        self._holder = KeyPair(scope_seed)
        self._rings, self._study_id, self._scope = rings, study_id, scope
        # Read in one statement, so that each participant's wrap is in the session when it is asked for.
        self._all = rings.scalars(
            select(Wrap).where(
                Wrap.study_id == study_id, Wrap.scope == scope, Wrap.kind == "study", Wrap.epoch == self._epoch
            )
        ).all()

    def key(self, participant_id: UUID) -> bytes:
        """The participant's key; CannotOpen once it was destroyed."""
        return open_for_study(
            self._rings, self._study_id, participant_id, self._scope, holder=self._holder, epoch=self._epoch
        )

    def key_or_none(self, participant_id: UUID) -> bytes | None:
        """The participant's key; None once it was destroyed."""
        try:
            return self.key(participant_id)
        except CannotOpen:
            return None
