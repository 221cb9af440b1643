"""What a participant can agree to, and what stands after everything that they said. Silence is no."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol


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


class Word(Protocol):
    """One yes or no: a Decision, or whatever else has its three facts."""

    @property
    def number(self) -> int:
        """Its place in the order in which everything was said."""

    @property
    def scope(self) -> Scope:
        """What it is about."""

    @property
    def agreed(self) -> bool:
        """Yes or no."""


def standing(words: Iterable[Word]) -> frozenset[Scope]:
    """The scopes that stand, given everything one participant said: the last word counts, and silence is no.

    The last word is the one with the greatest number, in whatever order they are given: a clock can be set back.
    """
    last: dict[Scope, Word] = {}
    for word in words:
        if word.scope not in last or word.number > last[word.scope].number:
            last[word.scope] = word
    return frozenset(scope for scope, word in last.items() if word.agreed)
