"""Catch-ups for tests: a survey that has grown, somebody who answered before, and what they say afterwards."""

from datetime import datetime
from uuid import UUID

import msgspec

from instruments.definition import Instrument, Question, Section
from instruments.kinds import Answer, LongText
from instruments.versions import Version
from survey import catch_up_offers, catch_up_runs, catching_up, responses, runs
from survey.catch_up_offers import CatchUpOffer
from survey.participants import Enrolled
from survey.runs import Kind, Response
from tests.survey.field import SURVEY, Field, grant, in_the_log, taking_part
from vault.store import Work
from vault.studies import Scope


def question(name: str, label: str, relevant: str = "") -> Question:
    return Question(id=name, kind=LongText(), label={"en": label}, relevant=relevant)


def with_questions(instrument: Instrument, *added: Question, section: str = "later") -> Instrument:
    """The instrument with a further section."""
    return msgspec.structs.replace(
        instrument, sections=(*instrument.sections, Section(id=section, questions=tuple(added)))
    )


ASSIGNED = question("assigned", "Were you assigned a mentor?", "${mentor} = 'yes'")
BARRIERS = question("barriers", "What gets in the way?")
LATER = with_questions(SURVEY, ASSIGNED, BARRIERS)


def answered(
    work: Work, field: Field, at: UUID, now: datetime, *, send: bool = True, person: Enrolled | None = None,
    **given: Answer,
) -> Enrolled:  # fmt: skip
    """Somebody who went through the newest version with these answers."""
    jo = person or taking_part(work, field, now=now)
    run = responses.begin(work.db, work.keyring, jo.participant, at, grant(work, jo), now=now)
    fill(work, jo, run, now=now, send=send, **given)
    return jo


def fill(work: Work, jo: Enrolled, run: Response, *, now: datetime, send: bool = True, **given: Answer) -> None:
    """The pages of a run are saved with the answers that belong there, and it is sent."""
    key, plan = jo.keys[Scope.RESPONSES], catch_up_runs.plan_of(work.db, run)
    beside = catch_up_runs.beside(work.db, key, run).answers
    slot = plan.first(beside)
    while slot is not None:
        loaded = responses.load(work.db, key, run)
        loaded = msgspec.structs.replace(loaded, answers={**beside, **loaded.answers})
        here = {name: answer for name, answer in given.items() if plan.slot_of(name) == slot}
        subject = in_the_log(work, jo.participant.id)
        responses.save(
            work.db, key, grant(work, jo), run, slot, here, seen=0, loaded=loaded, now=now, subject=subject
        )  # fmt: skip
        slot = plan.after(slot, {**beside, **responses.load(work.db, key, run).answers})
    if send:
        found = runs.find(work.db, jo.participant.id, run.id, writing=True)
        responses.submit(
            work.db, work.keyring, key, grant(work, jo), found, plan, now=now, beside=beside
        )  # fmt: skip


def offered(work: Work, field: Field, version: Version, now: datetime, *names: str) -> CatchUpOffer:
    chosen = names or ("assigned", "barriers")
    return catch_up_offers.offer(work.db, version, chosen, "Theme 2", by=field.coordinator.id, now=now)


def begun(work: Work, jo: Enrolled, offer: CatchUpOffer, now: datetime) -> Response:
    return catching_up.begin(
        work.db, work.keyring, jo.participant, offer, grant(work, jo), kind=Kind.CATCH_UP, now=now
    )  # fmt: skip
