"""Controls to write in: words, numbers, dates as precise as the person is."""

from flask_babel import gettext
from markupsafe import escape

from instruments.fields import DATE_PARTS, date_field
from instruments.kinds import Date, LongText, Number, ShortText
from web.participant.pieces import Filling, Language, Piece, described, invalid, value

# What a browser may fill in or show as a keyboard; nothing that it would refuse by itself and in its own words.
_KEYBOARDS = {
    "email": ' inputmode="email" autocomplete="email" spellcheck="false"',
    "phone": ' inputmode="tel" autocomplete="tel"',
    "web": ' inputmode="url" autocomplete="off" spellcheck="false"',
    "time": ' inputmode="numeric" autocomplete="off" class="short"',
    "": ' autocomplete="off"',
}
_NARROW = 30


def one_line(kind: ShortText, name: str, place: str, hint: str) -> list[Piece]:
    """A line of words."""
    width = ' class="short"' if not kind.format and kind.longest <= _NARROW else ""
    more = f'{_KEYBOARDS[kind.format]}{width} data-longest="{kind.longest}"'
    return [
        f'<input type="text" id="{name}" name="{name}"{more}',
        *_state(name, place, hint),
        ' value="',
        value(name),
        '">',
    ]


def many_lines(kind: LongText, name: str, place: str, hint: str) -> list[Piece]:
    """As many lines as there are to say; taller when more stands in it already."""

    def rows(filling: Filling) -> str:
        typed = filling.form.get(name)
        return str(min(20, max(4, typed[0].count("\n") + len(typed[0]) // 60 + 2))) if typed else "4"

    return [
        f'<textarea id="{name}" name="{name}" data-longest="{kind.longest}" rows="',
        rows,
        '"',
        *_state(name, place, hint),
        # Browsers drop the first line break in a text area, so that one is ours.
        ">\n",
        value(name),
        "</textarea>",
    ]


def number(kind: Number, name: str, place: str, hint: str, language: Language) -> list[Piece]:
    """Digits, with their unit behind them."""
    board = "decimal" if kind.decimals else "numeric"
    # The numeric keyboard of a telephone has no minus.
    keys = "" if kind.least is None or kind.least < 0 else f' inputmode="{board}"'
    unit = f"{name}-unit" if any(kind.unit.values()) else ""
    control: list[Piece] = [
        f'<input type="text" id="{name}" name="{name}" class="short" autocomplete="off"{keys}',
        *_state(name, place, " ".join(part for part in (hint, unit) if part)),
        ' value="',
        value(name),
        '">',
    ]
    if not unit:
        return control
    return [
        '<div class="with-unit">',
        *control,
        f' <span class="unit" id="{unit}">',
        language.said(kind.unit),
        "</span></div>",
    ]


def _state(name: str, place: str, hint: str) -> list[Piece]:
    return [*described(place, hint), invalid(name)]


def date(kind: Date, name: str) -> list[Piece]:
    """Year, month and day apart. What may stay empty says so."""
    labels = {"year": gettext("Year"), "month": gettext("Month"), "day": gettext("Day")}
    needed = DATE_PARTS.index(kind.precision)
    pieces: list[Piece] = ['<div class="date">']
    for number_, part in enumerate(DATE_PARTS):
        field = date_field(name, part)
        label = str(escape(labels[part]))
        if number_ > needed:
            label += f' <span class="optional">{escape(gettext("(may stay empty)"))}</span>'
        pieces += [
            f'<div><label for="{field}">{label}</label>'
            f'<input type="text" inputmode="numeric" autocomplete="off" id="{field}" name="{field}" class="{part}"',
            invalid(field),
            ' value="',
            value(field),
            '"></div>',
        ]
    return [*pieces, "</div>"]
