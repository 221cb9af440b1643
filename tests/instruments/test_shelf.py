"""The library: complete, sound, labelled as reconstructions, and growing as the reference study did."""

import re

import pytest

from instruments import shelf
from instruments.comparison import compare
from instruments.definition import Role, questions
from instruments.kinds import Matrix, Number, Rank, Scale, SingleChoice, Topic
from instruments.route import Plan
from instruments.shelf import ENTRIES, LIST_1, LIST_2, SHORT_SURVEY, Entry
from instruments.yaml_text import read_yaml, write_yaml


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.file)
def test_every_file_is_what_its_entry_says_and_is_labelled_as_a_reconstruction(entry: Entry) -> None:
    found = shelf.load(entry)
    assert found.id == entry.instrument
    for language in found.languages:
        assert re.match(r"Reconstruction\. |Reconstitution\. ", found.provenance[language])
    assert read_yaml(write_yaml(found)) == found
    assert shelf.text_of(entry).startswith("# ")


def _differences(version: int) -> dict[str, set[str]]:
    definitions = [shelf.load(entry) for entry in LIST_1]
    found = compare(definitions[version - 2], definitions[version - 1], definitions[: version - 2])
    return {difference.place: {kind.value for kind in difference.kinds} for difference in found}


def test_list_1_begins_with_seven_questions_and_grows_as_the_study_did() -> None:
    assert [question.id for question in questions(shelf.load(LIST_1[0]))] == [
        "experience", "start", "roles", "good_relationship", "effect", "nominate", "anything_else",
    ]  # fmt: skip
    assert _differences(2) == {"assigned_or_chosen": {"added"}}
    assert _differences(3) == {"barriers": {"added"}, "matching": {"added"}, "effect": {"reworded"}}
    assert _differences(4) == {
        "ownership": {"added"}, "strategies": {"added"}, "work_life": {"added"}, "roles": {"probes"},
    }  # fmt: skip


@pytest.mark.parametrize("entry", LIST_1, ids=lambda entry: entry.file)
def test_the_last_question_of_an_interview_stays_the_last(entry: Entry) -> None:
    assert [question.id for question in questions(shelf.load(entry))][-2:] == ["nominate", "anything_else"]


def test_every_difference_of_the_library_has_its_reason_and_no_reason_is_about_anything_else() -> None:
    assert [entry.after_interview for entry in LIST_1] == [0, 4, 9, 14]
    for entry in LIST_1[1:]:
        covered = [place for reason in entry.reasons for place in reason.places]
        assert sorted(covered) == sorted(_differences(entry.version))
        assert all(reason.reason and reason.evidence for reason in entry.reasons)


def test_names_of_mentors_are_asked_for_in_the_linkage_store_only() -> None:
    for entry in LIST_1:
        assert {question.id for question in questions(shelf.load(entry)) if question.identifying} == {"nominate"}


def test_list_2_asks_mentors_eight_topics() -> None:
    found = shelf.load(LIST_2)
    assert found.role is Role.GUIDE
    assert [question.id for question in questions(found)] == [
        "mentoring_now", "own_role", "good_mentee", "assigned_view", "mentor_barriers", "gender_view", "training",
        "anything_else",
    ]  # fmt: skip
    assert all(isinstance(question.kind, Topic) for question in questions(found))


def test_the_short_survey_asks_everything_that_the_study_wants_to_know_before_the_interview() -> None:
    found = shelf.load(SHORT_SURVEY)
    kinds = {question.id: question.kind for question in questions(found)}
    assert list(kinds) == [
        "role", "university", "gender", "years", "degrees", "has_mentor", "assigned_or_chosen", "meetings", "agreement",
        "barrier", "comment",
    ]  # fmt: skip
    gender, agreement, barrier = kinds["gender"], kinds["agreement"], kinds["barrier"]
    assert isinstance(gender, SingleChoice)
    assert isinstance(agreement, Matrix)
    assert isinstance(barrier, Rank)
    assert [option.code for option in gender.options if option.words or option.declines] == [
        "self_described",
        "not_said",
    ]
    assert isinstance(agreement.each, Scale)
    assert (len(agreement.rows), agreement.each.first, agreement.each.last) == (7, 1, 5)
    assert (len(barrier.options), barrier.top) == (5, None)
    assert isinstance(kinds["meetings"], Number)


def test_whoever_has_no_mentor_is_not_asked_about_one() -> None:
    plan = Plan.of(shelf.load(SHORT_SURVEY))
    assert [page.section for page in plan.pages] == ["you", "mentor", "relationship", "barriers"]
    assert plan.after(1, {"has_mentor": "no"}) == 3
    assert plan.after(1, {"has_mentor": "several"}) == 2
    assert plan.after(1, {}) == 3
