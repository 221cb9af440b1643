"""What two people did to one definition at the same time comes together, or is named as a conflict."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from instruments import editing
from instruments.definition import Instrument, Question, Section, find, questions
from instruments.kinds import YesNo
from instruments.merging import ORDER, merge
from tests.instruments.making import asked, instruments, of_sections

BASE = of_sections(
    Section(id="one", questions=(asked(YesNo(), "a"), asked(YesNo(), "b"), asked(YesNo(), "c"))),
    Section(id="two", questions=(asked(YesNo(), "d"),)),
)
Deed = Callable[[Instrument], Instrument]


def reworded(name: str, text: str = "New") -> Deed:
    """Question ``name`` says something else."""
    return lambda instrument: editing.with_question(instrument, replace(_asked(instrument, name), label={"en": text}))


def _asked(instrument: Instrument, name: str) -> Question:
    question = find(instrument, name)
    assert question is not None
    return question


def added(name: str, after: str) -> Deed:
    """A new question stands behind another."""
    return lambda instrument: editing.inserted(instrument, [asked(YesNo(), name)], after=after)


def _order(instrument: Instrument) -> str:
    return "; ".join(f"{one.id}: {' '.join(q.id for q in one.questions)}".strip() for one in instrument.sections)


@pytest.mark.parametrize(
    ("mine", "theirs", "order"),
    [
        (reworded("a"), reworded("b"), "one: a b c; two: d"),
        (reworded("a"), lambda one: editing.moved_by_one(one, "a", up=False), "one: b a c; two: d"),
        (reworded("a"), lambda one: editing.without(one, "b"), "one: a c; two: d"),
        (added("m", "a"), added("t", "a"), "one: a m t b c; two: d"),
        (added("m", "a"), lambda one: editing.moved_by_one(one, "a", up=False), "one: b a m c; two: d"),
        (added("m", "d"), lambda one: editing.joined(one, "two"), "one: a b c d m"),
        (lambda one: editing.split(one, "b")[0], added("t", "c"), "one: a; one_2: b c t; two: d"),
        (lambda one: editing.without(one, "a"), lambda one: editing.without(one, "a"), "one: b c; two: d"),
        (
            lambda one: editing.moved_section(one, "two", up=True),
            lambda one: editing.added_section(one, Section(id="three"), after="one"),
            "two: d; one: a b c; three:",
        ),
    ],
)
def test_changes_to_different_things_come_together(mine: Deed, theirs: Deed, order: str) -> None:
    merged = merge(BASE, mine(BASE), theirs(BASE))
    assert merged.conflicts == ()
    assert _order(merged.instrument) == order


def test_both_wordings_arrive() -> None:
    merged = merge(BASE, reworded("a", "Mine")(BASE), reworded("b", "Theirs")(BASE)).instrument
    assert [_asked(merged, name).label["en"] for name in ("a", "b")] == ["Mine", "Theirs"]


@pytest.mark.parametrize(
    ("mine", "theirs", "conflicts"),
    [
        (reworded("a", "Mine"), reworded("a", "Theirs"), ("a",)),
        (reworded("a"), lambda one: editing.without(one, "a"), ("a",)),
        (lambda one: editing.without(one, "a"), reworded("a"), ("a",)),
        (
            lambda one: editing.moved_by_one(one, "a", up=False),
            lambda one: editing.moved_by_one(one, "c", up=False),
            (ORDER,),
        ),
        (lambda one: replace(one, minutes=5), lambda one: replace(one, minutes=6), ("*",)),
        (
            lambda one: editing.with_section(one, Section(id="one", title={"en": "Mine"})),
            lambda one: editing.with_section(one, Section(id="one", title={"en": "Theirs"})),
            ("section.one",),
        ),
    ],
)
def test_two_changes_to_the_same_thing_are_named_and_nothing_is_lost(
    mine: Deed, theirs: Deed, conflicts: tuple[str, ...]
) -> None:
    merged = merge(BASE, mine(BASE), theirs(BASE))
    assert merged.conflicts == conflicts
    assert set(editing.ids(merged.instrument)) == {"a", "b", "c", "d"}


@given(instruments(), instruments())
def test_who_changed_nothing_takes_what_the_other_has(base: Instrument, other: Instrument) -> None:
    other = replace(other, role=base.role)
    for merged in (merge(base, base, other), merge(base, other, base), merge(base, other, other)):
        assert merged.conflicts == ()
        assert merged.instrument == other


@given(instruments(), st.data())
def test_without_a_conflict_every_change_of_both_is_in_what_they_make_together(
    base: Instrument, data: st.DataObject
) -> None:
    names = editing.ids(base)
    deeds = [reworded(name) for name in names] + [added(f"n{at}", name) for at, name in enumerate(names)]
    deeds += [lambda one, name=name: editing.moved_by_one(one, name, up=True) for name in names]  # type: ignore[misc]
    if not deeds:
        return
    mine, theirs = data.draw(st.sampled_from(deeds))(base), data.draw(st.sampled_from(deeds))(base)
    merged = merge(base, mine, theirs)
    if merged.conflicts:
        return
    before = {question.id: question for question in questions(base)}
    for changed in (mine, theirs):
        for question in questions(changed):
            if before.get(question.id) != question:
                assert find(merged.instrument, question.id) == question
