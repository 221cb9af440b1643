"""What is measured: a number, what it is compared with, and the goal it is held to."""

import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``ratio`` is value by reference, whatever is better; ``holds`` is None without a goal."""

    what: str
    value: float
    unit: str
    reference: str = ""
    ratio: float | None = None
    goal: str = ""
    holds: bool | None = None


def at_least(share: float, ratio: float) -> tuple[str, bool]:
    """The goal that a figure reaches at least this share of its reference, and whether it does."""
    return f"≥ {share:.0%} of it", ratio >= share


def at_most(times: float, ratio: float) -> tuple[str, bool]:
    """The goal that a figure is at most so many times its reference, and whether it is."""
    return f"≤ {times:g} × it", ratio <= times


def cpu_seconds() -> float:
    """Processor time that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def per_second(deed: Callable[[], object], *, seconds: float) -> float:
    """How often ``deed`` can be done in a second of processor time."""
    count, began, until = 0, cpu_seconds(), time.monotonic() + seconds
    while time.monotonic() < until:
        for _ in range(20):
            deed()
        count += 20
    return count / (cpu_seconds() - began)


def side_by_side(
    deeds: Sequence[Callable[[], object]], *, rounds: int = 7, seconds: float = 0.4
) -> list[tuple[float, float]]:
    """For each deed the median of its rates, and the median of its share of the first one's rate in the same round.

    Deeds take turns, so that a machine that is slower for a while is slower for all of them.
    """
    rates: list[list[float]] = [[] for _ in deeds]
    for _ in range(rounds):
        for deed, found in zip(deeds, rates, strict=True):
            found.append(per_second(deed, seconds=seconds))
    return [
        (statistics.median(found), statistics.median(a / b for a, b in zip(found, rates[0], strict=True)))
        for found in rates
    ]
