"""Files of SPSS and Stata as others read them: pyreadstat, and PSPP, which shares no code with what wrote them."""

import csv
import io
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import stat_files
from exports.cells import storable
from exports.codebook import Table, tables
from exports.dataset import Column, Dataset, Record
from exports.formats import dta, parquet, sav
from exports.gaps import LABELS, LETTERS, USUAL, Gap, codes
from exports.stat_files import NotInstalled, NotOnThisSystem, TooLarge
from exports.variables import Type, Value, Variable
from instruments.definition import Question
from instruments.kinds import LongText, Number, YesNo
from tests.exports.other_programs import bytes_of, put_down, written
from tests.exports.samples import CASES, FORM, HOSTILE, many, record, sample
from tests.exports.test_codebook import dataset

STEMS = ("list_1", "short_survey")
EPOCH_SPSS, EPOCH_STATA = date(1582, 10, 14), date(1960, 1, 1)


def read_sav(data: bytes, folder: Path) -> tuple[dict[str, list[Any]], Any]:
    """The columns and what is known of them, user-missing values as they stand in the file."""
    path = folder / "read.sav"
    path.write_bytes(data)
    columns, about = pyreadstat.read_sav(
        str(path), user_missing=True, output_format="dict", disable_datetime_conversion=True
    )
    return dict(columns), about


def read_dta(data: bytes, folder: Path) -> tuple[dict[str, list[Any]], Any]:
    """The columns with the letters of extended missing values, and what is known of them."""
    path = folder / "read.dta"
    path.write_bytes(data)
    columns, about = pyreadstat.read_dta(
        str(path), user_missing=True, output_format="dict", disable_datetime_conversion=True
    )
    return dict(columns), about


def values(table: Table, data: Dataset) -> dict[str, list[Value]]:
    """What the table says, by variable."""
    rows = list(table.rows(data))
    return {each.name: [row[at] for row in rows] for at, each in enumerate(table.variables)}


def expected(
    variable: Variable, value: Value, gaps: Callable[[Variable], Mapping[Gap, Any]], since: date, unit: int
) -> Any:
    """The value as the file has to have it."""
    if isinstance(value, Gap):
        return "" if variable.type is Type.TEXT else gaps(variable)[value]
    if isinstance(value, date):
        return (value - since).days * unit
    return variable.numbers[str(value)] if variable.type is Type.CHOICE else value


def test_pyreadstat_finds_every_value_and_label_in_the_spss_files(tmp_path: Path) -> None:
    data, made = sample(language="fr"), written(sav.files, sample(language="fr"))
    for table in tables(data):
        columns, about = read_sav(made[f"spss/{table.stem}.sav"], tmp_path)
        for variable in table.variables:
            wanted = [
                expected(variable, value, lambda each: each.gap_codes, EPOCH_SPSS, 86_400)
                for value in values(table, data)[variable.name]
            ]
            assert columns[variable.name] == wanted
            assert about.column_names_to_labels[variable.name] == variable.label
            assert about.variable_measure[variable.name] == variable.measure.value
            if variable.type is not Type.TEXT and variable.gaps:
                said = about.variable_value_labels[variable.name]
                assert {label.number: label.text for label in variable.labels}.items() <= said.items()
                assert said[variable.gap_codes[variable.gaps[0]]] == LABELS[variable.gaps[0]]["fr"]
                assert about.missing_ranges[variable.name] == [{"lo": -99.0, "hi": -91.0}]
        assert about.file_label == data.title


def test_pyreadstat_finds_every_value_and_label_in_the_stata_files(tmp_path: Path) -> None:
    data, made = sample(), written(dta.files, sample())
    for table in tables(data):
        columns, about = read_dta(made[f"stata/{table.stem}.dta"], tmp_path)
        for variable in table.variables:
            wanted = [
                expected(variable, value, lambda _: LETTERS, EPOCH_STATA, 1)
                for value in values(table, data)[variable.name]
            ]
            assert columns[variable.name] == wanted
            assert about.column_names_to_labels[variable.name] == variable.short_label(80, in_bytes=False)
            if variable.type is not Type.TEXT and variable.gaps:
                said = about.variable_value_labels[variable.name]
                assert {label.number: label.text for label in variable.labels}.items() <= said.items()
                assert said[LETTERS[variable.gaps[0]]] == LABELS[variable.gaps[0]]["en"]
        assert about.file_label == data.title


