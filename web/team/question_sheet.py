"""A question's form: made once for questions of one shape, and filled with what one of them says.

Two questions have the same shape if their forms differ in nothing but words: of the same kind, with as many options, in
the same languages. So whoever goes through a long draft waits for no form to be made anew with each question.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import render_template, url_for
from flask_babel import gettext
from markupsafe import Markup, escape

from instruments.definition import Question, Role, Section
from instruments.kinds import Matrix, ShortText
from instruments.remembering import OfValues, Remembered
from web.kit import forgery
from web.kit.i18n import tag
from web.team import question_fields as fields
from web.team.condition_fields import COMPARES, Choice, Line
from web.team.draft_rows import notes
from web.team.draft_state import Desk, Row
from web.team.framing import Marks, Piece, filled
from web.team.kinds_in_words import KINDS
from web.team.question_fields import Fields
from web.team.question_words import HINTS, LABELS, layout
from web.team.trouble import NO_TROUBLE, Trouble


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one visit puts into the form. All of it is HTML but ``typed`` and ``id``."""

    typed: Fields
    id: str
    title: str
    heading: str
    seen: int
    number: int
    fixed: frozenset[str]
    choice: Choice
    findings: str
    condition: str
    places: str
    address: str
    over: str


@dataclass(frozen=True, slots=True)
class Shape:
    """In what forms differ besides their words."""

    row: Row
    language: str
    spoken: tuple[str, ...]
    kind: str
    each: str
    entries: tuple[tuple[str, tuple[int, ...]], ...]
    offered: frozenset[str]  # the options and rows that have a condition
    stands: bool
    published: bool
    splits: bool
    with_notes: bool
    constrained: bool


_forms: Remembered[Shape, tuple[Piece[Sheet], ...]] = Remembered(256)
_conditions: Remembered[tuple[object, ...], tuple[Piece[Choice], ...]] = Remembered(1024)
_places: OfValues[tuple[str, tuple[tuple[str, str], ...]]] = OfValues(1024)


def shape_of(this: Desk, stands: Question | None, typed: Fields, spoken: tuple[str, ...], *, published: bool) -> Shape:
    """The shape of the form in which this is typed."""
    kind, each = fields.one(typed, "kind"), fields.one(typed, "each")
    of = fields.KINDS.get(kind) or ShortText
    cell = (fields.CELLS.get(each) or fields.CELLS["scale"]) if of is Matrix else None
    home = this.where.homes.get(stands.id) if stands else None
    return Shape(
        row=this.row,
        language=tag(),
        spoken=spoken,
        kind=kind,
        each=each,
        entries=tuple((what, tuple(fields.indexes(typed, what))) for what in fields.parts_of(of, cell)),
        offered=frozenset(
            name.removesuffix(".relevant")
            for name in typed
            if name.endswith(".relevant") and "-" in name and fields.one(typed, name)
        ),
        stands=stands is not None,
        published=published,
        splits=stands is not None and home is not None and home.questions[0].id != stands.id,
        with_notes=this.row.role is Role.GUIDE or bool(fields.one(typed, f"notes.{spoken[0]}")),
        constrained=bool(fields.one(typed, "constraint")),
    )


def form(shape: Shape, sheet: Sheet, *, editor: str = "", trouble: Trouble = NO_TROUBLE) -> str:
    """The form with what stands in it. One that was not saved is made for itself."""
    if trouble is not NO_TROUBLE:
        return filled(_form(shape, sheet.typed, editor, trouble), sheet)
    return filled(_forms.found(shape, lambda: _form(shape, sheet.typed, "", NO_TROUBLE)), sheet)


def _form(shape: Shape, typed: Fields, editor: str, trouble: Trouble) -> tuple[Piece[Sheet], ...]:
    marks: Marks[Sheet] = Marks()
    kind = fields.KINDS.get(shape.kind) or ShortText
    html = render_template(
        "team/ask/question_main.html",
        row=shape.row,
        spoken=shape.spoken,
        kind=shape.kind,
        each=shape.each,
        shape=layout(kind, typed),
        offered=shape.offered,
        stands=shape.stands,
        published=shape.published,
        splits=shape.splits,
        with_notes=shape.with_notes,
        constrained=shape.constrained,
        kinds={name: words for name, words in KINDS.items() if name != "topic" or shape.row.role is Role.GUIDE},
        cells={name: KINDS[name] for name in fields.CELLS},
        labels=LABELS,
        hints=HINTS,
        editor=editor,
        trouble=trouble,
        csrf_token=lambda: marks(lambda _: forgery.token()),
        **_gaps(marks),
    )
    return marks.pieces(html)


