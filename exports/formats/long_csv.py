"""One CSV with a line for each record and variable: what became of it, and the value with its label.

``value`` is empty only where ``became`` says why. What is known of a case stands in cases.csv.
"""

from collections.abc import Iterator
from functools import partial

from exports import csv_lines
from exports.cells import quoted
from exports.codebook import tables
from exports.csv_lines import cell
from exports.dataset import Dataset, File, Record, Sink
from exports.gaps import ANSWERED, Gap
from exports.places import RANK_ATTRIBUTE
from exports.variables import Value, Variable

_HEADER = (
    "case", "occasion", "version", "day", "language", "finished",
    "instrument", "question", "part", "variable", "became", "value", "label",
)  # fmt: skip
_OF_RECORD = 6
_VERSION = _HEADER.index("version")


def files(data: Dataset) -> Iterator[File]:
    """One file for all instruments."""
    yield File("csv/long.csv", partial(_write, data))


def losses(data: Dataset) -> tuple[str, ...]:
    """What a CSV says otherwise than it was said."""
    return (
        "Long CSV: an apostrophe stands before a text that a sheet could take for a formula; the scripts take it away.",
        "Long CSV: when a probe was ticked is not said, only that it was.",
    )


def _write(data: Dataset, sink: Sink) -> None:
    csv_lines.write(sink, _HEADER, _rows(data))


def _rows(data: Dataset) -> Iterator[list[str]]:
    cases = data.cases_by_id()
    lines = {
        table.instrument.id: (
            [variable.read for variable in table.variables[:_OF_RECORD]],
            [_line(table.instrument.id, variable) for variable in table.variables[_OF_RECORD:] if _is_said(variable)],
        )
        for table in tables(data)
    }
    for record in data.records():
        case = cases[record.case]
        known, asked = lines[record.instrument]
        beginning = [cell(read(record, case)) for read in known]
        for variable, source, labels in asked:
            value = variable.read(record, case)
            yield [*_under(record, variable, beginning), *source, *_said(value, labels)]


def _under(record: Record, variable: Variable, beginning: list[str]) -> list[str]:
    """The beginning of a line, with the version under which its question was asked."""
    question = variable.source.question
    if not record.later or not question:
        return beginning
    return [*beginning[:_VERSION], cell(record.version_of(question)), *beginning[_VERSION + 1 :]]


def _is_said(variable: Variable) -> bool:
    return variable.rank != RANK_ATTRIBUTE


def _line(instrument: str, variable: Variable) -> tuple[Variable, list[str], dict[str, str]]:
    """A variable, the cells that say where it comes from, and the cells of its labels by value."""
    source = [quoted(text) for text in (instrument, variable.source.question, variable.source.part, variable.name)]
    return variable, source, {label.code: quoted(label.text) for label in variable.labels}


def _said(value: Value, labels: dict[str, str]) -> tuple[str, str, str]:
    if isinstance(value, Gap):
        return value.value, "", ""
    return ANSWERED, cell(value), labels.get(str(value), "") if labels else ""
