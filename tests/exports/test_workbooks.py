"""Workbooks: every cell is a text, whatever it looks like; nothing is lost unsaid; nothing depends on the clock."""

import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import workbooks
from exports.workbooks import LONGEST, MOST_COLUMNS, TooWide, books, cut_cells, shortened
from exports.xml_text import writable
from tests.exports.other_programs import bytes_of
from tests.exports.samples import HOSTILE, MADE_ON

TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60), st.text(max_size=3).map(lambda text: f"={text}"))


def _book(*rows: tuple[str, ...], header: tuple[str, ...] = ("a", "b")) -> bytes:
    (file,) = books("name", "sheet", header, rows, MADE_ON)
    return bytes_of(file)


def _cells(data: bytes) -> list[list[object]]:
    sheet = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0)
    return [list(row) for row in sheet.to_python()]


def _part(data: bytes, name: str) -> str:
    with ZipFile(BytesIO(data)) as packed:
        return packed.read(name).decode()


@settings(deadline=None, max_examples=150)
@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_whatever_is_written_is_read_as_the_same_text_and_never_as_a_formula(texts: list[str]) -> None:
    """ASVS 1.2.10."""
    data = _book(*((f"row {at}", text) for at, text in enumerate(texts)))
    assert [row[1] for row in _cells(data)[1:]] == [writable(text) for text in texts]
    sheet = _part(data, "xl/worksheets/sheet1.xml")
    assert "<f" not in sheet
    assert "hyperlink" not in sheet
    assert set(re.findall(r"<c [^>]*?(?:t=\"(\w+)\")", sheet)) <= {"s"}
    assert len(re.findall(r"<c ", sheet)) == len(re.findall(r'<c [^>]*t="s"', sheet))


@pytest.mark.parametrize(
    "text", ["0", "1.5", "FALSE", "TRUE", "2026-11-29", "1E5", "https://example.org", "=A1", "007"]
)
def test_a_text_that_looks_like_something_else_stays_a_text(text: str) -> None:
    assert _cells(_book((text, "x")))[1] == [text, "x"]


def test_cells_have_the_format_text_so_that_editing_makes_no_formula_of_them() -> None:
    data = _book(("=1+1", "x"))
    assert 'numFmtId="49"' in _part(data, "xl/styles.xml")
    assert not re.findall(r"<c r=\"\w+\" t=", _part(data, "xl/worksheets/sheet1.xml"))  # each has a style


def test_the_same_rows_give_the_same_bytes_and_no_moment_but_the_day_of_the_release() -> None:
    data = _book(("x", "y"))
    assert data == _book(("x", "y"))
    assert "2026-11-29T00:00:00Z" in _part(data, "docProps/core.xml")
    with ZipFile(BytesIO(data)) as packed:
        assert len({entry.date_time for entry in packed.infolist()}) == 1


def test_no_author_is_named() -> None:
    assert re.search(r"<dc:creator>(\s*)</dc:creator>|<dc:creator/>", _part(_book(("x", "y")), "docProps/core.xml"))


def test_a_text_that_is_too_long_for_a_cell_is_cut_with_a_mark_and_counted() -> None:
    row = ("x" * LONGEST, "y" * (LONGEST + 1))
    first, second = _cells(_book(row))[1]
    assert first == row[0]
    assert second == "y" * (LONGEST - 4) + " […]"
    assert len(str(second)) == LONGEST
    assert cut_cells([row, ("a", "b")]) == 1


@pytest.mark.parametrize("before", ["", "x"])
def test_length_counts_as_excel_counts_and_no_character_is_cut_in_two(before: str) -> None:
    text = before + "\U0001f600" * 17_000
    cut = shortened(text)
    assert LONGEST - 1 <= len(cut.encode("utf-16-le")) // 2 <= LONGEST
    assert cut.removesuffix(" […]").strip("x").strip("\U0001f600") == ""


def test_a_large_table_goes_on_in_a_further_workbook_with_the_same_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_CELLS", 6)
    rows = [(str(number), "x") for number in range(7)]
    made = {file.name: _cells(bytes_of(file)) for file in books("s", "sheet", ("a", "b"), rows, MADE_ON)}
    assert list(made) == ["s.xlsx", "s-2.xlsx", "s-3.xlsx"]
    assert all(cells[0] == ["a", "b"] for cells in made.values())
    assert [row[0] for cells in made.values() for row in cells[1:]] == [row[0] for row in rows]


def test_a_table_of_long_texts_goes_on_in_a_further_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_CHARACTERS", 100)
    rows = [("x" * 40, "y" * 20)] * 3
    assert [file.name for file in books("s", "sheet", ("a", "b"), rows, MADE_ON)] == ["s.xlsx", "s-2.xlsx", "s-3.xlsx"]


def test_rows_are_not_all_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_CELLS", 20)
    asked: list[int] = []

    def rows() -> Iterator[tuple[str, str]]:
        for number in range(1000):
            asked.append(number)
            yield str(number), "x"

    next(books("s", "sheet", ("a", "b"), rows(), MADE_ON))
    assert len(asked) == 11


def test_a_table_that_is_too_wide_is_refused_with_what_to_do() -> None:
    with pytest.raises(TooWide, match="Ask for a release of fewer instruments"):
        list(books("s", "sheet", ["a"] * (MOST_COLUMNS + 1), [["x"]], MADE_ON))


def test_without_rows_there_is_no_workbook() -> None:
    assert list(books("s", "sheet", ("a",), [], MADE_ON)) == []
