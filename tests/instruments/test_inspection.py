"""What keeps a definition from being published is found, named where it stands, and said as what to do."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments import shelf
from instruments.definition import Instrument, Question, Role, Section
from instruments.findings import Severity
from instruments.inspection import inspect
from instruments.kinds import (
    Date,
    Information,
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
from instruments.route import Plan
from instruments.shelf import ENTRIES, LIST_1, Entry
from tests.instruments.making import asked, instruments, of_questions, of_sections, options, rows

LAW = settings(max_examples=100, deadline=None)
NAMED = Scale(low={"en": "Bad"}, high={"en": "Good"})


def found(instrument: Instrument, *published: Instrument, severity: Severity = Severity.ERROR) -> list[tuple[str, str]]:
    """Where something is found, and what is said, for findings of one severity."""
    before = published[-1] if published else None
    timed = msgspec.structs.replace(instrument, minutes=instrument.minutes or 5)
    return [
        (f"{one.question}:{one.place}", str(one.sentence))
        for one in inspect(timed, before, published[:-1])
        if one.severity is severity
    ]


def said(*questions: Question, severity: Severity = Severity.ERROR, **more: object) -> list[tuple[str, str]]:
    """The same for a survey of these questions."""
    return found(of_questions(*questions, **more), severity=severity)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.file)
def test_every_file_of_the_library_can_be_published_and_needs_no_advice(entry: Entry) -> None:
    before = [shelf.load(former) for former in LIST_1 if former.version < entry.version and entry in LIST_1]
    assert inspect(shelf.load(entry), before[-1] if before else None, before[:-1]) == []


@LAW
@given(instruments(), instruments())
def test_every_definition_can_be_inspected_whatever_was_published_before(
    instrument: Instrument, before: Instrument
) -> None:
    findings = inspect(instrument, before)
    assert all(str(one.sentence) and one.sentence.filled("fr") is not None for one in findings)
    severities = [one.severity for one in findings]
    assert severities == sorted(severities, key=lambda severity: severity is not Severity.ERROR)


conditions = st.one_of(
    st.sampled_from(["", "${q0} = 'a'", "${q0", "selected(${q1}, 'x')", ". > 1"]), st.text(max_size=9)
)
names = st.sampled_from(["q0", "q1", "Q0", "no name", ""])
wild_kinds: st.SearchStrategy[Kind] = st.one_of(
    st.builds(
        ShortText, shortest=st.integers(-1, 3), longest=st.integers(-1, 3), pattern=st.text("a[(*\\", max_size=4)
    ),
    st.builds(Number, least=st.floats(), most=st.floats(), decimals=st.integers(-1, 20)),
    st.builds(Date, earliest=st.text("0129-", max_size=10), latest=st.sampled_from(["", "today", "2006"])),
    st.builds(Scale, first=st.integers(), last=st.integers(), step=st.integers(-1, 2)),
    st.builds(MultipleChoice, at_least=st.integers(-1, 3), at_most=st.integers(-1, 3)),
    st.builds(
        SingleChoice, options=st.lists(st.builds(Option, code=names, label=st.just({}), relevant=conditions)).map(tuple)
    ),
    st.builds(
        Matrix,
        each=st.just(NAMED),
        rows=st.lists(st.builds(Row, id=names, label=st.just({}), relevant=conditions), max_size=3).map(tuple),
    ),
)
wild = st.builds(
    Question, id=names, kind=wild_kinds, label=st.just({"en": "x ${q1}"}), relevant=conditions, constraint=conditions
)


@LAW
@given(st.lists(wild, max_size=4))
def test_what_is_not_refused_can_be_asked(questions: list[Question]) -> None:
    instrument = of_questions(*questions)
    if not found(instrument):
        Plan.of(instrument)


def test_ids_are_sound_and_each_stands_for_one_question() -> None:
    assert said(asked(YesNo(), "a"), asked(YesNo(), "a"), asked(YesNo(), "1b"), asked(YesNo(), "A")) == [
        ("a:id", "Two questions have the id “a”. Give each its own."),
        ("1b:id", "Name this with letters, digits and _, beginning with a letter; 64 at most."),
        ("A:id", "Another id differs from this one in capital letters only. Change one of them."),
    ]


def test_sections_are_named_once_and_soundly() -> None:
    twice = of_sections(
        Section(id="a", questions=(asked(YesNo(), "q"),)),
        Section(id="a"),
        Section(id="b c"),
        languages=("en", "EN", "en"),
    )
    assert [place for place, _ in found(msgspec.structs.replace(twice, id="1"))] == [
        ":languages", ":languages", ":id", ":section.a", ":section.b c", ":title", "q:label",
    ]  # fmt: skip
    assert found(of_sections(Section(id="a"), languages=())) == [
        (":languages", "Name the language in which this is written, for example en."),
        (":sections", "Ask something: there is no question yet."),
        (":title", "Add en to the languages of the instrument, or take this text out."),
    ]


def test_every_text_is_there_in_every_language_and_in_no_other() -> None:
    choice = SingleChoice(options=(Option(code="a", label={"en": "A", "fr": " "}), *options("b")))
    question = asked(choice, "q", help={"fr": "Aide"}, notes={"de": "Notiz"})
    places = dict(said(question, languages=("en", "fr"), title={"en": "It", "fr": "Ça"}))
    assert places == {
        "q:label": "Write this in fr.",
        "q:help": "Write this in en.",
        "q:notes": "Add de to the languages of the instrument, or take this text out.",
        "q:option.a.label": "Write this in fr.",
        "q:option.b.label": "Write this in fr.",
    }
    assert said(asked(YesNo(), "q", help={"en": "x" * 10_001})) == [
        ("q:help", "Shorten the text in en to 10000 characters.")
    ]


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (SingleChoice(), "options"),
        (SingleChoice(options=options("a", "a")), "option.a"),
        (SingleChoice(options=options("a", "b c")), "option.b c"),
        (MultipleChoice(options=options("a", "b"), at_least=3), "at_least"),
        (MultipleChoice(options=options("a", "b"), at_least=2, at_most=1), "at_most"),
        (MultipleChoice(options=(*options("a"), *options("b", declines=True))), "option.b"),
        (Rank(options=options("a")), "options"),
        (Rank(options=options("a", "b"), top=3), "top"),
        (Rank(options=(*options("a", "b"), *options("c", declines=True))), "option.c"),
        (ShortText(shortest=9, longest=3), "shortest"),
        (LongText(longest=0), "longest"),
        (ShortText(pattern="(a"), "pattern"),
        (Number(least=9, most=3), "least"),
        (Number(least=float("nan")), "least"),
        (Number(most=10**15), "most"),
        (Number(decimals=-1), "decimals"),
        (Date(earliest="2007-13"), "earliest"),
        (Date(earliest="2007", latest="2006-12-31"), "earliest"),
        (Scale(low={"en": "x"}, high={"en": "y"}, step=0), "step"),
        (Scale(low={"en": "x"}, high={"en": "y"}, first=5, last=1), "last"),
        (Scale(low={"en": "x"}, high={"en": "y"}, last=6, step=2), "last"),
        (Matrix(each=NAMED), "rows"),
        (Matrix(each=NAMED, rows=rows("a", "a")), "row.a"),
        (Matrix(each=SingleChoice(), rows=rows("a")), "options"),
        (Matrix(each=Number(least=9, most=3), rows=rows("a")), "each.least"),
        (Topic(), "kind"),
    ],
)
def test_a_question_that_nobody_could_answer_is_refused_where_it_is_wrong(kind: Kind, place: str) -> None:
    assert [where for where, _ in said(asked(kind))] == [f"q:{place}"]


@pytest.mark.parametrize(
    ("question", "place"),
    [
        (asked(SingleChoice(options=options("a"))), "options"),
        (asked(SingleChoice(options=options("a", "b", relevant="true()"))), "options"),
        (asked(SingleChoice(options=(*options("a"), *options("b", exclusive=True)))), "option.b"),
        (asked(SingleChoice(options=(*options("a"), *options("b", declines=True))), may_decline=True), "may_decline"),
        (asked(ShortText(pattern="a", format="web")), "pattern"),
        (asked(Number(least=0.5)), "least"),
        (asked(Scale()), "low"),
        (asked(Scale(low={"en": "x"}, high={"en": "y"}, last=4, middle={"en": "z"})), "middle"),
        (asked(YesNo(), notes={"en": "Smile."}), "notes"),
        (asked(YesNo(), message={"en": "No."}), "message"),
        (asked(YesNo(), constraint="true()"), "message"),
    ],
)
def test_what_is_only_odd_is_advice(question: Question, place: str) -> None:
    assert said(question) == []
    assert [where for where, _ in said(question, severity=Severity.ADVICE)] == [f"q:{place}"]


def test_information_is_not_answered() -> None:
    read = asked(Information(), required=True, may_decline=True, identifying=True, constraint="true()")
    places = said(read, asked(YesNo(), "other"))
    assert [place for place, _ in places] == ["q:required", "q:may_decline", "q:identifying", "q:constraint"]


def test_a_guide_has_topics_that_may_be_left_out() -> None:
    probes = (Probe(id="a", label={"en": "A"}), Probe(id="a", label={"en": "A"}))
    assert said(asked(Topic(probes=probes)), role=Role.GUIDE) == [
        ("q:probe.a", "“a” stands here more than once. Give each its own name.")
    ]
    assert [place for place, _ in said(asked(YesNo()), role=Role.GUIDE, severity=Severity.ADVICE)] == [":role"]
    assert [place for place, _ in said(asked(Topic(), required=True), role=Role.GUIDE, severity=Severity.ADVICE)] == [
        "q:required"
    ]


BEFORE = (
    asked(SingleChoice(options=options("yes", "no")), "mentor"),
    asked(MultipleChoice(options=options("phd", "md")), "degrees"),
    asked(Number(), "age"),
    asked(Date(), "since"),
    asked(YesNo(), "sure"),
    asked(Matrix(each=SingleChoice(options=options("often", "never")), rows=rows("time")), "agree"),
    asked(ShortText(), "name", identifying=True),
    asked(Information(), "welcome"),
)


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("${mentor} = 'maybe'", "“maybe” is none of the answers that can be given: yes, no."),
        ("'maybe' = ${mentor}", "“maybe” is none of the answers that can be given: yes, no."),
        ("selected(${degrees}, 'mba')", "“mba” is none of the answers that can be given: phd, md."),
        ("selected(${agree.time}, 'daily')", "“daily” is none of the answers that can be given: often, never."),
        ("${sure} = 'perhaps'", "“perhaps” is none of the answers that can be given: yes, no."),
        ("${degrees} = 'phd mba'", "“mba” is none of the answers that can be given: phd, md."),
        ("selected(${age}, '12')", "Use selected() only for a question with options."),
        ("count-selected(${mentor}) > 1", "Use count-selected() only where several answers can be chosen."),
        ("${age} = 'old'", "Compare with a number, without quotation marks: “old” is none."),
        ("${since} < 'May 2006'", "Write the date like this: '2006', '2006-10' or '2006-10-04'."),
        ("${agree} = 'often'", "Name a row of the matrix: ${agree.row}."),
        ("${agree.money} = 'often'", "“agree” has no row “money”. Check the name."),
        ("${mentor.time} = 'yes'", "“mentor” has no rows. Write ${mentor}."),
        ("${name} = 'Ada'", "“name” says who somebody is and is kept elsewhere. Do not use it here."),
        ("${welcome} = ''", "“welcome” asks nothing, so it has no answer. Name a question."),
        ("${nobody} = 1", "There is no question “nobody”. Check the name."),
        ("${after} = 1", "“after” is asked later. Look only at questions that stand before."),
        ("${q} = 1", "Write a dot for the answer to this question itself, and only in its constraint."),
        (
            "${mentor} = yes",
            "yes is not known here. Name a question as ${yes}, or put a text in quotation marks: 'yes'.",
        ),
        (". = 1", "Name the question: the dot is understood only in a constraint."),
    ],
)
def test_a_condition_that_cannot_hold_says_why(condition: str, sentence: str) -> None:
    here = asked(YesNo(), relevant=condition)
    assert said(*BEFORE, here, asked(YesNo(), "after")) == [("q:relevant", sentence)]


def test_conditions_are_looked_at_wherever_one_can_stand() -> None:
    kind = Matrix(
        each=SingleChoice(options=(Option(code="a", label={"en": "A"}, relevant="${x}"), *options("b"))),
        rows=(Row(id="r", label={"en": "R"}, relevant="${y} ="),),
    )
    question = asked(kind, constraint=". = ${z}", message={"en": "No"}, help={"en": "You said ${w}."})
    instrument = of_sections(Section(id="one", relevant="${q}", questions=(question,)))
    assert [place for place, _ in found(instrument)] == [
        ":section.one.relevant", "q:constraint", "q:option.a.relevant", "q:row.r.relevant", "q:label",
    ]  # fmt: skip
    (unreadable,) = [one for one in inspect(instrument) if one.place == "row.r.relevant"]
    assert unreadable.position == 7


@pytest.mark.parametrize(
    "condition", ["${mentor} = ''", "${age} > '17'", "${since} < '2006-10'", "${agree.time} != 'never'"]
)
def test_sound_conditions_are_left_alone(condition: str) -> None:
    assert said(*BEFORE, asked(YesNo(), relevant=condition)) == []


def test_what_was_published_keeps_its_kind_its_name_and_its_store() -> None:
    before = of_questions(
        asked(YesNo(), "a"), asked(ShortText(), "b"), asked(Matrix(each=YesNo(), rows=rows("r")), "c")
    )
    after = of_questions(
        asked(Number(), "a"), asked(ShortText(), "b", identifying=True), asked(Matrix(each=NAMED, rows=rows("r")), "c")
    )
    other = msgspec.structs.replace(after, id="other", role=Role.GUIDE)
    assert [place for place, _ in found(other, before)] == [":id", ":role", "a:kind", "b:identifying", "c:kind"]


def test_a_retired_id_comes_back_only_with_its_kind() -> None:
    first, second = of_questions(asked(YesNo(), "a")), of_questions(asked(YesNo(), "b"))
    assert found(of_questions(asked(YesNo(), "a")), first, second) == []
    assert [place for place, _ in found(of_questions(asked(Number(), "a")), first, second)] == ["a:kind"]


def test_a_scale_is_not_turned_round_and_codes_keep_what_they_mean() -> None:
    turned = Scale(low=NAMED.high, high=NAMED.low)
    assert [place for place, _ in found(of_questions(asked(turned)), of_questions(asked(NAMED)))] == ["q:low"]
    before = of_questions(
        asked(SingleChoice(options=(Option(code="a", label={"en": "Every week"}), *options("b")))),
        asked(Number(unit={"en": "hours"}), "n"),
        asked(NAMED, "s"),
    )
    after = of_questions(
        asked(SingleChoice(options=(Option(code="a", label={"en": "Not sure"}), *options("b")))),
        asked(Number(unit={"en": "days"}), "n"),
        asked(Scale(last=7, low=NAMED.low, high=NAMED.high), "s"),
    )
    places = [place for place, _ in found(after, before, severity=Severity.ADVICE)]
    assert places == ["q:option.a", "n:unit", "s:last"]
