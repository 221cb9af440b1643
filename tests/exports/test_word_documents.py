"""Word files, as LibreOffice and python-docx read them."""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from lxml import etree

from exports.dataset import Dataset
from exports.formats import word_documents
from tests.exports.other_programs import OFFICE, TEXT, in_libreoffice, written
from tests.exports.samples import CASES, GUIDE, HOSTILE, MADE_ON, record, sample

INTERVIEW, FORM = "documents/P-0001 list_1 1.docx", "documents/P-0001 short_survey 1.docx"


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return written(word_documents.files, sample())


@pytest.fixture(scope="module")
def opened(made: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    return in_libreoffice(made, tmp_path_factory.mktemp("word"), "fodt")


def _said(paragraph: Any) -> str:
    """The text of a paragraph, with the spaces and tabs that OpenDocument has elements for."""
    pieces = [paragraph.text or ""]
    for inner in paragraph:
        pieces.append({f"{{{TEXT}}}tab": "\t", f"{{{TEXT}}}s": " "}.get(inner.tag, inner.text or ""))
        pieces.append(inner.tail or "")
    return "".join(pieces)


def _paragraphs(tree: Any) -> list[tuple[str, str]]:
    """The style of every paragraph, for headings their level, and what it says."""
    body = tree.find(f"{{{OFFICE}}}body/{{{OFFICE}}}text")
    found = []
    for paragraph in body.iter(f"{{{TEXT}}}h", f"{{{TEXT}}}p"):
        style = paragraph.get(f"{{{TEXT}}}outline-level") or paragraph.get(f"{{{TEXT}}}style-name")
        found.append((style, _said(paragraph)))
    return found


def test_libreoffice_finds_the_document_the_questions_and_the_memo_as_headings(opened: Mapping[str, Any]) -> None:
    headings = [(style, text) for style, text in _paragraphs(opened[INTERVIEW]) if style in {"1", "2"}]
    assert headings == [
        ("1", "P-0001 list_1 1"),
        ("2", "Please describe your experience of being mentored."),
        ("2", "What difference has it made to your career?"),
        ("2", "Did your mentor have a mentor?"),
        ("2", "Memo"),
    ]


def test_below_each_question_stands_who_speaks_and_below_that_every_word(opened: Mapping[str, Any]) -> None:
    paragraphs = [each for each in _paragraphs(opened[INTERVIEW]) if each[0] != "About"]
    assert paragraphs[1:5] == [
        ("2", "Please describe your experience of being mentored."),
        ("Speaker", "Interviewer"),
        ("Standard", "She met [mentor 1] in 2004."),
        ("Standard", "Then “everything” changed \U0001f600 for her."),
    ]
    assert [text for style, text in paragraphs if style == "Speaker"] == ["Interviewer"] * 3
    assert paragraphs[-3:] == [("2", "Memo"), ("Standard", "Tired, but open."), ("Standard", "Ring again.")]


def test_a_participant_is_a_speaker_by_the_pseudonym(opened: Mapping[str, Any]) -> None:
    assert {text for style, text in _paragraphs(opened[FORM]) if style == "Speaker"} == {"P-0001"}


def test_libreoffice_reads_hostile_words_as_they_were_written(opened: Mapping[str, Any]) -> None:
    read = [text for style, text in _paragraphs(opened[FORM]) if style == "Standard"]
    story = read[read.index(HOSTILE[0]) :]
    said = (
        "\n".join(HOSTILE).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd").replace("\x07", "\ufffd")
    )
    assert story == [line.rstrip() for line in said.split("\n") if line.strip()]


def test_what_is_known_of_the_document_stands_above_the_questions(opened: Mapping[str, Any]) -> None:
    about = [text for style, text in _paragraphs(opened[INTERVIEW]) if style == "About"]
    assert {"Participant: P-0001", "Instrument version: 1", "Day: 2026-11-09", "Site: Calgary"} <= set(about)


def test_the_paragraphs_bear_words_own_styles(made: dict[str, bytes]) -> None:
    word = docx.Document(BytesIO(made[INTERVIEW]))
    styles = [paragraph.style.name for paragraph in word.paragraphs if paragraph.style]
    assert styles[0] == "Heading 1"
    assert styles.count("Heading 2") == 4
    assert styles.count("Speaker") == 3


def test_a_file_says_nothing_of_who_made_it_on_what_and_when(made: dict[str, bytes]) -> None:
    for data in made.values():
        properties = docx.Document(BytesIO(data)).core_properties
        assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
        assert properties.created is not None
        assert properties.modified is not None
        assert properties.created.date() == properties.modified.date() == MADE_ON
        with ZipFile(BytesIO(data)) as packed:
            assert {entry.date_time for entry in packed.infolist()} == {(2026, 11, 29, 0, 0, 0)}
            parts = b"".join(packed.read(name) for name in packed.namelist())
            assert not any(name.endswith((".jpeg", "app.xml")) for name in packed.namelist())
        assert b"python-docx" not in parts
        assert b"Macintosh" not in parts


def test_every_part_is_xml_and_every_relationship_leads_somewhere(made: dict[str, bytes]) -> None:
    with ZipFile(BytesIO(made[FORM])) as packed:
        names = set(packed.namelist())
        for name in names:
            etree.fromstring(packed.read(name))
        targets = etree.fromstring(packed.read("word/_rels/document.xml.rels"))
        assert {f"word/{each.get('Target')}" for each in targets} <= names


def test_a_shifted_date_says_that_it_is_one() -> None:
    data = replace(sample(), shifted=True)
    made = written(word_documents.files, data)
    texts = [paragraph.text for paragraph in docx.Document(BytesIO(made[INTERVIEW])).paragraphs]
    assert "Day (moved by a number of days, another one for each participant): 2026-11-09" in texts


def test_questions_of_one_wording_that_follow_each_other_have_one_heading() -> None:
    said = {"experience": {"state": "asked", "notes": "First.\n\n\nThird.  ", "probes": {}}}
    data = _with(said)
    (made,) = written(word_documents.files, data).values()
    assert [paragraph.text for paragraph in docx.Document(BytesIO(made)).paragraphs][-2:] == ["First.", "Third."]


def _with(said: dict[str, Any]) -> Dataset:
    return replace(sample(), records=lambda: iter([record(CASES[0], GUIDE, 1, said)]))
