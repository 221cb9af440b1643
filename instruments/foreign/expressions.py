"""From the expressions of XLSForm to conditions that mean the same here, and never to ones that mean something else.

Who reads a form says what each ``${name}`` stands for (``refer``): a question, a cell of a matrix, or, for something
that the form calculates, what it calculates. Whatever cannot be said as a condition raises Inexpressible.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from instruments.condition_parser import ConditionUnreadable, parse
from instruments.conditions import (
    SIGNS,
    Comparison,
    Condition,
    CountSelected,
    Length,
    Number,
    Own,
    Reference,
    Selected,
    Text,
    Truth,
    printed,
)
from instruments.foreign.folding import ALWAYS, NEVER, Either, Value, all_of, any_of, compared, either, holds, negated
from instruments.foreign.xpath import (
    Call,
    Inexpressible,
    Literal,
    Name,
    Numeral,
    Operation,
    Path,
    Tree,
    parts,
    read,
)

Refer: TypeAlias = Callable[[str], Value]


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may look at: names, its own answer (the dot), the columns of a row of choices."""

    refer: Refer
    own: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    recode: Callable[[Condition], Condition] = lambda found: found  # options may have other codes here than there


def condition(text: str, scope: Scope) -> Condition:
    """The condition that an expression says. Raises Inexpressible."""
    return condition_of(read(text), scope)


def condition_of(tree: Tree, scope: Scope) -> Condition:
    """The condition that a tree says, in a form that can be written down and read back. Raises Inexpressible."""
    found = scope.recode(holds(value(tree, scope)))
    try:
        parse(printed(found), constraint=scope.own)
    except ConditionUnreadable as unreadable:
        raise Inexpressible("It would be too long or too deep here.") from unreadable
    return found


def value(tree: Tree, scope: Scope) -> Value:
    """What a tree stands for. Raises Inexpressible."""
    match tree:
        case Literal(text):
            return Text(text)
        case Numeral(text):
            return _number(text)
        case Name(name, last_saved):
            if last_saved:
                raise Inexpressible("What somebody answered in an earlier record cannot be looked at here.")
            return scope.refer(name)
        case Path():
            return _path(tree, scope)
        case Call():
            return _called(tree, scope)
        case Operation():
            return _operated(tree, scope)


def _operated(of: Operation, scope: Scope) -> Value:
    if of.sign == "and":
        return all_of(holds(value(part, scope)) for part in parts(of, "and"))
    if of.sign == "or":
        return any_of(holds(value(part, scope)) for part in parts(of, "or"))
    left, right = value(of.left, scope), value(of.right, scope)
    return compared(left, of.sign, right) if of.sign in SIGNS else _calculated(of.sign, left, right)


def _number(text: str) -> Number:
    if len(text) > 17 or sum(letter.isdigit() for letter in text) > 15:
        raise Inexpressible("A number of more than 15 digits cannot be said here.")
    return Number(float(text) if "." in text else int(text))


def _path(path: Path, scope: Scope) -> Value:
    *way, last = path.steps
    if path.steps == (".",) or path.steps == ("current()",):
        if scope.own and not path.filtered:
            return Own()
        raise Inexpressible("The dot can be looked at only in a constraint here.")
    if not path.filtered and not way and last in scope.columns:
        return Text(scope.columns[last])
    # "../name" and "/data/group/name": the names of questions are known wherever they stand.
    if not path.filtered and way and last not in (".", "..", "*") and all(map(_is_step, way)):
        return scope.refer(last)
    raise Inexpressible("“%(path)s” is neither a question nor an answer that is known here.", path="/".join(path.steps))


def _is_step(step: str) -> bool:
    return step in (".", "..", "current()") or step.replace("-", "_").isidentifier()


def _called(call: Call, scope: Scope) -> Value:
    match call.name, call.arguments:
        case "date" | "date-time", (Literal(text),):
            return Text(text)
        case "string-length", () if scope.own:
            return Length(Own())
    makes = _FUNCTIONS.get((call.name, len(call.arguments)))
    if makes is None:
        raise Inexpressible("“%(name)s()” cannot be said here.", name=call.name)
    return makes(*(value(argument, scope) for argument in call.arguments))


def _same(found: Value) -> Value:
    """A number or text made of an answer compares as the answer does."""
    if isinstance(found, Reference | Own | Text | Number):
        return found
    raise Inexpressible("A calculation cannot be said here.")


def _answer(found: Value) -> Reference | Own:
    if isinstance(found, Reference | Own):
        return found
    raise Inexpressible("Only the answer to a question can be looked at like this here.")


def _selected(of: Value, code: Value) -> Condition:
    if isinstance(of, Either):
        return holds(either(of.condition, _selected(of.then, code), _selected(of.otherwise, code)))
    if isinstance(of, Reference | Own) and isinstance(code, Text):
        return Selected(of, code.value.strip())
    if isinstance(of, Reference | Own) and isinstance(code, Number):
        return Selected(of, printed(code))
    if isinstance(of, Text) and isinstance(code, Text):
        return Truth(code.value in of.value.split())
    if isinstance(of, Text) and isinstance(code, Reference | Own) and of.value.split():
        return any_of(Comparison(code, "=", Text(word)) for word in of.value.split())
    raise Inexpressible("An option can be compared only with a fixed code here.")


_FUNCTIONS: Mapping[tuple[str, int], Callable[..., Value]] = {
    ("true", 0): lambda: ALWAYS,
    ("false", 0): lambda: NEVER,
    ("not", 1): lambda of: negated(holds(of)),
    ("boolean", 1): holds,
    ("number", 1): _same,
    ("string", 1): _same,
    ("selected", 2): _selected,
    ("count-selected", 1): lambda of: CountSelected(_answer(of)),
    ("string-length", 1): lambda of: Length(_answer(of)),
    ("if", 3): lambda of, then, otherwise: either(holds(of), then, otherwise),
}


def _calculated(sign: str, left: Value, right: Value) -> Number:
    """A sum of two fixed numbers, such as the one before a minus; answers cannot be calculated with."""
    if not (isinstance(left, Number) and isinstance(right, Number)):
        raise Inexpressible("It calculates with answers, which cannot be done here.")
    one, other = left.value, right.value
    match sign:
        case "+":
            return _number_of(one + other)
        case "-":
            return _number_of(one - other)
        case "*":
            return _number_of(one * other)
    if not other:
        raise Inexpressible("It divides by zero.")
    return _number_of(one / other if sign == "div" else one % other)


def _number_of(found: int | float) -> Number:
    if isinstance(found, float) and found.is_integer() and abs(found) < 10**15:
        found = int(found)
    if sum(letter.isdigit() for letter in printed(Number(found))) > 15:
        raise Inexpressible("A number of more than 15 digits cannot be said here.")
    return Number(found)
