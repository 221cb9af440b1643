"""The codebook as CSV: what variables are (codebook.csv), what values mean (values.csv), and the rest (about.csv).

The scripts for R and Python read these, so they stand beside every other table.
"""

from collections.abc import Iterator
from functools import partial

from exports import csv_lines
from exports.cells import quoted, storable
from exports.codebook import remarks, tables, themes_of, versions_of
from exports.csv_lines import cell
from exports.dataset import Dataset, File, Sink
from exports.gaps import LABELS, LETTERS, SENTINELS
from exports.variables import Type, Variable
from instruments.sentences import in_language

_VARIABLES = (
    "table", "variable", "companion", "label", "type", "measure", "decimals", "instrument", "title", "section",
    "question", "part", "kind", "versions", "earlier_wordings", "set", "themes",
)  # fmt: skip
_VALUES = ("table", "variable", "value", "spss", "stata", "missing", "label")


def files(data: Dataset) -> Iterator[File]:
    """Three small files."""
    yield File("csv/codebook.csv", partial(_write_variables, data))
    yield File("csv/values.csv", partial(_write_values, data))
    yield File("csv/about.csv", partial(_write_about, data))


def losses(data: Dataset) -> tuple[str, ...]:
    """Nothing that the tables hold is not described."""
    return ()


def _write_variables(data: Dataset, sink: Sink) -> None:
    themes = themes_of(data)

    def rows() -> Iterator[list[str]]:
        for table in tables(data):
            title = storable(in_language(table.instrument.title, data.language))
            for variable in table.variables:
                source = variable.source
                caused = themes.get((table.instrument.id, source.question), ())
                beginning = (table.stem, variable.name, variable.companion, variable.label)
                kept = (*beginning, variable.type.value, variable.measure.value)
                origin = (table.instrument.id, title, source.section, source.question, source.part, source.kind)
                versions = " ".join(map(str, source.versions))
                lists = (versions, "\n".join(source.earlier), source.together, "\n".join(map(storable, caused)))
                yield [*map(quoted, kept), str(variable.decimals), *map(quoted, (*origin, *lists))]

    csv_lines.write(sink, _VARIABLES, rows())


def _write_values(data: Dataset, sink: Sink) -> None:
    def rows() -> Iterator[list[str]]:
        for table in tables(data):
            for variable in table.variables:
                name = [quoted(table.stem), quoted(variable.name)]
                for label in variable.labels:
                    yield [*name, quoted(label.code), str(label.number), str(label.number), "0", quoted(label.text)]
                for row in _gaps(variable, data.language):
                    yield [*name, *row]

    csv_lines.write(sink, _VALUES, rows())


def _gaps(variable: Variable, language: str) -> Iterator[list[str]]:
    """What each gap is in each file. A text has no codes of its own in SPSS and Stata; its companion says it."""
    codes = variable.gap_codes
    for gap in variable.gaps:
        text = variable.type is Type.TEXT
        numbers = ["", ""] if text else [str(codes[gap]), f'".{LETTERS[gap]}"']
        yield [SENTINELS[gap], *numbers, "1", quoted(in_language(LABELS[gap], language))]


def _write_about(data: Dataset, sink: Sink) -> None:
    said = [
        ("title", data.title),
        ("reference", data.reference),
        ("release", str(data.id)),
        ("made_on", data.made_on.isoformat()),
        ("language", data.language),
        *(("days", remark) for remark in remarks(data)),
        *(("version", line) for instrument in data.instruments for line in versions_of(instrument, data.language)),
    ]
    csv_lines.write(sink, ("about", "text"), ([cell(what), cell(storable(text))] for what, text in said))
