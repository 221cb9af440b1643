"""Our conditions as REDCap's branching logic. What REDCap cannot say is None, and the question is then always shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from instruments.condition_parser import ConditionUnreadable, parse
from instruments.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    CountSelected,
    Length,
    Not,
    Number,
    Operand,
    Own,
    Reference,
    Selected,
    Text,
    Truth,
)
from instruments.foreign.logic_terms import opposite
from instruments.kinds import Cell, Kind, MultipleChoice, SingleChoice, YesNo

_CONTRARY = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_YES_NO = {"yes": "1", "no": "0"}


@dataclass(frozen=True, slots=True)
class Column:
    """The field in which an answer is there, and the kind of answer."""

    variable: str
    kind: Kind | Cell
    codes: Mapping[str, str] = field(default_factory=dict)  # what our values are called there, where otherwise


Columns = Mapping[tuple[str, str], Column]  # by question and row


class _CannotBeSaid(Exception):
    """REDCap has no way to write this."""


def logic_of(condition: str, columns: Columns) -> str | None:
    """The condition as REDCap writes it; empty if there is none."""
    if not condition:
        return ""
    try:
        return _said(parse(condition), columns)
    except (ConditionUnreadable, _CannotBeSaid):
        return None


def _said(node: Condition, columns: Columns) -> str:
    match node:
        case AllOf(parts):
            return " and ".join(_enclosed(part, columns, AnyOf) for part in parts)
        case AnyOf(parts):
            return " or ".join(_enclosed(part, columns, AllOf) for part in parts)
        case Not(of):
            return _denied(of, columns)
        case Selected(of, code):
            return _selected(of, code, columns, chosen=True)
        case Comparison(left, sign, right):
            return _compared(left, sign, right, columns)
        case Truth(value):
            return "1 = 1" if value else "1 = 0"
        case Reference():
            return f"{_operand(node, columns)} <> ''"
        case _:
            raise _CannotBeSaid


def _enclosed(node: Condition, columns: Columns, kind: type) -> str:
    said = _said(node, columns)
    return f"({said})" if isinstance(node, kind) or " or " in said else said


def _denied(node: Condition, columns: Columns) -> str:
    """What holds where a condition does not: REDCap has no word for "not"."""
    match node:
        case AllOf(parts):
            return _said(AnyOf(tuple(opposite(part) for part in parts)), columns)
        case AnyOf(parts):
            return _said(AllOf(tuple(opposite(part) for part in parts)), columns)
        case Selected(of, code):
            return _selected(of, code, columns, chosen=False)
        case Comparison(Reference() as left, ("<" | "<=" | ">" | ">=") as sign, (Number() | Text()) as right):
            # No answer is neither less nor more, so "not less" holds for it as well.
            return f"({_compared(left, _CONTRARY[sign], right, columns)} or {_operand(left, columns)} = '')"
        case Comparison(left, ("=" | "!=") as sign, right):
            return _compared(left, "!=" if sign == "=" else "=", right, columns)
        case Truth(value):
            return _said(Truth(value=not value), columns)
        case Reference():
            return f"{_operand(node, columns)} = ''"
        case _:
            raise _CannotBeSaid


def _column(of: Reference | Own, columns: Columns) -> Column:
    found = None if isinstance(of, Own) else columns.get((of.question, of.row))
    if found is None:
        raise _CannotBeSaid
    return found


def _selected(of: Reference | Own, code: str, columns: Columns, *, chosen: bool) -> str:
    column = _column(of, columns)
    if isinstance(column.kind, MultipleChoice):
        return f"[{column.variable}({code})] = '{'1' if chosen else '0'}'"
    return f"[{column.variable}] {'=' if chosen else '<>'} {_literal(Text(code), column)}"


def _compared(left: Operand, sign: str, right: Operand, columns: Columns) -> str:
    sides = []
    for side, other in ((left, right), (right, left)):
        if isinstance(side, Text | Number):
            column = _column(other, columns) if isinstance(other, Reference) else None
            sides.append(_literal(side, column))
        else:
            sides.append(_operand(side, columns))
    return f"{sides[0]} {'<>' if sign == '!=' else sign} {sides[1]}"


def _operand(node: Operand, columns: Columns) -> str:
    match node:
        case Reference():
            column = _column(node, columns)
            if isinstance(column.kind, MultipleChoice):
                raise _CannotBeSaid
            return f"[{column.variable}]"
        case CountSelected(of):
            column = _column(of, columns)
            if not isinstance(column.kind, MultipleChoice):
                raise _CannotBeSaid
            return f"sum({', '.join(f'[{column.variable}({one.code})]' for one in column.kind.options)})"
        case Length(of):
            return f"length({_operand(_reference(of), columns)})"
        case _:
            raise _CannotBeSaid


def _reference(of: Reference | Own) -> Reference:
    if isinstance(of, Own):
        raise _CannotBeSaid
    return of


def _literal(literal: Text | Number, column: Column | None) -> str:
    value = str(literal.value)
    if column is not None and isinstance(column.kind, YesNo) and value:
        if value not in _YES_NO:
            raise _CannotBeSaid
        return f"'{_YES_NO[value]}'"
    if isinstance(literal, Number) and not (column and isinstance(column.kind, SingleChoice)):
        return value
    if "'" in value and '"' in value:
        raise _CannotBeSaid
    return f'"{value}"' if "'" in value else f"'{value}'"
