"""Controls to choose with: options, yes or no, the points of a scale. Each is a whole row that can be touched."""

from flask_babel import gettext
from markupsafe import escape

from instruments.fields import words_field
from instruments.kinds import NO, YES, MultipleChoice, Option, Scale, SingleChoice, YesNo, points_of
from instruments.offering import Offering
from web.participant.pieces import Filling, Language, Piece, Repeats, chosen, filled, invalid, settle, value


def options(kind: SingleChoice | MultipleChoice, name: str, language: Language, offering: Offering) -> list[Piece]:
    """Radio buttons or boxes to tick, those that are offered to this person, with fields for words of their own."""
    many = isinstance(kind, MultipleChoice)
    pieces: list[Piece] = [f'<div class="options"{_about(kind)}>']
    for number, option in enumerate(kind.options):
        row = settle(_option(option, name, f"{name}-{number}", language, many=many))
        if option.exclusive and many and number:
            row = (f'<p class="or">{escape(gettext("or"))}</p>', *row)
        pieces += [_where_offered(row, option, offering)] if option.relevant else row
    return [*pieces, "</div>"]


def _about(kind: SingleChoice | MultipleChoice) -> str:
    return " data-exclusive" if any(option.exclusive for option in kind.options) else ""


def _where_offered(row: tuple[Piece, ...], option: Option, offering: Offering) -> Piece:
    """The row, for whom the option is offered to."""

    def fill(filling: Filling) -> str:
        offered = offering.options(filling.answers)
        return filled(row, filling) if any(one.code == option.code for one in offered) else ""

    return Repeats(fill)


def _option(option: Option, name: str, id_: str, language: Language, *, many: bool) -> list[Piece]:
    kind = "checkbox" if many else "radio"
    alone = " data-alone" if many and option.exclusive else ""
    pieces: list[Piece] = [
        f'<label class="option"><input type="{kind}" id="{id_}" name="{name}" value="{option.code}"{alone}',
        chosen(name, option.code),
        "><span>",
        language.said(option.label),
        "</span></label>",
    ]
    return [*pieces, *_words(name, option.code)] if option.words else pieces


def _words(name: str, code: str) -> list[Piece]:
    """A field beside an option for whoever wants to say it in their own words."""
    field = words_field(name, code)
    return [
        f'<div class="words"><label for="{field}">{escape(gettext("In your own words"))}</label>'
        f'<input type="text" id="{field}" name="{field}" autocomplete="off" placeholder=" " data-longest="500"',
        invalid(field),
        ' value="',
        value(field),
        '"></div>',
    ]


def yes_no(_: YesNo, name: str, language: Language) -> list[Piece]:
    """Two options."""
    pieces: list[Piece] = ['<div class="options two">']
    for number, code in enumerate((YES, NO)):
        pieces += [
            f'<label class="option"><input type="radio" id="{name}-{number}" name="{name}" value="{code}"',
            chosen(name, code),
            f"><span>{escape(language.yes_no[code])}</span></label>",
        ]
    return [*pieces, "</div>"]


def scale(kind: Scale, name: str, language: Language) -> list[Piece]:
    """The points in a row, with the names of the ends (and the middle) in the labels of their points."""
    points = points_of(kind)
    middle = points[len(points) // 2] if points else kind.first
    pieces: list[Piece] = ['<div class="options scale">']
    for number, point in enumerate(points):
        named = {kind.first: kind.low, points[-1]: kind.high}.get(point, kind.middle if point == middle else {})
        pieces += [
            f'<label class="option"><input type="radio" id="{name}-{number}" name="{name}" value="{point}"',
            chosen(name, str(point)),
            f'><span><span class="point">{point}</span>',
        ]
        if any(named.values()):
            pieces += [' <span class="end">', language.said(named), "</span>"]
        pieces.append("</span></label>")
    return [*pieces, "</div>"]


def declining(name: str) -> list[Piece]:
    """The box for whoever prefers not to answer."""
    return [
        '<div class="options declining"><label class="option">'
        f'<input type="checkbox" id="{name}" name="{name}" value="yes"',
        lambda filling: " checked" if filling.form.get(name) else "",
        f"><span>{escape(gettext('I prefer not to answer this'))}</span></label></div>",
    ]
