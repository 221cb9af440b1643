"""Conditions and limits put into words, for who judges an instrument without having made it."""

import pytest
from flask import Flask
from flask_babel import Babel

from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import Date, Kind, Matrix, MultipleChoice, Number, Option, Rank, Row, Scale, ShortText, YesNo
from web.team.conditions_in_words import Speaker
from web.team.kinds_in_words import limits

OPTIONS = (Option(code="time", label={"en": "Lack of time"}), Option(code="money", label={"en": "Money"}))

ASKED = Instrument(
    id="i",
    role=Role.SURVEY,
    title={"en": "I"},
    languages=("en",),
    sections=(
        Section(
            id="s",
            questions=(
                Question(id="mentor", kind=YesNo(), label={"en": "Have you a mentor?"}),
                Question(id="barriers", kind=MultipleChoice(options=OPTIONS), label={"en": "What gets in the way?"}),
                Question(id="years", kind=Number(), label={"en": "How many years?"}),
                Question(
                    id="agree",
                    kind=Matrix(each=YesNo(), rows=(Row(id="honest", label={"en": "Honest"}),)),
                    label={"en": "Agree?"},
                ),
            ),
        ),
    ),
)


@pytest.fixture(autouse=True)
def _english() -> object:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("${mentor} = 'yes'", "the answer to question 1 is “Yes”"),
        ("${mentor} != ''", "question 1 is answered"),
        ("${mentor} = ''", "question 1 is not answered"),
        ("selected(${barriers}, 'time')", "“Lack of time” is chosen in question 2"),
        ("not(selected(${barriers}, 'time'))", "“Lack of time” is not chosen in question 2"),
        ("${years} >= 3 and ${mentor} != ''", "the answer to question 3 is at least 3 and question 1 is answered"),
        (
            "${mentor} = 'no' or (${years} > 3 and ${mentor} = 'yes')",
            "the answer to question 1 is “No” or (the answer to question 3 is more than 3 and "
            "the answer to question 1 is “Yes”)",
        ),
        ("count-selected(${barriers}) > 1", "the number of options chosen in question 2 is more than 1"),
        ("${agree.honest} = 'yes'", "the answer to question 4, row “Honest” is “Yes”"),
        ("not(${mentor} = 'yes' and ${years} > 1)",
         "it is not so that (the answer to question 1 is “Yes” and the answer to question 3 is more than 1)"),
        ("${gone} = 'x'", "the answer to “gone” is “x”"),
        ("${mentor} = = 'x'", "${mentor} = = 'x'"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_condition_is_said_with_the_numbers_of_questions_and_the_labels_of_options(condition: str, said: str) -> None:
    assert Speaker.of(ASKED, "en").condition(condition) == said


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (ShortText(longest=40, format="email"), ["at most 40 characters", "an e-mail address"]),
        (Number(least=0, most=60, unit={"en": "years"}), ["from 0", "to 60", "in years"]),
        (Date(precision="month", latest="today"), ["to the month, or to the day", "until today"]),
        (Scale(low={"en": "never"}, high={"en": "always"}), ["1 is “never”", "5 is “always”"]),
        (MultipleChoice(at_least=1, at_most=2), ["at least 1", "at most 2"]),
        (Rank(top=3), ["only the first 3"]),
        (Matrix(each=Number(most=9)), ["A number", "to 9"]),
    ],
)
def test_limits_are_said_in_short(kind: Kind, said: list[str]) -> None:
    assert limits(kind, "en") == said
