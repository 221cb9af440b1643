"""The way through an instrument: it ends, it loses nothing, and it can be gone with any answers."""

from time import perf_counter

from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.definition import Instrument, Role, Section, questions
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
    Rank,
    Row,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
)
from instruments.route import Missingness, PageRead, Plan, Progress
from tests.instruments.making import (
    TODAY,
    asked,
    instruments,
    of_questions,
    of_sections,
    options,
    rows,
    sets_of_answers,
    sound_answers,
)

LAW = settings(max_examples=100, deadline=None)

MENTOR = asked(SingleChoice(options=options("yes", "no", "several")), "mentor")
CHOSEN = asked(SingleChoice(options=options("assigned", "chosen")), "chosen", relevant="${mentor} != 'no'")
MEETINGS = asked(Number(most=365), "meetings", relevant="${chosen} = 'assigned'")
COMMENT = asked(LongText(), "comment")


def chain() -> Plan:
    """Four questions, of which the second hangs on the first and the third on the second."""
    return Plan.of(of_questions(MENTOR, CHOSEN, MEETINGS, COMMENT))


@st.composite
def ways(draw: st.DrawFn) -> tuple[Instrument, dict[str, Answer]]:
    """An instrument and some answers, of the right shape or not."""
    instrument = draw(instruments())
    return instrument, draw(sets_of_answers(instrument))


@st.composite
def sound_ways(draw: st.DrawFn) -> tuple[Instrument, dict[str, Answer]]:
    """An instrument and answers of the right shape."""
    instrument = draw(instruments())
    return instrument, draw(sound_answers(instrument))


@LAW
@given(ways())
def test_the_way_always_ends_and_goes_only_forward(way: tuple[Instrument, dict[str, Answer]]) -> None:
    instrument, answers = way
    plan = Plan.of(instrument)
    gone: list[int] = []
    slot = plan.first(answers)
    while slot is not None:
        gone.append(slot)
        slot = plan.after(slot, answers)
    assert gone == sorted(set(gone))
    assert tuple(gone) == plan.slots(answers)
    assert len(gone) <= len(plan.pages)


@LAW
@given(ways())
def test_the_page_after_the_page_before_is_where_one_is(way: tuple[Instrument, dict[str, Answer]]) -> None:
    instrument, answers = way
    plan = Plan.of(instrument)
    for slot in plan.slots(answers):
        before = plan.before(slot, answers)
        after = plan.after(slot, answers)
        assert before is None or plan.after(before, answers) == slot
        assert after is None or plan.before(after, answers) == slot


@LAW
@given(ways())
def test_any_answers_of_any_shape_have_a_way(way: tuple[Instrument, dict[str, Answer]]) -> None:
    instrument, answers = way
    plan = Plan.of(instrument)
    for page in plan.pages:
        form = plan.filled(page.slot, answers)
        assert isinstance(plan.read(page.slot, form, answers, TODAY), PageRead)
        plan.shown(page.slot, answers)
        plan.progress(page.slot, answers)
    plan.open(answers, TODAY)
    missing = plan.missing(answers)
    assert list(missing) == [question.id for question in questions(instrument) if question.asks]
    reached = plan.reached(answers)
    assert {name for name, why in missing.items() if why is Missingness.NOT_APPLICABLE} == {
        question.id for question in questions(instrument) if question.asks and question.id not in reached.questions
    }


@LAW
@given(sound_ways())
def test_a_page_shown_again_and_sent_as_it_is_changes_nothing(way: tuple[Instrument, dict[str, Answer]]) -> None:
    instrument, answers = way
    plan = Plan.of(instrument)
    for page in plan.pages:
        read = plan.read(page.slot, plan.filled(page.slot, answers), answers, TODAY)
        if not read.problems:
            assert plan.replaced(page.slot, answers, read.answers) == answers


@LAW
@given(sound_ways(), st.data())
def test_going_back_and_forth_never_loses_an_answer(
    way: tuple[Instrument, dict[str, Answer]], data: st.DataObject
) -> None:
    """An answer is changed, the pages after it are sent as they are shown then, and it is changed back."""
    instrument, answers = way
    plan = Plan.of(instrument)
    slots = plan.slots(answers)
    if not slots:
        return
    changed = data.draw(st.sampled_from(slots))
    other = data.draw(sound_answers(instrument))
    own = {question.id: answers[question.id] for question in plan.pages[changed].questions if question.id in answers}
    there = plan.replaced(changed, answers, {name: other[name] for name in own if name in other})
    for slot in plan.slots(there):
        if slot > changed:
            read = plan.read(slot, plan.filled(slot, there), there, TODAY)
            if not read.problems:
                there = plan.replaced(slot, there, read.answers)
    assert plan.replaced(changed, there, own) == answers


