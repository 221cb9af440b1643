"""The account of what stands around the questions of an XLSForm: its settings, and columns that are its own."""

import re
from collections.abc import Iterator, Mapping, Sequence

from instruments.foreign.account import Fate, Line
from instruments.foreign.rows import Rows
from instruments.foreign.xlsform_columns import Table
from instruments.sentences import Sentence

_TAKEN = Sentence("Taken as it is.")
_SETTINGS: Mapping[str, Sentence] = {
    "version": Sentence("Versions are numbered here when they are published, so the form's own was left out."),
    "instance_name": Sentence("A response has no name here, so this was left out."),
    "public_key": Sentence("Answers are sealed with the study's own keys here, so this key was left out."),
    "submission_url": Sentence("Answers stay in this installation, so the address was left out."),
    "style": Sentence("How the form looks was left out; here each section is a page."),
}
_FAR = Sentence("More than 60 empty rows stand above this one, so the form has ended there. Move it up.")
_OTHER_SETTING = Sentence("There is no such setting here, so it was left out.")


def settings_lines(table: Table | None) -> tuple[Line, ...]:
    """What became of the settings."""
    rows = Rows()
    for number, entry in enumerate(table.entries if table else ()):
        row = rows.open(table.place(entry.number) if table else "", entry.get("form_id"))
        if number:
            row.leave_out("Only the first row of settings counts.")
        for header in entry.strange:
            row.says(header, _SETTINGS.get(header.lower(), _OTHER_SETTING))
    far = [Line(table.place(number), "", Fate.LEFT_OUT, _FAR) for number in table.far] if table else []
    return (*rows.lines(), *far)


def column_lines(tables: Sequence[Table]) -> Iterator[Line]:
    """What became of the columns that no form has, if anything stands in them."""
    filters = " ".join(entry.get("choice_filter") for entry in tables[0].entries) if tables else ""
    looked_at = set(re.findall(r"[^\W\d][\w.-]*", filters))
    for table in tables:
        for number in table.far:
            yield Line(table.place(number), "", Fate.LEFT_OUT, _FAR)
        used = {header for entry in table.entries for header in entry.strange}
        for column in table.columns:
            if column.known or column.header not in used:
                continue
            place = f"{table.sheet}, column {column.header or _letters(column.at)}"
            if table.sheet != "survey" and column.header in looked_at:
                yield Line(place, column.header, Fate.TAKEN, _TAKEN)
            elif not column.header:
                sentence = Sentence("Nothing stands above this column, so what is in it was left out. Name it.")
                yield Line(place, "", Fate.LEFT_OUT, sentence)
            else:
                sentence = Sentence("What this column says cannot be said here, so it was left out.")
                yield Line(place, column.header, Fate.LEFT_OUT, sentence)


def _letters(at: int) -> str:
    """The letters that a spreadsheet shows above a column."""
    letters = ""
    number = at + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
