"""A variable of a table: its name, what its values are and mean, where it comes from, and how a record fills it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from exports.dataset import Case, Record
from exports.gaps import OF_MISSINGNESS, USUAL, Gap, codes
from vault.errors import Invalid

Value: TypeAlias = str | int | float | date | Gap
Reading: TypeAlias = Callable[[Record, Case], Value]

LONGEST_LABEL_SPSS = 255  # bytes of UTF-8
LONGEST_LABEL_STATA = 80  # characters
_CUT = "…"


class AnswerUnfitting(Invalid):
    """An answer names an option that no version of its question has, or is of another kind than its question."""

    public = "An answer fits no version of its question, so no table can hold it. Tell whoever runs Verbatim here."


class Type(StrEnum):
    """What the values of a variable are."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"  # 1 or 0
    CHOICE = "choice"  # an option's code; a number with a label in SPSS and Stata
    DAY = "day"  # a calendar day, in UTC


class Measure(StrEnum):
    """What may be computed with the values, in SPSS's words."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    SCALE = "scale"


@dataclass(frozen=True, slots=True)
class Label:
    """What one value means. ``code`` stands in CSV and Parquet, ``number`` in SPSS and Stata."""

    code: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a variable comes from. ``question`` is empty for what is known of a case or a record without asking."""

    question: str = ""
    part: str = ""  # row, option or probe, such as "respect" or "respect.other.words"
    kind: str = ""
    section: str = ""
    versions: tuple[int, ...] = ()  # those that have it
    earlier: tuple[str, ...] = ()  # how versions worded it that did so otherwise: "1: For how many months?"
    together: str = ""  # id of what forms a set with it: the flags of one multiple choice, the rows of one matrix


@dataclass(frozen=True, slots=True)
class Variable:
    """One column of a table.

    ``name`` and ``companion`` are unique in the table; a companion says beside a value what became of it, where a file
    cannot say so in the value's own place. ``base`` is where the codes of gaps begin (exports.gaps).
    """

    name: str
    companion: str
    stem: str  # the question's text
    branch: str  # the row's, option's or probe's text, empty if there is none
    type: Type
    measure: Measure
    source: Source
    read: Reading = field(repr=False)
    labels: tuple[Label, ...] = ()
    base: int = USUAL
    decimals: int = 0
    may_lack: tuple[Gap, ...] = ()  # for what is known without asking; a question may lack whatever its kind may
    rank: int = 0  # who has a name if several want it, see exports.naming

    @property
    def label(self) -> str:
        """What the variable is called in full."""
        return f"{self.stem} – {self.branch}" if self.stem and self.branch else self.stem or self.branch

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Those that can stand here."""
        if not self.source.question:
            return self.may_lack
        found = tuple(OF_MISSINGNESS.values())
        if self.source.kind == "rank":
            found = (*found, Gap.NOT_PLACED)
        return (*found, Gap.IMPRECISE) if self.type is Type.DAY else found

    @property
    def gap_codes(self) -> Mapping[Gap, int]:
        """The numbers that stand for gaps in SPSS."""
        return codes(self.base)

    @property
    def numbers(self) -> Mapping[str, int]:
        """The number of each option's code."""
        return {label.code: label.number for label in self.labels}

    def short_label(self, longest: int, *, in_bytes: bool) -> str:
        """The label in at most so many bytes or characters; what distinguishes it from its neighbours is kept."""
        if _size(self.label, in_bytes=in_bytes) <= longest:
            return self.label
        tail = f"{_CUT} – {self.branch}" if self.stem and self.branch else _CUT
        room = longest - _size(tail, in_bytes=in_bytes)
        if room < longest // 3:
            return cut(self.label, longest, in_bytes=in_bytes)
        return cut(self.stem or self.branch, room, in_bytes=in_bytes, mark="").rstrip() + tail


def _size(text: str, *, in_bytes: bool) -> int:
    return len(text.encode()) if in_bytes else len(text)


def cut(text: str, longest: int, *, in_bytes: bool, mark: str = _CUT) -> str:
    """The text in at most so many bytes of UTF-8, or characters, with a mark at its end if it had to be cut."""
    if _size(text, in_bytes=in_bytes) <= longest:
        return text
    room = longest - _size(mark, in_bytes=in_bytes)
    return (text.encode()[:room].decode("utf-8", "ignore") if in_bytes else text[:room]) + mark
