"""Conditions of REDCap and LimeSurvey as ours. Both are written like a formula, and differ in how an answer is named.

either  = both { ("or" | "||") both }                     the words in small or capital letters
both    = single { ("and" | "&&") single }
single  = ("not" | "!") single | side [ sign side ]
side    = "(" either ")" | literal | number | answer | name "(" [ either { "," either } ] ")"

What calculates, or looks at what no answer is, raises LogicUnreadable: the condition is left out, and says so.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from instruments.condition_parser import LONGEST, ConditionUnreadable, parse
from instruments.conditions import Condition, Number, Text, printed
from instruments.foreign.logic_terms import LogicUnreadable, Term, all_of, any_of, compared, holds, opposite

DEEPEST = 30
MOST_TOKENS = 3000

_WORDS = {"and": "and", "&&": "and", "or": "or", "||": "or", "not": "not", "!": "not"}
_SIGNS = {"=": "=", "==": "=", "<>": "!=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_SIGNS |= {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,10})?")

Answers: TypeAlias = Callable[[str], Term]
Functions: TypeAlias = Callable[[str, Sequence[Term]], Term]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a program writes conditions. ``token`` has the groups space, answer, text, number, sign, word and mark."""

    token: re.Pattern[str]
    answer: Answers
    function: Functions


def translated(text: str, dialect: Dialect) -> str:
    """The condition in our words. Raises LogicUnreadable."""
    if len(text) > 4 * LONGEST:
        raise LogicUnreadable("It is longer than a condition can be.")
    said = printed(_Reader(_tokens(text, dialect), dialect).whole())
    try:
        parse(said)
    except ConditionUnreadable as error:
        raise LogicUnreadable("It is longer, or holds other signs, than a condition can.") from error
    return said


def _tokens(text: str, dialect: Dialect) -> list[tuple[str, str]]:
    found = []
    at = 0
    while at < len(text):
        match = dialect.token.match(text, at)
        if match is None:
            raise LogicUnreadable("“%(sign)s” is not understood in it.", sign=text[at])
        kind, said = str(match.lastgroup), match.group()
        if kind in ("word", "sign") and said.lower() in _WORDS:
            kind, said = "join", _WORDS[said.lower()]
        elif kind in ("word", "sign") and said.lower() in _SIGNS:
            kind, said = "sign", _SIGNS[said.lower()]
        if kind != "space":
            found.append((kind, said))
        at = match.end()
    if len(found) > MOST_TOKENS:
        raise LogicUnreadable("It is longer than a condition can be.")
    return [*found, ("end", "")]


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[tuple[str, str]], dialect: Dialect) -> None:
        self._tokens = tokens
        self._dialect = dialect
        self._at = 0
        self._depth = 0

    def whole(self) -> Condition:
        """The condition that all of the tokens say."""
        found = holds(self._either())
        if self._tokens[self._at][0] != "end":
            raise self._unexpected()
        return found

    def _unexpected(self) -> LogicUnreadable:
        kind, said = self._tokens[self._at]
        if kind == "end":
            return LogicUnreadable("It ends too early.")
        if said in "+-*/^%":
            return LogicUnreadable("It calculates, which no condition does here.")
        return LogicUnreadable("“%(sign)s” is not understood in it.", sign=said)

    def _takes(self, kind: str, said: str = "") -> str:
        """What comes next, if it is this; else nothing is taken."""
        token = self._tokens[self._at]
        if token[0] != kind or (said and token[1] != said):
            return ""
        self._at += 1
        return token[1]

    def _either(self) -> Term:
        self._depth += 1
        if self._depth > DEEPEST:
            raise LogicUnreadable("It has too many brackets within brackets.")
        found = [self._both()]
        while self._takes("join", "or"):
            found.append(self._both())
        self._depth -= 1
        return found[0] if len(found) == 1 else any_of([holds(term) for term in found])

    def _both(self) -> Term:
        found = [self._single()]
        while self._takes("join", "and"):
            found.append(self._single())
        return found[0] if len(found) == 1 else all_of([holds(term) for term in found])

    def _single(self) -> Term:
        negations = 0
        while self._takes("join", "not"):
            negations += 1
        left = self._side()
        if negations:
            return holds(left) if negations % 2 == 0 else opposite(holds(left))
        sign = self._takes("sign")
        return compared(left, sign, self._side()) if sign else left

    def _side(self) -> Term:
        if self._takes("mark", "("):
            inner = self._either()
            self._close()
            return inner
        kind, said = self._tokens[self._at]
        self._at += kind != "end"
        match kind:
            case "answer":
                return self._dialect.answer(said)
            case "text":
                return Text(said[1:-1])
            case "number":
                return _number(said)
            case "word" if self._takes("mark", "("):
                return self._called(said, self._arguments())
        self._at -= kind != "end"
        raise self._unexpected()

    def _called(self, name: str, given: list[Term]) -> Term:
        match name.lower(), given:
            case "if", [condition, (Number(1) | Text("1")), (Number(0) | Text("0" | ""))]:
                return holds(condition)
            case "if", [condition, (Number(0) | Text("0" | "")), (Number(1) | Text("1"))]:
                return opposite(holds(condition))
            case _:
                return self._dialect.function(name, given)

    def _arguments(self) -> list[Term]:
        if self._takes("mark", ")"):
            return []
        found = [self._either()]
        while self._takes("mark", ","):
            found.append(self._either())
        self._close()
        return found

    def _close(self) -> None:
        if not self._takes("mark", ")"):
            raise self._unexpected()


def _number(said: str) -> Number:
    if not _PLAIN_NUMBER.fullmatch(said):
        raise LogicUnreadable("“%(sign)s” is not understood in it.", sign=said)
    return Number(float(said) if "." in said else int(said))
