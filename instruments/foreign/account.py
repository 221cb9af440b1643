"""The account of an import: what became of every row of a file that somebody else's program made. Nothing is silent."""

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum

from instruments.definition import Instrument
from instruments.sentences import Filling, Sentence
from vault.errors import Invalid

LARGEST_FILE = 100 * 1024 * 1024  # bytes
MOST_ROWS = 20_000
LONGEST_QUOTE = 120  # characters of what a file says that are said again in a sentence


class Fate(StrEnum):
    """What became of a row."""

    TAKEN = "taken"  # as it is
    CHANGED = "changed"  # expressed in another way, which the sentence says
    LEFT_OUT = "left_out"  # cannot be expressed here; the sentence says what was lost and what to do


@dataclass(frozen=True, slots=True)
class Line:
    """One row with its fate. ``place`` is how its author finds it ("survey, row 12"), ``name`` what it calls itself."""

    place: str
    name: str
    fate: Fate
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Imported:
    """An instrument that was read, to be looked at before it is taken as a draft, with the account of every row."""

    instrument: Instrument
    lines: tuple[Line, ...] = field(repr=False)

    def count(self) -> Counter[Fate]:
        """How many rows there are of each fate."""
        return Counter(line.fate for line in self.lines)


@dataclass(frozen=True, slots=True)
class Written:
    """A file for another program, with a line for each part that such a file cannot say. ``place`` is the question."""

    data: bytes = field(repr=False)
    lines: tuple[Line, ...] = field(repr=False)


class FormUnreadable(Invalid):
    """The file cannot be read as what it claims to be; the sentence names the row and the remedy. Nothing was taken."""

    def __init__(self, sentence: Sentence) -> None:
        self.said = replace(sentence, values={name: _short(value) for name, value in sentence.values.items()})
        super().__init__(str(self.said))


def _short(value: Filling) -> Filling:
    """What a file says, as far as it fits into a sentence."""
    said = " ".join(value.split()) if isinstance(value, str) else ""
    return f"{said[:LONGEST_QUOTE]}…" if len(said) > LONGEST_QUOTE else value
