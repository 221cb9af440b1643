"""LimeSurvey's relevance equations and its {answer} in texts, as our conditions and ``${question}``.

An answer is named by its question's code (Q1), with the code of a line or option behind it (Q1_SQ001), or by numbers
(12X3X45SQ001). What is behind a point (.NAOK) only says how what was not asked counts, which it never does here.
"""

import re
from collections.abc import Sequence

from instruments.conditions import CountSelected, Length, Not, Selected, Text
from instruments.foreign.logic import Dialect, translated
from instruments.foreign.logic_terms import Asked, LogicUnreadable, Term, Ticked, compared
from instruments.foreign.rows import Row
from instruments.kinds import MultipleChoice, Rank

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>'[^']*'|"[^"]*")
    |(?P<word>(?i:and|or|not|eq|ne|lt|le|gt|ge)\b(?!\.)|[A-Za-z_][A-Za-z0-9_]*(?=\s*\())
    |(?P<answer>[0-9]+X[0-9]+X[0-9]+[A-Za-z0-9_\#]*(?:\.[A-Za-z]+)*|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
    |(?P<number>-?[0-9]+(?:\.[0-9]+)?)
    |(?P<sign><=|>=|!=|==|=|<|>|&&|\|\||!)
    |(?P<mark>[(),+*/^%.?:-])""",
    re.VERBOSE,
)
_ENDS = ("NAOK", "shown", "value", "code", "valueNAOK")
_BRACES = re.compile(r"\{([^{}\s][^{}]*)\}")
_INSERTED = re.compile(r"INSERTANS:\s*", re.IGNORECASE)
NOTHING = frozenset(("", "1"))  # what stands for "always"


class Answers:
    """Everything that an equation can look at, by each of its names."""

    def __init__(self) -> None:
        self._known: dict[str, Term | None] = {}
        self._dialect = Dialect(_TOKEN, self._answer, _function)

    def know(self, names: Sequence[str], term: Term | None) -> None:
        """From now on, each of the names is this; None where it can no longer be looked at by itself."""
        for name in names:
            self._known.setdefault(name, term)

    def find(self, name: str) -> Term | None:
        """What a name stands for, if anything that can be looked at."""
        return self._known.get(name)

    def condition(self, said: str, row: Row, part: str = "relevance equation") -> str:
        """The condition that an equation says; empty if it says none or one that cannot be expressed, and then
        ``row`` says which."""
        said = said.strip()
        bare = said[1:-1].strip() if said.startswith("{") and said.endswith("}") else said
        if bare in NOTHING:
            return ""
        try:
            return translated(bare, self._dialect)
        except LogicUnreadable as unreadable:
            row.loses(part, "The condition %(condition)s was left out. The next line says why.", condition=said)
            row.says(part, unreadable.sentence)
            return ""

    def _answer(self, said: str) -> Term:
        name, *ends = said.split(".")
        if name in ("that", "self", "this") and ends:
            name, *ends = ends
        if name not in self._known:
            raise LogicUnreadable("There is no question “%(name)s” here to look at.", name=name)
        term = self._known[name]
        if term is None or any(end not in _ENDS for end in ends):
            raise LogicUnreadable("%(said)s is known to LimeSurvey only.", said=said)
        return term

    def text(self, said: str, lost: list[str]) -> str:
        """A text in which {answer} is ``${question}``; what else stands in braces stays and goes into ``lost``."""

        def piped(match: re.Match[str]) -> str:
            name, *ends = _INSERTED.sub("", match[1]).split(".")
            term = self._known.get(name)
            if isinstance(term, Asked) and not term.of.row and all(end in _ENDS for end in ends):
                return f"${{{term.of.question}}}"
            if match[0] not in lost:
                lost.append(match[0])
            return match[0]

        return _BRACES.sub(piped, said)


def _function(name: str, given: Sequence[Term]) -> Term:
    match name.lower(), given:
        case "is_empty" | "empty", [Asked() as asked]:
            return compared(asked, "=", Text(""))
        case "is_empty" | "empty", [Ticked(of, code)]:
            return Not(Selected(of, code))
        case "trim" | "intval" | "floatval", [one]:
            return one
        case "strlen", [Asked(of)]:
            return Length(of)
        case "count", [Asked(of, MultipleChoice() | Rank())]:
            return CountSelected(of)
        case "count", [Ticked(), *_]:
            raise LogicUnreadable("It counts some of the options, and here only all of them can be counted.")
    raise LogicUnreadable("It calculates with %(name)s(), which no condition does here.", name=name)
