"""Tables as CSV and as Parquet, and their description: all say what the release says."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from lxml import etree

from exports.cells import storable, unguarded
from exports.codebook import Table, tables
from exports.dataset import Dataset
from exports.formats import codebook_csv, ddi, long_csv, parquet, scripts, wide_csv
from exports.gaps import GAPS, LETTERS, SENTINELS, Gap
from exports.variables import Type, Value
from tests.exports.other_programs import Written, bytes_of, written
from tests.exports.samples import CASES, HOSTILE, many, sample
from tests.house.tree import ROOT

DDI = "{ddi:codebook:2_5}"
CSV_WRITERS = (wide_csv, long_csv, codebook_csv)


def lines(data: bytes) -> list[dict[str, str]]:
    """The lines of a CSV by the names of its header, read as anybody would."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def said(table: Table, data: Dataset) -> Iterator[dict[str, Value]]:
    """What every record says, by variable."""
    names = [variable.name for variable in table.variables]
    for row in table.rows(data):
        yield dict(zip(names, row, strict=True))


def spelled(value: Value) -> str:
    """The value as it is read from a CSV."""
    if isinstance(value, Gap):
        return SENTINELS[value]
    return value.isoformat() if isinstance(value, date) else str(value)


def test_the_wide_table_says_what_every_record_says() -> None:
    made = written(wide_csv.files, sample())
    for table in tables(sample()):
        found = lines(made[f"csv/wide/{table.stem}.csv"])
        for line, record in zip(found, said(table, sample()), strict=True):
            assert {name: unguarded(cell) for name, cell in line.items()} == {
                name: spelled(value) for name, value in record.items()
            }


def test_the_long_table_has_a_line_for_every_question_of_every_record() -> None:
    found = lines(written(long_csv.files, sample())["csv/long.csv"])
    wanted = []
    for record in sample().records():
        case = sample().cases_by_id()[record.case]
        table = next(table for table in tables(sample()) if table.instrument.id == record.instrument)
        for variable in table.variables[6:]:
            if variable.source.kind != "attribute":
                value = variable.read(record, case)
                became = value.value if isinstance(value, Gap) else "answered"
                wanted.append((case.pseudonym, str(record.occasion), variable.name, became, value))
    assert len(found) == len(wanted)
    for line, (pseudonym, occasion, name, became, value) in zip(found, wanted, strict=True):
        assert (line["case"], line["occasion"], line["variable"], line["became"]) == (pseudonym, occasion, name, became)
        assert unguarded(line["value"]) == ("" if isinstance(value, Gap) else spelled(value))


def test_no_cell_of_any_table_is_blank_without_a_word_on_why() -> None:
    for name, data in written(wide_csv.files, sample()).items():
        for line in lines(data):
            assert all(line.values()), name
    for line in lines(written(long_csv.files, sample())["csv/long.csv"]):
        assert (line["became"] == "answered") == bool(line["value"])


def test_every_csv_has_a_mark_for_excel_and_ends_lines_as_rfc_4180_says() -> None:
    for writer in CSV_WRITERS:
        for data in written(writer.files, sample()).values():
            assert data.startswith(b"\xef\xbb\xbf")
            assert data.endswith(b"\r\n")


def test_cases_and_what_came_up_outside_the_guide_have_tables_of_their_own() -> None:
    made = written(wide_csv.files, sample())
    cases = lines(made["csv/cases.csv"])
    assert [line["case"] for line in cases] == [case.pseudonym for case in CASES]
    assert cases[3]["case_Site"] == "<not_known>"
    assert lines(made["csv/asides.csv"]) == [
        {
            "case": "P-0001",
            "instrument": "list_1",
            "occasion": "1",
            "number": "1",
            "words": "Did your mentor have a mentor?",
            "after": "effect",
            "theme": "Chains of mentoring",
        }
    ]


def test_the_codebook_names_every_variable_value_and_gap() -> None:
    made = written(codebook_csv.files, sample())
    variables = {(line["table"], line["variable"]): line for line in lines(made["csv/codebook.csv"])}
    meanings = {(line["table"], line["variable"], line["value"]): line for line in lines(made["csv/values.csv"])}
    for table in tables(sample()):
        for variable in table.variables:
            line = variables[table.stem, variable.name]
            assert unguarded(line["label"]) == variable.label
            assert (line["type"], line["question"]) == (variable.type.value, variable.source.question)
            for label in variable.labels:
                meaning = meanings[table.stem, variable.name, label.code]
                assert (meaning["spss"], unguarded(meaning["label"])) == (str(label.number), label.text)
            for gap in variable.gaps:
                meaning = meanings[table.stem, variable.name, SENTINELS[gap]]
                text = variable.type is Type.TEXT
                assert meaning["spss"] == ("" if text else str(variable.gap_codes[gap]))
                assert meaning["stata"] == ("" if text else f".{LETTERS[gap]}")
    assert variables["list_1", "effect"]["earlier_wordings"] == "1: What difference has it made to your career?"
    assert variables["list_1", "barriers"]["themes"] == "Barriers"


def test_every_gap_that_stands_in_a_table_stands_in_the_codebook() -> None:
    for table in tables(sample()):
        for record in said(table, sample()):
            for variable in table.variables:
                value = record[variable.name]
                assert not isinstance(value, Gap) or value in variable.gaps, variable.name


