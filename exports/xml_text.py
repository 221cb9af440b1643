"""Text that can stand in any XML and in a file that other programs count the characters of.

Nothing else is changed: no Unicode normalisation, no trimming. ``é`` typed as two characters stays two characters.
"""

import re

# XML 1.0 has no way to write these, not even escaped; half a surrogate pair has no UTF-8 either.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile(r"\r\n?")
_REPLACEMENT = "\ufffd"


def writable(text: str) -> str:
    """The text with line feeds for whatever ends a line, and the replacement character for what XML forbids."""
    return _FORBIDDEN.sub(_REPLACEMENT, _LINE_END.sub("\n", text))


def forbids(text: str) -> bool:
    """Whether the text has characters that XML forbids, so that ``writable`` has to replace them."""
    return _FORBIDDEN.search(text) is not None


def in_one_line(text: str) -> str:
    """The text as a name: writable, without line breaks and without spaces around it."""
    return " ".join(line.strip() for line in writable(text).splitlines() if line.strip())


def beyond_first_plane(text: str) -> bool:
    """Whether a program that counts in UTF-16 (NVivo does) counts this text otherwise than one that counts characters.

    True for emoji and rare Chinese characters, never for letters with accents.
    """
    return bool(text) and max(text) > "\uffff"
