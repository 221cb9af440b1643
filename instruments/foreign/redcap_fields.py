"""The rows of a REDCap data dictionary as fields, whatever its columns are called and in whatever order they stand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from instruments.foreign.account import FormUnreadable
from instruments.foreign.csv_tables import Table
from instruments.sentences import Sentence

# The heading that REDCap writes today, by our name for the column; its own interface calls them otherwise.
HEADINGS: Mapping[str, str] = {
    "variable": "Variable / Field Name",
    "form": "Form Name",
    "header": "Section Header",
    "type": "Field Type",
    "label": "Field Label",
    "choices": "Choices, Calculations, OR Slider Labels",
    "note": "Field Note",
    "validation": "Text Validation Type OR Show Slider Number",
    "least": "Text Validation Min",
    "most": "Text Validation Max",
    "identifier": "Identifier?",
    "branching": "Branching Logic (Show field only if...)",
    "required": "Required Field?",
    "alignment": "Custom Alignment",
    "number": "Question Number (surveys only)",
    "matrix": "Matrix Group Name",
    "ranking": "Matrix Ranking?",
    "annotation": "Field Annotation",
}
_OTHER_HEADINGS = {
    "fieldname": "variable",
    "variablename": "variable",
    "variable": "variable",
    "form": "form",
    "sectionheader": "header",
    "choicesorcalculations": "choices",
    "choicescalculations": "choices",
    "selectchoicesorcalculations": "choices",
    "fieldnotes": "note",
    "textvalidationtype": "validation",
    "textvalidationtypeorshowslidernumber": "validation",
    "identifier": "identifier",
    "branchinglogic": "branching",
    "branchinglogicshowfieldonlyif": "branching",
    "requiredfield": "required",
    "customalignment": "alignment",
    "questionnumber": "number",
    "questionnumbersurveysonly": "number",
    "matrixgroupname": "matrix",
    "matrixranking": "ranking",
    "fieldannotation": "annotation",
    "fieldannotations": "annotation",
    "misc": "annotation",
}
_NEEDED = ("variable", "type", "label")
_NOT_LETTERS = re.compile(r"[^a-z]")


@dataclass(frozen=True, slots=True)
class Field:
    """One row; ``row`` counts as a spreadsheet does, so the heading is row 1. A column that is not there is empty."""

    row: int
    variable: str = ""
    form: str = ""
    header: str = ""
    type: str = ""
    label: str = ""
    choices: str = ""
    note: str = ""
    validation: str = ""
    least: str = ""
    most: str = ""
    identifier: str = ""
    branching: str = ""
    required: str = ""
    alignment: str = ""
    number: str = ""
    matrix: str = ""
    ranking: str = ""
    annotation: str = ""

    @property
    def place(self) -> str:
        """How its author finds it."""
        return f"row {self.row}"

    @property
    def empty(self) -> bool:
        """Whether nothing stands in the row."""
        return not any(getattr(self, column) for column in HEADINGS)


def fields_of(table: Table) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """Every row below the heading, and the headings of columns that nobody knows. Raises FormUnreadable."""
    columns, unknown = _columns(table.rows[0])
    found = tuple(_field(number, cells, columns, len(table.rows[0])) for number, cells in enumerate(table.rows[1:], 2))
    if not any(not field.empty for field in found):
        raise FormUnreadable(Sentence("Row 2 is missing: put a row below the heading for each field."))
    seen: dict[str, int] = {}
    for field in found:
        _check(field, seen)
    return found, unknown


def _columns(heading: tuple[str, ...]) -> tuple[dict[int, str], tuple[str, ...]]:
    """What each column holds."""
    known = {_letters(said): name for name, said in HEADINGS.items()} | _OTHER_HEADINGS
    columns: dict[int, str] = {}
    unknown = []
    for at, said in enumerate(heading):
        name = known.get(_letters(said))
        if name in columns.values():
            raise FormUnreadable(
                Sentence("Row 1 names the column “%(column)s” twice. Take one of them out.", {"column": said})
            )
        if name:
            columns[at] = name
        elif said.strip():
            unknown.append(said.strip())
    for name in _NEEDED:
        if name not in columns.values():
            raise FormUnreadable(
                Sentence(
                    "Row 1 has no column “%(column)s”. Begin with the heading that REDCap writes above a data "
                    "dictionary.",
                    {"column": HEADINGS[name]},
                )
            )
    return columns, tuple(unknown)


def _letters(said: str) -> str:
    return _NOT_LETTERS.sub("", said.lower())


def _field(number: int, cells: tuple[str, ...], columns: Mapping[int, str], width: int) -> Field:
    if any(cell.strip() for cell in cells[width:]):
        raise FormUnreadable(
            Sentence(
                "Row %(row)s has more cells than the heading. Put a text that holds commas into quotation marks.",
                {"row": number},
            )
        )
    found = {name: cells[at].strip() for at, name in columns.items() if at < len(cells)}
    return Field(row=number, **found)


def _check(field: Field, seen: dict[str, int]) -> None:
    if field.empty:
        return
    if not field.variable:
        raise FormUnreadable(
            Sentence(
                "Row %(row)s has no name. Write one in the column “%(column)s”, or take the row out.",
                {
                    "row": field.row,
                    "column": HEADINGS["variable"],
                },
            )
        )
    if not field.type:
        raise FormUnreadable(
            Sentence(
                "Row %(row)s, “%(name)s”, has no field type. Write one, for example text or radio.",
                {
                    "row": field.row,
                    "name": field.variable,
                },
            )
        )
    first = seen.setdefault(field.variable.casefold(), field.row)
    if first != field.row:
        raise FormUnreadable(
            Sentence(
                "Row %(row)s has the same name as row %(first)s, “%(name)s”. Give one of them another.",
                {
                    "row": field.row,
                    "first": first,
                    "name": field.variable,
                },
            )
        )