def _gaps(marks: Marks[Sheet]) -> Mapping[str, Callable[..., Markup] | Markup]:
    def value(name: str) -> Markup:
        return marks(lambda sheet: str(escape(fields.one(sheet.typed, name))))

    def ticked(name: str) -> Markup:
        return marks(lambda sheet: " checked" if fields.one(sheet.typed, name) else "")

    def picked(name: str, code: str) -> Markup:
        return marks(lambda sheet: " selected" if fields.one(sheet.typed, name) == code else "")

    def readonly(name: str) -> Markup:
        return marks(lambda sheet: " readonly" if fields.one(sheet.typed, name) in sheet.fixed else "")

    return {
        "value": value,
        "ticked": ticked,
        "picked": picked,
        "readonly": readonly,
        "id": marks(lambda sheet: str(escape(sheet.id))),
        "title": marks(lambda sheet: sheet.title),
        "heading": marks(lambda sheet: sheet.heading),
        "seen": marks(lambda sheet: str(sheet.seen)),
        "number": marks(lambda sheet: str(sheet.number)),
        "findings": marks(lambda sheet: sheet.findings),
        "condition": marks(lambda sheet: sheet.condition),
        "places": marks(lambda sheet: sheet.places),
        "address": marks(lambda sheet: sheet.address),
        "over": marks(lambda sheet: sheet.over),
    }


def findings_of(this: Desk, question_id: str) -> str:
    """What is said of the question as it stands."""
    found = notes(this.said_of(question_id))
    return f'<ul class="findings">{found}</ul>' if found else ""


def condition(choice: Choice, trouble: Trouble = NO_TROUBLE) -> str:
    """Who is asked it: always, picked, or as text."""
    if trouble is not NO_TROUBLE:
        return filled(_condition(choice, trouble), choice)
    lines = tuple((one.number, one.compares, one.value, tuple(one.values.items())) for one in choice.lines)
    key = (tag(), choice.by, choice.every, lines, bool(choice.questions))
    return filled(_conditions.found(key, lambda: _condition(choice, NO_TROUBLE)), choice)


def _condition(choice: Choice, trouble: Trouble) -> tuple[Piece[Choice], ...]:
    marks: Marks[Choice] = Marks()
    html = render_template(
        "team/ask/question_condition.html",
        choice=_Marked(choice, marks),
        compares=COMPARES,
        labels=LABELS,
        trouble=trouble,
    )
    return marks.pieces(html)


class _Marked:
    """A choice with marks for its text and for the questions that can be picked, of which there may be hundreds."""

    def __init__(self, choice: Choice, marks: Marks[Choice]) -> None:
        self.by, self.every, self.lines = choice.by, choice.every, choice.lines
        self.questions = bool(choice.questions)
        self.text = marks(lambda choice: str(escape(choice.text)))
        self._marks = marks

    def options(self, line: Line) -> Markup:
        at = self.lines.index(line)
        return self._marks(lambda choice: choice.options(choice.lines[at]))


def places(this: Desk, question_id: str, spoken: str, *, short: bool) -> str:
    """Where a question can be moved: into every section, and behind what stands in its own; if ``short``, anywhere."""
    home, language = this.where.homes.get(question_id), tag()
    found = []
    for section in this.instrument.sections:
        first, behind = _places.found((section,), partial(_behind, section, spoken), spoken, language)
        others = [html for name, html in behind if name != question_id] if short or section is home else ()
        found.append(f"{first}{''.join(others)}</optgroup>")
    return "".join(found)


def _behind(section: Section, spoken: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    first = (
        f'<optgroup label="{escape(section.title.get(spoken) or section.id)}">'
        f'<option value="section:{escape(section.id)}">{escape(gettext("first in this section"))}</option>'
    )
    behind = []
    # Without a value gettext leaves the place for it in the text.
    after = gettext("after: %(what)s")
    for question in section.questions:
        label = question.label.get(spoken) or question.id
        what = label if len(label) <= 60 else f"{label[:57]}…"
        words = escape(after % {"what": what})
        behind.append((question.id, f'<option value="after:{escape(question.id)}">{words}</option>'))
    return first, tuple(behind)


_bases: Remembered[tuple[UUID, UUID], tuple[str, str]] = Remembered(256)


def _base(row: Row) -> tuple[str, str]:
    at: dict[str, Any] = {"study_id": row.study_id, "instrument_id": row.id}

    def made() -> tuple[str, str]:
        form_at = url_for("draft_question.save", question_id="-", **at).removesuffix("-")
        return form_at, url_for("draft_list.look", **at)

    return _bases.found((row.study_id, row.id), made)


def addresses(row: Row, question_id: str, *, after: str = "", section: str = "") -> tuple[str, str]:
    """Where the form is sent to, and where the list is that one came from, as HTML."""
    form_at, list_at = _base(row)
    if question_id or not (after or section):
        beside, name = question_id, quote(question_id, safe="")
    else:
        beside, name = after, quote(after, safe="")
    known = f"section={quote(section, safe='')}" if section else ""
    parts = [f"question={name}" if beside else "", known]
    query = "&".join(part for part in parts if part)
    over = f"{list_at}{'?' if query else ''}{query}{f'#q-{name}' if beside else ''}"
    if question_id:
        return str(escape(form_at + name)), str(escape(over))
    at: dict[str, Any] = {"study_id": row.study_id, "instrument_id": row.id}
    new = url_for("draft_question.add", after=after or None, section=section or None, **at)
    return str(escape(new)), str(escape(over))
