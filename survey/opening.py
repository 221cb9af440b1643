"""Opening the material of many participants, for a member whose role holds the scope."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from vault import participant_keys
from vault.errors import CannotOpen
from vault.keyring import Wrap
from vault.studies import Scope


class Opener:
    """A scope's seed, unwrapped once for as many participants as there are. CannotOpen for whoever lacks the scope."""

    __slots__ = ("_all", "_open", "_rings")

    def __init__(
        self, db: Session, rings: Session, study_id: UUID, scope: Scope, *, account_id: UUID, seed: bytes
    ) -> None:
        self._open = participant_keys.opener(db, study_id, scope, account_id=account_id, seed=seed)
        self._rings = rings
        # Read in one statement, so that each participant's wrap is in the session when it is asked for.
        self._all = rings.scalars(
            select(Wrap).where(Wrap.study_id == study_id, Wrap.scope == scope, Wrap.kind == "study")
        ).all()

    def key(self, participant_id: UUID) -> bytes:
        """The participant's key; CannotOpen once it was destroyed."""
        return self._open(self._rings, participant_id)

    def key_or_none(self, participant_id: UUID) -> bytes | None:
        """The participant's key; None once it was destroyed."""
        try:
            return self.key(participant_id)
        except CannotOpen:
            return None
