"""Whether a definition can be published, and if not, what to do: every reason at once, each with its place."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain

import msgspec

from instruments.definition import ID, LANGUAGE, LARGEST, Instrument, Question, Role, Section, size_of
from instruments.findings import WHOLE, Finding, Severity, Spot
from instruments.inspecting_changes import inspect_changes
from instruments.inspecting_conditions import inspect_conditions
from instruments.inspecting_kinds import inspect_kind_of
from instruments.inspecting_reach import inspect_reach
from instruments.inspecting_texts import MISSING, inspect_section_texts, inspect_texts, inspect_texts_of
from instruments.inspecting_wording import inspect_length, inspect_wording_of
from instruments.kinds import Topic
from instruments.readability import seconds
from instruments.remembering import OfValues
from instruments.whereabouts import whereabouts

MOST_QUESTIONS = 1000

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Question)


def inspect(
    instrument: Instrument, before: Instrument | None = None, earlier: Iterable[Instrument] = ()
) -> list[Finding]:
    """Everything there is to say, errors first, else in the order of the definition.

    ``before`` is the newest published version, ``earlier`` are those published before it, the first one first.
    """
    published = [*earlier, *([before] if before else [])]
    each = [_of_section(section, instrument) for section in instrument.sections]
    found = [
        *_whole(instrument, each),
        *_names(instrument),
        *inspect_texts(instrument),
        *chain.from_iterable(one.findings for one in each),
        *inspect_conditions(instrument),
        *inspect_reach(instrument),
        *inspect_length(instrument, sum(one.seconds for one in each) / 60),
        *inspect_changes(instrument, published),
    ]
    places = whereabouts(instrument).places
    return sorted(found, key=lambda one: (one.severity is not Severity.ERROR, places.get(one.question, -1)))


def inspect_question(
    instrument: Instrument, question_id: str, before: Instrument | None = None, earlier: Iterable[Instrument] = ()
) -> tuple[Finding, ...]:
    """What ``inspect`` says of one question, without a look at all the others."""
    home = whereabouts(instrument).homes.get(question_id)
    if home is None:
        return ()
    published = [*earlier, *([before] if before else [])]
    found = (
        *_names(instrument),
        *_of_section(home, instrument).findings,
        *inspect_conditions(instrument, home),
        *inspect_reach(instrument, home),
        *inspect_changes(instrument, published, home),
    )
    about = [one for one in found if one.question == question_id]
    return tuple(sorted(about, key=lambda one: one.severity is not Severity.ERROR))


@dataclass(frozen=True, slots=True)
class _Alone:
    """What there is to say about a question by itself, and how long it takes to answer."""

    findings: tuple[Finding, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Together:
    """The same of a section; how many questions it asks, whether there are topics among them, its bytes as JSON."""

    findings: tuple[Finding, ...]
    seconds: float
    asks: int
    topics: bool
    size: int


_SECTIONS: OfValues[_Together] = OfValues(2048)


def _of_section(section: Section, instrument: Instrument) -> _Together:
    # Whoever writes changes one section of many; the others are not looked at again.
    languages, role = instrument.languages, instrument.role
    return _SECTIONS.found((section,), partial(_together, section, languages, role), languages, role)


def _together(section: Section, languages: tuple[str, ...], role: Role) -> _Together:
    each = [_remembered(question, languages, role) for question in section.questions]
    return _Together(
        (*inspect_section_texts(section, languages), *chain.from_iterable(one.findings for one in each)),
        sum(one.seconds for one in each),
        sum(question.asks for question in section.questions),
        any(isinstance(question.kind, Topic) for question in section.questions),
        size_of(section),
    )


def _remembered(question: Question, languages: tuple[str, ...], role: Role) -> _Alone:
    # Nor are the other questions of that section, even if the whole was read anew.
    try:
        encoded = _ENCODER.encode(question)
    except OverflowError:  # a limit that no number of 64 bits holds
        return _alone(question, languages, role)
    return _alone_again(encoded, languages, role)


@lru_cache(maxsize=8192)
def _alone_again(encoded: bytes, languages: tuple[str, ...], role: Role) -> _Alone:
    return _alone(_DECODER.decode(encoded), languages, role)


def _alone(question: Question, languages: tuple[str, ...], role: Role) -> _Alone:
    findings = (
        *inspect_texts_of(question, languages),
        *inspect_kind_of(question, role),
        *inspect_wording_of(question),
    )
    return _Alone(findings, seconds(question))


def bars_trial(findings: Iterable[Finding]) -> list[Finding]:
    """The errors with which a draft cannot even be tried out; a text that is missing in one language does no harm."""
    return [one for one in findings if one.severity is Severity.ERROR and one.sentence.text != MISSING]


def _whole(instrument: Instrument, each: Sequence[_Together]) -> Iterator[Finding]:
    if not instrument.languages:
        yield WHOLE.at("languages").error("Name the language in which this is written, for example en.")
    for language, count in Counter(instrument.languages).items():
        if count > 1:
            yield WHOLE.at("languages").error("Name each language once; %(language)s is repeated.", language=language)
        if not LANGUAGE.fullmatch(language):
            yield WHOLE.at("languages").error(
                "“%(language)s” is no language tag. Write for example en, fr or pt-BR.", language=language
            )
    count = sum(one.asks for one in each)
    if not count:
        yield WHOLE.at("sections").error("Ask something: there is no question yet.")
    if count > MOST_QUESTIONS or sum(one.size for one in each) > LARGEST:
        yield WHOLE.at("sections").error("Divide this into several instruments: it is too large for one.")
    if instrument.minutes is not None and not 1 <= instrument.minutes <= 600:
        yield WHOLE.at("minutes").error("Say how long this takes in minutes, from 1 to 600, or leave it out.")
    if instrument.minutes is None and instrument.role is Role.SURVEY:
        yield WHOLE.at("minutes").advice("Say how long this takes: participants see how much is left.")
    if instrument.role is Role.GUIDE and not any(one.topics for one in each):
        yield WHOLE.at("role").advice("A guide without topics reads like a survey. Is it meant for an interviewer?")


def _names(instrument: Instrument) -> Iterator[Finding]:
    if not ID.fullmatch(instrument.id):
        yield WHOLE.at("id").error(_NAME)
    for name, count in Counter(section.id for section in instrument.sections).items():
        here = Spot("", f"section.{name}")
        if count > 1:
            yield here.error("Two sections are named “%(name)s”. Give each its own name.", name=name)
        if not ID.fullmatch(name):
            yield here.error(_NAME)
    for section in instrument.sections:
        if not section.questions:
            yield Spot.of(section).advice("Nothing is asked in this section, so it is not shown.")
    yield from _of_ids(whereabouts(instrument).ids)


@lru_cache(maxsize=64)
def _of_ids(names: tuple[str, ...]) -> tuple[Finding, ...]:
    return tuple(_ids(Counter(names)))


def _ids(every: Mapping[str, int]) -> Iterator[Finding]:
    spelled = Counter(name.casefold() for name in every)
    for name, count in every.items():
        here = Spot(name, "id")
        if count > 1:
            yield here.error("Two questions have the id “%(name)s”. Give each its own.", name=name)
        elif spelled[name.casefold()] > 1:
            # In a statistics file, names that differ in capitals only are the same name.
            yield here.error("Another id differs from this one in capital letters only. Change one of them.")
        if not ID.fullmatch(name):
            yield here.error(_NAME)


_NAME = "Name this with letters, digits and _, beginning with a letter; 64 at most."
