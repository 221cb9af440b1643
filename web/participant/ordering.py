"""Putting options in order by buttons. A script may let them be dragged; nothing depends on it."""

from collections.abc import Mapping

from flask_babel import gettext
from markupsafe import escape

from instruments.fields import words_field
from instruments.kinds import Rank
from instruments.offering import Offering
from instruments.ranking import move_field, unplaced
from web.participant.pieces import Filling, Gap, Language, Repeats, filled, settle


def ranking(kind: Rank, name: str, language: Language, offering: Offering, *, helped: bool) -> Gap:
    """What is placed, in order, each with its buttons; below, what is not placed yet."""
    labels = {option.code: settle([language.said(option.label)]) for option in kind.options}
    move = move_field(name)
    begin = gettext("Your order")
    rest = gettext("Not in your order yet")
    nothing = gettext("Nothing is in order yet. Choose what comes first.")
    how = "" if helped else f'<p class="hint">{_how_many(kind)}</p>'
    own = [option.code for option in kind.options if option.words]

    def fill(filling: Filling) -> str:
        offered = {option.code for option in offering.options(filling.answers)}
        order = [code for code in dict.fromkeys(filling.form.get(name, ())) if code in offered]
        said = {code: filled(labels[code], filling) for code in offered}
        words = {code: _words(name, code, said[code], filling) for code in own}
        rows = [_placed(name, move, code, said[code], at, len(order), words) for at, code in enumerate(order)]
        left = [code for code in unplaced(kind, order) if code in offered]
        listed = f'<ol class="order" data-order="{name}">{"".join(rows)}</ol>' if rows else f"<p>{escape(nothing)}</p>"
        other = "".join(_waiting(name, move, code, said[code], len(order) + 1) for code in left)
        other = f'<p class="subhead">{escape(rest)}</p><ul class="unplaced">{other}</ul>' if left else ""
        return f'<div class="rank">{how}<p class="subhead">{escape(begin)}</p>{listed}{other}</div>'

    return Repeats(fill)


def line_of(name: str, code: str) -> str:
    """The id of an option's line, to which the page comes back after it was moved."""
    return f"{name}.at.{code}"


def _how_many(kind: Rank) -> str:
    if kind.top is None or kind.top >= len(kind.options):
        return str(escape(gettext("Put all of them in order, the first one on top.")))
    return str(escape(gettext("Put the first %(count)s in order.", count=kind.top)))


def _words(name: str, code: str, label: str, filling: Filling) -> str:
    """A field for what somebody means by an option, in their own words; they stay when the option is taken out."""
    field = words_field(name, code)
    typed = filling.form.get(field, [""])[0]
    return (
        f'<label class="unseen" for="{field}">{escape(gettext("In your own words"))} – {label}</label>'
        f'<input type="text" id="{field}" name="{field}" autocomplete="off" data-longest="500" value="{escape(typed)}">'
    )


def _placed(name: str, move: str, code: str, label: str, at: int, count: int, words: Mapping[str, str]) -> str:
    buttons = [
        _button(move, "up", code, gettext("Up"), label) if at else "",
        _button(move, "down", code, gettext("Down"), label) if at < count - 1 else "",
        _button(move, "remove", code, gettext("Take out"), label),
    ]
    return (
        f'<li id="{line_of(name, code)}" data-code="{code}"><input type="hidden" name="{name}" value="{code}">'
        f'<span class="what">{label}{words.get(code, "")}</span><span class="moves">{"".join(buttons)}</span></li>'
    )


def _waiting(name: str, move: str, code: str, label: str, place: int) -> str:
    words = gettext("Put in place %(place)s", place=place)
    button = _button(move, "place", code, words, label)
    return (
        f'<li id="{line_of(name, code)}" data-code="{code}"><span class="what">{label}</span>'
        f'<span class="moves">{button}</span></li>'
    )


def _button(move: str, verb: str, code: str, words: str, label: str) -> str:
    return (
        f'<button type="submit" class="plain" name="{move}" value="{verb}:{code}">{escape(words)}'
        f'<span class="unseen"> – {label}</span></button>'
    )