@pytest.mark.parametrize(("writer", "name", "read"), [(sav, "spss/{}.sav", read_sav), (dta, "stata/{}.dta", read_dta)])
def test_beside_every_text_stands_what_became_of_it(
    writer: ModuleType, name: str, read: Callable[[bytes, Path], tuple[dict[str, list[Any]], Any]], tmp_path: Path
) -> None:
    data, made = sample(), written(writer.files, sample())
    for table in tables(data):
        columns, about = read(made[name.format(table.stem)], tmp_path)
        texts = [each for each in table.variables if each.type is Type.TEXT and each.source.question]
        assert texts
        for variable in texts:
            usual = codes(USUAL)
            wanted = [usual[value] if isinstance(value, Gap) else 0 for value in values(table, data)[variable.name]]
            assert columns[variable.companion] == wanted
            assert about.variable_value_labels[variable.companion][-93] == "declined"


@pytest.fixture(scope="module")
def spss(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("spss")
    put_down(written(sav.files, sample()), folder)
    return folder / "spss"


def in_pspp(folder: Path, syntax: str) -> str:
    """What PSPP says, and that it found nothing to complain about."""
    (folder / "do.sps").write_text(syntax, encoding="utf-8")
    done = subprocess.run(
        ["pspp", "-o", folder / "said.txt", "-O", "format=csv", folder / "do.sps"],
        cwd=folder, check=False, capture_output=True, text=True, timeout=60, env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    said = (folder / "said.txt").read_text(encoding="utf-8") if (folder / "said.txt").is_file() else ""
    assert done.returncode == 0, done.stdout + done.stderr + said
    assert "warning" not in (done.stdout + done.stderr + said).lower(), done.stdout + done.stderr + said
    return said


@pytest.mark.parametrize("stem", STEMS)
def test_pspp_shows_every_label_and_takes_every_kind_of_gap_for_missing(spss: Path, stem: str) -> None:
    table = next(table for table in tables(sample()) if table.stem == stem)
    said = in_pspp(spss, f"GET FILE='{stem}.sav'.\nDISPLAY DICTIONARY.\n")
    cells = {cell for row in csv.reader(io.StringIO(said)) for cell in row}
    for variable in table.variables:
        assert variable.name in cells
        assert variable.label in cells
        for label in variable.labels:
            assert label.text in cells
        if variable.type is not Type.TEXT and variable.gaps:
            assert {LABELS[gap]["en"] for gap in variable.gaps} <= cells
    lines = list(csv.reader(io.StringIO(said)))
    assert any("-99" in cell and "-91" in cell for row in lines for cell in row)


def test_pspp_counts_answers_and_leaves_gaps_out(spss: Path) -> None:
    syntax = "GET FILE='short_survey.sav'.\nDESCRIPTIVES content years wanted_a /STATISTICS=MEAN.\n"
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(in_pspp(spss, syntax))) if len(row) > 2}
    assert rows["How content are you?"][:2] == ["1", "4.00"]
    assert rows["For how many years? (years)"][:2] == ["3", "20.83"]
    assert rows["Which first? – Workshop"][:2] == ["2", "2.00"]


def test_pspp_reads_texts_whole_and_days_as_days(spss: Path) -> None:
    syntax = "GET FILE='short_survey.sav'.\nCOMPUTE length = LENGTH(RTRIM(story)).\n"
    syntax += "LIST /VARIABLES=case place day since_day length.\n"
    rows = [row for row in csv.reader(io.StringIO(in_pspp(spss, syntax))) if row and row[0].startswith("P-")]
    story = next(run for run in sample().records() if run.cells.get("story") and run.language == "fr").cells["story"]
    assert [row[1].strip() for row in rows] == ["Calgary, near the river", "À Edmonton", "=cmd|' /C calc'!A0"]
    assert [row[2] for row in rows] == ["2026/11/09"] * 3
    assert rows[2][3] == "2006/10/04"
    assert float(rows[1][4]) == len(str(story.answer).encode())


@pytest.mark.parametrize("stem", STEMS)
def test_pspp_takes_the_syntax_that_declares_several_answers(spss: Path, stem: str) -> None:
    syntax = (spss / f"{stem}.sps").read_text(encoding="utf-8-sig")
    assert "MRSETS" in syntax
    said = in_pspp(spss, f"GET FILE='{stem}.sav'.\n{syntax}\nMRSETS /DISPLAY NAME=ALL.\n")
    assert ("$barriers" if stem == "short_survey" else "$experience") in said


