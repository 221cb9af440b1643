"""What is known beside the words gives nobody away, or it is said what does and how to help it."""

from collections import Counter
from itertools import combinations
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.dataset import Attribute, AttributeKind, Case
from exports.disclosure import (
    QUOTES,
    TABLES,
    Bands,
    LeaveOut,
    Merge,
    Rule,
    YearOnly,
    assess,
    coarsen,
    propose,
)

ROLE, GENDER, PLACE = Attribute("role"), Attribute("gender"), Attribute("university")
YEARS, BORN = Attribute("years", AttributeKind.NUMBER), Attribute("born", AttributeKind.DATE)
ALL = (ROLE, GENDER, PLACE, YEARS, BORN)


def case(**values: str) -> Case:
    return Case(uuid4(), "P-7KQ4", values)


def study() -> list[Case]:
    """The shape of the reference study: 21 mentees and 7 mentors, who are all men."""
    mentees = [
        case(role="mentee", gender="woman" if at % 2 else "man", university="Calgary" if at % 3 else "Alberta",
             years=str(at), born=f"19{60 + at % 10}-0{at % 9 + 1}-11")
        for at in range(21)
    ]  # fmt: skip
    mentors = [
        case(role="mentor", gender="man", university="Calgary" if at % 2 else "Alberta", years=str(15 + at),
             born=f"195{at}-03-01")
        for at in range(7)
    ]  # fmt: skip
    return [*mentees, *mentors]


def test_the_cells_of_the_reference_study_are_counted() -> None:
    """k and the number of small classes agree with what pycanon 1.3.6 and pandas say of the same table."""
    cases = study()
    assert assess(cases, ["role"], QUOTES).k == 7
    assert assess(cases, ["role", "gender"], QUOTES).k == 7
    wider = assess(cases, ["role", "gender", "university"], TABLES)
    assert (wider.k, wider.uniques, wider.cases, wider.holds) == (3, 0, 28, False)
    assert [cell.count for cell in wider.small] == [4, 3, 4, 3]
    narrow = assess(cases, ["role", "gender", "university", "years"], QUOTES)
    assert (narrow.k, narrow.uniques, narrow.holds, narrow.offending) == (1, 28, False, ("years",))


def test_a_release_under_the_threshold_is_told_the_smallest_coarsening_that_helps() -> None:
    cases = study()
    attributes = [ROLE, GENDER, PLACE]
    assert propose(cases, attributes, QUOTES) == ()
    rules = propose(cases, attributes, TABLES)
    assert rules == (LeaveOut("university"),)
    assert str(rules[0]) == "Leave out “university”."
    assert assess([coarsen(one, rules) for one in cases], ["role", "gender", "university"], TABLES).holds


def test_an_attribute_that_nobody_has_and_no_cases_at_all_are_no_danger() -> None:
    assert assess([], ["role"], TABLES).holds
    assert assess(study(), [], TABLES).k == 28
    assert propose([], ALL, TABLES) == ()
    assert assess(study(), ["height"], TABLES).k == 28


def test_what_is_not_known_counts_as_a_value() -> None:
    cases = [case(role="a"), case(role="a"), case()]
    found = assess(cases, ["role"], 2)
    assert (found.k, found.small[0].values) == (1, (("role", ""),))


def test_too_few_people_are_too_few_whatever_is_left_out() -> None:
    cases = [case(role="a"), case(role="b")]
    rules = propose(cases, [ROLE], QUOTES)
    assert rules == (LeaveOut("role"),)
    assert not assess([coarsen(one, rules) for one in cases], ["role"], QUOTES).holds


@pytest.mark.parametrize(
    ("rule", "value", "coarser"),
    [
        (Bands("x", 5), "12", "10–14"), (Bands("x", 5), "12.5", "10–14"), (Bands("x", 10), "-3", "-10–-1"),
        (Bands("x", 5), "many", "many"), (Bands("x", 5), "inf", "inf"), (YearOnly("x"), "2006-10-04", "2006"),
        (Merge("x", ("a", "b")), "a", "other"), (Merge("x", ("a", "b"), "few"), "c", "c"), (LeaveOut("x"), "a", None),
    ],
)  # fmt: skip
def test_a_rule_makes_a_value_coarser(rule: Rule, value: str, coarser: str | None) -> None:
    coarse = coarsen(case(x=value, y="1"), [rule])
    assert coarse.attributes.get("x") == coarser
    assert coarse.attributes["y"] == "1"


_VALUES = {
    "role": st.sampled_from(["mentee", "mentor"]),
    "gender": st.sampled_from(["man", "woman", "other", ""]),
    "university": st.sampled_from(["Calgary", "Alberta", "Laval", "McGill"]),
    "years": st.integers(0, 30).map(str),
    "born": st.sampled_from(["1960-01-02", "1960-03-04", "1961-05", "1975"]),
}
_CASES = st.lists(st.fixed_dictionaries(_VALUES), max_size=40).map(
    lambda rows: [
        Case(UUID(int=at), f"P-{at}", {name: value for name, value in row.items() if value})
        for at, row in enumerate(rows)
    ]
)


@settings(max_examples=150, deadline=None)
@given(_CASES, st.sets(st.sampled_from([one.name for one in ALL])).map(sorted), st.sampled_from([QUOTES, TABLES]))
def test_an_assessment_says_what_comparing_everybody_with_everybody_says(
    cases: list[Case], names: list[str], threshold: int
) -> None:
    alike = [sum(all(a.attributes.get(n) == b.attributes.get(n) for n in names) for b in cases) for a in cases]
    found = assess(cases, names, threshold)
    assert found.k == min(alike, default=0)
    assert found.uniques == alike.count(1)
    assert sum(cell.count for cell in found.small) == sum(count < threshold for count in alike)
    assert found.holds is all(count >= threshold for count in alike)
    assert set(found.offending) <= set(names)


@settings(max_examples=60, deadline=None)
@given(_CASES, st.sets(st.sampled_from(ALL), min_size=1, max_size=3), st.sampled_from([QUOTES, TABLES]))
def test_what_is_proposed_reaches_the_threshold_if_anything_does_and_is_needed(
    cases: list[Case], chosen: set[Attribute], threshold: int
) -> None:
    attributes = sorted(chosen, key=lambda one: one.name)
    names = [one.name for one in attributes]
    rules = propose(cases, attributes, threshold)
    assert rules == propose(cases, attributes, threshold)
    reached = assess([coarsen(one, rules) for one in cases], names, threshold).holds
    assert reached is (len(cases) >= threshold or not cases)
    if reached:
        for fewer in combinations(rules, len(rules) - 1) if rules else ():
            assert not assess([coarsen(one, fewer) for one in cases], names, threshold).holds


def test_many_attributes_are_coarsened_step_by_step_and_reach_the_threshold_too() -> None:
    cases = [
        case(**{f"a{name}": str((at * (name + 3)) % 7) for name in range(9)}, years=str(at % 30)) for at in range(60)
    ]
    attributes = [*(Attribute(f"a{name}") for name in range(9)), YEARS]
    rules = propose(cases, attributes, TABLES)
    assert Counter(rule.attribute for rule in rules).most_common(1)[0][1] == 1
    assert assess([coarsen(one, rules) for one in cases], [one.name for one in attributes], TABLES).holds
