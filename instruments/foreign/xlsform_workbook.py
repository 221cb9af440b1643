"""The rows of an XLSForm as a workbook in which every cell is text."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import xlsxwriter

from instruments.definition import Instrument
from instruments.foreign.languages import named
from instruments.foreign.xlsform_writing import WHEN, Rows
from instruments.sentences import in_language

LONGEST_CELL = 32_767  # in the units of UTF-16, which is what Excel counts

_TEXT = 49  # the number that this format has in every workbook
_SURVEY = (
    *("type", "name", "label", "hint", "guidance_hint", "required", "relevant", "constraint", "constraint_message"),
    *("choice_filter", "appearance", "parameters"),
)
_CHOICES = ("list_name", "name", "label", WHEN)
_SETTINGS = ("form_title", "form_id", "default_language", "style")


def workbook(instrument: Instrument, rows: Rows) -> bytes:
    """The bytes of the file: the sheets survey, choices and settings."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    text, bold = book.add_format({"num_format": _TEXT}), book.add_format({"num_format": _TEXT, "bold": True})
    settings = {
        "form_title": in_language(instrument.title, instrument.language),
        "form_id": instrument.id,
        "default_language": named(rows.languages[0]),
        "style": "pages",
    }
    for name, columns, content in (
        ("survey", _SURVEY, rows.survey),
        ("choices", _CHOICES, rows.choices),
        ("settings", _SETTINGS, [settings]),
    ):
        page = book.add_worksheet(name)
        page.freeze_panes(1, 0)
        for at, row in enumerate(_table(columns, content)):
            for column, cell in enumerate(row):
                # What does not fit is left out, not cut: a condition that is cut in two would say something else.
                if cell and len(cell.encode("utf-16-le", "surrogatepass")) <= 2 * LONGEST_CELL:
                    page.write_string(at, column, cell, text if at else bold)
    book.close()
    return buffer.getvalue()


def _table(columns: Sequence[str], content: Sequence[Mapping[str, str]]) -> list[list[str]]:
    """The header and the rows; a column in which nothing stands is not there, unless a form cannot do without it."""
    used = {header for row in content for header, cell in row.items() if cell} | {"type", "name", "list_name"}
    known = dict.fromkeys([*columns[:2], *(header for row in content for header in row)])
    headers = [
        header
        for column in columns
        for header in (found for found in known if found.partition("::")[0] == column)
        if header in used
    ]
    return [headers, *([row.get(header, "") for header in headers] for row in content)]
