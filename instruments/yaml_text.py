"""Instruments as files that people read and write: from YAML to a definition and back, losing nothing.

A file is a mapping of what ``instruments.definition`` knows, under the same names, with these conveniences:

- ``instrument:`` is the instrument's id; the fields of a question's kind stand beside its other fields.
- A text is written plainly (``label: How old are you?``) and is then in the first language of the file, or by language
  (``label: {en: …, fr: …}``).
- An option, row or probe with nothing but a label is one line: ``- calgary: University of Calgary``.
- Anything after ``#`` is a comment.

What a file says is checked for its shape only; ``instruments.inspection`` says whether it can be published.
"""

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
import yaml

from instruments.canonical import plain
from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import Cell, Json, Kind, Option, Probe, Row, Value
from instruments.sentences import Texts
from instruments.yaml_nodes import Fault, FileUnreadable, Items, Node, Pairs, Words, fault, tree

MOST_FAULTS = 20

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?(?:[eE][-+]?[0-9]{1,3})?")
_ODD_BREAKS = re.compile("[\r\x85\u2028\u2029]")
_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}
_SHORT: dict[type[Value], str] = {Option: "code", Row: "id", Probe: "id"}
_KINDS: dict[str, type[Value]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Kind)}
_CELLS: dict[str, type[Value]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Cell)}

# What stands in a section or question, and never at the very left of a file.
_PARTS_OF_FILES: tuple[type[Value], ...] = (Section, Question, *_KINDS.values())
_OF_PARTS = {"kind", *(field.name for part in _PARTS_OF_FILES for field in msgspec.structs.fields(part))}

Made = TypeVar("Made", bound=Value)


def read_yaml(text: str) -> Instrument:
    """The definition that a file says. Raises FileUnreadable, which names each line and what to do there."""
    root = tree(text)
    if not isinstance(root, Pairs):
        raise FileUnreadable(fault(root.line, "Begin with “instrument: ” and the instrument's id."))
    reader = _Reader(_first_language(root))
    made = reader.instrument(root)
    if reader.faults or made is None:
        raise FileUnreadable(*sorted(reader.faults, key=lambda found: found.line)[:MOST_FAULTS])
    return made


def _first_language(root: Pairs) -> str:
    languages = next((node for key, node in root.pairs if key.text == "languages"), None)
    first = languages.items[0] if isinstance(languages, Items) and languages.items else None
    return first.text if isinstance(first, Words) else "en"


