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
from instruments.route import Missingness
from instruments.versions import Version
from survey import catch_up_runs, interviews, responses, runs
from survey.catch_up_runs import Later
from survey.merging_runs import Opened, Said, Together, together
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
    """One run with the catch-ups that follow it: whose, under which version, and what became of each question.

    ``later`` says by question in which version it was asked in a catch-up, and what became of it there.
    """

    pseudonym: str
    version: int
    kind: Kind
    submitted: bool
    cells: Mapping[str, Missingness] = field(repr=False)
    later: Mapping[str, tuple[int, Missingness]] = field(default_factory=dict, repr=False)


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
    pseudonyms = _pseudonyms(db, study_id)
    opener = Opener(db, rings, study_id, Scope.RESPONSES, account_id=account_id, seed=seed)
    theirs: dict[UUID, list[Response]] = {}
    for run in there:
        theirs.setdefault(run.participant_id, []).append(run)
    number = {version.id: version.number for version in published}
    later = catch_up_runs.of_study(db, study_id)
    rows: list[Row] = []
    for participant_id, of_one in theirs.items():
        key = opener.key_or_none(participant_id)
        found = _read(db, key, of_one, later, ids)
        rows += [_row(pseudonyms[participant_id], one, number) for one in found]
    ledger.append(
        db, "answers.read", actor=ledger.staff(account_id), now=now, study=study_id, why="asked-matrix",
        responses=len(there),
    )  # fmt: skip
    db.flush()
    return Matrix(columns, tuple(sorted(rows, key=lambda row: (row.version, row.pseudonym))))


def _read(
    db: Session, key: bytes | None, there: Sequence[Response], later: Mapping[UUID, Later], ids: Sequence[str]
) -> list[Together]:
    """Somebody's runs, each with its catch-ups; without a key everything in them is withdrawn."""
    if key is None:
        first = [run for run in there if run.id not in later]
        return [Together(run, {name: Said(run, Missingness.WITHDRAWN) for name in ids}) for run in first]
    return together([opened(db, key, run, later.get(run.id)) for run in catch_up_runs.in_order(there)], ids)


def _row(pseudonym: str, one: Together, number: Mapping[UUID, int]) -> Row:
    cells = {name: said.became for name, said in one.cells.items()}
    asked = {
        name: (number[run.version_id], said.became) for run, of_run in one.later for name, said in of_run.items()
    }  # fmt: skip
    run = one.run
    return Row(pseudonym, number[run.version_id], run.kind, run.submitted_on is not None, cells, asked)


def opened(db: Session, key: bytes, run: Response, later: Later | None) -> Opened:
    """A run with everything that was kept in it; CannotOpen with another key."""
    plan = runs.plan_of(db, run) if later is None else catch_up_runs.narrowed(db, run.version_id, later.questions)
    follows = None if later is None else later.follows
    if run.kind.spoken:
        return Opened(run, plan, interviews.answers_of(interviews.read(db, key, run)), None, follows)
    loaded = responses.load(db, key, run)
    return Opened(run, plan, loaded.answers, loaded.newest, follows)


def counts(db: Session, study_id: UUID, instrument_id: UUID, *, exact: bool) -> tuple[Asked, ...]:
    """Of how many runs each question was asked, which the versions tell without a key.

    Unless ``exact``, numbers that point to single persons are not shown, and none that would give them away.
    """
    published, there = _of(db, study_id, instrument_id)
    number = {version.id: version.number for version in published}
    columns = _columns(published)
    later = catch_up_runs.of_study(db, study_id)
    caught: dict[UUID, set[str]] = {}
    for one in later.values():
        caught.setdefault(one.follows, set()).update(one.questions)
    first = [run for run in there if run.id not in later]
    values: dict[tuple[str, bool | None], int] = {("", None): len(first)}
    for column in columns:
        name = column.question.id
        of_it = sum(number[run.version_id] in column.versions or name in caught.get(run.id, ()) for run in first)
        values[name, True], values[name, False] = of_it, len(first) - of_it
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
    there = [run for run in runs.of_study(db, study_id) if run.instrument_id == instrument_id and run.kind.counts]
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