@pytest.mark.parametrize("shifted", [False, True])
def test_it_is_said_which_days_are_meant(shifted: bool) -> None:
    data = replace(sample(), shifted=shifted)
    about = lines(written(codebook_csv.files, data)["csv/about.csv"])
    days = " ".join(line["text"] for line in about if line["about"] == "days")
    assert "UTC" in days
    assert ("moved by a constant" in days) is shifted


def test_parquet_says_what_every_record_says() -> None:
    made = written(parquet.files, sample())
    for table in tables(sample()):
        frame = pl.read_parquet(io.BytesIO(made[f"parquet/{table.stem}.parquet"]))
        for row, record in zip(frame.iter_rows(named=True), said(table, sample()), strict=True):
            for variable in table.variables:
                value = record[variable.name]
                if variable.gaps:
                    assert row[variable.companion] == (value.value if isinstance(value, Gap) else "answered")
                assert row[variable.name] == (None if isinstance(value, Gap) else value)


def test_parquet_carries_labels_and_types() -> None:
    made = written(parquet.files, sample(language="fr"))["parquet/short_survey.parquet"]
    schema = pq.read_schema(io.BytesIO(made))
    role = schema.field("role")
    assert role.metadata[b"label"].decode() == "Quel est votre rôle ?"
    assert json.loads(role.metadata[b"labels"])["clinician"] == "Clinicienne ou clinicien"
    assert {name: str(schema.field(name).type) for name in ("years", "mentored", "since_day", "story", "wanted_a")} == {
        "years": "double", "mentored": "bool", "since_day": "date32[day]", "story": "string", "wanted_a": "int64",
    }  # fmt: skip
    assert json.loads(schema.metadata[b"verbatim.gaps"])["declined"] == "ne souhaite pas répondre"


def test_parquet_is_written_in_groups_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_GROUP_ROWS", 1000)
    made = bytes_of(next(iter(parquet.files(many(2300, questions=6)))))
    read = pq.ParquetFile(io.BytesIO(made))
    assert [read.metadata.row_group(at).num_rows for at in range(read.num_row_groups)] == [1000, 1000, 300]
    assert read.read().num_rows == 2300


def test_a_release_without_records_has_tables_with_names_alone() -> None:
    data = replace(sample(), records=lambda: iter(()))
    assert pl.read_parquet(io.BytesIO(written(parquet.files, data)["parquet/list_1.parquet"])).height == 0
    assert lines(written(wide_csv.files, data)["csv/wide/list_1.csv"]) == []


@pytest.mark.parametrize("writer", [*CSV_WRITERS, ddi, scripts])
def test_the_same_release_has_the_same_bytes(writer: Any) -> None:
    assert written(writer.files, sample()) == written(writer.files, sample())


def _schema() -> etree.XMLSchema | None:
    path = ROOT.parent / "shared/ddi/codebook.xsd"
    return etree.XMLSchema(file=path) if path.is_file() else None


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("title", [sample().title, "", *HOSTILE])
def test_the_description_is_ddi(language: str, title: str) -> None:
    """By its schema where the folder with it is beside the project, as in CI; well-formed everywhere."""
    data = replace(sample(language=language), title=storable(title), reference=title)
    tree = etree.fromstring(written(ddi.files, data)["ddi/codebook.xml"])
    schema = _schema()
    if schema is not None:
        schema.assertValid(tree)


def test_the_description_has_every_variable_with_its_label_question_categories_and_gaps() -> None:
    tree = etree.fromstring(written(ddi.files, sample())["ddi/codebook.xml"])
    found = {(each.get("files"), each.get("name")): each for each in tree.iter(f"{DDI}var")}
    for number, table in enumerate(tables(sample()), 1):
        for variable in table.variables:
            each = found[f"F{number}", variable.name]
            assert each.findtext(f"{DDI}labl") == variable.label
            categories = {
                category.findtext(f"{DDI}catValu"): category.get("missing") == "Y"
                for category in each.iter(f"{DDI}catgry")
            }
            assert categories == {label.code: False for label in variable.labels} | {
                SENTINELS[gap]: True for gap in variable.gaps
            }
            if variable.source.question:
                assert each.findtext(f"{DDI}qstn/{DDI}qstnLit") == variable.stem
    concepts = [each.text for each in found["F1", "barriers"].iter(f"{DDI}concept")]
    assert concepts == ["Experience", "Barriers"]
    assert len(found) == sum(len(table.variables) for table in tables(sample()))


def test_every_writer_says_what_it_loses() -> None:
    for writer in (*CSV_WRITERS, parquet, ddi, scripts):
        assert all(loss.endswith(".") for loss in writer.losses(sample()))


def test_a_sink_need_not_be_able_to_go_back() -> None:
    class Narrow(Written):
        """Takes bytes and nothing else."""

        def write(self, data: bytes, /) -> None:
            assert type(data) is bytes
            super().write(data)

    for writer in (*CSV_WRITERS, parquet, ddi, scripts):
        for file in writer.files(sample()):
            file.write(Narrow())


def test_every_kind_of_gap_has_a_word_a_number_and_a_letter_of_its_own() -> None:
    assert len(set(SENTINELS.values())) == len(set(LETTERS.values())) == len(GAPS)