class _Reader:
    """Reads nodes into values and collects what is wrong on the way; what is wrong is read as None."""

    def __init__(self, language: str) -> None:
        self.faults: list[Fault] = []
        self._language = language

    def instrument(self, node: Pairs) -> Instrument | None:
        """The whole file."""
        return self._made(Instrument, node)

    def _wrong(self, node: Node, text: str, **values: str) -> None:
        self.faults.append(fault(node.line, text, **values))

    def _made(self, of: type[Made], node: Node, **given: object) -> Made | None:
        """A value whose fields stand in ``node``, except those that are ``given``."""
        if not isinstance(node, Pairs):
            self._wrong(node, "Write the fields of this part below one another, each as “name: value”.")
            return None
        hints = _hints(of)
        known = {_spelled(of, name): name for name in hints if name not in given}
        found = dict(given)
        for key, inner in node.pairs:
            if key.text in known:
                found[known[key.text]] = self._value(hints[known[key.text]], inner)
            else:
                self._unknown(key, known)
        for field in msgspec.structs.fields(of):
            if field.required and field.name not in found:
                self._wrong(node, "Add “%(name)s” to this part.", name=_spelled(of, field.name))
                return None
        sound = all(value is not None or type(None) in get_args(hints[name]) for name, value in found.items())
        return of(**found) if sound else None

    def _unknown(self, key: Words, known: Iterable[str]) -> None:
        close = get_close_matches(key.text, list(known), 1)
        if key.text in _OF_PARTS and not {"sections", "questions"}.isdisjoint(known):
            self._wrong(key, "Indent “%(name)s” like the other lines of its part: it is too far left.", name=key.text)
        elif close:
            self._wrong(key, "“%(name)s” is not known here. Did you mean “%(known)s”?", name=key.text, known=close[0])
        else:
            self._wrong(key, "“%(name)s” is not known here. Take it out.", name=key.text)

    def _value(self, hint: object, node: Node) -> object:
        """What a node says where a field of this type is expected."""
        if hint in _PARTS:
            return _PARTS[hint](self, node)
        origin, inside = get_origin(hint), get_args(hint)
        if origin is tuple:
            return self._items(inside[0], node)
        if origin is Literal:
            return self._one_of(node, [str(value) for value in inside])
        if isinstance(node, Words) and not node.text and type(None) in inside:
            return None
        return self._number(node) if float in inside else self._whole(node)

    def _items(self, hint: object, node: Node) -> tuple[object, ...] | None:
        if isinstance(node, Words) and not node.text:
            return ()
        if not isinstance(node, Items):
            self._wrong(node, "Write a list here: each part on a line of its own that begins with a dash.")
            return None
        items = [self._value(hint, item) for item in node.items]
        return None if any(item is None for item in items) else tuple(items)

    def _one_of(self, node: Node, known: list[str]) -> str | None:
        said = self.words(node)
        if said is None or said in known:
            return said
        listed = ", ".join(value for value in known if value)
        self._wrong(node, "Write one of these instead of “%(said)s”: %(known)s.", said=said, known=listed)
        return None

    def words(self, node: Node) -> str | None:
        if isinstance(node, Words):
            return node.text
        self._wrong(node, "Write one word or text here, in quotation marks if it has brackets or a dash in front.")
        return None

    def texts(self, node: Node) -> Texts | None:
        if isinstance(node, Words):
            return {self._language: node.text} if node.text else {}
        if isinstance(node, Items):
            self._wrong(node, "Write a text here, in quotation marks if it begins with a bracket or a dash.")
            return None
        said = {key.text: self.words(inner) for key, inner in node.pairs}
        return {language: text for language, text in said.items() if text is not None}

    def truth(self, node: Node) -> bool | None:
        found = _TRUTHS.get(node.text.lower()) if isinstance(node, Words) else None
        if found is None:
            self._wrong(node, "Write yes or no here.")
        return found

    def _whole(self, node: Node) -> int | None:
        if isinstance(node, Words) and _WHOLE.fullmatch(node.text):
            return int(node.text)
        self._wrong(node, "Write a whole number here, for example 12.")
        return None

    def _number(self, node: Node) -> int | float | None:
        if isinstance(node, Words) and _WHOLE.fullmatch(node.text):
            return int(node.text)
        if isinstance(node, Words) and _DECIMAL.fullmatch(node.text):
            return float(node.text)
        self._wrong(node, "Write a number here, for example 2.5.")
        return None

    def section(self, node: Node) -> Section | None:
        return self._made(Section, node)

    def role(self, node: Node) -> Role | None:
        said = self._one_of(node, [role.value for role in Role])
        return Role(said) if said is not None else None

    def question(self, node: Node) -> Question | None:
        """A question and, from the same mapping, its kind."""
        if not isinstance(node, Pairs):
            self._wrong(node, "Describe a question here: its id, kind and label below one another.")
            return None
        of_kind, others = self._kind(_KINDS, node, set(Question.__struct_fields__) - {"kind"})
        if of_kind is None:
            return None
        return self._made(Question, others, kind=of_kind)

    def cell(self, node: Node) -> Value | None:
        """The kind of question that a matrix asks of each row."""
        if not isinstance(node, Pairs):
            self._wrong(node, "Say what is asked of each row, for example: {kind: scale, last: 5}.")
            return None
        return self._kind(_CELLS, node, set())[0]

    def _kind(self, kinds: Mapping[str, type[Value]], node: Pairs, not_its: set[str]) -> tuple[Value | None, Pairs]:
        """The kind that a mapping describes, and what of the mapping does not describe the kind."""
        named = next((inner for key, inner in node.pairs if key.text == "kind"), None)
        if named is None:
            self._wrong(node, "Add “kind”: one of %(known)s.", known=", ".join(kinds))
            return None, node
        of = kinds.get(self._one_of(named, list(kinds)) or "")
        if of is None:
            return None, node
        own = [(key, inner) for key, inner in node.pairs if key.text in of.__struct_fields__]
        others = [(key, inner) for key, inner in node.pairs if key.text not in of.__struct_fields__]
        rest = [(key, inner) for key, inner in others if key.text != "kind"]
        strange = [key for key, _ in rest if key.text not in not_its]
        for key in strange:
            self._unknown(key, [*of.__struct_fields__, *not_its])
        sound = tuple((key, inner) for key, inner in rest if key not in strange)
        return self._made(of, Pairs(tuple(own), node.line)), Pairs(sound, node.line)

    def part(self, of: type[Made], node: Node) -> Made | None:
        """An option, row or probe: all its fields, or ``code: label`` alone."""
        if isinstance(node, Pairs) and len(node.pairs) == 1 and node.pairs[0][0].text not in of.__struct_fields__:
            key, label = node.pairs[0]
            return self._made(of, Pairs(((Words("label", key.line), label),), node.line), **{_SHORT[of]: key.text})
        return self._made(of, node)


