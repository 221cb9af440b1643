"""What a further version would mean for those who were asked already and for those still to come, in counts."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments import versions
from instruments.definition import questions
from survey import audiences, catch_up_runs, frames, runs, statuses
from survey.participants import Participant, Standing
from survey.sampling import Stratum
from survey.statuses import Status

# With these nothing more is begun.
_OVER = frozenset({Status.DECLINED, Status.CLOSED, Status.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Going:
    """Somebody in the middle of a version, on which they finish."""

    pseudonym: str
    version: int


@dataclass(frozen=True, slots=True)
class Impact:
    """``holding`` says by question how many responses there are by version that asks it; ``never`` how many people
    took part and were not asked it; ``ahead`` how many have not begun and would be asked the next version.
    """

    holding: Mapping[str, Mapping[int, int]]
    never: Mapping[str, int]
    going: tuple[Going, ...]
    ahead: int


def of_draft(db: Session, study_id: UUID, instrument_id: UUID, touched: Collection[str]) -> Impact:
    """What publishing would mean, for the questions that it touches. Trials do not count."""
    published = versions.of_instrument(db, instrument_id)
    number = {version.id: version.number for version in published}
    asks = {version.id: {one.id for one in questions(versions.definition_of(version))} for version in published}
    later = catch_up_runs.of_study(db, study_id)
    every = [run for run in runs.of_study(db, study_id) if run.instrument_id == instrument_id and run.kind.counts]
    # What was asked in a catch-up was asked of those people, in no further response of theirs.
    there = [run for run in every if run.id not in later]
    caught = [(run.participant_id, frozenset(later[run.id].questions)) for run in every if run.id in later]
    people = {
        one.id: one for one in db.scalars(select(Participant).where(Participant.study_id == study_id))
    }  # fmt: skip
    began = {run.participant_id for run in there}
    asked = {
        name: {run.participant_id for run in there if name in asks[run.version_id]}
        | {participant_id for participant_id, ids in caught if name in ids}
        for name in touched
    }
    going = [
        Going(people[run.participant_id].pseudonym, number[run.version_id])
        for run in every
        if run.submitted_on is None and people[run.participant_id].standing is Standing.ENROLLED
    ]
    return Impact(
        holding={
            name: Counter(number[run.version_id] for run in there if name in asks[run.version_id]) for name in touched
        },
        never={name: len(began - asked[name]) for name in touched},
        going=tuple(sorted(going, key=lambda one: (one.version, one.pseudonym))),
        ahead=_ahead(db, study_id, instrument_id, [one for one in people.values() if one.id not in began]),
    )


def _ahead(db: Session, study_id: UUID, instrument_id: UUID, others: Collection[Participant]) -> int:
    """How many of these take part and are among those to whom the instrument is offered."""
    groups = audiences.groups_of(db, instrument_id)
    strata: dict[UUID | None, Stratum] = {one.id: one for one in frames.strata(db, study_id)}
    standing = statuses.of_study(db, study_id)
    return sum(
        one.standing is Standing.ENROLLED
        and standing.get(one.id) not in _OVER
        and audiences.is_in(groups, strata.get(one.stratum_id))
        for one in others
    )
