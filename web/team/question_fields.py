"""A question as the fields of a form, and back: what each kind asks of its author, and what is typed into it.

A field is named like what it holds (``label.en``, ``required``, ``longest``, ``option-2.code``). What was typed is kept
as it is until it can be read, so that a page that is shown again has lost nothing.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from flask_babel import gettext

from instruments.definition import ID, Question
from instruments.kinds import Cell, Kind, Matrix, Option, Probe, Row, Value, name_of, options_of
from instruments.sentences import Texts, in_language

Fields = Mapping[str, Sequence[str]]
Typed = dict[str, list[str]]

KINDS: dict[str, type[Value]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Kind)}
CELLS: dict[str, type[Value]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Cell)}
PARTS: dict[str, type[Value]] = {"option": Option, "row": Row, "probe": Probe}
TEXTS = ("label", "help", "notes", "message")
TICKS = ("required", "may_decline", "identifying", "new_page")

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,10})?")
_TEXT = re.compile(r"(?:^|\.)(?:label|help|notes|message|unit|low|middle|high)\.[A-Za-z-]+$")
_LETTERS = re.compile(r"[A-Za-z0-9]+")


@functools.cache
def hints(of: type[Value]) -> dict[str, Any]:
    """The fields of a kind or part with their types, without those that have pages' fields of their own."""
    return {name: hint for name, hint in get_type_hints(of).items() if name in of.__struct_fields__}


def one(fields: Fields, name: str) -> str:
    """The first value of a field without spaces around it; empty if there is none."""
    values = fields.get(name)
    return values[0].strip() if values else ""


def languages_of(declared: Sequence[str], question: Question | None = None) -> tuple[str, ...]:
    """The languages to write in: those of the instrument, and those in which the question says something already."""
    names = [] if question is None else fields_of(question)
    said = [name.rpartition(".")[2] for name in names if _TEXT.search(name)]
    return tuple(dict.fromkeys((*declared, *said))) or ("en",)


def fields_of(question: Question) -> Typed:
    """The question as it stands in its form."""
    found: Typed = {"id": [question.id], "kind": [name_of(question.kind)]}
    for name in TEXTS:
        found |= _texts(name, getattr(question, name))
    found |= {name: ["yes"] for name in TICKS if getattr(question, name)}
    found |= {"relevant.text": [question.relevant], "constraint": [question.constraint]}
    return found | _kind_fields(question.kind)


def _texts(name: str, texts: Texts) -> Typed:
    return {f"{name}.{language}": [text] for language, text in texts.items()}


def _kind_fields(kind: Value, prefix: str = "") -> Typed:
    found: Typed = {}
    for name, hint in hints(type(kind)).items():
        value = getattr(kind, name)
        if hint == Texts:
            found |= _texts(prefix + name, value)
        elif name == "each":
            found |= {"each": [name_of(value)]} | _kind_fields(value, "each.")
        elif get_origin(hint) is tuple:
            for at, part in enumerate(value):
                found |= _part_fields(f"{name.removesuffix('s')}-{at}", part)
        else:
            found[prefix + name] = ["" if value is None else str(value)]
    return found


def _part_fields(prefix: str, part: Value) -> Typed:
    found: Typed = {}
    for name in hints(type(part)):
        value = getattr(part, name)
        if isinstance(value, dict):
            found |= _texts(f"{prefix}.{name}", value)
        elif isinstance(value, bool):
            found |= {f"{prefix}.{name}": ["yes"]} if value else {}
        else:
            found[f"{prefix}.{'code' if name == 'id' else name}"] = [value]
    return found


@dataclass(frozen=True, slots=True)
class Read:
    """What a form says; ``wrong`` has a sentence for each field that cannot be taken."""

    question: Question
    wrong: Mapping[str, str]


def question_of(
    fields: Fields, languages: Sequence[str], *, relevant: str, taken: Iterable[str], fallback: str
) -> Read:
    """The question that was typed. ``taken`` are ids that others have; ``fallback`` is the id if none was given."""
    reader = _Reader(fields, languages)
    kind = reader.kind(KINDS.get(one(fields, "kind")) or KINDS["short_text"])
    label = reader.texts("label")
    question = Question(
        id=reader.id(fallback, label, taken),
        kind=kind,  # type: ignore[arg-type]
        label=label,
        help=reader.texts("help"),
        notes=reader.texts("notes"),
        message=reader.texts("message"),
        relevant=relevant,
        constraint=one(fields, "constraint"),
        **{name: bool(one(fields, name)) for name in TICKS},
    )
    return Read(question, reader.wrong)