@functools.cache
def _hints(of: type[Value]) -> dict[str, object]:
    return get_type_hints(of)


def _spelled(of: type[Value], name: str) -> str:
    return "instrument" if of is Instrument and name == "id" else name


_PARTS: dict[object, Callable[[_Reader, Node], object]] = {
    str: _Reader.words,
    bool: _Reader.truth,
    Texts: _Reader.texts,
    Role: _Reader.role,
    Section: _Reader.section,
    Question: _Reader.question,
    Cell: _Reader.cell,
    Option: lambda reader, node: reader.part(Option, node),
    Row: lambda reader, node: reader.part(Row, node),
    Probe: lambda reader, node: reader.part(Probe, node),
}


def write_yaml(instrument: Instrument) -> str:
    """The definition as a file that ``read_yaml`` reads back as the same definition."""
    return yaml.dump(
        _mapping(instrument, instrument.language), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
    )


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as they are, and escapes what other readers would take for the end of a line."""


def _represented(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _ODD_BREAKS.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represented)


def _mapping(value: Value, language: str) -> dict[str, object]:
    """The fields of a value that do not have their default, as a file names them."""
    as_json = plain(value)
    kept = as_json if isinstance(as_json, dict) else {}
    found: dict[str, object] = {}
    # What a question says is read before its options, rows or probes, so these stand last.
    last: dict[str, object] = {}
    for name in kept:
        if name not in value.__struct_fields__:
            found[name] = kept[name]
        elif name == "kind":
            last = _mapping(getattr(value, name), language)
            found[name] = last.pop(name)
        elif _hints(type(value))[name] == Texts:
            found[_spelled(type(value), name)] = _written_texts(getattr(value, name), language)
        else:
            found[_spelled(type(value), name)] = _written(getattr(value, name), kept[name], language)
    return found | last


def _written(value: object, as_json: Json, language: str) -> object:
    if isinstance(value, Value):
        short = _SHORT.get(type(value))
        written = _mapping(value, language)
        if short and set(written) == {short, "label"} and written[short] not in value.__struct_fields__:
            return {written[short]: written["label"]}
        return written
    if isinstance(value, tuple):
        return [_written(inner, inner, language) for inner in value]
    return as_json


def _written_texts(texts: Texts, language: str) -> object:
    return texts[language] if list(texts) == [language] and texts[language] else dict(texts)
