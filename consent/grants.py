"""Grants: proof, carried as an argument, that somebody looked up what a participant agrees to."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from consent.scopes import Scope
from vault.errors import Refused

# One sentence for each scope, as the person in front of the screen reads it: the participant or the interviewer.
_LACKS: Mapping[Scope, str] = {
    Scope.TAKE_PART: "We may only ask this once there is consent to take part, and only while it stands.",
    Scope.RECORDED: "There is no consent to be recorded. Take notes instead, or ask for it first.",
    Scope.QUOTED: "There is no consent to be quoted.",
    Scope.LATER_RESEARCH: "There is no consent to keep this for later research.",
    Scope.RESULTS: "There is no consent to be contacted with the results.",
}


class ConsentMissing(Refused):
    """The participant has not agreed to this, or agrees no longer."""

    public = "We may only ask this once you have agreed to it."

    def __init__(self, scope: Scope) -> None:
        super().__init__(_LACKS[scope])
        self.scope = scope


@dataclass(frozen=True, slots=True)
class Grant:
    """Proof that somebody asked what this participant agrees to, and the answer.

    Whatever touches a participant's material takes a Grant, so code that forgets to ask does not type-check.
    Only ``consent.decisions`` makes one.
    """

    participant: UUID
    scopes: frozenset[Scope]

    def require(self, scope: Scope) -> None:
        """Return if the participant agrees to ``scope``; raise ConsentMissing if not."""
        if scope not in self.scopes:
            raise ConsentMissing(scope)
