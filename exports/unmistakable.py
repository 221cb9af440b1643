"""What is no word and cannot be anything else: e-mail addresses, web addresses, telephone numbers."""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from exports.roster_names import Sort

_NO_ADDRESS = r"\s@<>()\[\]{},;:\"“”«»|"
# It begins where a word does, or a long word with "@" behind it would be read once for each of its letters.
_EMAIL = re.compile(rf"(?<![^{_NO_ADDRESS}])(?:mailto:)?[^{_NO_ADDRESS}]+@[^{_NO_ADDRESS}]+\.\w[\w-]*\w", re.IGNORECASE)
_WEB = re.compile(r"(?:(?:https?|ftp)://|\bwww\.)[^\s<>\[\]{}\"“”«»|]+", re.IGNORECASE)
_CLOSING = ".,;:!?)'’…"
# A run of digits as people group them; whether it is a number to dial is for _dialled to say.
_DIGITS = re.compile(
    r"(?<![\w.,/+-])(?:\+|\()?\d[\d\s().\u2010-\u2015/-]{4,22}\d(?:\s?(?:x|ext\.?|poste)\s?\d{1,5})?(?![\w/])", re.I
)
_NORTH_AMERICAN = re.compile(r"(?:1[-. ])?\(?[2-9]\d\d\)?[-.  /]{0,2}[2-9]\d\d[-. ]\d{4}")
_FRENCH = re.compile(r"0[1-9](?:[ .-]\d\d){4}")
_BRITISH = re.compile(r"\(?0\d{2,4}\)?[ -]\d{3,4}[ -]?\d{3,4}")
_SHORTEST, _LONGEST = 8, 15
_LOCAL = 7


class Span(NamedTuple):
    """Where something stands that is no word."""

    start: int
    end: int
    sort: Sort


def digits_of(number: str) -> str:
    """The digits of a telephone number, without an extension."""
    return "".join(
        letter for letter in re.split(r"\s?(?:x|ext|poste)", number, flags=re.IGNORECASE)[0] if letter.isdecimal()
    )


def unmistakable(text: str, telephones: Collection[str] = ()) -> Iterator[Span]:
    """The spans in order of kind; ``telephones`` are digits of numbers that are known to be somebody's."""
    if "@" in text:
        for found in _EMAIL.finditer(text):
            yield Span(found.start(), found.end(), Sort.EMAIL)
    for found in _WEB.finditer(text):
        yield Span(found.start(), found.start() + len(found.group().rstrip(_CLOSING)), Sort.ADDRESS)
    for found in _DIGITS.finditer(text):
        if _dialled(found.group(), telephones):
            yield Span(found.start(), found.end(), Sort.TELEPHONE)


def _dialled(run: str, telephones: Collection[str]) -> bool:
    digits = digits_of(run)
    if len(digits) >= _LOCAL and any(known.endswith(digits) or digits.endswith(known) for known in telephones):
        return True
    if not _SHORTEST <= len(digits) <= _LONGEST:
        return False
    if run.startswith(("+", "(+")) or (digits.startswith("00") and len(digits) > 10):
        return True
    number = re.split(r"\s?(?:x|ext|poste)", run, flags=re.IGNORECASE)[0].strip()
    return any(shape.fullmatch(number) for shape in (_NORTH_AMERICAN, _FRENCH, _BRITISH))
