"""Cells that no program takes for a formula, and texts that every file can hold.

A sheet that opens a CSV runs a cell that begins with ``=``, ``+``, ``-`` or ``@``, also in the wide forms of Chinese
and Japanese keyboards and behind what cannot be seen. In front of such a text, and of one that begins with a tab or a
line break, stands an apostrophe, as OWASP says. Where a sheet splits at semicolons or tabs instead of commas (Excel
does in French), a cell begins in the middle of an answer, so the same holds behind each of these and behind a line
break. ``unguarded`` takes just these apostrophes away: nothing is lost to whoever reads the file by a program. A number
below nought runs nothing and stays as it is.
"""

import re

# Half a surrogate pair has no UTF-8; a NUL ends a text in SPSS and Stata and stops R from reading a CSV.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"

# The same expressions stand in the scripts for R and Python, so they use nothing that only one of these knows.
BLANK = '"\x01-\x08\x0b\x0c\x0e-\x20\x7f\u0085\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff'
FORMULA = "=+@\uff1d\uff0b\uff0d\uff20-"
_FOLLOWS = f"'*[{BLANK}]*[{FORMULA}]"
# What looks like a gap ("<declined>", exports.gaps) is none if an apostrophe stands before it.
_AT_START = f"{_FOLLOWS}|'*[\t\r\n]|'*<[a-z_]+>\\Z"
_FIRST = re.compile(f"(?!-[0-9]+(?:\\.[0-9]+)?\\Z)(?:{_AT_START})")
_FIRST_GUARDED = re.compile(f"'(?:{_AT_START})")
_WITHIN = re.compile(f"([;\t\r\n])(?={_FOLLOWS})")
_WITHIN_GUARDED = re.compile(f"([;\t\r\n])'(?={_FOLLOWS})")


def storable(text: str) -> str:
    """The text as any file can hold it: the replacement character for NUL and for half a surrogate pair."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def guarded(text: str) -> str:
    """The text with an apostrophe wherever a cell might begin that a sheet could run."""
    if _FIRST.match(text):
        text = f"'{text}"
    # Nearly no text has a formula's character behind a separator, and looking for characters is quicker.
    if "=" in text or "-" in text or "+" in text or "@" in text or not text.isascii():
        return _WITHIN.sub(r"\1'", text)
    return text


def unguarded(cell: str) -> str:
    """The text of which ``guarded`` made this cell."""
    text = _WITHIN_GUARDED.sub(r"\1", cell)
    return text[1:] if _FIRST_GUARDED.match(text) else text


def quoted(text: str) -> str:
    """The cell of a CSV (RFC 4180) that holds this text: guarded, and always between quotation marks."""
    return f'"{guarded(text).replace(chr(34), chr(34) * 2)}"'
