"""How hard a text is to read, by the formula made for its language, and how long an instrument takes.

English: Flesch-Kincaid grade, ``0.39 w/s + 11.8 y/w - 15.59`` (Kincaid et al. 1975): years of schooling.
French: Kandel and Moles (1958), ``207 - 1.015 w/s - 73.6 y/w``: an ease from 0 to 100, put into grades by the table
that Flesch gave for his own ease, of which theirs is the French form. (w words, s sentences, y syllables.)

Syllables are counted by their vowels, which is right for nine words of ten; a single short sentence says little, so no
grade is given below ``FEWEST`` words. Other languages have no formula here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial

from instruments.definition import Instrument, Question, Section
from instruments.kinds import (
    Cell,
    Information,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Rank,
    ShortText,
    Topic,
    options_of,
)
from instruments.remembering import OfValues
from instruments.sentences import in_language

FEWEST = 20
WORDS_A_MINUTE = 200

_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCES = re.compile(r"[.?!:;\n]+")
_ENGLISH = re.compile(r"[aeiouy]+")
_FRENCH = re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]+")
_MUTE = re.compile(r"(?<=[^aeiouyàâäéèêëîïôöùûüœæ])(?:e|es|ent)$")
# Ease at least so much, grade: Flesch, The Art of Readable Writing (1949).
_GRADES = ((90, 5), (80, 6), (70, 7), (60, 8), (50, 10), (30, 13))


@dataclass(frozen=True, slots=True)
class Counts:
    """What a text has of what makes it hard to read. Those of several lines are the sums of those of each."""

    words: int = 0
    sentences: int = 0
    syllables: int = 0


@lru_cache(maxsize=8192)
def counts(text: str, language: str) -> Counts:
    """What a text has of each."""
    words = _WORDS.findall(text.casefold())
    syllables = english_syllables if language.startswith("en") else french_syllables
    sentences = sum(1 for part in _SENTENCES.split(text) if _WORDS.search(part))
    return Counts(len(words), sentences, sum(map(syllables, words)))


def grade(text: str, language: str) -> int | None:
    """The years of schooling with which a text is read without effort; None if it is too short or has no formula."""
    return grade_of(counts(text, language), language)


def grade_of(found: Counts, language: str) -> int | None:
    """The same for a text of which this was counted."""
    if found.words < FEWEST or language.partition("-")[0] not in {"en", "fr"}:
        return None
    a_sentence = found.words / max(1, found.sentences)
    a_word = found.syllables / found.words
    if language.startswith("en"):
        return max(1, round(0.39 * a_sentence + 11.8 * a_word - 15.59))
    ease = 207 - 1.015 * a_sentence - 73.6 * a_word
    return next((years for least, years in _GRADES if ease >= least), 16)


def english_syllables(word: str) -> int:
    """How many syllables an English word has, about."""
    found = len(_ENGLISH.findall(word))
    if found > 1 and word.endswith("e") and not word.endswith(("le", "ee", "ie", "ye")):
        found -= 1
    if found > 1 and word.endswith("ed") and not word.endswith(("ted", "ded")):
        found -= 1
    return max(found, 1)


def french_syllables(word: str) -> int:
    """How many syllables a French word has in careful speech, about: a mute e at its end is none."""
    return max(len(_FRENCH.findall(_MUTE.sub("", word))), 1)


def read_aloud(instrument: Instrument) -> dict[str, Counts]:
    """Everything that is asked and explained, one question after another, in each language."""
    languages = instrument.languages
    each = [
        _READ.found((section,), partial(_of_section, section, languages), languages) for section in instrument.sections
    ]
    return {language: _sum(one[at] for one in each) for at, language in enumerate(languages)}


_READ: OfValues[tuple[Counts, ...]] = OfValues(2048)


def _of_section(section: Section, languages: tuple[str, ...]) -> tuple[Counts, ...]:
    every = [texts for question in section.questions for texts in (question.label, question.help)]
    return tuple(
        _sum(counts(text, language) for texts in every if (text := in_one(texts, language))) for language in languages
    )


def _sum(found: Iterable[Counts]) -> Counts:
    words = sentences = syllables = 0
    for one in found:
        words += one.words
        sentences += one.sentences
        syllables += one.syllables
    return Counts(words, sentences, syllables)


def in_one(texts: object, language: str) -> str:
    """A text in this language and in no other."""
    return str(texts.get(language, "")) if isinstance(texts, dict) else ""


def seconds(question: Question) -> float:
    """How long it takes to read and answer: words at a slow reader's pace, and a while for the answer."""
    return _reading([in_language(question.label, ""), in_language(question.help, "")]) + _answering(question.kind)


def _reading(texts: Iterable[str]) -> float:
    return sum(len(_WORDS.findall(text)) for text in texts) * 60 / WORDS_A_MINUTE


def _answering(kind: Kind | Cell) -> float:
    choosing = _reading(in_language(option.label, "") for option in options_of(kind)) / 2
    match kind:
        case Matrix(each=each, rows=rows):
            return choosing + len(rows) * _answering_a_row(each) + _reading(in_language(r.label, "") for r in rows)
        case MultipleChoice():
            return choosing + 6
        case Rank(options=options):
            return choosing + 4 * len(options)
        case LongText():
            return 45
        case ShortText():
            return 10
        case Information():
            return 0
        case Topic():
            return 180
        case _:
            return choosing + 4


def _answering_a_row(each: Cell) -> float:
    return 8 if isinstance(each, ShortText) else 3
