"""What was answered before is said again in words of the page's language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.kinds import (
    Answer,
    Date,
    Information,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
)
from instruments.piping import NOTHING_SAID, filled, in_words, piped_into, references
from tests.instruments.making import asked, json_values, kinds, options, rows

ROLE = SingleChoice(
    options=(Option(code="clinician", label={"en": "Clinician", "fr": "Clinicienne"}), *options("other"))
)


@pytest.mark.parametrize(
    ("kind", "answer", "said"),
    [
        (ShortText(), "Calgary", "Calgary"),
        (Number(unit={"en": "years", "fr": "ans"}), 12, "12 ans"),
        (Number(), 2.5, "2.5"),
        (Date(), "2006-10", "2006-10"),
        (YesNo(), "yes", "oui"),
        (ROLE, "clinician", "Clinicienne"),
        (ROLE, {"code": "other", "words": "infirmière"}, "infirmière"),
        (MultipleChoice(options=ROLE.options), ["clinician", "other"], "Clinicienne, other"),
        (ROLE, "gone", NOTHING_SAID),
        (ROLE, {"declined": True}, NOTHING_SAID),
        (Scale(), 4, "4"),
        (Matrix(each=YesNo(), rows=rows("r")), {"r": "yes"}, NOTHING_SAID),
        (Topic(), {"state": "asked", "notes": "No.", "probes": {}}, NOTHING_SAID),
        (LongText(), None, NOTHING_SAID),
    ],
)
def test_an_answer_is_said_in_words(kind: Kind, answer: Answer, said: str) -> None:
    assert in_words(kind, answer, "fr", {"yes": "oui", "no": "non"}) == said


@given(kinds(()), json_values)
def test_any_value_is_said_somehow(kind: Kind, value: Answer) -> None:
    assert in_words(kind, value, "en")


def test_answers_are_put_where_they_are_named_and_nowhere_else() -> None:
    known = {"role": asked(ROLE, "role")}
    text = "As ${role} or ${ role }, ${nobody}, for $5 {role} $"
    assert filled(text, known, {"role": "clinician"}, "en") == "As Clinician or Clinician, …, for $5 {role} $"
    assert filled("As ${role}", known, {}, "en") == "As …"


@given(st.text())
def test_what_a_person_wrote_is_not_looked_through_again(words: str) -> None:
    known = {"a": asked(ShortText(), "a"), "b": asked(ShortText(), "b")}
    assert filled("${a}", known, {"a": "${b}", "b": words}, "en") == "${b}"


def test_a_question_repeats_answers_in_any_of_its_texts_and_languages() -> None:
    choices = SingleChoice(options=(Option(code="x", label={"fr": "${d}"}),))
    question = asked(choices, help={"en": "${a} and ${b}", "fr": "${c}"})
    assert piped_into(question) == {"a", "b", "c", "d"}
    scale = asked(Scale(low={"en": "${low}"}), notes={"en": "${n}"})
    number = asked(Matrix(each=Number(unit={"en": "${u}"}), rows=rows("r")))
    assert piped_into(scale) == {"low", "n"}
    assert piped_into(number) == {"u"}
    assert piped_into(asked(Information())) == references({}) == frozenset()