@LAW
@given(ways())
def test_what_counts_is_what_was_answered_where_the_way_leads(way: tuple[Instrument, dict[str, Answer]]) -> None:
    instrument, answers = way
    plan = Plan.of(instrument)
    reached = plan.reached(answers)
    assert set(reached.answers) <= set(reached.questions)
    assert plan.reached(reached.answers) == reached


def test_an_answer_on_a_branch_that_was_left_counts_no_more_and_is_there_when_one_comes_back() -> None:
    plan = chain()
    answers: dict[str, Answer] = {"mentor": "yes", "chosen": "assigned", "meetings": 6}
    assert plan.reached(answers).questions == ("mentor", "chosen", "meetings", "comment")
    left = answers | {"mentor": "no"}
    # The answer to "chosen" is still there, and yet nothing that hangs on it is asked.
    assert plan.reached(left).questions == ("mentor", "comment")
    assert plan.missing(left) == {
        "mentor": Missingness.ANSWERED,
        "chosen": Missingness.NOT_APPLICABLE,
        "meetings": Missingness.NOT_APPLICABLE,
        "comment": Missingness.SKIPPED,
    }
    read = plan.read(0, {"mentor": ["yes"]}, left, TODAY)
    assert plan.replaced(0, left, read.answers) == answers


def test_a_page_begins_where_what_is_shown_depends_on_an_answer_on_the_same_page() -> None:
    assert [[question.id for question in page.questions] for page in chain().pages] == [
        ["mentor"],
        ["chosen"],
        ["meetings", "comment"],
    ]
    repeated = asked(ShortText(), "why", help={"en": "You said: ${mentor}."})
    conditional = asked(Rank(options=(*options("a"), Option(code="b", label={}, relevant="${why} != ''"))), "order")
    plan = Plan.of(of_questions(MENTOR, repeated, conditional, COMMENT))
    assert [[question.id for question in page.questions] for page in plan.pages] == [
        ["mentor"],
        ["why"],
        ["order", "comment"],
    ]


def test_a_page_begins_where_its_author_says_so_and_with_every_section() -> None:
    plan = Plan.of(
        of_sections(
            Section(id="one", questions=(MENTOR, asked(YesNo(), "sure", new_page=True))),
            Section(id="empty"),
            Section(id="two", questions=(COMMENT,)),
        )
    )
    assert [(page.slot, page.section) for page in plan.pages] == [(0, "one"), (1, "one"), (2, "two")]
    assert plan.section_of(2).id == "two"
    assert (plan.slot_of("sure"), plan.slot_of("nobody"), plan.question("nobody")) == (1, None, None)


def test_a_section_is_entered_or_left_out_as_a_whole() -> None:
    inside = Section(id="with", questions=(CHOSEN, asked(YesNo(), "glad", new_page=True)), relevant="${mentor} = 'yes'")
    plan = Plan.of(of_sections(Section(id="first", questions=(MENTOR,)), inside))
    assert plan.slots({"mentor": "several"}) == (0,)
    assert plan.slots({"mentor": "yes"}) == (0, 1, 2)


def test_a_required_question_without_an_answer_says_what_to_do_in_the_words_of_its_kind() -> None:
    kinds: dict[str, Kind] = {
        "short": ShortText(),
        "one": SingleChoice(options=options("a")),
        "when": Date(),
        "order": Rank(options=options("a", "b")),
        "sure": YesNo(),
        "read": Information(),
        "topic": Topic(),
        "agree": Matrix(each=Scale(), rows=rows("respect", "time")),
    }
    plan = Plan.of(of_questions(*(asked(kind, name, required=True) for name, kind in kinds.items())))
    read = plan.read(0, {"agree.row.time": ["4"]}, {}, TODAY)
    assert [(problem.field, str(problem.sentence)) for problem in read.problems] == [
        ("short", "Write an answer."),
        ("one", "Choose an answer."),
        ("when.year", "Give a date."),
        ("order", "Put the answers in order."),
        ("sure", "Choose yes or no."),
        ("topic.state", "Say whether the topic was asked, skipped or declined."),
        ("agree.row.respect", "Answer “respect”."),
    ]
    assert read.answers == {"agree": {"time": 4}}
    assert plan.open({}, TODAY).keys() == {0}


