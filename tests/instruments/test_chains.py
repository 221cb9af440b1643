"""Laws of chains: drafts that change again and again, two that are put together, the way through versions."""

from collections.abc import Callable
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from instruments import editing
from instruments.canonical import canonical
from instruments.comparison import WHOLE, Difference, Spot, What, compare, section_place
from instruments.definition import Instrument, Question, Section, find, questions
from instruments.merging import ORDER, merge
from instruments.route import Missingness, Plan
from tests.instruments.chains import deeds, grown, sound
from tests.instruments.making import instruments, sound_answers

LAW = settings(max_examples=80, deadline=None)

Thing = TypeVar("Thing")


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Instrument, Instrument]:
    """Two versions: mostly one that grew from the other, sometimes two that have nothing to do with each other."""
    before = draw(instruments())
    return before, draw(st.one_of(grown(before), grown(before), instruments()))


@st.composite
def forks(draw: st.DrawFn) -> tuple[Instrument, Instrument, Instrument]:
    """A draft, and what two people made of it."""
    base = draw(instruments())
    return base, draw(grown(base)), draw(grown(base))


# --- chains of deeds


@LAW
@given(instruments(), st.data())
def test_whatever_is_done_ids_stay_unique_and_mean_what_they_meant(instrument: Instrument, data: st.DataObject) -> None:
    states = [instrument]
    for _ in range(data.draw(st.integers(1, 6))):
        before = states[-1]
        after = data.draw(deeds(before, states[:-1]))(before)
        folded = [name.casefold() for name in editing.ids(after)]
        assert len(set(folded)) == len(folded)
        homes = [section.id for section in after.sections]
        assert len(set(homes)) == len(homes)
        for question in questions(after):
            for former in filter(None, (find(state, question.id) for state in states)):
                if former.id not in _given_anew(states):
                    assert type(former.kind) is type(question.kind)
        states.append(after)


def _given_anew(states: list[Instrument]) -> set[str]:
    """Ids that were free for a while, so that another question may have got them: no version was published."""
    names = {name for state in states for name in editing.ids(state)}
    return {name for name in names if any(find(state, name) is None for state in states)}


# --- the comparison says everything


def patched(before: Instrument, differences: tuple[Difference, ...]) -> Instrument:
    """The later definition, made of the earlier one and of nothing but what the comparison says."""
    sections = {section.id: replace(section, questions=()) for section in before.sections}
    asked = {question.id: question for question in questions(before)}
    gone = {difference.place for difference in differences if difference.kinds & {What.RETIRED, What.MOVED}}
    order = [name for name in sections if section_place(name) not in gone]
    inside = {
        section.id: [question.id for question in section.questions if question.id not in gone]
        for section in before.sections
    }
    made = before
    for difference in differences:
        match difference.around:
            case Instrument():
                made = difference.around
            case Section(id=name):
                sections[name] = difference.around
                _put(order, name, difference.spot)
    for difference in differences:
        if difference.question and difference.after is not None:
            asked[difference.question] = difference.after
            _put(inside.setdefault(_home(difference), []), difference.question, difference.spot)
    found = [replace(sections[name], questions=tuple(asked[one] for one in inside.get(name, ()))) for name in order]
    return replace(made, sections=tuple(found))


def _home(difference: Difference) -> str:
    return difference.spot.section if difference.spot else ""


def _put(order: list[str], name: str, spot: Spot | None) -> None:
    if spot is not None:
        order.insert(order.index(spot.behind) + 1 if spot.behind else 0, name)


@LAW
@given(pairs())
def test_the_differences_applied_to_the_old_version_give_the_new_one(pair: tuple[Instrument, Instrument]) -> None:
    before, after = pair
    differences = compare(before, after)
    assert canonical(patched(before, differences)) == canonical(after)


@LAW
@given(pairs())
def test_the_texts_of_the_differences_are_those_that_changed(pair: tuple[Instrument, Instrument]) -> None:
    before, after = pair
    for difference in compare(before, after):
        if difference.before is not None and difference.after is not None:
            said = {(one.where, one.language) for one in difference.texts}
            for where in ("label", "help", "notes", "message"):
                old, new = getattr(difference.before, where), getattr(difference.after, where)
                changed = {(where, tag) for tag in {*old, *new} if old.get(tag, "") != new.get(tag, "")}
                assert changed <= said


# --- two people


@LAW
@given(forks())
def test_no_change_of_either_editor_is_lost_in_silence(fork: tuple[Instrument, Instrument, Instrument]) -> None:
    base, mine, theirs = fork
    merged = merge(base, mine, theirs)
    made, conflicts = merged.instrument, set(merged.conflicts)

    def kept(name: str, of: Callable[[Instrument], Thing], place: str) -> None:
        before, my, their, now = of(base), of(mine), of(theirs), of(made)
        if my == before:
            assert now == their, name
        elif their in (before, my):
            assert now == my, name
        else:
            assert place in conflicts, name
            # Both are there to be looked at, and what only one of them took out stays.
            assert now == (their if my is None else my), name

    for name in {name for one in fork for name in editing.ids(one)}:
        kept(name, lambda one, name=name: find(one, name), name)  # type: ignore[misc]
    for name in {section.id for one in fork for section in one.sections}:
        if _bare(made, name) is not None or not _only_home(made, name):
            kept(name, lambda one, name=name: _bare(one, name), section_place(name))  # type: ignore[misc]
    for field in ("title", "languages", "help", "provenance", "minutes"):
        kept(field, lambda one, field=field: getattr(one, field), WHOLE)  # type: ignore[misc]
    assert len(set(editing.ids(made))) == len(editing.ids(made))


