"""Stata: a file for each instrument (format 118, Stata 14 and later), with the labels of variables and values.

A choice is a number with a label. Kinds of gap are extended missing values (``.d`` is declined, ``.n`` not applicable;
exports.gaps); a text has a companion that says what became of it. Long texts are strL.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any

from exports.cells import storable
from exports.codebook import Table, cuts, tables
from exports.dataset import Dataset, File, Sink
from exports.gaps import LABELS, LETTERS
from exports.stat_files import (
    Figure,
    NotInstalled,
    companion_label,
    companion_labels,
    day_of,
    figures,
    file_in_memory,
    gather,
    has_companion,
    path_of,
    pour,
    require_memory,
)
from exports.variables import LONGEST_LABEL_STATA, Type, Value, Variable, cut
from instruments.sentences import in_language

try:
    import polars as pl
    import pyreadstat
except ImportError:
    INSTALLED = False
else:
    INSTALLED = True

_VERSION = 14
_INLINE = 2045  # bytes; a column with a longer text keeps its texts apart (strL)
_LONGEST_TEXT = 2_000_000_000
_LONGEST_VALUE_LABEL = 32_000
_BEGINNING_OF_TIME = date(1960, 1, 1)
_BEFORE_LABEL = b"<label>"


def files(data: Dataset) -> Iterator[File]:
    """One file for each instrument. Raises NotInstalled, NotOnThisSystem; writing one raises TooLarge."""
    if not INSTALLED:
        raise NotInstalled
    require_memory()
    for table in tables(data):
        yield File(f"stata/{table.stem}.dta", partial(_write, data, table))


def losses(data: Dataset) -> tuple[str, ...]:
    """What Stata cannot hold."""
    said = ["Stata: when a probe was ticked is not said, only that it was."]
    short = cuts(data, LONGEST_LABEL_STATA, in_bytes=False)
    if short:
        said.append(
            f"Stata: {short} labels of more than {LONGEST_LABEL_STATA} characters are cut and whole in the codebook."
        )
    return tuple(said)


def _write(data: Dataset, table: Table, sink: Sink) -> None:
    columns = gather(table, data, _figures, longest=_LONGEST_TEXT, inline=_INLINE)
    types: dict[str, Any] = dict.fromkeys((each.companion for each in table.variables), pl.Int32)
    types |= {each.name: _type(each) for each in table.variables}
    # Taken out one by one, so that nothing is there twice.
    frame = pl.DataFrame(pl.Series(name, columns.pop(name), dtype=types[name]) for name in list(columns))
    numeric = [variable for variable in table.variables if variable.type is not Type.TEXT]
    beside = [variable for variable in table.variables if has_companion(variable)]
    labels: dict[str, str | None] = {
        each.name: each.short_label(LONGEST_LABEL_STATA, in_bytes=False) for each in table.variables
    }
    for each in beside:
        labels[each.companion] = companion_label(each, data.language, LONGEST_LABEL_STATA, in_bytes=False)
    # The library's own types leave out the letters of gaps, which its manual asks for here.
    meanings: dict[str, Any] = {each.name: _meanings(each, data.language) for each in numeric}
    meanings |= {each.companion: companion_labels(each, data.language) for each in beside}
    with file_in_memory() as descriptor:
        pyreadstat.write_dta(
            frame,
            path_of(descriptor),
            file_label=cut(storable(data.title), LONGEST_LABEL_STATA, in_bytes=False),
            version=_VERSION,
            column_labels=labels,
            variable_value_labels=meanings,
            missing_user_values={each.name: [LETTERS[gap] for gap in each.gaps] for each in numeric if each.gaps},
            variable_format={each.name: "%td" for each in numeric if each.type is Type.DAY},
        )
        del frame
        _pin_time(descriptor, data.made_on)
        pour(descriptor, sink)


def _type(variable: Variable) -> Any:
    """Numbers, and letters of gaps among them, are what the library calls an object."""
    if variable.type is Type.TEXT:
        return pl.String
    if variable.gaps:
        return pl.Object
    return pl.Float64 if variable.type is Type.NUMBER else pl.Int32


def _figures(variable: Variable) -> Callable[[Iterable[Value]], Iterable[Figure]]:
    return figures(variable, LETTERS, lambda day: (day - _BEGINNING_OF_TIME).days, int)


def _meanings(variable: Variable, language: str) -> dict[int | str, str]:
    said: dict[int | str, str] = {
        label.number: cut(label.text, _LONGEST_VALUE_LABEL, in_bytes=True) for label in variable.labels
    }
    return said | {LETTERS[gap]: in_language(LABELS[gap], language) for gap in variable.gaps}


def _pin_time(descriptor: int, made_on: date) -> None:
    """Put the day of the release where the library put the clock: behind the label, which may say anything."""
    beginning = os.pread(descriptor, 1024, 0)
    at = beginning.index(_BEFORE_LABEL) + len(_BEFORE_LABEL)
    length = int.from_bytes(beginning[at : at + 2], "little")
    at += 2 + length + len(b"</label><timestamp>") + 1
    os.pwrite(descriptor, f"{day_of(made_on, century=True)} 00:00".encode(), at)
