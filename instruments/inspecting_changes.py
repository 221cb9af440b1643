"""Whether what was published before still means what it meant: answers given under every version are put together."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import partial

from instruments.definition import Instrument, Question, Section, questions
from instruments.findings import WHOLE, Finding, Spot
from instruments.kinds import Kind, Matrix, Number, Scale, name_of, options_of
from instruments.remembering import OfValues
from instruments.sentences import Texts, in_language

ANOTHER_QUESTION = 0.3
ANOTHER_OPTION = 0.4


def inspect_changes(
    instrument: Instrument, published: Sequence[Instrument], only: Section | None = None
) -> Iterator[Finding]:
    """Findings about what differs from the versions that were published, the first one first.

    With ``only``, those about the questions of one section.
    """
    if not published:
        return
    if instrument.id != published[-1].id:
        yield WHOLE.at("id").error("The name of an instrument cannot change. Write “%(id)s”.", id=published[-1].id)
    if instrument.role is not published[-1].role:
        yield WHOLE.at("role").error("A survey cannot become a guide, nor a guide a survey. Begin another instrument.")
    for section in instrument.sections if only is None else [only]:
        yield from _FOUND.found(
            (section, *published), partial(_section, section, published, instrument.language), instrument.language
        )


_FOUND: OfValues[tuple[Finding, ...]] = OfValues(2048)
_PAIRS: OfValues[tuple[Finding, ...]] = OfValues(8192)
_LAST: OfValues[Mapping[str, Question]] = OfValues(16)


def _section(section: Section, published: Sequence[Instrument], language: str) -> tuple[Finding, ...]:
    last = _LAST.found(tuple(published), lambda: _last_asked(published))
    pairs = ((last[question.id], question) for question in section.questions if question.id in last)
    return tuple(
        finding
        for before, after in pairs
        for finding in _PAIRS.found((before, after), partial(_unlike_before, before, after, language), language)
    )


def _last_asked(published: Sequence[Instrument]) -> dict[str, Question]:
    """Each question as it was when it was last asked: one that was left out for a while may come back."""
    return {question.id: question for version in published for question in questions(version)}


def _unlike_before(before: Question, after: Question, language: str) -> tuple[Finding, ...]:
    return () if before == after else tuple(_question(before, after, language))


def _question(before: Question, after: Question, language: str) -> Iterator[Finding]:
    spot = Spot.of(after)
    if _names(before.kind) != _names(after.kind):
        yield spot.at("kind").error(
            "This was asked before as %(kind)s and keeps its kind. Give the new question another id.",
            kind=" · ".join(filter(None, _names(before.kind))),
        )
        return
    if before.identifying != after.identifying:
        yield spot.at("identifying").error(
            "Answers were kept in the other store until now and stay together. Give the new question another id."
        )
    if _unlike(before.label, after.label, language, ANOTHER_QUESTION):
        yield spot.at("label").advice("If this asks something else than before, give it an id of its own.")
    yield from _options(before.kind, after.kind, language, spot)
    yield from _meaning_of_numbers(before.kind, after.kind, spot)


def _names(kind: Kind) -> tuple[str, str]:
    return name_of(kind), name_of(kind.each) if isinstance(kind, Matrix) else ""


def _options(before: Kind, after: Kind, language: str, spot: Spot) -> Iterator[Finding]:
    old = {option.code: option.label for option in options_of(before)}
    for option in options_of(after):
        if option.code in old and _unlike(old[option.code], option.label, language, ANOTHER_OPTION):
            yield spot.at(f"option.{option.code}").advice(
                "This code said “%(before)s” before. If the option means something else now, give it another code.",
                before=old[option.code],
            )


def _unlike(before: Texts, after: Texts, language: str, most: float) -> bool:
    old, new = in_language(before, language).casefold(), in_language(after, language).casefold()
    return (
        bool(old and new) and old != new and SequenceMatcher(None, old[:500], new[:500], autojunk=False).ratio() < most
    )


def _meaning_of_numbers(before: Kind, after: Kind, spot: Spot) -> Iterator[Finding]:
    old, new = (kind.each if isinstance(kind, Matrix) else kind for kind in (before, after))
    if isinstance(old, Scale) and isinstance(new, Scale):
        if _same(old.low, new.high) or _same(old.high, new.low):
            yield spot.at("low").error("The scale is turned round: old and new answers would mean opposite things.")
        if (old.first, old.last) != (new.first, new.last):
            yield spot.at("last").advice(
                "The scale has other ends than before: old and new answers are not comparable."
            )
    if isinstance(old, Number) and isinstance(new, Number) and old.unit and new.unit and old.unit != new.unit:
        yield spot.at("unit").advice("The unit reads differently. If it is another unit, give the question another id.")


def _same(old: Texts, new: Texts) -> bool:
    return any(text and new.get(language) == text for language, text in old.items())
