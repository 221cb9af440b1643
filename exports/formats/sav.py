"""SPSS: a file for each instrument, with the labels of variables and values, and syntax for its multiple responses.

A choice is a number with a label. Kinds of gap are user-missing numbers of each variable; a text has a companion that
says what became of it. Multiple responses cannot be declared in the file by the library that writes it, so they stand
in a syntax file, to be run once after the file is opened.
"""

import os
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from exports.cells import storable
from exports.codebook import Table, cuts, flag_sets, remarks, tables
from exports.csv_lines import MARK
from exports.dataset import Dataset, File, Sink
from exports.gaps import LABELS
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
from exports.variables import LONGEST_LABEL_SPSS, Type, Value, Variable, cut
from exports.xml_text import in_one_line
from instruments.sentences import in_language

try:
    import polars as pl
    import pyreadstat
    from pyreadstat.pyclasses import MissingRange
except ImportError:
    INSTALLED = False
else:
    INSTALLED = True

LONGEST_TEXT = 32_767  # bytes
_LONGEST_VALUE_LABEL = 120
_LONGEST_TITLE = 64
_LONGEST_NOTE = 80
_MADE_AT = 92  # where the header has its day and time: 9 and 8 characters
_BEGINNING_OF_TIME = date(1582, 10, 14)
_SECONDS = 86_400


def files(data: Dataset) -> Iterator[File]:
    """Two files for each instrument. Raises NotInstalled, NotOnThisSystem; writing one raises TooLarge."""
    if not INSTALLED:
        raise NotInstalled
    require_memory()
    for table in tables(data):
        yield File(f"spss/{table.stem}.sav", partial(_write, data, table))
        yield File(f"spss/{table.stem}.sps", partial(_write_syntax, table))


def losses(data: Dataset) -> tuple[str, ...]:
    """What SPSS cannot hold."""
    said = [
        f"SPSS: a text of more than {LONGEST_TEXT:,} bytes is cut; it is whole in CSV, Parquet and Stata.",
        "SPSS: spaces at the end of a text are not kept.",
        "SPSS: multiple responses are declared by the syntax file beside each file, not in the file itself.",
        "SPSS: when a probe was ticked is not said, only that it was.",
    ]
    short = cuts(data, LONGEST_LABEL_SPSS, in_bytes=True)
    if short:
        said.append(
            f"SPSS: {short} labels are longer than {LONGEST_LABEL_SPSS} bytes and cut; the codebook has them whole."
        )
    return tuple(said)


def _write(data: Dataset, table: Table, sink: Sink) -> None:
    columns = gather(table, data, _figures, longest=LONGEST_TEXT, inline=LONGEST_TEXT)
    texts = {variable.name for variable in table.variables if variable.type is Type.TEXT}
    # Taken out one by one, so that nothing is there twice.
    frame = pl.DataFrame(
        pl.Series(name, columns.pop(name), dtype=pl.String if name in texts else pl.Float64) for name in list(columns)
    )
    described = [_described(variable, data.language) for variable in table.variables]
    with file_in_memory() as descriptor:
        pyreadstat.write_sav(
            frame,
            path_of(descriptor),
            file_label=cut(storable(data.title), _LONGEST_TITLE, in_bytes=True),
            note=[line for text in (data.title, data.reference, *remarks(data)) for line in _lines(text)],
            column_labels={name: label for one in described for name, label in one.labels.items()},
            variable_value_labels={name: labels for one in described for name, labels in one.values.items()},
            missing_ranges={one.name: [one.missing] for one in described if one.missing is not None},
            variable_measure={one.name: one.measure for one in described},
            variable_format={one.name: one.format for one in described if one.format},
            row_compress=True,
        )
        del frame
        os.pwrite(descriptor, f"{day_of(data.made_on, century=False)}00:00:00".encode(), _MADE_AT)
        pour(descriptor, sink)


def _lines(text: str) -> Iterator[str]:
    """The text in lines as short as a note has to be, broken between words where there are any."""
    rest = in_one_line(text)
    while rest:
        line = cut(rest, _LONGEST_NOTE, in_bytes=True, mark="")
        if line != rest and " " in line:
            line = line[: line.rindex(" ")]
        yield line
        rest = rest[len(line) :].lstrip(" ")


def _figures(variable: Variable) -> Callable[[Iterable[Value]], Iterable[Figure]]:
    gaps = {gap: float(code) for gap, code in variable.gap_codes.items()}
    return figures(variable, gaps, lambda day: float((day - _BEGINNING_OF_TIME).days * _SECONDS), float)


@dataclass(frozen=True, slots=True)
class _Described:
    """A variable in SPSS's words, and its companion where it has one."""

    name: str
    labels: dict[str, str]
    values: dict[str, dict[int | float, str]]
    missing: MissingRange | None
    measure: str
    format: str


def _described(variable: Variable, language: str) -> _Described:
    name, measure, longest = variable.name, variable.measure.value, LONGEST_LABEL_SPSS
    labels = {name: variable.short_label(longest, in_bytes=True)}
    values: dict[str, dict[int | float, str]] = {}
    if variable.type is Type.TEXT:
        if has_companion(variable):
            labels[variable.companion] = companion_label(variable, language, longest, in_bytes=True)
            values[variable.companion] = companion_labels(variable, language)
        return _Described(name, labels, values, None, measure, "")
    codes = variable.gap_codes
    said: dict[int | float, str] = {codes[gap]: in_language(LABELS[gap], language) for gap in variable.gaps}
    said |= {label.number: cut(label.text, _LONGEST_VALUE_LABEL, in_bytes=True) for label in variable.labels}
    values[name] = said
    missing: MissingRange | None = None
    if variable.gaps:
        missing = {"lo": float(min(codes.values())), "hi": float(max(codes.values()))}
    return _Described(name, labels, values, missing, measure, _format(variable))


def _format(variable: Variable) -> str:
    if variable.type is Type.DAY:
        return "SDATE10"
    widest = max(len(str(number)) for number in (*variable.gap_codes.values(), *variable.numbers.values()))
    if variable.type is not Type.NUMBER:
        return f"F{max(4, widest)}.0"
    return f"F{max(8, widest) + variable.decimals}.{variable.decimals}"


def _write_syntax(table: Table, sink: Sink) -> None:
    """Declares sets of flags as multiple responses. Names are ours; labels are quoted as SPSS quotes."""
    lines = [
        "* Encoding: UTF-8.",
        f"* Open {table.stem}.sav first, then run this: it declares the questions with several answers.",
    ]
    for together, flags in flag_sets(table).items():
        label = cut(in_one_line(flags[0].stem), _LONGEST_VALUE_LABEL, in_bytes=True).replace("'", "''")
        names = " ".join(flag.name for flag in flags)
        lines += [
            "MRSETS",
            f"  /MDGROUP NAME=${together} LABEL='{label}' CATEGORYLABELS=VARLABELS",
            *textwrap.wrap(names, 90, initial_indent="   VARIABLES=", subsequent_indent="     "),
            "   VALUE=1.",
        ]
    sink.write(MARK + "".join(f"{line}\r\n" for line in lines).encode())
