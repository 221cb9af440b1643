"""One question as it stands on a page: its words, its hint, its message, its control."""

from collections.abc import Mapping

from flask_babel import gettext
from markupsafe import escape

from instruments.definition import Question
from instruments.fields import declined_field, row_field
from instruments.kinds import (
    Date,
    Information,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Rank,
    Row,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    YesNo,
)
from instruments.offering import Offering
from web.participant import choosing, ordering, writing
from web.participant.pieces import Filling, Gap, Language, Piece, Repeats, described, error, filled, settle, where_wrong


def block(question: Question, language: Language, offering: Offering) -> tuple[Piece, ...]:
    """The whole question, ready to be filled in."""
    return settle(_block(question, language, offering))


def _block(question: Question, language: Language, offering: Offering) -> list[Piece]:
    name, kind = question.id, question.kind
    if isinstance(kind, Information):
        lead = language.paragraphs(question.label, '<p class="lead">')
        return [
            f'<div class="question information" id="q-{name}">',
            *lead,
            *language.paragraphs(question.help),
            "</div>",
        ]
    hint = f"{name}-hint" if any(question.help.values()) else ""
    helped: list[Piece] = [f'<p class="hint" id="{hint}">', language.said(question.help), "</p>"] if hint else []
    needed = f' <span class="optional">{escape(gettext("(needed)"))}</span>' if question.required else ""
    declined = choosing.declining(declined_field(name)) if question.may_decline else []
    if isinstance(kind, ShortText | LongText | Number):
        return [
            '<div class="question field',
            where_wrong(name, " wrong"),
            f'" id="q-{name}"><label class="asks" for="{name}">',
            language.said(question.label),
            f"{needed}</label>",
            *helped,
            error(name),
            *_control(kind, name, language, offering, hint),
            *declined,
            "</div>",
        ]
    return [
        '<fieldset class="question field',
        where_wrong(name, " wrong"),
        f'" id="q-{name}" tabindex="-1"',
        *described(name, hint),
        '><legend class="asks">',
        language.said(question.label),
        f"{needed}</legend>",
        *helped,
        error(name),
        *_control(kind, name, language, offering, hint),
        *declined,
        "</fieldset>",
    ]


def _control(kind: Kind, name: str, language: Language, offering: Offering, hint: str, place: str = "") -> list[Piece]:
    match kind:
        case SingleChoice() | MultipleChoice():
            return choosing.options(kind, name, language, offering)
        case YesNo():
            return choosing.yes_no(kind, name, language)
        case Scale():
            return choosing.scale(kind, name, language)
        case ShortText():
            return writing.one_line(kind, name, place or name, hint)
        case LongText():
            return writing.many_lines(kind, name, place or name, hint)
        case Number():
            return writing.number(kind, name, place or name, hint, language)
        case _:
            return _parts(kind, name, language, offering, hint)


def _parts(
    kind: Date | Matrix | Rank | Information | Topic, name: str, language: Language, offering: Offering, hint: str
) -> list[Piece]:
    match kind:
        case Date():
            return writing.date(kind, name)
        case Rank():
            return [ordering.ranking(kind, name, language, offering, helped=bool(hint))]
        case Matrix():
            return _matrix(kind, name, language, offering)
        case _:
            # Topics are raised by an interviewer; no participant is shown one.
            return []


def _matrix(kind: Matrix, name: str, language: Language, offering: Offering) -> list[Piece]:
    """Each row is a small question of its own: a list on a telephone, a table's look on a wide screen."""
    pieces: list[Piece] = ['<div class="matrix">']
    for row in kind.rows:
        line = settle(_row(kind, row, row_field(name, row.id), language, offering))
        pieces += [_where_offered(line, row, offering)] if row.relevant else line
    return [*pieces, "</div>"]


def _row(kind: Matrix, row: Row, name: str, language: Language, offering: Offering) -> list[Piece]:
    if isinstance(kind.each, ShortText | Number):
        opening: list[Piece] = [
            '<div class="row',
            where_wrong(name, " wrong"),
            f'" id="q-{name}"><label class="item" for="{name}">',
        ]
        middle, closing = "</label>", "</div>"
    else:
        opening = [
            '<fieldset class="row',
            where_wrong(name, " wrong"),
            f'" id="q-{name}" tabindex="-1"',
            *described(name),
        ]
        opening.append('><legend class="item">')
        middle, closing = "</legend>", "</fieldset>"
    control = _control(kind.each, name, language, offering, "", place=name)
    return [*opening, language.said(row.label), middle, error(name), *control, closing]


def _where_offered(line: tuple[Piece, ...], row: Row, offering: Offering) -> Gap:
    def fill(filling: Filling) -> str:
        return filled(line, filling) if any(one.id == row.id for one in offering.rows(filling.answers)) else ""

    return Repeats(fill)


def target_of(question: Question) -> Mapping[str, str]:
    """Where the link of a message goes, by field: to the control that has to change."""
    kind, name = question.kind, question.id
    each = kind.each if isinstance(kind, Matrix) else kind
    names = [row_field(name, row.id) for row in kind.rows] if isinstance(kind, Matrix) else [name]
    if isinstance(each, Rank) or (
        isinstance(each, SingleChoice | MultipleChoice) and each.options[:1] and each.options[0].relevant
    ):
        return {one: f"q-{one}" for one in names}
    if isinstance(each, SingleChoice | MultipleChoice | YesNo | Scale):
        return {one: f"{one}-0" for one in names}
    return {one: one for one in names}
