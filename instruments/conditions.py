"""Conditions as values: what they refer to, how they are written, and whether they hold for given answers.

A condition is a small frozen tree; ``instruments.condition_parser`` makes it from text. ``evaluate`` is total: for any
tree that the parser makes and any answers, of whatever shape, it returns True or False. Its truths are those of
XLSForm (XPath 1.0), so an imported form branches as it did before:

- An answer stands for a text or a number: a choice for its code, a multiple choice for its codes with a space between
  them (``selected()`` is what one usually wants), a topic for its state, ``${id.row}`` for the cell of a matrix.
- A question that is not answered, declined, not reached, unknown, or holds something of another shape is the empty
  text, so ``${id} = ''`` means *not answered*.
- ``=`` and ``!=`` compare numbers if either side is a number, else texts. ``<  <=  >  >=`` compare numbers, except that
  two ISO dates are compared as dates, as far as the less precise of them goes. A text that is no number is equal to
  no number and neither less nor more than one: every comparison with it is false, and ``!=`` true.
- ``selected(${id}, 'x')`` is false and ``count-selected(${id})`` is 0 where nothing was chosen.
- An operand alone is true if it is a text that is not empty or a number other than 0.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from instruments.kinds import Answer, Answers, code_of, codes_of

_NUMBER = re.compile(r"\s*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*\Z")
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?\Z")


@dataclass(frozen=True, slots=True)
class Reference:
    """``${question}``, or ``${question.row}`` of a matrix."""

    question: str
    row: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """``.``: the answer whose constraint this is."""


@dataclass(frozen=True, slots=True)
class Text:
    """``'x'``."""

    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """``12``, ``-1.5``."""

    value: int | float


@dataclass(frozen=True, slots=True)
class CountSelected:
    """``count-selected(${id})``: how many options were chosen."""

    of: Reference | Own


@dataclass(frozen=True, slots=True)
class Length:
    """``string-length(${id})``: how many characters the text has."""

    of: Reference | Own


Operand: TypeAlias = Reference | Own | Text | Number | CountSelected | Length


@dataclass(frozen=True, slots=True)
class Selected:
    """``selected(${id}, 'x')``: the option was chosen, alone or with others."""

    of: Reference | Own
    code: str


@dataclass(frozen=True, slots=True)
class Truth:
    """``true()`` or ``false()``."""

    value: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left sign right`` with one of the six signs."""

    left: Operand
    sign: str
    right: Operand


@dataclass(frozen=True, slots=True)
class Not:
    """``not(…)``."""

    of: "Condition"


@dataclass(frozen=True, slots=True)
class AllOf:
    """``… and …``, of two parts or more."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """``… or …``, of two parts or more."""

    parts: tuple["Condition", ...]


Condition: TypeAlias = Operand | Selected | Truth | Comparison | Not | AllOf | AnyOf
Node: TypeAlias = Condition

SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def walk(node: Node) -> Iterator[Node]:
    """The node and everything in it, from left to right."""
    yield node
    match node:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from walk(part)
        case Comparison(left, _, right):
            yield from walk(left)
            yield from walk(right)
        case Not(of) | Selected(of, _) | CountSelected(of) | Length(of):
            yield from walk(of)
        case _:
            return


def references(node: Node) -> frozenset[str]:
    """The ids of the questions that the condition looks at."""
    return frozenset(part.question for part in walk(node) if isinstance(part, Reference))


def printed(node: Node) -> str:
    """The condition as text that the parser reads back as the same tree."""
    match node:
        case AllOf(parts):
            return " and ".join(_enclosed(part, AnyOf, AllOf) for part in parts)
        case AnyOf(parts):
            return " or ".join(_enclosed(part, AnyOf) for part in parts)
        case Comparison(left, sign, right):
            return f"{printed(left)} {sign} {printed(right)}"
        case Not(of):
            return f"not({printed(of)})"
        case Selected(of, code):
            return f"selected({printed(of)}, {_quoted(code)})"
        case _:
            return _printed_operand(node)


def _enclosed(node: Node, *enclose: type) -> str:
    return f"({printed(node)})" if isinstance(node, enclose) else printed(node)


def _printed_operand(node: Operand | Truth) -> str:
    match node:
        case Reference(question, row):
            return f"${{{question}.{row}}}" if row else f"${{{question}}}"
        case Text(value):
            return _quoted(value)
        case Number(value):
            return format(Decimal(repr(value)), "f")
        case CountSelected(of):
            return f"count-selected({printed(of)})"
        case Length(of):
            return f"string-length({printed(of)})"
        case Truth(value):
            return "true()" if value else "false()"
        case Own():
            return "."


def _quoted(text: str) -> str:
    # XPath has no way to write a text with both quotation marks in it, so the parser never makes one.
    return f'"{text}"' if "'" in text else f"'{text}'"


def evaluate(node: Node, answers: Answers, own: Answer = None) -> bool:
    """Whether the condition holds for ``answers``, which hold only what the route has reached."""
    match node:
        case Comparison(left, sign, right):
            return _compared(_value(left, answers, own), sign, _value(right, answers, own))
        case AllOf(parts):
            return all(evaluate(part, answers, own) for part in parts)
        case AnyOf(parts):
            return any(evaluate(part, answers, own) for part in parts)
        case Not(of):
            return not evaluate(of, answers, own)
        case Selected(of, code):
            return code in codes_of(_answer(of, answers, own))
        case Truth(value):
            return value
        case _:
            found = _value(node, answers, own)
            return found not in ("", 0)


def _answer(of: Reference | Own, answers: Answers, own: Answer) -> Answer:
    if isinstance(of, Own):
        return own
    answer = answers.get(of.question)
    if not of.row:
        return answer
    return answer.get(of.row) if isinstance(answer, dict) else None


def _value(node: Operand, answers: Answers, own: Answer) -> str | int | float:
    match node:
        case Text(value) | Number(value):
            return value
        case CountSelected(of):
            return len(codes_of(_answer(of, answers, own)))
        case Length(of):
            return len(str(_plain(_answer(of, answers, own))))
        case _:
            return _plain(_answer(node, answers, own))


def _plain(answer: Answer) -> str | int | float:
    """What an answer stands for in a comparison; anything that is no answer is the empty text."""
    if isinstance(answer, str):
        return answer
    if isinstance(answer, bool) or answer is None:
        return ""
    if isinstance(answer, int):
        return answer
    if isinstance(answer, float):
        return answer if math.isfinite(answer) else ""
    if isinstance(answer, list):
        return " ".join(codes_of(answer))
    state = answer.get("state")
    return state if isinstance(state, str) else code_of(answer)


def _compared(left: str | int | float, sign: str, right: str | int | float) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        if sign in ("=", "!="):
            return (left == right) == (sign == "=")
        if _DATE.match(left) and _DATE.match(right):
            return SIGNS[sign](*_dates(left, right))
    return SIGNS[sign](_number(left), _number(right))


def _dates(left: str, right: str) -> tuple[int, int]:
    shared = min(len(left), len(right))
    return int(left[:shared].replace("-", "")), int(right[:shared].replace("-", ""))


def _number(value: str | int | float) -> int | float:
    if not isinstance(value, str):
        return value
    # Longer digits than these are no number anybody means, and int() of a novel would take its time.
    return float(value) if len(value) <= 40 and _NUMBER.match(value) else math.nan
