"""One row for each case with everything that can stand in a cell: attributes, and what every run of theirs says.

A further run of the same case through the same instrument has columns of its own, with the number of the occasion
behind their names, for what anybody said there. So the records are read twice: to see what there is, and for the cells.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from exports.answer_fields import Field, Form, fields_of, said
from exports.attributes import About, known_of
from exports.dataset import Case, Dataset, Record
from exports.documents import document_of
from exports.xml_text import in_one_line
from vault.errors import Refused

BETWEEN = "; "  # between options that were chosen together
_OF_RUNS = (About.VERSION, About.DAY, About.LANGUAGE, About.FINISHED)


class OutOfOrder(Refused):
    """The records do not come in the order of the cases, so what some of them say would not be in the table."""

    public = "The records are not in the order of the participants. No file was written; please report this."


@dataclass(frozen=True, slots=True)
class _Run:
    """Where what a run says stands in the row."""

    first: int
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class CaseTable:
    """The header, and the rows as often as they are asked for."""

    header: tuple[str, ...]
    rows: Callable[[], Iterator[tuple[str, ...]]]


def case_table(data: Dataset, first: str, *, open_too: bool, name: Callable[[str], str] = in_one_line) -> CaseTable:
    """The table of a dataset; ``first`` is the header of the cases' own column. ``name`` makes a header of a name."""
    names = [first, *(attribute.name for attribute in data.attributes)]
    runs: dict[tuple[str, int], _Run] = {}
    fields = {
        instrument.id: tuple(
            found for found in fields_of(instrument, data.language) if open_too or found.form is not Form.OPEN
        )
        for instrument in data.instruments
    }
    count = Counter(found.name for each in fields.values() for found in each)
    for instrument, occasion, asked in _runs(data, fields):
        runs[instrument, occasion] = _Run(len(names), asked)
        behind = f" {occasion}" if occasion > 1 else ""
        own = [f"{instrument} {about.split()[-1].lower()}" for about in _OF_RUNS]
        own += [f"{instrument} {each.name}" if count[each.name] > 1 else each.name for each in asked]
        names += [f"{each}{behind}" for each in own]
    header = numbered(name(each) for each in names)
    return CaseTable(header, lambda: _rows(data, runs, len(header)))


def numbered(names: Iterable[str]) -> tuple[str, ...]:
    """The names, none empty and no two alike but for capitals: a number stands behind one that was there before."""
    taken: set[str] = set()
    found = []
    for name in names:
        wanted = name or "column"
        given, number = wanted, 1
        while given.casefold() in taken:
            number += 1
            given = f"{wanted} {number}"
        taken.add(given.casefold())
        found.append(given)
    return tuple(found)


def _runs(data: Dataset, fields: Mapping[str, tuple[Field, ...]]) -> Iterator[tuple[str, int, tuple[Field, ...]]]:
    """Every instrument and occasion that somebody has a run of, in their order, with the columns that it takes.

    The first occasion has them all, for a question that nobody answered is a finding. A further one has those in which
    somebody said something: few people come again, and seldom for everything.
    """
    filled: dict[tuple[str, int], set[str]] = {}
    for record in data.records():
        names = filled.setdefault((record.instrument, record.occasion), set())
        if record.occasion > 1:
            names |= {each.name for each in fields[record.instrument] if each.name not in names and said(each, record)}
    for instrument in data.instruments:
        for occasion in sorted(occasion for whose, occasion in filled if whose == instrument.id):
            names = filled[instrument.id, occasion]
            asked = fields[instrument.id]
            yield instrument.id, occasion, tuple(each for each in asked if occasion == 1 or each.name in names)


def _rows(data: Dataset, runs: dict[tuple[str, int], _Run], width: int) -> Iterator[tuple[str, ...]]:
    """The rows, those of cases without a record too; cases and records come in the same order."""
    cases = iter(data.cases)
    for case_id, records in groupby(data.records(), key=lambda record: record.case):
        for case in cases:
            row = _beginning(data, case, width)
            if case.id != case_id:
                yield tuple(row)
                continue
            for record in records:
                _fill(row, data, case, record, runs[record.instrument, record.occasion])
            yield tuple(row)
            break
        else:
            raise OutOfOrder
    for case in cases:
        yield tuple(_beginning(data, case, width))


def _beginning(data: Dataset, case: Case, width: int) -> list[str]:
    known = [in_one_line(case.attributes.get(attribute.name, "")) for attribute in data.attributes]
    row = [in_one_line(case.pseudonym), *known]
    return row + [""] * (width - len(row))


def _fill(row: list[str], data: Dataset, case: Case, record: Record, run: _Run) -> None:
    about = dict(known_of(document_of(record, case, data.instrument(record.instrument), data.language), data.language))
    cells = [about.get(each, "") for each in _OF_RUNS]
    cells += [BETWEEN.join(said(each, record)) for each in run.fields]
    row[run.first : run.first + len(cells)] = cells
