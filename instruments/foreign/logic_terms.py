"""What the parts of another program's condition become here: answers under their names here, and comparisons of them.

Where a program calls an answer otherwise than we do (REDCap says '1' for yes), what it is compared with is translated
as well; where it keeps each option of several as an answer of its own, a comparison becomes ``selected()``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from instruments.conditions import (
    SIGNS,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    CountSelected,
    Length,
    Not,
    Number,
    Reference,
    Selected,
    Text,
    Truth,
)
from instruments.kinds import Cell, Kind, MultipleChoice, Rank, Scale, SingleChoice, options_of
from instruments.kinds import Number as Digits
from instruments.sentences import Filling, Sentence

_MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE = {"=": "!=", "!=": "="}
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,10})?")


class LogicUnreadable(Exception):
    """The condition cannot be expressed; ``sentence`` says why."""

    def __init__(self, text: str, **values: Filling) -> None:
        self.sentence = Sentence(text, values)
        super().__init__(str(self.sentence))


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer that a condition looks at. ``codes`` says what the other program's values are called here, where they
    are called otherwise."""

    of: Reference
    kind: Kind | Cell | None = None
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ticked:
    """One option of several, which the other program keeps as an answer of its own: ``on`` if it was chosen."""

    of: Reference
    code: str
    on: str
    off: str


Term: TypeAlias = Asked | Ticked | Condition
_Literal: TypeAlias = Text | Number


def holds(term: Term) -> Condition:
    """The condition that a part alone is: an answer holds if there is one, and it is neither 0 nor no."""
    match term:
        case Ticked(of, code):
            return Selected(of, code)
        case Asked(of, _, codes) if codes:
            return any_of([_is(term, here) for there, here in codes.items() if there not in ("", "0", "N")])
        case Asked(of, MultipleChoice() | Rank()):
            return Comparison(CountSelected(of), ">", Number(0))
        case Asked(of, kind):
            zero = any(option.code == "0" for option in options_of(kind)) if isinstance(kind, SingleChoice) else False
            some = Comparison(of, "!=", Text(""))
            return all_of([some, Comparison(of, "!=", Text("0"))]) if zero else of
        case Text(value):
            return Truth(value not in ("", "0"))
        case Number(value):
            return Truth(value != 0)
        case _:
            return term


def opposite(condition: Condition) -> Condition:
    """What holds where ``condition`` does not."""
    match condition:
        case Not(of):
            return of
        case Truth(value):
            return Truth(not value)
        case Comparison(left, ("=" | "!=") as sign, right):
            return Comparison(left, _OPPOSITE[sign], right)
        case _:
            return Not(condition)


def all_of(parts: Sequence[Condition]) -> Condition:
    """All of the parts; always true if there are none."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, AllOf) else (part,))]
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat)) if flat else Truth(value=True)


def any_of(parts: Sequence[Condition]) -> Condition:
    """Any of the parts; never true if there are none."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, AnyOf) else (part,))]
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat)) if flat else Truth(value=False)


def compared(left: Term, sign: str, right: Term) -> Condition:
    """``left sign right``, with what is compared called what it is called here. Raises LogicUnreadable."""
    if isinstance(left, Text | Number) and not isinstance(right, Text | Number):
        left, sign, right = right, _MIRRORED[sign], left
    match left, right:
        case Ticked(), Text() | Number():
            return _ticked(left, sign, right)
        case Asked(), Text() | Number():
            return _asked(left, sign, right)
        case Asked(), Asked():
            return _two_answers(left, sign, right)
        case ((Text() | Number()), (Text() | Number())):
            return Truth(value=_is_so(_plain(left), sign, _plain(right)))
        case (Selected() | Comparison() | Not() | AllOf() | AnyOf() | Truth()) as found, (Text() | Number()):
            return _true_or_not(found, _is_so("1", sign, _plain(right)), _is_so("0", sign, _plain(right)))
        case ((CountSelected() | Length()), Text(value)) if _NUMBER.fullmatch(value):
            return Comparison(left, sign, number(value))
        case ((CountSelected() | Length()), (CountSelected() | Length() | Text() | Number())):
            return Comparison(left, sign, right)
        case ((CountSelected() | Length()), Asked()) | (Asked(), (CountSelected() | Length())):
            return _count_and_answer(left, sign, right)
        case _:
            raise LogicUnreadable("It compares what is true with something else.")


