"""Plain text."""

from dataclasses import replace

from exports.documents import documents
from exports.formats import text
from exports.spans import script_of
from tests.exports.other_programs import written
from tests.exports.samples import CASES, FORM, record, sample


def test_every_document_is_the_text_in_which_positions_are_counted() -> None:
    made = written(text.files, sample())
    for document in documents(sample()):
        assert made[f"text/{document.name}.txt"].decode("utf-8") == script_of(document).text


def test_there_is_no_byte_order_mark_and_no_carriage_return() -> None:
    for data in written(text.files, sample()).values():
        assert not data.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in data


def test_a_memo_is_a_file_beside_its_document() -> None:
    assert written(text.files, sample())["text/P-0001 list_1 1 memo.txt"] == b"Tired, but open.\nRing again.\n"


def test_a_question_and_its_answer_stand_below_each_other() -> None:
    assert written(text.files, sample())["text/P-0003 list_1 1.txt"].decode() == (
        "Please describe your experience of being mentored.\nHe mentors seven people."
    )


def test_replaced_characters_are_a_loss_and_nothing_else_is_said_of_texts_without_them() -> None:
    assert "control characters became \ufffd (documents: 1)" in text.losses(sample())[-1]
    plain = replace(sample(), records=lambda: iter([record(CASES[0], FORM, 1, {"place": "Calgary"})]))
    assert not any("control characters" in loss for loss in text.losses(plain))
