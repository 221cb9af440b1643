"""XLSForms that nobody here has seen: real ones, changed as people and programs change them, beside pyxform."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyxform.errors import PyXFormError

from instruments.definition import find, from_json, to_json
from instruments.findings import Severity
from instruments.foreign.account import FormUnreadable, Imported
from instruments.foreign.xlsform import read, write
from instruments.inspection import inspect
from instruments.kinds import options_of
from tests.instruments.mutants import MUTATIONS, Cell, Sheets, sheets_of, workbook_of
from tests.instruments.pyxform_reading import alike, read_by_pyxform
from tests.instruments.test_xlsform_others import FORMS
from tests.instruments.xlsforms import form, imported, line, workbook

LAW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
READ = {"survey", "choices", "settings", "external_choices"}
SMALL = 18_000
# What pyxform takes and we do not, with the remedy: it lets the last of two columns or rows of one name count.
STRICTER = re.compile(
    r"are the same|no column “type”|there is no type|no type that is known|never began|never ends|has to end first"
)


def _bases() -> dict[str, Sheets]:
    return {name: sheets_of(data) for name, data in FORMS.items() if len(data) < SMALL}


BASES = _bases()


def attempted(data: bytes) -> Imported | str:
    """What was read, or the sentence with which it was refused."""
    try:
        return read(data, "form.xlsx")
    except FormUnreadable as refused:
        return str(refused)


@st.composite
def unseen(draw: st.DrawFn, most: int) -> bytes:
    """A form that somebody made, with some things changed."""
    random = draw(st.randoms(use_true_random=False))
    sheets = {name: [list(row) for row in rows] for name, rows in BASES[draw(st.sampled_from(sorted(BASES)))].items()}
    for mutation in draw(st.lists(st.sampled_from(MUTATIONS), max_size=most)):
        mutation(sheets, random)
    return workbook_of(sheets, random)


def rows_of(data: bytes) -> dict[str, list[int]]:
    """The numbers of the rows below the headings that hold something, by sheet, as another program counts them."""
    return {
        name: [number for number, row in enumerate(rows, 1) if any(map(_holds_something, row))][1:]
        for name, rows in sheets_of(data).items()
    }


def _holds_something(cell: Cell) -> bool:
    return cell is not None and bool(str(cell).replace("\xa0", " ").strip())


@LAW
@given(unseen(most=4))
def test_a_changed_form_is_taken_with_every_row_accounted_for_or_refused_with_one_sentence(data: bytes) -> None:
    found = attempted(data)
    if isinstance(found, str):
        assert re.search(r"row \d+|[Ss]heet", found)
        assert len(found) < 500
        return
    sheets = rows_of(data)
    expected: list[str] = []
    seen: set[str] = set()
    for name, numbers in sheets.items():
        called = "survey" if len(sheets) == 1 else name.strip().lower()
        if called in READ - seen:
            seen.add(called)
            expected += [f"{called}, row {number}" for number in numbers]
        else:
            assert any(one.place == f"sheet {name}" for one in found.lines)
    assert sorted(one.place for one in found.lines if re.fullmatch(r"\w+, row \d+", one.place)) == sorted(expected)
    assert from_json(to_json(found.instrument)) == found.instrument
    said = {str(one.sentence) for one in found.lines}
    errors = [str(one.sentence) for one in inspect(found.instrument) if one.severity is Severity.ERROR]
    assert [error for error in errors if error not in said] == []


@LAW
@given(unseen(most=2))
def test_what_pyxform_takes_of_a_changed_form_we_take_too_and_read_alike(data: bytes) -> None:
    try:
        read_by_pyxform(data)
    except (PyXFormError, AttributeError, TypeError, KeyError, ValueError, IndexError):
        return  # refused, or beyond it
    found = attempted(data)
    if isinstance(found, str):
        assert STRICTER.search(found), found
        return
    alike(found, data)
    written = write(found.instrument)
    again = read(written.data, f"{found.instrument.id}.xlsx").instrument
    assert written.lines or again == found.instrument


def test_an_audit_needs_no_name() -> None:
    found = imported("| type | name | label |\n| audit | | |\n| text | a | A |")
    assert str(line(found, "survey, row 2").sentence).startswith("Nothing about devices")


def test_what_else_stands_in_the_row_of_a_calculation_is_not_lost_in_silence() -> None:
    found = imported(
        """
        | type      | name | label | calculation   | relevant | required |
        | integer   | a    | A     |               |          |          |
        | calculate | b    | Sum   | if(${a} > 1, 'x', 'y') | ${a} > 0 | no       |
        | text      | c    | C     |               | ${b} = 'x' |        |
        """
    )
    places = [one.place for one in found.lines if one.place.startswith("survey, row 3")]
    assert places == ["survey, row 3", *(f"survey, row 3, {name}" for name in ("calculation", "relevant", "label"))]


def test_settings_that_stand_far_below_have_their_line() -> None:
    rows = "\n".join(["| form_title |", "| Study |", *["| |"] * 70, "| Other |"])
    found = read(form("| type | name | label |\n| text | a | A |", settings=rows), "x.xlsx")
    assert str(line(found, "settings, row 73").sentence).startswith("More than 60 empty rows")


@pytest.mark.parametrize(("said", "tag"), [("eng", "en"), ("Deutsch (deu)", "de"), ("fra", "fr"), ("spa-MX", "es-MX")])
def test_a_language_by_its_longer_code_is_the_same_language(said: str, tag: str) -> None:
    found = imported(f"| type | name | label::{said} |\n| text | a | A |")
    assert found.instrument.languages == (tag,)


def test_a_sentence_repeats_no_more_of_a_file_than_one_reads() -> None:
    refused = attempted(workbook({"survey": [["type", "name"], ["word " * 999, "a"]]}))
    assert isinstance(refused, str)
    assert len(refused) < 300


def test_a_note_without_label_says_its_hint() -> None:
    found = imported("| type | name | hint |\n| note | a | Read me |")
    asked = find(found.instrument, "a")
    assert asked is not None
    assert asked.label == {"en": "Read me"}


def test_choices_that_are_only_read_are_not_said_to_be_taken() -> None:
    found = imported(
        "| type | name | label | read_only |\n| select_one yn | a | A | yes |\n| text | b | B | |",
        choices="| list_name | name | label |\n| yn | y | Yes |",
    )
    assert str(line(found, "choices, row 2").sentence) == "No question that was taken uses the list “yn”."


def test_a_language_that_each_sheet_spells_otherwise_is_one_language() -> None:
    found = imported(
        "| type | name | label::English | label::العربية |\n| select_one yn | a | A | ا |",
        choices="| list_name | name | label::English (EN) | label::العربية |\n| yn | y | Yes | نعم |",
        settings="| default_language |\n| Arabic |",
    )
    asked = find(found.instrument, "a")
    assert asked is not None
    assert found.instrument.languages == ("ar", "en")
    assert [dict(option.label) for option in options_of(asked.kind)] == [{"ar": "نعم", "en": "Yes"}]
    assert any("“English” and “English (EN)” never stand on one sheet" in str(one.sentence) for one in found.lines)


def test_two_columns_of_one_language_on_one_sheet_stay_two() -> None:
    found = imported("| type | name | label::English | label::English (en) |\n| text | a | A | Ay |")
    assert found.instrument.languages == ("en", "qaa")
