"""Typesetting: a template and data become a tagged PDF (PDF/UA-1), the same bytes for the same input.

Data reach the template as JSON and nothing else, so what somebody typed is text to it and never markup. Only the fonts
that typst carries are used: another machine makes the same file.
"""

import functools
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import typst

Data: TypeAlias = "str | int | bool | Sequence[Data] | Mapping[str, Data] | None"

TEMPLATES = Path(__file__).parent / "templates"

_PROBE = '#set document(title: "x")\n#json(bytes(sys.inputs.data)).text'


def pdf(template: str, data: Mapping[str, Data], *, at: datetime) -> bytes:
    """The PDF that ``template`` makes of ``data``; ``at`` is the moment it bears.

    A template begins with ``#let data = json(bytes(sys.inputs.data))`` and sets the document's title and language. A
    character that none of the fonts has is spelled as its code point, [U+738B], rather than lost.
    """
    try:
        return _compile(template, data, at)
    except typst.TypstError:
        pass
    try:
        return _compile(template, _spelled(data, _spell), at)
    except typst.TypstError:
        # What remains are marks that the fonts have, and cannot put on the letter that they stand on.
        return _compile(template, _spelled(data, _spell_marks), at)


def _compile(template: str, data: Data, at: datetime) -> bytes:
    compiler = typst.Compiler(
        template.encode(),
        root=TEMPLATES,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data)},
    )
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=int(at.timestamp()))
    if not isinstance(made, bytes):
        raise TypeError("one document was asked for")
    return made


def _spelled(data: Data, spell: Callable[[str], str]) -> Data:
    if isinstance(data, str):
        return "".join(map(spell, data))
    if isinstance(data, Mapping):
        return {name: _spelled(value, spell) for name, value in data.items()}
    if isinstance(data, Sequence):
        return [_spelled(value, spell) for value in data]
    return data


def _spell(letter: str) -> str:
    if letter in "\t\r\v\f":
        return " "
    return letter if _has_glyph(letter) else f"[U+{ord(letter):04X}]"


def _spell_marks(letter: str) -> str:
    return f"[U+{ord(letter):04X}]" if unicodedata.category(letter)[0] == "M" else _spell(letter)


@functools.lru_cache(maxsize=4096)
def _has_glyph(letter: str) -> bool:
    """Whether the fonts can show ``letter``, which only an attempt can tell."""
    if letter == "\n" or " " <= letter <= "~":
        return True
    try:
        _compile(_PROBE, {"text": letter}, datetime.fromtimestamp(0, UTC))
    except typst.TypstError:
        return False
    return True
