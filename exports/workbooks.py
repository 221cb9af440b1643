"""Workbooks (``.xlsx``) in which every cell is text: no formula, no link, no number that a program makes of a text.

XlsxWriter can either keep a workbook in memory or put parts of it down in files in the clear, so it keeps it in memory,
and a table that is larger than ``MOST_CELLS`` or ``MOST_CHARACTERS`` goes on in another workbook with the same header.
A cell holds at most ``LONGEST`` characters; what is longer is cut there, with a mark, and counted by ``cut_cells``.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from io import BytesIO
from typing import TypeAlias

import xlsxwriter

from exports.dataset import File, Sink
from exports.xml_text import writable
from vault.errors import Refused

Row: TypeAlias = Sequence[str]

LONGEST = 32_767  # UTF-16 units, which is what Excel counts
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_CELLS = 250_000
MOST_CHARACTERS = 10_000_000
CUT = " […]"

_PIECE = 1 << 20
_TEXT = 49  # the number that this format has in every workbook


class TooWide(Refused):
    """The table has more columns than a sheet."""

    public = f"A sheet has {MOST_COLUMNS:,} columns and this table has more. Ask for a release of fewer instruments."


def books(name: str, sheet: str, header: Row, rows: Iterable[Row], made_on: date) -> Iterator[File]:
    """The table as one workbook, or as several of which the further ones have a number; none if there is no row.

    Each holds its rows in memory: write one before asking for the next. Raises TooWide.
    """
    if len(header) > MOST_COLUMNS:
        raise TooWide
    for number, part in enumerate(_parts(rows, len(header)), 1):
        whole = f"{name}.xlsx" if number == 1 else f"{name}-{number}.xlsx"
        yield File(whole, partial(_write, sheet=sheet, header=header, rows=part, made_on=made_on))


def cut_cells(rows: Iterable[Row]) -> int:
    """How many cells are too long and will be cut."""
    return sum(1 for row in rows for cell in row if not _fits(writable(cell)))


def shortened(text: str) -> str:
    """The text as a cell holds it."""
    text = writable(text)
    if _fits(text):
        return text
    units = text.encode("utf-16-le")[: 2 * (LONGEST - len(CUT))]
    # A pair of units that was cut in two is left out.
    return units.decode("utf-16-le", errors="ignore") + CUT


def _fits(text: str) -> bool:
    return 2 * len(text) <= LONGEST or len(text) + sum(character > "\uffff" for character in text) <= LONGEST


def _parts(rows: Iterable[Row], columns: int) -> Iterator[list[Row]]:
    most = max(1, min(MOST_ROWS - 1, MOST_CELLS // max(1, columns)))
    part: list[Row] = []
    characters = 0
    for row in rows:
        length = sum(map(len, row))
        if part and (len(part) >= most or characters + length > MOST_CHARACTERS):
            yield part
            part, characters = [], 0
        part.append(row)
        characters += length
    if part:
        yield part


def _write(sink: Sink, *, sheet: str, header: Row, rows: Sequence[Row], made_on: date) -> None:
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    # Else the moment of writing stands in the file.
    book.set_properties({"created": datetime(made_on.year, made_on.month, made_on.day)})  # noqa: DTZ001
    # The format "text" keeps a cell a text when somebody edits it.
    text = book.add_format({"num_format": _TEXT})
    bold = book.add_format({"num_format": _TEXT, "bold": True})
    page = book.add_worksheet(sheet)
    page.freeze_panes(1, 0)
    for at, row in enumerate([header, *rows]):
        for column, cell in enumerate(row):
            if cell:
                page.write_string(at, column, shortened(cell), bold if at == 0 else text)
    book.close()
    written = buffer.getbuffer()
    for begin in range(0, len(written), _PIECE):
        sink.write(bytes(written[begin : begin + _PIECE]))
