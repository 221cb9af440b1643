"""What a board is given to decide on: every change with its reasons, a copy that marks the changes, and a clean one.

The form holds plain texts in the reader's language; amendment_paper sets it as PDF, amendment_word as Word.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from instruments.canonical import fingerprint
from instruments.definition import Instrument, questions
from instruments.wording import Piece, pieces
from web.team.collated_lines import Pair, Side, of_question, of_section
from web.team.collation import WHAT, Entry
from web.team.instruments import title_of
from web.team.versions import Edition, Given


@dataclass(frozen=True, slots=True)
class Line:
    """A text that belongs to a question: what it is, and its pieces as they were taken out, put in or left."""

    name: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The whole of it."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Block:
    """A question, or what belongs to a section or to the whole, with its lines."""

    heading: str
    what: str
    lines: tuple[Line, ...]
    given: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section of a copy."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Amendment:
    """The whole form."""

    title: str
    facts: tuple[tuple[str, str], ...]
    changes: tuple[Block, ...]
    marked: tuple[Chapter, ...]
    clean: tuple[Chapter, ...]


def amendment(made: Edition, *, study: str, day: str) -> Amendment:
    """The form for the change from one version to the other."""
    before, after = made.before, made.after
    facts = (
        (gettext("Study"), study),
        (gettext("Instrument"), title_of(after.instrument)),
        (gettext("From"), f"{before.name} ({before.note})"),
        (gettext("Fingerprint"), fingerprint(before.instrument)),
        (gettext("To"), f"{after.name} ({after.note})"),
        (gettext("Fingerprint"), fingerprint(after.instrument)),
        (gettext("Made on"), day),
    )
    several = len(made.collation.languages) > 1
    return Amendment(
        title=gettext("Amendment: %(title)s", title=title_of(after.instrument)),
        facts=facts,
        changes=tuple(_block(entry, made.given, several) for entry in made.collation.changes),
        marked=tuple(_marked(made, several)),
        clean=tuple(_clean(after.instrument, made.collation.languages)),
    )


def _heading(entry: Entry, said: str) -> str:
    """A question by its numbers in both versions and its text; else what it is about."""
    numbers = [str(number) for number in (entry.number_before, entry.number_after) if number is not None]
    shown = " → ".join(dict.fromkeys(numbers))
    return f"{shown}  {said}" if shown else said


def _block(entry: Entry, given: Mapping[str, Sequence[Given]], several: bool) -> Block:
    what = ", ".join(f"{WHAT[one][0]} {WHAT[one][1]}" for one in entry.what)
    # What is the same in both stands in the heading already.
    shown = [pair for pair in entry.pairs if pair.leads or pair.differs] if entry.changed else []
    lines = tuple(_line(pair, several) for pair in shown)
    lead = next((pair for pair in entry.pairs if pair.leads), None)
    said = _plain(lead.after if lead.after is not None else lead.before) if lead else gettext("The whole")
    reasons = tuple(given.get(entry.place, ())) if entry.changed else ()
    return Block(_heading(entry, said), what, lines, reasons)


def _plain(found: Sequence[Piece] | None) -> str:
    return "".join(piece.text for piece in found or ())


def _line(pair: Pair, several: bool) -> Line:
    """A line of a copy; its language is named where there are ``several``."""
    name = f"{pair.name} ({pair.language})" if several and pair.language else pair.name
    return Line(name, pieces(_plain(pair.before), _plain(pair.after)))


def _marked(made: Edition, several: bool) -> Iterator[Chapter]:
    """Everything that both versions ask, with what was taken out and put in."""
    if made.collation.whole:
        yield Chapter("", (_block(made.collation.whole, {}, several),))
    for part in made.collation.parts:
        own = (_block(part.own, {}, several),) if part.own else ()
        yield Chapter(part.title, (*own, *(_block(entry, {}, several) for entry in part.entries)))


def _clean(instrument: Instrument, languages: Sequence[str]) -> Iterator[Chapter]:
    """The newer version as it is asked."""
    side, several = Side(instrument, languages[0]), len(languages) > 1
    numbers = {question.id: side.speaker.numbers.get(question.id) for question in questions(instrument)}
    for section in instrument.sections:
        own = [pair for pair in of_section(section.id, side, side, languages) if not pair.leads]
        heading = [pair for pair in of_section(section.id, side, side, languages) if pair.leads]
        blocks = [Block("", "", tuple(_line(pair, several) for pair in own))] if own else []
        for question in section.questions:
            pairs = of_question(question.id, side, side, languages, details=True)
            lead = _plain(next((pair.after for pair in pairs if pair.leads), None))
            number = numbers.get(question.id)
            lines = tuple(_line(pair, several) for pair in pairs if not (pair.leads and _plain(pair.after) == lead))
            blocks.append(Block(f"{number}  {lead}" if number else lead, "", lines))
        yield Chapter(_plain(heading[0].after) if heading else "", tuple(blocks))