def _bare(instrument: Instrument, name: str) -> Section | None:
    found = next((section for section in instrument.sections if section.id == name), None)
    return replace(found, questions=()) if found else None


def _only_home(instrument: Instrument, name: str) -> bool:
    """Whether questions were left without any section, so that one had to be made for them."""
    return name == "part_1" and any(section.id == name for section in instrument.sections)


@LAW
@given(forks())
def test_what_only_one_editor_moved_stands_where_they_put_it(fork: tuple[Instrument, Instrument, Instrument]) -> None:
    base, mine, theirs = fork
    for one, other in ((mine, theirs), (theirs, mine)):
        if _moved(base, other):
            continue
        made = merge(base, one, other).instrument
        homes = {question.id: section.id for section in made.sections for question in section.questions}
        there = {section.id for section in made.sections}
        # Where both wrote a new question of one name, both have put it somewhere.
        stood = {question.id for section in base.sections for question in section.questions}
        both = {question.id for section in other.sections for question in section.questions} - stood
        for section in one.sections:
            here = [question.id for question in section.questions if question.id in homes and question.id not in both]
            if section.id in there:
                assert {homes[name] for name in here} <= {section.id}
                assert [name for name in _ids(made, section.id) if name in here] == here


def _ids(instrument: Instrument, section: str) -> list[str]:
    return [question.id for one in instrument.sections if one.id == section for question in one.questions]


def _moved(base: Instrument, other: Instrument) -> bool:
    return any(What.MOVED in difference.kinds for difference in compare(base, other))


@LAW
@given(forks())
def test_it_does_not_matter_who_saves_first_unless_a_conflict_is_named(
    fork: tuple[Instrument, Instrument, Instrument],
) -> None:
    base, mine, theirs = fork
    one, other = merge(base, mine, theirs), merge(base, theirs, mine)
    assert set(one.conflicts) == set(other.conflicts)
    if not one.conflicts:
        assert _told(one.instrument) == _told(other.instrument)
    if ORDER not in one.conflicts:
        assert {section.id for section in one.instrument.sections} == {
            section.id for section in other.instrument.sections
        }


def _told(instrument: Instrument) -> tuple[dict[str, Question], dict[str, Section | None], str]:
    """What is said, wherever it stands: two new questions at one place may stand in either order."""
    return (
        {question.id: question for question in questions(instrument)},
        {section.id: _bare(instrument, section.id) for section in instrument.sections},
        canonical(replace(instrument, sections=())),
    )


# --- the way through versions that follow each other


@LAW
@given(sound(), st.data())
def test_what_only_says_otherwise_leads_nobody_another_way(first: Instrument, data: st.DataObject) -> None:
    answers = data.draw(sound_answers(first))
    texts = [question.label for question in questions(first)]
    data.draw(st.randoms(use_true_random=False)).shuffle(texts)
    after = first
    for question, label in zip(questions(first), texts, strict=True):
        after = editing.with_question(after, replace(question, label=label, help=label))
    before, now = Plan.of(first), Plan.of(after)
    assert now.slots(answers) == before.slots(answers)
    assert now.missing(answers) == before.missing(answers)
    assert now.reached(answers) == before.reached(answers)


@LAW
@given(sound(), st.data())
def test_of_every_version_of_a_chain_each_question_of_all_of_them_has_one_word(
    first: Instrument, data: st.DataObject
) -> None:
    chain = [first]
    for _ in range(data.draw(st.integers(1, 4))):
        chain.append(data.draw(deeds(chain[-1], chain[:-1], careful=True))(chain[-1]))
    asked = {question.id for version in chain for question in questions(version) if question.asks}
    answers = data.draw(sound_answers(data.draw(st.sampled_from(chain))))
    for version in chain:
        plan = Plan.of(version)
        found = plan.missing(answers, also=asked)
        assert found.keys() == asked
        own = {question.id for question in questions(version) if question.asks}
        assert {name for name, what in found.items() if what is Missingness.NOT_ASKED} == asked - own
        counting = plan.reached(answers).answers
        assert {name for name, what in found.items() if what is Missingness.ANSWERED} <= counting.keys() <= own
        # Whoever goes on from page to page comes to the same pages as whoever looks at all at once.
        slot, gone = plan.first(answers), []
        while slot is not None:
            gone.append(slot)
            slot = plan.after(slot, answers)
        assert tuple(gone) == plan.slots(answers)
