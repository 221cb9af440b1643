"""Which kind of question a row of an XLSForm asks, before its constraint is looked at."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from instruments.foreign.expressions import Scope
from instruments.foreign.languages import in_all
from instruments.foreign.xlsform_lists import OTHER, ChoiceList, Lists, options
from instruments.foreign.xlsform_speech import Speech
from instruments.foreign.xlsform_tree import Leaf
from instruments.foreign.xlsform_types import Sort
from instruments.foreign.xpath import Inexpressible
from instruments.inspecting_kinds import MOST_CHARACTERS, MOST_DECIMALS
from instruments.kinds import (
    MOST_POINTS,
    NO,
    YES,
    Date,
    Information,
    Kind,
    LongText,
    MultipleChoice,
    Number,
    Option,
    Rank,
    Scale,
    ShortText,
    SingleChoice,
    YesNo,
)

# What fits into one line here, where a form does not say how much a text may hold.
LONGEST_LINE = 2_000
# The list under which this program writes "yes" and "no" in the words of every language.
YES_OR_NO = "verbatim_yes_no"
_OTHER: Mapping[str, str] = {
    "en": "Other",
    "de": "Anderes",
    "es": "Otro",
    "fr": "Autre",
    "it": "Altro",
    "nl": "Anders",
    "pt": "Outro",
    "sw": "Nyingine",
}
_MOMENT = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{1,2}:[0-9]{2}"
_PAIR = re.compile(r"([^\s=,;]+)\s*=\s*([^\s=,;]+)")


@dataclass(frozen=True, slots=True)
class Maker:
    """What kinds are made with: the form's lists and languages."""

    lists: Lists
    speech: Speech


def parameters_of(leaf: Leaf) -> dict[str, str]:
    """``start=1 end=5`` as pairs."""
    return {name.lower(): said for name, said in _PAIR.findall(leaf.entry.get("parameters"))}


def kind_of(leaf: Leaf, maker: Maker, scope: Scope, used: set[str]) -> Kind:
    """The kind. Adds to ``used`` the columns that it was made of; what is lost on the way stands in the row's lines."""
    match leaf.type.sort:
        case Sort.SELECT_ONE | Sort.SELECT_MULTIPLE | Sort.RANK:
            used.add("choice_filter")
            return _choice(leaf, maker, scope)
        case Sort.RANGE:
            used.add("parameters")
            return _range(leaf, maker)
        case Sort.DATE:
            return _date(leaf, used)
        case Sort.TEXT:
            return _text(leaf, used)
        case Sort.INTEGER:
            return Number()
        case Sort.DECIMAL:
            return Number(decimals=MOST_DECIMALS)
        case Sort.NOTE:
            return Information()
        case _:
            return _another(leaf, maker)


def _another(leaf: Leaf, maker: Maker) -> Kind:
    """What is asked in another way here than there."""
    match leaf.type.sort:
        case Sort.TIME:
            return ShortText(format="time")
        case Sort.MOMENT:
            leaf.row.changes("type", "Date and time are asked as one text, written like 2026-10-04 14:30.")
            return ShortText(longest=16, pattern=_MOMENT)
        case Sort.BARCODE:
            leaf.row.changes("type", "The number is typed here, not read from a barcode.")
            return ShortText(longest=LONGEST_LINE)
        case _:
            leaf.row.changes("type", "This is asked as one answer to tick, “OK”.")
            return MultipleChoice(options=(Option(code="OK", label=dict.fromkeys(maker.speech.languages, "OK")),))


def _text(leaf: Leaf, used: set[str]) -> Kind:
    appearance = leaf.entry.get("appearance").lower().split()
    rows = leaf.entry.get("rows") or parameters_of(leaf).get("rows", "")
    if "multiline" in appearance or (rows and rows != "1"):
        used.update(("rows", "parameters", *(["appearance"] if appearance == ["multiline"] else [])))
        return LongText(longest=MOST_CHARACTERS)
    return ShortText(longest=LONGEST_LINE)


def _date(leaf: Leaf, used: set[str]) -> Kind:
    match leaf.entry.get("appearance").lower().split():
        case ["month-year"]:
            used.add("appearance")
            return Date(precision="month")
        case ["year"]:
            used.add("appearance")
            return Date(precision="year")
        case _:
            return Date()


