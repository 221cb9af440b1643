"""Runs of a catch-up: pinned to the version that has the questions, and going on from what was answered before.

Which questions somebody is asked follows from the versions they were asked and is kept with the run, so that it stays
what it was. Which of them they reach follows from all their answers, which only their own key opens.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ForeignKey, Index, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from instruments.kinds import Answer
from instruments.narrowing import Narrowed
from instruments.route import Plan
from survey import deltas, notes, responses, runs
from survey.catch_up_offers import CatchUpOffer
from survey.participants import Participant
from survey.runs import Response, ResponseRow
from vault.errors import CannotOpen, Missing
from vault.prepared import Prepared
from vault.store import AppendOnly, Base


class CatchUpRun(AppendOnly, Base):
    """That a run belongs to an offer, which questions it asks, and after which finished run it comes."""

    __tablename__ = "catch_up_run"
    # Somebody answers an offer once.
    __table_args__ = (Index("catch_up_run_once", "offer_id", "participant_id", unique=True),)

    response_id: Mapped[UUID] = mapped_column(ForeignKey(ResponseRow.id), primary_key=True)
    offer_id: Mapped[UUID] = mapped_column(ForeignKey(CatchUpOffer.id))
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id), index=True)
    follows_id: Mapped[UUID] = mapped_column(ForeignKey(ResponseRow.id))
    questions: Mapped[str]  # ids as JSON


@dataclass(frozen=True, slots=True)
class Later:
    """What is known of a catch-up run in clear."""

    response_id: UUID
    offer_id: UUID
    participant_id: UUID
    follows: UUID
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What somebody answered before a catch-up. ``readable`` is False if some of it cannot be opened."""

    answers: Mapping[str, Answer] = field(repr=False)
    readable: bool


_COLUMNS = (
    CatchUpRun.response_id, CatchUpRun.offer_id, CatchUpRun.participant_id, CatchUpRun.follows_id, CatchUpRun.questions,
)  # fmt: skip
_OF_PARTICIPANT = Prepared(select(*_COLUMNS).where(CatchUpRun.participant_id == bindparam("participant_id")))


def _later(row: Sequence[object]) -> Later:
    response_id, offer_id, participant_id, follows, ids = row
    return Later(response_id, offer_id, participant_id, follows, tuple(json.loads(str(ids))))  # type: ignore[arg-type]


def of_participant(db: Session, participant_id: UUID) -> Mapping[UUID, Later]:
    """The catch-up runs of a participant, by run."""
    found = [_later(row) for row in _OF_PARTICIPANT.rows(db, participant_id=participant_id)]
    return {one.response_id: one for one in found}


def of_participants(db: Session, participant_ids: Collection[UUID]) -> Mapping[UUID, Later]:
    """The catch-up runs of these participants, by run."""
    rows = db.connection().execute(select(*_COLUMNS).where(CatchUpRun.participant_id.in_(participant_ids)))
    return {one.response_id: one for one in map(_later, rows)}


def of_study(db: Session, study_id: UUID) -> Mapping[UUID, Later]:
    """The catch-up runs of a study, by run."""
    of_it = select(*_COLUMNS).join(ResponseRow, ResponseRow.id == CatchUpRun.response_id)
    rows = db.connection().execute(of_it.where(ResponseRow.study_id == study_id))
    return {one.response_id: one for one in map(_later, rows)}


def instruments_of(db: Session, study_id: UUID) -> frozenset[UUID]:
    """The instruments of a study of which somebody answered a catch-up."""
    of_it = select(ResponseRow.instrument_id).join(CatchUpRun, CatchUpRun.response_id == ResponseRow.id)
    return frozenset(db.scalars(of_it.where(ResponseRow.study_id == study_id)))


def add(db: Session, run: Response, offer_id: UUID, follows: UUID, asked: Sequence[str]) -> None:
    """The run belongs to the offer."""
    db.add(
        CatchUpRun(
            response_id=run.id, offer_id=offer_id, participant_id=run.participant_id, follows_id=follows,
            questions=json.dumps(list(asked)),
        )
    )  # fmt: skip
    db.flush()


# What is narrowed is the same for all whom the same is asked, and serves as long as the process lives.
_MOST_PLANS = 64
_plans: dict[tuple[UUID, frozenset[str]], Narrowed] = {}


def narrowed(db: Session, version_id: UUID, only: Collection[str]) -> Narrowed:
    """The way through a version for whoever is asked only these questions."""
    key = version_id, frozenset(only)
    found = _plans.get(key)
    if found is None:
        if len(_plans) >= _MOST_PLANS:
            _plans.clear()
        found = _plans[key] = Narrowed(runs.plan(db, version_id), key[1])
    return found


def plan_of(db: Session, run: Response) -> Plan:
    """The way through any run: what it asks and nothing else."""
    if not run.kind.later:
        return runs.plan_of(db, run)
    return narrowed(db, run.version_id, of_run(db, run).questions)


def of_run(db: Session, run: Response) -> Later:
    """What is known of this catch-up run, or Missing."""
    found = of_participant(db, run.participant_id).get(run.id)
    if found is None:
        raise Missing
    return found


def finished_before(every: Sequence[Response], instrument_id: UUID, run: Response | None = None) -> list[Response]:
    """The finished runs through an instrument without ``run``, in the order in which they were begun."""
    own = run.id if run is not None else None
    found = [
        one
        for one in every
        if one.instrument_id == instrument_id and one.submitted_on is not None and one.kind.counts and one.id != own
    ]
    return in_order(found)


def in_order(there: Sequence[Response]) -> list[Response]:
    """Runs in the order in which they were begun; of one day, a catch-up comes after what it follows."""
    return sorted(there, key=lambda one: (one.begun_on, one.kind.later, one.id))


def beside(db: Session, key: bytes, run: Response, *, linkage: bytes | None = None) -> Earlier:
    """What was answered before a run that is not finished: what its conditions see beside what is answered in it."""
    if not run.kind.later:
        return Earlier({}, readable=True)
    there = finished_before(runs.of_participant(db, run.participant_id), run.instrument_id, run)
    return earlier(db, key, there, without=of_run(db, run).questions, linkage=linkage)


def earlier(
    db: Session, key: bytes, there: Sequence[Response], *, without: Collection[str] = (), linkage: bytes | None = None
) -> Earlier:
    """What the finished runs say that counts, the newest word on each question; nothing on those ``without``.

    A run that cannot be opened says nothing: what depends on it is not reached.
    """
    found: dict[str, Answer] = {}
    readable = True
    for run in there:
        try:
            own = answers_of(db, key, run, linkage=linkage)
        except CannotOpen:
            readable = False
            continue
        plan = plan_of(db, run)
        reached = plan.reached({**found, **own} if run.kind.later else own)
        found |= {name: reached.answers[name] for name in reached.questions if name in reached.answers}
    return Earlier({name: answer for name, answer in found.items() if name not in without}, readable)


def answers_of(db: Session, key: bytes, run: Response, *, linkage: bytes | None = None) -> dict[str, Answer]:
    """Everything that was answered in a run, filled in or spoken; CannotOpen with another key."""
    if run.kind.spoken:
        return dict(deltas.merged(notes.read(db, key, run)).topics)
    return responses.load(db, key, run, linkage=linkage).answers
