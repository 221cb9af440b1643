"""Small numbers are not shown, and no other number gives them away.

A cell under the least number is hidden. If what is still shown would let a reader work it out (a row with its total
and one gap), further numbers are hidden until it does not. A reader is assumed to know this file.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

LEAST = 3

K = TypeVar("K", bound=Hashable)

# A total and the parts that it is the sum of.
Line = tuple[K, Sequence[K]]


def hidden(values: Mapping[K, int], lines: Iterable[Line[K]], *, least: int = LEAST) -> frozenset[K]:
    """The keys whose values may not be shown.

    Hidden is every value below ``least``, and whatever would betray one of them: afterwards, whoever adds and
    subtracts along ``lines`` cannot tell of any hidden small number, other than zero, that it is below ``least``.
    """
    sums = [(total, tuple(parts)) for total, parts in lines]
    gone = {key for key, value in values.items() if value < least}
    while True:
        highest = _highest(values, sums, gone)
        betrayed = next((key for key in gone if 0 < values[key] < least and highest[key] < least), None)
        if betrayed is None:
            return frozenset(gone)
        gone.add(_next_to_hide(values, sums, gone, betrayed))


def _highest(values: Mapping[K, int], sums: Sequence[tuple[K, tuple[K, ...]]], gone: set[K]) -> dict[K, float]:
    """For every key the highest value that a reader must still think possible."""
    low: dict[K, float] = {key: 0.0 if key in gone else float(value) for key, value in values.items()}
    high: dict[K, float] = {key: float("inf") if key in gone else float(value) for key, value in values.items()}
    changed = True
    while changed:
        changed = False
        for total, parts in sums:
            for key, least, most in _bounds(total, parts, low, high):
                if least > low[key] or most < high[key]:
                    low[key], high[key] = max(low[key], least), min(high[key], most)
                    changed = True
    return high


def _bounds(
    total: K, parts: tuple[K, ...], low: Mapping[K, float], high: Mapping[K, float]
) -> Iterable[tuple[K, float, float]]:
    """What one line says of each of its members."""
    yield total, sum(low[part] for part in parts), sum(high[part] for part in parts)
    for part in parts:
        others = [other for other in parts if other != part]
        most = high[total] - sum(low[other] for other in others)
        above = sum(high[other] for other in others)
        yield part, low[total] - above if above != float("inf") else 0.0, most


def _next_to_hide(
    values: Mapping[K, int], sums: Sequence[tuple[K, tuple[K, ...]]], gone: set[K], betrayed: K
) -> K:  # fmt: skip
    """The number whose hiding costs least: the smallest part beside the betrayed one, else a total above it."""
    parts = [
        part
        for total, members in sums
        if betrayed in members or betrayed == total
        for part in members
        if part not in gone
    ]
    if parts:
        return min(parts, key=lambda key: values[key])
    totals = [total for total, members in sums if betrayed in members and total not in gone]
    if totals:
        return min(totals, key=lambda key: values[key])
    # Nothing beside it is left, so what betrays it stands further away.
    return min((key for key in values if key not in gone), key=lambda key: values[key])
