"""Data dictionaries that nobody here has seen: real ones, changed as people and programs change them."""

import csv
import html
import io
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instruments.definition import find, from_json, to_json
from instruments.findings import Severity
from instruments.foreign.account import Fate, FormUnreadable, Imported
from instruments.foreign.redcap import read
from instruments.foreign.redcap_fields import HEADINGS
from instruments.foreign.redcap_kinds import TYPES, VALIDATIONS
from instruments.foreign.redcap_writing import write
from instruments.inspection import inspect
from tests.house.tree import ROOT
from tests.instruments.sayings import everything_said

Table = list[list[str]]

LAW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
OTHERS = ROOT.parent / "shared/forms/redcap"
OWN = [
    list(HEADINGS.values()),
    ["record_id", "one", "", "text", "Record", *[""] * 13],
    ["age", "one", "<h3>You</h3>", "text", "Age?", "", "in years", "integer", "0", "120", "y", "", "y", *[""] * 5],
    ["work", "one", "", "radio", "Work?", "1, Yes | 0, No", *[""] * 5, "[age] > 17", *[""] * 6],
    ["pain", "two", "", "slider", "Pain?", "None | Some | Worst", *[""] * 12],
    ["m1", "two", "Agree?", "radio", "A", "1, Yes | 2, No", *[""] * 9, "grid", "", ""],
    ["m2", "two", "", "radio", "B", "1, Yes | 2, No", *[""] * 9, "grid", "", "@HIDDEN"],
]
CELLS = (
    "", "x", "y", "0", "1, A", "1, A | 2, B", "1, A | 1, B", "|||", "1,", ", A", "BIOPORTAL:ICD10",
    "select record from redcap_data",
    "[age] > 17", "[event_1_arm_1][age] = '1'", "[age][current-instance] <> ''", "[m1(1)] = '1'",
    "[user-dag-name] = 'x'",
    "datediff([a], 'today', 'y') > 18", "[age", "[nobody] = 1", "@HIDDEN", "@CALCTEXT(if([age] > 1, 'a', 'b'))",
    "@DEFAULT='1' words",
    "@MAXCHECKED=2 @NONEOFTHEABOVE='1'", "@IF([age] = 1, @HIDDEN, '')", "@", "<b>bold</b> & <script>x</script>",
    "<18 years>",
    "date_ymd", "number", "today", "31-12-1999", "1.5", "1,5", "-1", "Größe, Ähm", "имя", "“quoted”", "a\nb", "a|b",
    "{field:icons}",
    "\ufeff", "x" * 400, "long " * 900, "grid", "TRUE", "[descriptive_video]", "https://example.org/video.mp4", "😀",
)  # fmt: skip


def bases() -> list[Table]:
    """The dictionaries that others made, where they are beside the project, and one of our own."""
    files = sorted(OTHERS.glob("*.csv"))
    return [OWN, *(list(csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline=""))) for file in files)]


BASES = bases()


def _other_cell(table: Table, at: int, random: Random) -> None:
    if table[at]:
        table[at][random.randrange(len(table[at]))] = random.choice(CELLS)


def _other_type(table: Table, at: int, random: Random) -> None:
    column, said = random.choice(
        [(3, [*TYPES, "sql", "signature", "Text", "telepathy"]), (7, [*VALIDATIONS, "nonsense"])]
    )
    if len(table[at]) > column:
        table[at][column] = random.choice(said)


def _row_gone(table: Table, at: int, _: Random) -> None:
    del table[at]


def _row_twice(table: Table, at: int, _: Random) -> None:
    table.insert(at, list(table[at]))


def _empty_row(table: Table, at: int, random: Random) -> None:
    table.insert(at, random.choice([[], [""] * len(table[0]), [" "]]))


def _other_length(table: Table, at: int, random: Random) -> None:
    table[at] = table[at][: random.randrange(len(table[at]) + 1)] + random.choice([[], ["", ""], ["too much"]])


def _column_gone(table: Table, _: int, random: Random) -> None:
    column = random.randrange(len(table[0]) or 1)
    for row in table:
        del row[column : column + 1]


def _other_heading(table: Table, _: int, random: Random) -> None:
    if table[0]:
        column = random.randrange(len(table[0]))
        said = table[0][column]
        table[0][column] = random.choice([said.upper(), f" {said}", "Colour", "field_name", ""])


