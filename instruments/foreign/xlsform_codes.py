"""Conditions that name an option by what the form calls it, with the code that the option has here."""

from collections.abc import Callable
from typing import TypeAlias

from instruments.conditions import AllOf, AnyOf, Comparison, Condition, Not, Operand, Own, Reference, Selected, Text
from instruments.foreign.folding import ALWAYS, NEVER, all_of, any_of, negated
from instruments.foreign.xlsform_lists import ChoiceList

# Which choices the answer is one of; None if it is not chosen from a list.
Chosen: TypeAlias = Callable[[Reference | Own], ChoiceList | None]


def recoded(condition: Condition, chosen: Chosen) -> Condition:
    """The condition with the codes that options have here.

    An answer is never equal to what is none of its choices, so such a part is written out as that. Where that would
    be all there is to say, it is kept as it stands: then it is a mistake that somebody has to see.
    """
    sure = _recoded(condition, chosen, sure=True)
    return _recoded(condition, chosen, sure=False) if sure in (ALWAYS, NEVER) else sure


def _recoded(node: Condition, chosen: Chosen, *, sure: bool) -> Condition:
    match node:
        case AllOf(parts):
            return all_of(_recoded(part, chosen, sure=sure) for part in parts)
        case AnyOf(parts):
            return any_of(_recoded(part, chosen, sure=sure) for part in parts)
        case Not(of):
            return negated(_recoded(of, chosen, sure=sure))
        case Selected(of, code):
            known = _code(of, code, chosen)
            return NEVER if known is None and sure else Selected(of, code if known is None else known)
        case Comparison(left, sign, right):
            return _compared(left, sign, right, chosen, sure=sure)
        case _:
            return node


def _compared(left: Operand, sign: str, right: Operand, chosen: Chosen, *, sure: bool) -> Condition:
    if isinstance(left, Text) and isinstance(right, Reference | Own):
        known = _code(right, left.value, chosen)
        if known is not None:
            return Comparison(Text(known), sign, right)
    elif isinstance(right, Text) and isinstance(left, Reference | Own):
        known = _code(left, right.value, chosen)
        if known is not None:
            return Comparison(left, sign, Text(known))
    else:
        return Comparison(left, sign, right)
    if sure and sign in ("=", "!="):
        return NEVER if sign == "=" else ALWAYS
    return Comparison(left, sign, right)


def _code(of: Reference | Own, said: str, chosen: Chosen) -> str | None:
    """What the option is called here; None if there is no such option to choose."""
    choices = chosen(of)
    if choices is None or said == "":
        return said
    return choices.codes.get(said, said if " " in said else None)  # several may be chosen at once
