"""Spreadsheets from strangers: measured before they are opened, and read as what they show."""

import io
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.foreign import workbooks
from instruments.foreign.account import FormUnreadable
from instruments.foreign.workbooks import Book
from tests.instruments.xlsforms import form, with_part, workbook

PLAIN = form("| type | name | label |\n| text | a | A |")
SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet_of(rows: str) -> bytes:
    """The XML of a sheet with these rows."""
    return f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def test_a_sheet_is_read_with_the_numbers_of_its_rows() -> None:
    book = Book(workbook({"one": [["a", "b"], [], ["7", "", "x"]], "two": []}))

    assert book.names == ["one", "two"]
    assert book.sheet("one").rows == ((1, ("a", "b", "")), (3, ("7", "", "x")))
    assert book.sheet("two").rows == ()


@pytest.mark.parametrize("name", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "docProps/core.xml"])
def test_a_doctype_is_refused_in_whichever_part_it_stands(name: str) -> None:
    """ASVS 1.5.1."""
    part = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'

    with pytest.raises(FormUnreadable, match="DOCTYPE"):
        Book(with_part(PLAIN, name, part))


def test_entities_that_multiply_are_refused_at_the_doctype() -> None:
    """ASVS 1.5.1."""
    laughs = "".join(f'<!ENTITY l{n} "&l{n - 1};&l{n - 1};&l{n - 1};&l{n - 1};">' for n in range(1, 40))
    part = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><x>&l39;</x>'.encode("utf-16")

    with pytest.raises(FormUnreadable, match="DOCTYPE"):
        Book(with_part(PLAIN, SHEET, part))


def test_a_part_that_unfolds_two_hundred_times_is_refused_unread() -> None:
    """ASVS 5.2.3."""
    with pytest.raises(FormUnreadable, match="unfolds"):
        Book(with_part(PLAIN, "xl/media/picture.xml", b" " * (workbooks.WORTH_ASKING + 1)))


def test_a_thousand_and_one_parts_are_refused() -> None:
    """ASVS 5.2.3."""
    buffer = io.BytesIO(PLAIN)
    with zipfile.ZipFile(buffer, "a") as archive:
        for number in range(workbooks.MOST_PARTS):
            archive.writestr(f"xl/{number}.txt", "")

    with pytest.raises(FormUnreadable, match="unfolds"):
        Book(buffer.getvalue())


def test_a_cell_in_the_farthest_corner_is_refused_before_the_sheet_is_laid_out() -> None:
    rows = '<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>'

    began = time.process_time()
    with pytest.raises(FormUnreadable, match="Delete what stands far away"):
        Book(with_part(PLAIN, SHEET, sheet_of(rows)))
    assert time.process_time() - began < 1


@pytest.mark.parametrize("place", ["ZZZZZZZZ9", "A0", "A99999999", "a1", "$A$1", ""])
def test_a_cell_that_says_in_another_way_where_it_stands_is_refused(place: str) -> None:
    with pytest.raises(FormUnreadable, match="no spreadsheet"):
        Book(with_part(PLAIN, SHEET, sheet_of(f'<row r="1"><c r="{place}"><v>1</v></c></row>')))


def test_a_count_of_what_is_not_there_makes_no_room_for_it() -> None:
    strings = f'<sst xmlns="{NAMESPACE}" uniqueCount="4000000000"><si><t>type</t></si></sst>'.encode()

    with pytest.raises(FormUnreadable, match="unfolds"):
        Book(with_part(PLAIN, "xl/sharedStrings.xml", strings))


def test_an_old_workbook_is_not_let_near_the_reader() -> None:
    with pytest.raises(FormUnreadable, match=r"Save it as \.xlsx"):
        Book(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 90)


def test_a_coloured_cell_far_away_that_holds_nothing_is_no_matter() -> None:
    rows = '<row r="1"><c r="A1" t="str"><v>type</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'

    assert Book(with_part(PLAIN, SHEET, sheet_of(rows))).sheet("survey").rows == ((1, ("type",)),)


def test_one_long_text_in_very_many_cells_is_refused() -> None:
    long = "x" * 30_000
    strings = f'<sst xmlns="{NAMESPACE}"><si><t>{long}</t></si></sst>'.encode()
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 2000))

    with pytest.raises(FormUnreadable, match="unfolds"):
        Book(with_part(with_part(PLAIN, "xl/sharedStrings.xml", strings), SHEET, sheet_of(cells)))


def test_a_sheet_that_calls_itself_a_picture_is_refused() -> None:
    with pytest.raises(FormUnreadable, match="no spreadsheet"):
        Book(with_part(PLAIN, "xl/media/a.png", sheet_of("")))


def test_two_parts_of_one_name_are_refused() -> None:
    buffer = io.BytesIO(PLAIN)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/Workbook.xml", "<x/>")

    with pytest.raises(FormUnreadable, match="no spreadsheet"):
        Book(buffer.getvalue())


def test_more_rows_than_a_form_has_are_refused_with_the_name_of_the_sheet() -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 20_003))

    with pytest.raises(FormUnreadable, match="“survey” has more than 20000 rows"):
        Book(with_part(PLAIN, SHEET, sheet_of(rows))).sheet("survey")


def test_an_encrypted_book_says_that_it_is() -> None:
    buffer = bytearray(PLAIN)
    # The flag "encrypted" of every entry, in the directory at the end.
    at = buffer.find(b"PK\x01\x02")
    while at != -1:
        buffer[at + 8] |= 1
        at = buffer.find(b"PK\x01\x02", at + 1)

    with pytest.raises(FormUnreadable, match="password"):
        Book(bytes(buffer))


@pytest.mark.parametrize("data", [b"", b"type,name,label\n", b"PK\x03\x04"])
def test_what_is_no_spreadsheet_says_so(data: bytes) -> None:
    with pytest.raises(FormUnreadable, match="no spreadsheet"):
        Book(data)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"]), st.data())
def test_a_book_with_any_part_garbled_is_read_or_refused(name: str, data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        part = archive.read(name)
    at = data.draw(st.integers(0, len(part)))
    cut = data.draw(st.integers(0, 30))
    piece = data.draw(st.sampled_from([b"", b"9999999999", b'<c r="A1"/>', b"<row>", b"-", b'"', b"&#0;"]))
    try:
        book = Book(with_part(PLAIN, name, part[:at] + piece + part[at + cut :]))
        for sheet in book.names:
            book.sheet(sheet)
    except FormUnreadable:
        pass


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(PLAIN) - 1), st.binary(min_size=1, max_size=40))
def test_a_book_with_any_bytes_exchanged_is_read_or_refused(at: int, piece: bytes) -> None:
    try:
        book = Book(PLAIN[:at] + piece + PLAIN[at + len(piece) :])
        for name in book.names:
            book.sheet(name)
    except FormUnreadable:
        pass