MUTATIONS: tuple[Callable[[Table, int, Random], None], ...] = (
    _other_cell, _other_cell, _other_cell, _other_type, _other_type, _row_gone, _row_twice, _empty_row, _other_length,
    _column_gone, _other_heading,
)  # fmt: skip


def changed(table: Table, random: Random) -> None:
    """One thing of the table is otherwise."""
    if table:
        random.choice(MUTATIONS)(table, random.randrange(1, len(table)) if len(table) > 1 else 0, random)


def written(table: Table, separator: str = ",", end: str = "\r\n", quoting: int = 0) -> str:
    """The table as some program writes it: its separator, its ends of lines, its quotation marks."""
    file = io.StringIO(newline="")
    # csv's constants are numbers too: 0 is QUOTE_MINIMAL, 1 is QUOTE_ALL.
    csv.writer(file, delimiter=separator, lineterminator=end, quoting=quoting).writerows(table)  # type: ignore[arg-type]
    return file.getvalue()


def taken_or_refused(data: bytes) -> Imported | str:
    """What was read, or the sentence with which it was refused."""
    try:
        return read(data, "study.csv")
    except FormUnreadable as refused:
        return str(refused.said)


def _plain(text: str) -> str:
    """A text without its HTML, spaces and signs, made out apart from how the reader does."""
    return re.sub(r"\W+", "", html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>", " ", text))).lower()


def test_there_is_something_to_change() -> None:
    assert len(BASES) == (27 if OTHERS.is_dir() else 1)


@LAW
@given(st.randoms(use_true_random=False), st.integers(0, 4))
def test_a_changed_dictionary_is_taken_with_every_row_accounted_for_or_refused_with_one_sentence(
    random: Random, changes: int
) -> None:
    table = [list(row) for row in random.choice(BASES)]
    for _ in range(changes):
        changed(table, random)

    text = written(table, random.choice(",,,;\t"), random.choice(["\r\n", "\n"]), random.choice([0, 1]))
    found = taken_or_refused(text.encode(random.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"])))

    if isinstance(found, str):
        assert re.search(r"[Rr]ow \d+|The file is empty", found)
        assert len(found) < 500
        return
    rows = range(2, len(table) + 1)
    assert [line.place for line in found.lines if "," not in line.place] == ["file", *(f"row {at}" for at in rows)]
    assert from_json(to_json(found.instrument)) == found.instrument
    said = {str(line.sentence) for line in found.lines}
    errors = [str(one.sentence) for one in inspect(found.instrument) if one.severity is Severity.ERROR]
    assert [error for error in errors if error not in said] == []
    assert write(found.instrument).data


@pytest.mark.parametrize("table", BASES, ids=lambda table: str(len(table)))
def test_every_text_of_a_row_that_was_taken_is_in_the_instrument(table: Table) -> None:
    found = taken_or_refused(written(table).encode())
    if isinstance(found, str):
        return
    heard = _plain(" ".join(everything_said(found.instrument)))
    fates = {line.place: line.fate for line in found.lines}
    columns = {name.lower(): at for at, name in enumerate(table[0])}
    texts = [columns[name] for name in ("section header", "field label", "field note") if name in columns]
    for number, row in enumerate(table[1:], 2):
        if fates[f"row {number}"] is Fate.LEFT_OUT:
            continue
        for at in texts:
            # What is repeated of an answer is written otherwise here.
            parts = re.split(r"\[[^\]]*\]|\{[^}]*\}", row[at]) if at < len(row) else []
            assert [part for part in parts if _plain(part) not in heard] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["", "\r\n\r\n", ",,,\n"])
def test_what_programs_write_around_a_dictionary_is_no_reason_to_refuse_it(encoding: str, end: str) -> None:
    text = written([*OWN, ["cafe", "two", "", "text", "Un café ?", *[""] * 13]]) + end

    found = read(text.encode(encoding), "study.csv")

    asked = find(found.instrument, "cafe")
    assert asked is not None
    assert asked.label == {"en": "Un café ?"}


def test_a_file_that_was_never_seen_is_named_by_its_file() -> None:
    found = read(written(OWN).encode(), str(Path("x") / "My Study_DataDictionary_2026-11-30.csv"))
    assert found.instrument.id == "My_Study"
    assert find(found.instrument, "work") is not None
