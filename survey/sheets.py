"""A sheet of people as somebody's spreadsheet wrote it: bytes to rows, headers to columns, rows to entries.

Nothing here knows a database. Every problem is one sentence that says what to do, with the row as the spreadsheet
numbers it.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from instruments.sentences import Sentence
from survey import sampling
from survey.sampling import Stratum
from vault.errors import Invalid

MOST_ROWS = 5_000
LARGEST = 5_000_000
LONGEST = 2_000
_DELIMITERS = ",;\t|"
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_EMAIL = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+\.[^@\s,;<>().]+")


class SheetUnreadable(Invalid):
    """The file is no sheet of people; the sentence says why."""

    public = "This file cannot be read as a sheet. Save the sheet as CSV (UTF-8) and choose that file."


class Column(StrEnum):
    """What a column of the sheet may hold."""

    NAME = "name"
    GIVEN = "given-name"
    FAMILY = "family-name"
    EMAIL = "email"
    TELEPHONE = "telephone"
    ADDRESS = "address"
    NOTE = "note"
    SITE = "site"
    STRATUM = "stratum"
    INTERVIEWER = "interviewer"


_GUESSES: dict[Column, tuple[str, ...]] = {
    Column.NAME: ("name", "full name", "nom complet", "participant"),
    Column.GIVEN: ("given name", "first name", "firstname", "forename", "prenom", "prénom"),
    Column.FAMILY: ("family name", "last name", "lastname", "surname", "nom", "nom de famille"),
    Column.EMAIL: ("email", "e mail", "email address", "e mail address", "mail", "courriel", "adresse courriel"),
    Column.TELEPHONE: ("telephone", "phone", "phone number", "tel", "mobile", "téléphone"),
    Column.ADDRESS: ("address", "postal address", "adresse", "adresse postale"),
    Column.NOTE: ("note", "notes", "comment", "comments", "remarks", "remarque", "remarques"),
    Column.SITE: ("site", "centre", "center", "location", "lieu"),
    Column.STRATUM: ("stratum", "cell", "group", "strate", "groupe"),
    Column.INTERVIEWER: ("interviewer", "interviewer email", "intervieweur", "intervieweuse"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it was read. ``rows`` carry the number that the spreadsheet shows beside them."""

    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...] = field(repr=False)
    delimiter: str
    notices: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which column, counted from 0, holds what; ``attributes`` are columns of the sampling frame by attribute."""

    columns: Mapping[Column, int]
    attributes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What cells may refer to: sites by name, the study's strata, interviewers by e-mail address."""

    sites: Mapping[str, UUID]
    strata: Sequence[Stratum]
    interviewers: Mapping[str, UUID]


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of the sheet."""

    row: int
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    telephone: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    site_id: UUID | None = None
    stratum_id: UUID | None = None
    interviewer: UUID | None = None


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What keeps one row from being taken."""

    row: int
    sentence: Sentence


def read(data: bytes) -> Sheet:
    """The sheet in a file: any of four delimiters, UTF-8 or UTF-16 with or without a mark, else Western European."""
    if len(data) > LARGEST:
        raise SheetUnreadable("This file is larger than 5 MB. Divide the sheet and import its parts.")
    if data.startswith(_SPREADSHEETS):
        raise SheetUnreadable("This is a spreadsheet file. Save the sheet as CSV (UTF-8) and choose that file.")
    text, notices = _decoded(data)
    if "\0" in text:
        raise SheetUnreadable
    delimiter = _delimiter(text)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False))
    except csv.Error:
        raise SheetUnreadable from None
    cleaned = [(number, tuple(map(str.strip, cells))) for number, cells in enumerate(records, 1)]
    filled = [(number, cells) for number, cells in cleaned if any(cells)]
    if len(filled) < 2:
        raise SheetUnreadable("This sheet has no rows. The first row has to hold the headers, the others the people.")
    if len(filled) - 1 > MOST_ROWS:
        raise SheetUnreadable("This sheet has more than 5,000 rows. Divide it and import its parts.")
    return Sheet(filled[0][1], tuple(filled[1:]), delimiter, notices)


def _decoded(data: bytes) -> tuple[str, tuple[Sentence, ...]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), ()
        except UnicodeDecodeError:
            raise SheetUnreadable from None
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        pass
    notice = Sentence("The file is not UTF-8 and was read as Western European. Check names that have accents.")
    try:
        return data.decode("cp1252"), (notice,)
    except UnicodeDecodeError:
        return data.decode("latin-1"), (notice,)


def _delimiter(text: str) -> str:
    """The delimiter that divides the first rows into most columns, the same number in each counting most."""

    def score(delimiter: str) -> tuple[int, int]:
        try:
            rows = [row for row, _ in zip(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), range(20))]  # noqa: B905
        except csv.Error:
            return (0, 0)
        widths = [len(row) for row in rows if row]
        first = widths[0] if widths else 0
        return (first > 1, sum(width == first for width in widths) * first)

    return max(_DELIMITERS, key=score)