class _Reader:
    """Reads fields into values, and notes what is wrong on the way; what is wrong has its default."""

    def __init__(self, fields: Fields, languages: Sequence[str]) -> None:
        self._fields = fields
        self._languages = languages
        self.wrong: dict[str, str] = {}

    def texts(self, name: str) -> Texts:
        typed = {language: one(self._fields, f"{name}.{language}") for language in self._languages}
        # Browsers send line breaks in two characters.
        return {language: text.replace("\r\n", "\n") for language, text in typed.items() if text}

    def id(self, fallback: str, label: Texts, taken: Iterable[str]) -> str:
        typed = one(self._fields, "id")
        name = typed or fallback or free_name(in_language(label, self._languages[0]), taken, "question")
        if not ID.fullmatch(name):
            self.wrong["id"] = gettext("Name this with letters, digits and _, beginning with a letter; 64 at most.")
        elif name.casefold() in {other.casefold() for other in taken}:
            self.wrong["id"] = gettext("Another question has this name, perhaps in other capitals. Choose another one.")
        return name

    def kind(self, of: type[Value], prefix: str = "") -> Value:
        made: dict[str, object] = {}
        for name, hint in hints(of).items():
            if hint == Texts:
                made[name] = self.texts(prefix + name)
            elif name == "each":
                made[name] = self.kind(CELLS.get(one(self._fields, "each")) or CELLS["scale"], "each.")
            elif get_origin(hint) is tuple:
                made[name] = self._parts(name.removesuffix("s"))
            elif hint is bool:
                made[name] = bool(one(self._fields, prefix + name))
            else:
                made |= self._plain(prefix + name, name, hint)
        return of(**made)

    def _plain(self, field: str, name: str, hint: object) -> dict[str, object]:
        """One value of a kind; nothing where the default holds."""
        typed = one(self._fields, field)
        inside = get_args(hint) if isinstance(hint, UnionType) or get_origin(hint) else ()
        if hint is str:
            return {name: typed}
        if get_origin(hint) is Literal:
            return {name: typed} if typed in inside else {}
        if not typed:
            return {}
        if float in inside and _DECIMAL.fullmatch(typed):
            number = float(typed.replace(",", "."))
            return {name: int(number) if number.is_integer() and not set(typed) & set(".,") else number}
        if _WHOLE.fullmatch(typed):
            return {name: int(typed)}
        self.wrong[field] = (
            gettext("Write a number here, for example 2.5.")
            if float in inside
            else gettext("Write a whole number here, for example 12.")
        )
        return {}

    def _parts(self, what: str) -> tuple[Value, ...]:
        of = PARTS[what]
        found: list[Value] = []
        codes: list[str] = []
        for at in indexes(self._fields, what):
            prefix = f"{what}-{at}"
            label = self.texts(f"{prefix}.label")
            code = one(self._fields, f"{prefix}.code")
            if not code and not label:
                continue
            code = code or free_name(in_language(label, self._languages[0]), codes, what)
            codes.append(code)
            more: dict[str, object] = {
                name: bool(one(self._fields, f"{prefix}.{name}")) for name, hint in hints(of).items() if hint is bool
            }
            if "relevant" in hints(of):
                more["relevant"] = one(self._fields, f"{prefix}.relevant")
            found.append(of(**{"code" if of is Option else "id": code}, label=label, **more))
        return tuple(found)


def free_name(text: str, taken: Iterable[str], otherwise: str) -> str:
    """A short name made of the first words of a text, which nobody has yet."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = _LETTERS.findall(plain)[:4]
    name = "_".join(words)[:32].strip("_")
    name = name if name[:1].isalpha() else f"{otherwise}_{name}".strip("_")
    known = {other.casefold() for other in taken}
    return next(one for at in range(1, 10_000) if (one := name if at == 1 else f"{name}_{at}").casefold() not in known)


def indexes(fields: Fields, what: str) -> list[int]:
    """The numbers under which options, rows or probes stand in a form, in order."""
    found = (re.fullmatch(rf"{what}-([0-9]{{1,4}})\.code", name) for name in fields)
    return sorted(int(match.group(1)) for match in found if match)


def parts_of(kind: type[Value], each: type[Value] | None = None) -> list[str]:
    """Which lists belong to a kind: options, rows, probes; those of a matrix are its rows and its cells' options."""
    names = [name.removesuffix("s") for name, hint in hints(kind).items() if get_origin(hint) is tuple]
    return names + (parts_of(each) if each is not None else [])


def rearranged(fields: Fields, deed: str) -> tuple[Typed, str]:
    """The fields after a button of a list was pressed (``option:up:2``), and the field to go on in."""
    what, verb, at = [*deed.split(":"), "", ""][:3]
    found = {name: list(values) for name, values in fields.items()}
    if what not in PARTS:
        return found, ""
    order = indexes(fields, what)
    number = int(at) if at.isdecimal() else -1
    place = order.index(number) if number in order else len(order)
    if verb == "add":
        new = (order[-1] + 1) if order else 0
        return found | {f"{what}-{new}.code": [""]}, f"{what}-{new}.label"
    if verb == "remove" and number in order:
        gone = f"{what}-{number}."
        return {name: values for name, values in found.items() if not name.startswith(gone)}, f"{what}.add"
    other = place + (-1 if verb == "up" else 1)
    if verb not in {"up", "down"} or number not in order or not 0 <= other < len(order):
        return found, ""
    return _exchanged(found, f"{what}-{number}.", f"{what}-{order[other]}."), f"{what}-{order[other]}.{verb}"


def _exchanged(fields: Typed, one: str, other: str) -> Typed:
    def name_in(name: str) -> str:
        if name.startswith(one):
            return other + name.removeprefix(one)
        return one + name.removeprefix(other) if name.startswith(other) else name

    return {name_in(name): values for name, values in fields.items()}


def fixed_codes(question: Question | None) -> frozenset[str]:
    """The codes and ids within a question that was published, which keep their meaning for ever."""
    if question is None:
        return frozenset()
    rows = question.kind.rows if isinstance(question.kind, Matrix) else ()
    probes = getattr(question.kind, "probes", ())
    return frozenset([o.code for o in options_of(question.kind)] + [r.id for r in rows] + [p.id for p in probes])
