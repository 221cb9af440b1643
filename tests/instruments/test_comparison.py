"""Two versions side by side: nothing differs unnoticed, and nothing is said to differ that does not."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.canonical import canonical
from instruments.comparison import WHOLE, What, compare, out_of_order, section_place
from instruments.definition import Instrument, Question, Section
from instruments.kinds import Kind, Matrix, Number, Option, Probe, Rank, Scale, ShortText, SingleChoice, Topic, YesNo
from instruments.wording import Mark, Piece, pieces, wordings
from tests.instruments.making import asked, instruments, of_questions, of_sections, options, rows, words

LAW = settings(max_examples=100, deadline=None)
NAMES = ("a", "b", "c", "d", "e", "f", "g")

EFFECT = asked(ShortText(), "effect")
MATCHING = asked(ShortText(), "matching")
BARRIERS = asked(ShortText(), "barriers")


def differences(before: Instrument, after: Instrument, *earlier: Instrument) -> dict[str, set[str]]:
    """What differs, by place."""
    return {found.place: {kind.value for kind in found.kinds} for found in compare(before, after, earlier)}


def changed(question: Question, **fields: object) -> set[str]:
    """In which ways a question differs after these of its fields have changed."""
    after = msgspec.structs.replace(question, **fields)
    return differences(of_questions(question), of_questions(after)).get(question.id, set())


@LAW
@given(instruments())
def test_a_definition_does_not_differ_from_itself(instrument: Instrument) -> None:
    assert compare(instrument, instrument) == ()


@LAW
@given(instruments(), instruments())
def test_two_definitions_that_differ_in_anything_have_a_difference(before: Instrument, after: Instrument) -> None:
    assert (compare(before, after) == ()) == (canonical(before) == canonical(after))


@LAW
@given(instruments(), st.data())
def test_any_field_that_changes_is_a_difference(instrument: Instrument, data: st.DataObject) -> None:
    """The same law where only one thing differs, which two definitions made by chance never do."""
    other = data.draw(instruments())
    at = data.draw(st.integers(0, min(len(instrument.sections), len(other.sections)) - 1))
    sections = list(instrument.sections)
    sections[at] = other.sections[at]
    names = {question.id for section in sections for question in section.questions}
    if len(names) < sum(len(section.questions) for section in sections):
        return
    after = msgspec.structs.replace(instrument, sections=tuple(sections))
    assert (compare(instrument, after) == ()) == (canonical(instrument) == canonical(after))


@given(words, words)
def test_the_pieces_make_both_texts(before: str, after: str) -> None:
    found = pieces(before, after)
    assert "".join(piece.text for piece in found if piece.mark is not Mark.IN) == before
    assert "".join(piece.text for piece in found if piece.mark is not Mark.OUT) == after


@given(st.lists(st.sampled_from(["the", " ", "cat", "sat", ",", "\n"]), max_size=20).map("".join), st.data())
def test_the_pieces_of_texts_that_share_words_make_both_texts(before: str, data: st.DataObject) -> None:
    after = "".join(data.draw(st.lists(st.sampled_from(["the", " ", "dog", "sat", ",", "\n"]), max_size=20)))
    found = pieces(before, after)
    assert "".join(piece.text for piece in found if piece.mark is not Mark.IN) == before
    assert "".join(piece.text for piece in found if piece.mark is not Mark.OUT) == after
    assert all(piece.text for piece in found)


def test_words_are_compared_whole_and_neighbours_together() -> None:
    assert pieces("How did your mentor help?", "How has your first mentor helped you?") == (
        Piece(Mark.SAME, "How "),
        Piece(Mark.OUT, "did"),
        Piece(Mark.IN, "has"),
        Piece(Mark.SAME, " your "),
        Piece(Mark.IN, "first "),
        Piece(Mark.SAME, "mentor "),
        Piece(Mark.OUT, "help"),
        Piece(Mark.IN, "helped you"),
        Piece(Mark.SAME, "?"),
    )
    assert pieces("the cat sat", "a dog sat") == (
        Piece(Mark.OUT, "the cat"),
        Piece(Mark.IN, "a dog"),
        Piece(Mark.SAME, " sat"),
    )


@pytest.mark.timeout(20)
def test_long_texts_that_repeat_themselves_are_compared_in_little_time() -> None:
    before, after = "a b " * 20_000, "b a " * 20_000
    assert [piece.mark for piece in pieces(before, after)] == [Mark.OUT, Mark.IN]
    assert len(pieces("a b\n" * 500, "a b\n" * 499 + "c\n")) == 3


def test_a_wording_says_how_it_was_and_how_it_is_in_each_language() -> None:
    found = list(wordings("label", {"en": "Yes", "fr": "Oui"}, {"en": "Yes, one", "fr": "Oui", "de": "Ja"}))
    assert [(one.language, one.before, one.after) for one in found] == [("en", "Yes", "Yes, one"), ("de", "", "Ja")]


@given(st.permutations(NAMES))
def test_the_fewest_are_moved(after: list[str]) -> None:
    moved = out_of_order(NAMES, after)
    stayed = [name for name in after if name not in moved]
    assert stayed == sorted(stayed)
    assert all(sorted([*stayed, name]) != [one for one in after if one in {*stayed, name}] for name in moved)


def test_one_question_that_changes_its_place_is_the_only_one_that_moved() -> None:
    before = of_questions(EFFECT, MATCHING, BARRIERS)
    assert differences(before, of_questions(BARRIERS, EFFECT, MATCHING)) == {"barriers": {"moved"}}


def test_a_question_in_another_section_has_moved() -> None:
    before = of_sections(Section(id="one", questions=(EFFECT, MATCHING)), Section(id="two"))
    after = of_sections(Section(id="one", questions=(MATCHING,)), Section(id="two", questions=(EFFECT,)))
    assert differences(before, after) == {"effect": {"moved"}}


def test_added_retired_and_restored_are_told_apart() -> None:
    first, second, third = of_questions(EFFECT), of_questions(MATCHING), of_questions(MATCHING, EFFECT)
    assert differences(first, second) == {"effect": {"retired"}, "matching": {"added"}}
    assert differences(second, third) == {"effect": {"added"}}
    assert differences(second, third, first) == {"effect": {"restored"}}
    retired = compare(first, second)[1]
    assert [(text.where, text.before, text.after) for text in retired.texts] == [("label", "Effect", "")]


GENDER = asked(SingleChoice(options=options("woman", "man")), "gender")
TOPIC = asked(Topic(probes=(Probe(id="time", label={"en": "Time"}),)), "topic")
AGREE = asked(Matrix(each=Scale(), rows=rows("respect")), "agree")
MEETINGS = asked(Number(most=365, unit={"en": "times"}), "meetings")


@pytest.mark.parametrize(
    ("question", "field", "value", "ways"),
    [
        (EFFECT, "label", {"en": "The effect"}, {"reworded"}),
        (EFFECT, "label", {"en": "Effect", "fr": "Effet"}, {"translated"}),
        (EFFECT, "help", {"en": "In a word"}, {"reworded"}),
        (EFFECT, "required", True, {"obligation"}),
        (EFFECT, "may_decline", True, {"obligation"}),
        (EFFECT, "relevant", "${x} = 1", {"condition"}),
        (EFFECT, "constraint", ". != ''", {"limits"}),
        (EFFECT, "identifying", True, {"handling"}),
        (EFFECT, "new_page", True, {"handling"}),
        (EFFECT, "kind", ShortText(longest=9), {"limits"}),
        (EFFECT, "kind", YesNo(), {"kind"}),
        (GENDER, "kind", SingleChoice(options=options("man", "woman")), {"options"}),
        (GENDER, "kind", SingleChoice(options=options("woman", "man", words=True)), {"options"}),
        (GENDER, "kind", Rank(options=options("woman", "man")), {"kind"}),
        (TOPIC, "kind", Topic(), {"probes"}),
        (AGREE, "kind", Matrix(each=Scale(), rows=rows("respect", "time")), {"rows"}),
        (AGREE, "kind", Matrix(each=Scale(last=7), rows=rows("respect")), {"limits"}),
        (AGREE, "kind", Matrix(each=Scale(low={"en": "Bad"}), rows=rows("respect")), {"reworded"}),
        (AGREE, "kind", Matrix(each=YesNo(), rows=rows("respect")), {"kind"}),
        (MEETINGS, "kind", Number(most=365, unit={"en": "meetings"}), {"reworded"}),
    ],
)
def test_every_way_of_changing_a_question_has_its_name(
    question: Question, field: str, value: object, ways: set[str]
) -> None:
    assert changed(question, **{field: value}) == ways


def test_what_an_option_says_is_compared_under_its_code() -> None:
    renamed: Kind = SingleChoice(options=(Option(code="woman", label={"en": "Women"}), *options("other")))
    (found,) = compare(of_questions(GENDER), of_questions(msgspec.structs.replace(GENDER, kind=renamed)))
    assert found.kinds == {What.OPTIONS}
    assert [(text.where, text.before, text.after) for text in found.texts] == [
        ("option.woman", "woman", "Women"),
        ("option.other", "", "other"),
        ("option.man", "man", ""),
    ]


def test_sections_and_the_whole_have_places_of_their_own() -> None:
    before = of_sections(Section(id="one", title={"en": "One"}), Section(id="two"), minutes=5)
    after = of_sections(Section(id="three"), Section(id="one", title={"en": "First"}, relevant="true()"), minutes=6)
    assert differences(before, after) == {
        WHOLE: {"handling"},
        section_place("three"): {"added"},
        section_place("one"): {"reworded", "condition"},
        section_place("two"): {"retired"},
    }
    assert {found.question for found in compare(before, after)} == {""}
