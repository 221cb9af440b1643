"""No program takes a cell for a formula, however it splits a line, and nothing of a text is lost by that."""

import csv
import io
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from exports import csv_lines
from exports.cells import guarded, quoted, storable, unguarded
from exports.csv_lines import cell
from exports.gaps import GAPS, SENTINELS
from tests.exports.other_programs import TABLE, TEXT, Written
from tests.exports.samples import HOSTILE

DANGEROUS = re.compile(r"[\s\"\x00-\x1f\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
NUMBER = re.compile(r"-[0-9]+(?:\.[0-9]+)?")
PIECES = st.lists(
    st.sampled_from(["=", "+", "-", "@", "'", '"', ";", ",", "\t", "\r", "\n", " ", "1", "a", "\ufeff", "\uff1d", "é"]),
    max_size=12,
).map("".join)
TEXTS = st.text(max_size=40) | PIECES | st.sampled_from(HOSTILE)


def written(text: str) -> str:
    """A CSV with this text between two others, without the mark at its beginning."""
    sink = Written()
    csv_lines.write(sink, ("a", "b", "c"), [[quoted("x"), quoted(text), "1"]])
    return bytes(sink.data).decode("utf-8-sig")


@given(TEXTS)
def test_a_guarded_text_can_be_got_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(TEXTS)
def test_a_cell_never_begins_with_what_begins_a_formula(text: str) -> None:
    """ASVS 1.2.10."""
    stored = storable(text)
    ((_, found, _),) = list(csv.reader(io.StringIO(written(stored), newline="")))[1:]
    assert unguarded(found) == stored
    assert NUMBER.fullmatch(found) or not DANGEROUS.match(found)


@given(TEXTS, st.sampled_from(";\t"))
def test_nor_does_it_where_a_line_is_split_at_semicolons_or_tabs(text: str, separator: str) -> None:
    for line in re.split("[\r\n]", written(storable(text))):
        for piece in line.split(separator)[1:]:
            # Our own quotation mark and comma end the field, and a line may end between two of ours.
            assert not re.match(r"[\s\"\ufeff]*[=+@\uff1d\uff0b\uff0d\uff20-]", piece), (line, piece)


@given(st.lists(st.lists(TEXTS.map(storable), min_size=3, max_size=3), max_size=4))
def test_a_csv_holds_what_was_put_into_it(rows: list[list[str]]) -> None:
    sink = Written()
    csv_lines.write(sink, ("a", "b", "c"), (map(cell, row) for row in rows))
    found = list(csv.reader(io.StringIO(bytes(sink.data).decode("utf-8-sig"), newline=""), strict=True))
    assert [[unguarded(each) for each in row] for row in found[1:]] == rows


def test_a_number_below_nought_stays_a_number_and_a_sum_does_not() -> None:
    assert guarded("-5") == "-5"
    assert guarded("-2.50") == "-2.50"
    assert guarded("-2+3") == "'-2+3"
    assert cell(-5) == "-5"


def test_an_answer_that_looks_like_a_gap_is_none() -> None:
    for gap in GAPS:
        assert cell(gap) == SENTINELS[gap]
        assert cell(SENTINELS[gap]) == f'"\'{SENTINELS[gap]}"'


def test_what_no_file_can_hold_is_marked_as_replaced() -> None:
    assert storable("a\0b\ud800c") == "a\ufffdb\ufffdc"
    assert storable("plain, é, \U0001f600") == "plain, é, \U0001f600"


@pytest.mark.parametrize("separator", [44, 59, 9], ids=["commas", "semicolons", "tabs"])
def test_libreoffice_computes_nothing_however_it_splits_the_lines(tmp_path: Path, separator: int) -> None:
    """ASVS 1.2.10."""
    attacks = [*HOSTILE, *(f"x{between}{text}" for text in HOSTILE for between in (";", "\t", "\n", ';"', "\r\n "))]
    sink = Written()
    csv_lines.write(sink, ("before", "attack", "behind"), ([cell("x"), cell(storable(text)), "1"] for text in attacks))
    # What happens to somebody who writes texts as they are shows that the program would run them.
    careless = "".join(f'"x",{text},1\n' for text in ("=1+1", "=SUM(1;2)")).replace(",", chr(separator))
    assert _formulas(careless.encode(), separator, tmp_path / "careless") != []
    assert _formulas(bytes(sink.data), separator, tmp_path / "guarded") == []


def _formulas(data: bytes, separator: int, folder: Path) -> list[str]:
    """The formulas that LibreOffice finds in a CSV whose lines it splits at a character."""
    folder.mkdir()
    (folder / "table.csv").write_bytes(data)
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile",
         f"--infilter=CSV:{separator},34,76,1", "--convert-to", "fods", "--outdir", folder / "made",
         folder / "table.csv"],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    (made,) = (folder / "made").glob("*.fods")
    tree = etree.fromstring(made.read_bytes(), etree.XMLParser(huge_tree=True))
    assert "x" in "".join(str(text) for text in tree.itertext(f"{{{TEXT}}}p"))
    found = tree.xpath("//@table:formula", namespaces={"table": TABLE})
    assert isinstance(found, list)
    return [str(formula) for formula in found]
