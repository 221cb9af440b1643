"""An XLSForm as an instrument, with the account of every row of its sheets."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from instruments.definition import Instrument, Role
from instruments.findings import Finding, Severity
from instruments.foreign.account import Fate, FormUnreadable, Imported, Line, Written
from instruments.foreign.losses import losses
from instruments.foreign.naming import Names
from instruments.foreign.rows import Row, Rows
from instruments.foreign.settling import settle
from instruments.foreign.workbooks import Book
from instruments.foreign.xlsform_around import column_lines, settings_lines
from instruments.foreign.xlsform_columns import Table, choices_table, settings_table, survey_table
from instruments.foreign.xlsform_directory import directory_of
from instruments.foreign.xlsform_kinds import Maker
from instruments.foreign.xlsform_lists import Lists
from instruments.foreign.xlsform_questions import Questions
from instruments.foreign.xlsform_sections import sections_of
from instruments.foreign.xlsform_speech import Speech
from instruments.foreign.xlsform_tree import YES, tree_of
from instruments.foreign.xlsform_workbook import workbook
from instruments.foreign.xlsform_writing import rows_of
from instruments.inspection import inspect
from instruments.sentences import Sentence

_SHEETS = ("survey", "choices", "settings", "external_choices")
_ENDING = re.compile(r"\.(xlsx|xlsm|xls)$", re.IGNORECASE)


def read(data: bytes, name: str) -> Imported:
    """What the form asks. ``name`` is that of the file. Raises FormUnreadable, which names sheet, row and remedy."""
    book = Book(data)
    found = _named(book.names)
    survey = survey_table(book.sheet(found["survey"]))
    if not survey.has("type"):
        raise FormUnreadable(
            Sentence("Sheet survey, row 1: there is no column “type”, so this is no XLSForm. Name the columns there.")
        )
    return _Form(book, found, survey).imported(_ENDING.sub("", name.rpartition("/")[2]))


def write(instrument: Instrument) -> Written:
    """An XLSForm (.xlsx) of the instrument, with a line for everything that is not in it as it is here."""
    rows = rows_of(instrument)
    data = workbook(instrument, rows)
    after = read(data, f"{instrument.id}.xlsx").instrument
    lines = [Line(name, given, Fate.CHANGED, _RENAMED) for name, given in rows.renamed.items()]
    lines += [Line(name, name, Fate.CHANGED, _DIVIDED) for name in rows.divided]
    return Written(data, (*lines, *losses(instrument, after, {*rows.renamed, *rows.divided})))


_RENAMED = Sentence("This has another name in the file.")
_DIVIDED = Sentence("Each row of this is a question of its own in the file.")


def _named(names: list[str]) -> dict[str, str]:
    """Which sheet is which. A book of a single sheet is taken to be the survey, whatever it is called."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.strip().lower(), name)
    if "survey" not in found and len(names) == 1:
        return {"survey": names[0]}
    if "survey" not in found:
        raise FormUnreadable(
            Sentence(
                "There is no sheet “survey”, only: %(sheets)s. Name the sheet with the questions survey.",
                {"sheets": ", ".join(names)[:200]},
            )
        )
    return found


class _Form:
    """A form while it is read."""

    def __init__(self, book: Book, found: Mapping[str, str], survey: Table) -> None:
        choices = choices_table(book.sheet(found["choices"])) if "choices" in found else None
        external = "external_choices"
        others = choices_table(book.sheet(found[external]), external) if external in found else None
        settings = settings_table(book.sheet(found["settings"])) if "settings" in found else None
        self._tables = [table for table in (survey, choices, others) if table]
        self._settings = dict(settings.entries[0].cells) if settings and settings.entries else {}
        # An older name of form_id, which may stand beside it.
        self._settings.setdefault("form_id", self._settings.get("id_string", ""))
        self._speech = Speech(self._tables, self._settings.get("default_language", ""))
        self._survey_rows, self._choice_rows = Rows(), Rows()
        doubles = self._settings.get("allow_choice_duplicates", "").lower() in YES
        self._lists = Lists(self._tables[1:], self._speech, self._choice_rows, doubles=doubles)
        self._top = tree_of(survey, self._survey_rows, self._lists, self._settings)
        self._before = [*_sheet_lines(book.names, found), *self._speech.lines(), *settings_lines(settings)]

    def imported(self, file: str) -> Imported:
        """The instrument and the account."""
        directory = directory_of(self._top, self._lists, self._speech)
        sections, of_sections = sections_of(self._top, Questions(Maker(self._lists, self._speech), directory))
        self._lists.account()
        title = self._settings.get("form_title") or self._settings.get("form_id") or file
        made = Instrument(
            id=Names().id(self._settings.get("form_id") or file, "form"),
            role=Role.SURVEY,
            title=dict.fromkeys(self._speech.languages, title),
            languages=self._speech.languages,
            sections=sections,
        )
        instrument, dropped = settle(made)
        for drop in dropped:
            row = directory.rows.get(drop.question) or of_sections.get(drop.section)
            if row is not None:
                row.says("condition", drop.sentence)
        after = []
        for finding in inspect(instrument):
            if finding.severity is Severity.ERROR:
                row = directory.rows.get(finding.question) or _section_row(finding, of_sections)
                if row is None:
                    after.append(Line(f"form, {finding.place}", "", Fate.TAKEN, finding.sentence))
                else:
                    row.parts.append(Line(f"{row.place}, {finding.place}", row.name, Fate.TAKEN, finding.sentence))
        lines = (*self._survey_rows.lines(), *self._choice_rows.lines())
        return Imported(instrument, (*self._before, *_once(lines), *column_lines(self._tables), *after))


def _once(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines without those that say of the same place, in the same words, what was said already."""
    said: set[tuple[str, str, str]] = set()
    for line in lines:
        key = (line.place, str(line.fate), str(line.sentence))
        if key not in said:
            said.add(key)
            yield line


def _section_row(finding: Finding, rows: Mapping[str, Row]) -> Row | None:
    return rows.get(finding.place.split(".")[1]) if finding.place.startswith("section.") else None


def _sheet_lines(names: Sequence[str], found: Mapping[str, str]) -> Iterator[Line]:
    for name in names:
        if name not in (found.get(sheet) for sheet in _SHEETS):
            sentence = Sentence("This sheet does not say what is asked, so nothing of it was taken.")
            yield Line(f"sheet {name}", name, Fate.LEFT_OUT, sentence)
