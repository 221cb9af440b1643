"""What is said to be never asked is never asked, whatever is answered; and what is obvious is seen."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from instruments.condition_parser import parse
from instruments.conditions import evaluate
from instruments.definition import Instrument, Role, Section, questions
from instruments.inspecting_reach import inspect_reach
from instruments.kinds import Date, Kind, MultipleChoice, Number, Scale, ShortText, SingleChoice, YesNo
from instruments.reaching import Reach
from instruments.route import Plan
from tests.instruments.making import TODAY, asked, instruments, of_questions, of_sections, options, sound_answers


def _found(instrument: Instrument) -> list[str]:
    return [f"{one.question}:{one.place} {str(one.sentence).split(':')[0]}" for one in inspect_reach(instrument)]


BEFORE: dict[str, Kind] = {
    "sure": YesNo(),
    "one": SingleChoice(options=options("a", "b")),
    "many": MultipleChoice(options=options("a", "b", "c")),
    "age": Number(least=18, most=99),
    "much": Scale(),
    "said": ShortText(),
    "day": Date(),
}


def _asked_if(condition: str, **more: object) -> Instrument:
    before = [asked(kind, name, **more) for name, kind in BEFORE.items()]
    return of_questions(*before, asked(YesNo(), "last", relevant=condition))


@pytest.mark.parametrize(
    "condition",
    [
        "${sure} = 'yes' and ${sure} = 'no'",
        "${one} = 'a' and not(selected(${one}, 'a'))",
        "${age} < 18",
        "${age} > 60 and ${age} < 50",
        "${much} > 5",
        "count-selected(${many}) > 3",
        "${many} = '' and selected(${many}, 'a')",
        "${said} = 'x' and ${said} = 'y'",
        "false()",
    ],
)
def test_what_no_answers_lead_to_is_said(condition: str) -> None:
    assert _found(_asked_if(condition)) == ["last:relevant This is never asked"]


@pytest.mark.parametrize(
    "condition",
    ["${sure} = 'yes' or ${sure} != 'yes'", "${age} = '' or ${age} >= 18", "true()", "not(${much} > 5)"],
)
def test_what_holds_whatever_is_answered_is_said(condition: str) -> None:
    (found,) = _found(_asked_if(condition))
    assert found.startswith("last:relevant This condition holds whatever is answered")


@pytest.mark.parametrize(
    "condition",
    [
        "${sure} = 'yes'", "${sure} = ''", "${age} >= 99", "${age} > 97.5", "${much} = 5", "${said} = 'x'",
        "string-length(${said}) > 3", "${day} > '2006'", "selected(${many}, 'c') and not(selected(${many}, 'a'))",
        "${sure} != ''", "${age} = ${much}", "${said} > 3",
    ],
)  # fmt: skip
def test_a_condition_that_tells_people_apart_is_left_alone(condition: str) -> None:
    assert _found(_asked_if(condition)) == []


def test_what_has_to_be_answered_in_a_survey_is_answered_and_in_a_conversation_perhaps_not() -> None:
    survey = _asked_if("${sure} != ''", required=True)
    assert _found(survey) == [
        "last:relevant This condition holds whatever is answered. Leave it out, or look at it again."
    ]
    guide = of_sections(*survey.sections, role=Role.GUIDE)
    assert _found(guide) == []
    assert _found(_asked_if("${sure} != ''", required=True, may_decline=True)) == []


def test_a_way_that_is_closed_further_up_is_seen_through_sections_and_questions() -> None:
    closed = of_sections(
        Section(id="one", questions=(asked(YesNo(), "a", required=True),)),
        Section(id="two", questions=(asked(YesNo(), "b"),), relevant="${a} = 'yes'"),
        Section(id="three", questions=(asked(YesNo(), "c", relevant="${b} = 'yes' and ${a} = 'no'"),)),
        Section(id="four", questions=(asked(YesNo(), "d"),), relevant="${a} = 'maybe'"),
    )
    assert _found(closed) == [
        "c:relevant This is never asked",
        ":section.four.relevant Nothing of this section is ever asked",
    ]


def test_an_option_that_nobody_is_offered_is_said() -> None:
    never = (*options("a", "b"), *options("c", relevant="${sure} = 'no'"))
    found = _found(
        of_questions(asked(YesNo(), "sure"), asked(SingleChoice(options=never), "pick", relevant="${sure} = 'yes'"))
    )
    assert found == ["pick:option.c.relevant This is never offered"]


def test_where_there_are_too_many_answers_to_try_nothing_is_said() -> None:
    many = [asked(MultipleChoice(options=options("a", "b", "c", "d", "e", "f")), f"q{at}") for at in range(3)]
    condition = " and ".join(f"selected(${{q{at}}}, 'a')" for at in range(3)) + " and false()"
    assert _found(of_questions(*many, asked(YesNo(), "last", relevant=condition))) == []


@given(instruments(), st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_is_answered_the_route_never_leads_to_what_is_said_to_be_unreachable(
    drawn: Instrument, data: st.DataObject
) -> None:
    sections = [
        replace(section, questions=tuple(replace(question, required=False) for question in section.questions))
        for section in drawn.sections
    ]
    instrument = replace(drawn, sections=tuple(sections))
    conditions = {
        question.id: tuple(text for text in (section.relevant, question.relevant) if text)
        for section in instrument.sections
        for question in section.questions
    }
    reach = Reach([(question, conditions[question.id]) for question in questions(instrument)], enforced=False)
    answers = data.draw(sound_answers(instrument))
    plan = Plan.of(instrument)
    assume(plan.open(answers, TODAY) == {})
    reached = plan.reached(answers).answers
    order = [question.id for question in questions(instrument)]
    for at, name in enumerate(order):
        before = {one: answer for one, answer in reached.items() if one in order[:at]}
        now = all(evaluate(parse(text), before) for text in conditions[name])
        assert now in reach.outcomes(conditions[name])
