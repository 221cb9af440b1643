"""From the year, month and day that were typed to a date as precise as the person was, or to what to do."""

import re
from calendar import monthrange
from datetime import date

from instruments.fields import DATE_PARTS, NOTHING, Circumstances, Form, Read, Reader, date_field, first
from instruments.kinds import TODAY, Date
from instruments.sentences import Problem, Sentence

ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_YEAR = re.compile(r"[0-9]{4}")
_ONE_OR_TWO = re.compile(r"[0-9]{1,2}")


def date_reader(kind: Date, name: str) -> Reader:
    """Reads three fields, of which month and day may stay empty where the question allows that."""
    names = [date_field(name, part) for part in DATE_PARTS]
    needed = DATE_PARTS.index(kind.precision) + 1

    def read(form: Form, circumstances: Circumstances) -> Read:
        typed = [first(form, field).strip() for field in names]
        if not any(typed):
            return NOTHING
        at, sentence = _not_a_date(typed, needed)
        if sentence is not None:
            return None, (Problem(names[at], sentence),)
        year, month, day = typed
        found = "-".join([year, *(part.zfill(2) for part in (month, day) if part)])
        sentence = _outside(found, kind, circumstances.today)
        return (found, ()) if sentence is None else (None, (Problem(names[0], sentence),))

    return read


def _not_a_date(typed: list[str], needed: int) -> tuple[int, Sentence | None]:
    """Which field to go to and what to do there; nothing to do if the three make a date."""
    year, month, day = typed
    if not _YEAR.fullmatch(year) or year < "1000":
        return 0, Sentence("Write the year with four digits, for example 1998.")
    if not month and (day or needed > 1):
        return 1, Sentence("Write the month as a number from 1 to 12.")
    if month and not (_ONE_OR_TWO.fullmatch(month) and 1 <= int(month) <= 12):
        return 1, Sentence("Write the month as a number from 1 to 12.")
    if not day:
        return 2, Sentence("Write the day of the month.") if needed > 2 else None
    last = monthrange(int(year), int(month))[1]
    if not (_ONE_OR_TWO.fullmatch(day) and 1 <= int(day) <= last):
        return 2, Sentence("Write the day as a number from 1 to %(last)s: that month has no other.", {"last": last})
    return 0, None


def _outside(found: str, kind: Date, today: date) -> Sentence | None:
    """What to do if the date is before or after the limits, as far as the less precise of the two goes."""
    earliest, latest = (today.isoformat() if limit == TODAY else limit for limit in (kind.earliest, kind.latest))
    if earliest and _before(found, earliest):
        if kind.earliest == TODAY:
            return Sentence("Give a date that is today or later.")
        return Sentence("Give a date that is %(earliest)s or later.", {"earliest": earliest})
    if latest and _before(latest, found):
        if kind.latest == TODAY:
            return Sentence("Give a date that is today or earlier.")
        return Sentence("Give a date that is %(latest)s or earlier.", {"latest": latest})
    return None


def _before(left: str, right: str) -> bool:
    shared = min(len(left), len(right))
    return left[:shared] < right[:shared]


def is_date(text: str) -> bool:
    """Whether ``text`` is an ISO date, perhaps without day or month, that is in the calendar."""
    found = ISO.fullmatch(text)
    if not found:
        return False
    return _not_a_date([part or "" for part in found.groups()], 1)[1] is None
