"""How a draft stands to a decision of the board: what it decided on, and what of the rest it lets a study change."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from instruments.canonical import fingerprint
from instruments.definition import Instrument
from instruments.latitude import Judged, judge
from vault import approvals
from vault.approvals import Approval, Issued
from vault.errors import Refused


class NeedsAmendment(Refused):
    """Something changed that the approval does not let a study change; ``judged`` says what, and why."""

    public = "Some changes need an amendment of this approval. They are marked; send them to the board first."

    def __init__(self, judged: Iterable[Judged]) -> None:
        self.judged = tuple(judged)
        super().__init__()


class Numbered(Protocol):
    """A published version."""

    @property
    def number(self) -> int: ...
    @property
    def approval(self) -> int: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def within(self) -> bool: ...


V = TypeVar("V", bound=Numbered)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Whether the decision is about this very text; else how each change from what it is about is judged."""

    exact: bool
    base: int  # the number of the version on which the board decided; 0 if it decided on this one
    judged: tuple[Judged, ...] = ()

    @property
    def barred(self) -> tuple[Judged, ...]:
        """The changes that need an amendment."""
        return tuple(one for one in self.judged if not one.free)


def weigh(
    chain: Sequence[Approval], instrument: Instrument, published: Sequence[V], definition_of: Callable[[V], Instrument],
    *, instrument_id: UUID, written_at: datetime, corrections: Collection[str] = (),
) -> Weighed:  # fmt: skip
    """How the text stands to the decision whose lineage ``chain`` is; NotCovered if that is about something else.

    ``corrections`` are the places of which somebody declares that nothing but the spelling is corrected there.
    """
    issued = [Issued(one.approval, one.fingerprint, one.within) for one in published]
    at = approvals.decided_on(chain, instrument_id, fingerprint(instrument), issued, written_at=written_at)
    if at is None:
        return Weighed(True, 0)  # noqa: FBT003 - said by the field's name
    before = [definition_of(version) for version in published[: at + 1]]
    judged = judge(
        before[-1], instrument, before[:-1], chain[0].terms, instrument_id=instrument_id, corrections=corrections
    )  # fmt: skip
    return Weighed(not judged, published[at].number, judged)
