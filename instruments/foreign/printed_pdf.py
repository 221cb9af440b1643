"""An instrument on paper, as a tagged PDF (PDF/UA-1): the same bytes for the same version, language and moment.

Only the fonts that typst carries are used. A language that they have no letters for is refused with what to do; a few
strange letters in another are spelled as their code points, [U+738B], rather than lost.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import typst

from instruments.definition import Instrument
from instruments.foreign.printed_sheet import Sheet, sheet
from instruments.foreign.printed_words import words_for
from vault.errors import Invalid

TEMPLATES = Path(__file__).parent.parent / "templates"
MOST_STRANGE = 12

_NOT_SHOWN = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_CONTROLS = dict.fromkeys([*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF], " ")


class NoLetters(Invalid):
    """The fonts have no letters for the language of the instrument."""

    public = "The letters of this language cannot be set as PDF here. Choose the Word document instead."


def write(instrument: Instrument, *, language: str, number: int | None, at: datetime) -> bytes:
    """The PDF of a version in one of its languages; a draft has no ``number``, ``at`` is the moment that it bears.
    Raises NoLetters."""
    made = sheet(instrument, language, number)
    text = json.dumps(_data(made), ensure_ascii=False)
    template = (TEMPLATES / "printed.typ").read_bytes()
    strange: dict[str, str] = {}
    while True:
        said = "".join(strange.get(letter, letter) for letter in text) if strange else text
        try:
            return _compiled(template, said, at)
        except typst.TypstError as error:
            found = _NOT_SHOWN.search(str(error))
            if found is None:
                raise
            # Marks may be in the fonts, and not fit on the letter that they stand on: all of the text is spelled.
            new = {letter: f"[U+{ord(letter):04X}]" for letter in found[1] if letter > "~" and letter not in strange}
            if not new or len(strange) + len(new) > MOST_STRANGE:
                raise NoLetters from error
            strange |= new


def _compiled(template: bytes, data: str, at: datetime) -> bytes:
    compiler = typst.Compiler(template, root=TEMPLATES, ignore_system_fonts=True, sys_inputs={"data": data})
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=int(at.timestamp()))
    if not isinstance(made, bytes):
        raise TypeError("one document was asked for")
    return made


def _data(made: Sheet) -> Mapping[str, object]:
    """The sheet as JSON values, without what no font shows."""
    base, _, rest = made.language.partition("-")
    region = rest.rpartition("-")[2]
    _, words = words_for(made.language)
    found: object = asdict(made) | {
        "lang": base if len(base) <= 3 else "en",
        "region": region if len(region) == 2 else None,
        "fingerprint-word": words.fingerprint,
        "row-word": words.row,
    }
    cleaned = _cleaned(found)
    return cleaned if isinstance(cleaned, dict) else {}


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return value.translate(_CONTROLS).encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    return value
