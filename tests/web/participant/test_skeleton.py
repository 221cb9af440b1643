"""A page of questions as it is drawn: what it shows is what it was filled with, and nothing in it is taken for HTML."""

from collections.abc import Iterator, Sequence

import pytest
from flask import Flask
from lxml import html

from instruments.answers import filled, first_field
from instruments.definition import Instrument, Question, Role, Section
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
    YesNo,
)
from instruments.route import Plan
from instruments.sentences import Problem, Sentence
from web.kit import i18n
from web.participant.skeleton import Skeleton, Skeletons

NASTY = "<script>alert(1)</script> & \"quotes\" 'and' ${more}"
THREE = (
    Option(code="a", label={"en": "Alpha", "fr": "Alpha (fr)"}),
    Option(code="b", label={"en": NASTY}, words=True),
    Option(code="none", label={"en": "None of these"}, exclusive=True),
)
ROWS = (Row(id="one", label={"en": "First"}), Row(id="two", label={"en": "Second"}))
EACH: list[tuple[Kind, Answer]] = [
    (ShortText(), NASTY),
    (ShortText(format="time"), "14:30"),
    (LongText(), f"\nTwo lines\n{NASTY}"),
    (SingleChoice(options=THREE), "a"),
    (SingleChoice(options=THREE), {"code": "b", "words": NASTY}),
    (MultipleChoice(options=THREE), ["a", {"code": "b", "words": "mine"}]),
    (YesNo(), "no"),
    (Number(unit={"en": "years"}), 12),
    (Number(decimals=1), 2.5),
    (Date(precision="year"), "2006"),
    (Date(), "2006-10-04"),
    (Scale(low={"en": "Never"}, high={"en": "Always"}), 4),
    (Matrix(each=Scale(), rows=ROWS), {"one": 3, "two": 5}),
    (Matrix(each=Number(), rows=ROWS), {"two": 7}),
    (Matrix(each=MultipleChoice(options=THREE), rows=ROWS), {"one": ["a", {"code": "b", "words": NASTY}]}),
    (Rank(options=THREE), ["none", "a"]),
    (YesNo(), {"declined": True}),
]


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    app = Flask(__name__)
    i18n.install(app)
    with app.test_request_context():
        yield


def plan_of(*questions: Question) -> Plan:
    section = Section(id="s", title={"en": "Part"}, questions=questions)
    return Plan.of(Instrument(id="i", role=Role.SURVEY, title={"en": "T"}, languages=("en",), sections=(section,)))


def page_of(*questions: Question) -> Skeleton:
    return Skeletons(plan_of(*questions), "en").page(0)


def fields_in(text: str) -> dict[str, list[str]]:
    """What a browser would send of the page."""
    form = html.fromstring(f"<form>{text}</form>")
    sent: dict[str, list[str]] = {}
    for control in form.xpath("//input | //textarea"):
        held = control.text if control.tag == "textarea" else control.get("value", "")
        if control.get("type") in {"radio", "checkbox"} and control.get("checked") is None:
            continue
        # A browser leaves out the line break that follows the tag of a text area.
        held = (held or "").removeprefix("\n") if control.tag == "textarea" else held
        if held:
            sent.setdefault(control.get("name"), []).append(held)
    return sent


@pytest.mark.parametrize(("kind", "answer"), EACH)
def test_a_page_that_is_shown_again_holds_exactly_what_was_answered(kind: Kind, answer: Answer) -> None:
    question = Question(id="q", kind=kind, label={"en": "Asked?"}, may_decline=True)
    form = filled(question, answer)

    shown = page_of(question)

    assert fields_in(shown.body(["q"], shown.filling(form, {}))) == form


@pytest.mark.parametrize(("kind", "answer"), EACH)
def test_nothing_that_anybody_wrote_becomes_part_of_the_page_itself(kind: Kind, answer: Answer) -> None:
    question = Question(id="q", kind=kind, label={"en": NASTY}, help={"en": NASTY})
    shown = page_of(question)
    problem = Problem(first_field(question), Sentence(NASTY.replace("%", "%%")))

    body = shown.body(["q"], shown.filling(filled(question, answer), {}, [problem]))

    assert "<script" not in body
    assert not html.fromstring(f"<div>{body}</div>").xpath("//script")


