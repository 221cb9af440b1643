"""XLSForms that are written: pyxform takes them, they come back as they were, and what does not is in the lines."""

import io

import msgspec
import pytest
from hypothesis import given, settings
from pyxform.xls2xform import convert

from instruments import shelf
from instruments.definition import Instrument, Question, Role, questions
from instruments.foreign.account import Written
from instruments.foreign.xlsform import read, write
from instruments.kinds import (
    Information,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Probe,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
)
from instruments.shelf import Entry
from tests.instruments.making import asked, instruments, of_questions, of_sections, options, rows
from tests.instruments.sayable import sayable

FEW = settings(max_examples=25, deadline=None)


def back(written: Written) -> Instrument:
    """What is read from the file."""
    return read(written.data, "it.xlsx").instrument


def xform(written: Written) -> str:
    """What pyxform makes of the file; raises if it takes it for no XLSForm."""
    return str(convert(xlsform=io.BytesIO(written.data), file_type=".xlsx").xform)


@FEW
@given(sayable())
def test_whatever_a_form_can_say_comes_back_equal_and_without_a_line(instrument: Instrument) -> None:
    written = write(instrument)

    assert back(written) == instrument
    assert written.lines == ()


@FEW
@given(sayable())
def test_pyxform_takes_whatever_a_form_can_say(instrument: Instrument) -> None:
    made = xform(write(instrument))

    for question in questions(instrument):
        assert f"/{question.id}" in made


@FEW
@given(instruments())
def test_every_part_of_any_instrument_comes_back_equal_or_has_a_line(instrument: Instrument) -> None:
    written = write(instrument)

    after = back(written)
    told = {line.place for line in written.lines}
    there = {question.id: question for question in questions(after)}
    assert [one.id for one in questions(instrument) if one.id not in told and there.get(one.id) != one] == []
    sections = {section.id: section for section in after.sections}
    for section in instrument.sections:
        if section.id not in told:
            inside = [question.id for question in section.questions]
            assert [question.id for question in sections[section.id].questions] == inside
            assert sections[section.id].relevant == section.relevant
    if instrument.id not in told:
        assert (after.title, after.role, after.minutes) == (instrument.title, instrument.role, instrument.minutes)


@FEW
@given(instruments().filter(lambda instrument: any(questions(instrument))))
def test_pyxform_takes_any_instrument_that_asks_something(instrument: Instrument) -> None:
    assert "<h:html" in xform(write(instrument))


@pytest.mark.parametrize("entry", shelf.ENTRIES, ids=lambda entry: str(entry.file))
def test_pyxform_takes_what_comes_with_the_program(entry: Entry) -> None:
    instrument = shelf.load(entry)

    made = xform(write(instrument))

    for question in questions(instrument):
        assert f"/{question.id}" in made


@pytest.mark.parametrize(
    ("question", "name"),
    [
        (asked(ShortText(longest=200), identifying=True), "identifying"),
        (asked(ShortText(longest=200), may_decline=True), "may_decline"),
        (asked(YesNo(), new_page=True), "new_page"),
        (asked(Number(unit={"en": "years"})), "unit"),
        (asked(SingleChoice(options=options("a", "b", declines=True))), "options"),
        (asked(Topic(probes=(Probe(id="p", label={"en": "Who"}),))), "kind"),
        (asked(Matrix(each=Scale(), rows=rows("r0"))), "q"),
    ],
)
def test_what_a_form_cannot_say_has_its_line(question: Question, name: str) -> None:
    instrument = of_questions(question, title={"en": "It"}) if not isinstance(question.kind, Topic) else of_sections(
        *of_questions(question).sections, role=Role.GUIDE
    )  # fmt: skip

    written = write(instrument)

    assert (question.id, name) in {(line.place, line.name) for line in written.lines}
    assert xform(written)


def test_names_that_forms_keep_for_themselves_are_changed_and_the_conditions_with_them() -> None:
    meta = asked(YesNo(), "meta")
    after = asked(YesNo(), "then", relevant="${meta} = 'yes'")

    written = write(of_questions(meta, after))

    assert [(line.place, line.name) for line in written.lines if line.place == "meta"] == [("meta", "meta_2")]
    assert "/it/" not in xform(written)
    assert "/data/all/meta_2  = 'yes'" in xform(written)


def test_a_section_that_is_called_like_a_question_has_another_name_in_the_file() -> None:
    section = of_questions(asked(YesNo(), "same"), asked(YesNo(), "then", relevant="${same} = 'yes'")).sections[0]

    written = write(of_sections(msgspec.structs.replace(section, id="same")))

    assert ("same", "id") in {(line.place, line.name) for line in written.lines}
    assert "/same_2/same" in xform(written)


def test_a_date_is_compared_as_a_date_and_a_year_by_the_day_on_which_it_begins() -> None:
    instrument = of_questions(
        asked(msgspec.convert({"kind": "date"}, type=Question.__annotations__["kind"]), "born"),
        asked(YesNo(), "before", relevant="${born} < '2006-10-04'"),
        asked(YesNo(), "until", relevant="${born} <= '2006'"),
    )

    made = xform(write(instrument))

    assert "date('2006-10-04')" in made
    assert "date('2007-01-01')" in made


def test_a_dollar_that_repeats_no_answer_does_not_stop_pyxform() -> None:
    note = Question(id="n", kind=Information(), label={"en": "Costs ${nobody} ${ or ${a b}"})

    assert "Costs $ {nobody}" in xform(write(of_questions(note, asked(YesNo()))))


def test_an_option_with_room_for_own_words_has_a_field_of_its_own_in_the_file() -> None:
    kind = MultipleChoice(options=(*options("a"), Option(code="else", label={"en": "Else"}, words=True)))

    written = write(of_questions(asked(kind)))

    assert "selected( /data/all/q , 'else')" in xform(written)
    assert back(written).sections[0].questions[0].kind == kind
