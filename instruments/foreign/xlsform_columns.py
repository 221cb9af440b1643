"""The sheets of an XLSForm as tables: which column is which, in which language, as liberally as pyxform takes them.

Names of columns may be written in capitals, with spaces for ``_``, under their older names, and with what XForms calls
them (``bind::relevant``). A language follows after ``::``, or after ``:`` in a sheet that has no ``::``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from instruments.foreign.account import FormUnreadable
from instruments.foreign.workbooks import Sheet
from instruments.sentences import Sentence

# After this many empty rows pyxform looks no further.
MOST_EMPTY = 60
MEDIA = ("image", "big-image", "audio", "video")
TRANSLATED = frozenset(("label", "hint", "guidance_hint", "constraint_message", "required_message", *MEDIA))

_SURVEY = {
    "type": ("type", "command"),
    "name": ("name", "tag", "value"),
    "label": ("label", "caption"),
    "hint": ("hint",),
    "guidance_hint": ("guidance_hint",),
    "constraint": ("constraint",),
    "constraint_message": ("constraint_message", "constraining_message", "jr:constraintmsg"),
    "required": ("required",),
    "required_message": ("required_message", "requiredmsg", "jr:requiredmsg"),
    "relevant": ("relevant", "relevance"),
    "default": ("default",),
    "read_only": ("read_only", "readonly"),
    "calculation": ("calculation", "calculate"),
    "appearance": ("appearance",),
    "choice_filter": ("choice_filter",),
    "parameters": ("parameters",),
    "repeat_count": ("repeat_count", "count", "jr:count"),
    "trigger": ("trigger",),
    "disabled": ("disabled",),
    "rows": ("rows",),
    **{name: (name,) for name in MEDIA},
}
_CHOICES = {
    "list_name": ("list_name",),
    "name": ("name", "value"),
    "label": ("label", "caption"),
    **{name: (name,) for name in MEDIA},
}
_SETTINGS = {
    "form_title": ("form_title", "set_form_title", "title"),
    "form_id": ("form_id", "set_form_id"),
    "id_string": ("id_string",),
    "default_language": ("default_language",),
    "allow_choice_duplicates": ("allow_choice_duplicates",),
}
# What may stand before the name of a column, as XForms divides it.
_GROUPS = ("bind", "control", "body", "media")


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``name`` is what it is called in every form if it is ``known``, else what stands above it."""

    at: int
    header: str
    name: str
    language: str = ""
    known: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A row with what it holds: plain cells by the name of the column, texts by name and language."""

    number: int
    cells: Mapping[str, str] = field(repr=False)
    texts: Mapping[str, Mapping[str, str]] = field(repr=False)
    strange: Mapping[str, str] = field(repr=False)  # under columns that no form has, by what stands above them

    def get(self, name: str) -> str:
        """The cell under this column, empty if there is none."""
        return self.cells.get(name, "")


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with its columns."""

    sheet: str
    columns: tuple[Column, ...]
    entries: tuple[Entry, ...] = field(repr=False)
    far: tuple[int, ...] = ()  # rows so far below the others that no program takes them for a part of the form

    def has(self, name: str, language: str | None = None) -> bool:
        """Whether there is such a column, in this language or in any."""
        return any(
            column.known and column.name == name and language in (None, column.language) for column in self.columns
        )

    def place(self, number: int) -> str:
        """How the author of the form finds a row."""
        return f"{self.sheet}, row {number}"


def survey_table(sheet: Sheet) -> Table:
    """The sheet ``survey``."""
    return _table(sheet, "survey", _SURVEY)


def choices_table(sheet: Sheet, name: str = "choices") -> Table:
    """The sheet ``choices`` or ``external_choices``; other columns than a form's own are kept for filters."""
    return _table(sheet, name, _CHOICES)


def settings_table(sheet: Sheet) -> Table:
    """The sheet ``settings``."""
    return _table(sheet, "settings", _SETTINGS)


def _table(sheet: Sheet, name: str, known: Mapping[str, Sequence[str]]) -> Table:
    if not sheet.rows:
        return Table(name, (), ())
    (first, headers), *rows = sheet.rows
    spelled = {alias: column for column, aliases in known.items() for alias in aliases}
    double = any("::" in header for header in headers)
    width = max(len(cells) for _, cells in sheet.rows)
    padded = (*headers, *("" for _ in range(width - len(headers))))
    columns = tuple(_column(at, header, spelled, double=double) for at, header in enumerate(padded))
    _refuse_twice(name, first, columns)
    near = _near(first, [number for number, _ in rows])
    entries = tuple(_entry(number, cells, columns) for number, cells in rows[:near])
    return Table(name, columns, entries, tuple(number for number, _ in rows[near:]))


def _near(first: int, numbers: Sequence[int]) -> int:
    """How many of the rows there are before the first gap in which a form has ended."""
    before = first
    for count, number in enumerate(numbers):
        if number - before > MOST_EMPTY:
            return count
        before = number
    return len(numbers)


def _column(at: int, header: str, spelled: Mapping[str, str], *, double: bool) -> Column:
    # "jr:count" and its like have a colon in their name, which divides nothing.
    guarded = header.replace("jr:", "jr\0")
    tokens = [token.strip().replace("jr\0", "jr:") for token in guarded.split("::" if double else ":")]
    if len(tokens) > 1 and _snake(tokens[0]) in _GROUPS and _snake(tokens[1]) in spelled:
        tokens = tokens[1:]
    name = spelled.get(_snake(tokens[0]))
    if name is None or len(tokens) > 2 or (len(tokens) == 2 and name not in TRANSLATED):
        return Column(at, header, header)
    return Column(at, header, name, tokens[1] if len(tokens) == 2 else "", known=True)


def _snake(said: str) -> str:
    return "_".join(said.split()).lower()


def _refuse_twice(sheet: str, number: int, columns: Sequence[Column]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for column in columns:
        key = (column.name, column.language.casefold())
        if column.header and key in seen:
            raise FormUnreadable(
                Sentence(
                    "Sheet %(sheet)s, row %(row)s: the columns “%(one)s” and “%(other)s” are the same. Delete or "
                    "rename one of them.",
                    {"sheet": sheet, "row": number, "one": seen[key], "other": column.header},
                )
            )
        seen[key] = column.header


def _entry(number: int, cells: Sequence[str], columns: Sequence[Column]) -> Entry:
    plain: dict[str, str] = {}
    texts: dict[str, dict[str, str]] = {}
    strange: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if not cell:
            continue
        if not column.known:
            strange[column.header] = cell
        elif column.name in TRANSLATED:
            texts.setdefault(column.name, {})[column.language] = cell
        else:
            plain[column.name] = cell
    return Entry(number, plain, texts, strange)
