"""What pyxform reads of an XLSForm, held beside what our own reader took of it."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import get_xlsform

from instruments.definition import CODE, find
from instruments.foreign.account import Fate, Imported
from instruments.foreign.languages import tag_of
from instruments.kinds import (
    Date,
    Information,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Rank,
    Scale,
    ShortText,
    SingleChoice,
    options_of,
)

# What pyxform makes of a row.
Element = dict[str, Any]

KINDS: Mapping[str, tuple[type, ...]] = {
    "text": (ShortText, LongText),
    "string": (ShortText, LongText),
    "integer": (Number,),
    "decimal": (Number,),
    "int": (Number,),
    "date": (Date,),
    "time": (ShortText,),
    "dateTime": (ShortText,),
    "datetime": (ShortText,),
    "phone number": (ShortText,),
    "barcode": (ShortText,),
    "note": (Information,),
    "acknowledge": (MultipleChoice,),
    "trigger": (MultipleChoice,),
    "range": (Scale, Number),
    "select one": (SingleChoice,),
    "select one external": (SingleChoice,),
    "select all that apply": (MultipleChoice,),
    "rank": (Rank,),
}


def read_by_pyxform(data: bytes) -> Element:
    """The form as pyxform has it. Raises PyXFormError where it refuses the form."""
    found: Element = workbook_to_json(get_xlsform(io.BytesIO(data), file_type=".xlsx"), form_name="data")
    return found


def alike(found: Imported, data: bytes) -> int:
    """How many questions were compared, all of which are to pyxform what they are to us. Raises AssertionError."""
    theirs = read_by_pyxform(data)
    lists = theirs.get("choices", {})
    elements = list(_asked(theirs["children"]))
    named = Counter(str(element["name"]).casefold() for element in elements)
    compared = 0
    for element in elements:
        name = str(element["name"])
        line = next((one for one in found.lines if one.name == name and ", row " in one.place), None)
        if line is None:
            # pyxform adds such rows of its own: the field of "or_other", the header of a table, an audit.
            assert name.endswith("_other") or "_label" in name or name.startswith(("generated_", "audit")), name
        elif line.fate is not Fate.LEFT_OUT and named[name.casefold()] == 1:
            compared += _compare(found, element, lists)
    return compared


def _asked(children: list[Element]) -> Iterator[Element]:
    for child in children:
        inner = child.get("children")
        if isinstance(inner, list) and child["type"] in ("group", "repeat"):
            yield from _asked(inner)
        elif child["type"] not in ("loop", "calculate", "include", "entity"):
            yield child


def _compare(found: Imported, element: Element, lists: Mapping[str, list[Element]]) -> int:
    """Whether the question that was taken is what pyxform says of it; 1 if there was something to compare."""
    name = str(element["name"])
    asked = find(found.instrument, name) or find(found.instrument, name.replace("-", "_").strip("_"))
    if asked is None:
        return _compare_row(found, name, element)
    kinds = (
        (Information,)
        if asked.kind == Information()
        else KINDS[str(element["type"]).lower().replace("datetime", "dateTime")]
    )
    assert isinstance(asked.kind, kinds)
    said = element.get("label") or (element.get("hint") if asked.kind == Information() else None)
    assert _alike(found, asked.label, said)
    options = lists.get(str(element.get("itemset", "")), [])
    names = [str(option["name"]) for option in options if option["name"] != "other"]
    if not all(map(CODE.fullmatch, names)) or len({said.casefold() for said in names}) < len(names):
        return 1  # they are called otherwise here, which their rows say
    if names and options_of(asked.kind) and not element.get("choice_filter"):
        assert [option.code for option in options_of(asked.kind) if option.code != "other"] == names
        for option, other in zip(options_of(asked.kind), options, strict=False):
            if other.get("label") and option.code != "other":
                assert _alike(found, option.label, other["label"])
    return 1


def _compare_row(found: Imported, name: str, element: Element) -> int:
    """The same for a row of a table, which is a row of a matrix here, and for what has no name that can be an id."""
    rows = [
        row
        for section in found.instrument.sections
        for asked in section.questions
        if isinstance(asked.kind, Matrix)
        for row in asked.kind.rows
        if name.replace("-", "_").endswith(row.id)
    ]
    assert rows or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name), name
    for row in rows:
        assert _alike(found, row.label, element.get("label"))
    return len(rows)


def _plain(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts as pyxform cleans them: single spaces, straight quotation marks."""
    straight = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
    return {tag: re.sub(" +", " ", text.strip()).translate(straight) for tag, text in texts.items()}


def _said(found: Imported, label: object) -> dict[str, str]:
    """pyxform's label by tag: a plain one, or one without a language, is in the form's first language.

    What is said in a language that has no name is not here.
    """
    if label is None:
        return {}
    said = label if isinstance(label, dict) else {"default": label}
    first = found.instrument.languages[0]
    # Where both are said, the one that names its language counts here, and a line says so of the other.
    tags = {name: first if name == "default" else tag_of(str(name)) for name in sorted(said, key=_names_language)}
    return {tag: str(said[name]) for name, tag in tags.items() if tag is not None}


def _names_language(name: str) -> bool:
    return name != "default"


def _alike(found: Imported, ours: Mapping[str, str], theirs: object) -> bool:
    """Whether a text says the same to both, in the languages that have a name; one that repeats an answer does.

    Of a column with two languages in its name pyxform makes one language within the other; we leave it out and say so.
    """
    if isinstance(theirs, dict):
        theirs = {name: text for name, text in theirs.items() if not isinstance(text, dict)}
    mine, other = _plain(_named(ours)), _plain(_named(_said(found, theirs)))
    return "[" in str(ours) or mine == other


def _named(texts: Mapping[str, str]) -> dict[str, str]:
    return {tag: text for tag, text in texts.items() if not tag.startswith("qa")}