@pytest.mark.parametrize("writer", [sav, dta, parquet])
def test_the_same_release_has_the_same_bytes_whatever_the_clock_says(
    writer: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = written(writer.files, sample())
    time.sleep(1.1)  # the library has the time from the machine, in seconds
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    second = written(writer.files, sample())
    monkeypatch.undo()
    time.tzset()
    assert first == second


def test_the_files_carry_the_day_of_the_release_and_not_todays() -> None:
    later = replace(sample(), made_on=date(2031, 3, 7), title="</label><timestamp>")
    made = written(sav.files, later)["spss/list_1.sav"]
    assert made[92:109] == b"07 Mar 3100:00:00"
    assert b"<timestamp>\x1107 Mar 2031 00:00</timestamp>" in written(dta.files, later)["stata/list_1.dta"]


def long_texts(*lengths: int, letter: str = "x") -> Dataset:
    """As many records as lengths, with a text of each length."""
    data = dataset(LongText(longest=100_000), answers={1: "x"})
    texts = [record(CASES[0], data.instruments[0], 1, {"q": letter * length}, occasion=length) for length in lengths]
    return replace(data, records=lambda: iter(texts))


@pytest.mark.parametrize("length", [254, 255, 256, 2044, 2045, 2046, 10_000, 32_767])
def test_long_texts_come_back_whole(length: int, tmp_path: Path) -> None:
    data = long_texts(length, 1)
    for columns, _ in (
        read_sav(written(sav.files, data)["spss/form.sav"], tmp_path),
        read_dta(written(dta.files, data)["stata/form.dta"], tmp_path),
    ):
        assert columns["q"] == ["x" * length, "x"]


def test_a_text_too_long_for_spss_is_cut_between_letters_and_that_is_said(tmp_path: Path) -> None:
    data = long_texts(20_000, letter="é")
    columns, _ = read_sav(written(sav.files, data)["spss/form.sav"], tmp_path)
    assert columns["q"] == ["é" * 16_382 + "…"]
    assert any("32,767 bytes" in loss for loss in sav.losses(data))
    columns, _ = read_dta(written(dta.files, data)["stata/form.dta"], tmp_path)
    assert columns["q"] == ["é" * 20_000]


@pytest.mark.parametrize("number", [999_999_999_999_999, -999_999_999_999_999, 0])
def test_the_largest_numbers_are_neither_rounded_nor_taken_for_a_gap(number: int, tmp_path: Path) -> None:
    data = dataset(Number(), answers={1: number})
    columns, about = read_sav(written(sav.files, data)["spss/form.sav"], tmp_path)
    assert columns["q"] == [number]
    (span,) = about.missing_ranges["q"]
    assert not span["lo"] <= number <= span["hi"]
    assert read_dta(written(dta.files, data)["stata/form.dta"], tmp_path)[0]["q"] == [number]


@pytest.mark.parametrize("writer", [sav, dta])
def test_labels_that_are_cut_are_counted_among_the_losses(writer: ModuleType) -> None:
    data = dataset(Number(), answers={}, label="é" * 300)
    assert any("1 labels" in loss and "cut" in loss for loss in writer.losses(data))
    assert not any("cut" in loss for loss in writer.losses(sample()) if "labels" in loss)


@pytest.mark.parametrize("writer", [sav, dta])
def test_a_release_without_records_has_files_without_rows(writer: ModuleType, tmp_path: Path) -> None:
    data = replace(sample(), records=lambda: iter(()))
    for name, made in written(writer.files, data).items():
        if not name.endswith(".sps"):
            columns, about = (read_sav if writer is sav else read_dta)(made, tmp_path)
            assert about.number_rows == 0
            assert "case" in columns


class Untouched:
    """A sink into which nothing may come."""

    def write(self, data: bytes, /) -> object:
        raise AssertionError


@pytest.mark.parametrize("writer", [sav, dta])
def test_a_table_that_is_too_large_is_refused_before_a_byte_of_it_and_parquet_is_named(
    writer: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stat_files, "MOST", 3_000_000)
    read = 0

    def counted(records: Callable[[], Iterator[Record]]) -> Iterator[Record]:
        nonlocal read
        for each in records():
            read += 1
            yield each

    data = many(2000, questions=30)
    (file,) = [
        file for file in writer.files(replace(data, records=lambda: counted(data.records))) if ".sps" not in file.name
    ]
    with pytest.raises(TooLarge, match="Parquet"):
        file.write(Untouched())
    assert read < 2000


def test_one_long_text_counts_in_every_row_of_a_file_that_has_room_for_it_in_every_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stat_files, "MOST", 3_000_000)
    data = long_texts(30_000, *range(1, 150))
    with pytest.raises(TooLarge):
        bytes_of(next(iter(sav.files(data))))
    bytes_of(next(iter(dta.files(data))))  # has it once


