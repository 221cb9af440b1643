"""Single changes to a definition do what they say to one question, and nothing to any other."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from instruments import editing
from instruments.definition import Instrument, Section, find, questions
from instruments.kinds import LongText, Option, SingleChoice, YesNo
from tests.instruments.making import asked, instruments, of_questions, of_sections

TWO = of_sections(
    Section(id="one", questions=(asked(YesNo(), "a"), asked(YesNo(), "b")), relevant="true()"),
    Section(id="two", questions=(asked(YesNo(), "c"),)),
)


@dataclass(frozen=True)
class Place:
    """Where each question stands, as text: ``one: a b; two: c``."""

    instrument: Instrument

    def __str__(self) -> str:
        parts = [f"{one.id}: {' '.join(q.id for q in one.questions)}".strip() for one in self.instrument.sections]
        return "; ".join(parts)


def _order(instrument: Instrument) -> str:
    return str(Place(instrument))


@pytest.mark.parametrize(
    ("name", "up", "after"),
    [
        ("b", True, "one: b a; two: c"),
        ("a", True, "one: a b; two: c"),
        ("b", False, "one: a; two: b c"),
        ("c", True, "one: a b c; two:"),
        ("c", False, "one: a b; two: c"),
        ("unknown", True, "one: a b; two: c"),
    ],
)
def test_a_question_moves_by_one_and_over_the_edge_of_its_section(name: str, up: bool, after: str) -> None:
    assert _order(editing.moved_by_one(TWO, name, up=up)) == after


@given(instruments(), st.data())
def test_whatever_is_moved_no_question_is_lost_or_changed(instrument: Instrument, data: st.DataObject) -> None:
    names = [*editing.ids(instrument), "unknown"]
    name, other = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(names))
    section = data.draw(st.sampled_from([one.id for one in instrument.sections]))
    for moved in (
        editing.moved_by_one(instrument, name, up=True),
        editing.moved_by_one(instrument, name, up=False),
        editing.moved_to(instrument, name, after=other),
        editing.moved_to(instrument, name, section=section),
        editing.joined(instrument, section),
        editing.moved_section(instrument, section, up=True),
        editing.split(instrument, name)[0],
    ):
        assert sorted(editing.ids(moved)) == sorted(editing.ids(instrument))
        assert all(find(moved, question.id) == question for question in questions(instrument))


@given(instruments(), st.data())
def test_what_moves_up_and_down_again_stands_where_it_stood(instrument: Instrument, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([*editing.ids(instrument), "unknown"]))
    up = editing.moved_by_one(instrument, name, up=True)
    if up != instrument:
        assert editing.moved_by_one(up, name, up=False) == instrument


def test_a_new_question_stands_behind_the_one_named_or_at_the_end_of_a_section() -> None:
    new = [asked(YesNo(), "n")]
    assert _order(editing.inserted(TWO, new, after="a")) == "one: a n b; two: c"
    assert _order(editing.inserted(TWO, new, section="one")) == "one: a b n; two: c"
    assert _order(editing.inserted(TWO, new, section="one", first=True)) == "one: n a b; two: c"
    assert _order(editing.inserted(TWO, new)) == "one: a b; two: c n"
    assert _order(editing.inserted(of_sections(), new)) == "part_1: n"


def test_a_copy_gets_an_id_that_nobody_has_in_whatever_capitals() -> None:
    instrument = of_questions(asked(YesNo(), "a"), asked(YesNo(), "A_2"))
    copied, name = editing.duplicated(instrument, "a")
    assert name == "a_3"
    assert _order(copied) == "all: a a_3 A_2"


def test_a_section_that_is_split_off_is_asked_under_the_same_condition() -> None:
    parted, name = editing.split(TWO, "b")
    assert _order(parted) == "one: a; one_2: b; two: c"
    assert [section.relevant for section in parted.sections] == ["true()", "true()", ""]
    assert editing.split(TWO, "a") == (TWO, "one")
    assert editing.split(TWO, "b", taken=["one_2"])[1] == "one_3"
    assert name == "one_2"


def test_a_section_that_is_taken_away_leaves_its_questions_to_the_one_beside_it() -> None:
    assert _order(editing.joined(TWO, "two")) == "one: a b c"
    assert _order(editing.joined(TWO, "one")) == "two: a b c"
    only = editing.joined(TWO, "two")
    assert editing.joined(only, "one") == only


def test_a_section_is_renamed_and_keeps_its_questions() -> None:
    renamed = editing.with_section(TWO, Section(id="first", title={"en": "First"}), was="one")
    assert _order(renamed) == "first: a b; two: c"
    assert renamed.sections[0].title == {"en": "First"}


def test_a_retired_question_leaves_its_section_even_if_it_was_the_only_one() -> None:
    assert _order(editing.without(TWO, "c")) == "one: a b; two:"


def test_of_two_questions_of_one_name_the_other_is_left_alone() -> None:
    twice = of_questions(asked(YesNo(), "a"), asked(LongText(), "a"))
    assert [q.kind for q in questions(editing.without(twice, "a"))] == [LongText()]
    renamed = editing.with_question(twice, asked(YesNo(), "b"), was="a")
    assert [(q.id, q.kind) for q in questions(renamed)] == [("b", YesNo()), ("a", LongText())]


def test_a_restored_question_stands_where_it_stood() -> None:
    for name in ("a", "b", "c"):
        assert editing.restored(editing.without(TWO, name), TWO, name) == TWO
    less = editing.without(editing.without(TWO, "a"), "b")
    assert _order(editing.restored(less, TWO, "b")) == "one: b; two: c"
    assert _order(editing.restored(editing.joined(TWO, "two"), TWO, "c")) == "one: a b c"
    assert editing.restored(TWO, TWO, "a") == TWO


def test_a_question_from_elsewhere_keeps_the_languages_that_are_spoken_here() -> None:
    option = Option(code="x", label={"en": "X", "de": "Iks"})
    question = replace(asked(SingleChoice(options=(option,))), label={"en": "Q", "de": "F"}, help={"de": "Hilfe"})
    here = editing.spoken(question, ["en", "fr"])
    assert here.label == {"en": "Q"}
    assert here.kind == SingleChoice(options=(Option(code="x", label={"en": "X"}),))
    assert here.help == {"en": "Hilfe"}  # better in another language than lost
    assert editing.spoken(asked(LongText()), ["en"]) == asked(LongText())


def test_what_stands_at_a_place_is_compared_for_itself_and_not_for_where_it_stands() -> None:
    moved = editing.moved_by_one(TWO, "b", up=False)
    assert all(editing.part(moved, place) == editing.part(TWO, place) for place in ("a", "b", "section.one", "*"))
    reworded = editing.with_question(TWO, replace(asked(YesNo(), "b"), label={"en": "New"}))
    assert editing.part(reworded, "b") != editing.part(TWO, "b")
    assert editing.part(editing.without(TWO, "b"), "b") is None
