"""What was changed, kept in place of the whole: doing the changes again gives the whole, whatever was done."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from instruments import deltas, editing
from instruments.definition import Instrument, Role, Section, questions
from instruments.kinds import YesNo
from tests.instruments.edits import edited
from tests.instruments.making import asked, instruments, of_questions, of_sections


def _kept(before: Instrument, after: Instrument) -> Instrument:
    """What is read again of a change that was written down."""
    return deltas.replayed(before, deltas.from_text(deltas.to_text(deltas.delta(before, after))))


@given(instruments(), instruments())
def test_a_change_from_any_definition_to_any_other_gives_the_other(before: Instrument, after: Instrument) -> None:
    assert _kept(before, after) == after


@given(instruments(), st.lists(instruments(), max_size=4), st.data())
def test_any_chain_of_changes_done_again_gives_the_last_whole(
    first: Instrument, others: list[Instrument], data: st.DataObject
) -> None:
    chain = [first]
    for other in others:
        chain.append(data.draw(st.sampled_from([other, *edited(chain[-1], data)])))
    again = first
    for before, after in pairwise(chain):
        change = deltas.from_text(deltas.to_text(deltas.delta(before, after)))
        again = deltas.replayed(again, change)
        assert again == after


def test_two_things_of_one_name_are_told_apart_by_their_place() -> None:
    twice = of_questions(asked(YesNo(), "a"), asked(YesNo(), "a", required=True))
    swapped = of_questions(asked(YesNo(), "a", required=True), asked(YesNo(), "a"))
    sections = of_sections(Section(id="s"), Section(id="s", questions=(asked(YesNo(), "a"),)))
    for before in (twice, swapped, sections):
        for after in (twice, swapped, sections):
            assert _kept(before, after) == after


def test_one_question_of_five_hundred_takes_a_page_and_not_a_book() -> None:
    sections = [
        Section(id=f"s{part}", questions=tuple(asked(YesNo(), f"q{part}_{at}") for at in range(20)))
        for part in range(25)
    ]
    before = of_sections(*sections, role=Role.SURVEY)
    after = editing.with_question(before, asked(YesNo(), "q7_3", required=True))
    assert len(deltas.to_text(deltas.delta(before, after))) < 500
    again = _kept(before, after)
    same = [one is other for one, other in zip(questions(before), questions(again), strict=True)]
    assert same.count(False) == 1  # what was not changed is the very same value
