"""Conditions that are built by picking: a question, a comparison, a value; all of several, or any of them.

``picked`` reads a condition back into picks where its text is simple enough; whatever it does not know stays a text.
What is picked, written and picked again is the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from instruments.condition_parser import ConditionUnreadable, parse
from instruments.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Not,
    Number,
    Reference,
    Selected,
    Text,
    printed,
)
from instruments.definition import Question
from instruments.kinds import (
    NO,
    STATES,
    YES,
    Cell,
    Date,
    Information,
    Kind,
    Matrix,
    MultipleChoice,
    Rank,
    Scale,
    SingleChoice,
    Topic,
    YesNo,
    options_of,
    points_of,
)
from instruments.kinds import Number as Asked
from instruments.sentences import Texts


class Compares(StrEnum):
    """How an answer is compared with a value."""

    IS = "is"
    IS_NOT = "is_not"
    LESS = "less"
    AT_MOST = "at_most"
    MORE = "more"
    AT_LEAST = "at_least"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"


_SIGNS = {
    Compares.IS: "=",
    Compares.IS_NOT: "!=",
    Compares.LESS: "<",
    Compares.AT_MOST: "<=",
    Compares.MORE: ">",
    Compares.AT_LEAST: ">=",
}
_OF_SIGNS = {sign: compares for compares, sign in _SIGNS.items()}
_WITHOUT_VALUE = frozenset({Compares.ANSWERED, Compares.UNANSWERED})


@dataclass(frozen=True, slots=True)
class Pick:
    """One comparison. ``of`` is a question's id, or ``id.row`` of a matrix."""

    of: str
    compares: Compares
    value: str = ""


@dataclass(frozen=True, slots=True)
class Picked:
    """Comparisons of which all have to hold, or any."""

    picks: tuple[Pick, ...]
    every: bool = True


def pickable(before: Iterable[Question]) -> dict[str, Kind | Cell]:
    """What can be picked of the questions that stand before: each with its kind, the rows of a matrix by themselves."""
    found: dict[str, Kind | Cell] = {}
    for question in before:
        if isinstance(question.kind, Information) or question.identifying:
            continue
        if isinstance(question.kind, Matrix):
            found |= {f"{question.id}.{row.id}": question.kind.each for row in question.kind.rows}
        else:
            found[question.id] = question.kind
    return found


def values_of(kind: Kind | Cell) -> dict[str, Texts]:
    """The answers to pick from, by code; none where a value is typed. Where there is no text, the web has it."""
    match kind:
        case SingleChoice() | MultipleChoice() | Rank():
            return {option.code: option.label for option in options_of(kind)}
        case YesNo():
            return {YES: {}, NO: {}}
        case Topic():
            return {state: {} for state in STATES}
        case Scale():
            return {str(point): {} for point in points_of(kind)}
        case _:
            return {}


def written(picked: Picked, kinds: Mapping[str, Kind | Cell]) -> str:
    """The condition as text; empty if nothing is picked."""
    parts = tuple(_condition(pick, kinds.get(pick.of)) for pick in picked.picks)
    if not parts:
        return ""
    if len(parts) == 1:
        return printed(parts[0])
    return printed(AllOf(parts) if picked.every else AnyOf(parts))


def _condition(pick: Pick, kind: Kind | Cell | None) -> Condition:
    question, _, row = pick.of.partition(".")
    of = Reference(question, row)
    if pick.compares in _WITHOUT_VALUE:
        return Comparison(of, "=" if pick.compares is Compares.UNANSWERED else "!=", Text(""))
    if isinstance(kind, MultipleChoice | Rank) and pick.compares in {Compares.IS, Compares.IS_NOT}:
        chosen = Selected(of, pick.value)
        return chosen if pick.compares is Compares.IS else Not(chosen)
    return Comparison(of, _SIGNS[pick.compares], _said(pick.value, kind))


def _said(value: str, kind: Kind | Cell | None) -> Text | Number:
    if kind is None or isinstance(kind, Asked | Scale):
        number = _number(value)
        return Text(value) if number is None else number
    return Text(value)


def _number(value: str) -> Number | None:
    """The number that a text is, as the parser of conditions would read it."""
    try:
        read = parse(value)
    except ConditionUnreadable:
        return None
    return read if isinstance(read, Number) else None


def sayable(pick: Pick, kind: Kind | Cell | None) -> bool:
    """Whether the value can be written into a condition, and means something for a question of this kind."""
    if pick.compares in _WITHOUT_VALUE:
        return True
    if isinstance(kind, Asked | Scale):
        return _number(pick.value) is not None
    if kind is not None and values_of(kind):
        return pick.value in values_of(kind)
    return bool(pick.value) and not ("'" in pick.value and '"' in pick.value)


def signs_for(kind: Kind | Cell | None) -> tuple[Compares, ...]:
    """The comparisons that mean something for a kind."""
    if kind is None or isinstance(kind, Asked | Scale | Date):
        return tuple(Compares)
    return Compares.IS, Compares.IS_NOT, Compares.ANSWERED, Compares.UNANSWERED


def picked(text: str, kinds: Mapping[str, Kind | Cell]) -> Picked | None:
    """The condition as picks; None if it is not simple enough, cannot be read, or looks at something unknown."""
    if not text.strip():
        return Picked(())
    try:
        condition = parse(text)
    except ConditionUnreadable:
        return None
    parts = condition.parts if isinstance(condition, AllOf | AnyOf) else (condition,)
    picks = [_pick(part, kinds) for part in parts]
    found = Picked(tuple(pick for pick in picks if pick is not None), not isinstance(condition, AnyOf))
    return found if len(found.picks) == len(parts) else None


def _pick(part: Condition, kinds: Mapping[str, Kind | Cell]) -> Pick | None:
    match part:
        case Selected(Reference() as of, code):
            return _known(Pick(_name(of), Compares.IS, code), kinds, chosen=True)
        case Not(Selected(Reference() as of, code)):
            return _known(Pick(_name(of), Compares.IS_NOT, code), kinds, chosen=True)
        case Comparison(Reference() as of, ("=" | "!=") as sign, Text("")):
            return _known(Pick(_name(of), Compares.UNANSWERED if sign == "=" else Compares.ANSWERED), kinds)
        case Comparison(Reference() as of, sign, Text(value)):
            return _known(Pick(_name(of), _OF_SIGNS[sign], value), kinds)
        case Comparison(Reference() as of, sign, Number() as number):
            return _known(Pick(_name(of), _OF_SIGNS[sign], printed(number)), kinds, number=True)
        case _:
            return None


def _name(of: Reference) -> str:
    return f"{of.question}.{of.row}" if of.row else of.question


def _known(pick: Pick, kinds: Mapping[str, Kind | Cell], *, chosen: bool = False, number: bool = False) -> Pick | None:
    """The pick, if writing it again says the same."""
    kind = kinds.get(pick.of)
    if kind is None or pick.compares not in signs_for(kind) or not sayable(pick, kind):
        return None
    if pick.compares in _WITHOUT_VALUE:
        return pick
    several = isinstance(kind, MultipleChoice | Rank)
    # selected() of one option is the same as "=", and imported forms write it so.
    if chosen:
        return pick if several or isinstance(kind, SingleChoice) else None
    if several:
        return None
    return pick if number == isinstance(kind, Asked | Scale) else None