def guess(headers: Sequence[str], strata: Sequence[Stratum] = ()) -> Mapped:
    """Which column probably holds what, by its header. A person looks at it before anything is imported."""
    said = [" ".join(re.split(r"[\s_\-]+", header.casefold().strip())) for header in headers]
    attributes = {
        name: said.index(name.casefold()) for name in sampling.attributes_of(strata) if name.casefold() in said
    }
    taken = set(attributes.values())
    columns: dict[Column, int] = {}
    for column, words in _GUESSES.items():
        found = next((at for at, header in enumerate(said) if header in words and at not in taken), None)
        if found is not None:
            columns[column] = found
            taken.add(found)
    if Column.FAMILY in columns and Column.GIVEN not in columns and Column.NAME not in columns:
        columns[Column.NAME] = columns.pop(Column.FAMILY)
    return Mapped(columns, attributes)


def entries(sheet: Sheet, mapped: Mapped, known: Known) -> tuple[tuple[Entry, ...], tuple[RowProblem, ...]]:
    """The people of the sheet, and what keeps which row from being taken. With a problem nothing may be imported."""
    width = len(sheet.headers)
    if any(not 0 <= at < width for at in (*mapped.columns.values(), *mapped.attributes.values())):
        raise SheetUnreadable("A column was chosen that the sheet does not have. Choose the columns again.")
    found: list[Entry] = []
    problems: list[RowProblem] = []
    for number, cells in sheet.rows:
        try:
            found.append(_entry(number, cells, width, mapped, known))
        except _CannotTake as reason:
            problems.append(RowProblem(number, reason.sentence))
    return tuple(found), (*problems, *_repeated(found))


class _CannotTake(Exception):
    """A row cannot be taken; it travels no further than ``entries``."""

    def __init__(self, text: str, **values: str | int) -> None:
        self.sentence = Sentence(text, values)
        super().__init__(text)


def _entry(number: int, cells: Sequence[str], width: int, mapped: Mapped, known: Known) -> Entry:
    if len(cells) > width and any(cells[width:]):
        raise _CannotTake("This row has more cells than there are headers. Put quotes around cells with a delimiter.")
    if max(map(len, cells)) > LONGEST:
        raise _CannotTake("A cell of this row is longer than 2,000 characters. Shorten it.")

    def cell(column: Column) -> str:
        at = mapped.columns.get(column)
        return cells[at] if at is not None and at < len(cells) else ""

    name = cell(Column.NAME) or " ".join(filter(None, (cell(Column.GIVEN), cell(Column.FAMILY))))
    entry = Entry(
        number,
        name,
        cell(Column.EMAIL),
        cell(Column.TELEPHONE),
        cell(Column.ADDRESS),
        cell(Column.NOTE),
        _site(cell(Column.SITE), known),
        _stratum(cells, cell(Column.STRATUM), mapped, known),
        _interviewer(cell(Column.INTERVIEWER), known),
    )
    if not (entry.name or entry.email or entry.telephone or entry.address):
        raise _CannotTake("Nobody can be reached by this row. Give a name, an e-mail address or a telephone number.")
    if entry.email and not is_email(entry.email):
        raise _CannotTake("The e-mail address of this row is not complete. Write it as name@example.org.")
    return entry


def is_email(text: str) -> bool:
    """Whether this looks like one e-mail address."""
    return len(text) <= 254 and _EMAIL.fullmatch(text) is not None


def _site(said: str, known: Known) -> UUID | None:
    if not said:
        return None
    by_name = {name.casefold(): site for name, site in known.sites.items()}
    if said.casefold() not in by_name:
        sites = ", ".join(known.sites) or "–"
        raise _CannotTake("The study has no site “%(said)s”. Its sites are: %(sites)s.", said=said, sites=sites)
    return by_name[said.casefold()]


def _stratum(cells: Sequence[str], said: str, mapped: Mapped, known: Known) -> UUID | None:
    attributes = {name: cells[at] for name, at in mapped.attributes.items() if at < len(cells) and cells[at]}
    if not said and not attributes:
        return None
    if said:
        spelled = re.sub(r"\W+", " ", said.casefold()).strip()
        found = [one for one in known.strata if re.sub(r"\W+", " ", one.name.casefold()).strip() == spelled]
    else:
        one = sampling.matching(known.strata, attributes)
        found = [one] if one else []
        said = ", ".join(attributes.values())
    if len(found) != 1:
        strata = "; ".join(one.name for one in known.strata) or "–"
        raise _CannotTake("The frame has no one cell “%(said)s”. Its cells are: %(strata)s.", said=said, strata=strata)
    return found[0].id


def _interviewer(said: str, known: Known) -> UUID | None:
    if not said:
        return None
    by_email = {email.casefold(): account for email, account in known.interviewers.items()}
    if said.casefold() not in by_email:
        raise _CannotTake(
            "No interviewer of the study has the address “%(said)s”. Check it or leave it out.", said=said
        )
    return by_email[said.casefold()]


def _repeated(found: Iterable[Entry]) -> Iterable[RowProblem]:
    first: dict[str, int] = {}
    for entry in found:
        email = entry.email.casefold()
        if email and email in first:
            said = Sentence("Row %(row)s has the same e-mail address. Take out one of the two.", {"row": first[email]})
            yield RowProblem(entry.row, said)
        first.setdefault(email, entry.row)
