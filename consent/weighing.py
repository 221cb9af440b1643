"""How a wording stands to a decision of the board: what it decided on, and what of the rest it lets a study change."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.latitude import Judged, judge
from consent.wording import Published, Wording, canonical, fingerprint
from vault import approvals
from vault.approvals import Approval, Issued
from vault.errors import Refused
from vault.terms import CONSENT


class NeedsAmendment(Refused):
    """Something changed that the approval does not let a study change; ``judged`` says what, and why."""

    public = "Some changes need an amendment of this approval. They are marked; send them to the board first."

    def __init__(self, judged: Iterable[Judged]) -> None:
        self.judged = tuple(judged)
        super().__init__()


@dataclass(frozen=True, slots=True)
class Weighed:
    """Whether a decision is about this very wording; else how each change from what it is about is judged."""

    exact: bool
    base: int  # the number of the document on which the board decided; 0 if it decided on this one
    judged: tuple[Judged, ...] = ()

    @property
    def barred(self) -> tuple[Judged, ...]:
        """The changes that need an amendment."""
        return tuple(one for one in self.judged if not one.free)


@dataclass(frozen=True, slots=True)
class Former:
    """A published document."""

    number: int
    approval: int
    within: bool
    wording: Wording


def mark_of(wording: Wording) -> str:
    """The fingerprint of a wording, whatever number it is or will be published under."""
    return fingerprint(canonical(Published("", 0, wording)))


def weigh(
    chain: Sequence[Approval], wording: Wording, every: Sequence[Former], *, written_at: datetime | None,
    corrections: Collection[str] = (),
) -> Weighed:  # fmt: skip
    """How the wording stands to the decision whose lineage ``chain`` is; NotCovered if that is about other documents.

    ``corrections`` are the places of which somebody declares that nothing but the spelling is corrected there.
    """
    issued = [Issued(one.approval, mark_of(one.wording), one.within) for one in every]
    at = approvals.decided_on(chain, CONSENT, mark_of(wording), issued, written_at=written_at)
    if at is None:
        return Weighed(True, 0)  # noqa: FBT003 - said by the field's name
    judged = judge(every[at].wording, wording, chain[0].terms, corrections)
    return Weighed(not judged, every[at].number, judged)
