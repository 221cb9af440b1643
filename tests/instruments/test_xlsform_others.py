"""Forms that other people made: every row is accounted for or refused, and what was taken is what pyxform reads too."""

import re
from pathlib import Path

import pytest

from instruments.findings import Severity
from instruments.foreign.account import FormUnreadable
from instruments.foreign.workbooks import Book
from instruments.foreign.xlsform import read
from instruments.inspection import inspect
from tests.house.tree import ROOT
from tests.instruments.pyxform_reading import alike
from tests.instruments.xlsforms import form

OTHERS = ROOT.parent / "shared/forms/xlsform"
OWN = {
    "grids": form(
        """
        | type               | name     | label::English (en) | label::French (fr) | appearance | relevant     |
        | begin group        | work     | Work                | Travail            | table-list |              |
        | select_one scale   | work_pay | Pay                 | Salaire            |            |              |
        | select_one scale   | work_fun | Fun                 | Plaisir            |            |              |
        | end group          |          |                     |                    |            |              |
        | begin repeat       | kids     | Child               | Enfant             |            |              |
        | integer            | age      | Age                 | Âge                |            |              |
        | end repeat         |          |                     |                    |            |              |
        | select_multiple scale | all   | All                 | Tous               |            | ${age} > 3   |
        """,
        choices="""
        | list_name | name | label::English (en) | label::French (fr) |
        | scale     | 1    | Low                 | Bas                |
        | scale     | 2    | High                | Haut               |
        """,
    ),
    "others": form(
        """
        | type                    | name  | label    | hint | constraint |
        | start                   | begun |          |      |            |
        | select_one fruit or_other | one | Which?   | One. |            |
        | decimal                 | kilo  | How much | kg   | . >= 0     |
        | date                    | when  | When?    |      |            |
        | note                    | bye   | Thank you |     |            |
        """,
        choices="| list_name | name | label |\n| fruit | apple | Apple |\n| fruit | fig | Fig |",
    ),
}  # fmt: skip
FORMS = {**OWN, **{path.name: path.read_bytes() for path in sorted(OTHERS.glob("*.xlsx"))}}
# Those of the forms beside the project that pyxform refuses too.
BROKEN = {"duplicate_columns.xlsx"}


@pytest.mark.parametrize("name", sorted(BROKEN & FORMS.keys()))
def test_a_form_that_is_broken_is_refused_with_row_and_remedy(name: str) -> None:
    with pytest.raises(FormUnreadable, match=r"Sheet \w+, row \d+: .+\. .+\."):
        read(FORMS[name], name)


@pytest.mark.parametrize("name", sorted(FORMS.keys() - BROKEN))
def test_every_row_of_every_sheet_has_exactly_one_line(name: str) -> None:
    found = read(FORMS[name], name)

    book = Book(FORMS[name])
    places = [line.place for line in found.lines if re.fullmatch(r"\w+, row \d+", line.place)]
    assert len(places) == len(set(places))
    for sheet in book.names:
        called = "survey" if len(book.names) == 1 else sheet.strip().lower()
        if called in ("survey", "choices", "settings", "external_choices"):
            rows = [number for number, _ in book.sheet(sheet).rows[1:]]
            assert [f"{called}, row {number}" for number in rows if f"{called}, row {number}" not in places] == []


@pytest.mark.parametrize("name", sorted(FORMS.keys() - BROKEN))
def test_what_cannot_be_published_yet_is_said_in_the_lines(name: str) -> None:
    found = read(FORMS[name], name)

    said = {str(line.sentence) for line in found.lines}
    errors = [one for one in inspect(found.instrument) if one.severity is Severity.ERROR]
    assert [str(one.sentence) for one in errors if str(one.sentence) not in said] == []


@pytest.mark.parametrize("name", sorted(FORMS.keys() - BROKEN))
@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_pyxform_reads_the_same_questions_labels_and_choices(name: str) -> None:
    compared = alike(read(FORMS[name], name), FORMS[name])

    assert compared or name in ("bad_calc.xlsx", "include_json.xlsx")


def test_the_folder_beside_the_project_is_read_where_it_is_there() -> None:
    assert not OTHERS.is_dir() or len(FORMS) == 24 + len(OWN)


def test_a_file_of_that_kind_that_is_named_oddly_is_read_by_what_is_in_it() -> None:
    path = Path("…/my form (final).XLSX")

    assert read(OWN["others"], str(path)).instrument.id == "my_form_final"
