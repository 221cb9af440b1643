"""Looking up what happened to an instrument: with the key every run and candidate, without it no person and no word."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments import versions
from instruments.definition import questions
from survey import accepting, catch_up_runs, runs, verdicts
from survey.chronicle import Chronicle, Column, Edition, Turn, columns, told
from survey.participants import Participant
from survey.runs import Response
from survey.verdicts import By, Candidate, Step, Verdict


def of_instrument(
    db: Session, rings: Session, study_id: UUID, instrument_id: UUID, *, by: By | None, now: datetime
) -> Chronicle:  # fmt: skip
    """The chronicle of an instrument. With ``by``, who reads candidate questions, it has the runs and every candidate;
    CannotOpen without the responses scope, and the log says that somebody looked. Without ``by`` it has the versions
    and the questions that were accepted, and nothing of single persons.
    """
    editions = tuple(
        Edition(
            version.id, version.number, version.published_at,
            frozenset(question.id for question in questions(versions.definition_of(version))),
            tuple(
                Turn(change.question, change.kinds, change.reason, change.theme, change.evidence)
                for change in versions.changes_of(db, version)
            ),
        )
        for version in versions.of_instrument(db, instrument_id)
    )  # fmt: skip
    if by is None:
        return told(editions, _by_version(editions), _accepted(db, study_id, instrument_id))
    there = [run for run in runs.of_study(db, study_id) if run.instrument_id == instrument_id and run.kind.counts]
    later = {run_id: frozenset(one.questions) for run_id, one in catch_up_runs.of_study(db, study_id).items()}
    numbers = {edition.id: edition.number for edition in editions}
    every = verdicts.listed(db, rings, study_id, by=by, now=now)
    axis = columns(there, numbers, _pseudonyms(db, study_id), later)
    return told(editions, axis, _of_instrument(every, instrument_id, there))


def _by_version(editions: Sequence[Edition]) -> tuple[Column, ...]:
    ends = [*(edition.at.date() for edition in editions[1:]), date.max]
    return tuple(
        Column(edition.number, edition.at.date(), until) for edition, until in zip(editions, ends, strict=True)
    )


def _accepted(db: Session, study_id: UUID, instrument_id: UUID) -> tuple[Candidate, ...]:
    """The candidates that became questions, without a word of what was said."""
    return tuple(
        Candidate(
            one.candidate_id, study_id, "", "", "", kept=True,
            steps=(Step(Verdict.ACCEPTED, one.by, one.at, instrument_id=instrument_id, question=one.question),),
        )
        for one in accepting.origins(db, instrument_id).values()
    )  # fmt: skip


def _of_instrument(
    every: Sequence[Candidate], instrument_id: UUID, there: Iterable[Response]
) -> tuple[Candidate, ...]:  # fmt: skip
    """Those that came up in its runs, that went into it, and those from a theme that went nowhere else."""
    here = {run.id for run in there}
    kept: set[UUID] = set()
    for one in every:
        went = {step.instrument_id for step in one.steps if step.instrument_id}
        from_theme = one.heard is None and one.at is not None and not went
        if (one.heard and one.heard.response.id in here) or instrument_id in went or from_theme:
            kept.add(one.id)
    return tuple(one for one in every if one.id in kept or any(step.into in kept for step in one.steps))


def _pseudonyms(db: Session, study_id: UUID) -> dict[UUID, str]:
    rows = db.execute(select(Participant.id, Participant.pseudonym).where(Participant.study_id == study_id))
    return {participant_id: pseudonym for participant_id, pseudonym in rows}  # noqa: C416 - rows are no pairs to mypy