def test_a_required_question_can_be_declined_where_that_is_offered() -> None:
    matrix = asked(Matrix(each=YesNo(), rows=rows("r0", "r1")), "agree", required=True, may_decline=True)
    plan = Plan.of(of_questions(asked(Number(), "age", required=True, may_decline=True), matrix))
    read = plan.read(0, {"age.declined": ["yes"], "agree.declined": ["yes"]}, {}, TODAY)
    assert read == PageRead({"age": {"declined": True}, "agree": {"declined": True}}, ())
    assert set(plan.missing(read.answers).values()) == {Missingness.DECLINED}
    problems = plan.read(0, {}, {}, TODAY).problems
    assert [str(problem.sentence) for problem in problems] == [
        "Write an answer, or tick that you prefer not to answer.",
        "Answer “r0”, or tick below that you prefer not to answer.",
        "Answer “r1”, or tick below that you prefer not to answer.",
    ]


def test_every_kind_of_missing_has_its_name() -> None:
    gender = asked(SingleChoice(options=(*options("woman"), *options("not_said", declines=True))), "gender")
    topics = [asked(Topic(), name) for name in ("raised", "skipped", "declined", "open")]
    never = asked(YesNo(), "never", relevant="false()")
    plan = Plan.of(of_questions(gender, *topics, never, role=Role.GUIDE))
    answers: dict[str, Answer] = {
        "gender": "not_said",
        "raised": {"state": "asked", "notes": "", "probes": {}},
        "skipped": {"state": "skipped", "notes": "", "probes": {}},
        "declined": {"state": "declined", "notes": "", "probes": {}},
    }
    assert plan.missing(answers, also=["gender", "ownership"]) == {
        "gender": Missingness.DECLINED,
        "raised": Missingness.ANSWERED,
        "skipped": Missingness.SKIPPED,
        "declined": Missingness.DECLINED,
        "open": Missingness.NOT_REACHED,
        "never": Missingness.NOT_APPLICABLE,
        "ownership": Missingness.NOT_ASKED,
    }


def test_a_blank_on_a_page_that_was_not_sent_was_not_reached_and_one_on_a_page_that_was_is_left_out() -> None:
    sections = [Section(id=name, questions=(asked(ShortText(), name),)) for name in ("first", "second", "third")]
    plan = Plan.of(of_sections(*sections))
    assert plan.missing({"first": "a"}, sent={0, 1}) == {
        "first": Missingness.ANSWERED,
        "second": Missingness.SKIPPED,
        "third": Missingness.NOT_REACHED,
    }
    assert plan.missing({"third": "c"}, sent={2})["first"] is Missingness.NOT_REACHED
    assert set(plan.missing({}).values()) == {Missingness.SKIPPED}
    assert [what for what in Missingness if what.was_asked] == [
        Missingness.ANSWERED, Missingness.SKIPPED, Missingness.DECLINED,
    ]  # fmt: skip


def test_an_option_or_row_that_is_offered_no_more_does_not_count_and_is_not_lost() -> None:
    help_ = asked(
        MultipleChoice(options=(*options("workshop"), Option(code="funds", label={}, relevant="${mentor} = 'yes'"))),
        "help",
    )
    each = asked(
        Matrix(each=Scale(), rows=(*rows("time"), Row(id="mentor", label={}, relevant="${mentor} = 'yes'"))),
        "agree",
        required=True,
    )
    plan = Plan.of(of_questions(MENTOR, help_, each))
    answers: dict[str, Answer] = {"mentor": "yes", "help": ["workshop", "funds"], "agree": {"time": 4, "mentor": 2}}
    without = answers | {"mentor": "no"}
    assert plan.reached(without).answers == {"mentor": "no", "help": ["workshop"], "agree": {"time": 4}}
    assert plan.offering("help").options({"mentor": "no"}) == options("workshop")
    assert plan.offering("agree").rows({"mentor": "yes"})[1].id == "mentor"
    read = plan.read(1, {"help": ["workshop"], "agree.row.time": ["5"]}, without, TODAY)
    assert read == PageRead({"help": ["workshop", "funds"], "agree": {"time": 5, "mentor": 2}}, ())


