"""Small numbers are not shown, and no other number gives them away.

A cell under the least number is hidden. If what is still shown would let a reader work it out (a row with its total
and one gap), further numbers are hidden until it does not. A reader is assumed to know this file.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

LEAST = 5
_ANY = float("inf")

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
        betrayed = [key for key in gone if 0 < values[key] < least and highest[key] < least]
        if not betrayed:
            return frozenset(gone)
        gone |= {_next_to_hide(values, sums, gone, key) for key in betrayed}


def _highest(values: Mapping[K, int], sums: Sequence[tuple[K, tuple[K, ...]]], gone: set[K]) -> dict[K, float]:
    """For every key the highest value that a reader must still think possible."""
    low: dict[K, float] = {key: 0.0 if key in gone else float(value) for key, value in values.items()}
    high: dict[K, float] = {key: _ANY if key in gone else float(value) for key, value in values.items()}
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
    lowest = sum(low[part] for part in parts)
    unbounded = sum(high[part] == _ANY for part in parts)
    highest = sum(high[part] for part in parts if high[part] != _ANY)
    yield total, lowest, _ANY if unbounded else highest
    for part in parts:
        bounded = not unbounded or (unbounded == 1 and high[part] == _ANY)
        others = highest - (high[part] if high[part] != _ANY else 0)
        yield part, low[total] - others if bounded else 0.0, high[total] - (lowest - low[part])


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
