"""The questions that came after somebody had answered: whether some of them wait for the participant who is here."""

from dataclasses import dataclass
from datetime import date

from instruments.definition import Instrument, Role
from survey import catch_up_runs, catching_up, runs
from survey.catching_up import Waiting
from survey.participants import Somebody
from vault import studies
from web.kit.visit import Visit
from web.participant import runs_here


@dataclass(frozen=True, slots=True)
class Ahead:
    """A catch-up in which something is asked of this person, given all that they answered."""

    waiting: Waiting
    instrument: Instrument
    answered_on: date
    sure: int  # questions that are asked whatever is answered
    most: int  # those that may be
    anew: int  # among them those that were asked before in another wording
    readable: bool  # whether all that was answered before can be opened


def ahead(visit: Visit, participant: Somebody) -> Ahead | None:
    """The first open catch-up with a question to which the participant's own way leads; None if there is none."""
    waits = catching_up.waiting(visit.db, participant, Role.SURVEY, on=visit.now.date())
    if not waits:
        return None
    every, key = runs.of_participant(visit.db, participant.id), runs_here.key_of(visit)
    linkage = visit.participant.keys.get(studies.Scope.LINKAGE)
    for one in waits:
        there = catch_up_runs.finished_before(every, one.offer.instrument_id)
        before = catch_up_runs.earlier(visit.db, key, there, without=one.questions, linkage=linkage)
        plan = catch_up_runs.narrowed(visit.db, one.offer.version_id, one.questions)
        possible = plan.possible(before.answers)
        led_to = frozenset(plan.reached(before.answers).questions)
        asked = [name for name in possible if name in led_to]
        if asked:
            anew = sum(name in one.before.asked for name in possible)
            newest = one.before.newest
            return Ahead(
                one, plan.instrument, newest.submitted_on or newest.begun_on, len(asked), len(possible), anew,
                before.readable,
            )  # fmt: skip
    return None
