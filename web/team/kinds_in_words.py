"""Kinds of question and their limits put into words, for whoever has to judge an instrument without having made it."""

from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from instruments.definition import Instrument, Role, questions
from instruments.kinds import (
    TODAY,
    Date,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Rank,
    Scale,
    ShortText,
    name_of,
)
from instruments.sentences import in_language

ROLES = {Role.SURVEY: _l("Survey"), Role.GUIDE: _l("Interview guide")}

KINDS = {
    "short_text": _l("A few words"),
    "long_text": _l("Free text"),
    "single_choice": _l("One of the options"),
    "multiple_choice": _l("Any of the options"),
    "yes_no": _l("Yes or no"),
    "number": _l("A number"),
    "date": _l("A date"),
    "scale": _l("A point on a scale"),
    "matrix": _l("The same asked of each row"),
    "rank": _l("Options put in order"),
    "information": _l("To read; nothing is asked"),
    "topic": _l("Interview topic"),
}

PRECISIONS = {
    "day": _l("to the day"),
    "month": _l("to the month, or to the day"),
    "year": _l("to the year, or more precisely"),
}
FORMATS = {
    "email": _l("an e-mail address"),
    "phone": _l("a telephone number"),
    "web": _l("a web address"),
    "time": _l("a time of day"),
}


def _(text: str, **values: Any) -> str:
    return str(gettext(text, **values))


def kind_in_words(kind: Kind) -> str:
    """What kind of answer is asked for."""
    return str(KINDS[name_of(kind)])


def limits(kind: Kind, language: str) -> list[str]:
    """What an answer has to keep to, one short sentence each; a matrix has those of its cells."""
    match kind:
        case Matrix(each=each):
            return [kind_in_words(each), *limits(each, language)]
        case ShortText() | LongText():
            return _limits_of_text(kind)
        case MultipleChoice(at_least=least, at_most=most):
            return _span(least or None, most, _("at least %(count)s"), _("at most %(count)s"))
        case Number():
            return _limits_of_number(kind, language)
        case Date(precision=precision, earliest=earliest, latest=latest):
            return [
                str(PRECISIONS[precision]),
                *_span(_day(earliest), _day(latest), _("from %(count)s"), _("until %(count)s")),
            ]
        case Scale():
            return _ends(kind, language)
        case Rank(top=top) if top:
            return [ngettext("only the first %(num)s", "only the first %(num)s", top)]
        case _:
            return []


def _span(least: object, most: object, low: str, high: str) -> list[str]:
    return [text % {"count": value} for value, text in ((least, low), (most, high)) if value is not None]


def _day(limit: str) -> str | None:
    return _("today") if limit == TODAY else limit or None


def _limits_of_text(kind: ShortText | LongText) -> list[str]:
    said = _span(
        kind.shortest or None, kind.longest, _("at least %(count)s characters"), _("at most %(count)s characters")
    )
    if isinstance(kind, ShortText):
        said += [str(FORMATS[kind.format])] if kind.format else []
        said += [_("matching the pattern %(pattern)s", pattern=kind.pattern)] if kind.pattern else []
    return said


def _limits_of_number(kind: Number, language: str) -> list[str]:
    said = _span(kind.least, kind.most, _("from %(count)s"), _("to %(count)s"))
    said += [_("in %(unit)s", unit=in_language(kind.unit, language))] if kind.unit else []
    if kind.decimals:
        said.append(ngettext("%(num)s decimal", "%(num)s decimals", kind.decimals))
    return said


def _ends(scale: Scale, language: str) -> list[str]:
    middle = (scale.first + scale.last) // 2
    ends = [(scale.first, scale.low), (middle, scale.middle), (scale.last, scale.high)]
    return [_("%(point)s is “%(name)s”", point=point, name=in_language(name, language)) for point, name in ends if name]


def how_many(instrument: Instrument) -> str:
    """``13 questions in 4 parts``."""
    asked = sum(question.asks for question in questions(instrument))
    number = ngettext("%(num)s question", "%(num)s questions", asked)
    parts = len(instrument.sections)
    return number if parts < 2 else _("%(questions)s in %(parts)s parts", questions=number, parts=parts)
