"""Spreadsheets from strangers (``.xlsx``) as rows of text, opened only after a look at how large they unfold.

An ``.xlsx`` is a zip of XML. calamine, which reads it, keeps a sheet as a full rectangle and every cell as a text of
its own, so a file of a few kilobytes could ask for all the memory there is. Before calamine sees it, the zip is
looked at (parts, sizes, ratio) and every sheet is read through once by a parser that keeps nothing, refuses DOCTYPE
and entities, and adds up how many rows, columns and characters there will be. An old ``.xls`` cannot be measured like
that, and a broken one ends the whole program inside calamine, so it is refused.
"""

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO
from xml.parsers.expat import ExpatError, ParserCreate

from python_calamine import CalamineError, CalamineWorkbook

from instruments.foreign.account import LARGEST_FILE, MOST_ROWS, FormUnreadable
from instruments.sentences import Sentence

MOST_PARTS = 1_000
MOST_UNFOLDED = 200 * 1024 * 1024
MOST_TIMES = 200  # how many times larger a part may be than it is in the zip, once it is worth asking
WORTH_ASKING = 10 * 1024 * 1024
MOST_CELLS = 2_000_000  # of the rectangle, empty ones too
MOST_CHARACTERS = 50_000_000

_XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW = re.compile(r"[1-9][0-9]{0,6}")

_BOMB = Sentence("This file unfolds to more than any form has. Copy the sheets into a new file and try again.")
_NOT_ONE = Sentence("This is no spreadsheet that can be read. Save the form as .xlsx and choose that file.")
_DOCTYPE = Sentence("This file has a DOCTYPE or entities in it, which no spreadsheet needs. Save it again as .xlsx.")
_OLD = Sentence("This is an old .xls, or a file with a password. Save it as .xlsx without one and choose that file.")
_LOCKED = Sentence("This file is encrypted with a password. Save it without a password and choose that file.")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet. ``rows`` are those that hold something, each with its number as the spreadsheet shows it."""

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...] = field(repr=False)


class Book:
    """A workbook that is safe to read. Raises FormUnreadable for anything else."""

    def __init__(self, data: bytes) -> None:
        if len(data) > LARGEST_FILE:
            raise FormUnreadable(Sentence("This file is larger than 100 MB. Take pictures and other sheets out of it."))
        if data.startswith(_XLS):
            raise FormUnreadable(_OLD)
        _look_into(data)
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        except (CalamineError, OSError, ValueError) as error:
            raise FormUnreadable(_LOCKED if "password" in str(error).lower() else _NOT_ONE) from error

    @property
    def names(self) -> list[str]:
        """The names of the sheets in their order."""
        return self._book.sheet_names

    def sheet(self, name: str) -> Sheet:
        """The sheet of this name."""
        try:
            sheet = self._book.get_sheet_by_name(name)
        except (CalamineError, OSError, ValueError) as error:
            raise FormUnreadable(_NOT_ONE) from error
        if sheet.total_height > MOST_ROWS:
            raise FormUnreadable(
                Sentence(
                    "The sheet “%(sheet)s” has more than %(most)s rows. Divide it.", {"sheet": name, "most": MOST_ROWS}
                )
            )
        # Rows and columns are counted from the first cell of the sheet, not from the first one that holds something.
        rows = sheet.to_python(skip_empty_area=False)
        found = ((number, tuple(map(_text, cells))) for number, cells in enumerate(rows, 1))
        return Sheet(name, tuple((number, cells) for number, cells in found if any(cells)))


def _text(value: object) -> str:
    """A cell as pyxform writes it: whole numbers without a point, TRUE and FALSE, dates as ISO with a space."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        return str(value)
    return str(value).replace("\xa0", " ").strip()


