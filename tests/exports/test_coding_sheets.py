"""Sheets for ATLAS.ti, NVivo and QualCoder, as LibreOffice and Calamine read them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
import python_calamine

from exports import workbooks
from exports.case_tables import OutOfOrder
from exports.dataset import Attribute, AttributeKind, Dataset, Record
from exports.formats import atlas, nvivo, qualcoder_survey
from exports.workbooks import LONGEST
from tests.exports.other_programs import OFFICE, TABLE, TEXT, in_libreoffice, written
from tests.exports.samples import CASES, FORM, GUIDE, HOSTILE, many, record, sample

SURVEY, ATLAS = "qualcoder/survey.xlsx", "atlas.ti/short_survey.xlsx"


def _sheets(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if name.endswith(".xlsx")}


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return {
        name: data
        for writer in (atlas, nvivo, qualcoder_survey)
        for name, data in _sheets(written(writer.files, sample())).items()
    }


@pytest.fixture(scope="module")
def opened(made: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    return in_libreoffice(made, tmp_path_factory.mktemp("sheets"), "fods")


def _rows(data: bytes) -> list[list[str]]:
    """What Calamine reads; a cell that is no text would not compare equal to one."""
    sheet = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0)
    rows: list[list[Any]] = sheet.to_python()
    assert all(isinstance(cell, str) for row in rows for cell in row)
    return rows


def _column(data: bytes, header: str) -> list[str]:
    rows = _rows(data)
    return [row[rows[0].index(header)] for row in rows[1:]]


def _in_office(tree: Any) -> list[list[str]]:
    """What LibreOffice reads, without the blank rows and cells at the end."""
    rows = []
    for row in tree.find(f"{{{OFFICE}}}body").iter(f"{{{TABLE}}}table-row"):
        cells: list[str] = []
        for cell in row.iter(f"{{{TABLE}}}table-cell"):
            assert cell.get(f"{{{TABLE}}}formula") is None
            assert cell.get(f"{{{OFFICE}}}value-type") in {None, "string"}
            said = "\n".join(_text(paragraph) for paragraph in cell.iter(f"{{{TEXT}}}p"))
            cells += [said] * min(500, int(cell.get(f"{{{TABLE}}}number-columns-repeated", 1)))
        if any(cells):
            rows.append(cells)
    return rows


def _text(paragraph: Any) -> str:
    pieces = [paragraph.text or ""]
    for inner in paragraph:
        count = int(inner.get(f"{{{TEXT}}}c", 1))
        pieces.append({f"{{{TEXT}}}tab": "\t", f"{{{TEXT}}}s": " " * count}.get(inner.tag, inner.text or ""))
        pieces.append(inner.tail or "")
    return "".join(pieces)


def test_libreoffice_reads_in_every_sheet_what_was_written_and_no_formula(
    made: dict[str, bytes], opened: Mapping[str, Any]
) -> None:
    assert len(made) == 5
    for name, data in made.items():
        # Calc itself leaves out a tab within a cell.
        rows = [[cell.replace("\t", "") for cell in row] for row in _rows(data)]
        assert [row[: len(rows[0])] for row in _in_office(opened[name])] == rows


def test_hostile_words_are_in_the_sheets_as_words(made: dict[str, bytes]) -> None:
    said = (
        "\n".join(HOSTILE).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd").replace("\x07", "\ufffd")
    )
    assert _column(made[SURVEY], "story")[0] == said
    assert _column(made[SURVEY], "place")[3] == HOSTILE[0]


# ATLAS.ti


def test_one_row_of_atlas_is_one_run_with_name_author_and_date(made: dict[str, bytes]) -> None:
    rows = _rows(made["atlas.ti/list_1.xlsx"])
    assert rows[0][:3] == ["!Document", "^Participant", "&Date"]
    assert [row[:3] for row in rows[1:]] == [
        ["P-0001 list_1 1", "P-0001", "20261109"],
        ["P-0001 list_1 2", "P-0001", "20261109"],
        ["P-0003 list_1 1", "P-0003", "20261109"],
    ]


def test_the_prefix_of_an_atlas_header_says_what_becomes_of_the_column(made: dict[str, bytes]) -> None:
    header = _rows(made[ATLAS])[0]
    assert {
        ":Site", ".quotable", ":Instrument version", ".Finished", ":role::What is your role?",
        ".mentored::Do you have a mentor?", "#barriers::What gets in the way?", ":years::For how many years?",
        "story::Tell us a story of mentoring.", "role own words::What is your role?",
    } <= set(header)  # fmt: skip
    assert _column(made[ATLAS], "#barriers::What gets in the way?")[0] == "Time, Skills – “enough” of them"
    assert _column(made[ATLAS], ".mentored::Do you have a mentor?") == ["Yes", "No", ""]
    assert _column(made[ATLAS], ".quotable") == ["Yes", "No", "Yes"]


def test_an_attribute_cannot_pass_for_a_prefix_or_a_comment_of_atlas() -> None:
    odd = Attribute("<!ignore::me", AttributeKind.TEXT)
    case = replace(CASES[0], attributes={odd.name: "a::b"})
    data = _with([record(case, FORM, 1, {"place": "x"})], attributes=(odd,), cases=(case,))
    assert _column(written(atlas.files, data)[ATLAS], ":ignore:me") == ["a:b"]


# NVivo


def test_an_nvivo_sheet_has_classification_attributes_and_cases_where_nvivo_looks(made: dict[str, bytes]) -> None:
    rows = _rows(made["nvivo/participants.xlsx"])
    assert rows[0][:4] == ["Participant", "Site", "group", "gender"]
    assert [row[0] for row in rows[1:]] == [case.pseudonym for case in CASES]
    assert _column(made["nvivo/participants.xlsx"], "role")[:2] == ["Other, please say", ""]
    assert not {"story", "memo", "experience"} & set(rows[0])


def test_nvivos_files_are_the_documents_with_their_participants(made: dict[str, bytes]) -> None:
    rows = _rows(made["nvivo/files.xlsx"])
    assert rows[0][:2] == ["File", "Participant"]
    assert rows[2] == ["P-0001 list_1 2", "P-0001", "Guide for mentees", "2", "2", "2026-11-09", "en", "yes"]


def test_every_paragraph_of_an_nvivo_transcript_begins_with_its_speaker() -> None:
    made = written(nvivo.files, sample())
    transcripts = {name: data.decode() for name, data in made.items() if name.startswith("nvivo/transcripts/")}
    assert set(transcripts) == {f"nvivo/transcripts/P-000{number} short_survey 1.txt" for number in (1, 2, 4)}
    lines = transcripts["nvivo/transcripts/P-0002 short_survey 1.txt"].split("\n")
    assert lines[:3] == [
        "Interviewer: Où travaillez-vous ?",
        "P-0002: À Edmonton",
        "Interviewer: Racontez-nous une histoire.",
    ]
    assert all(line.startswith(("Interviewer: ", "P-0002: ")) for line in lines if line)


def test_nvivo_gets_256_columns_and_the_others_are_named_as_a_loss() -> None:
    data = many(2, questions=400)
    rows = _rows(written(nvivo.files, data)["nvivo/participants.xlsx"])
    assert len(rows[0]) == 256
    loss = next(loss for loss in nvivo.losses(data) if "at most 256 columns" in loss)
    kept = set(rows[0])
    left = [f"q{number}" for number in range(1, 401) if number % 3 != 2 and f"q{number}" not in kept]
    assert f"left out (columns: {len(left)}): {left[0]}, {left[1]}" in loss
    assert not any("columns" in loss for loss in nvivo.losses(sample()))


# QualCoder


def test_the_first_column_for_qualcoder_is_the_case_once(made: dict[str, bytes]) -> None:
    assert _column(made[SURVEY], "case") == [case.pseudonym for case in CASES]


def test_qualcoder_gets_zero_and_false_as_text(made: dict[str, bytes]) -> None:
    assert _column(made[SURVEY], "years")[1] == "0"
    zero = _with([record(CASES[0], FORM, 1, {"place": "FALSE", "story": "0"})])
    rows = _rows(written(qualcoder_survey.files, zero)[SURVEY])
    assert {"FALSE", "0"} <= set(rows[1])


def test_further_occasions_are_further_columns(made: dict[str, bytes]) -> None:
    assert _column(made[SURVEY], "experience")[0].startswith("She met")
    assert _column(made[SURVEY], "experience 2") == ["Second talk.", "", "", ""]
    assert _column(made[SURVEY], "list_1 version 2") == ["2", "", "", ""]


def test_a_further_occasion_has_the_columns_in_which_somebody_said_something(made: dict[str, bytes]) -> None:
    header = _rows(made[SURVEY])[0]
    assert {"effect", "memo", "retired_one"} <= set(header)
    assert [name for name in header if name.endswith(" 2")] == [
        "list_1 version 2", "list_1 day 2", "list_1 language 2", "list_1 finished 2", "experience 2",
        "list_1 barriers 2",
    ]  # fmt: skip


def test_records_in_another_order_than_the_cases_are_refused_and_not_left_out() -> None:
    records = [record(case, FORM, 1, {"place": "x"}) for case in (CASES[1], CASES[0])]
    with pytest.raises(OutOfOrder):
        written(qualcoder_survey.files, _with(records))


def test_qualcoder_leaves_every_column_name_as_it_is_and_finds_no_two_alike() -> None:
    odd = (Attribute("place"), Attribute("PLACE!"), Attribute("a.b"), Attribute("ab"), Attribute("?"), Attribute("()"))
    data = _with([record(CASES[0], FORM, 1, {})], attributes=odd)
    header = _rows(written(qualcoder_survey.files, data)[SURVEY])[0]
    for taken_out in "!@#$%^&*()-+=[]{}\\|;:,.<>/?~`\t\xa0":
        assert not any(taken_out in name for name in header)
    assert len({name.lower() for name in header}) == len(header)
    assert header[1:7] == ["place", "PLACE 2", "ab", "ab 2", "column", "column 2"]


def test_questions_of_the_same_name_in_two_instruments_bear_the_instruments_name(made: dict[str, bytes]) -> None:
    header = _rows(made[SURVEY])[0]
    assert {"list_1 barriers", "short_survey barriers"} <= set(header)
    assert "barriers" not in header


# What does not fit


@pytest.mark.parametrize("writer", [atlas, qualcoder_survey])
def test_an_answer_that_is_longer_than_a_cell_is_cut_and_named_as_a_loss(writer: Any) -> None:
    data = _with([record(CASES[0], FORM, 1, {"story": "x" * (LONGEST + 5), "place": "x" * LONGEST})])
    rows = [row for cells in _sheets(written(writer.files, data)).values() for row in _rows(cells)]
    assert {len(cell) for row in rows for cell in row if cell.startswith("xxx")} == {LONGEST}
    assert "what is longer than 32,767 characters is cut there (answers: 1)" in writer.losses(data)[-1]
    assert not any("is cut there" in loss for loss in writer.losses(sample()))


def test_more_people_than_a_workbook_holds_go_on_in_another_and_nobody_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_CELLS", 500)
    made = _sheets(written(qualcoder_survey.files, many(100, questions=5, words=1)))
    assert list(made) == ["qualcoder/survey.xlsx", "qualcoder/survey-2.xlsx", "qualcoder/survey-3.xlsx"]
    cases = [case for data in made.values() for case in _column(data, "case")]
    assert cases == [f"P-{number:05d}" for number in range(1, 101)]


def test_an_instrument_without_answers_has_no_sheet() -> None:
    assert list(written(atlas.files, _with([record(CASES[0], FORM, 1, {})]))) == [ATLAS]
    assert list(written(atlas.files, _with([]))) == []


def _with(records: list[Record], **more: Any) -> Dataset:
    def again() -> Iterator[Record]:
        yield from records

    return replace(sample(), records=again, instruments=(GUIDE, FORM), **more)
