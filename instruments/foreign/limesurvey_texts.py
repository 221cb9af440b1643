"""What LimeSurvey's text and date questions ask for: a validation becomes a pattern where it can."""

import re
from typing import Literal, overload

from instruments.foreign.limesurvey_source import Source
from instruments.kinds import Date, LongText, Number, ShortText
from instruments.patterns import PatternUnreadable, pattern
from instruments.reading_dates import is_date

LONGEST = 50_000

_WITH_PATTERN = ("S", "T", "U", "Q", ";")

_REGULAR = re.compile(r"([/#~|!])(.*)\1([a-zA-Z]*)", re.DOTALL)


@overload
def text_of(source: Source, *, one_line: Literal[True]) -> ShortText | Number: ...
@overload
def text_of(source: Source, *, one_line: bool) -> ShortText | LongText | Number: ...
def text_of(source: Source, *, one_line: bool) -> ShortText | LongText | Number:
    """A few words or many, or a number where only digits may be typed."""
    settings = source.settings
    if settings.is_on("numbers_only"):
        _pattern(source, usable=False)
        return Number(decimals=10)
    most = settings.count("maximum_chars")
    if one_line:
        return ShortText(longest=min(most or ShortText().longest, LONGEST), pattern=_pattern(source, usable=True))
    _pattern(source, usable=False)
    return LongText(longest=min(most or LongText().longest, LONGEST))


def refuse_pattern(source: Source) -> None:
    """Say of a validation that it was left out where the type of the question has no pattern to say it with."""
    if source.entry.data.get("type") not in _WITH_PATTERN:
        _pattern(source, usable=False)


def _pattern(source: Source, *, usable: bool) -> str:
    """The validation as a pattern; empty where there is none, or where it cannot be said, and then the row says so."""
    said = source.entry.data.get("preg", "").strip()
    if not said:
        return ""
    match = _REGULAR.fullmatch(said)
    found = _whole(match[2] if match else said) if not (match and match[3].strip("u")) else ""
    if usable and found and _is_pattern(found):
        return found
    source.row.loses(
        "validation", "The validation %(validation)s cannot be said here and was left out.", validation=said
    )
    return ""


def _whole(said: str) -> str:
    """A pattern for the whole text from one that may stand anywhere in it."""
    inner = said.removeprefix("^")
    if inner.endswith("$") and not inner.endswith("\\$"):
        inner = inner[:-1]
        end = ""
    else:
        end = ".*"
    begin = "" if said.startswith("^") else ".*"
    inner = f"({inner})" if "|" in inner and (begin or end or inner != said) else inner
    return f"{begin}{inner}{end}"


def _is_pattern(text: str) -> bool:
    try:
        pattern(text)
    except PatternUnreadable:
        return False
    return True


def date_of(source: Source) -> Date:
    """A date to the day; a time of day is not asked for, and the row says so."""
    settings = source.settings
    if any(letter in settings.said("date_format") for letter in "HhM:"):
        source.row.changes("settings", "Only the date is asked, without the time of day.")
    limits = []
    for name in ("date_min", "date_max"):
        said = settings.said(name)
        limits.append(said if is_date(said) else "")
        if said and not is_date(said):
            source.row.loses("settings", "The limit %(limit)s is no fixed date, so there is none.", limit=said)
    return Date(earliest=limits[0], latest=limits[1])
