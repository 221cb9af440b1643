"""What the versions of an instrument asked somebody, and what a later one asks that is new to them or worded anew."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from instruments import versions
from instruments.comparison import What, compare
from instruments.definition import questions
from instruments.versions import Version
from survey import catch_up_runs
from survey.catch_up_runs import Later
from survey.runs import Response

# In these ways a question differs so that its answer may be another one.
ANEW = frozenset({What.REWORDED, What.OPTIONS, What.ROWS, What.PROBES, What.LIMITS, What.KIND})


@dataclass(frozen=True, slots=True)
class Choice:
    """A question that could be asked later: which versions lack it, or worded it otherwise."""

    question: str
    lacking: tuple[int, ...]
    anew: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """What somebody was asked so far through an instrument: the newest finished run, and each question in a version."""

    newest: Response
    asked: Mapping[str, UUID]
    seen: frozenset[str]  # everything that stood in those versions, also what only is to be read


class Wordings:
    """What the versions of an instrument ask, looked up once. ``target`` is the one that is caught up with."""

    def __init__(self, db: Session, target: Version) -> None:
        self.target = target
        self.published = versions.of_instrument(db, target.instrument_id)
        self.number = {version.id: version.number for version in self.published}
        self._by_id = {version.id: version for version in self.published}
        self._anew: dict[UUID, frozenset[str]] = {}

    def ids(self, version_id: UUID) -> tuple[str, ...]:
        """Everything that stands in a version."""
        return tuple(one.id for one in questions(versions.definition_of(self._by_id[version_id])))

    def anew(self, version_id: UUID) -> frozenset[str]:
        """The questions that the target words otherwise than this version."""
        found = self._anew.get(version_id)
        if found is None:
            pair = (versions.definition_of(self._by_id[version_id]), versions.definition_of(self.target))
            differences = compare(*pair)
            found = frozenset(one.question for one in differences if one.question and one.kinds & ANEW)
            self._anew[version_id] = found
        return found

    def before(self, there: Sequence[Response], later: Mapping[UUID, Later]) -> Before | None:
        """What the finished ones of somebody's runs asked; None if none of them is finished."""
        done = catch_up_runs.finished_before(there, self.target.instrument_id)
        first_hand = [run for run in done if not run.kind.later]
        if not first_hand:
            return None
        asked: dict[str, UUID] = {}
        for run in done:
            ids = later[run.id].questions if run.kind.later else self.ids(run.version_id)
            asked |= dict.fromkeys(ids, run.version_id)
        return Before(max(first_hand, key=lambda run: self.number[run.version_id]), asked, frozenset(asked))

    def due(self, chosen: Collection[str], before: Before) -> tuple[str, ...]:
        """The chosen questions that somebody was not asked, or in another wording."""
        if self.number[before.newest.version_id] >= self.target.number:
            return ()
        return tuple(
            name for name in chosen if name not in before.asked or name in self.anew(before.asked[name])
        )  # fmt: skip


def choices(db: Session, target: Version) -> tuple[Choice, ...]:
    """The questions of a version that an older one lacks or words otherwise, in the order of the version."""
    wordings = Wordings(db, target)
    older = [version for version in wordings.published if version.number < target.number]
    found = []
    for question in questions(versions.definition_of(target)):
        lacking = tuple(one.number for one in older if question.id not in wordings.ids(one.id))
        anew = tuple(one.number for one in older if question.id in wordings.anew(one.id) and one.number not in lacking)
        if question.asks and (lacking or anew):
            found.append(Choice(question.id, lacking, anew))
    return tuple(found)
