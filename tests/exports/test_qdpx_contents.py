"""What a project of the REFI-QDA standard says: documents, codes, cases, variables, memos."""

from collections import Counter
from dataclasses import replace
from uuid import uuid5

import pytest

from exports.dataset import Attribute, AttributeKind, Case
from exports.formats import qdpx
from exports.refi_profiles import PROFILES
from tests.exports.reading_qdpx import NS, project, said, schema, with_records
from tests.exports.samples import RELEASE, sample

every_profile = pytest.mark.parametrize("profile", sorted(PROFILES))


def test_a_participant_has_one_document_for_each_occasion() -> None:
    assert list(project(sample()).sources()) == [
        "P-0001 list_1 1",
        "P-0001 list_1 2",
        "P-0001 short_survey 1",
        "P-0002 short_survey 1",
        "P-0003 list_1 1",
        "P-0004 short_survey 1",
    ]


def test_a_document_has_each_question_on_a_line_and_below_it_what_was_said() -> None:
    opened = project(sample())

    assert opened.text(opened.sources()["P-0001 list_1 1"]) == (
        "Please describe your experience of being mentored.\n"
        "She met [mentor 1] in 2004.\n\nThen “everything” changed \U0001f600 for her.\n"
        "\n"
        "What difference has it made to your career?\n"
        "More papers; less sleep.\n"
        "\n"
        "Did your mentor have a mentor?\n"
        "Asked outside the guide. Theme: Chains of mentoring."
    )


@every_profile
def test_every_passage_is_coded_with_its_question_and_every_turn_with_its_speaker(profile: str) -> None:
    opened = project(sample(), profile)
    coded = opened.coded(opened.sources()["P-0001 list_1 2"])

    experience = "Please describe your experience of being mentored."
    barriers = "What gets in the way of good mentoring here?"
    assert coded - {("P-0001", opened.text(opened.sources()["P-0001 list_1 2"]))} == {
        ("experience", f"{experience}\nSecond talk."),
        ("Guide for mentees – barriers", f"{barriers}\nTime, time, time."),
        ("Interviewer", experience),
        ("Interviewer", "Second talk."),
        ("Interviewer", barriers),
        ("Interviewer", "Time, time, time."),
    }


def test_what_a_participant_wrote_is_coded_as_the_participants_words() -> None:
    opened = project(sample())
    coded = opened.coded(opened.sources()["P-0001 short_survey 1"])

    assert {
        ("Participant", "nurse; =1+1"),
        ("Participant", "She listens."),
        ("Participant", "=2+2"),
        ("Participant", "Calgary, near the river"),
        ("Interviewer", "Two reasons, please – Second reason"),
        ("reasons", "Two reasons, please – Second reason\n=2+2"),
    } < coded


def test_a_question_outside_the_guide_is_coded_as_such() -> None:
    opened = project(sample())

    assert (
        "Outside the guide",
        "Did your mentor have a mentor?\nAsked outside the guide. Theme: Chains of mentoring.",
    ) in opened.coded(opened.sources()["P-0001 list_1 1"])


def test_codes_stand_below_their_instrument_the_themes_and_the_speakers() -> None:
    tree = {
        code.attrib["name"]: [child.attrib["name"] for child in code.findall(NS + "Code")]
        for code in project(sample()).all("CodeBook", "Codes", "Code")
    }

    assert tree == {
        "Guide for mentees": [
            "experience", "effect", "Guide for mentees – barriers", "retired_one", "Outside the guide",
        ],
        "Short survey": ["role", "reasons", "place", "story"],
        "Themes": ["Themes – Barriers", "Effect, on “career”", "Unasked yet"],
        "Speakers": ["Participant", "Interviewer"],
    }  # fmt: skip


@every_profile
def test_code_names_are_unique_and_whatever_is_coded_is_codable(profile: str) -> None:
    opened = project(sample(), profile)
    codes = opened.codes()

    assert set(Counter(code.attrib["name"].casefold() for code in codes.values()).values()) == {1}
    assert {code.attrib["isCodable"] for code in codes.values()} == {"true", "false"}
    assert {codes[each.attrib["targetGUID"]].attrib["isCodable"] for each in opened.every("CodeRef")} == {"true"}


