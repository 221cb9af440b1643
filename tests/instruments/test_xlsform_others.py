"""Forms that other people made: every row is accounted for or refused, and what was taken is what pyxform reads too."""

import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import get_xlsform

from instruments.definition import find
from instruments.findings import Severity
from instruments.foreign.account import Fate, FormUnreadable, Imported
from instruments.foreign.languages import tag_of
from instruments.foreign.workbooks import Book
from instruments.foreign.xlsform import read
from instruments.inspection import inspect
from instruments.kinds import (
    Date,
    Information,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Rank,
    Scale,
    ShortText,
    SingleChoice,
    options_of,
)
from tests.house.tree import ROOT
from tests.instruments.xlsforms import form

# What pyxform makes of a row.
Element = dict[str, Any]

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
KINDS: Mapping[str, tuple[type, ...]] = {
    "text": (ShortText, LongText),
    "integer": (Number,),
    "decimal": (Number,),
    "int": (Number,),
    "date": (Date,),
    "time": (ShortText,),
    "dateTime": (ShortText,),
    "datetime": (ShortText,),
    "phone number": (ShortText,),
    "barcode": (ShortText,),
    "note": (Information,),
    "acknowledge": (MultipleChoice,),
    "trigger": (MultipleChoice,),
    "range": (Scale, Number),
    "select one": (SingleChoice,),
    "select one external": (SingleChoice,),
    "select all that apply": (MultipleChoice,),
    "rank": (Rank,),
}


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
    found = read(FORMS[name], name)
    theirs = workbook_to_json(get_xlsform(io.BytesIO(FORMS[name]), file_type=".xlsx"), form_name="data")
    lists = theirs.get("choices", {})

    compared = 0
    for element in _asked(theirs["children"]):
        line = next((one for one in found.lines if one.name == element["name"] and ", row " in one.place), None)
        if line is None:
            # pyxform adds such rows of its own: the field of "or_other", the header of a table.
            assert element["name"].endswith("_other") or "_label" in element["name"], element["name"]
        elif line.fate is not Fate.LEFT_OUT:
            compared += _compare(found, element, lists)
    assert compared or name in ("bad_calc.xlsx", "include_json.xlsx")


def _asked(children: list[Element]) -> Iterator[Element]:
    for child in children:
        inner = child.get("children")
        if isinstance(inner, list) and child["type"] in ("group", "repeat"):
            yield from _asked(inner)
        elif child["type"] not in ("loop", "calculate", "include", "entity"):
            yield child


def _compare(found: Imported, element: Element, lists: Mapping[str, list[Element]]) -> int:
    """Whether the question that was taken is what pyxform says of it; 1 if there was something to compare."""
    name = str(element["name"])
    asked = find(found.instrument, name) or find(found.instrument, name.replace("-", "_").strip("_"))
    if asked is None:
        return _compare_row(found, name, element)
    kinds = (Information,) if asked.kind == Information() else KINDS[str(element["type"])]
    assert isinstance(asked.kind, kinds)
    assert _plain(asked.label) == _said(found, element.get("label")) or "[" in str(asked.label)
    options = lists.get(str(element.get("itemset", "")), [])
    if options and not isinstance(asked.kind, Information) and not element.get("choice_filter"):
        codes = [option.code for option in options_of(asked.kind)]
        assert [code for code in codes if code != "other"] == [
            str(option["name"]) for option in options if option["name"] != "other"
        ]
        for option, other in zip(options_of(asked.kind), options, strict=False):
            if other.get("label") and option.code != "other":
                assert _plain(option.label) == _said(found, other["label"])
    return 1


def _compare_row(found: Imported, name: str, element: Element) -> int:
    """The same for a row of a table, which is a row of a matrix here, and for what has no name that can be an id."""
    rows = [
        row
        for section in found.instrument.sections
        for asked in section.questions
        if isinstance(asked.kind, Matrix)
        for row in asked.kind.rows
        if name.replace("-", "_").endswith(row.id)
    ]
    assert rows or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name), name
    for row in rows:
        assert _plain(row.label) == _said(found, element.get("label"))
    return len(rows)


def _plain(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts as pyxform cleans them: single spaces, straight quotation marks."""
    straight = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
    return {tag: re.sub(" +", " ", text.strip()).translate(straight) for tag, text in texts.items()}


def _said(found: Imported, label: object) -> dict[str, str]:
    """pyxform's label by tag: a plain one, or one without a language, is in the form's first language."""
    if label is None:
        return {}
    said = label if isinstance(label, dict) else {"default": label}
    first = found.instrument.languages[0]
    return {(tag_of(str(name)) or first) if name != "default" else first: str(text) for name, text in said.items()}


def test_the_folder_beside_the_project_is_read_where_it_is_there() -> None:
    assert not OTHERS.is_dir() or len(FORMS) == 24 + len(OWN)


def test_a_file_of_that_kind_that_is_named_oddly_is_read_by_what_is_in_it() -> None:
    path = Path("…/my form (final).XLSX")

    assert read(OWN["others"], str(path)).instrument.id == "my_form_final"
