"""A question, or a row of one, over all versions of its instrument: what is asked there, by whom it was answered.

Everything that differs between versions is dealt with here, so that what a question becomes (exports.unfolding) is said
once for each kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from exports.cells import storable
from exports.dataset import Case, Column, Record
from exports.gaps import OF_MISSINGNESS, Gap
from exports.variables import Label, Measure, Reading, Source, Type, Value, Variable
from instruments.condition_parser import parse
from instruments.conditions import Condition, evaluate, references
from instruments.kinds import Json, Kind, Option, Probe, Row, name_of
from instruments.route import Missingness
from instruments.sentences import Texts, in_language

# Who has a name that several want: what is known of a record, then questions, attributes, and parts of questions.
RANK_RECORD, RANK_QUESTION, RANK_ATTRIBUTE, RANK_PART, RANK_COMPANION = range(5)

_ANSWERED = Missingness.ANSWERED

Part: TypeAlias = Option | Row | Probe
Take: TypeAlias = Callable[[Json, Record], Value]


@dataclass(frozen=True, slots=True)
class Place:
    """A question, or one row of a matrix: what is asked there by version, and how its answer is found."""

    column: Column
    language: str
    kinds: Mapping[int, Kind]
    path: tuple[str, ...] = ()
    branch: str = ""
    earlier: tuple[str, ...] = ()
    within: Callable[[Json], Json] | None = field(default=None, repr=False)
    lacking: Callable[[Record], Gap] = field(default=lambda _: Gap.SKIPPED, repr=False)

    @property
    def newest(self) -> Kind:
        """What the newest version that asks it asks for."""
        return self.kinds[max(self.kinds)]

    def said(self, texts: Texts) -> str:
        """A text of the instrument in the language of labels."""
        return storable(in_language(texts, self.language))

    def variable(
        self,
        type_: Type,
        measure: Measure,
        take: Take,
        *,
        part: tuple[str, ...] = (),
        branch: str = "",
        versions: frozenset[int] = frozenset(),
        earlier: tuple[str, ...] = (),
        in_set: bool = False,
        labels: tuple[Label, ...] = (),
    ) -> Variable:
        """A variable of this place or, with ``part``, of a part of it that only ``versions`` have.

        ``in_set``: parts that are looked at side by side; rows are so anyway.
        """
        question, path = self.column.question, (*self.path, *part)
        known = versions or frozenset(self.kinds)
        together = "_".join((question.id, *(self.path if part else ()))) if in_set or (path and not part) else ""
        source = Source(
            question.id,
            ".".join(path),
            name_of(question.kind),
            self.said(self.column.section),
            tuple(sorted(known)),
            (*self.earlier, *earlier),
            together,
        )
        return Variable(
            name="_".join((question.id, *path)),
            companion="",
            stem=self.said(question.label),
            branch=" – ".join(filter(None, (self.branch, branch))),
            type=type_,
            measure=measure,
            source=source,
            read=self._reading(take, versions),
            labels=labels,
            rank=RANK_PART if path else RANK_QUESTION,
        )

    def _reading(self, take: Take, versions: frozenset[int]) -> Reading:
        """How a record fills a variable of this place. Asked a million times, so what is whole has a short way."""
        question, within, lacking = self.column.question.id, self.within, self.lacking

        def read(record: Record, _: Case) -> Value:
            cell = record.cells[question]
            return take(cell.answer, record) if cell.became is _ANSWERED else OF_MISSINGNESS[cell.became]

        def read_part(record: Record, _: Case) -> Value:
            cell = record.cells[question]
            if cell.became is not _ANSWERED:
                return OF_MISSINGNESS[cell.became]
            if (cell.version or record.version) not in known:
                return Gap.NOT_ASKED
            answer = cell.answer if within is None else within(cell.answer)
            return lacking(record) if answer is None else take(answer, record)

        known = versions or frozenset(self.kinds)
        return read_part if versions or self.path else read


@dataclass(frozen=True, slots=True)
class Merged:
    """An option, row or probe over the versions: worded as in the newest that has it, with older wordings beside it."""

    name: str
    part: Part
    versions: frozenset[int]
    earlier: tuple[str, ...]
    with_words: frozenset[int]  # versions in which one may add something in one's own words
    conditions: Mapping[int, Condition]

    def offered(self, record: Record, question: str) -> bool:
        """Whether this person had it before their eyes; True where the release does not hold what that depends on."""
        condition = self.conditions.get(record.version_of(question))
        if condition is None or not references(condition) <= record.cells.keys():
            return True
        answers = {name: cell.answer for name, cell in record.cells.items() if cell.answer is not None}
        return evaluate(condition, answers)


def merged(place: Place, parts_of: Callable[[Kind], tuple[Part, ...]]) -> list[Merged]:
    """The parts of all versions in the order in which they first appeared, so that a later one changes no number."""
    found: dict[str, dict[int, Part]] = {}
    for version in sorted(place.kinds):
        for part in parts_of(place.kinds[version]):
            found.setdefault(name_of_part(part), {})[version] = part
    parts = []
    for name, by_version in found.items():
        newest = by_version[max(by_version)]
        wordings = {version: place.said(part.label) for version, part in by_version.items()}
        conditions = {
            version: parse(part.relevant)
            for version, part in by_version.items()
            if not isinstance(part, Probe) and part.relevant
        }
        earlier = earlier_wordings(wordings, place.said(newest.label))
        words = frozenset(at for at, part in by_version.items() if isinstance(part, Option) and part.words)
        parts.append(Merged(name, newest, frozenset(by_version), earlier, words, conditions))
    return parts


def name_of_part(part: Part) -> str:
    """What never changes meaning: an option's code, the id of a row or probe."""
    return part.code if isinstance(part, Option) else part.id


def earlier_wordings(wordings: Mapping[int, str], newest: str) -> tuple[str, ...]:
    """How versions worded something that worded it otherwise than the newest."""
    return tuple(f"{version}: {text}" for version, text in sorted(wordings.items()) if text != newest)
