"""The kinds of question: what each asks for, what limits it has, and what an answer to it is as a plain JSON value.

| kind | an answer is | for example |
|---|---|---|
| short_text, long_text | the words, without spaces around them | ``"Calgary"`` |
| single_choice | a choice | ``"clinician"`` or ``{"code": "other", "words": "nurse"}`` |
| multiple_choice | choices, in the order of the options | ``["phd", {"code": "other", "words": "DPhil"}]`` |
| yes_no | one of the two codes | ``"yes"``, ``"no"`` |
| number | a JSON number of at most 15 digits; an integer where no decimals are asked for | ``12``, ``2.5`` |
| date | ISO 8601, as precise as the person was | ``"2006"``, ``"2006-10"``, ``"2006-10-04"`` |
| scale | the point, an integer | ``4`` |
| matrix | what was answered by row; rows without an answer are not there | ``{"respect": 4}`` |
| rank | choices, the first one first | ``["time", "money"]`` |
| information | nothing: it is only read | |
| topic | what became of it, the notes, when each probe was ticked (UTC, empty if not known) | \
``{"state": "asked", "notes": "…", "probes": {"department": "2026-11-23T12:04:05Z"}}`` |

A *choice* is an option's code, or ``{"code": …, "words": …}`` where the person put it in their own words. To any
question that offers it, the answer may be ``{"declined": true}``. No answer is no entry, never ``null`` or ``""``.

A default may never change: a canonical text leaves defaults out, so a changed one would change what old versions mean.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from instruments.sentences import Texts

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Answer: TypeAlias = Json
Answers: TypeAlias = Mapping[str, Answer]

YES, NO = "yes", "no"
TODAY = "today"
STATES = ("asked", "skipped", "declined")
DECLINED: dict[str, Json] = {"declined": True}
LONGEST_WORDS = 500
MOST_POINTS = 101


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a definition: it cannot be changed, and what it does not know it refuses."""


class Option(Value, frozen=True):
    """Something to choose. ``code`` never changes meaning."""

    code: str
    label: Texts
    words: bool = False  # "other, please say": a field for the person's own words stands beside it
    exclusive: bool = False  # "none of these": goes with no other option
    declines: bool = False  # "prefer not to say": chosen, it counts as declined
    relevant: str = ""  # offered only where this condition holds


class Row(Value, frozen=True):
    """A line of a matrix. ``id`` never changes meaning."""

    id: str
    label: Texts
    relevant: str = ""


class Probe(Value, frozen=True):
    """What an interviewer asks further about a topic. ``id`` never changes meaning."""

    id: str
    label: Texts


class ShortText(Value, frozen=True, tag_field="kind", tag="short_text"):
    """One line of words, between ``shortest`` and ``longest`` characters, of a format or matching a whole pattern."""

    shortest: int = 0
    longest: int = 200
    format: Literal["", "email", "phone", "web", "time"] = ""
    pattern: str = ""  # see instruments.patterns


class LongText(Value, frozen=True, tag_field="kind", tag="long_text"):
    """Words of any number of lines."""

    shortest: int = 0
    longest: int = 10_000


class SingleChoice(Value, frozen=True, tag_field="kind", tag="single_choice"):
    """One of the options."""

    options: tuple[Option, ...] = ()


class MultipleChoice(Value, frozen=True, tag_field="kind", tag="multiple_choice"):
    """Any of the options; an exclusive one only alone (``at_least`` does not bind it)."""

    options: tuple[Option, ...] = ()
    at_least: int = 0
    at_most: int | None = None


class YesNo(Value, frozen=True, tag_field="kind", tag="yes_no"):
    """Yes or no, in the words of the page's language."""


class Number(Value, frozen=True, tag_field="kind", tag="number"):
    """A number in a unit, from ``least`` to ``most``, with at most ``decimals`` digits after the point."""

    unit: Texts = msgspec.field(default_factory=dict)
    least: int | float | None = None
    most: int | float | None = None
    decimals: int = 0


class Date(Value, frozen=True, tag_field="kind", tag="date"):
    """A date, at least as precise as ``precision``. The limits are ISO dates, may be partial, or ``today``."""

    precision: Literal["day", "month", "year"] = "day"
    earliest: str = ""
    latest: str = ""


class Scale(Value, frozen=True, tag_field="kind", tag="scale"):
    """Points from ``first`` to ``last``, of which the ends, and perhaps the middle, have names."""

    first: int = 1
    last: int = 5
    step: int = 1
    low: Texts = msgspec.field(default_factory=dict)
    high: Texts = msgspec.field(default_factory=dict)
    middle: Texts = msgspec.field(default_factory=dict)


Cell: TypeAlias = Scale | SingleChoice | MultipleChoice | YesNo | Number | ShortText


class Matrix(Value, frozen=True, tag_field="kind", tag="matrix"):
    """The same thing asked of each row: a scale, choices, a number or a few words."""

    each: Cell
    rows: tuple[Row, ...] = ()


class Rank(Value, frozen=True, tag_field="kind", tag="rank"):
    """Options put in order: all of them, or the ``top`` few."""

    options: tuple[Option, ...] = ()
    top: int | None = None


class Information(Value, frozen=True, tag_field="kind", tag="information"):
    """Something to read; nothing is asked."""


class Topic(Value, frozen=True, tag_field="kind", tag="topic"):
    """What an interviewer raises, and the probes that may follow."""

    probes: tuple[Probe, ...] = ()


Kind: TypeAlias = (
    ShortText
    | LongText
    | SingleChoice
    | MultipleChoice
    | YesNo
    | Number
    | Date
    | Scale
    | Matrix
    | Rank
    | Information
    | Topic
)


def name_of(kind: Kind) -> str:
    """The name under which the kind stands in a file: ``single_choice``."""
    return str(kind.__struct_config__.tag)


def options_of(kind: Kind) -> tuple[Option, ...]:
    """The options that an answer may choose from; those of a matrix are the options of its cells."""
    of = kind.each if isinstance(kind, Matrix) else kind
    return of.options if isinstance(of, SingleChoice | MultipleChoice | Rank) else ()


def points_of(scale: Scale) -> range:
    """The points of a scale; none if it stands upside down, does not step forward, or has more than anybody reads."""
    sound = scale.step > 0 and (scale.last - scale.first) // scale.step < MOST_POINTS
    return range(scale.first, scale.last + 1, scale.step) if sound else range(0)


def code_of(choice: Json) -> str:
    """The code of a choice, with or without words; empty if it is no choice."""
    code = choice.get("code") if isinstance(choice, dict) else choice
    return code if isinstance(code, str) else ""


def words_of(choice: Json) -> str:
    """What the person added to a choice in their own words; empty if nothing."""
    words = choice.get("words") if isinstance(choice, dict) else None
    return words if isinstance(words, str) else ""


def codes_of(answer: Answer) -> list[str]:
    """The codes in an answer to a choice or rank; none if it is no such answer."""
    chosen = answer if isinstance(answer, list) else [answer]
    return [code for code in map(code_of, chosen) if code]


def choice(code: str, words: str = "") -> Json:
    """A choice as a plain value: the code, with the words where there are some."""
    return {"code": code, "words": words} if words else code
