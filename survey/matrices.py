"""The asked matrix: question × participant × version, each cell saying what became of the question there.

A question that was added in mid-study is *not asked* of those who came before; it is never a mere blank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments import versions
from instruments.definition import Question, questions
from instruments.route import Missingness, Plan
from instruments.versions import Version
from survey import interviews, responses, runs
from survey.opening import Opener
from survey.participants import Participant
from survey.runs import Kind, Response
from survey.suppression import hidden
from vault import ledger
from vault.errors import Missing
from vault.studies import Scope


@dataclass(frozen=True, slots=True)
class Column:
    """A question over all versions: as it was worded last, and the numbers of the versions that ask it."""

    question: Question
    versions: frozenset[int]


@dataclass(frozen=True, slots=True)
class Row:
    """One run: whose, under which version, and what became of each question."""

    pseudonym: str
    version: int
    kind: Kind
    submitted: bool
    cells: Mapping[str, Missingness] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows by version and pseudonym; columns in the order of the newest version, questions it retired at the end."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """For those without the key: of how many runs a question was asked or not yet, None where that is not shown."""

    column: Column
    asked: int | None
    not_asked: int | None


def asked(
    db: Session, rings: Session, study_id: UUID, instrument_id: UUID, *, account_id: UUID, seed: bytes, now: datetime
) -> Matrix:
    """The matrix of an instrument; CannotOpen without the responses scope. The log says that answers were read."""
    published, there = _of(db, study_id, instrument_id)
    columns = _columns(published)
    ids = [column.question.id for column in columns]
    by_id = {version.id: version for version in published}
    pseudonyms = _pseudonyms(db, study_id)
    opener = Opener(db, rings, study_id, Scope.RESPONSES, account_id=account_id, seed=seed)
    rows = []
    for run in there:
        version = by_id[run.version_id]
        key = opener.key_or_none(run.participant_id)
        cells = (
            dict.fromkeys(ids, Missingness.WITHDRAWN)
            if key is None
            else became(db, key, run, versions.plan_of(version), ids)
        )
        rows.append(Row(pseudonyms[run.participant_id], version.number, run.kind, run.submitted_on is not None, cells))
    ledger.append(
        db, "answers.read", actor=ledger.staff(account_id), now=now, study=study_id, why="asked-matrix",
        responses=len(rows),
    )  # fmt: skip
    db.flush()
    return Matrix(columns, tuple(sorted(rows, key=lambda row: (row.version, row.pseudonym))))


def became(db: Session, key: bytes, run: Response, plan: Plan, ids: Sequence[str] = ()) -> Mapping[str, Missingness]:
    """What became of each question in a run, and of those of other versions that ``ids`` names."""
    if run.kind is Kind.INTERVIEW:
        return plan.missing(interviews.answers_of(interviews.read(db, key, run)), also=ids)
    loaded = responses.load(db, key, run)
    return plan.missing(loaded.answers, also=ids, sent=loaded.newest)


def counts(db: Session, study_id: UUID, instrument_id: UUID, *, exact: bool) -> tuple[Asked, ...]:
    """Of how many runs each question was asked, which the versions tell without a key.

    Unless ``exact``, numbers that point to single persons are not shown, and none that would give them away.
    """
    published, there = _of(db, study_id, instrument_id)
    number = {version.id: version.number for version in published}
    columns = _columns(published)
    values: dict[tuple[str, bool | None], int] = {("", None): len(there)}
    for column in columns:
        of_it = sum(number[run.version_id] in column.versions for run in there)
        values[column.question.id, True], values[column.question.id, False] = of_it, len(there) - of_it
    lines = [(("", None), [(column.question.id, True), (column.question.id, False)]) for column in columns]
    gone: frozenset[tuple[str, bool | None]] = frozenset() if exact else hidden(values, lines)

    def shown(key: tuple[str, bool | None]) -> int | None:
        return None if key in gone else values[key]

    return tuple(
        Asked(column, shown((column.question.id, True)), shown((column.question.id, False))) for column in columns
    )


def _of(db: Session, study_id: UUID, instrument_id: UUID) -> tuple[Sequence[Version], list[Response]]:
    """The versions of an instrument and its runs without trials; Missing if it is another study's."""
    published = versions.of_instrument(db, instrument_id)
    if any(version.study_id != study_id for version in published):
        raise Missing
    there = [
        run for run in runs.of_study(db, study_id) if run.instrument_id == instrument_id and run.kind is not Kind.TEST
    ]
    return published, there


def _columns(published: Sequence[Version]) -> tuple[Column, ...]:
    asking: dict[str, set[int]] = {}
    wording: dict[str, Question] = {}
    for version in reversed(published):
        for question in questions(versions.definition_of(version)):
            if question.asks:
                asking.setdefault(question.id, set()).add(version.number)
                wording.setdefault(question.id, question)
    return tuple(Column(wording[name], frozenset(numbers)) for name, numbers in asking.items())


def _pseudonyms(db: Session, study_id: UUID) -> dict[UUID, str]:
    rows = db.execute(select(Participant.id, Participant.pseudonym).where(Participant.study_id == study_id))
    return {participant_id: pseudonym for participant_id, pseudonym in rows}  # noqa: C416 - rows are no pairs to mypy
