"""Names of variables: one name for a thing in every file, so that a script for one program reads like one for another.

A name has at most 27 characters, is ASCII, begins with a letter, and no two differ by capitals alone (SPSS does
not tell them apart). Which name a thing has depends on the thing and on what it is called, hardly ever on what else is
in the release: if two want the same name, both get a mark made from what they are.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

# Stata has 32 and SPSS 64; the library that writes both puts a number behind a variable's name to name its labels.
LONGEST = 27
_MARK = 6

# Words that SPSS, Stata or R keep for themselves and names that no file can have on Windows, in small letters.
_KEPT = frozenset([
    "all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with", "byte", "double", "float", "if",
    "in", "int", "long", "using", "strl", "else", "repeat", "while", "function", "for", "next", "break", "true",
    "false", "null", "inf", "nan", "na", "con", "prn", "aux", "nul",
    # SPSS stores a long text in pieces named by the first letters and a sign: T becomes T0 … TO, which it keeps.
    "b", "e", "g", "l", "n", "o", "t", "al", "an", "no", "wit",
])  # fmt: skip
_KEPT_NUMBERED = re.compile(r"(?:str|com|lpt)\d+")
_OTHER = re.compile(r"[^A-Za-z0-9_]+")


class Wanted(NamedTuple):
    """A name that is wanted. The lower ``rank`` has it if only one of that rank wants it; ``key`` says whose it is."""

    rank: int
    name: str
    key: str


def plain(text: str) -> str:
    """The text in letters, digits and underscores of ASCII; may be empty."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _OTHER.sub("_", letters).strip("_")


def names(wanted: Sequence[Wanted]) -> list[str]:
    """A name for each, in their order, all different; the same ``wanted`` gives the same names."""
    shapes = [_shape(one.name) for one in wanted]
    best: dict[str, int] = {}
    for one, shape in zip(wanted, shapes, strict=True):
        best[shape.lower()] = min(one.rank, best.get(shape.lower(), one.rank))
    rivals = Counter((shape.lower(), one.rank) for one, shape in zip(wanted, shapes, strict=True))
    found: list[str] = []
    taken: set[str] = set()
    for one, shape in zip(wanted, shapes, strict=True):
        low = shape.lower()
        alone = rivals[low, one.rank] == 1 and best[low] == one.rank and len(shape) <= LONGEST
        found.append(shape if alone else "")
        taken.add(found[-1].lower())
    for at, (one, shape) in enumerate(zip(wanted, shapes, strict=True)):
        if not found[at]:
            found[at] = _marked(shape, one.key, taken)
            taken.add(found[at].lower())
    return found


def _shape(name: str) -> str:
    """The name as it would be if nobody else wanted it; possibly too long."""
    shape = plain(name) or "unnamed"
    kept = shape.lower() in _KEPT or _KEPT_NUMBERED.fullmatch(shape.lower()) is not None
    return f"q_{shape}" if kept or not shape[:1].isalpha() else shape


def _marked(shape: str, key: str, taken: set[str]) -> str:
    turn = 0
    while True:
        mark = hashlib.sha256(f"{turn} {key}".encode()).hexdigest()[:_MARK]
        name = f"{shape[: LONGEST - _MARK - 1].rstrip('_')}_{mark}"
        if name.lower() not in taken:
            return name
        turn += 1
