"""Texts to code: everything in somebody's own words, each part under its question as it was asked."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from exports.dataset import Column, Dataset, Instrument, Record
from exports.documents import Speaker, documents
from instruments.definition import Question, Role
from instruments.kinds import LongText, Matrix, ShortText
from tests.exports.samples import CASES, FORM, GUIDE, record, sample

NAMED = (
    Question(id="mentor", kind=ShortText(), label={"en": "What do you call your mentor?"}),
    Question(id="how", kind=LongText(), label={"en": "How did you meet ${mentor}?"}),
)


def _of(instrument: Instrument, *records: Record) -> Dataset:
    def read() -> Iterator[Record]:
        yield from records

    return replace(sample(), instruments=(instrument,), records=read)


def _piping(instrument_id: str = "piping") -> Instrument:
    columns = tuple(Column(question, {}, {1: question}) for question in NAMED)
    return replace(FORM, id=instrument_id, columns=columns)


def test_every_word_that_somebody_wrote_is_in_a_part_and_nothing_that_was_chosen() -> None:
    parts = {(document.name, part.question): part.text for document in documents(sample()) for part in document.parts}
    assert parts["P-0001 short_survey 1", "role"] == "nurse; =1+1"
    assert parts["P-0001 list_1 1", ""] == "Asked outside the guide. Theme: Chains of mentoring."
    assert not any(question in ("barriers", "content") for name, question in parts if "survey" in name)


def test_a_heading_is_the_wording_of_the_version_and_says_earlier_answers_again() -> None:
    said = record(CASES[0], _piping(), 1, {"mentor": "my guide", "how": "By chance."})
    (document,) = documents(_of(_piping(), said))
    assert [part.heading for part in document.parts] == ["What do you call your mentor?", "How did you meet my guide?"]
    first, second = [
        {part.question: part.heading for part in document.parts}
        for document in documents(sample())
        if document.name.startswith("P-0001 list_1")
    ]
    assert first["effect"] == "What difference has it made to your career?"
    assert second["experience"] == first["experience"]


def test_the_row_of_a_matrix_stands_behind_its_question() -> None:
    headings = [part.heading for document in documents(sample()) for part in document.parts]
    assert "Two reasons, please – First reason" in headings


def test_notes_are_the_interviewers_words_and_answers_the_participants() -> None:
    for document in documents(sample()):
        speaker = Speaker.INTERVIEWER if document.instrument.role is Role.GUIDE else Speaker.PARTICIPANT
        assert {part.speaker for part in document.parts} == {speaker}


def test_documents_of_instruments_whose_long_ids_begin_alike_have_different_names() -> None:
    one, other = (_piping("a" * 40 + letter) for letter in "xy")
    names = [
        document.name
        for instrument in (one, other)
        for document in documents(_of(instrument, record(CASES[0], instrument, 1, {"how": "So."})))
    ]
    assert len(set(names)) == 2
    assert max(map(len, names)) <= 50


def test_a_record_in_which_nothing_was_said_has_no_document() -> None:
    assert list(documents(_of(GUIDE, record(CASES[0], GUIDE, 1, {})))) == []


def test_a_row_that_a_later_version_retired_keeps_its_words() -> None:
    matrix = next(column for column in FORM.columns if column.question.id == "reasons")
    assert isinstance(matrix.question.kind, Matrix)
    shorter = msgspec.structs.replace(
        matrix.question, kind=msgspec.structs.replace(matrix.question.kind, rows=matrix.question.kind.rows[:1])
    )
    later = replace(FORM, columns=(Column(shorter, {}, {1: matrix.question, 2: shorter}),))
    (document,) = documents(_of(later, record(CASES[0], later, 1, {"reasons": {"second": "It was the only one."}})))
    assert [part.text for part in document.parts] == ["It was the only one."]