def _choice(leaf: Leaf, maker: Maker, scope: Scope) -> Kind:
    of = maker.lists.get(leaf.type.list_name)
    if of is None:
        return SingleChoice()
    maker.lists.use(of.name)
    if leaf.type.sort is Sort.SELECT_ONE and is_yes_no(of):
        return YesNo()
    offered = offered_by(leaf, of, scope)
    if leaf.type.other:
        offered = _with_other(leaf, offered, maker.speech)
    if leaf.type.sort is Sort.SELECT_ONE:
        return SingleChoice(options=offered)
    return Rank(options=offered) if leaf.type.sort is Sort.RANK else MultipleChoice(options=offered)


def is_yes_no(of: ChoiceList) -> bool:
    """Whether this is the list that this program writes for questions of yes or no."""
    return of.name == YES_OR_NO and [choice.code for choice in of.choices] == [YES, NO]


def offered_by(leaf: Leaf, of: ChoiceList, scope: Scope) -> tuple[Option, ...]:
    """The options that a row offers; without its filter where that cannot be said, which its lines say."""
    said = leaf.entry.get("choice_filter")
    try:
        return options(of, said, scope)
    except Inexpressible as why:
        leaf.row.loses("choice_filter", "“%(filter)s” was left out, so every choice is offered.", filter=said[:200])
        leaf.row.says("choice_filter", why.said)
        return options(of, "", scope)


def _with_other(leaf: Leaf, offered: tuple[Option, ...], speech: Speech) -> tuple[Option, ...]:
    label = next((option.label for option in offered if option.code == OTHER), None)
    if label is None:
        label = in_all(speech.languages, _OTHER)
        leaf.row.changes("type", "“Other” is the last option, with room for one's own words beside it.")
    rest = tuple(option for option in offered if option.code != OTHER)
    other = Option(code=OTHER, label=label, words=True)
    if len(rest) == len(offered):
        return (*rest, other)
    return tuple(other if option.code == OTHER else option for option in offered)


def _decimal(said: str | None, otherwise: int) -> Decimal:
    try:
        found = Decimal(said) if said else Decimal(otherwise)
    except InvalidOperation:
        return Decimal(otherwise)
    return found if found.is_finite() and abs(found) < 10**15 else Decimal(otherwise)


def _range(leaf: Leaf, maker: Maker) -> Kind:
    given = parameters_of(leaf)
    start, end, step = (
        _decimal(given.get(name), default) for name, default in (("start", 1), ("end", 10), ("step", 1))
    )
    if start > end:
        leaf.row.changes("parameters", "The scale begins with its lowest point here.")
        start, end = end, start
    step = abs(step) or Decimal(1)
    unknown = sorted(given.keys() - {"start", "end", "step", "tick_labelset", "tick_interval"})
    if unknown:
        leaf.row.loses("parameters", "“%(names)s” cannot be said here.", names=", ".join(unknown))
    whole = all(part == part.to_integral_value() for part in (start, end, step))
    if whole and (end - start) % step == 0 and 1 <= (end - start) // step < MOST_POINTS:
        first, last = int(start), int(end)
        return Scale(
            first=first, last=last, step=int(step), **_ends(given.get("tick_labelset", ""), first, last, maker)
        )
    leaf.row.changes("type", "This is asked as a number between the two ends.")
    decimals = max(0, *(-int(part.as_tuple().exponent) for part in (start, end, step)))
    least, most = (int(part) if part == part.to_integral_value() else float(part) for part in (start, end))
    return Number(least=least, most=most, decimals=min(decimals, MOST_DECIMALS))


def _ends(list_name: str, first: int, last: int, maker: Maker) -> dict[str, Mapping[str, str]]:
    """The names of the ends and the middle of a scale, from the labels of its ticks."""
    of = maker.lists.get(list_name)
    if of is None:
        return {}
    maker.lists.use(of.name)
    labels = {choice.said: choice.label for choice in of.choices}
    middle, odd = divmod(first + last, 2)
    names = {"low": str(first), "high": str(last), **({} if odd else {"middle": str(middle)})}
    return {place: labels[said] for place, said in names.items() if said in labels}
