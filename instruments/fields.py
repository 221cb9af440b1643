"""How the fields of a form are named, and what a page that was sent looks like.

| field | holds |
|---|---|
| ``id`` | the text, the number, the code of the option; repeated for several options; for a rank repeated in order |
| ``id.words.CODE`` | the person's own words for option CODE |
| ``id.year`` ``id.month`` ``id.day`` | the parts of a date |
| ``id.row.ROW`` | the same again for each row of a matrix, with ``id.row.ROW.words.CODE`` |
| ``id.declined`` | anything, when "I prefer not to answer this" is ticked |
| ``id.state`` ``id.notes`` | what became of an interview topic, and the notes |
| ``id.probe`` | repeated: the probes that were ticked |
| ``id.probe_at.PROBE`` | when a probe was ticked, ISO 8601 in UTC, if known |
| ``id.move`` | a button of a rank, see ``instruments.ranking``: changes the page, is no answer |

Ids have no dot, so what stands before the first one is the question.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeAlias

import msgspec

from instruments.kinds import Answer, Answers
from instruments.sentences import Problem

Form: TypeAlias = Mapping[str, Sequence[str]]
DATE_PARTS = ("year", "month", "day")


class Circumstances(msgspec.Struct, frozen=True):
    """What an answer may depend on beside itself: the day, and the answers that the route has reached so far."""

    today: date
    answers: Answers


# An answer (None if there is none) and what keeps it from being taken (nothing if it is sound).
Read: TypeAlias = tuple[Answer, tuple[Problem, ...]]
Reader: TypeAlias = Callable[[Form, Circumstances], Read]
NOTHING: Read = (None, ())


def words_field(name: str, code: str) -> str:
    """Where a person says option ``code`` in their own words."""
    return f"{name}.words.{code}"


def row_field(name: str, row: str) -> str:
    """Where a row of a matrix is answered."""
    return f"{name}.row.{row}"


def date_field(name: str, part: str) -> str:
    """Where the year, month or day is written."""
    return f"{name}.{part}"


def declined_field(name: str) -> str:
    """Where a person ticks that they prefer not to answer."""
    return f"{name}.declined"


def state_field(name: str) -> str:
    """Where an interviewer says whether the topic was asked, skipped or declined."""
    return f"{name}.state"


def notes_field(name: str) -> str:
    """Where an interviewer writes notes on a topic."""
    return f"{name}.notes"


def probe_field(name: str) -> str:
    """Where the probes of a topic are ticked."""
    return f"{name}.probe"


def probe_at_field(name: str, probe: str) -> str:
    """Where it stands when a probe was ticked."""
    return f"{name}.probe_at.{probe}"


def first(form: Form, name: str) -> str:
    """The value sent under ``name``; empty if there is none."""
    values = form.get(name)
    return values[0] if values else ""
