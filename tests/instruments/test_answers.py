"""From what was sent to an answer: reading and filling are inverse, and whatever is sent has an outcome."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments import fields as names
from instruments.answers import fields, filled, first_field, is_answer, question_reader
from instruments.definition import Question
from instruments.fields import Circumstances
from instruments.kinds import (
    Answer,
    Cell,
    Date,
    Information,
    Json,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Probe,
    Rank,
    Row,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
)
from tests.instruments.making import TODAY, answers_to, asked, json_values, kinds, options, rows

LAW = settings(max_examples=150, deadline=None)

CHOICE = SingleChoice(options=(*options("a", "b"), *options("other", words=True)))
MANY = MultipleChoice(
    options=(*options("phd", "md"), *options("other", words=True), *options("none", exclusive=True)), at_most=2
)
EVERY: dict[str, Kind] = {
    "short": ShortText(),
    "email": ShortText(format="email"),
    "long": LongText(),
    "one": CHOICE,
    "many": MANY,
    "yes": YesNo(),
    "number": Number(decimals=2),
    "date": Date(precision="year"),
    "scale": Scale(),
    "matrix": Matrix(each=CHOICE, rows=rows("r0", "r1")),
    "numbers": Matrix(each=Number(), rows=rows("r0", "r1")),
    "rank": Rank(options=options("a", "b", "c"), top=2),
    "topic": Topic(probes=(Probe(id="p0", label={}), Probe(id="p1", label={}))),
    "read": Information(),
}


def sent(question: Question, today: date = TODAY, answers: dict[str, Answer] | None = None, **form: object) -> object:
    """What is read from a form, or what is said about it. Two underscores in a name stand for a dot."""
    made = {
        name.replace("__", "."): [values] if isinstance(values, str) else list(values)  # type: ignore[call-overload]
        for name, values in form.items()
    }
    answer, problems = question_reader(question)(made, Circumstances(today, answers or {}))
    return [(problem.field, str(problem.sentence)) for problem in problems] if problems else answer


def read(kind: Kind, *values: str, **form: object) -> object:
    """The same for a question ``q`` of a kind."""
    return sent(asked(kind), q=values, **form)  # type: ignore[arg-type]


forms = st.dictionaries(
    st.sampled_from([
        "q", "q.words.other", "q.year", "q.month", "q.day", "q.row.r0", "q.row.r1", "q.row.r0.words.other", "q.state",
        "q.notes", "q.probe", "q.probe_at.p0", "q.declined",
    ]),
    st.lists(st.sampled_from(["a", "b", "other", "yes", "no", "3", "2006", "10", "asked", "p0", "", "é\n", "-1.5"])),
)  # fmt: skip


@LAW
@given(kinds(()), st.booleans(), forms)
def test_whatever_is_sent_is_an_answer_or_a_problem_that_leads_to_a_field(
    kind: Kind, may_decline: bool, form: dict[str, list[str]]
) -> None:
    question = asked(kind, may_decline=may_decline)
    answer, problems = question_reader(question)(form, Circumstances(TODAY, {}))
    assert not (answer is not None and problems)
    for problem in problems:
        assert problem.field in fields(question)
        assert problem.question == "q"
        assert str(problem.sentence)


@LAW
@given(kinds(()), st.booleans(), forms)
def test_what_was_read_fills_the_fields_that_are_read_as_the_same(
    kind: Kind, may_decline: bool, form: dict[str, list[str]]
) -> None:
    question = asked(kind, may_decline=may_decline)
    answer, problems = question_reader(question)(form, Circumstances(TODAY, {}))
    if problems:
        return
    again = filled(question, answer)
    assert set(again) <= set(fields(question))
    assert question_reader(question)(again, Circumstances(TODAY, {})) == (answer, ())
    assert answer is None or is_answer(question, answer)


@LAW
@given(st.data(), kinds(()))
def test_an_answer_is_an_answer_or_breaks_a_limit(data: st.DataObject, kind: Kind) -> None:
    answer = data.draw(answers_to(kind))
    question = asked(kind)
    found, problems = question_reader(question)(filled(question, answer), Circumstances(TODAY, {}))
    assert problems or found == answer


@LAW
@given(st.one_of(kinds(()), st.sampled_from(list(EVERY.values()))), json_values)
def test_any_value_fills_some_fields_or_none_and_is_an_answer_or_not(kind: Kind, value: Json) -> None:
    question = asked(kind, may_decline=True)
    form = filled(question, value)
    assert all(isinstance(text, str) for texts in form.values() for text in texts)
    if is_answer(question, value) and value is not None:
        assert question_reader(question)(form, Circumstances(TODAY, {})) == (value, ())


@pytest.mark.parametrize("kind", EVERY.values(), ids=EVERY)
def test_nothing_sent_is_nothing_answered(kind: Kind) -> None:
    assert sent(asked(kind)) is None
    assert sent(asked(kind), q="", q__year="", q__state="", q__row__r0="") is None


@pytest.mark.parametrize(
    ("kind", "values", "answer"),
    [
        (ShortText(), ["  Calgary\n"], "Calgary"),
        (ShortText(), ["two\nlines"], "two lines"),
        (ShortText(), ["e\u0301te\u0301\u200b"], "été"),
        (LongText(), ["one\r\ntwo\x00"], "one\ntwo"),
        (ShortText(format="email"), ["ada@example.org"], "ada@example.org"),
        (ShortText(format="phone"), ["+1 403 555 0123"], "+1 403 555 0123"),
        (ShortText(format="time"), ["9h05"], "09:05"),
        (ShortText(format="web"), ["https://example.org/a"], "https://example.org/a"),
        (Number(), ["12"], 12),
        (Number(), ["１２"], 12),
        (Number(), ["-0"], 0),
        (Number(), ["1 200"], 1200),
        (Number(), ["1'200"], 1200),
        (Number(decimals=1), ["2,5"], 2.5),
        (Number(decimals=2), ["2.50"], 2.5),
        (Number(least=0, most=60), ["60"], 60),
        (YesNo(), ["no"], "no"),
        (Scale(), ["5"], 5),
        (CHOICE, ["a"], "a"),
        (MANY, ["md", "phd"], ["phd", "md"]),
        (MANY, ["none"], ["none"]),
        (Rank(options=options("a", "b", "c")), ["c", "a", "b"], ["c", "a", "b"]),
        (Rank(options=options("a", "b", "c"), top=1), ["c"], ["c"]),
    ],
)
def test_what_people_send_is_read_as_they_meant_it(kind: Kind, values: list[str], answer: Answer) -> None:
    assert read(kind, *values) == answer


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        (ShortText(longest=3), ["abcd"], "Shorten your answer by 1 character: there is room for 3."),
        (LongText(shortest=9), ["abcd"], "Write at least 9 characters."),
        (ShortText(format="email"), ["ada"], "Write one e-mail address, for example name@example.org."),
        (ShortText(format="phone"), ["call me"], "Write one telephone number in digits, for example +1 403 555 0123."),
        (ShortText(format="time"), ["25:00"],
         "Write the time as hours and minutes from 0:00 to 23:59, for example 14:30."),
        (ShortText(pattern="[0-9]+"), ["x"], "Write this in the form that is asked for."),
        (Number(), ["about 12"], "Write only one number in digits, for example 12."),
        (Number(), ["twelve"], "Write the number in digits, for example 12."),
        (Number(), ["1,200"], "Write the number without a comma, for example 12."),
        (Number(), ["2.5"], "Write a whole number, without a decimal point."),
        (Number(decimals=1), ["2.55"], "Write at most 1 digit after the point."),
        (Number(), ["9" * 16], "Write a number of at most 15 digits."),
        (Number(), ["9" * 5000], "Write only one number in digits, for example 12."),
        (Number(least=0, most=60), ["61"], "Write a number from 0 to 60."),
        (Number(least=1), ["0"], "Write 1 or a higher number."),
        (Number(most=1), ["2"], "Write 1 or a lower number."),
        (YesNo(), ["yes", "no"], "Choose one answer."),
        (YesNo(), ["maybe"], "Choose only from the answers that are offered."),
        (Scale(), ["6"], "Choose only from the answers that are offered."),
        (CHOICE, ["a", "b"], "Choose one answer."),
        (CHOICE, ["x"], "Choose only from the answers that are offered."),
        (MANY, ["none", "md"], "Choose “none” alone, or take it away and keep the others."),
        (MANY, ["phd", "md", "other"], "Choose at most 2 answers."),
        (MultipleChoice(options=options("a", "b"), at_least=2), ["a"], "Choose at least 2 answers."),
        (Rank(options=options("a", "b", "c")), ["a"], "Put 2 more answers in order, or take all of them out."),
        (Rank(options=options("a", "b", "c"), top=1), ["a", "b"], "Keep only the first answer in the order."),
        (Rank(options=options("a", "b")), ["a", "a"], "Put each answer in one place only."),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_says_what_to_do(kind: Kind, values: list[str], sentence: str) -> None:
    assert read(kind, *values) == [("q", sentence)]


def test_own_words_choose_the_option_that_they_stand_beside() -> None:
    assert read(CHOICE, "other", q__words__other=" nurse ") == {"code": "other", "words": "nurse"}
    assert read(CHOICE, q__words__other="nurse") == {"code": "other", "words": "nurse"}
    assert read(CHOICE, "a", q__words__other="nurse") == "a"
    assert read(CHOICE, "other") == "other"
    assert read(MANY, "phd", q__words__other="DPhil") == ["phd", {"code": "other", "words": "DPhil"}]
    assert read(CHOICE, "other", q__words__other="x" * 502) == [
        ("q.words.other", "Shorten this by 2 characters: there is room for 500.")
    ]


@pytest.mark.parametrize(
    ("kind", "typed", "answer"),
    [
        (Date(), ("2006", "10", "4"), "2006-10-04"),
        (Date(precision="month"), ("2006", "10", ""), "2006-10"),
        (Date(precision="year"), ("2006", "", ""), "2006"),
        (Date(precision="year"), ("2006", "2", "28"), "2006-02-28"),
        (Date(latest="today"), ("2026", "11", "23"), "2026-11-23"),
        (Date(precision="year", latest="today"), ("2026", "", ""), "2026"),
        (Date(), ("06", "10", "4"), [("q.year", "Write the year with four digits, for example 1998.")]),
        (Date(), ("2006", "", "4"), [("q.month", "Write the month as a number from 1 to 12.")]),
        (Date(), ("2006", "13", "4"), [("q.month", "Write the month as a number from 1 to 12.")]),
        (Date(), ("2006", "10", ""), [("q.day", "Write the day of the month.")]),
        (Date(), ("2006", "2", "29"), [
            ("q.day", "Write the day as a number from 1 to 28: that month has no other."),
        ]),
        (Date(latest="today"), ("2026", "11", "24"), [("q.year", "Give a date that is today or earlier.")]),
        (Date(earliest="today"), ("2026", "11", "22"), [("q.year", "Give a date that is today or later.")]),
        (Date(earliest="1996", latest="2006"), ("1995", "12", "31"), [
            ("q.year", "Give a date that is 1996 or later."),
        ]),
        (Date(earliest="1996", latest="2006-06"), ("2006", "7", "1"), [
            ("q.year", "Give a date that is 2006-06 or earlier."),
        ]),
    ],
)  # fmt: skip
def test_a_date_is_as_precise_as_the_person_was(kind: Date, typed: tuple[str, str, str], answer: object) -> None:
    assert sent(asked(kind), q__year=typed[0], q__month=typed[1], q__day=typed[2]) == answer


def test_a_matrix_is_read_row_by_row_and_every_problem_leads_to_its_row() -> None:
    each: list[tuple[Cell, str, Json]] = [
        (Scale(), "4", 4),
        (YesNo(), "no", "no"),
        (CHOICE, "a", "a"),
        (Number(), "7", 7),
    ]
    for cell, typed, value in each:
        matrix = asked(Matrix(each=cell, rows=rows("r0", "r1")))
        assert sent(matrix, q__row__r1=typed) == {"r1": value}
        assert [field for field, _ in sent(matrix, q__row__r0="?", q__row__r1="?")] == ["q.row.r0", "q.row.r1"]  # type: ignore[attr-defined]
    words = asked(Matrix(each=CHOICE, rows=rows("r0")))
    assert sent(words, q__row__r0__words__other="nurse") == {"r0": {"code": "other", "words": "nurse"}}


def test_a_topic_keeps_state_notes_and_the_time_of_each_tick() -> None:
    topic = asked(EVERY["topic"])
    noon = "2026-11-23T12:04:05Z"
    assert sent(topic, q__notes="Two.") == {"state": "asked", "notes": "Two.", "probes": {}}
    assert sent(topic, q__state="skipped") == {"state": "skipped", "notes": "", "probes": {}}
    assert sent(topic, q__probe=["p1", "p0"], q__probe_at__p1=noon) == {
        "state": "asked", "notes": "", "probes": {"p0": "", "p1": noon},
    }  # fmt: skip
    assert sent(topic, q__state="later") == [("q.state", "Say whether the topic was asked, skipped or declined.")]
    assert sent(topic, q__probe="p9") == [("q.probe", "Choose only from the answers that are offered.")]
    for odd in ("noon", "2026-13-23T12:04:05Z"):
        assert sent(topic, q__probe="p0", q__probe_at__p0=odd) == [
            ("q.probe_at.p0", "Untick the probe and tick it again.")
        ]
    assert sent(topic, q__notes="x" * 50_002) == [
        ("q.notes", "Shorten the notes by 2 characters, or carry on in a memo.")
    ]


def test_a_question_that_may_be_declined_is_answered_or_declined_and_never_both() -> None:
    question = asked(Number(), may_decline=True)
    assert sent(question, q__declined="yes") == {"declined": True}
    assert sent(question, q="7") == 7
    both = "Either give an answer or tick that you prefer not to; you have done both."
    assert sent(question, q="7", q__declined="yes") == [("q.declined", both)]
    assert sent(question, q="seven", q__declined="yes") == [("q.declined", both)]
    assert sent(asked(Number()), q__declined="yes") is None
    assert is_answer(question, {"declined": True})
    assert not is_answer(asked(Number()), {"declined": True})


def test_a_constraint_is_met_or_the_author_says_what_to_do() -> None:
    own = asked(Number(), constraint=". > ${least}", message={"en": "More than before, please."})
    assert sent(own, q="3", answers={"least": 2}) == 3
    assert sent(own, q="2", answers={"least": 2}) == [("q", "More than before, please.")]
    assert sent(own, answers={"least": 2}) is None
    plain = asked(Number(), constraint=". > 2")
    assert sent(plain, q="2") == [("q", "Check this answer; it does not fit.")]
    patterned = asked(ShortText(pattern="T[0-9]+"), message={"en": "A tape has a T and a number."})
    assert sent(patterned, q="12") == [("q", "A tape has a T and a number.")]
    assert sent(patterned, q="T12") == "T12"


def test_only_what_is_offered_to_this_person_can_be_chosen() -> None:
    conditional = SingleChoice(options=(*options("a"), Option(code="b", label={}, relevant="${mentor} = 'yes'")))
    offered = "Choose only from the answers that are offered."
    assert sent(asked(conditional), q="b", answers={"mentor": "yes"}) == "b"
    assert sent(asked(conditional), q="b", answers={"mentor": "no"}) == [("q", offered)]
    ranked = Rank(options=conditional.options)
    assert sent(asked(ranked), q=["a"], answers={"mentor": "no"}) == ["a"]
    lines = (*rows("r0"), Row(id="r1", label={}, relevant="${mentor} = 'yes'"))
    matrix = asked(Matrix(each=Scale(), rows=lines))
    assert sent(matrix, q__row__r0="1", q__row__r1="2", answers={"mentor": "no"}) == {"r0": 1}


def test_whether_a_value_is_an_answer_does_not_hang_on_the_day_or_on_other_answers() -> None:
    conditional = SingleChoice(options=(Option(code="b", label={}, relevant="${mentor} = 'yes'"),))
    assert is_answer(asked(conditional), "b")
    assert is_answer(asked(Matrix(each=conditional, rows=(Row(id="r", label={}, relevant="false()"),))), {"r": "b"})
    assert is_answer(asked(Date(latest="today")), "2020-01-01")
    assert is_answer(asked(Number(), constraint=". > ${x}"), 1)
    assert not is_answer(asked(Date(latest="2019")), "2020-01-01")
    assert not is_answer(asked(CHOICE), "x")


def test_every_field_has_a_name_that_begins_with_its_question() -> None:
    assert {name: fields(asked(kind, may_decline=True)) for name, kind in EVERY.items()} == {
        "short": ("q", "q.declined"),
        "email": ("q", "q.declined"),
        "long": ("q", "q.declined"),
        "one": ("q", "q.words.other", "q.declined"),
        "many": ("q", "q.words.other", "q.declined"),
        "yes": ("q", "q.declined"),
        "number": ("q", "q.declined"),
        "date": ("q.year", "q.month", "q.day", "q.declined"),
        "scale": ("q", "q.declined"),
        "matrix": ("q.row.r0", "q.row.r0.words.other", "q.row.r1", "q.row.r1.words.other", "q.declined"),
        "numbers": ("q.row.r0", "q.row.r1", "q.declined"),
        "rank": ("q", "q.declined"),
        "topic": ("q.state", "q.notes", "q.probe", "q.probe_at.p0", "q.probe_at.p1", "q.declined"),
        "read": ("q.declined",),
    }
    assert first_field(asked(Information())) == "q"
    assert first_field(asked(Date())) == names.date_field("q", "year")
    assert names.first({"q": []}, "q") == names.first({}, "q") == ""
    assert names.first({"q": ["a", "b"]}, "q") == "a"
