"""What the files of SPSS and Stata have in common: a library that wants a path, and all rows at once.

The path is that of a file in memory, so no answer is ever on a disk in the clear. Because everything is in memory, a
table of more than ``MOST`` is refused before a byte of it is written, with a sentence that says what to choose instead.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from exports.codebook import Table
from exports.dataset import Dataset, Sink
from exports.gaps import ANSWERED_LABEL, LABELS, USUAL, Gap, codes
from exports.variables import Type, Value, Variable, cut
from instruments.sentences import Texts, in_language
from vault.errors import Refused

MOST = 256_000_000  # bytes, of the answers as they are gathered and of the rows of the file
ANSWERED = 0  # in a companion
_AT_ONCE = 200  # rows, after which it is looked whether there is still room
_OF_A_CELL = 48  # bytes that a value takes in memory, besides the letters of a text
_CHUNK = 1 << 20
_USUAL = codes(USUAL)
_BECAME: Texts = {"en": "what became of it", "fr": "ce qu’il en est"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Figure: TypeAlias = int | float | str


class TooLarge(Refused):
    """The table does not fit into memory as a file of SPSS or Stata; nothing of it was written."""

    public = (
        "This table is too large for a file of SPSS or Stata. Choose Parquet or CSV, which have no such limit, or take "
        "fewer participants or instruments."
    )


class NotInstalled(Refused):
    """What writes these files is an optional part of the program and is not there."""

    public = "Files for SPSS, Stata and Parquet need further libraries: install verbatim[stats], or choose CSV."


class NotOnThisSystem(Refused):
    """The system cannot keep a file in memory alone, and on a disk it must not be."""

    public = "Files for SPSS and Stata can be made on Linux only, where a file can be in memory. Choose Parquet or CSV."


def require_memory() -> None:
    """Return if this system can keep a file in memory alone; raise NotOnThisSystem if not."""
    if not hasattr(os, "memfd_create") or not Path("/proc/self/fd").is_dir():
        raise NotOnThisSystem


@contextmanager
def file_in_memory() -> Iterator[int]:
    """The descriptor of a file that is nowhere but in memory, and not even there afterwards."""
    descriptor = os.memfd_create("table", os.MFD_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def path_of(descriptor: int) -> str:
    """A path for a library that takes nothing else."""
    return f"/proc/self/fd/{descriptor}"


def day_of(made_on: date, *, century: bool) -> str:
    """The day as these files write it, in whatever language the machine speaks: ``29 Nov 2026``, ``29 Nov 26``."""
    return f"{made_on.day:02} {_MONTHS[made_on.month - 1]} {made_on.year if century else made_on.year % 100:02}"


def pour(descriptor: int, sink: Sink) -> None:
    """Write the whole file into the sink, giving its memory back as it goes."""
    size, at = os.fstat(descriptor).st_size, 0
    while at < size:
        piece = os.pread(descriptor, _CHUNK, at)
        sink.write(piece)
        at += len(piece)


def has_companion(variable: Variable) -> bool:
    """Whether a second variable says what became of it: a text has no codes for that in these files."""
    return variable.type is Type.TEXT and bool(variable.gaps)


def figures(
    variable: Variable, gaps: Mapping[Gap, Figure], day: Callable[[date], Figure], whole: Callable[[int], Figure]
) -> Callable[[Iterable[Value]], Iterable[Figure]]:
    """How values that are no texts become numbers, given gaps, days and whole numbers as the file has them."""
    known: dict[Value, Figure] = dict(gaps.items())
    if variable.type is Type.CHOICE:
        known |= {code: whole(number) for code, number in variable.numbers.items()}
    elif variable.type is Type.FLAG:
        known |= {0: whole(0), 1: whole(1)}
    elif variable.type is Type.DAY:
        return lambda values: [day(value) if isinstance(value, date) else known[value] for value in values]
    else:
        return lambda values: _numbers(values, gaps)
    return lambda values: map(known.__getitem__, values)


def _numbers(values: Iterable[Value], gaps: Mapping[Gap, Figure]) -> Iterable[Figure]:
    try:
        return list(map(float, values))  # type: ignore[arg-type]
    except TypeError:
        return [gaps[value] if isinstance(value, Gap) else float(value) for value in values]  # type: ignore[arg-type]


class _Figures:
    """A column of numbers as it grows."""

    __slots__ = ("_figures", "size", "values", "width")

    def __init__(self, of: Callable[[Iterable[Value]], Iterable[Figure]]) -> None:
        self.values: list[Figure] = []
        self._figures = of
        self.size, self.width = 0, 8

    def extend(self, values: Iterable[Value]) -> None:
        self.values.extend(self._figures(values))


class _Texts:
    """A column of texts and its companion as they grow."""

    __slots__ = ("_longest", "became", "size", "values", "width")

    def __init__(self, longest: int) -> None:
        self.values: list[Figure] = []
        self.became: list[Figure] = []
        self._longest = longest
        self.size, self.width = 0, 8

    def extend(self, values: Sequence[Value]) -> None:
        lacking = Gap in set(map(type, values))
        texts = ["" if isinstance(value, Gap) else str(value) for value in values]
        if max(map(len, texts)) * 4 > self._longest:
            texts = [cut(text, self._longest, in_bytes=True) for text in texts]
        plain = all(map(str.isascii, texts))
        sizes = list(map(len, texts)) if plain else [len(text.encode()) for text in texts]
        self.size += sum(sizes)
        self.width = max(self.width, *sizes)
        self.values.extend(texts)
        self.became.extend(
            [_USUAL[value] if isinstance(value, Gap) else ANSWERED for value in values]
            if lacking
            else [ANSWERED] * len(values)
        )


def gather(
    table: Table,
    data: Dataset,
    of: Callable[[Variable], Callable[[Iterable[Value]], Iterable[Figure]]],
    *,
    longest: int,
    inline: int,
) -> dict[str, list[Figure]]:
    """All values of a table, by the name of the variable or of its companion. Raises TooLarge.

    ``of`` says how what is no text becomes numbers; texts are cut at ``longest`` bytes, and in each row the file has
    room for as many as the longest one takes, at most ``inline``.
    """
    columns = [
        _Texts(longest) if variable.type is Type.TEXT else _Figures(of(variable)) for variable in table.variables
    ]
    rows, count = table.rows(data), 0
    while several := list(islice(rows, _AT_ONCE)):
        for column, values in zip(columns, zip(*several, strict=True), strict=True):
            column.extend(values)
        count += len(several)
        _require_room(columns, count, inline)
    found: dict[str, list[Figure]] = {}
    for variable, column in zip(table.variables, columns, strict=True):
        found[variable.name] = column.values
        if isinstance(column, _Texts) and has_companion(variable):
            found[variable.companion] = column.became
    return found


def _require_room(columns: Sequence[_Figures | _Texts], rows: int, inline: int) -> None:
    held = sum(column.size for column in columns) + rows * len(columns) * _OF_A_CELL
    # What a file has no room for in its rows stands apart, and the library holds that once more until the end.
    held += sum(column.size for column in columns if column.width > inline) // 2
    written = rows * sum(min(column.width, inline) for column in columns)
    if max(held, written) > MOST:
        raise TooLarge


def companion_labels(variable: Variable, language: str) -> dict[int | float, str]:
    """What the numbers of a companion mean."""
    said: dict[int | float, str] = {ANSWERED: in_language(ANSWERED_LABEL, language)}
    return said | {_USUAL[gap]: in_language(LABELS[gap], language) for gap in variable.gaps}


def companion_label(variable: Variable, language: str, longest: int, *, in_bytes: bool) -> str:
    """What a companion is called: the label of its text, and that it says what became of it."""
    became = in_language(_BECAME, language)
    beside = replace(variable, branch=f"{variable.branch} – {became}" if variable.branch else became)
    return beside.short_label(longest, in_bytes=in_bytes)