@pytest.mark.parametrize("profile", ["standard", "qualcoder", "nvivo"])
def test_a_case_has_what_is_known_of_the_participant_and_nothing_for_what_is_missing(profile: str) -> None:
    opened = project(sample(), profile)
    cases = {case.attrib["name"]: opened.values(case) for case in opened.all("Cases", "Case")}

    assert cases["P-0002"] == {
        "Site": ("TextValue", "Alberta"),
        "group": ("TextValue", "mentee"),
        "gender": ("TextValue", "man"),
        "language": ("TextValue", "fr"),
        "quotable": ("BooleanValue", "false"),
    }
    assert "Site" not in cases["P-0004"]


@pytest.mark.parametrize("profile", ["standard", "qualcoder", "nvivo"])
def test_a_document_has_its_instrument_version_day_and_language(profile: str) -> None:
    opened = project(sample(), profile)

    assert opened.values(opened.sources()["P-0004 short_survey 1"]) == {
        "Instrument": ("TextValue", "Short survey"),
        "Instrument version": ("IntegerValue", "1"),
        "Occasion": ("IntegerValue", "1"),
        "Day": ("DateValue", "2026-11-09"),
        "Document language": ("TextValue", "en"),
        "Finished": ("BooleanValue", "false"),
    }


@pytest.mark.parametrize(
    ("kind", "values", "declared"),
    [
        (AttributeKind.NUMBER, ("12", "-3", "0"), "Integer"),
        (AttributeKind.NUMBER, ("12", "2.5"), "Float"),
        (AttributeKind.NUMBER, ("12", "about 13"), "Text"),
        (AttributeKind.NUMBER, ("007", "1"), "Text"),
        (AttributeKind.NUMBER, ("1e3", "1"), "Text"),
        (AttributeKind.NUMBER, ("٣",), "Text"),
        (AttributeKind.NUMBER, ("12", ""), "Text"),
        (AttributeKind.YES_NO, ("yes", "no"), "Boolean"),
        (AttributeKind.YES_NO, ("yes", "perhaps"), "Text"),
        (AttributeKind.DATE, ("2006-10-04",), "Date"),
        (AttributeKind.DATE, ("2006-10-04", "2006-10"), "Text"),
        (AttributeKind.DATE, ("2006-02-30",), "Text"),
        (AttributeKind.DATE, ("20061004",), "Text"),
        (AttributeKind.TEXT, ("1", "2"), "Text"),
    ],
)
def test_a_type_is_declared_only_if_every_value_fits(
    kind: AttributeKind, values: tuple[str, ...], declared: str
) -> None:
    cases = tuple(
        Case(uuid5(RELEASE, f"typed {number}"), f"P-{number}", {"what": value}) for number, value in enumerate(values)
    )
    data = replace(sample(), attributes=(Attribute("what", kind),), cases=cases, records=lambda: iter(()))
    opened = project(data)

    [variable] = [each for each in opened.every("Variable") if each.attrib["name"] == "what"]
    assert variable.attrib["typeOfVariable"] == declared
    schema("Project.xsd").assertValid(opened.root)
    if declared == "Text" and kind is not AttributeKind.TEXT:
        assert any("“what” is text here" in loss for loss in qdpx.losses(data))
        assert [opened.values(case)["what"][1] for case in opened.every("Case")] == list(values)


def test_variable_names_are_unique_even_if_the_study_calls_an_attribute_like_one_of_ours() -> None:
    data = replace(sample(), attributes=(Attribute("day"), Attribute("Day"), Attribute("Finished")))
    names = [each.attrib["name"] for each in project(data).every("Variable")]

    assert names[:3] == ["Case – day", "Case – Day (2)", "Case – Finished"]
    assert {"Document – Day", "Document – Finished"} < set(names)
    assert len({name.casefold() for name in names}) == len(names)
    assert "The variable “Day” is called “Document – Day” here, because names are unique." in qdpx.losses(data)


def test_a_memo_is_a_dated_note_in_a_file_with_a_name_of_its_own() -> None:
    data = with_records(sample(), said("One.", memo="A memo."), said("", memo="Nothing was said.", occasion=2))
    opened = project(data)

    notes = opened.all("Notes", "Note")
    assert [(note.attrib["name"], opened.text(note)) for note in notes] == [
        ("Memo P-0001 list_1 1", "A memo."),
        ("Memo P-0001 list_1 2", "Nothing was said."),
    ]
    assert {note.attrib["creationDateTime"] for note in notes} == {"2026-11-09T00:00:00Z"}
    assert list(opened.sources()) == ["P-0001 list_1 1"]
