"""Whether what is known of the cases beside their words gives somebody away, and how little has to be left out.

Cases that agree in all chosen attributes are a *cell*. ``k`` is the size of the smallest cell: everybody is like at
least k - 1 others (k-anonymity, Sweeney 2002). What is not known of a case counts as a value of its own.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TypeAlias

from exports.dataset import Attribute, AttributeKind, Case

QUOTES = 3  # attributes that stand beside a quotation
TABLES = 5  # a table with a row for each case
INTERNAL_CELLS, PUBLIC_CELLS = 3, 5  # smaller numbers are merged or hidden
OTHER = "other"
_WIDTHS = (5, 10, 20, 50, 100)
_MOST_TRIED = 20_000


@dataclass(frozen=True, slots=True)
class Cell:
    """The cases that agree: their values as (attribute, value), an empty value where it is not known."""

    values: tuple[tuple[str, str], ...]
    count: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """How far the chosen attributes tell the cases apart. ``small`` are the cells below the threshold."""

    threshold: int
    cases: int
    k: int  # the number of cases, where nothing was chosen; 0 without cases
    uniques: int
    small: tuple[Cell, ...]
    offending: tuple[str, ...]  # whose leaving out would help, the most helpful first; empty if it holds

    @property
    def holds(self) -> bool:
        """Whether nobody stands in a cell below the threshold."""
        return not self.small


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """The attribute is not in the release."""

    attribute: str

    def __str__(self) -> str:
        return f"Leave out “{self.attribute}”."


@dataclass(frozen=True, slots=True)
class Merge:
    """Some values of the attribute become one."""

    attribute: str
    values: tuple[str, ...]
    into: str = OTHER

    def __str__(self) -> str:
        return f"Merge {', '.join(f'“{value}”' for value in self.values)} of “{self.attribute}” into “{self.into}”."


@dataclass(frozen=True, slots=True)
class Bands:
    """A number becomes the band in which it lies: 12 in bands of 5 is ``10–14``."""

    attribute: str
    width: int

    def __str__(self) -> str:
        return f"Give “{self.attribute}” in bands of {self.width}."


@dataclass(frozen=True, slots=True)
class YearOnly:
    """A date becomes its year."""

    attribute: str

    def __str__(self) -> str:
        return f"Give only the year of “{self.attribute}”."


Rule: TypeAlias = LeaveOut | Merge | Bands | YearOnly


def coarsen(case: Case, rules: Iterable[Rule]) -> Case:
    """The case after the rules, one after the other. Values that a rule does not understand stay as they are."""
    return replace(case, attributes=reduce(_ruled, rules, dict(case.attributes)))


def _ruled(values: Mapping[str, str], rule: Rule) -> Mapping[str, str]:
    value = values.get(rule.attribute)
    if value is None:
        return values
    if isinstance(rule, LeaveOut):
        return {name: value for name, value in values.items() if name != rule.attribute}
    return {**values, rule.attribute: _coarser(value, rule)}


def _coarser(value: str, rule: Merge | Bands | YearOnly) -> str:
    match rule:
        case Merge():
            return rule.into if value in rule.values else value
        case Bands():
            return _band(value, rule.width)
        case YearOnly():
            return value[:4]


def _band(value: str, width: int) -> str:
    try:
        low = int(float(value) // width) * width
    except (ValueError, OverflowError):
        return value
    return f"{low}–{low + width - 1}" if width > 1 else str(low)


def assess(cases: Sequence[Case], attributes: Sequence[str], threshold: int) -> Assessment:
    """The cells that the attributes make of the cases, measured against the threshold."""
    cells = _cells(cases, attributes)
    small = tuple(
        Cell(tuple(zip(attributes, values, strict=True)), count)
        for values, count in sorted(cells.items())
        if count < threshold
    )
    endangered = sum(cell.count for cell in small)
    left = {name: _below(cases, [other for other in attributes if other != name], threshold) for name in attributes}
    offending = sorted((name for name in attributes if left[name] < endangered), key=lambda name: left[name])
    uniques = sum(count == 1 for count in cells.values())
    return Assessment(threshold, len(cases), min(cells.values(), default=0), uniques, small, tuple(offending))


def _cells(cases: Iterable[Case], attributes: Sequence[str]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(case.attributes.get(name, "") for name in attributes) for case in cases)


def _below(cases: Iterable[Case], attributes: Sequence[str], threshold: int) -> int:
    return sum(count for count in _cells(cases, attributes).values() if count < threshold)


@dataclass(frozen=True, slots=True)
class _Level:
    """One way to give an attribute: the rule (None: as it is), and how many pairs of cases it no longer tells apart."""

    rule: Rule | None
    loss: int
    values: tuple[str, ...] = field(repr=False)  # of each case


def propose(cases: Sequence[Case], attributes: Sequence[Attribute], threshold: int) -> tuple[Rule, ...]:
    """The rules, at most one for each attribute, that reach the threshold and lose least; none if it holds already.

    What is lost is counted in pairs of cases that an attribute told apart and does so no longer; of equal losses the
    one with fewer rules wins, then the one that touches later attributes. Every combination is tried as long as there
    are few, else the cheapest step is taken that leaves fewest cases below the threshold, until none is. Leaving
    everything out is always an end; fewer cases than the threshold are told apart by nothing, and still too few.
    """
    ladders = [_ladder(cases, attribute, threshold) for attribute in attributes]
    chosen = _exhaustive(ladders, threshold) if _combinations(ladders) <= _MOST_TRIED else _greedy(ladders, threshold)
    return tuple(level.rule for level in chosen if level.rule is not None)


def _combinations(ladders: Iterable[Sequence[_Level]]) -> int:
    return reduce(lambda count, ladder: count * len(ladder), ladders, 1)


def _ladder(cases: Sequence[Case], attribute: Attribute, threshold: int) -> list[_Level]:
    """The ways to give an attribute, the one that loses nothing first; each tells fewer values apart than none."""
    name = attribute.name
    plain = tuple(case.attributes.get(name, "") for case in cases)
    levels = [_Level(None, 0, plain)]
    for rule in _rules(attribute, plain, threshold):
        values = tuple(coarsen(case, [rule]).attributes.get(name, "") for case in cases)
        if values not in {level.values for level in levels}:
            levels.append(_Level(rule, _told_apart(plain) - _told_apart(values), values))
    return levels


def _rules(attribute: Attribute, values: Sequence[str], threshold: int) -> Iterator[Rule]:
    name = attribute.name
    if attribute.kind is AttributeKind.NUMBER:
        yield from (Bands(name, width) for width in _WIDTHS)
    if attribute.kind is AttributeKind.DATE:
        yield YearOnly(name)
    if attribute.kind is AttributeKind.TEXT:
        known = Counter(value for value in values if value)
        # The rarest values become one, together with as many of the next rarest as it takes.
        ranked = sorted(known, key=lambda value: (known[value], value))
        for many in range(2, len(ranked)):
            if sum(known[value] for value in ranked[:many]) >= threshold:
                yield Merge(name, tuple(sorted(ranked[:many])))
    yield LeaveOut(name)


def _told_apart(values: Sequence[str]) -> int:
    """Pairs of cases with different values."""
    return (len(values) ** 2 - sum(count**2 for count in Counter(values).values())) // 2


def _exposed(levels: Sequence[_Level], threshold: int) -> int:
    if not levels:
        return 0
    cells = Counter(zip(*(level.values for level in levels), strict=True))
    return sum(count for count in cells.values() if count < threshold)


def _cost(levels: Sequence[_Level]) -> tuple[int, int]:
    return sum(level.loss for level in levels), sum(level.rule is not None for level in levels)


def _exhaustive(ladders: Sequence[Sequence[_Level]], threshold: int) -> Sequence[_Level]:
    for levels in sorted(itertools.product(*ladders), key=_cost):
        if not _exposed(levels, threshold):
            return levels
    return [ladder[-1] for ladder in ladders]


def _greedy(ladders: Sequence[Sequence[_Level]], threshold: int) -> Sequence[_Level]:
    chosen = [ladder[0] for ladder in ladders]
    while _exposed(chosen, threshold):
        steps = [
            [*chosen[:at], level, *chosen[at + 1 :]]
            for at, ladder in enumerate(ladders)
            for level in ladder
            if level.loss > chosen[at].loss or (level.rule is not None and chosen[at].rule is None)
        ]
        if not steps:
            break
        chosen = min(steps, key=lambda levels: (_exposed(levels, threshold), *_cost(levels)))
    return chosen
