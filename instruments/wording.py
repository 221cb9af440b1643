"""Two wordings of a text side by side, word by word: what stayed, what was taken out, what was put in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache

from instruments.sentences import Texts

# Comparing word by word takes the product of both lengths, so longer texts are compared line by line.
MOST_WORDS = 600

_WORDS = re.compile(r"\s+|\w+(?:['’-]\w+)*|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


class Mark(StrEnum):
    """What happened to a piece of text."""

    SAME = "same"
    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words and what happened to them."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in one language that differs. ``where`` says which: ``label``, ``help``, ``option.CODE``, ``row.ID``, …"""

    where: str
    language: str
    pieces: tuple[Piece, ...]

    @property
    def before(self) -> str:
        """The text as it was; empty if it is new."""
        return "".join(piece.text for piece in self.pieces if piece.mark is not Mark.IN)

    @property
    def after(self) -> str:
        """The text as it is; empty if it is gone."""
        return "".join(piece.text for piece in self.pieces if piece.mark is not Mark.OUT)


# What reads the same and what was compared a moment ago is most of what two versions of an instrument say.
@lru_cache(maxsize=4096)
def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of which those not IN make ``before``, and those not OUT make ``after``."""
    if before == after:
        return (Piece(Mark.SAME, before),) if before else ()
    left, right = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(left), len(right)) > MOST_WORDS:
        left, right = _LINES.findall(before), _LINES.findall(after)
    if max(len(left), len(right)) > MOST_WORDS:
        left, right = [before], [after]
    found: list[Piece] = []
    for deed, begin, end, start, stop in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if deed == "equal":
            found.append(Piece(Mark.SAME, "".join(left[begin:end])))
            continue
        found.append(Piece(Mark.OUT, "".join(left[begin:end])))
        found.append(Piece(Mark.IN, "".join(right[start:stop])))
    return tuple(_whole_words(piece for piece in found if piece.text))


def _whole_words(found: Iterator[Piece]) -> Iterator[Piece]:
    """A single space between two changes belongs to both of them: a reader sees one change, not three."""
    held: list[Piece] = []
    for piece in found:
        if held and _is_gap(held[-1]) and len(held) > 1 and piece.mark is not Mark.SAME:
            gap = held.pop()
            held = _joined(held, [Piece(Mark.OUT, gap.text), Piece(Mark.IN, gap.text)])
            held = _joined(held, [piece])
        elif piece.mark is Mark.SAME and not (held and _is_gap(piece)):
            yield from held
            held = []
            yield piece
        elif piece.mark is Mark.SAME:
            held.append(piece)
        else:
            held = _joined(held, [piece])
    yield from held


def _is_gap(piece: Piece) -> bool:
    return piece.mark is Mark.SAME and piece.text.isspace()


def _joined(held: list[Piece], more: list[Piece]) -> list[Piece]:
    """One piece taken out and one put in, at most, in that order."""
    out = "".join(piece.text for piece in (*held, *more) if piece.mark is Mark.OUT)
    put = "".join(piece.text for piece in (*held, *more) if piece.mark is Mark.IN)
    return [Piece(mark, text) for mark, text in ((Mark.OUT, out), (Mark.IN, put)) if text]


def wordings(where: str, before: Texts, after: Texts) -> Iterator[Wording]:
    """The languages in which a text differs, those of the newer text first."""
    for language in dict.fromkeys((*after, *before)):
        old, new = before.get(language, ""), after.get(language, "")
        if old != new:
            yield Wording(where, language, pieces(old, new))
