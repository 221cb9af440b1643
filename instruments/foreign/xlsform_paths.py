"""Conditions as expressions of XLSForm: with the names that questions have in the file, and dates as dates."""

from collections.abc import Mapping
from dataclasses import dataclass

from instruments.condition_parser import ConditionUnreadable, parse
from instruments.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    CountSelected,
    Length,
    Not,
    Operand,
    Own,
    Reference,
    Selected,
    Text,
    printed,
)
from instruments.foreign.folding import NEVER
from instruments.foreign.xlsform_limits import MIRRORED
from instruments.kinds import Date, Kind


@dataclass(frozen=True, slots=True)
class Written:
    """What conditions are written with: under which name each answer stands in the file, and what kind it is of."""

    names: Mapping[Reference, str]
    kinds: Mapping[Reference, Kind]

    def expression(self, condition: str, own: Kind | None = None) -> str:
        """The expression; empty if there is no condition, or none that a file could say."""
        try:
            return self.path(parse(condition, constraint=own is not None), own) if condition else ""
        except (ConditionUnreadable, KeyError):
            return ""

    def path(self, node: Condition, own: Kind | None = None) -> str:
        """The expression of a tree. KeyError if it looks at something that is not in the file."""
        match node:
            case AllOf(parts):
                return " and ".join(self._enclosed(part, own, AnyOf, AllOf) for part in parts)
            case AnyOf(parts):
                return " or ".join(self._enclosed(part, own, AnyOf) for part in parts)
            case Not(of):
                return f"not({self.path(of, own)})"
            case Comparison(left, sign, right):
                return self._compared(left, sign, right, own)
            case Reference():
                return f"${{{self.names[node]}}}"
            case Selected(of, code):
                return printed(Selected(self._named(of), code))
            case CountSelected(of):
                return printed(CountSelected(self._named(of)))
            case Length(of):
                return printed(Length(self._named(of)))
            case _:
                return printed(node)

    def _enclosed(self, node: Condition, own: Kind | None, *enclose: type) -> str:
        said = self.path(node, own)
        return f"({said})" if isinstance(node, enclose) else said

    def _named(self, of: Reference | Own) -> Reference | Own:
        return of if isinstance(of, Own) else Reference(self.names[of])

    def _compared(self, left: Operand, sign: str, right: Operand, own: Kind | None) -> str:
        if isinstance(right, Text) and self._is_date(left, own):
            return self._dated(left, sign, right.value, own)
        if isinstance(left, Text) and self._is_date(right, own):
            if len(left.value) == 10 and sign not in ("=", "!="):
                return f"date({printed(left)}) {sign} {self.path(right, own)}"
            return self._dated(right, MIRRORED[sign], left.value, own)
        return f"{self.path(left, own)} {sign} {self.path(right, own)}"

    def _is_date(self, of: Operand, own: Kind | None) -> bool:
        kind = own if isinstance(of, Own) else self.kinds.get(of) if isinstance(of, Reference) else None
        return isinstance(kind, Date)

    def _dated(self, of: Operand, sign: str, said: str, own: Kind | None) -> str:
        """A date is compared as a date. A year or month is compared by the day on which it, or the next one, begins."""
        path = self.path(of, own)
        if not said or sign in ("=", "!=") or len(said) not in (4, 7, 10):
            return f"{path} {sign} {printed(Text(said))}"
        if len(said) == 10:
            return f"{path} {sign} date({printed(Text(said))})"
        first, following = begins(said), begins(said, following=True)
        if not following:
            return printed(NEVER)
        sign, day = {"<": ("<", first), ">=": (">=", first), "<=": ("<", following), ">": (">=", following)}[sign]
        return f"{path} {sign} date('{day}')"


def begins(said: str, *, following: bool = False) -> str:
    """The first day of a year or month, or of the one that follows; the day itself, if it is one. Empty after 9999."""
    if len(said) == 10:
        return said
    year, month = int(said[:4]), int(said[5:7] or 1)
    if following:
        year, month = (year + 1, month) if len(said) == 4 else (year + month // 12, month % 12 + 1)
    return f"{year:04}-{month:02}-01" if year <= 9999 else ""
