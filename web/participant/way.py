"""Where a participant is on the way: the letter, the questions, the review, the thanks, or the end."""

from collections.abc import Sequence
from uuid import UUID

from flask import url_for
from sqlalchemy import select

from consent import decisions
from consent.grants import Grant
from consent.scopes import Scope
from instruments.definition import Role
from instruments.drafts import InstrumentRow
from survey import asking, participants, responses, runs
from survey.asking import Askable, NothingPublished, NotOffered
from survey.participants import Participant, Standing
from survey.runs import Kind, Response
from web.kit.visit import Visit
from web.participant import runs_here


def participant_of(visit: Visit) -> Participant:
    """The participant who is here."""
    return participants.find(visit.db, visit.participant.study_id, visit.participant.id)


def surveys_of(visit: Visit) -> Sequence[UUID]:
    """The surveys of the study, in the order in which they were begun."""
    return visit.db.scalars(
        select(InstrumentRow.id)
        .where(InstrumentRow.study_id == visit.participant.study_id, InstrumentRow.role == Role.SURVEY)
        .order_by(InstrumentRow.begun_at, InstrumentRow.key)
    ).all()


def next_address(visit: Visit) -> str:
    """The address of the page that comes next. Refusals of ``asking`` say why nothing may be asked today."""
    participant = participant_of(visit)
    if participant.standing is not Standing.ENROLLED:
        return url_for("leave.left")
    grant = decisions.grant_for(visit.db, participant.id)
    if Scope.TAKE_PART not in grant.scopes:
        decided = decisions.of_participant(visit.db, participant.id)
        return url_for("agree.declined" if decided else "agree.letter")
    return _in_surveys(visit, participant, grant)


def _in_surveys(visit: Visit, participant: Participant, grant: Grant) -> str:
    begun = {run.instrument_id: run for run in runs.of_participant(visit.db, participant.id) if run.kind is Kind.SELF}
    for survey in surveys_of(visit):
        run = begun.get(survey)
        if run is not None and run.submitted_on is None:
            # Looks up once more whether the board still allows it; for a run that exists it writes nothing.
            responses.begin(visit.db, visit.keyring, participant, survey, grant, now=visit.now)
            return _in_run(visit, run)
        if run is None and askable(visit, participant, survey) is not None:
            return url_for("begin.ready")
    return url_for("review.thanks")


def _in_run(visit: Visit, run: Response) -> str:
    here = runs_here.here(visit, run)
    answers = here.loaded.answers
    slot = here.plan.first(answers) if here.loaded.slot is None else here.plan.after(here.loaded.slot, answers)
    if slot is None:
        return url_for("review.look")
    return url_for("answer.show", version_id=run.version_id, slot=slot)


def askable(visit: Visit, participant: Participant, survey: UUID) -> Askable | None:
    """The version of a survey that would be begun now; None where nothing of it is published for this site, and for
    those to whom it is not offered.
    """
    try:
        return asking.of_participant(visit.db, participant, survey, on=visit.now.date())
    except (NothingPublished, NotOffered):
        return None


def unbegun(visit: Visit, participant: Participant) -> tuple[UUID, Askable] | None:
    """The next survey that was not begun yet, with the version that it would be."""
    begun = {run.instrument_id for run in runs.of_participant(visit.db, participant.id) if run.kind is Kind.SELF}
    for survey in surveys_of(visit):
        found = askable(visit, participant, survey) if survey not in begun else None
        if found is not None:
            return survey, found
    return None
