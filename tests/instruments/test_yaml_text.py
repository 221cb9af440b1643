"""Instruments as files: what is written is read back the same, and what cannot be read names its line."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.definition import Instrument, Question
from instruments.kinds import Kind, Number, Option, ShortText, SingleChoice, YesNo
from instruments.yaml_nodes import LARGEST, FileUnreadable
from instruments.yaml_text import _KINDS, read_yaml, write_yaml
from tests.instruments.making import asked, instruments, of_questions, options

LAW = settings(max_examples=100, deadline=None)

any_text = st.text(st.characters(exclude_categories=["Cs"]))


def faults(text: str) -> list[str]:
    """What is said about a file that cannot be read."""
    with pytest.raises(FileUnreadable) as caught:
        read_yaml(text)
    assert str(caught.value.sentence) == str(caught.value.faults[0])
    return [str(fault) for fault in caught.value.faults]


@LAW
@given(instruments())
def test_what_is_written_is_read_back_the_same(instrument: Instrument) -> None:
    assert read_yaml(write_yaml(instrument)) == instrument


@given(any_text, any_text, any_text)
def test_any_text_code_and_language_is_read_back_the_same(text: str, code: str, language: str) -> None:
    kind = SingleChoice(options=(Option(code=code, label={"en": text}), Option(code="x", label={language: text})))
    instrument = of_questions(asked(kind, help={"en": text, language: text}, constraint=text))
    assert read_yaml(write_yaml(instrument)) == instrument


@given(st.text(st.sampled_from("abc: -\n[]{}#&*!|>'\"%@`\t,?0.~yes\x00\x85"), max_size=60))
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    with pytest.raises(FileUnreadable) as caught:
        read_yaml(text)
    assert caught.value.faults[0].line >= 1


def test_no_field_of_a_question_has_the_name_of_a_field_of_its_kind() -> None:
    for kind in _KINDS.values():
        assert not set(kind.__struct_fields__) & set(Question.__struct_fields__)


def test_a_file_reads_as_people_write_it() -> None:
    found = read_yaml(
        """
        # The first question of all.
        instrument: short
        role: survey
        languages: [en, fr]
        title: {en: Short, fr: Court}
        sections:
          - id: all
            questions:
              - id: mentor
                kind: single_choice
                label: Do you have a mentor?   # in English until it is translated
                required: yes
                options:
                  - yes: {en: Yes, fr: Oui}
                  - no: No
                  - code: other
                    words: true
                    label: Other
              - {id: meetings, kind: number, label: How often?, least: 0, most: 12.5, decimals: 1}
        """
    )
    mentor = SingleChoice(
        options=(
            Option(code="yes", label={"en": "Yes", "fr": "Oui"}),
            Option(code="no", label={"en": "No"}),
            Option(code="other", label={"en": "Other"}, words=True),
        )
    )
    meetings: Kind = Number(least=0, most=12.5, decimals=1)
    assert [question.kind for section in found.sections for question in section.questions] == [mentor, meetings]
    assert found.sections[0].questions[0].required
    assert read_yaml(write_yaml(found)) == found


HEAD = "instrument: x\nrole: survey\nlanguages: [en]\ntitle: X\n"
QUESTION = HEAD + "sections:\n  - id: s\n    questions:\n      - id: q\n        kind: single_choice\n        label: Q\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Line 1: The file is empty. Describe an instrument in it."),
        ("- a", "Line 1: Begin with “instrument: ” and the instrument's id."),
        (HEAD + "minuets: 5", "Line 5: “minuets” is not known here. Did you mean “minutes”?"),
        (HEAD + "colour: red", "Line 5: “colour” is not known here. Take it out."),
        (HEAD + "id: y", "Line 5: Indent “id” like the other lines of its part: it is too far left."),
        (HEAD + "sections:\n  - id: a\n  - id: b\n    kind: topic", "Line 8: Indent “kind” like the other lines"),
        (HEAD + "minutes: five", "Line 5: Write a whole number here, for example 12."),
        (HEAD + "title: Y", "Line 5: “title” stands here twice. Keep one of the two."),
        ("role: survey\nlanguages: [en]\ntitle: X", "Line 1: Add “instrument” to this part."),
        (HEAD.replace("survey", "quiz"), "Line 2: Write one of these instead of “quiz”: survey, guide."),
        (HEAD + "sections: none", "Line 5: Write a list here: each part on a line of its own that begins with a dash."),
        (HEAD + "sections:\n  - all", "Line 6: Write the fields of this part below one another, each as"),
        (QUESTION + "        required: maybe", "Line 11: Write yes or no here."),
        (QUESTION + "        longest: 9", "Line 11: “longest” is not known here. Take it out."),
        (QUESTION + "        help: [a]", "Line 11: Write a text here, in quotation marks"),
        (QUESTION + "        relevant: {a: b}", "Line 11: Write one word or text here, in quotation marks"),
        (QUESTION.replace("single_choice", "slider"), "Line 9: Write one of these instead of “slider”: short_text,"),
        (QUESTION.replace("        kind: single_choice\n", ""), "Line 8: Add “kind”: one of short_text, long_text,"),
        (QUESTION.replace("single_choice", "matrix") + "        each: scale", "Line 11: Say what is asked of"),
        (QUESTION.replace("single_choice", "number") + "        least: low", "Line 11: Write a number here,"),
        ("instrument: a: b", "Line 1: Put the text in quotation marks: it has a colon followed by a space in it."),
        ("instrument:\n\tx: y", "Line 2: Indent with spaces, not with tabs."),
        ("instrument: [a", "Line 1: Close the bracket, or separate what is in it by commas."),
        ("instrument: 'a", "Line 1: Check the indentation, quotation marks and dashes here: this is not YAML."),
        ("instrument: a\x00", "Line 1: Take out the control character; a text file has none."),
        ("? [a]\n: b", "Line 1: Write a word before the colon."),
        (HEAD + "---\n" + HEAD, "Line 5: Put one instrument in a file; begin no second."),
        (HEAD + HEAD, "Line 5: A second instrument begins here. Put one in a file: replace the text,"),
        (QUESTION + "- id: more\n  kind: topic", "Line 11: Indent this line like the others of its part"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_names_its_line_and_what_to_do(text: str, said: str) -> None:
    assert faults(text)[0].startswith(said)


def test_everything_wrong_with_a_file_is_said_at_once_in_the_order_of_its_lines() -> None:
    text = HEAD.replace("survey", "quiz") + "minutes: five\n" + QUESTION.removeprefix(HEAD) + "        requird: yes\n"
    assert [fault[:8] for fault in faults(text)] == ["Line 2: ", "Line 5: ", "Line 12:"]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &a [x, x]\nb: [*a, *a]", "Line 1: Write this out: & and * are not understood"),
        ("a: *b", "Line 1: Write this out: & and * are not understood"),
        ("a: !!python/object/apply:os.system ['true']", "Line 1: Put the text in quotation marks: ! is not"),
        ("[" * 100_000, "Line 1: "),
        ("- " * 100_000, "Line 1: This goes deeper, or is longer, than any instrument."),
        ("[" + "a," * 300_000 + "]", "Line 1: This goes deeper, or is longer, than any instrument."),
        ("a" * (LARGEST + 1), "Line 1: Shorten the file to 2000000 characters."),
    ],
)
def test_a_bomb_is_refused_before_it_goes_off(text: str, said: str) -> None:
    """ASVS 5.2.3."""
    assert faults(text)[0].startswith(said)


def test_words_that_other_readers_of_yaml_take_for_something_else_are_written_in_quotation_marks() -> None:
    text = write_yaml(of_questions(asked(SingleChoice(options=options("yes", "1", "null"))), asked(YesNo(), "no")))
    assert "'yes': 'yes'" in text
    assert "id: 'no'" in text
    assert "'1': '1'" in text


def test_a_short_file_stays_short() -> None:
    instrument = of_questions(asked(ShortText(), "why", help={"en": "One line.\nAnother."}))
    assert write_yaml(msgspec.structs.replace(instrument, minutes=3)) == (
        "instrument: it\nrole: survey\ntitle: It\nlanguages:\n- en\nsections:\n- id: all\n  questions:\n"
        "  - id: why\n    kind: short_text\n    label: Why\n    help: |-\n      One line.\n      Another.\nminutes: 3\n"
    )
