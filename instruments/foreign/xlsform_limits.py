"""From the constraint of an XLSForm to the limits of a kind of question, and to a condition for what is left of it.

``. >= 0 and . <= 120`` are the limits of a number, ``. <= today()`` that of a date, ``regex(., '…')`` a pattern. What
the form's author wrote for people who miss a constraint is shown only with a condition, so where there is a message,
limits stay a condition, unless there is a pattern or another condition to show it with.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal as OneOf

import msgspec

from instruments.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    CountSelected,
    Length,
    Not,
    Number,
    Own,
    Selected,
    Text,
    printed,
)
from instruments.foreign.expressions import Scope, condition_of
from instruments.foreign.folding import ALWAYS, all_of
from instruments.foreign.xpath import OWN, Call, Inexpressible, Literal, Operation, Tree, parts, read
from instruments.kinds import TODAY, Date, Kind, LongText, MultipleChoice, ShortText
from instruments.kinds import Number as NumberKind
from instruments.patterns import PatternUnreadable, pattern
from instruments.reading_dates import is_date
from instruments.sentences import Sentence

MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_DECIMALS = re.compile(r"\^-\?\[0-9\]\+\(\\\.\[0-9\]\{1,([1-9])\}\)\?\$")
# Roughly what this program takes for an address; written as a pattern, and known again by it.
FORMATS: Mapping[str, OneOf["email", "phone", "web"]] = {
    r"[^@\s]+@[^@\s]+\.[^@\s.]+": "email",
    r"[+]?[0-9 ()./-]{5,30}": "phone",
    r"https?://\S+": "web",
}
_NOW = (Call("today", ()), Call("now", ()))


@dataclass(frozen=True, slots=True)
class Limited:
    """A kind with its limits, the condition that is left, and what could not be said."""

    kind: Kind
    constraint: str = ""
    lost: tuple[Sentence, ...] = ()
    notices: tuple[Sentence, ...] = field(default=())
    shows_message: bool = False


def limited(kind: Kind, text: str, scope: Scope, *, message: bool) -> Limited:
    """What the constraint ``text`` says of answers of this kind."""
    try:
        trees = parts(read(text), "and")
    except Inexpressible as why:
        return Limited(kind, lost=(why.said,))
    found = Limited(kind)
    conditions: list[Condition] = []
    for tree in trees:
        try:
            special = _special(found, tree)
            if special is not None:
                found = special
            else:
                conditions.append(condition_of(tree, scope))
        except Inexpressible as why:
            found = replace(found, lost=(*found.lost, why.said))
    left, kept = found.kind, list(conditions)
    patterned = isinstance(left, ShortText) and bool(left.pattern)
    only_limits = all(_narrowed(found.kind, one) is not None for one in conditions)
    if patterned or not (message and only_limits):
        left, kept = _narrow(found.kind, conditions)
    whole = all_of(kept)
    constraint = "" if whole == ALWAYS else printed(whole)
    return replace(found, kind=left, constraint=constraint, shows_message=bool(constraint) or patterned)


def _special(found: Limited, tree: Tree) -> Limited | None:
    """A pattern, or a limit that is today; neither can be a condition."""
    if isinstance(tree, Call) and tree.name == "regex":
        return _patterned(found, tree)
    if isinstance(tree, Operation) and isinstance(found.kind, Date):
        sign, left, right = tree.sign, tree.left, tree.right
        if left in _NOW and right == OWN:
            sign, left, right = MIRRORED.get(sign, ""), right, left
        if left == OWN and right in _NOW and sign in ("<", "<=", ">", ">="):
            place: OneOf["latest", "earliest"] = "latest" if "<" in sign else "earliest"
            notices = found.notices if "=" in sign else (*found.notices, _TODAY_TOO)
            kind = msgspec.structs.replace(found.kind, **{place: TODAY})
            return replace(found, kind=kind, notices=notices)
    return None


_TODAY_TOO = Sentence("A date may also be today's here; there it may not.")


def _patterned(found: Limited, call: Call) -> Limited:
    match call.arguments:
        case (of, Literal(said)) if of == OWN and said:
            pass
        case _:
            raise Inexpressible("A pattern can be matched only against the answer itself here.")
    if isinstance(found.kind, NumberKind) and (decimals := _DECIMALS.fullmatch(said)):
        return replace(found, kind=msgspec.structs.replace(found.kind, decimals=int(decimals[1])))
    if isinstance(found.kind, ShortText) and said in FORMATS and not found.kind.format:
        return replace(found, kind=msgspec.structs.replace(found.kind, format=FORMATS[said]))
    if not isinstance(found.kind, ShortText) or found.kind.pattern:
        raise Inexpressible("A short text can have one pattern here, and no other question can.")
    try:
        pattern(said)
    except PatternUnreadable as unreadable:
        refusal = Inexpressible("The pattern “%(pattern)s” cannot be used here.", pattern=said[:100])
        return replace(found, lost=(*found.lost, refusal.said, unreadable.problem))
    return replace(found, kind=msgspec.structs.replace(found.kind, pattern=said))


def decimals_pattern(decimals: int) -> str:
    """The pattern that says in an XLSForm how many decimals a number may have."""
    return rf"^-?[0-9]+(\.[0-9]{{1,{decimals}}})?$"


def _narrow(kind: Kind, conditions: list[Condition]) -> tuple[Kind, list[Condition]]:
    """The kind with all limits that the conditions are, and the conditions that are none."""
    kept = []
    # Which options stand alone has to be known before "at least two, or one of those".
    for condition in sorted(conditions, key=lambda one: not isinstance(one, Not)):
        narrowed = _narrowed(kind, condition)
        if narrowed is None:
            kept.append(condition)
        else:
            kind = narrowed
    return kind, [condition for condition in conditions if condition in kept]


def _narrowed(kind: Kind, condition: Condition) -> Kind | None:
    """The kind with the limit that the condition is; None if it is none, or the kind has that limit already."""
    match kind:
        case NumberKind():
            return _narrowed_number(kind, condition)
        case Date():
            return _narrowed_date(kind, condition)
        case ShortText() | LongText():
            return _narrowed_text(kind, condition)
        case MultipleChoice():
            return _narrowed_choice(kind, condition)
        case _:
            return None


def _bound(condition: Condition, of: Condition) -> tuple[str, int | float | str] | None:
    """The sign and the value that ``of`` is compared with, whichever of the two stands first."""
    if not isinstance(condition, Comparison):
        return None
    left, sign, right = condition.left, condition.sign, condition.right
    if right == of:
        left, sign, right = right, MIRRORED[sign], left
    if left != of or not isinstance(right, Number | Text):
        return None
    return sign, right.value


def _narrowed_number(kind: NumberKind, condition: Condition) -> Kind | None:
    sign, limit = _bound(condition, Own()) or ("", "")
    if isinstance(limit, str) or abs(limit) >= 10**15:
        return None
    if sign in (">", "<") and kind.decimals == 0:
        limit = math.floor(limit) + 1 if sign == ">" else math.ceil(limit) - 1
        sign += "="
    if sign == ">=" and kind.least is None:
        return msgspec.structs.replace(kind, least=limit)
    if sign == "<=" and kind.most is None:
        return msgspec.structs.replace(kind, most=limit)
    return None


def _narrowed_date(kind: Date, condition: Condition) -> Kind | None:
    sign, said = _bound(condition, Own()) or ("", "")
    if not isinstance(said, str) or len(said) != 10 or not is_date(said):
        return None
    limit = date.fromisoformat(said)
    if sign in (">", "<") and date.min < limit < date.max:
        limit += timedelta(days=1 if sign == ">" else -1)
        sign += "="
    if sign == ">=" and not kind.earliest:
        return msgspec.structs.replace(kind, earliest=limit.isoformat())
    if sign == "<=" and not kind.latest:
        return msgspec.structs.replace(kind, latest=limit.isoformat())
    return None


def _whole(condition: Condition, of: Condition) -> tuple[str, int] | None:
    """A comparison with a whole number, as ``<=``, ``>=`` or ``=``."""
    sign, limit = _bound(condition, of) or ("", "")
    if not isinstance(limit, int) or not 0 <= limit <= 50_000:
        return None
    if sign in (">", "<"):
        return f"{sign}=", limit + (1 if sign == ">" else -1)
    return sign, limit


def _narrowed_text(kind: ShortText | LongText, condition: Condition) -> Kind | None:
    found = _whole(condition, Length(Own()))
    if found is None:
        return None
    sign, limit = found
    if sign == ">=" and not kind.shortest and limit <= kind.longest:
        return msgspec.structs.replace(kind, shortest=limit)
    if sign == "<=" and 1 <= limit <= kind.longest and limit >= kind.shortest:
        return msgspec.structs.replace(kind, longest=limit)
    if sign == "=" and not kind.shortest and 1 <= limit <= kind.longest:
        return msgspec.structs.replace(kind, shortest=limit, longest=limit)
    return None


def _narrowed_choice(kind: MultipleChoice, condition: Condition) -> Kind | None:
    alone = _alone(condition)
    if alone:
        return _with_exclusive(kind, alone)
    exclusive = {option.code for option in kind.options if option.exclusive}
    if isinstance(condition, AnyOf):
        condition, *others = condition.parts
        if not all(isinstance(other, Selected) and other.of == Own() and other.code in exclusive for other in others):
            return None
    found = _whole(condition, CountSelected(Own()))
    if found is None:
        return None
    sign, limit = found
    if sign == ">=" and not kind.at_least and limit <= len(kind.options) - len(exclusive):
        return msgspec.structs.replace(kind, at_least=limit)
    if sign == "<=" and kind.at_most is None and limit >= 1:
        return msgspec.structs.replace(kind, at_most=limit)
    return None


def _with_exclusive(kind: MultipleChoice, code: str) -> Kind | None:
    if code not in {option.code for option in kind.options}:
        return None
    options = tuple(
        msgspec.structs.replace(option, exclusive=True) if option.code == code else option for option in kind.options
    )
    return msgspec.structs.replace(kind, options=options)


def _alone(condition: Condition) -> str:
    """The option that goes with no other, if that is what the condition says; else nothing."""
    count = CountSelected(Own())
    counts: tuple[tuple[str, int], ...]
    match condition:
        case Not(AllOf((one, other))):
            pairs, counts, negative = ((one, other), (other, one)), ((">=", 2),), False
        case AnyOf((one, other)):
            pairs, counts, negative = ((one, other), (other, one)), (("=", 1), ("<=", 1)), True
        case _:
            return ""
    for chosen, number in pairs:
        option = chosen.of if isinstance(chosen, Not) and negative else chosen
        if (
            isinstance(option, Selected)
            and isinstance(chosen, Not) == negative
            and option.of == Own()
            and _whole(number, count) in counts
        ):
            return option.code
    return ""
