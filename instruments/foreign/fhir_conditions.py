"""Our conditions as FHIR's enableWhen: comparisons of which all or any have to hold.

A condition becomes clauses (any comparison of each clause holds, and all clauses do). A clause of one comparison stands
at the question; one of several stands at a group around it, so that "all of these, and any of those" can be said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from instruments.condition_parser import ConditionUnreadable, parse
from instruments.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    CountSelected,
    Not,
    Number,
    Reference,
    Selected,
    Text,
    Truth,
)
from instruments.foreign.logic_terms import opposite
from instruments.kinds import (
    Cell,
    Date,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Rank,
    Scale,
    ShortText,
    SingleChoice,
    YesNo,
)
from instruments.kinds import Number as Digits

MOST_CLAUSES = 20

When: TypeAlias = dict[str, object]
Clause: TypeAlias = list[When]

_MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_CONTRARY = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class _CannotBeSaid(Exception):
    """FHIR R4 has no comparison for this."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The item that asks for an answer, and the kind of answer."""

    link: str
    kind: Kind | Cell


Items: TypeAlias = Mapping[tuple[str, str], Asked]  # by question and row


def clauses_of(condition: str, items: Items) -> list[Clause] | None:
    """The clauses of a condition, none if it always holds; None if it cannot be said."""
    try:
        found = _all(parse(condition), items) if condition else []
    except (ConditionUnreadable, _CannotBeSaid):
        return None
    return found if len(found) <= MOST_CLAUSES else None


def _all(node: Condition, items: Items) -> list[Clause]:
    match node:
        case AllOf(parts):
            return [clause for part in parts for clause in _all(part, items)]
        case AnyOf(parts):
            return _any([_all(part, items) for part in parts])
        case Not(AllOf(parts)):
            return _all(AnyOf(tuple(opposite(part) for part in parts)), items)
        case Not(AnyOf(parts)):
            return _all(AllOf(tuple(opposite(part) for part in parts)), items)
        case Not(of):
            return _denied(of, items)
        case Truth(value):
            return [] if value else [[]]
        case Selected(Reference() as of, code):
            return [[_chosen(of, code, "=", items)]]
        case Comparison():
            return _compared(node, items)
        case Reference():
            return _compared(Comparison(node, "!=", Text("")), items)
        case _:
            raise _CannotBeSaid


def _any(parts: list[list[Clause]]) -> list[Clause]:
    """One clause of each part joined with one of each other: "any" of clauses, as clauses of which all hold."""
    found: list[Clause] = [[]]
    for clauses in parts:
        found = [[*begun, *clause] for begun in found for clause in clauses]
        if len(found) > MOST_CLAUSES:
            raise _CannotBeSaid
    # A part that always holds has no clauses, and then there is nothing left to ask for.
    return found


def _denied(node: Condition, items: Items) -> list[Clause]:
    match node:
        case Selected(Reference() as of, code):
            return [[_chosen(of, code, "!=", items)]]
        case Comparison(left, ("=" | "!=") as sign, right):
            return _compared(Comparison(left, "!=" if sign == "=" else "=", right), items)
        case Comparison(Reference() as of, sign, Number() as right):
            # No answer is neither less nor more, so "not less" holds for it as well.
            return [
                [_exists(of, items, wanted=False), *_only(_compared(Comparison(of, _CONTRARY[sign], right), items))]
            ]
        case Not(of):
            return _all(of, items)
        case Truth(value):
            return _all(Truth(value=not value), items)
        case Reference():
            return _compared(Comparison(node, "=", Text("")), items)
        case _:
            raise _CannotBeSaid


def _only(clauses: list[Clause]) -> Clause:
    return clauses[0]


def _item(of: Reference, items: Items) -> Asked:
    found = items.get((of.question, of.row))
    if found is None:
        raise _CannotBeSaid
    return found


def _exists(of: Reference, items: Items, *, wanted: bool) -> When:
    return {"question": _item(of, items).link, "operator": "exists", "answerBoolean": wanted}


def _chosen(of: Reference, code: str, operator: str, items: Items) -> When:
    asked = _item(of, items)
    if isinstance(asked.kind, YesNo):
        return {"question": asked.link, "operator": operator, "answerBoolean": _yes(code)}
    if not isinstance(asked.kind, SingleChoice | MultipleChoice | Rank):
        raise _CannotBeSaid
    return {"question": asked.link, "operator": operator, "answerCoding": {"code": code}}


def _yes(code: str) -> bool:
    if code not in ("yes", "no"):
        raise _CannotBeSaid
    return code == "yes"


def _compared(node: Comparison, items: Items) -> list[Clause]:
    left, sign, right = node.left, node.sign, node.right
    if not isinstance(left, Reference | CountSelected):
        left, sign, right = right, _MIRRORED[sign], left
    match left, right:
        case CountSelected(Reference() as of), Number(0) if sign in ("=", ">", "!="):
            return [[_exists(of, items, wanted=sign != "=")]]
        case CountSelected(Reference() as of), Number(1) if sign == ">=":
            return [[_exists(of, items, wanted=True)]]
        case Reference() as of, Text("") if sign in ("=", "!="):
            return [[_exists(of, items, wanted=sign == "!=")]]
        case Reference() as of, Text() | Number() as literal:
            return [
                [{"question": _item(of, items).link, "operator": sign} | _answer(_item(of, items).kind, sign, literal)]
            ]
        case _:
            raise _CannotBeSaid


def _answer(kind: Kind | Cell, sign: str, literal: Text | Number) -> When:
    """What an answer of this kind is compared with."""
    equal = sign in ("=", "!=")
    value = literal.value
    match kind:
        case YesNo() if equal:
            return {"answerBoolean": _yes(str(value))}
        case SingleChoice() if equal:
            return {"answerCoding": {"code": str(value)}}
        case Scale() | Digits() if isinstance(value, int | float):
            whole = isinstance(kind, Scale) or not kind.decimals
            if whole and value != int(value):
                raise _CannotBeSaid
            return {"answerInteger": int(value)} if whole else {"answerDecimal": value}
        case Date() if isinstance(value, str):
            return {"answerDate": value}
        case ShortText(format="") | LongText() if equal and isinstance(value, str):
            return {"answerString": value}
        case _:
            raise _CannotBeSaid


def items_of(link: str, question: str, kind: Kind) -> dict[tuple[str, str], Asked]:
    """The items in which the answer to a question, or to each of its rows, is found."""
    if isinstance(kind, Matrix):
        return {(question, row.id): Asked(f"{link}.{row.id}", kind.each) for row in kind.rows}
    return {(question, ""): Asked(link, kind)}
