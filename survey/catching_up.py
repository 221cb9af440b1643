"""Beginning a catch-up: what waits for somebody, and their run through it.

Asked is whoever finished an older version, takes part, agrees to it, and may be asked at their site today, the
questions of the offer that no finished run of theirs asked in this wording, and those which their route needs.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from consent.grants import Grant
from consent.scopes import Scope
from instruments import versions
from instruments.definition import Role
from instruments.narrowing import with_needed
from instruments.versions import Version
from survey import asking, audiences, catch_up_offers, catch_up_runs, runs
from survey.catch_up_offers import CatchUpOffer, OfferClosed
from survey.catch_up_wordings import Before, Wordings
from survey.participants import Somebody, Standing
from survey.runs import Kind, Response
from survey.statuses import HasWithdrawn
from vault import ledger, participant_keys
from vault.errors import Conflict, Missing, Refused


class NothingToCatchUp(Conflict):
    """There is no question of the offer that this person was not asked already."""

    public = "There is no further question for this participant."


def is_approved(db: Session, target: Version, site_id: UUID | None, *, on: date) -> bool:
    """Whether a version may be asked at a site on a day."""
    try:
        asking.require(db, target.study_id, site_id, target.id, on=on)
    except Refused:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Waiting:
    """A catch-up that somebody has not begun: what they were asked before, and everything that it would ask."""

    offer: CatchUpOffer
    before: Before
    questions: tuple[str, ...]  # the offer's, and those which their route needs


def waiting(db: Session, participant: Somebody, role: Role, *, on: date) -> tuple[Waiting, ...]:
    """The open catch-ups of surveys or guides that somebody may begin today; consent is for ``begin`` to require."""
    found: list[Waiting] = []
    offers = catch_up_offers.standing(db, participant.study_id)
    if not offers or participant.standing is not Standing.ENROLLED:
        return ()
    there, later = runs.of_participant(db, participant.id), catch_up_runs.of_participant(db, participant.id)
    for offer in offers:
        target = versions.find(db, offer.version_id)
        if versions.definition_of(target).role is not role or any(one.offer_id == offer.id for one in later.values()):
            continue
        wordings = Wordings(db, target)
        before = wordings.before(there, later)
        due = wordings.due(offer.asks, before) if before else ()
        if before is None or not due or not is_approved(db, target, participant.site_id, on=on):
            continue
        if audiences.admits(db, participant.study_id, target.instrument_id, participant.stratum_id):
            asked = with_needed(versions.plan_of(target), due, before.seen)
            found.append(Waiting(offer, before, asked))
    return tuple(found)


def begin(
    db: Session, rings: Session, participant: Somebody, offer: CatchUpOffer, grant: Grant, *, kind: Kind,
    now: datetime, actor: str = "",
) -> Response:  # fmt: skip
    """The participant's run through the catch-up: the one they began, else a new one pinned to the offer's version.

    As ``responses.begin``: nothing is asked without consent in force, an approved version and a line in the log.
    ConsentMissing, HasWithdrawn, NotApproved, NotOffered, OfferClosed or NothingToCatchUp say what is lacking.
    """
    if participant.standing is not Standing.ENROLLED:
        raise HasWithdrawn
    if grant.participant != participant.id or offer.study_id != participant.study_id:
        raise Missing
    grant.require(Scope.TAKE_PART)
    askable = asking.require(db, participant.study_id, participant.site_id, offer.version_id, on=now.date())
    there = _of_offer(db, participant, offer)
    if there is not None:
        return there
    if catch_up_offers.closing_of(db, offer.id) is not None:
        raise OfferClosed
    if not audiences.admits(db, participant.study_id, offer.instrument_id, participant.stratum_id):
        raise asking.NotOffered
    role = Role.GUIDE if kind.spoken else Role.SURVEY
    own = next((one for one in waiting(db, participant, role, on=now.date()) if one.offer.id == offer.id), None)
    if own is None:
        raise NothingToCatchUp
    response = Response(
        uuid4(), participant.study_id, participant.id, offer.instrument_id, offer.version_id, kind, now.date(), None
    )
    if not runs.add(db, response):
        # Two tabs began at the same moment, and the other one was first; or another catch-up is not finished yet.
        first = _of_offer(db, participant, offer)
        if first is None:
            raise Conflict
        return first
    catch_up_runs.add(db, response, offer.id, own.before.newest.id, own.questions)
    subject = participant_keys.commitment(rings, participant.id)
    ledger.append(
        db, "response.begun", actor=actor or ledger.participant(subject), now=now, study=response.study_id,
        subject=subject, kind=kind.value, version=str(response.version_id), number=askable.version.number,
        approval=askable.approval,
    )  # fmt: skip
    db.flush()
    return response


def _of_offer(db: Session, participant: Somebody, offer: CatchUpOffer) -> Response | None:
    """The run in which somebody answers an offer, if they have begun it."""
    later = catch_up_runs.of_participant(db, participant.id).values()
    own = next((one.response_id for one in later if one.offer_id == offer.id), None)
    return None if own is None else runs.find(db, participant.id, own)
