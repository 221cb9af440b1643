"""What happened to an instrument, in order: who was asked which version, which candidates and themes came up when.

The axis is the order of the runs. An even ``slot`` lies between two columns (0 before the first, 2 before the second),
an odd one in the middle of a column (1 in the first), so that what happened between two interviews stands between them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from instruments.comparison import What
from survey.runs import Response
from survey.verdicts import Candidate, Verdict

# As many columns as a drawing can show side by side; of more runs, several in a row share one.
MOST_COLUMNS = 60


class Deed(StrEnum):
    """What happened."""

    HEARD = "heard"  # a question outside the guide, in an interview
    PROPOSED = "proposed"  # a question that follows from a theme
    REOPENED = "open"
    MERGED = "merged"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    PUBLISHED = "published"
    ENTERED = "entered"  # a question, in a version after the first
    RETURNED = "returned"
    CHANGED = "changed"
    RETIRED = "retired"


_ORDER = tuple(Deed)
_OF_VERDICTS = {
    Verdict.OPEN: Deed.REOPENED, Verdict.MERGED: Deed.MERGED, Verdict.DECLINED: Deed.DECLINED,
    Verdict.ACCEPTED: Deed.ACCEPTED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turn:
    """What a version did to a question, and why."""

    question: str
    kinds: frozenset[What]
    reason: str
    theme: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A published version: its number, since when, what it asks and what it changed."""

    id: UUID
    number: int
    at: datetime
    asks: frozenset[str]
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """What stands at one place of the axis: a run, or several in a row under one version.

    Without the key it is a version, which holds no ``runs``.
    """

    version: int
    since: date
    until: date
    first: int = 0  # counted from 1
    pseudonym: str = ""  # of a run that stands alone
    runs: frozenset[UUID] = field(default=frozenset(), repr=False)
    only: frozenset[str] | None = None  # the questions of a catch-up; None: all that its version asks


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, and where on the axis."""

    slot: int
    at: datetime
    deed: Deed
    version: int = 0
    question: str = ""
    kinds: frozenset[What] = frozenset()
    candidate: UUID | None = None
    into: UUID | None = None
    reason: str = field(default="", repr=False)
    theme: str = field(default="", repr=False)
    evidence: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme by the name that it had first, and every slot at which it came up; ``first`` is where it did so first."""

    name: str = field(repr=False)
    first: Event
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chronicle:
    """Everything that happened to an instrument, ``events`` in their order."""

    editions: tuple[Edition, ...]
    columns: tuple[Column, ...]
    candidates: tuple[Candidate, ...]
    events: tuple[Event, ...]
    themes: tuple[Theme, ...]

    @property
    def asked(self) -> frozenset[str]:
        """Every question of any version."""
        return frozenset(question for edition in self.editions for question in edition.asks)

    def asking(self, question: str) -> tuple[tuple[int, int], ...]:
        """The stretches of columns, from the first to the last of each, in which the question is asked."""
        numbers = {edition.number for edition in self.editions if question in edition.asks}
        return _stretches(
            at
            for at, column in enumerate(self.columns)
            if column.version in numbers and (column.only is None or question in column.only)
        )

    def under(self, numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
        """The stretches of columns under these versions."""
        wanted = set(numbers)
        return _stretches(at for at, column in enumerate(self.columns) if column.version in wanted)


def _stretches(places: Iterable[int]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for at in places:
        if found and found[-1][1] == at - 1:
            found[-1] = found[-1][0], at
        else:
            found.append((at, at))
    return tuple(found)


def columns(
    there: Iterable[Response],
    numbers: Mapping[UUID, int],
    pseudonyms: Mapping[UUID, str],
    later: Mapping[UUID, frozenset[str]] = MappingProxyType({}),
) -> tuple[Column, ...]:
    """The axis: runs by day and version, one each while they fit, else several in a row that ask the same.

    ``later`` says by run of a catch-up which questions it asks.
    """

    def place(run: Response) -> tuple[date, int, str]:
        return run.begun_on, numbers[run.version_id], pseudonyms[run.participant_id]

    def asks(run: Response) -> tuple[UUID, frozenset[str] | None]:
        return run.version_id, later.get(run.id)

    ordered = sorted(there, key=place)
    most = -(-len(ordered) // MOST_COLUMNS) or 1
    found: list[list[Response]] = []
    for run in ordered:
        if found and len(found[-1]) < most and asks(found[-1][-1]) == asks(run):
            found[-1].append(run)
        else:
            found.append([run])
    made, first = [], 1
    for group in found:
        made.append(
            Column(
                numbers[group[0].version_id], group[0].begun_on, group[-1].begun_on, first,
                pseudonyms[group[0].participant_id] if len(group) == 1 else "", frozenset(run.id for run in group),
                later.get(group[0].id),
            )
        )  # fmt: skip
        first += len(group)
    return tuple(made)


def told(editions: Sequence[Edition], axis: Sequence[Column], every: Sequence[Candidate]) -> Chronicle:
    """The chronicle of these versions, columns and candidates."""
    published = _published(editions, axis)
    found = [*_of_editions(editions, published)]
    entered = {
        event.question: event.slot for event in found if event.deed in {Deed.ENTERED, Deed.RETURNED}
    }  # fmt: skip
    for one in every:
        found += _of_candidate(one, axis, entered)
    events = sorted(found, key=lambda event: (event.slot, event.at, event.version, _ORDER.index(event.deed)))
    return Chronicle(tuple(editions), tuple(axis), tuple(every), tuple(events), _themes(events))


def _slot(at: date, axis: Sequence[Column]) -> int:
    """After everybody who had begun by that day: decisions follow what was heard."""
    return 2 * sum(column.since <= at for column in axis)


def _published(editions: Sequence[Edition], axis: Sequence[Column]) -> dict[int, int]:
    """By version, where it was published: before the first who was asked it, and never behind a later version."""
    found: dict[int, int] = {}
    latest = 2 * len(axis)
    for edition in reversed(editions):
        first = next((at for at, column in enumerate(axis) if column.version == edition.number), None)
        latest = min(latest, _slot(edition.at.date(), axis) if first is None else 2 * first)
        found[edition.number] = latest
    return found


def _of_editions(editions: Sequence[Edition], published: Mapping[int, int]) -> Iterator[Event]:
    for edition in editions:
        slot = published[edition.number]
        yield Event(slot, edition.at, Deed.PUBLISHED, edition.number)
        for turn in edition.turns:
            yield Event(
                slot, edition.at, _deed(turn.kinds), edition.number, turn.question, turn.kinds, reason=turn.reason,
                theme=turn.theme, evidence=turn.evidence,
            )  # fmt: skip


def _deed(kinds: frozenset[What]) -> Deed:
    for what, deed in ((What.ADDED, Deed.ENTERED), (What.RESTORED, Deed.RETURNED), (What.RETIRED, Deed.RETIRED)):
        if what in kinds:
            return deed
    return Deed.CHANGED


def _of_candidate(one: Candidate, axis: Sequence[Column], entered: Mapping[str, int]) -> Iterator[Event]:
    if one.heard is not None:
        here = next((at for at, column in enumerate(axis) if one.heard.response.id in column.runs), None)
        slot = _slot(one.heard.held_on, axis) if here is None else 2 * here + 1
        noon = datetime.combine(one.heard.held_on, time(), UTC)
        yield Event(slot, noon, Deed.HEARD, candidate=one.id, theme=one.theme)
    elif one.at is not None:
        yield Event(_slot(one.at.date(), axis), one.at, Deed.PROPOSED, candidate=one.id, theme=one.theme)
    for step in one.steps:
        slot = _slot(step.at.date(), axis)
        if step.question:
            # A question cannot have been accepted after the version that asks it, whatever else happened on that day.
            slot = min(slot, entered.get(step.question, slot))
        yield Event(
            slot, step.at, _OF_VERDICTS[step.verdict], question=step.question, candidate=one.id, into=step.into,
            reason=step.said.note, theme=step.said.theme, evidence=step.said.evidence,
        )  # fmt: skip


def _themes(events: Iterable[Event]) -> tuple[Theme, ...]:
    found: dict[str, tuple[str, Event, list[int]]] = {}
    for event in events:
        # Of merged candidates the themes stand together, with semicolons between them.
        for name in filter(None, (part.strip() for part in event.theme.split(";"))):
            _, _, slots = found.setdefault(name.casefold(), (name, event, []))
            if event.slot not in slots:
                slots.append(event.slot)
    return tuple(Theme(name, first, tuple(slots)) for name, first, slots in found.values())
