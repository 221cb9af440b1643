"""What happens to the demo's participants outside interviews: enrolled, written to, deciding, answering, leaving."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from consent import decisions
from consent.scopes import Scope as Agreed
from consent.signatures import Signed
from instruments import shelf
from instruments.kinds import DECLINED, Answer, Matrix, choice
from instruments.route import Plan
from survey import (
    agreements,
    assignments,
    drafts,
    invitations,
    persons,
    recruitment,
    responses,
    runs,
    statuses,
    withdrawals,
)  # fmt: skip
from survey.letters import LetterState
from survey.sheets import Entry
from survey.statuses import Status
from vault import participant_keys
from vault.codes import TypedCode
from vault.errors import Invalid
from vault.store import Work
from vault.studies import Role, Scope
from web.cli.demo_material import Person, Survey
from web.cli.demo_stage import Actor, Stage


def enrol(stage: Stage, work: Work, now: datetime, wave: int) -> None:
    """The people of a wave are participants, assigned to the interviewer, each with an invitation that is held."""
    people = [one for one in stage.material.people.values() if one.wave == wave and not one.mentor]
    for typed in (False, True):
        chosen = [one for one in people if one.typed_code is typed]
        if not chosen:
            continue
        entries = [_entry(stage, one) for one in chosen]
        welcomed = recruitment.enrol_many(
            work.db, work.keyring, stage.study_id, entries, by=stage.coordinator.actor, now=now, typed=typed
        )
        for one, welcome in zip(chosen, welcomed, strict=True):
            stage.actors[one.key] = Actor(one, welcome.participant.id, welcome.participant.pseudonym, welcome.code.text)


def _entry(stage: Stage, person: Person) -> Entry:
    site, stratum = stage.place(person)
    return Entry(
        0, person.name, person.email, telephone(stage, person), "", person.note, site, stratum, stage.interviewer.id
    )


def telephone(stage: Stage, person: Person) -> str:
    """The person's telephone number."""
    return stage.calendar.telephone(list(stage.material.people).index(person.key), person.university)


def approach(stage: Stage, work: Work, now: datetime, wave: int) -> None:
    """The letters to the people of a wave have left; mentors who were named are assigned to the interviewer."""
    chosen = [one for one in stage.actors.values() if one.person.wave == wave]
    for one in chosen:
        if one.person.mentor:
            assignments.assign(
                work.db, work.keyring, stage.participant(work, one.person.key), stage.account(work, Role.INTERVIEWER),
                by=stage.lead.id, seed=stage.lead.seed, now=now,
            )  # fmt: skip
    by_id = {one.id: one for one in chosen}
    coordinator = stage.coordinator
    reader = persons.reader(coordinator.id, coordinator.seed)
    invitations.invite(work.db, work.keyring, stage.study_id, list(by_id), account_id=coordinator.id, now=now)
    waiting = invitations.outgoing(work.db, work.keyring, stage.study_id, reader, now=now, state=LetterState.WAITING)
    for ready in list(waiting):
        by_id[ready.letter.participant_id].code = ready.contents.code
        invitations.sent(work.db, work.keyring, ready.letter, account_id=coordinator.id, now=now)


def come_in(work: Work, actor: Actor) -> None:
    """The participant has opened the link, or typed the code, that stood in their letter."""
    if not actor.keys:
        actor.keys = participant_keys.enter(work.keyring, TypedCode.parse(actor.code)).keys


def decide(stage: Stage, work: Work, now: datetime, key: str) -> None:
    """The participant reads the letter, decides each thing by itself, and signs."""
    actor = stage.actors[key]
    come_in(work, actor)
    signed = Signed(signature=actor.person.name)
    _agree(stage, work, now, actor, linkage=actor.keys[Scope.LINKAGE], signed=signed)


def decide_aloud(stage: Stage, work: Work, now: datetime, key: str) -> None:
    """The interviewer reads the text out on the telephone, and somebody or something else has heard the answers."""
    actor, interviewer = stage.actors[key], stage.interviewer
    linkage = assignments.key_of(
        work.keyring, stage.participant(work, key), Scope.LINKAGE, account=stage.account(work, Role.INTERVIEWER),
        seed=interviewer.seed,
    )  # fmt: skip
    signed = Signed(witness=actor.person.witness, recording=actor.person.recording)
    _agree(stage, work, now, actor, linkage=linkage, signed=signed, aloud=True)


