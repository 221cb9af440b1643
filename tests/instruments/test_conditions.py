"""The condition language: whatever is written is understood or refused with a place, and always has an answer."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.condition_parser import DEEPEST, LONGEST, ConditionUnreadable, parse
from instruments.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Not,
    Number,
    Own,
    Reference,
    Selected,
    Text,
    Truth,
    evaluate,
    printed,
    references,
    walk,
)
from instruments.kinds import Answer, Json
from tests.instruments.making import conditions, json_values

LAW = settings(max_examples=100, deadline=None)

trees = conditions(("q0", "q1"), own=True)
# Pieces of the language in any order: most of it is nonsense, some of it is not.
SCRAPS = [
    "${q0}", "${q1.r0}", ".", "'a'", '"b"', "12", "-1.5", "=", "!=", "<", ">=", "(", ")", ",", "and", "or", "not(",
    "selected(", "count-selected(", "true()", "'", "${", "1.2.3",
]  # fmt: skip
scraps = st.lists(st.sampled_from(SCRAPS), max_size=9).map(" ".join)
any_answers = st.dictionaries(st.sampled_from(["q0", "q1", "x"]), json_values, max_size=3)


def refused(text: str) -> ConditionUnreadable | None:
    """How a text is refused as a constraint; None if it is one."""
    try:
        parse(text, constraint=True)
    except ConditionUnreadable as unreadable:
        return unreadable
    return None


def problem(text: str, *, constraint: bool = False) -> tuple[int, str]:
    """Where a text is no condition, and what to do there."""
    with pytest.raises(ConditionUnreadable) as caught:
        parse(text, constraint=constraint)
    assert str(caught.value.sentence).startswith(f"At character {caught.value.position}: ")
    return caught.value.position, str(caught.value.problem)


@LAW
@given(trees)
def test_what_is_written_is_read_back_as_the_same_tree(tree: Condition) -> None:
    assert parse(printed(tree), constraint=True) == tree


@given(st.one_of(st.text(), scraps))
def test_any_text_is_understood_or_refused_with_a_place(text: str) -> None:
    refusal = refused(text)
    if refusal is None:
        tree = parse(text, constraint=True)
        assert parse(printed(tree), constraint=True) == tree
    else:
        assert 1 <= refusal.position <= len(text) + 1
        assert str(refusal.problem)


@LAW
@given(trees, any_answers, json_values)
def test_every_condition_holds_or_does_not_for_any_answers_of_any_shape(
    tree: Condition, answers: Mapping[str, Json], own: Json
) -> None:
    assert evaluate(tree, answers, own) is not evaluate(Not(tree), answers, own)


@LAW
@given(trees, any_answers, json_values)
def test_a_condition_looks_only_at_the_questions_that_it_names(
    tree: Condition, answers: Mapping[str, Json], own: Json
) -> None:
    named = {name: answer for name, answer in answers.items() if name in references(tree)}
    assert evaluate(tree, named, own) == evaluate(tree, answers, own)


ANSWERS: dict[str, Answer] = {
    "mentor": "yes",
    "other": {"code": "other", "words": "nurse"},
    "degrees": ["md", {"code": "other", "words": "DPhil"}],
    "age": 41,
    "share": 2.5,
    "since": "2006-10",
    "agree": {"time": 4, "money": "never"},
    "refused": {"declined": True},
    "topic": {"state": "asked", "notes": "Two.", "probes": {}},
    "typed": "12",
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("${mentor} = 'yes'", True),
        ("${mentor} != 'yes'", False),
        ("${mentor} = 'yes' and ${age} > 40 or false()", True),
        ("${mentor} = 'no' or ${age} > 50 and true()", False),
        ("not(${mentor} = 'no') and (${age} = 1 or ${age} = 41)", True),
        ("${other} = 'other'", True),
        ("selected(${degrees}, 'other') and not(selected(${degrees}, 'phd'))", True),
        ("count-selected(${degrees}) = 2", True),
        ("count-selected(${nobody}) = 0", True),
        ("${degrees} = 'md other'", True),
        ("${share} >= 2.5", True),
        ("${since} < '2006-10-04'", False),
        ("${since} <= '2006'", True),
        ("${since} > '2005-12-31'", True),
        ("${agree.time} = 4 and ${agree.money} = 'never'", True),
        ("${agree.none} = ''", True),
        ("${refused} = ''", True),
        ("${refused}", False),
        ("${nobody}", False),
        ("${age}", True),
        ("0", False),
        ("'x'", True),
        ("${topic} = 'asked'", True),
        ("${typed} = 12", True),
        ("${typed} > 3", True),
        ("${mentor} > 3", False),
        ("${mentor} <= 3", False),
        ("${mentor} = 3", False),
        ("${mentor} != 3", True),
        ("string-length(${mentor}) = 3", True),
        ("string-length(${nobody}) = 0", True),
    ],
)
def test_truths_are_those_of_xlsform(text: str, holds: bool) -> None:
    assert evaluate(parse(text), ANSWERS) is holds


def test_the_dot_is_the_answer_whose_constraint_it_is() -> None:
    condition = parse(". >= 18 and string-length(.) = 2", constraint=True)
    assert [evaluate(condition, {}, age) for age in (17, 18, 100)] == [False, True, False]


def test_and_binds_more_than_or_and_brackets_more_than_both() -> None:
    assert parse("${a} or ${b} and not(${c})") == AnyOf((
        Reference("a"), AllOf((Reference("b"), Not(Reference("c")))),
    ))  # fmt: skip
    assert parse("(${a} or ${b}) and true()") == AllOf((AnyOf((Reference("a"), Reference("b"))), Truth(value=True)))
    assert parse('${ a.r } != "it\'s"') == Comparison(Reference("a", "r"), "!=", Text("it's"))
    assert parse("selected(., 'x') and . < -1.50", constraint=True) == AllOf((
        Selected(Own(), "x"), Comparison(Own(), "<", Number(-1.5)),
    ))  # fmt: skip
    assert {type(node).__name__ for node in walk(parse("count-selected(${a}) > 1"))} == {
        "Comparison", "CountSelected", "Reference", "Number",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "at", "sentence"),
    [
        ("", 1, "Say what comes here: the condition ends too early."),
        ("${a} =", 7, "Say what comes here: the condition ends too early."),
        ("${a} = ‘x’", 8, "Write straight quotation marks (') instead of ‘."),
        ("${a} = 'x", 8, "Close the quotation mark that is opened here."),
        ("${a = 1", 1, "Name a question like this: ${question}."),
        ("$a = 1", 1, "Name a question like this: ${question}."),
        ("${a} = 1.2.3", 8, "Write a number with digits and one point, for example 2.5."),
        ("${a} = 1x", 8, "Write a number with digits and one point, for example 2.5."),
        ("${a} ? 1", 6, "Take out ?; it means nothing here."),
        ("(${a}", 6, "Write ) here."),
        ("${a})", 5, "Take out this bracket, or open it before."),
        ("${a} ${b}", 6, "Join this to what stands before it with 'and' or 'or'."),
        ("${a} AND ${b}", 6, "Write 'and' and 'or' in small letters."),
        ("1 < ${a} < 3", 10, "Compare two things at a time and join comparisons with 'and'."),
        ("NOT(${a})", 1, "Write NOT in small letters."),
        ("${a} = yes", 8, "yes is not known here. Name a question as ${yes}, or put a text in quotation marks: 'yes'."),
        ("= 1", 1, "Name a question, a text or a number before =."),
        ("not ${a}", 5, "Write ( here."),
        ("selected(${a} 'x')", 15, "Write , here."),
        ("selected('a', 'x')", 10, "Name a question here, like this: ${question}."),
        ("selected(${a}, x)", 16, "Write the option's code in quotation marks, for example 'yes'."),
        (". = 1", 1, "Name the question: the dot is understood only in a constraint."),
        ("${a} = 1234567890123456", 8, "Write a number of at most 15 digits."),
        ("(" * (DEEPEST + 1), DEEPEST + 1, "Use fewer brackets within brackets."),
        (" " * (LONGEST + 1), LONGEST, "Shorten the condition to 4000 characters."),
    ],
)
def test_what_is_no_condition_says_where_and_what_to_write(text: str, at: int, sentence: str) -> None:
    assert problem(text) == (at, sentence)


@pytest.mark.timeout(10)
def test_a_condition_of_the_greatest_length_is_read_and_evaluated_in_little_time() -> None:
    tree = parse(" or ".join(["${a}='x'"] * 300))
    assert evaluate(tree, {"a": "x" * 1_000_000}) is False