def test_texts_that_stata_keeps_apart_count_half_as_much_again(monkeypatch: pytest.MonkeyPatch) -> None:
    data = long_texts(*[3000] * 100)
    monkeypatch.setattr(stat_files, "MOST", 440_000)
    with pytest.raises(TooLarge):
        bytes_of(next(iter(dta.files(data))))
    bytes_of(next(iter(sav.files(data))))  # has them in its rows


@pytest.mark.parametrize("writer", [sav, dta, parquet])
def test_a_library_that_is_not_installed_is_named_in_one_sentence(
    writer: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "INSTALLED", False)
    with pytest.raises(NotInstalled, match="verbatim\\[stats\\]"):
        next(iter(writer.files(sample())))
    assert writer.losses(sample())


@pytest.mark.parametrize("writer", [sav, dta])
def test_where_a_file_cannot_be_in_memory_alone_none_is_made(
    writer: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "memfd_create")
    with pytest.raises(NotOnThisSystem, match="Parquet"):
        next(iter(writer.files(sample())))


@pytest.mark.parametrize(("writer", "verb"), [(sav, "write_sav"), (dta, "write_dta")])
def test_the_path_that_the_library_gets_leads_into_memory_and_nowhere_afterwards(
    writer: ModuleType, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    write = getattr(pyreadstat, verb)

    def watched(frame: Any, path: str, **more: Any) -> None:
        seen.append((path, str(Path(path).readlink())))
        write(frame, path, **more)

    monkeypatch.setattr(pyreadstat, verb, watched)
    assert written(writer.files, sample())
    assert len(seen) == len(STEMS)
    for path, target in seen:
        assert target.startswith("/memfd:")
        assert not Path(path).exists() or not str(Path(path).readlink()).startswith("/memfd:")


@pytest.mark.parametrize("title", ["x" * 400, "é " * 300, "word " * 100])
def test_a_title_of_any_length_has_its_place(title: str, tmp_path: Path) -> None:
    data = replace(sample(), title=title)
    about = read_sav(written(sav.files, data)["spss/list_1.sav"], tmp_path)[1]
    assert "".join(about.notes).replace(" ", "").startswith(title.replace(" ", ""))
    assert len(about.file_label.encode()) <= 64
    assert len(read_dta(written(dta.files, data)["stata/list_1.dta"], tmp_path)[1].file_label) <= 80


@settings(max_examples=60)
@given(st.lists(st.text(max_size=60) | st.sampled_from(HOSTILE), min_size=1, max_size=4))
def test_any_words_come_back_from_every_file(said: list[str]) -> None:
    data = dataset(LongText(), answers={1: "x"})
    runs = [record(CASES[0], data.instruments[0], 1, {"q": text}, occasion=at) for at, text in enumerate(said, 1)]
    data = replace(data, records=lambda: iter(runs))
    stored = [storable(text) for text in said]
    with tempfile.TemporaryDirectory() as folder:
        # SPSS fills a text up with spaces, so it cannot know of those at the end.
        columns, _ = read_sav(written(sav.files, data)["spss/form.sav"], Path(folder))
        assert [text.rstrip(" ") for text in columns["q"]] == [text.rstrip(" ") for text in stored]
        assert read_dta(written(dta.files, data)["stata/form.dta"], Path(folder))[0]["q"] == stored
    read = pq.read_table(io.BytesIO(written(parquet.files, data)["parquet/form.parquet"]))
    assert [text or "" for text in read["q"].to_pylist()] == stored


def test_a_long_name_among_many_variables_with_labels_is_written() -> None:
    names = [f"{'good_relationship_mentor_brings'[:28]}{number:03d}" for number in range(120)]
    asked = tuple(Question(id=name, kind=YesNo(), label={"en": "Is it so?"}) for name in names)
    form = replace(FORM, columns=tuple(Column(question, {}, {1: question}) for question in asked))
    said = record(CASES[0], form, 1, dict.fromkeys(names, "yes"))
    data = replace(sample(), instruments=(form,), records=lambda: iter([said]))
    for writer in (sav, dta):
        assert bytes_of(next(writer.files(data)))
