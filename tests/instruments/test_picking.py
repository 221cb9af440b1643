"""Conditions that are picked, written, and picked again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.condition_parser import parse
from instruments.conditions import evaluate
from instruments.definition import Question
from instruments.kinds import Date, Information, Matrix, MultipleChoice, Number, Scale, ShortText, SingleChoice, YesNo
from instruments.picking import Compares, Pick, Picked, pickable, picked, sayable, signs_for, values_of, written
from tests.instruments.making import answers_to, asked, options, rows

BEFORE: list[Question] = [
    asked(SingleChoice(options=options("a", "b", "it's")), "one"),
    asked(MultipleChoice(options=options("a", "b")), "many"),
    asked(YesNo(), "sure"),
    asked(Number(decimals=1), "age"),
    asked(Scale(), "much"),
    asked(Date(precision="year"), "day"),
    asked(ShortText(), "said"),
    asked(Matrix(each=YesNo(), rows=rows("r0", "r1")), "grid"),
    asked(Information(), "read"),
    asked(ShortText(), "name", identifying=True),
]
KINDS = pickable(BEFORE)
VALUES = ("a", "b", "it's", "yes", "no", "3", "-2.5", "2006-10", "a word", "'\"", "")


def test_every_answer_before_can_be_picked_except_what_says_who_somebody_is() -> None:
    assert list(KINDS) == ["one", "many", "sure", "age", "much", "day", "said", "grid.r0", "grid.r1"]


@pytest.mark.parametrize(
    ("pick", "text"),
    [
        (Pick("one", Compares.IS, "a"), "${one} = 'a'"),
        (Pick("many", Compares.IS, "a"), "selected(${many}, 'a')"),
        (Pick("many", Compares.IS_NOT, "a"), "not(selected(${many}, 'a'))"),
        (Pick("age", Compares.AT_LEAST, "18"), "${age} >= 18"),
        (Pick("age", Compares.LESS, "2.5"), "${age} < 2.5"),
        (Pick("day", Compares.MORE, "2006-10"), "${day} > '2006-10'"),
        (Pick("said", Compares.UNANSWERED), "${said} = ''"),
        (Pick("grid.r1", Compares.IS, "yes"), "${grid.r1} = 'yes'"),
        (Pick("one", Compares.IS, "it's"), '${one} = "it\'s"'),
    ],
)
def test_a_pick_is_written_as_an_expert_would(pick: Pick, text: str) -> None:
    assert written(Picked((pick,)), KINDS) == text
    assert picked(text, KINDS) == Picked((pick,))


def test_several_hold_together_or_in_place_of_each_other() -> None:
    both = "${sure} = 'yes' and ${age} >= 18"
    assert picked(both, KINDS) == Picked((Pick("sure", Compares.IS, "yes"), Pick("age", Compares.AT_LEAST, "18")))
    either = picked("${sure} = 'yes' or ${age} >= 18", KINDS)
    assert either is not None
    assert not either.every
    assert written(either, KINDS) == "${sure} = 'yes' or ${age} >= 18"
    assert picked("", KINDS) == Picked(())


@pytest.mark.parametrize(
    "text",
    [
        "${sure} = 'yes' and (${age} > 1 or ${age} < 0)",
        "not(${sure} = 'yes')",
        "count-selected(${many}) > 1",
        "${age} > ${much}",
        "18 < ${age}",
        "${gone} = 'yes'",
        "${name} = 'Ada'",
        "${many} = 'a b'",
        "${one} = 'gone'",
        "${age} = '18'",
        "${one} =",
        "true()",
    ],
)
def test_what_is_not_simple_enough_stays_a_text(text: str) -> None:
    assert picked(text, KINDS) is None


picks = st.builds(Pick, st.sampled_from(list(KINDS)), st.sampled_from(Compares), st.sampled_from(VALUES)).filter(
    lambda pick: pick.compares in signs_for(KINDS[pick.of]) and sayable(pick, KINDS[pick.of])
)


def _whole(pick: Pick) -> Pick:
    without = pick.compares in {Compares.ANSWERED, Compares.UNANSWERED}
    return Pick(pick.of, pick.compares, "" if without else pick.value)


@given(st.lists(picks, min_size=1, max_size=4), st.booleans())
def test_what_is_picked_written_and_picked_again_is_the_same(chosen: list[Pick], every: bool) -> None:
    one = Picked(tuple(map(_whole, chosen)), every or len(chosen) == 1)
    assert picked(written(one, KINDS), KINDS) == one


@given(st.data())
def test_selected_of_a_single_choice_means_what_it_is_picked_as(data: st.DataObject) -> None:
    answer = data.draw(st.one_of(st.none(), answers_to(BEFORE[0].kind)))
    answers = {"one": answer} if answer is not None else {}
    again = picked("selected(${one}, 'a')", KINDS)
    assert again is not None
    assert evaluate(parse(written(again, KINDS)), answers) == evaluate(parse("selected(${one}, 'a')"), answers)


def test_the_values_to_choose_from_are_those_that_can_be_answered() -> None:
    assert list(values_of(KINDS["one"])) == ["a", "b", "it's"]
    assert list(values_of(KINDS["much"])) == ["1", "2", "3", "4", "5"]
    assert values_of(KINDS["age"]) == {}
