"""Sheets of people, as spreadsheets write them."""

from uuid import uuid4

import pytest

from survey import sampling, sheets
from survey.sampling import Stratum
from survey.sheets import Column, Known, Mapped, SheetUnreadable

CALGARY = uuid4()
IAN = uuid4()
STRATA = tuple(
    Stratum(uuid4(), cell)
    for cell in sampling.cells({"university": ("Calgary", "Alberta"), "gender": ("woman", "man")})
)
KNOWN = Known({"Calgary": CALGARY}, STRATA, {"ian@example.org": IAN})


def problems(text: str) -> list[tuple[int, str]]:
    sheet = sheets.read(text.encode())
    _, wrong = sheets.entries(sheet, sheets.guess(sheet.headers, STRATA), KNOWN)
    return [(one.row, str(one.sentence)) for one in wrong]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_sheet_is_read_whatever_wrote_it(delimiter: str, encoding: str) -> None:
    rows = [["Name", "E-mail", "Note"], ["Zoë Wren", "zoe@example.org", 'said: "later, please"; maybe | so']]
    quoted = ["", *('"' + cell.replace('"', '""') + '"' for cell in rows[1])]
    text = delimiter.join(rows[0]) + "\r\n" + delimiter.join(quoted[1:]) + "\r\n"
    sheet = sheets.read(text.encode(encoding))
    assert (sheet.delimiter, sheet.headers) == (delimiter, ("Name", "E-mail", "Note"))
    assert sheet.rows == ((2, tuple(rows[1])),)
    assert bool(sheet.notices) == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04 and so on", "spreadsheet file"),
        (b"", "has no rows"),
        (b"Name,E-mail\n", "has no rows"),
        (b"a\0b\n1,2\n", "cannot be read as a sheet"),
        (b"Name\n" + b"x\n" * 5001, "more than 5,000"),
        (b"x" * 5_000_001, "larger than 5 MB"),
        (b"\xff\xfea", "cannot be read as a sheet"),
        (b'Name,Note\nWren,"' + b"x" * 140_000 + b'"\n', "cannot be read as a sheet"),
    ],
)
def test_what_is_no_sheet_is_refused_in_one_sentence(data: bytes, says: str) -> None:
    with pytest.raises(SheetUnreadable, match=says):
        sheets.read(data)


def test_headers_in_english_and_french_are_guessed_and_attributes_of_the_frame_too() -> None:
    english = sheets.guess(["First name", "Surname", "Email address", "University", "GENDER", "Interviewer"], STRATA)
    assert english.columns == {Column.GIVEN: 0, Column.FAMILY: 1, Column.EMAIL: 2, Column.INTERVIEWER: 5}
    assert english.attributes == {"university": 3, "gender": 4}
    french = sheets.guess(["Nom", "Courriel", "Téléphone", "Adresse", "Lieu"])
    assert french.columns == {
        Column.NAME: 0, Column.EMAIL: 1, Column.TELEPHONE: 2, Column.ADDRESS: 3, Column.SITE: 4,
    }  # fmt: skip


def test_an_entry_has_its_site_its_cell_and_its_interviewer() -> None:
    text = "Prénom;Nom;Courriel;Site;University;Gender;Interviewer\n"
    text += "Ann;Wren;ann@example.org;calgary;calgary;Woman;IAN@example.org\n"
    sheet = sheets.read(text.encode())
    (entry,), wrong = sheets.entries(sheet, sheets.guess(sheet.headers, STRATA), KNOWN)
    assert wrong == ()
    assert (entry.row, entry.name, entry.site_id, entry.stratum_id, entry.interviewer) == (
        2, "Ann Wren", CALGARY, STRATA[0].id, IAN,
    )  # fmt: skip
    assert "Ann" not in repr(entry)


def test_a_stratum_may_be_named_by_its_cell() -> None:
    sheet = sheets.read(b"Name,Stratum\nWren,Alberta / man\n")
    (entry,), _ = sheets.entries(sheet, sheets.guess(sheet.headers, STRATA), KNOWN)
    assert entry.stratum_id == STRATA[3].id


def test_each_row_that_cannot_be_taken_is_named_with_what_to_do() -> None:
    text = (
        "Name,E-mail,Site,Stratum,Interviewer\n"
        "Wren,wren@example.org,Calgary,,\n"
        "Owl,WREN@example.org,,,\n"
        "\n"
        ",,Calgary,,\n"
        "Jay,jay at example.org,,,\n"
        "Tit,,Toronto,,\n"
        "Rook,,,Calgary,\n"
        "Kite,,,,eve@example.org\n"
        "Crow,,,,,too,many\n"
        f"{'x' * 2001},,,,\n"
    )
    said = dict(problems(text))
    assert list(said) == [5, 6, 7, 8, 9, 10, 11, 3]
    assert said[3] == "Row 2 has the same e-mail address. Take out one of the two."
    assert said[5].startswith("Nobody can be reached by this row.")
    assert said[6].startswith("The e-mail address of this row is not complete.")
    assert said[7] == "The study has no site “Toronto”. Its sites are: Calgary."
    assert said[8].startswith("The frame has no one cell “Calgary”.")
    assert said[9].startswith("No interviewer of the study has the address “eve@example.org”.")
    assert said[10].startswith("This row has more cells than there are headers.")
    assert said[11].startswith("A cell of this row is longer than 2,000 characters.")


def test_the_mapping_can_be_changed_but_not_to_a_column_that_is_not_there() -> None:
    sheet = sheets.read(b"a,b\nWren,wren@example.org\n")
    assert sheets.guess(sheet.headers).columns == {}
    (entry,), _ = sheets.entries(sheet, Mapped({Column.NAME: 0, Column.EMAIL: 1}), KNOWN)
    assert (entry.name, entry.email) == ("Wren", "wren@example.org")
    with pytest.raises(SheetUnreadable):
        sheets.entries(sheet, Mapped({Column.NAME: 2}), KNOWN)
