"""Whether each question, looked at by itself, can be asked and answered: options, limits, patterns."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from instruments.definition import CODE, ID, Question, Role
from instruments.findings import Finding, Spot
from instruments.kinds import (
    MOST_POINTS,
    TODAY,
    Date,
    Information,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Rank,
    Scale,
    ShortText,
    SingleChoice,
    Topic,
    options_of,
    points_of,
)
from instruments.patterns import PatternUnreadable, pattern
from instruments.reading_dates import is_date

MOST_CHARACTERS = 50_000
MOST_DECIMALS = 10
LARGEST_NUMBER = 10**15


def inspect_kind_of(question: Question, role: Role) -> Iterator[Finding]:
    """Findings about a question by itself."""
    spot = Spot.of(question)
    yield from _kind(question.kind, spot)
    yield from _options(question, spot)
    yield from _manners(question, role, spot)


def _kind(kind: Kind, spot: Spot) -> Iterator[Finding]:
    match kind:
        case ShortText() | LongText():
            yield from _text(kind, spot)
        case MultipleChoice():
            yield from _number_of_choices(kind, spot)
        case Number():
            yield from _number(kind, spot)
        case Date():
            yield from _date(kind, spot)
        case Scale():
            yield from _scale(kind, spot)
        case Matrix():
            yield from _named([row.id for row in kind.rows], "row", spot)
            yield from _kind(kind.each, spot.at("each"))
            if not kind.rows:
                yield spot.at("rows").error("Add a row: a matrix asks the same thing of each of its rows.")
        case Rank():
            yield from _rank(kind, spot)
        case Topic():
            yield from _named([probe.id for probe in kind.probes], "probe", spot)
        case _:
            return


def _named(ids: Sequence[str], part: str, spot: Spot) -> Iterator[Finding]:
    for name, count in Counter(ids).items():
        here = spot.at(f"{part}.{name}")
        if count > 1:
            yield here.error("“%(name)s” stands here more than once. Give each its own name.", name=name)
        if not ID.fullmatch(name):
            yield here.error("Name this with letters, digits and _, beginning with a letter; 64 at most.")


def _text(kind: ShortText | LongText, spot: Spot) -> Iterator[Finding]:
    if kind.longest < 1 or kind.longest > MOST_CHARACTERS:
        yield spot.at("longest").error("Leave room for 1 to %(most)s characters.", most=MOST_CHARACTERS)
    if kind.shortest < 0 or kind.shortest > kind.longest:
        yield spot.at("shortest").error("Ask for at least 0 characters, and for no more than there is room for.")
    if not isinstance(kind, ShortText) or not kind.pattern:
        return
    if kind.format:
        yield spot.at("pattern").advice("Choose either a format or a pattern: an answer has to fit both.")
    try:
        pattern(kind.pattern)
    except PatternUnreadable as unreadable:
        yield spot.at("pattern").unreadable(unreadable.position, unreadable.problem)


def _number_of_choices(kind: MultipleChoice, spot: Spot) -> Iterator[Finding]:
    offered = sum(not option.exclusive for option in kind.options)
    if kind.at_least < 0 or kind.at_least > max(offered, 0):
        yield spot.at("at_least").error("Ask for no more answers than there are options that go together.")
    if kind.at_most is not None and kind.at_most < max(kind.at_least, 1):
        yield spot.at("at_most").error("Allow at least one answer, and as many as you ask for.")


def _number(kind: Number, spot: Spot) -> Iterator[Finding]:
    for place, limit in (("least", kind.least), ("most", kind.most)):
        if limit is not None and not (math.isfinite(limit) and abs(limit) < LARGEST_NUMBER):
            yield spot.at(place).error("Write a number of at most 15 digits.")
        elif limit is not None and round(limit, max(kind.decimals, 0)) != limit:
            yield spot.at(place).advice("Write the limit with as many decimals as an answer may have.")
    if kind.least is not None and kind.most is not None and kind.least > kind.most:
        yield spot.at("least").error("Exchange the two limits: the lowest number is above the highest.")
    if not 0 <= kind.decimals <= MOST_DECIMALS:
        yield spot.at("decimals").error("Allow from 0 to %(most)s digits after the point.", most=MOST_DECIMALS)


def _date(kind: Date, spot: Spot) -> Iterator[Finding]:
    readable = True
    for place, limit in (("earliest", kind.earliest), ("latest", kind.latest)):
        if limit and limit != TODAY and not is_date(limit):
            readable = False
            yield spot.at(place).error("Write a date such as 2006, 2006-10 or 2006-10-04, or the word today.")
    fixed = kind.earliest and kind.latest and TODAY not in (kind.earliest, kind.latest)
    shared = min(len(kind.earliest), len(kind.latest))
    if readable and fixed and kind.earliest[:shared] > kind.latest[:shared]:
        yield spot.at("earliest").error("Exchange the two limits: the earliest date is after the latest.")


def _scale(kind: Scale, spot: Spot) -> Iterator[Finding]:
    points = points_of(kind)
    if kind.step < 1:
        yield spot.at("step").error("Let each point be 1 or more above the one before.")
    elif len(points) < 2:
        yield spot.at("last").error("Give the scale from 2 to %(most)s points, the lowest first.", most=MOST_POINTS)
    elif points[-1] != kind.last:
        yield spot.at("last").error("Choose a last point that the steps from the first one meet.")
    elif kind.middle and len(points) % 2 == 0:
        yield spot.at("middle").advice("A scale with an even number of points has no middle; its name is not shown.")
    if not (kind.low and kind.high):
        yield spot.at("low").advice("Name both ends of the scale, so that everybody reads it the same way round.")


def _rank(kind: Rank, spot: Spot) -> Iterator[Finding]:
    if len(kind.options) == 1:
        yield spot.at("options").error("Add an option: one alone cannot be put in order.")
    if kind.top is not None and not 1 <= kind.top <= len(kind.options):
        yield spot.at("top").error("Ask for as many places as there are options, at most.")


def _options(question: Question, spot: Spot) -> Iterator[Finding]:
    options = options_of(question.kind)
    of = question.kind.each if isinstance(question.kind, Matrix) else question.kind
    if not isinstance(of, SingleChoice | MultipleChoice | Rank):
        return
    if not options:
        yield spot.at("options").error("Add options to choose from.")
    for code, count in Counter(option.code for option in options).items():
        here = spot.at(f"option.{code}")
        if count > 1:
            yield here.error("The code “%(code)s” stands here more than once. Give each option its own.", code=code)
        if not CODE.fullmatch(code):
            yield here.error("Write the code with letters, digits, _, - and dots; 64 at most.")
    yield from _use_of_options(options, of, spot)
    if question.may_decline and any(option.declines for option in options):
        yield spot.at("may_decline").advice("There are two ways to decline here. Keep the option or the tick box.")


def _use_of_options(
    options: tuple[Option, ...], of: SingleChoice | MultipleChoice | Rank, spot: Spot
) -> Iterator[Finding]:
    if isinstance(of, SingleChoice) and len(options) == 1:
        yield spot.at("options").advice("There is nothing to choose between. Add an option, or ask yes or no.")
    if options and all(option.relevant for option in options):
        yield spot.at("options").advice("Offer one option to everybody: there may be nothing to choose from.")
    for option in options:
        here = spot.at(f"option.{option.code}")
        if option.exclusive and not isinstance(of, MultipleChoice):
            yield here.advice("Only one can be chosen anyway, so “alone” says nothing here.")
        if option.declines and isinstance(of, MultipleChoice) and not option.exclusive:
            yield here.error("Make this option exclusive: whoever declines chooses nothing else.")
        if option.declines and isinstance(of, Rank):
            yield here.error(
                "Take this option out and let the whole question be declined: it has no place in an order."
            )


def _manners(question: Question, role: Role, spot: Spot) -> Iterator[Finding]:
    """How the question fits the instrument, and its fields each other."""
    kind = question.kind
    if isinstance(kind, Topic) and role is Role.SURVEY:
        yield spot.at("kind").error("Ask this another way: a topic is for an interviewer, and nobody interviews here.")
    if isinstance(kind, Topic) and question.required:
        yield spot.at("required").advice("Let the interviewer leave a topic out: a conversation takes its own way.")
    if question.notes and role is Role.SURVEY:
        yield spot.at("notes").advice("Nobody reads these notes: a survey has no interviewer. Use help instead.")
    if isinstance(kind, Information):
        for place in ("required", "may_decline", "identifying", "constraint"):
            if getattr(question, place):
                yield spot.at(place).error("Take this out: there is nothing to answer.")
    has_pattern = isinstance(kind, ShortText) and kind.pattern
    if question.message and not (question.constraint or has_pattern):
        yield spot.at("message").advice("This message is never shown: there is no constraint or pattern to miss.")
    if question.constraint and not question.message:
        yield spot.at("message").advice(
            "Say what to do when the constraint is not met; else only “check this” is said."
        )
