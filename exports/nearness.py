"""Names that were misspelled: close by letters, or close by sound.

By letters: at most one edit for a name of up to five letters, else two, where an edit adds, drops or changes a letter
or exchanges two neighbours (optimal string alignment). By sound: the same Metaphone code, which is made for English,
and a Jaro-Winkler similarity of at least 0.72 with it; or the same letters after those that are heard alike in many
languages are one (Okonkwo, oconquo). What these limits find, and find wrongly, stands in docs/performance.md.
"""

import re
from collections.abc import Iterable, Iterator

from jellyfish import jaro_winkler_similarity, metaphone
from rapidfuzz import process
from rapidfuzz.distance import OSA

_SHORTEST = 3
_SHORTEST_SOUND = 4
_ALIKE = 0.72


_HEARD_ALIKE = tuple(
    (re.compile(written), heard)
    for written, heard in (
        ("ph", "f"), ("qu", "kw"), ("x", "ks"), ("c(?=[eiy])", "s"), ("s?ch|sh", "s"), ("(?<=[tdgk])h", ""),
        ("ck|c|q", "k"), ("z", "s"), ("v", "w"), ("[iye]*[iy]+[iye]*|ee|ea|a[iy]", "i"), ("o[uow]|u", "u"),
        (r"(.)\1+", r"\1"), ("[eh]$", ""),
    )
)  # fmt: skip


def heard(word: str) -> str:
    """A spelling that is the same for words whose letters sound alike."""
    for written, as_heard in _HEARD_ALIKE:
        word = written.sub(as_heard, word)
    return word


def _sounds(word: str) -> Iterator[str]:
    """What the word sounds like, by either account; too short an account says nothing."""
    yield from (sound for sound in (metaphone(word), heard(word)) if len(sound) > 1)


def limit(word: str) -> int:
    """How many edits away a misspelling of this name may be."""
    return 1 if len(word) <= 5 else 2


def is_near(word: str, name: str) -> bool:
    """Whether the word is at most ``limit`` edits from a name of at least five letters."""
    return len(name) >= 5 and OSA.distance(word, name, score_cutoff=limit(name)) <= limit(name)


class Nearness:
    """The names that a word may be a misspelling of."""

    __slots__ = ("_by_length", "_by_sound")

    def __init__(self, names: Iterable[str]) -> None:
        self._by_length: dict[int, list[str]] = {}
        self._by_sound: dict[str, list[str]] = {}
        for name in sorted(set(names)):
            if len(name) >= _SHORTEST:
                self._by_length.setdefault(len(name), []).append(name)
            if len(name) >= _SHORTEST_SOUND:
                for sound in _sounds(name):
                    self._by_sound.setdefault(sound, []).append(name)

    def by_letters(self, word: str) -> Iterator[str]:
        """The names at most ``limit`` edits from the word, without the word itself."""
        for length in range(len(word) - 2, len(word) + 3):
            names = self._by_length.get(length)
            if names:
                most = limit("x" * length)
                for name, edits, _ in process.extract_iter(word, names, scorer=OSA.distance, score_cutoff=most):
                    if edits:
                        yield name

    def by_sound(self, word: str) -> Iterator[str]:
        """The names that sound like the word and are not too unlike it."""
        if len(word) >= _SHORTEST:
            found = {name for sound in _sounds(word) for name in self._by_sound.get(sound, ())}
            for name in sorted(found):
                alike = heard(name) == heard(word) or jaro_winkler_similarity(word, name) >= _ALIKE
                if name != word and alike:
                    yield name
