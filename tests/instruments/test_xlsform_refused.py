"""What is broken in an XLSForm is refused as a whole, with the sheet, the row and the remedy."""

import pytest

from instruments.foreign.account import FormUnreadable
from instruments.foreign.xlsform import read
from tests.instruments.xlsforms import form, imported, workbook

HEADER = "| type | name | label | relevant |\n"
YN = "| list_name | name | label |\n| yn | yes | Yes |"


@pytest.mark.parametrize(
    ("rows", "row", "remedy"),
    [
        ("| text | a | A |\n| text | a | B |", 3, "Rename one of the two"),
        ("| text |  | A |", 2, "Write one under name"),
        ("|  | a | A |", 2, "Write what this is"),
        ("| txet | a | A |", 2, "Did you mean “text”?"),
        ("| teleport me | a | A |", 2, "Write one of XLSForm's"),
        ("| select_one | a | A |", 2, "names no list"),
        ("| select_one yesno | a | A |", 2, "Add it there"),
        ("| select_one yn2 | a | A |", 2, "Did you mean “yn”?"),
        ("| select_multiple ny | a | A |", 2, "list “ny”"),
        ("| rank nowhere | a | A |", 2, "list “nowhere”"),
        ("| begin loop over nowhere | a | A |\n| end loop |", 2, "list “nowhere”"),
        ("| begin group | g | G |\n| text | a | A |", 2, "Add a row “end group”"),
        ("| text | a | A |\n| end group | | |", 3, "Delete the row"),
        ("| begin group | g | G |\n| end repeat | | |", 3, "Write “end group”"),
        ("| begin group |  | G |\n| end group | | |", 2, "Write one under name"),
    ],
)
def test_a_row_that_is_broken_is_named_with_what_to_do(rows: str, row: int, remedy: str) -> None:
    with pytest.raises(FormUnreadable) as refused:
        imported(HEADER + rows, choices=YN)

    assert f"row {row}" in str(refused.value)
    assert remedy in str(refused.value)


@pytest.mark.parametrize(
    ("choices", "row", "remedy"),
    [
        ("| list_name | name | label |\n| yn | yes | Yes |\n| yn | yes | Ja |", 3, "allow_choice_duplicates"),
        ("| list_name | name | label |\n| yn | | Yes |", 2, "Write one, or delete the row"),
        ("| list_name | name | label | Name |\n| yn | yes | Yes | x |", 1, "Delete or rename one"),
    ],
)
def test_a_choice_that_is_broken_is_named_with_what_to_do(choices: str, row: int, remedy: str) -> None:
    with pytest.raises(FormUnreadable) as refused:
        imported(HEADER + "| select_one yn | a | A |", choices=choices)

    assert f"Sheet choices, row {row}" in str(refused.value)
    assert remedy in str(refused.value)


def test_two_columns_of_one_meaning_are_named() -> None:
    with pytest.raises(FormUnreadable, match="“relevant” and “relevance” are the same"):
        imported("| type | name | relevant | relevance |\n| text | a | | |")


def test_a_sheet_without_types_is_no_form() -> None:
    with pytest.raises(FormUnreadable, match="there is no column “type”"):
        imported("| name | label |\n| a | A |")


def test_a_book_without_a_survey_names_its_sheets() -> None:
    with pytest.raises(FormUnreadable, match="only: surveys, choices"):
        read(workbook({"surveys": [["type"]], "choices": [["name"]]}), "x.xlsx")


def test_a_single_sheet_is_the_survey_whatever_it_is_called() -> None:
    found = read(workbook({"Sheet1": [["type", "name", "label"], ["text", "a", "A"]]}), "x.xlsx")

    assert found.instrument.sections[0].questions[0].id == "a"


def test_groups_without_end_are_refused_before_they_fill_the_stack() -> None:
    rows = "\n".join(f"| begin group | g{number} | G | |" for number in range(500))

    with pytest.raises(FormUnreadable, match="too many groups within groups"):
        imported(HEADER + rows)


def test_a_loop_that_would_ask_without_end_is_refused() -> None:
    choices = "| list_name | name | label |\n" + "\n".join(f"| l | c{number} | C |" for number in range(300))
    rows = "\n".join(f"| text | t{number} | T | |" for number in range(10))

    with pytest.raises(FormUnreadable, match="row 2: the loop makes more than"):
        imported(HEADER + f"| begin loop over l | g | G | |\n{rows}\n| end loop | | | |", choices=choices)


def test_nothing_is_taken_of_a_form_that_is_refused() -> None:
    with pytest.raises(FormUnreadable) as refused:
        read(form(HEADER + "| text | a | A | |\n| txet | b | B | |"), "x.xlsx")

    assert not hasattr(refused.value, "instrument")
