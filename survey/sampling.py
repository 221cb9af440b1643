"""The sampling frame: attributes make cells, quotas ask for people in them, and the fill says how far it is.

A *stratum* is one full cell, such as Calgary × woman. A *quota* asks for a number of people in a cell or in any part
of the frame: "ten women" counts the women of both universities.
"""

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from vault.errors import Invalid

Attributes = Mapping[str, str]

MOST_CELLS = 200
LONGEST = 80


class FrameUnreadable(Invalid):
    """What was typed is no sampling frame."""

    public = "Write one attribute a line with its values, for example: university: Calgary, Alberta"


@dataclass(frozen=True, slots=True)
class Stratum:
    """A cell of the frame."""

    id: UUID
    attributes: Attributes

    @property
    def name(self) -> str:
        """The cell in words: ``Calgary · woman``."""
        return name_of(self.attributes)


@dataclass(frozen=True, slots=True)
class Quota:
    """How many people are wanted in the part of the frame that ``of`` names; all of it, if it names nothing."""

    id: UUID
    of: Attributes
    target: int

    @property
    def name(self) -> str:
        """The part of the frame in words; empty for all of it."""
        return name_of(self.of)


@dataclass(frozen=True, slots=True)
class Fill:
    """How far a quota is."""

    quota: Quota
    taken: int

    @property
    def lacking(self) -> int:
        """How many people are still wanted."""
        return max(self.quota.target - self.taken, 0)

    @property
    def full(self) -> bool:
        """Whether nobody is wanted any more."""
        return self.lacking == 0

    @property
    def share(self) -> float:
        """From 0 to 1: what part of the target is reached; a target of nobody is reached."""
        return min(self.taken / self.quota.target, 1.0) if self.quota.target else 1.0


def name_of(attributes: Attributes) -> str:
    """A cell, or part of the frame, in words."""
    return " · ".join(attributes.values())


def read_frame(text: str) -> dict[str, tuple[str, ...]]:
    """Attributes with their values, from lines such as ``university: Calgary, Alberta``. Raises FrameUnreadable."""
    frame: dict[str, tuple[str, ...]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, listed = (part.strip() for part in line.partition(":"))
        values = tuple(filter(None, (value.strip() for value in listed.split(","))))
        if not (colon and name and values):
            raise FrameUnreadable
        if name in frame or len(set(values)) != len(values):
            raise FrameUnreadable("The frame names something twice. Name each attribute and each value once.")
        if max(map(len, (name, *values))) > LONGEST:
            raise FrameUnreadable("A name in the frame is longer than 80 characters. Shorten it.")
        frame[name] = values
    return frame


def cells(frame: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], ...]:
    """Every cell of the frame, the last attribute running fastest; none for an empty frame."""
    count = 1
    for values in frame.values():
        count *= len(values)
    if count > MOST_CELLS:
        raise FrameUnreadable("This frame has more than 200 cells. Use fewer attributes or fewer values.")
    if not frame:
        return ()
    return tuple(dict(zip(frame, values, strict=True)) for values in itertools.product(*frame.values()))


def attributes_of(strata: Collection[Stratum]) -> dict[str, tuple[str, ...]]:
    """The frame that these cells span: each attribute with its values, in the order in which they first stand."""
    found: dict[str, dict[str, None]] = {}
    for stratum in strata:
        for name, value in stratum.attributes.items():
            found.setdefault(name, {})[value] = None
    return {name: tuple(values) for name, values in found.items()}


def within(attributes: Attributes, part: Attributes) -> bool:
    """Whether a cell lies in this part of the frame."""
    return all(attributes.get(name) == value for name, value in part.items())


def matching(strata: Collection[Stratum], attributes: Attributes) -> Stratum | None:
    """The one cell with these values, whatever their case; None if no cell or more than one has them."""
    asked = {name: value.casefold() for name, value in attributes.items()}
    found = [
        stratum
        for stratum in strata
        if all(stratum.attributes.get(name, "").casefold() == value for name, value in asked.items())
    ]
    return found[0] if len(found) == 1 else None


def fill(quotas: Collection[Quota], strata: Collection[Stratum], placed: Mapping[UUID | None, int]) -> tuple[Fill, ...]:
    """How far each quota is, given how many people who count stand in each stratum (None: in no stratum).

    A quota over the whole frame counts those without a stratum too.
    """
    return tuple(
        Fill(
            quota,
            sum(placed.get(stratum.id, 0) for stratum in strata if within(stratum.attributes, quota.of))
            + (0 if quota.of else placed.get(None, 0)),
        )
        for quota in quotas
    )


def wanted(fills: Collection[Fill]) -> tuple[Fill, ...]:
    """The quotas that are not full, the one furthest from its target first."""
    return tuple(sorted((one for one in fills if not one.full), key=lambda one: one.share))


def balance(
    strata: Collection[Stratum], placed: Mapping[UUID | None, int]
) -> dict[str, dict[str, int]]:  # fmt: skip
    """How many people have each value of each attribute: whether both universities are heard alike."""
    return {
        name: {
            value: sum(placed.get(stratum.id, 0) for stratum in strata if stratum.attributes.get(name) == value)
            for value in values
        }
        for name, values in attributes_of(strata).items()
    }
