"""Advice on wording is given where it helps, in the languages that have a list, and nowhere else."""

from collections.abc import Iterator

import pytest

from instruments import readability, shelf
from instruments.definition import Instrument, Question, questions
from instruments.findings import Finding
from instruments.inspecting_wording import inspect_length, inspect_wording_of
from instruments.kinds import Information, Kind, LongText, Matrix, Scale, ShortText, Topic, YesNo
from tests.instruments.making import asked, of_questions, rows

HARD = (
    "Notwithstanding the considerable heterogeneity of institutional responsibilities, to what extent did "
    "administrative obligations systematically compromise the realisation of individually prioritised "
    "professional objectives during the immediately preceding academic semester?"
)
EASY = "The cat sat on the mat. The dog ran to the cat. They both ran out of the house and into the sun. It was hot."
EASY_FR = (
    "Le chat est sur le lit. Le chien va voir le chat. Il fait beau, il fait chaud. On va dans le jardin avec eux."
)
HARD_FR = (
    "Dans quelle mesure les responsabilités administratives supplémentaires, indépendamment des considérations "
    "organisationnelles particulières, ont-elles systématiquement compromis la réalisation de vos objectifs "
    "professionnels prioritaires durant le semestre universitaire immédiatement précédent ?"
)


def inspect_wording(instrument: Instrument) -> Iterator[Finding]:
    """Everything that is said about the wording of an instrument."""
    for question in questions(instrument):
        yield from inspect_wording_of(question)
    yield from inspect_length(instrument, sum(map(readability.seconds, questions(instrument))) / 60)


def _places(question: Question, **more: object) -> list[str]:
    return [one.place for one in inspect_wording(of_questions(question, minutes=5, **more))]


def _saying(kind: Kind, language: str, text: str, **more: object) -> Question:
    return Question(id="q", kind=kind, label={language: text}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "language", "text"),
    [
        (ShortText(), "en", "What do you like and/or dislike?"),
        (YesNo(), "en", "Is your mentor friendly and available?"),
        (Scale(), "fr", "Votre mentor est-il aimable et disponible ?"),
        (LongText(), "en", "How did it begin, and what did you think of it?"),
        (LongText(), "en", "How did it begin? Who began it?"),
        (LongText(), "fr", "Comment cela a-t-il commencé et pourquoi ?"),
        (LongText(), "en", "Don't you think that mentors should be paid?"),
        (LongText(), "en-GB", "Surely you have a mentor?"),
        (LongText(), "fr", "Ne pensez-vous pas que c’est utile ?"),
        (LongText(), "en", HARD),
        (LongText(), "fr", HARD_FR),
    ],
)
def test_what_textbooks_warn_of_is_advice_beside_the_words(kind: Kind, language: str, text: str) -> None:
    assert _places(_saying(kind, language, text)) == ["label"]


@pytest.mark.parametrize(
    ("kind", "language", "text"),
    [
        (LongText(), "en", "How do research and teaching fit together?"),
        (YesNo(), "en", "Do you have a mentor?"),
        (YesNo(), "de", "Ist er freundlich und da?"),
        (Topic(), "en", "Has it ever been unclear whose idea it was? What happened?"),
        (Information(), "en", HARD),
        (Matrix(each=Scale(), rows=rows("a")), "en", "How well does your mentor do these and other things?"),
    ],
)
def test_what_is_well_asked_or_cannot_be_judged_is_left_alone(kind: Kind, language: str, text: str) -> None:
    assert _places(_saying(kind, language, text)) == []


@pytest.mark.parametrize(
    "question",
    [
        asked(ShortText(format="email")),
        _saying(ShortText(), "en", "What is your full name?"),
        _saying(ShortText(), "fr", "Quel est votre code postal ?"),
        _saying(LongText(), "en", "Please give the date of birth of your first child."),
    ],
)
def test_what_says_who_somebody_is_belongs_into_the_other_store(question: Question) -> None:
    assert _places(question) == ["identifying"]


def test_what_is_kept_apart_already_needs_no_advice() -> None:
    assert _places(_saying(ShortText(format="email"), "en", "Your e-mail address?", identifying=True)) == []
    assert _places(_saying(YesNo(), "en", "May we write to your e-mail address?")) == []


def test_a_survey_that_takes_longer_than_it_says_or_than_people_have_is_told_so() -> None:
    many = [asked(LongText(), f"q{at}") for at in range(20)]
    assert [one.place for one in inspect_wording(of_questions(*many, minutes=5))] == ["minutes"]
    more = [asked(LongText(), f"q{at}") for at in range(50)]
    (found,) = inspect_wording(of_questions(*more, minutes=40))
    assert "Many people stop after 30" in str(found.sentence)
    assert list(inspect_wording(of_questions(*many, minutes=15))) == []


@pytest.mark.parametrize(
    ("text", "language", "least", "most"),
    [
        (EASY, "en", 1, 3),
        (HARD, "en", 18, 40),
        (EASY_FR, "fr", 1, 6),
        (HARD_FR, "fr", 13, 16),
    ],
)  # fmt: skip
def test_a_text_for_children_and_one_for_officials_are_told_apart(
    text: str, language: str, least: int, most: int
) -> None:
    grade = readability.grade(text, language)
    assert grade is not None
    assert least <= grade <= most


@pytest.mark.parametrize(
    ("word", "count"),
    [("cat", 1), ("table", 2), ("made", 1), ("wanted", 2), ("asked", 1), ("university", 5), ("the", 1)],
)
def test_english_syllables_are_counted(word: str, count: int) -> None:
    assert readability.english_syllables(word) == count


@pytest.mark.parametrize(
    ("word", "count"), [("chat", 1), ("table", 1), ("mentorat", 3), ("parlent", 1), ("université", 5), ("été", 2)]
)
def test_french_syllables_are_counted_without_a_mute_e(word: str, count: int) -> None:
    assert readability.french_syllables(word) == count


def test_a_short_sentence_or_another_language_has_no_grade() -> None:
    assert readability.grade("How old are you?", "en") is None
    assert readability.grade(HARD, "de") is None


@pytest.mark.parametrize("entry", shelf.ENTRIES, ids=lambda entry: entry.file)
def test_the_library_is_worded_as_it_advises(entry: shelf.Entry) -> None:
    instrument: Instrument = shelf.load(entry)
    assert list(inspect_wording(instrument)) == []