def _agree(
    stage: Stage, work: Work, now: datetime, actor: Actor, *, linkage: bytes, signed: Signed, aloud: bool = False
) -> None:
    person = actor.person
    choices = {scope: person.ends != "said-no" and scope not in person.declines for scope in Agreed}
    agreements.agree(
        work.db, work.keyring, stage.participant(work, person.key), choices, document=stage.document,
        language=person.language, now=now, key=linkage, signed=signed,
        read_by=stage.interviewer.id if aloud else None,
    )  # fmt: skip


def take_back(stage: Stage, work: Work, now: datetime, key: str) -> None:
    """The participant has changed their mind about something, and says no to it from now on."""
    actor = stage.actors[key]
    decisions.withdraw_all(
        work.db, work.keyring, stage.study_id, actor.id, now=now, only=actor.person.takes_back
    )  # fmt: skip


def answer(stage: Stage, work: Work, now: datetime, key: str) -> None:
    """The participant has answered the short survey page by page; all of it, or as far as they came."""
    actor = stage.actors[key]
    survey = actor.person.survey
    if survey is None:
        return
    come_in(work, actor)
    grant = decisions.grant_for(work.db, actor.id)
    there = responses.begin(
        work.db, work.keyring, stage.participant(work, key), stage.instruments[shelf.SHORT_SURVEY.instrument], grant,
        now=now,
    )  # fmt: skip
    plan, own = runs.plan_of(work.db, there), actor.keys[Scope.RESPONSES]
    wanted = answers(plan, actor.person, survey)
    slots = plan.slots(wanted)
    sent = survey.state == "sent"
    for number, slot in enumerate(slots if sent else slots[:2]):
        at = now + timedelta(minutes=number)
        loaded = responses.load(work.db, own, there)
        read = plan.read(slot, plan.filled(slot, wanted), loaded.answers, at.date())
        if read.problems:
            raise Invalid(f"The answers of {key} in the demo do not fit: {read.problems[0].field}.")
        responses.save(
            work.db, own, grant, there, slot, read.answers, seen=0, loaded=loaded, now=at,
            subject=participant_keys.commitment(work.keyring, actor.id),
        )  # fmt: skip
    end = now + timedelta(minutes=len(slots))
    if sent:
        responses.submit(work.db, work.keyring, own, grant, there, plan, now=end)
    else:
        # The next page stands as it was being typed when the browser was closed.
        typed = plan.filled(slots[2], wanted)
        drafts.keep(work.db, own, grant, there.address(slots[2]), typed, seen=0, now=end)


def answers(plan: Plan, person: Person, survey: Survey) -> dict[str, Answer]:
    """What is written of somebody's answers, as answers to the questions of the survey."""
    said: dict[str, Answer] = {
        "role": person.work,
        "university": person.university.lower(),
        "gender": choice(survey.gender or person.gender, survey.gender_words),
        "years": survey.years,
        "degrees": [choice(code, survey.other_degree if code == "other" else "") for code in survey.degrees],
        "has_mentor": survey.has_mentor,
        "assigned_or_chosen": survey.assigned_or_chosen or None,
        "meetings": survey.meetings,
        "agreement": _agreement(plan, survey),
        "barrier": [*survey.barrier] or None,
        "comment": survey.comment or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _agreement(plan: Plan, survey: Survey) -> Answer:
    question = plan.question("agreement")
    if survey.agreement is None or question is None or not isinstance(question.kind, Matrix):
        return None
    if survey.agreement == "declined":
        return dict(DECLINED)
    return dict(zip((row.id for row in question.kind.rows), survey.agreement, strict=True))


def record(stage: Stage, work: Work, now: datetime, key: str, status: Status) -> None:
    """The coordinator records a step with somebody."""
    statuses.record_by_hand(
        work.db, stage.study_id, stage.actors[key].id, status, account_id=stage.coordinator.id, now=now
    )


def close_all(stage: Stage, work: Work, now: datetime, keys: Iterable[str]) -> None:
    """Nothing more is wanted of these people, who were interviewed."""
    for key in keys:
        record(stage, work, now, key, Status.CLOSED)


def leave(stage: Stage, work: Work, now: datetime, key: str) -> None:
    """Somebody has left in their way, and what had to die is dead. Who only stops does so by telephone."""
    way = stage.actors[key].person.leaves
    if way is None:
        return
    told = stage.coordinator.id if way is withdrawals.Way.STOP else None
    withdrawals.withdraw(work.db, work.keyring, stage.participant(work, key), way, now=now, by=told)
    work.commit()
    work.carry_out(withdrawals.carry_out(work.db, work.keyring, stage.settings.backups, now=now))
