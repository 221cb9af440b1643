"""REDCap's branching logic and its [field] in texts, as our conditions and ``${question}``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from instruments.conditions import CountSelected, Length, Reference
from instruments.foreign.logic import Dialect, translated
from instruments.foreign.logic_terms import Asked, LogicUnreadable, Term, Ticked
from instruments.foreign.rows import Row
from instruments.kinds import Cell, Kind, MultipleChoice

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<answer>(?:\[[^\[\]]{1,200}\])+)
    |(?P<text>'[^']*'|"[^"]*")
    |(?P<number>-?[0-9]+(?:\.[0-9]+)?)
    |(?P<sign><=|>=|<>|!=|==|=|<|>|&&|\|\||!)
    |(?P<word>[A-Za-z][A-Za-z0-9_]*)
    |(?P<mark>[(),+*/^%-])""",
    re.VERBOSE,
)
_ONE = re.compile(r"\[\s*([A-Za-z][A-Za-z0-9_]*)\s*(?:\(\s*([^()]+?)\s*\))?\s*\]")
_PIPED = re.compile(r"\[([a-z][a-z0-9_]*)(?::label|:value)?\]", re.IGNORECASE)
_SMART = re.compile(r"\[[a-z]+(?:-[a-z]+)+[^\[\]]*\]|\{[a-z][a-z0-9_]*(?::icons)?\}")


@dataclass(frozen=True, slots=True)
class Known:
    """Where the answer to a field is found here; ``of`` is None where it can no longer be looked at by itself."""

    of: Reference | None
    kind: Kind | Cell | None = None
    codes: Mapping[str, str] = field(default_factory=dict)


class Fields:
    """All fields of a dictionary by their name, which REDCap reads in small or capital letters."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}
        self._dialect = Dialect(_TOKEN, self._answer, self._function)

    def know(self, variable: str, known: Known) -> None:
        """From now on, ``[variable]`` is this."""
        self._known[variable.casefold()] = known

    def condition(self, said: str, row: Row, part: str = "branching logic") -> str:
        """The condition that a cell says, empty if it says none or one that cannot be expressed; ``row`` says which."""
        if not said:
            return ""
        try:
            return translated(said, self._dialect)
        except LogicUnreadable as unreadable:
            row.loses(part, "The condition %(condition)s was left out. The next line says why.", condition=said)
            row.says(part, unreadable.sentence)
            return ""

    def _answer(self, said: str) -> Term:
        match = _ONE.fullmatch(said)
        if match is None:
            raise LogicUnreadable("%(said)s is known to REDCap only, while data are entered there.", said=said)
        known = self._known.get(match[1].casefold())
        if known is None:
            raise LogicUnreadable("There is no question “%(name)s” here to look at.", name=match[1])
        if known.of is None:
            raise LogicUnreadable("“%(name)s” is put in order with others here and has no number.", name=match[1])
        if match[2] is None:
            return Asked(known.of, known.kind, known.codes)
        if not isinstance(known.kind, MultipleChoice):
            raise LogicUnreadable("“%(name)s” has no several answers to choose from.", name=match[1])
        code = known.codes.get(match[2], match[2])
        if code not in {option.code for option in known.kind.options}:
            raise LogicUnreadable("“%(said)s” is none of the answers that can be given.", said=match[2])
        return Ticked(known.of, code, on="1", off="0")

    def text(self, said: str, row: Row, part: str) -> str:
        """A text in which [field] is the answer to that question, as ``${question}``."""

        def piped(match: re.Match[str]) -> str:
            known = self._known.get(match[1].casefold())
            if known is None:
                return match[0]
            if known.of is None or known.of.row:
                row.loses(part, "%(said)s cannot be filled in here and stands as it is. Reword it.", said=match[0])
                return match[0]
            return f"${{{known.of.question}}}"

        for smart in dict.fromkeys(_SMART.findall(said)):
            row.loses(part, "%(said)s cannot be filled in here and stands as it is. Reword it.", said=smart)
        return _PIPED.sub(piped, said)

    def _function(self, name: str, given: Sequence[Term]) -> Term:
        match name.lower(), given:
            case "length", [Asked(of)]:
                return Length(of)
            case "sum", [Ticked(of), *_]:
                known = next(known for known in self._known.values() if known.of == of)
                codes = [term.code for term in given if isinstance(term, Ticked) and term.of == of]
                # The sum of all boxes is how many were ticked; of some of them it is nothing that can be said here.
                offered = known.kind.options if isinstance(known.kind, MultipleChoice) else ()
                if codes == [option.code for option in offered] and len(codes) == len(given):
                    return CountSelected(of)
        raise LogicUnreadable("It calculates with %(name)s(), which no condition does here.", name=name)
