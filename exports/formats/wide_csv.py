"""Tables as CSV: for each instrument one line for each record, and the cases with all that is known of them.

What stands where there is no answer says why (``<declined>``, ``<not_asked>``, …; exports.gaps). A choice is the code
of the option; codebook.csv and values.csv say what names and codes mean.
"""

from collections.abc import Iterator
from functools import partial

from exports import csv_lines
from exports.cells import quoted, storable
from exports.codebook import Table, case_names, tables
from exports.csv_lines import cell
from exports.dataset import Dataset, File, Sink
from exports.gaps import Gap
from exports.variables import Value
from instruments.definition import Role

_ASIDES = ("case", "instrument", "occasion", "number", "words", "after", "theme")


def files(data: Dataset) -> Iterator[File]:
    """A file for each instrument, one for the cases, one for what came up outside the guides if there are any."""
    for table in tables(data):
        yield File(f"csv/wide/{table.stem}.csv", partial(_write_table, data, table))
    yield File("csv/cases.csv", partial(_write_cases, data))
    if any(instrument.role is Role.GUIDE for instrument in data.instruments):
        yield File("csv/asides.csv", partial(_write_asides, data))


def losses(data: Dataset) -> tuple[str, ...]:
    """What a CSV says otherwise than it was said."""
    return (
        "CSV: an apostrophe stands before a text that a sheet could take for a formula, and within a text behind a "
        "semicolon, tab or line break for the same reason; the scripts for R and Python take it away.",
        "CSV: when a probe was ticked is not said, only that it was.",
    )


def _write_table(data: Dataset, table: Table, sink: Sink) -> None:
    header = [variable.name for variable in table.variables]
    csv_lines.write(sink, header, (map(cell, row) for row in table.rows(data)))


def _write_cases(data: Dataset, sink: Sink) -> None:
    names = case_names(data)

    def rows() -> Iterator[list[str]]:
        for case in data.cases:
            known = [case.attributes.get(name) for name in names]
            yield [cell(storable(case.pseudonym)), *(cell(_or_not_known(value)) for value in known)]

    csv_lines.write(sink, ["case", *names.values()], rows())


def _write_asides(data: Dataset, sink: Sink) -> None:
    cases = data.cases_by_id()

    def rows() -> Iterator[list[str]]:
        for record in data.records():
            pseudonym = cases[record.case].pseudonym
            for number, aside in enumerate(record.asides, 1):
                texts = (aside.words, aside.after, aside.theme)
                yield [
                    *map(quoted, (storable(pseudonym), record.instrument)),
                    *map(str, (record.occasion, number)),
                    *(cell(_or_not_known(text)) for text in texts),
                ]

    csv_lines.write(sink, _ASIDES, rows())


def _or_not_known(text: str | None) -> Value:
    return storable(text) if text else Gap.NOT_KNOWN
