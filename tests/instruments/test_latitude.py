"""What a board's decision lets a study change without asking again, and what always needs an amendment."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import LongText, Option, Probe, SingleChoice, Topic
from instruments.latitude import Judged, judge
from vault.terms import Freedom, Terms, section_of

HERE = UUID(int=7)


def _topic(name: str, label: str, *probes: str) -> Question:
    return Question(
        id=name, kind=Topic(probes=tuple(Probe(id=one, label={"en": one}) for one in probes)), label={"en": label}
    )


def _choice(*codes: str) -> SingleChoice:
    return SingleChoice(options=tuple(Option(code=one, label={"en": one}) for one in codes))


ONE = _topic("one", "Please describe your experience of mentorshp.", "formal")
FRENCH = replace(ONE, label={**ONE.label, "fr": "Dites"})
TWO = Question(id="two", kind=_choice("yes", "no"), label={"en": "Have you a mentor?"})
BASE = Instrument(
    id="guide", role=Role.GUIDE, title={"en": "A guide"}, languages=("en",),
    sections=(Section(id="a", questions=(ONE, TWO)), Section(id="b", questions=(_topic("three", "Third"),))),
)  # fmt: skip


def _with(*questions: Question, **more: object) -> Instrument:
    sections = (replace(BASE.sections[0], questions=questions), *BASE.sections[1:])
    return replace(BASE, sections=sections, **more)


def _longer(question: Question) -> Section:
    """The second section with one question more."""
    return replace(BASE.sections[1], questions=(*BASE.sections[1].questions, question))


def _judged(draft: Instrument, *freedoms: Freedom, corrections: tuple[str, ...] = ()) -> dict[str, Judged]:
    sections = (section_of(HERE, "a"),) if Freedom.QUESTIONS in freedoms else ()
    terms = Terms(freedoms=frozenset(freedoms), sections=sections, sentence="As the board wrote.")
    found = judge(BASE, draft, (), terms, instrument_id=HERE, corrections=corrections)
    return {one.place: one for one in found}


@pytest.mark.parametrize(
    ("freedom", "draft", "place"),
    [
        (Freedom.PROBES, _with(_topic("one", ONE.label["en"], "formal", "informal"), TWO), "one"),
        (Freedom.QUESTIONS, _with(ONE, TWO, _topic("new", "What else?")), "new"),
        (Freedom.REMOVAL, _with(ONE), "two"),
        (Freedom.REMOVAL, _with(_topic("one", ONE.label["en"]), TWO), "one"),
        (Freedom.ORDER, _with(TWO, ONE), "two"),
        (Freedom.HELP, _with(replace(ONE, notes={"en": "Wait for it."}), TWO), "one"),
        (Freedom.TRANSLATIONS, _with(FRENCH, TWO, languages=("en", "fr")), "one"),
    ],
)  # fmt: skip
def test_each_freedom_lets_its_own_changes_through_and_no_other_does(
    freedom: Freedom, draft: Instrument, place: str
) -> None:
    assert _judged(draft, freedom)[place].free
    others = [one for one in Freedom if one is not freedom]
    judged = _judged(draft, *others)[place]
    assert judged.needs == {freedom}
    assert not judged.free
    assert judged.against


def test_a_correction_counts_once_somebody_has_declared_it() -> None:
    draft = _with(replace(ONE, label={"en": "Please describe your experience of mentorship."}), TWO)
    assert not _judged(draft)["one"].free
    silent = _judged(draft, Freedom.SPELLING)["one"]
    assert (silent.free, silent.correctable) == (False, True)
    assert _judged(draft, Freedom.SPELLING, corrections=("one",))["one"].free


def test_another_wording_is_no_correction_whoever_declares_it() -> None:
    draft = _with(replace(ONE, label={"en": "Please describe your worst experience."}), TWO)
    assert not _judged(draft, *Freedom, corrections=("one",))["one"].free


@pytest.mark.parametrize(
    "draft",
    [
        _with(ONE, replace(TWO, kind=_choice("yes", "no", "perhaps"))),
        _with(ONE, replace(TWO, kind=LongText())),
        _with(ONE, replace(TWO, required=True)),
        _with(ONE, replace(TWO, relevant="${one} = 'asked'")),
        _with(ONE, replace(TWO, identifying=True)),
        _with(ONE, replace(TWO, new_page=True)),
        _with(ONE, TWO, replace(_topic("who", "Who are you?"), identifying=True)),
        replace(BASE, sections=(*BASE.sections, Section(id="c", questions=(_topic("four", "Fourth"),)))),
        replace(BASE, sections=(replace(BASE.sections[0], questions=(ONE,)), _longer(TWO))),
        replace(BASE, minutes=90),
        replace(BASE, languages=("fr", "en")),
    ],
)  # fmt: skip
def test_what_no_decision_gives_in_advance_needs_an_amendment_under_every_freedom(draft: Instrument) -> None:
    places = tuple(_judged(draft))
    assert any(not one.free for one in _judged(draft, *Freedom, corrections=places).values())


def test_a_new_question_comes_only_into_a_section_that_the_decision_names() -> None:
    draft = replace(BASE, sections=(BASE.sections[0], _longer(_topic("new", "N"))))
    assert not _judged(draft, *Freedom)["new"].free
