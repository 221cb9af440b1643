"""What a participant can agree to, and what stands after everything that they said. Silence is no."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeAlias


class Scope(StrEnum):
    """One thing that somebody agrees to, or not, by itself. The order is that of the page."""

    TAKE_PART = "take-part"
    RECORDED = "recorded"
    QUOTED = "quoted"
    LATER_RESEARCH = "later-research"
    RESULTS = "results"


# What taking part consists of from now on. Whoever stops says no to these; what they allowed for the material that
# exists already (to be quoted, to be kept) stands until they say otherwise.
PARTICIPATION = frozenset({Scope.TAKE_PART, Scope.RECORDED})


# One yes or no: its place in the order in which everything was said, what it is about, and whether it is a yes.
Word: TypeAlias = tuple[int, Scope, bool]


def standing(words: Iterable[Word]) -> frozenset[Scope]:
    """The scopes that stand, given everything one participant said: the last word counts, and silence is no.

    The last word is the one with the greatest number, in whatever order they are given: a clock can be set back.
    """
    last: dict[Scope, tuple[int, bool]] = {}
    for number, scope, agreed in words:
        if scope not in last or number > last[scope][0]:
            last[scope] = number, agreed
    return frozenset([scope for scope, (_, agreed) in last.items() if agreed])
