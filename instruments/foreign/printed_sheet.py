"""What stands on the paper for each question: its text, boxes to tick, places to write, and when it is asked.

The same sheet is set as PDF and as a Word document. It holds plain texts in one language and nothing about looks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from instruments.canonical import fingerprint
from instruments.definition import Instrument, Question, Role, questions
from instruments.foreign.printed_conditions import Phrases
from instruments.foreign.printed_words import Words, words_for
from instruments.kinds import (
    TODAY,
    Cell,
    Date,
    Information,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Rank,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
    points_of,
)
from instruments.piping import PIPE
from instruments.sentences import Texts, in_language

MOST_COLUMNS = 7
_NOTES, _LONG = 6, 4  # lines to write on


@dataclass(frozen=True, slots=True)
class Item:
    """Something to tick, with a ``line`` to write on behind it where own words are asked for."""

    text: str
    line: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A part of what stands below a question.

    | kind | holds |
    |---|---|
    | hint, own | a small text: of the author, or of the paper itself |
    | round, square, number | ``items`` with a box before each: one of them, any of them, a place in an order |
    | scale | ``items`` beside one another |
    | field | a place to write, with ``text`` behind it |
    | lines | ``count`` lines to write on, ``text`` above them |
    | grid | ``columns`` over boxes; ``items`` are the rows |
    """

    kind: str
    text: str = ""
    items: tuple[Item, ...] = ()
    columns: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A question; ``number`` is empty for what is only read."""

    number: str
    label: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section."""

    title: str
    blocks: tuple[Block, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole instrument in one language."""

    language: str
    own_language: str  # of the paper's own words
    title: str
    version: str
    fingerprint: str
    about: tuple[Block, ...]
    heads: tuple[str, ...]  # what is filled in at the top
    chapters: tuple[Chapter, ...]


def sheet(instrument: Instrument, language: str, number: int | None) -> Sheet:
    """What is printed of a version in one of its languages; a draft has no ``number``."""
    own, words = words_for(language)
    made = _Maker(instrument, language, words)
    guide = instrument.role is Role.GUIDE
    return Sheet(
        language=language,
        own_language=own,
        title=in_language(instrument.title, language) or instrument.id,
        version=words.version.format(number) if number else words.draft,
        fingerprint=fingerprint(instrument),
        about=tuple(made.about(instrument)),
        heads=(words.participant, words.day, words.interviewer) if guide else (),
        chapters=tuple(made.chapters(instrument)),
    )


class _Maker:
    """Says an instrument's parts in one language."""

    def __init__(self, instrument: Instrument, language: str, words: Words) -> None:
        self._language = language
        self._words = words
        self._numbers = _numbered(instrument)
        by_id = {question.id: question for question in questions(instrument)}
        self._phrases = Phrases(by_id, self._numbers, words, language)

    def _say(self, texts: Texts) -> str:
        """A text in which an answer that is repeated is called by the number of its question."""
        said = in_language(texts, self._language)
        return PIPE.sub(lambda match: self._words.answer_to.format(self._phrases.number(match[1])), said)

    def about(self, instrument: Instrument) -> Iterator[Block]:
        """What stands before the first question."""
        for texts in (instrument.provenance, instrument.help):
            yield from self._hint(texts)
        if instrument.minutes is not None:
            yield Block("own", self._words.minutes.format(instrument.minutes))

    def chapters(self, instrument: Instrument) -> Iterator[Chapter]:
        """The sections that have something in them."""
        for section in instrument.sections:
            parts = tuple(self._part(question) for question in section.questions)
            if parts:
                yield Chapter(
                    self._say(section.title), (*self._condition(section.relevant), *self._hint(section.help)), parts
                )

    def _hint(self, texts: Texts) -> Iterator[Block]:
        said = self._say(texts)
        if said:
            yield Block("hint", said)

    def _condition(self, condition: str) -> Iterator[Block]:
        said = self._phrases.of(condition)
        if said:
            yield Block("own", said)

    def _part(self, question: Question) -> Part:
        blocks = [
            *self._condition(question.relevant), *self._hint(question.help), *self._hint(question.notes),
            *self._kind(question.kind),
        ]  # fmt: skip
        words = self._words
        if question.may_decline:
            blocks.append(Block("round", items=(Item(words.decline),)))
        own = [words.needed if question.required else "", words.apart if question.identifying else ""]
        blocks += [Block("own", said) for said in own if said]
        return Part(self._numbers.get(question.id, ""), self._say(question.label), tuple(blocks))

    def _kind(self, kind: Kind) -> Iterator[Block]:
        words = self._words
        match kind:
            case Information():
                return
            case Topic():
                states = (Item(words.asked), Item(words.skipped), Item(words.declined))
                yield Block("square", items=tuple(Item(self._say(probe.label)) for probe in kind.probes))
                yield Block("scale", items=states)
                yield Block("lines", words.notes, count=_NOTES)
            case LongText():
                yield Block("lines", count=_LONG)
            case Rank():
                yield Block("own", words.order_top.format(kind.top) if kind.top else words.order)
                yield Block("number", items=self._options(kind.options))
            case Matrix():
                yield from self._matrix(kind)
            case _:
                yield from self._cell(kind)

    def _cell(self, kind: Cell | Date) -> Iterator[Block]:
        words = self._words
        match kind:
            case SingleChoice():
                yield Block("own", words.one)
                yield Block("round", items=self._options(kind.options))
            case MultipleChoice():
                yield Block("own", words.several)
                yield Block("square", items=self._options(kind.options))
            case YesNo():
                yield Block("round", items=(Item(words.yes), Item(words.no)))
            case Scale():
                yield Block("scale", items=tuple(map(Item, self._points(kind))))
            case _:
                yield Block("field", self._behind(kind))

    def _options(self, options: tuple[Option, ...]) -> tuple[Item, ...]:
        return tuple(Item(self._with_condition(option), option.words) for option in options)

    def _with_condition(self, option: Option) -> str:
        said = self._say(option.label) or option.code
        return f"{said} ({self._phrases.of(option.relevant)})" if option.relevant else said

    def _points(self, scale: Scale) -> tuple[str, ...]:
        """The points, the first, the middle and the last with their names."""
        points = points_of(scale)
        if not points:
            return ()
        named = {points[0]: scale.low, points[len(points) // 2]: scale.middle, points[-1]: scale.high}
        said = {point: self._say(named.get(point, {})) for point in points}
        return tuple(f"{point} – {said[point]}" if said[point] else str(point) for point in points)

    def _behind(self, kind: Number | Date | ShortText) -> str:
        """What stands behind a place to write: unit and limits, or the parts of a date."""
        words = self._words
        match kind:
            case Number(least=least, most=most):
                return ", ".join(filter(None, (self._say(kind.unit), self._limits(least, most))))
            case Date():
                parts = {"day": words.date, "month": words.month, "year": words.year}[kind.precision]
                ends = [end if end != TODAY else "" for end in (kind.earliest, kind.latest)]
                return ", ".join(filter(None, (parts, self._limits(*(end or None for end in ends)))))
            case _:
                return ""

    def _limits(self, least: float | str | None, most: float | str | None) -> str:
        words = self._words
        if least is not None and most is not None:
            return words.between.format(least, most)
        if least is not None:
            return words.at_least.format(least)
        return "" if most is None else words.at_most.format(most)

    def _matrix(self, kind: Matrix) -> Iterator[Block]:
        """A grid of boxes where there are few columns; else each row with what is asked of it."""
        columns = self._columns(kind.each)
        rows = [(self._say(row.label), row.relevant) for row in kind.rows]
        named = [f"{label} ({self._phrases.of(condition)})" if condition else label for label, condition in rows]
        if 0 < len(columns) <= MOST_COLUMNS:
            shape = "several" if isinstance(kind.each, MultipleChoice) else "one"
            yield Block("grid", shape, tuple(map(Item, named)), columns)
            return
        for label in named:
            yield Block("hint", label)
            yield from self._cell(kind.each)

    def _columns(self, each: Cell) -> tuple[str, ...]:
        match each:
            case SingleChoice() | MultipleChoice():
                return tuple(item.text for item in self._options(each.options))
            case YesNo():
                return (self._words.yes, self._words.no)
            case Scale():
                return self._points(each)
            case _:
                return ()


def _numbered(instrument: Instrument) -> Mapping[str, str]:
    """The number of each question; what is only read has none."""
    asked = [question.id for question in questions(instrument) if question.asks]
    return {name: str(at) for at, name in enumerate(asked, 1)}
