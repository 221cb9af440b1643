"""XLSForms for tests: sheets written as small tables, and as workbooks that are wrong inside."""

import io
import zipfile
from collections.abc import Mapping

import xlsxwriter

from instruments.definition import Instrument, Question, find
from instruments.foreign.account import Fate, Imported, Line
from instruments.foreign.xlsform import read

Cells = list[list[str]]


def table(text: str) -> Cells:
    """``| a | b |`` on lines of its own, as rows of cells. A row of dashes means nothing and may be left out."""
    rows = [line.strip().strip("|").split("|") for line in text.strip().splitlines()]
    return [[cell.strip().replace("\\n", "\n") for cell in row] for row in rows]


def workbook(sheets: Mapping[str, Cells]) -> bytes:
    """An .xlsx with these sheets; what looks like a number is one, as in a spreadsheet that somebody typed."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell.isdecimal():
                    page.write_number(at, column, int(cell))
                elif cell:
                    page.write_string(at, column, cell)
    book.close()
    return buffer.getvalue()


def form(survey: str, **sheets: str) -> bytes:
    """An XLSForm whose sheets are tables."""
    return workbook({name: table(text) for name, text in {"survey": survey, **sheets}.items()})


def imported(survey: str, **sheets: str) -> Imported:
    """What is read from such a form."""
    return read(form(survey, **sheets), "test.xlsx")


def question(found: Imported | Instrument, name: str) -> Question:
    """The question of this id, which is there."""
    asked = find(found.instrument if isinstance(found, Imported) else found, name)
    assert asked is not None, f"there is no question {name}"
    return asked


def line(found: Imported, place: str) -> Line:
    """The only line about this place."""
    [only] = [one for one in found.lines if one.place == place]
    return only


def fates(found: Imported) -> dict[str, Fate]:
    """What became of each place."""
    return {one.place: one.fate for one in found.lines}


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """A copy of a zip in which one part is another."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part.filename, old.read(part))
        new.writestr(name, content)
    return buffer.getvalue()