def _look_into(data: bytes) -> None:
    """Return if the zip is a workbook of an ordinary size; else raise."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _measure(parts)
            if not any(part.filename.lower() == "xl/workbook.xml" for part in parts):
                raise FormUnreadable(_NOT_ONE)  # some other zip: .ods, .xlsb, .docx, …
            meter = _Meter()
            # Cells refer to the texts that they share, so those are measured first.
            for part in sorted(parts, key=lambda part: not part.filename.lower().endswith("sharedstrings.xml")):
                with archive.open(part) as stream:
                    if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                        meter.measure(stream)
                    else:
                        _refuse_sheets(stream)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ExpatError) as error:
        raise FormUnreadable(_LOCKED if "encrypted" in str(error) else _NOT_ONE) from error
    except (OSError, ValueError, LookupError) as error:
        raise FormUnreadable(_NOT_ONE) from error


def _measure(parts: Sequence[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNFOLDED:
        raise FormUnreadable(_BOMB)
    if len({part.filename.lower() for part in parts}) < len(parts):
        # Two parts of one name: what is looked at here need not be what is read afterwards.
        raise FormUnreadable(_NOT_ONE)
    for part in parts:
        if part.file_size > WORTH_ASKING and part.file_size > MOST_TIMES * max(1, part.compress_size):
            raise FormUnreadable(_BOMB)


def _refuse_sheets(stream: IO[bytes]) -> None:
    """Return if no sheet is hidden in what calls itself a picture; calamine would follow a reference to it."""
    end = b""
    while piece := stream.read(1 << 20):
        if b"sheetData" in end + piece or b"<si" in end + piece:
            raise FormUnreadable(_NOT_ONE)
        end = piece[-16:]


class _Meter:
    """Reads the parts of a workbook, keeps nothing of them, and adds up what the sheets unfold to."""

    def __init__(self) -> None:
        self._lengths: list[int] = []  # of the texts that cells refer to by number
        self._begin()

    def _begin(self) -> None:
        self._characters = self._row = self._column = self._highest = self._widest = 0
        self._inside = ""  # "c" or "si", while one is open
        self._shared = False
        self._text: list[str] = []

    def measure(self, stream: IO[bytes]) -> None:
        """Return if the part can be read; else raise FormUnreadable, ExpatError."""
        self._begin()
        parser = ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._said
        parser.ParseFile(stream)
        self._check()

    def _doctype(self, *_: object) -> None:
        raise FormUnreadable(_DOCTYPE)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        for said in (attributes.get("count"), attributes.get("uniqueCount")):
            # calamine makes room for as many as the file says that there are.
            if said is not None and not (said.isdecimal() and len(said) < 8 and int(said) <= MOST_CELLS):
                raise FormUnreadable(_BOMB)
        if name == "row":
            self._row = int(_fitting(_ROW, attributes["r"])[0]) if "r" in attributes else self._row + 1
            self._column = 0
        elif name == "c":
            self._inside, self._text = name, []
            self._shared = attributes.get("t") == "s"
            # calamine puts a cell where it says that it stands, wherever its row is; so do we.
            if "r" in attributes:
                found = _fitting(_CELL, attributes["r"])
                self._column, self._row = _number(found[1]), max(self._row, int(found[2]))
            else:
                self._column += 1
        elif name == "si":
            self._inside, self._text = name, []

    def _said(self, text: str) -> None:
        if self._inside:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name != self._inside:
            return
        self._inside = ""
        if name == "si":
            self._lengths.append(sum(map(len, self._text)))
        elif self._text:  # else the cell only has a colour
            self._highest, self._widest = max(self._highest, self._row), max(self._widest, self._column)
            self._characters += self._length()

    def _length(self) -> int:
        text = "".join(self._text).strip()
        if self._shared and text.isdecimal() and len(text) < 12:
            at = int(text)
            return self._lengths[at] if at < len(self._lengths) else 0
        return len(text)

    def _check(self) -> None:
        if self._characters > MOST_CHARACTERS:
            raise FormUnreadable(_BOMB)
        if self._highest * self._widest > MOST_CELLS:
            raise FormUnreadable(
                Sentence(
                    "A sheet reaches down to row %(rows)s and right to column %(columns)s. Delete what stands far away "
                    "from the others.",
                    {"rows": self._highest, "columns": self._widest},
                )
            )


def _fitting(pattern: re.Pattern[str], said: str) -> re.Match[str]:
    """Where a row or cell says that it stands. What is written in another way might stand anywhere."""
    found = pattern.fullmatch(said)
    if found is None:
        raise FormUnreadable(_NOT_ONE)
    return found


def _number(letters: str) -> int:
    """The number of a column by its letters: 27 for ``AA``."""
    found = 0
    for letter in letters.upper():
        found = 26 * found + ord(letter) - ord("A") + 1
    return found
