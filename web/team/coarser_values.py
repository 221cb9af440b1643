"""Rules that make attributes coarser, as lines that a person writes and reads: ``Site: Calgary + Alberta = Canada``."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import gettext

from exports.disclosure import Bands, LeaveOut, Merge, Rule, YearOnly

_LEFT_OUT = re.compile(r"left out|leave out|omis|laissée? de côté", re.IGNORECASE)
_YEAR = re.compile(r"year only|année seulement", re.IGNORECASE)
_BANDS = re.compile(r"(?:bands of|tranches de)\s+(\d{1,6})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Understood:
    """The rules that were read, and a sentence for every line that could not be."""

    rules: tuple[Rule, ...]
    problems: tuple[str, ...]


def lines_of(rules: Iterable[Rule]) -> str:
    """The rules as lines, each of which ``understood`` reads back."""
    return "\n".join(map(_line, rules))


def _line(rule: Rule) -> str:
    match rule:
        case LeaveOut(attribute):
            return f"{attribute}: {gettext('left out')}"
        case YearOnly(attribute):
            return f"{attribute}: {gettext('year only')}"
        case Bands(attribute, width):
            return f"{attribute}: {gettext('bands of %(width)s', width=width)}"
        case Merge(attribute, values, into):
            return f"{attribute}: {' + '.join(values)} = {into}"


def understood(
    text: str, attributes: Collection[str], values: Mapping[str, Collection[str]] = MappingProxyType({})
) -> Understood:
    """What the lines say about ``attributes``; empty lines say nothing. Of some attributes all ``values`` are known."""
    rules: list[Rule] = []
    problems: list[str] = []
    # The longest name first: an attribute may begin like another one, and may have a colon in it.
    names = sorted(attributes, key=len, reverse=True)
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name = next((name for name in names if line.strip().casefold().startswith(f"{name.casefold()}:")), None)
        if name is None:
            known = ", ".join(attributes)
            said = gettext("Line %(number)s: begin with one of the attributes and a colon: %(known)s.",
                           number=number, known=known)  # fmt: skip
            problems.append(said)
            continue
        rule = _rule(name, line.strip()[len(name) + 1 :].strip())
        if rule is None:
            said = gettext("Line %(number)s: write “left out”, “year only”, “bands of 10” or “one value + another = "
                           "new value” behind the colon.", number=number)  # fmt: skip
            problems.append(said)
        elif strange := _strange(rule, values):
            said = gettext("Line %(number)s: this does not fit the values of %(name)s, which are: %(known)s.",
                           number=number, name=name, known=", ".join(sorted(strange)))  # fmt: skip
            problems.append(said)
        else:
            rules.append(rule)
    return Understood(tuple(rules), tuple(problems))


def _strange(rule: Rule, values: Mapping[str, Collection[str]]) -> Collection[str]:
    """The known values of the attribute, if the rule makes nothing of them; none if it does, or none are known."""
    there = values.get(rule.attribute, ())
    match rule:
        case Merge(values=merged):
            fits = set(merged) <= set(there)
        case Bands():
            fits = any(value.isdecimal() for value in there)
        case YearOnly():
            fits = any(re.match(r"\d{4}-\d\d", value) for value in there)
        case _:
            fits = True
    return () if fits else there


def _rule(attribute: str, said: str) -> Rule | None:
    if _LEFT_OUT.fullmatch(said):
        return LeaveOut(attribute)
    if _YEAR.fullmatch(said):
        return YearOnly(attribute)
    if (band := _BANDS.fullmatch(said)) and int(band[1]) > 0:
        return Bands(attribute, int(band[1]))
    merged, equals, into = said.rpartition("=")
    values = tuple(value for value in (part.strip() for part in merged.split(" + ")) if value)
    return Merge(attribute, values, into.strip()) if equals and values and into.strip() else None
