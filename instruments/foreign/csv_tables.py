"""Tables that came as text: what they are encoded in, what separates their columns, and their rows as a spreadsheet
numbers them. A table that is damaged is refused with the row that is."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from instruments.foreign.account import LARGEST_FILE, MOST_ROWS, FormUnreadable
from instruments.sentences import Sentence

LONGEST_CELL = 100_000

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class Table:
    """The rows with all their cells, the heading first; ``notes`` say how the file had to be read."""

    rows: tuple[tuple[str, ...], ...]
    notes: tuple[Sentence, ...]


def read_table(data: bytes) -> Table:
    """The table in ``data``. Raises FormUnreadable."""
    if len(data) > LARGEST_FILE:
        raise FormUnreadable(
            Sentence("Divide the file: there is room for %(most)s megabytes.", {"most": LARGEST_FILE // 2**20})
        )
    if data.startswith(b"PK\x03\x04"):
        raise FormUnreadable(Sentence("This is a workbook or an archive. Save the table in it as CSV and choose that."))
    text, notes = _decoded(data)
    if "\x00" in text:
        raise FormUnreadable(Sentence("This is no text. Save the table as CSV and choose that file."))
    text, separator = _separated(text)
    if separator != ",":
        named = "tab" if separator == "\t" else separator
        notes.append(Sentence("The columns are separated by %(separator)s instead of a comma.", {"separator": named}))
    rows = tuple(islice(_rows(text, separator), MOST_ROWS + 2))
    if len(rows) > MOST_ROWS + 1:
        raise FormUnreadable(Sentence("Divide the file: there is room for %(most)s rows.", {"most": MOST_ROWS}))
    if not rows:
        raise FormUnreadable(Sentence("The file is empty. Choose one that has a heading and a row for each field."))
    return Table(rows, tuple(notes))


def _decoded(data: bytes) -> tuple[str, list[Sentence]]:
    if data.startswith(_UTF_16):
        return _decoded_as(data, "utf-16"), [Sentence("The file is encoded in UTF-16, and was read as that.")]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        note = Sentence(
            "The file is not encoded in UTF-8, so it was read as Windows-1252. Look at letters with accents; where "
            "they are wrong, save the file as UTF-8 and choose it again."
        )
        return _decoded_as(data, "cp1252"), [note]


def _decoded_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FormUnreadable(
            Sentence("The letters of this file cannot be made out. Save it as CSV in UTF-8 and choose that file.")
        ) from error


def _separated(text: str) -> tuple[str, str]:
    """The text from its heading on, and the sign between columns: the one that the heading has most of."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return rest, first.strip()[4]
    return text, max(_SEPARATORS, key=first.count)


def _rows(text: str, separator: str) -> Iterator[tuple[str, ...]]:
    # newline="": only what ends a line in a table does, and a line break within a cell stays what it is.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise FormUnreadable(
                Sentence(
                    "Row %(row)s cannot be read: put a text with quotation marks into quotation marks, and double "
                    'those in it (""). A quotation mark that is opened has to be closed.',
                    {"row": number},
                )
            ) from error
        if row is None:
            return
        if any(len(cell) > LONGEST_CELL for cell in row):
            raise FormUnreadable(
                Sentence(
                    "Row %(row)s holds more than %(most)s characters in one cell. Shorten it, or close its "
                    "quotation mark.",
                    {"row": number, "most": LONGEST_CELL},
                )
            )
        yield tuple(cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row)
