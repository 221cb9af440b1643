"""What stands beside the fields of a question: their names, the sentences under them, and which kind has which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args, get_origin

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from instruments.definition import Question
from instruments.kinds import Matrix, Value
from instruments.sentences import Texts
from web.team.kinds_in_words import FORMATS, KINDS, PRECISIONS
from web.team.question_fields import CELLS, Fields, fields_of, hints, indexes, one, parts_of

LABELS = {
    "id": _l("Name in the data"),
    "kind": _l("Kind of answer"),
    "each": _l("Asked of each row"),
    "label": _l("What is asked"),
    "help": _l("Help under it"),
    "notes": _l("To the interviewer"),
    "message": _l("What to do when an answer is not taken"),
    "required": _l("Has to be answered"),
    "may_decline": _l("May be declined: “I prefer not to answer this”"),
    "identifying": _l("Says who somebody is: kept with names and contacts, apart from answers"),
    "new_page": _l("Begins a page"),
    "constraint": _l("Taken only if"),
    "relevant": _l("Asked"),
    "shortest": _l("At least so many characters"),
    "longest": _l("At most so many characters"),
    "format": _l("Format"),
    "pattern": _l("Pattern that the whole answer matches"),
    "at_least": _l("Choose at least"),
    "at_most": _l("Choose at most"),
    "unit": _l("Unit"),
    "least": _l("Lowest"),
    "most": _l("Highest"),
    "decimals": _l("Digits after the point"),
    "precision": _l("As precise as"),
    "earliest": _l("Earliest"),
    "latest": _l("Latest"),
    "first": _l("First point"),
    "last": _l("Last point"),
    "step": _l("From point to point"),
    "low": _l("Name of the lowest point"),
    "middle": _l("Name of the middle"),
    "high": _l("Name of the highest point"),
    "top": _l("Only so many places"),
    "code": _l("Code"),
    "words": _l("with a field for own words"),
    "exclusive": _l("goes with no other"),
    "declines": _l("counts as declined"),
    "option": _l("Option"),
    "row": _l("Row"),
    "probe": _l("Probe"),
}
LISTS = {"option": _l("Options"), "row": _l("Rows"), "probe": _l("Probes")}
ADD = {"option": _l("Add an option"), "row": _l("Add a row"), "probe": _l("Add a probe")}
TICKS = {"option": ("words", "exclusive", "declines"), "row": (), "probe": ()}
HINTS = {
    "id": _l("In tables and statistics files. Left empty, it is made from the first words."),
    "pattern": _l("For example [A-Z]{3}[0-9]{4}."),
    "earliest": _l("2006, 2006-10, 2006-10-04, or today"),
    "latest": _l("2006, 2006-10, 2006-10-04, or today"),
    "constraint": _l("A condition in which a dot is the answer, for example . >= 18"),
}
_CHOICES: dict[str, Mapping[str, object]] = {"precision": PRECISIONS, "format": {"": _l("any"), **FORMATS}}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind. ``name`` is where it stands, ``of`` what it is: texts, choice, short (a number or limit)."""

    name: str
    of: str
    label: str
    hint: str = ""
    choices: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One option, row or probe of a list, by its number in the form."""

    number: int
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A list within a question: what its entries are, and which there are."""

    what: str
    title: str
    add: str
    ticks: Mapping[str, object]
    conditional: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """What a kind asks of its author."""

    fields: tuple[Field, ...]
    lists: tuple[Listing, ...]
    matrix: bool


def layout(kind: type[Value], typed: Fields) -> Layout:
    """The fields and lists of a kind; those of a matrix are its cells' as well."""
    each = (CELLS.get(one(typed, "each")) or CELLS["scale"]) if kind is Matrix else None
    found = _fields(kind, "") + (_fields(each, "each.") if each else ())
    lists = sorted(parts_of(kind, each), key=["row", "option", "probe"].index)
    return Layout(found, tuple(_listing(what, typed) for what in lists), kind is Matrix)


def _fields(kind: type[Value], prefix: str) -> tuple[Field, ...]:
    found = []
    for name, hint in hints(kind).items():
        label, help_ = str(LABELS.get(name, name)), str(HINTS.get(name, ""))
        if hint == Texts:
            found.append(Field(prefix + name, "texts", label, help_))
        elif get_origin(hint) is Literal:
            known = {value: _CHOICES[name][value] for value in get_args(hint)}
            found.append(Field(prefix + name, "choice", label, help_, known))
        elif get_origin(hint) is not tuple and name != "each":
            found.append(Field(prefix + name, "short", label, help_))
    return tuple(found)


def _listing(what: str, typed: Fields) -> Listing:
    order = indexes(typed, what)
    entries = tuple(Entry(number, at == 0, at == len(order) - 1) for at, number in enumerate(order))
    ticks = {name: LABELS[name] for name in TICKS[what]}
    return Listing(what, str(LISTS[what]), str(ADD[what]), ticks, what != "probe", entries)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that says something else in what somebody else saved; ``field`` is where it stands in the form."""

    field: str
    name: str
    theirs: str


def differences(theirs: Question, typed: Fields, languages: Sequence[str]) -> list[Difference]:
    """The fields in which what somebody else saved differs from what was typed."""
    saved = fields_of(theirs)
    names = [name for name in dict.fromkeys((*saved, *typed)) if _is_compared(name)]
    return [
        Difference(name, named(name, languages), _said(name, one(saved, name)))
        for name in names
        if one(saved, name).replace("\r\n", "\n") != one(typed, name).replace("\r\n", "\n")
    ]


def _is_compared(name: str) -> bool:
    return not name.startswith(("pick-", "relevant.")) or name == "relevant.text"


def _said(name: str, value: str) -> str:
    if name in {"kind", "each"}:
        return str(KINDS.get(value, value))
    return value


def named(name: str, languages: Sequence[str]) -> str:
    """What a field is called: ``What is asked (fr)``, ``Option 2: Code``."""
    head, _, rest = name.partition(".")
    what, _, at = head.partition("-")
    if what in LISTS and at.isdecimal():
        inner = named(rest, languages)
        return str(gettext("%(what)s %(number)s: %(name)s", what=LABELS[what], number=int(at) + 1, name=inner))
    if head == "each" and rest:
        return named(rest, languages)
    label = str(LABELS.get(head, head))
    return f"{label} ({rest})" if rest and rest in languages else label
