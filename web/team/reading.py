"""An instrument as it is read by those who judge it: every question in full, with its kind, limits and conditions."""

from collections.abc import Mapping
from dataclasses import dataclass

from instruments.condition_parser import ConditionUnreadable
from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import Kind, Matrix, MultipleChoice, Option, Probe, Row, Topic, options_of
from instruments.pages import pages_of
from web.team.conditions_in_words import Speaker
from web.team.kinds_in_words import kind_in_words, limits


@dataclass(frozen=True, slots=True)
class Line:
    """One question. ``number`` is its place among those that are asked; None for what is only read."""

    question: Question
    number: int | None
    kind: str
    limits: tuple[str, ...]
    condition: str
    constraint: str
    options: tuple[Option, ...]
    rows: tuple[Row, ...]
    probes: tuple[Probe, ...]
    several: bool
    # Its page, if a page of the participant's begins with it.
    page: int | None
    # Conditions on options and rows, by code or id.
    offered: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """One section with its questions."""

    section: Section
    number: int
    condition: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """An instrument with the languages in which it is shown, the first of them leading."""

    instrument: Instrument
    languages: tuple[str, ...]
    parts: tuple[Part, ...]


def reading(instrument: Instrument, language: str = "") -> Reading:
    """The instrument to be read, in ``language`` if it has that one, else in all of its languages."""
    languages = (language,) if language in instrument.languages else instrument.languages
    begins = _pages(instrument)
    speaker = Speaker.of(instrument, languages[0] if languages else "en")
    parts = [
        Part(
            section,
            place,
            speaker.condition(section.relevant),
            tuple(_line(question, speaker, begins) for question in section.questions),
        )
        for place, section in enumerate(instrument.sections, 1)
    ]
    return Reading(instrument, languages, tuple(parts))


def _pages(instrument: Instrument) -> dict[str, int]:
    """With which questions the pages of a survey begin; nothing for a guide, or while its conditions cannot be read."""
    if instrument.role is Role.GUIDE:
        return {}
    try:
        return {page.questions[0].id: page.slot + 1 for page in pages_of(instrument) if page.questions}
    except ConditionUnreadable:
        return {}


def _line(question: Question, speaker: Speaker, begins: Mapping[str, int]) -> Line:
    kind = question.kind
    rows = kind.rows if isinstance(kind, Matrix) else ()
    offered = {option.code: option.relevant for option in options_of(kind)} | {row.id: row.relevant for row in rows}
    return Line(
        question=question,
        number=speaker.numbers.get(question.id),
        kind=kind_in_words(kind),
        limits=tuple(limits(kind, speaker.language)),
        condition=speaker.condition(question.relevant),
        constraint=speaker.condition(question.constraint, constraint=True),
        options=options_of(kind),
        rows=rows,
        probes=kind.probes if isinstance(kind, Topic) else (),
        several=_several(kind),
        page=begins.get(question.id),
        offered={name: speaker.condition(text) for name, text in offered.items() if text},
    )


def _several(kind: Kind) -> bool:
    return isinstance(kind.each if isinstance(kind, Matrix) else kind, MultipleChoice)
