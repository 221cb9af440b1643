"""Putting conditions together so that what always or never holds is seen, and what is calculated is written out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from instruments.conditions import AllOf, AnyOf, Comparison, Condition, Not, Number, Operand, Text, Truth, evaluate
from instruments.foreign.xpath import Inexpressible

ALWAYS, NEVER = Truth(value=True), Truth(value=False)


@dataclass(frozen=True, slots=True)
class Either:
    """``if(condition, then, otherwise)``: what a form calculates may be one of two things."""

    condition: Condition
    then: "Value"
    otherwise: "Value"


Value: TypeAlias = Condition | Either


def compared(left: Value, sign: str, right: Value) -> Condition:
    """What ``left sign right`` says. Each of the two may be something that is calculated."""
    if isinstance(left, Either):
        return holds(either(left.condition, compared(left.then, sign, right), compared(left.otherwise, sign, right)))
    if isinstance(right, Either):
        return holds(either(right.condition, compared(left, sign, right.then), compared(left, sign, right.otherwise)))
    if isinstance(left, Operand) and isinstance(right, Operand):
        found = Comparison(left, sign, right)
        fixed = isinstance(left, Text | Number) and isinstance(right, Text | Number)
        return Truth(evaluate(found, {})) if fixed else found
    if sign not in ("=", "!="):
        raise Inexpressible("Whether something holds can be compared only with true() or false() here.")
    of, said = (right, left) if isinstance(left, Truth | Number) else (left, right)
    same = _truth(said) == (sign == "=")
    return holds(of) if same else negated(holds(of))


def _truth(found: Value) -> bool:
    if isinstance(found, Truth):
        return found.value
    if isinstance(found, Number):
        return found.value != 0
    raise Inexpressible("Whether something holds can be compared only with true() or false() here.")


def holds(found: Value) -> Condition:
    """A value where a condition is needed."""
    if isinstance(found, Text | Number):
        return Truth(found.value not in ("", 0))
    if isinstance(found, Either):
        then, otherwise = holds(found.then), holds(found.otherwise)
        return any_of((all_of((found.condition, then)), all_of((negated(found.condition), otherwise))))
    return found


def either(of: Condition, then: Value, otherwise: Value) -> Value:
    """One of two values, or the one that it always is."""
    if isinstance(of, Truth):
        return then if of.value else otherwise
    return then if then == otherwise else Either(of, then, otherwise)


def negated(of: Condition) -> Condition:
    """The opposite of a condition."""
    if isinstance(of, Truth):
        return Truth(not of.value)
    return of.of if isinstance(of, Not) else Not(of)


def all_of(found: Iterable[Condition]) -> Condition:
    """All of the conditions; those that always hold are left out."""
    kept = _flat(found, AllOf)
    if NEVER in kept:
        return NEVER
    kept = [part for part in kept if part != ALWAYS]
    if not kept:
        return ALWAYS
    return kept[0] if len(kept) == 1 else AllOf(tuple(kept))


def any_of(found: Iterable[Condition]) -> Condition:
    """Any of the conditions; those that never hold are left out."""
    kept = _flat(found, AnyOf)
    if ALWAYS in kept:
        return ALWAYS
    kept = [part for part in kept if part != NEVER]
    if not kept:
        return NEVER
    return kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def _flat(found: Iterable[Condition], kind: type[AllOf] | type[AnyOf]) -> list[Condition]:
    flat = [inner for part in found for inner in (part.parts if isinstance(part, kind) else (part,))]
    return list(dict.fromkeys(flat))
