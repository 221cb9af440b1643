"""Where a participant is on the way: the letter, the questions, the review, the thanks, or the end."""

from collections.abc import Sequence
from uuid import UUID

from flask import url_for
from sqlalchemy import bindparam, select

from consent import decisions
from consent.grants import Grant
from consent.scopes import Scope
from instruments.definition import Role
from instruments.drafts import InstrumentRow
from survey import asking, participants, runs
from survey.asking import Askable, NothingPublished, NotOffered
from survey.participants import Participant, Seen, Somebody, Standing
from survey.runs import Kind, Response
from vault.errors import VerbatimError
from vault.prepared import Prepared
from web.kit.addresses import fixed
from web.kit.visit import Visit
from web.participant import later_here, runs_here


def participant_of(visit: Visit) -> Participant:
    """The participant who is here."""
    return participants.find(visit.db, visit.participant.study_id, visit.participant.id)


def seen(visit: Visit) -> Seen:
    """What of the participant who is here decides about their way."""
    return participants.seen(visit.db, visit.participant.study_id, visit.participant.id)


_SURVEYS = Prepared(
    select(InstrumentRow.id)
    .where(InstrumentRow.study_id == bindparam("study_id"), InstrumentRow.role == bindparam("role"))
    .order_by(InstrumentRow.begun_at, InstrumentRow.key)
)


def surveys_of(visit: Visit) -> Sequence[UUID]:
    """The surveys of the study, in the order in which they were begun."""
    found = _SURVEYS.rows(visit.db, study_id=visit.participant.study_id, role=Role.SURVEY)
    return [survey for (survey,) in found]


def onward(visit: Visit) -> str:
    """The same as ``next_address``, for whoever did something that stands: if nothing may be asked today, another page
    says so, and what was done is kept.
    """
    try:
        return next_address(visit)
    except VerbatimError:
        return fixed("arrive.go")


def next_address(visit: Visit) -> str:
    """The address of the page that comes next. Refusals of ``asking`` say why nothing may be asked today."""
    participant = seen(visit)
    if participant.standing is not Standing.ENROLLED:
        return fixed("leave.left")
    grant = decisions.grant_for(visit.db, participant.id)
    if Scope.TAKE_PART not in grant.scopes:
        return fixed("agree.declined" if decisions.ever(visit.db, participant.id) else "agree.letter")
    return _in_surveys(visit, participant, grant)


def _in_surveys(visit: Visit, participant: Seen, grant: Grant) -> str:
    own = runs.of_participant(visit.db, participant.id)
    begun = {run.instrument_id: run for run in own if run.kind is Kind.SELF}
    later = next((run for run in own if run.kind is Kind.CATCH_UP and run.submitted_on is None), None)
    for survey in surveys_of(visit):
        run = begun.get(survey)
        if run is not None and run.submitted_on is None:
            # The board may have stopped since.
            asking.require(visit.db, run.study_id, participant.site_id, run.version_id, on=visit.now.date())
            return in_run(visit, run)
        if run is None and later is None and askable(visit, participant, survey) is not None:
            return fixed("begin.ready")
    if later is not None:
        asking.require(visit.db, later.study_id, participant.site_id, later.version_id, on=visit.now.date())
        return in_run(visit, later)
    return fixed("catch_up.ready" if later_here.ahead(visit, participant) else "review.thanks")


def in_run(visit: Visit, run: Response) -> str:
    """The page of a run that was begun on which the participant goes on."""
    here = runs_here.here(visit, run)
    answers = here.loaded.answers
    slot = here.plan.first(answers) if here.loaded.slot is None else here.plan.after(here.loaded.slot, answers)
    if slot is None:
        return fixed("review.look")
    return url_for("answer.show", version_id=run.version_id, slot=slot)


def askable(visit: Visit, participant: Somebody, survey: UUID) -> Askable | None:
    """The version of a survey that would be begun now; None where nothing of it is published for this site, and for
    those to whom it is not offered.
    """
    try:
        return asking.of_participant(visit.db, participant, survey, on=visit.now.date())
    except (NothingPublished, NotOffered):
        return None


def unbegun(visit: Visit, participant: Somebody) -> tuple[UUID, Askable] | None:
    """The next survey that was not begun yet, with the version that it would be."""
    begun = {run.instrument_id for run in runs.of_participant(visit.db, participant.id) if run.kind is Kind.SELF}
    for survey in surveys_of(visit):
        found = askable(visit, participant, survey) if survey not in begun else None
        if found is not None:
            return survey, found
    return None
