"""The words of a text with their places, and the one spelling by which words are compared.

Accents, capitals, composed or decomposed letters, soft hyphens and characters without width make no difference. Words
are runs of letters: an apostrophe, a hyphen or a digit ends one.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# Letters that no normalisation takes apart, as a keyboard without them writes them.
_ALONE = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n", "ß": "ss",
})  # fmt: skip
# The other spelling of the same letters: Müller is Mueller, Ångström is Aangstrom.
_DOUBLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def _ranges(points: Iterable[int]) -> Iterator[str]:
    """The inside of a character class with these code points."""
    first = last = -2
    for point in [*points, sys.maxunicode + 2]:
        if point == last + 1:
            last = point
            continue
        if first >= 0:
            yield f"{re.escape(chr(first))}-{re.escape(chr(last))}"
        first = last = point


def _of_category(*categories: str) -> str:
    return "".join(_ranges(point for point in range(0x10000) if unicodedata.category(chr(point)) in categories))


# What can stand inside a word without being a letter: combining marks, and what has no width.
_WITHIN = _of_category("Mn", "Mc", "Me", "Cf")
WORD = re.compile(rf"[^\W\d_]+(?:[{_WITHIN}]+[^\W\d_]*)*")
# Scripts that put no space between words: a name is looked for inside a run of letters.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")

_ENDS = ".!?:;…•*–—-\n\r\u2028\u2029"
_OPENS = "\"'“”„«»‘’‹›([{ \t\u00a0\u202f"


class Word(NamedTuple):
    """A word where it stands: ``text[start:end]`` is ``raw``."""

    start: int
    end: int
    raw: str


def words(text: str) -> list[Word]:
    """All words of the text in order."""
    return [Word(found.start(), found.end(), found.group()) for found in WORD.finditer(text)]


def folded(word: str) -> str:
    """The word as it is compared: small letters without accents. Nothing else is left of it."""
    if word.isascii() and word.isalpha():
        return word.lower()
    small = unicodedata.normalize("NFKD", word).casefold().translate(_ALONE)
    return "".join(letter for letter in unicodedata.normalize("NFKD", small) if letter.isalpha()).lower()


def foldings(word: str) -> tuple[str, ...]:
    """The spellings under which a name can be met: ``muller`` and ``mueller`` for Müller."""
    composed = unicodedata.normalize("NFC", word).lower()
    return tuple(dict.fromkeys(filter(None, (folded(word), folded(composed.translate(_DOUBLED))))))


def capitalised(word: str) -> bool:
    """Whether the word begins with a capital letter."""
    return word[0].isupper() or word[0].istitle()


def begins_sentence(text: str, start: int) -> bool:
    """Whether a word that starts here may have its capital from its place alone."""
    at = start - 1
    while at >= 0 and text[at] in _OPENS:
        at -= 1
    return at < 0 or text[at] in _ENDS


def says_nothing_by_case(found: list[Word]) -> bool:
    """Whether capitals mean nothing in a text of these words: there are nearly none, or nearly nothing else.

    Nearly none is under 1 % of the words, besides single letters ("I").
    """
    long = [word.raw for word in found if len(word.raw) > 1]
    capitals = sum(map(capitalised, long))
    if capitals < len(long) / 100 or not long:
        return True
    # Only a text with many capitals is looked at again.
    return len(long) >= 3 and capitals > len(long) * 0.6 and sum(map(str.isupper, long)) > len(long) * 0.6
