"""What docs/tables.md tells people to type does what it says, and its table of gaps is the one that files have."""

import io
import re

import polars as pl

from exports.formats import wide_csv
from exports.gaps import GAPS, LETTERS, SENTINELS, USUAL, codes
from tests.exports.other_programs import written
from tests.exports.samples import sample
from tests.house.tree import ROOT

TEXT = (ROOT / "docs/tables.md").read_text(encoding="utf-8")


def test_the_table_of_gaps_is_complete() -> None:
    rows = re.findall(r"^\|[^|]*\| `(<\w+>)` \| (-\d+) \| `\.(\w)` \|", TEXT, re.MULTILINE)
    assert rows == [(SENTINELS[gap], str(codes(USUAL)[gap]), LETTERS[gap]) for gap in GAPS]


def test_one_line_of_polars_reads_a_table_with_its_types() -> None:
    gaps = re.findall(r'"(<\w+>)"', TEXT)
    assert gaps == list(SENTINELS.values())
    made = written(wide_csv.files, sample())["csv/wide/short_survey.csv"]
    frame = pl.read_csv(io.BytesIO(made), null_values=gaps)
    assert frame["years"].to_list() == [2.5, 0, 60]
    assert frame["role"].to_list() == ["other", None, None]
    assert frame["barriers_time"].to_list() == [1, 0, None]
    assert frame["case"].to_list() == ["P-0001", "P-0002", "P-0004"]