def number(said: str) -> Number:
    """The number that a text of digits is."""
    return Number(float(said) if "." in said else int(said))


def _plain(literal: _Literal) -> str:
    return literal.value.strip() if isinstance(literal, Text) else str(literal.value)


def _ticked(left: Ticked, sign: str, right: _Literal) -> Condition:
    said = _plain(right)
    return _true_or_not(Selected(left.of, left.code), _is_so(left.on, sign, said), _is_so(left.off, sign, said))


def _true_or_not(found: Condition, if_true: bool, if_not: bool) -> Condition:
    """What a comparison says that holds ``if_true``, and if ``found`` does not hold."""
    if if_true == if_not:
        return Truth(value=if_true)
    return found if if_true else opposite(found)


def _is_so(there: str, sign: str, said: str) -> bool:
    """Whether a comparison holds for a value of the other program."""
    if _NUMBER.fullmatch(there) and _NUMBER.fullmatch(said):
        return SIGNS[sign](float(there), float(said))
    return (there == said) == (sign == "=") if sign in ("=", "!=") else False


def _asked(left: Asked, sign: str, right: _Literal) -> Condition:
    said = _plain(right)
    if said == "" and sign in ("=", "!="):
        return _unanswered(left, sign)
    if left.codes:
        return _one_of(left, sign, said)
    match left.kind:
        case MultipleChoice() | Rank():
            raise LogicUnreadable("It compares several answers with one. Say which option is meant.")
        case SingleChoice() if sign in ("=", "!="):
            return Comparison(left.of, sign, Text(said))
        case Digits() | Scale():
            if not _NUMBER.fullmatch(said):
                raise LogicUnreadable("“%(said)s” is no number.", said=said)
            return Comparison(left.of, sign, number(said))
        case _:
            return Comparison(left.of, sign, right)


def _unanswered(left: Asked, sign: str) -> Condition:
    if isinstance(left.kind, MultipleChoice | Rank):
        return Comparison(CountSelected(left.of), sign if sign == "=" else ">", Number(0))
    return Comparison(left.of, sign, Text(""))


def _one_of(left: Asked, sign: str, said: str) -> Condition:
    """An answer whose values are called otherwise there, compared with such a value."""
    if sign in ("=", "!="):
        if said not in left.codes:
            raise LogicUnreadable("“%(said)s” is none of the answers that can be given.", said=said)
        found = _is(left, left.codes[said])
        return found if sign == "=" else opposite(found)
    return any_of([_is(left, here) for there, here in left.codes.items() if _is_so(there, sign, said)])


def _is(left: Asked, here: str) -> Condition:
    if isinstance(left.kind, MultipleChoice | Rank):
        raise LogicUnreadable("It compares several answers with one. Say which option is meant.")
    return Comparison(left.of, "=", Text(here))


def _two_answers(left: Asked, sign: str, right: Asked) -> Condition:
    if dict(left.codes) != dict(right.codes) or (left.codes and sign not in ("=", "!=")):
        raise LogicUnreadable("It compares two answers that are called differently.")
    return Comparison(left.of, sign, right.of)


def _count_and_answer(left: Term, sign: str, right: Term) -> Condition:
    if isinstance(right, Asked) and isinstance(left, CountSelected | Length) and not right.codes:
        return Comparison(left, sign, right.of)
    if isinstance(left, Asked) and isinstance(right, CountSelected | Length) and not left.codes:
        return Comparison(left.of, sign, right)
    raise LogicUnreadable("It compares what is true with something else.")
