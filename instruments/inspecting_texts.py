"""Whether everything is said in every language of the instrument, and in no other."""

from collections.abc import Iterator

from instruments.definition import Instrument, Question, Section
from instruments.findings import WHOLE, Finding, Spot
from instruments.kinds import Kind, Matrix, Number, Scale, Topic, options_of
from instruments.sentences import Texts

LONGEST_TEXT = 10_000
MISSING = "Write this in %(languages)s."


def inspect_texts(instrument: Instrument) -> Iterator[Finding]:
    """Findings about texts of the whole that are missing, too long or in an undeclared language."""
    of = _Languages(instrument.languages)
    yield from of.needed(instrument.title, WHOLE.at("title"))
    yield from of.perhaps(instrument.help, WHOLE.at("help"))
    yield from of.perhaps(instrument.provenance, WHOLE.at("provenance"))


def inspect_section_texts(section: Section, languages: tuple[str, ...]) -> Iterator[Finding]:
    """The same about the texts of a section besides those of its questions."""
    return _section(section, _Languages(languages))


def inspect_texts_of(question: Question, languages: tuple[str, ...]) -> Iterator[Finding]:
    """The same about the texts of one question."""
    return _question(question, _Languages(languages))


class _Languages:
    """Looks at texts with the declared languages in mind."""

    def __init__(self, declared: tuple[str, ...]) -> None:
        self._declared = declared

    def needed(self, texts: Texts, spot: Spot) -> Iterator[Finding]:
        """The text has to be there in every language."""
        missing = [language for language in self._declared if not texts.get(language, "").strip()]
        if missing:
            yield spot.error(MISSING, languages=", ".join(missing))
        yield from self._sound(texts, spot)

    def perhaps(self, texts: Texts, spot: Spot) -> Iterator[Finding]:
        """The text may be left out, but not in one language only."""
        if any(text.strip() for text in texts.values()):
            yield from self.needed(texts, spot)
        else:
            yield from self._sound(texts, spot)

    def _sound(self, texts: Texts, spot: Spot) -> Iterator[Finding]:
        for language, text in texts.items():
            if language not in self._declared:
                yield spot.error(
                    "Add %(language)s to the languages of the instrument, or take this text out.", language=language
                )
            if len(text) > LONGEST_TEXT:
                yield spot.error(
                    "Shorten the text in %(language)s to %(most)s characters.", language=language, most=LONGEST_TEXT
                )


def _section(section: Section, of: _Languages) -> Iterator[Finding]:
    spot = Spot.of(section)
    yield from of.perhaps(section.title, spot.at("title"))
    yield from of.perhaps(section.help, spot.at("help"))


def _question(question: Question, of: _Languages) -> Iterator[Finding]:
    spot = Spot.of(question)
    yield from of.needed(question.label, spot.at("label"))
    yield from of.perhaps(question.help, spot.at("help"))
    yield from of.perhaps(question.notes, spot.at("notes"))
    yield from of.perhaps(question.message, spot.at("message"))
    yield from _kind(question.kind, of, spot)


def _kind(kind: Kind, of: _Languages, spot: Spot) -> Iterator[Finding]:
    for option in options_of(kind):
        yield from of.needed(option.label, spot.at(f"option.{option.code}.label"))
    if isinstance(kind, Matrix):
        for row in kind.rows:
            yield from of.needed(row.label, spot.at(f"row.{row.id}.label"))
    if isinstance(kind, Topic):
        for probe in kind.probes:
            yield from of.needed(probe.label, spot.at(f"probe.{probe.id}.label"))
    cell = kind.each if isinstance(kind, Matrix) else kind
    if isinstance(cell, Number):
        yield from of.perhaps(cell.unit, spot.at("unit"))
    if isinstance(cell, Scale):
        yield from of.perhaps(cell.low, spot.at("low"))
        yield from of.perhaps(cell.middle, spot.at("middle"))
        yield from of.perhaps(cell.high, spot.at("high"))