@pytest.mark.parametrize("kind", [kind for kind, _ in EACH])
def test_every_message_stands_beside_its_question_and_its_link_leads_there(kind: Kind) -> None:
    question = Question(id="q", kind=kind, label={"en": "Asked?"}, help={"en": "Help"})
    shown = page_of(question)
    problem = Problem(first_field(question), Sentence("Do this."))

    body = html.fromstring(f"<div>{shown.body(['q'], shown.filling({}, {}, [problem]))}</div>")

    ((target, said),) = shown.summary([problem], {})
    assert said == "Asked? Do this."
    assert body.xpath(f"//*[@id='{target}']"), target
    message = body.xpath("//p[@class='error']")[0]
    named = body.xpath(f"//*[contains(concat(' ', @aria-describedby, ' '), ' {message.get('id')} ')]")
    assert named, "no control or group is described by the message"


def test_a_rank_has_a_button_for_every_move_and_none_that_leads_nowhere() -> None:
    question = Question(id="q", kind=Rank(options=THREE), label={"en": "Order"})
    shown = page_of(question)

    body = html.fromstring(f"<div>{shown.body(['q'], shown.filling({'q': ['a', 'none']}, {}))}</div>")

    assert body.xpath("//button/@value") == ["down:a", "remove:a", "up:none", "remove:none", "place:b"]


def test_an_answer_is_repeated_in_a_later_question_and_escaped_there() -> None:
    first = Question(id="who", kind=ShortText(), label={"en": "Who?"})
    then = Question(id="how", kind=YesNo(), label={"en": "Did ${who} help?"})
    skeletons = Skeletons(plan_of(first, then), "en")

    page = skeletons.page(1)

    assert "Did &lt;b&gt;Bo&lt;/b&gt; help?" in page.body(["how"], page.filling({}, {"who": "<b>Bo</b>"}))


def test_an_option_or_row_is_drawn_only_for_whom_it_is_offered_to() -> None:
    first = Question(id="has", kind=YesNo(), label={"en": "Have you?"})
    options = (Option(code="x", label={"en": "X"}, relevant="${has} = 'yes'"), Option(code="y", label={"en": "Y"}))
    rows = (Row(id="r", label={"en": "R"}, relevant="${has} = 'yes'"), Row(id="s", label={"en": "S"}))
    one = Question(id="one", kind=SingleChoice(options=options), label={"en": "One"})
    many = Question(id="many", kind=Matrix(each=Scale(), rows=rows), label={"en": "Many"})
    page = Skeletons(plan_of(first, one, many), "en").page(1)

    def drawn(has: str) -> tuple[Sequence[str], Sequence[str]]:
        body = html.fromstring(f"<div>{page.body(['one', 'many'], page.filling({}, {'has': has}))}</div>")
        return body.xpath("//input[@name='one']/@value"), sorted(set(body.xpath("//*[@class='row']/@id")))

    assert drawn("no") == (["y"], ["q-many.row.s"])
    assert drawn("yes") == (["x", "y"], ["q-many.row.r", "q-many.row.s"])


def test_information_is_read_and_has_nothing_to_fill_in() -> None:
    question = Question(id="q", kind=Information(), label={"en": "One.\n\nTwo."})
    page = page_of(question)

    body = page.body(["q"], page.filling({}, {}))

    assert fields_in(body) == {}
    assert body.count("<p") == 2


def test_questions_that_are_not_translated_say_in_which_language_they_are() -> None:
    plan = plan_of(Question(id="q", kind=YesNo(), label={"en": "Asked?"}))

    assert (Skeletons(plan, "en").page(0).speaks, Skeletons(plan, "fr").page(0).speaks) == ("", "en")