def test_what_was_put_in_order_keeps_its_place_while_it_is_not_offered() -> None:
    money = Option(code="money", label={}, relevant="${mentor} = 'yes'")
    order = asked(Rank(options=(*options("time"), money, *options("skills")), top=3), "order")
    plan = Plan.of(of_questions(MENTOR, order))
    answers: dict[str, Answer] = {"mentor": "no", "order": ["time", "money", "skills"]}
    assert plan.filled(1, answers) == {"order": ["time", "skills"]}
    assert plan.read(1, {"order": ["time", "skills"]}, answers, TODAY).answers == {"order": ["time", "money", "skills"]}
    assert plan.read(1, {"order": ["skills", "time"]}, answers, TODAY).answers == {"order": ["skills", "time", "money"]}
    first: dict[str, Answer] = {"mentor": "no", "order": ["money", "time", "skills"]}
    assert plan.read(1, {"order": ["skills", "time"]}, first, TODAY).answers == {"order": ["money", "skills", "time"]}
    assert plan.read(1, {}, first, TODAY).answers == {"order": ["money"]}


def test_a_draft_that_nobody_inspected_cannot_fill_the_memory() -> None:
    endless = asked(Scale(first=-(10**15), last=10**18), "endless")
    assert Plan.of(of_questions(endless)).read(0, {"endless": ["1"]}, {}, TODAY).problems


def test_a_button_of_a_rank_changes_the_page_and_is_no_answer() -> None:
    plan = Plan.of(of_questions(asked(Rank(options=options("a", "b", "c")), "order"), COMMENT))
    form = {"order": ["a", "b"], "comment": ["as typed"], "order.move": ["up:b"]}
    assert plan.moved(0, form) == {"order": ["b", "a"], "comment": ["as typed"]}
    assert plan.moved(0, {"order": ["a"], "comment": [""]}) is None


def test_progress_is_said_in_parts_and_minutes_of_what_this_person_is_asked() -> None:
    plan = Plan.of(
        of_sections(
            Section(id="you", questions=(MENTOR,)),
            Section(id="with", questions=(asked(YesNo(), "glad"),), relevant="${mentor} != 'no'"),
            Section(id="end", questions=(COMMENT, asked(LongText(), "more", new_page=True))),
            ),
    )  # fmt: skip
    assert plan.progress(0, {"mentor": "yes"}) == Progress(1, 3, None)
    timed = Plan.of(of_sections(*plan.instrument.sections, minutes=8))
    assert timed.progress(2, {"mentor": "no"}) == Progress(2, 2, 4)
    assert timed.progress(3, {"mentor": "no"}) == Progress(2, 2, 2)


def test_a_page_of_ten_fields_is_read_in_well_under_a_millisecond() -> None:
    every = [
        asked(SingleChoice(options=options("a", "b")), "q0", required=True),
        asked(MultipleChoice(options=options("a", "b")), "q1"),
        asked(Number(most=99), "q2", required=True),
        asked(ShortText(), "q3"),
        asked(LongText(), "q4"),
        asked(YesNo(), "q5"),
        asked(Date(), "q6"),
        asked(Scale(), "q7"),
        asked(Matrix(each=Scale(), rows=rows("r0", "r1", "r2")), "q8"),
        asked(Rank(options=options("a", "b")), "q9"),
    ]
    plan = Plan.of(of_questions(*every))
    form = {
        "q0": ["a"], "q1": ["a", "b"], "q2": ["12"], "q3": ["Calgary"], "q4": ["Long"], "q5": ["yes"],
        "q6.year": ["2006"], "q6.month": ["10"], "q6.day": ["4"], "q7": ["3"], "q8.row.r0": ["1"], "q9": ["b", "a"],
    }  # fmt: skip
    assert plan.read(0, form, {}, TODAY).problems == ()
    quickest = 1.0
    for _ in range(200):
        begun = perf_counter()
        plan.read(0, form, {}, TODAY)
        quickest = min(quickest, perf_counter() - begun)
    # Tens of microseconds on an idle machine; the bound only catches what is of another order.
    assert quickest < 0.0005
