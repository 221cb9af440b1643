"""Where a text names somebody or something that the study knows, however it is written there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from exports.reading import SOMEBODY, Hit, Reading
from exports.roster_names import Policy, Roster, Sort, unspaced
from exports.runs import people
from exports.unmistakable import digits_of, unmistakable
from exports.word_index import WordIndex

_BRACKETS = re.compile(r"\[([^\[\]\n]{1,120})\]")
_LABEL = re.compile(r"[^\[\]\n]{1,50}")
_SHORTEST_NUMBER = 7


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, in order and without overlaps; of ``doubts`` nobody but a reader can say what they are."""

    hits: tuple[Hit, ...]
    doubts: tuple[Hit, ...]


class Finder:
    """Finds the people and institutions of a roster in texts. Make one for a study and use it for every text.

    ``policies`` say of names that are also ordinary words when they are taken for the name.
    """

    __slots__ = ("_index", "_labels", "_telephones", "_unspaced")

    def __init__(self, roster: Roster, policies: Mapping[str, Policy] | None = None) -> None:
        self._index = WordIndex(roster, policies or {})
        # A label that is not found again in its brackets would be replaced for ever.
        if not all(_LABEL.fullmatch(known.label) and " or " not in known.label for known in roster.known):
            raise ValueError('a label has at most 50 characters, without brackets, line breaks and " or "')
        self._labels = {known.label for known in roster.known} | {SOMEBODY} | {sort.value for sort in Sort}
        numbers = {digits_of(number) for known in roster.known for number in known.telephones}
        self._telephones = frozenset(number for number in numbers if len(number) >= _SHORTEST_NUMBER)
        names = {name: who for who, known in enumerate(roster.known) for name in unspaced(known)}
        pattern = "|".join(r"\s?".join(map(re.escape, name)) for name in sorted(names, key=len, reverse=True))
        self._unspaced = (re.compile(pattern), names) if names else None

    def find(self, text: str) -> Found:
        """Everything that names somebody or something. What stands in brackets as a label of ours is left alone."""
        reading = Reading(text, self._index, self._masked(text))
        hits = [
            Hit(span.start, span.end, span.sort, span.sort.value, text[span.start : span.end])
            for span in unmistakable(text, self._telephones)
        ]
        for found in (self._letter_by_letter(text), reading.institutions(), people(reading), reading.initials()):
            hits += found
        covered = bytearray(len(text))
        return Found(_apart(hits, covered), _apart(reading.doubts, covered))

    def _masked(self, text: str) -> list[tuple[int, int]]:
        brackets = _BRACKETS.finditer(text) if "[" in text else ()
        return [found.span() for found in brackets if self._labels.issuperset(found.group(1).split(" or "))]

    def _letter_by_letter(self, text: str) -> Iterator[Hit]:
        if self._unspaced:
            pattern, names = self._unspaced
            for found in pattern.finditer(text):
                who = self._index.known[names["".join(found.group().split())]]
                yield Hit(found.start(), found.end(), who.sort, who.label, found.group())


def _apart(hits: Iterable[Hit], covered: bytearray) -> tuple[Hit, ...]:
    """The hits in order; of two that overlap, the one that comes first in ``hits``: an address before a name in it."""
    kept = []
    for hit in hits:
        if covered.find(1, hit.start, hit.end) < 0:
            kept.append(hit)
            covered[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
    return tuple(sorted(kept, key=lambda hit: hit.start))
