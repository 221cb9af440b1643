"""Answers in words: what stands in which column of a survey for people who code."""

from dataclasses import replace
from typing import Any

import pytest

from exports.answer_fields import MEMO, OUTSIDE, Field, Form, fields_of, said
from exports.dataset import Aside, Column, Instrument, Record
from instruments.definition import Question, Role
from instruments.kinds import Matrix, MultipleChoice, Number, Option, Row, ShortText, SingleChoice
from tests.exports.samples import CASES, FORM, GUIDE, record, sample


def _fields(instrument: Instrument) -> dict[str, Field]:
    return {field.name: field for field in fields_of(instrument, "en")}


def _instrument(*wordings: Question) -> Instrument:
    """A survey with one question in several versions, the newest last."""
    column = Column(wordings[-1], {}, dict(enumerate(wordings, 1)))
    return Instrument("survey", {"en": "Survey"}, Role.SURVEY, (), (column,))


def _said(instrument: Instrument, name: str, answer: Any, *, version: int = 1) -> tuple[str, ...]:
    question = instrument.columns[0].question.id
    return said(_fields(instrument)[name], record(CASES[0], instrument, version, {question: answer}))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("role", ("Other, please say",)),
        ("role own words", ("nurse; =1+1",)),
        ("years", ("2.5",)),
        ("mentored", ("yes",)),
        ("barriers", ("Time", "Skills – “enough” of them")),
        ("since", ("2006-10",)),
        ("content", ("4",)),
        ("qualities respect", ("5",)),
        ("qualities time", ()),
        ("reasons first", ("She listens.",)),
        ("wanted", ("1. Course; 2. Workshop",)),
        ("place", ("Calgary, near the river",)),
    ],
)
def test_every_kind_of_answer_stands_there_in_words(name: str, words: tuple[str, ...]) -> None:
    filled = next(each for each in sample().records() if each.instrument == FORM.id)
    assert said(_fields(FORM)[name], filled) == words


def test_own_words_to_a_choice_are_a_column_of_text_beside_it() -> None:
    fields = _fields(FORM)
    assert (fields["role"].form, fields["role own words"].form) == (Form.ONE, Form.OPEN)
    assert "barriers own words" not in fields


def test_whatever_is_missing_says_nothing() -> None:
    for each in sample().records():
        if each.case == CASES[3].id:
            assert [field.name for field in fields_of(FORM, "en") if said(field, each)] == ["years", "since", "place"]


def test_a_guide_has_columns_for_notes_for_what_came_up_outside_it_and_for_the_memo() -> None:
    assert list(_fields(GUIDE)) == ["experience", "effect", "barriers", "retired_one", OUTSIDE.name, MEMO.name]
    interview: Record = next(sample().records())
    assert said(OUTSIDE, interview) == ("Did your mentor have a mentor?\nChains of mentoring",)
    assert said(MEMO, interview) == ("Tired, but open.\nRing again.",)
    assert said(OUTSIDE, replace(interview, asides=(Aside(" ", "", "Silent"),))) == ()


def test_options_and_rows_that_the_newest_version_lacks_are_still_there() -> None:
    old = MultipleChoice(options=(Option(code="a", label={"en": "Old A"}), Option(code="gone", label={"en": "Gone"})))
    new = MultipleChoice(options=(Option(code="a", label={"en": "New A"}),))
    question = Question(id="q", kind=old, label={"en": "Q"})
    choice = _instrument(question, Question(id="q", kind=new, label={"en": "Q"}))
    assert _said(choice, "q", ["a", "gone"]) == ("New A", "Gone")

    rows = (Row(id="kept", label={"en": "Kept"}), Row(id="gone", label={"en": "Gone"}))
    matrix = _instrument(
        Question(id="q", kind=Matrix(each=ShortText(), rows=rows), label={"en": "Q"}),
        Question(id="q", kind=Matrix(each=ShortText(), rows=rows[:1]), label={"en": "Q"}),
    )
    assert _said(matrix, "q gone", {"gone": "still here"}) == ("still here",)


def test_a_number_is_written_out_as_it_was_given() -> None:
    number = _instrument(Question(id="q", kind=Number(decimals=9), label={"en": "Q"}))
    given = [0, -3, 2.50, 0.000001, 123456789012345, 1e14]
    assert [_said(number, "q", each)[0] for each in given] == [
        "0", "-3", "2.5", "0.000001", "123456789012345", "100000000000000.0",
    ]  # fmt: skip


def test_a_label_that_does_not_exist_is_its_code() -> None:
    choice = SingleChoice(options=(Option(code="a", label={}),))
    instrument = _instrument(Question(id="q", kind=choice, label={}))
    assert _said(instrument, "q", "a") == ("a",)
    assert _said(instrument, "q", "unknown") == ("unknown",)
    assert _fields(instrument)["q"].wording == "q"


def test_labels_are_in_the_language_that_was_asked_for() -> None:
    filled = next(each for each in sample().records() if each.instrument == FORM.id)
    french = {field.name: field for field in fields_of(FORM, "fr")}
    assert said(french["barriers"], filled) == ("Le temps", "Les compétences")
    assert french["role"].wording == "Quel est votre rôle ?"
