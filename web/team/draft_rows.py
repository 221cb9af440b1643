"""The rows of a draft's list. What one row says is put into words once for each question and not for each saving."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import render_template, url_for
from flask_babel import gettext
from markupsafe import Markup, escape

from instruments.condition_parser import looked_at
from instruments.definition import Question, Section
from instruments.findings import Finding
from instruments.remembering import OfValues, Remembered
from instruments.sentences import Texts
from web.kit.i18n import tag
from web.kit.sentences import said
from web.team.conditions_in_words import Speaker
from web.team.draft_state import Desk
from web.team.framing import Marks, Piece, filled
from web.team.kinds_in_words import kind_in_words

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """What stands in a row: all of it HTML but the id."""

    id: str
    number: str
    label: str
    condition: str
    kind: str
    findings: str


@dataclass(frozen=True, slots=True)
class _Shape:
    """In what rows differ besides their words."""

    study_id: UUID
    instrument_id: UUID
    language: str
    spoken: str
    up: bool
    down: bool
    conditional: bool
    required: bool
    findings: bool


_shapes: Remembered[_Shape, tuple[Piece[Line], ...]] = Remembered(512)
_rows: OfValues[str] = OfValues(4096)
_notes: OfValues[str] = OfValues(2048)
_conditions: OfValues[str] = OfValues(4096)


def _pieces(shape: _Shape) -> tuple[Piece[Line], ...]:
    marks: Marks[Line] = Marks()
    at: dict[str, Any] = {"study_id": shape.study_id, "instrument_id": shape.instrument_id}
    html = render_template(
        "team/ask/draft_row.html",
        shape=shape,
        spoken=shape.spoken,
        # An id is put behind these, as it stands in an address.
        edit=url_for("draft_question.edit", question_id="-", **at).removesuffix("-"),
        new=f"{url_for('draft_question.new', **at)}?after=",
        id=marks(lambda line: str(escape(line.id))),
        address=marks(lambda line: quote(line.id, safe="")),
        number=marks(lambda line: line.number),
        label=marks(lambda line: line.label),
        condition=marks(lambda line: line.condition),
        kind=marks(lambda line: line.kind),
        findings=marks(lambda line: line.findings),
    )
    return marks.pieces(html)


def words_of(texts: Texts, spoken: str) -> str:
    """A text in the language of the list, or in whatever language there is."""
    return texts.get(spoken) or next(iter(texts.values()), "") if spoken else ""


def name_of(section: Section, number: int, spoken: str) -> str:
    """What a section is called."""
    return words_of(section.title, spoken) if section.title else str(gettext("Part %(number)s", number=number))


def notes(found: Sequence[Finding]) -> Markup:
    """Findings as items of a list."""
    values = tuple(found)
    if not values:
        return Markup()
    html = _notes.found(values, lambda: render_template("team/ask/draft_notes.html", found=values, said=said), tag())
    return Markup(html)  # noqa: S704 - a template of ours has escaped it


class Rows:
    """The rows of one draft in the language of the page."""

    def __init__(self, this: Desk) -> None:
        self._row = this.row
        self._language = tag()
        self._found = this.written.of_question
        self.speaker = this.speaker
        self.spoken = self.speaker.language if this.instrument.languages else ""

    def condition(self, text: str) -> str:
        """A condition in words."""
        return condition_of(text, self.speaker, self._language) if text else ""

    def row(self, question: Question, *, up: bool, down: bool) -> str:
        """One question as a row of the list, which moves up and down where it can."""
        found = self._found.get(question.id, ())
        number = self.speaker.numbers.get(question.id, 0)
        condition = self.condition(question.relevant)
        return _rows.found(
            (question, *found),
            partial(self._made, question, found, number, condition, up, down),
            self._row.id, self._language, self.spoken, number, condition, up, down,
        )  # fmt: skip

    def _made(
        self, question: Question, found: tuple[Finding, ...], number: int, condition: str, up: bool, down: bool
    ) -> str:
        row, spoken = self._row, self.spoken
        shape = _Shape(
            row.study_id, row.id, self._language, spoken, up, down, bool(condition), question.required, bool(found)
        )
        label = words_of(question.label, spoken)
        line = Line(
            id=question.id,
            number=str(number or "·"),
            label=str(escape(shortened(label))) if label else str(escape(gettext("(no words yet)"))),
            condition=str(escape(gettext("Asked only if %(condition)s.", condition=condition))) if condition else "",
            kind=str(escape(kind_in_words(question.kind))),
            findings=notes(found),
        )
        return filled(_shapes.found(shape, lambda: _pieces(shape)), line)


def shortened(text: str) -> str:
    """The beginning of a long text, up to the end of a word."""
    if len(text) <= _LONGEST + 5:
        return text
    return f"{text[: _LONGEST - 1].rsplit(' ', 1)[0]}…"


def condition_of(text: str, speaker: Speaker, language: str) -> str:
    """A condition in words, looked up again only where a question that it looks at has changed."""
    names = sorted(looked_at(text))
    places = tuple(speaker.numbers.get(name) for name in names)
    known = tuple(speaker.known.get(name) for name in names)
    return _conditions.found(known, partial(speaker.condition, text), text, language, speaker.language, places)


@dataclass(frozen=True, slots=True)
class Entry:
    """One section in the list of all: how many questions it has, and how many things in it keep it from publication."""

    section: Section
    number: int
    name: str
    count: int
    errors: int


def entries(this: Desk, spoken: str) -> list[Entry]:
    """Every section, to choose the one that is shown."""
    faulty: dict[str, int] = {}
    homes = this.where.homes
    for finding in this.written.errors:
        if finding.question in homes:
            home = homes[finding.question].id
            faulty[home] = faulty.get(home, 0) + 1
    return [
        Entry(section, at, name_of(section, at, spoken), len(section.questions), faulty.get(section.id, 0))
        for at, section in enumerate(this.instrument.sections, 1)
    ]
