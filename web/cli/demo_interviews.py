"""The demo's interviews: begun, noted bit by bit as a screen would send it, ended, and deposited the next day."""

from datetime import datetime, timedelta

from consent import decisions
from consent.scopes import Scope as Agreed
from instruments import shelf
from instruments.kinds import Json
from instruments.route import Plan
from survey import assignments, interviews, nominations, notes, persons, runs
from survey.deltas import About, Candidate, Delta, Memo, TopicNote
from vault.store import Work
from vault.studies import Role, Scope
from web.cli import demo_people
from web.cli.demo_material import Notes
from web.cli.demo_stage import Actor, Stage


def hold(stage: Stage, work: Work, now: datetime, key: str) -> None:
    """Somebody has been interviewed, and everything but the memo's last word is noted."""
    actor = stage.actors[key]
    written = stage.material.interviews[actor.person.number]
    entry = shelf.LIST_2 if actor.person.mentor else shelf.LIST_1[0]
    grant = decisions.grant_for(work.db, actor.id)
    account, seed = stage.account(work, Role.INTERVIEWER), stage.interviewer.seed
    participant = stage.participant(work, key)
    interview = interviews.start(
        work.db, work.keyring, participant, stage.instruments[entry.instrument], grant, account=account, seed=seed,
        now=now, tape=tape(actor) if Agreed.RECORDED in grant.scopes else "", setting=written.about.setting,
    )  # fmt: skip
    _, response = interviews.find(work.db, actor.id, interview.response_id)
    own = assignments.key_of(work.keyring, participant, Scope.RESPONSES, account=account, seed=seed)
    plan = runs.plan_of(work.db, response)
    for minute, delta in said(written, plan, begun=now):
        at = now + timedelta(minutes=minute)
        interviews.note(work.db, own, grant, interview, response, delta, plan=plan, now=at)
    end = now + timedelta(minutes=written.about.minutes)
    interviews.end(work.db, work.keyring, grant, interview, key=own, response=response, now=end)
    memo = Delta(memo=Memo(written.memo), tab="memo")
    interviews.note(work.db, own, grant, interview, response, memo, plan=None, now=end + timedelta(minutes=40))
    actor.response = response.id
    if actor.person.nominates:
        _nominate(stage, work, end, actor)


def tape(actor: Actor) -> str:
    """The unique identifier of a recording."""
    return f"T-{actor.person.number:02d}-{'M' if actor.person.mentor else 'E'}"


def said(written: Notes, plan: Plan, *, begun: datetime) -> list[tuple[float, Delta]]:
    """What is noted in an interview: at which minute, and what. Long answers took longer than short ones."""
    about = written.about
    found: list[tuple[float, Delta]] = []
    if about.present:
        found.append((1, Delta(meta=About(present=about.present), tab="start")))
    for after, minutes in about.pauses:
        from_, to = (notes.moment(begun + timedelta(minutes=at)) for at in (after, after + minutes))
        found.append((after + minutes, Delta(meta=About(pauses=[*_before(about.pauses, after, begun), [from_, to]]))))
    whole = sum(len(text) for text in written.topics.values()) or 1
    at = 2.0
    for name, text in written.topics.items():
        if plan.question(name) is None:
            raise ValueError(f"notes to {name}, which this version does not ask")
        came = at + (about.minutes - 4) * len(text) / whole
        found.append((came, Delta(topics={name: TopicNote(_answer(written, name, text, begun, at, came))}, tab=name)))
        at = came
    found += [(at, Delta(topics={name: TopicNote(_state(state))})) for name, state in _without_notes(written)]
    for number, one in enumerate(about.candidates, 1):
        candidate = Candidate(id=f"c{number}", words=one.words, theme=one.theme, after=one.after)
        found.append((at, Delta(candidates=[candidate], tab="candidates")))
    return sorted(found, key=lambda one: one[0])


def _before(pauses: list[tuple[int, int]], after: int, begun: datetime) -> list[list[str]]:
    """The pauses that were over when another one began."""
    return [
        [notes.moment(begun + timedelta(minutes=start)), notes.moment(begun + timedelta(minutes=start + length))]
        for start, length in pauses
        if start < after
    ]


def _answer(written: Notes, name: str, text: str, begun: datetime, first: float, last: float) -> Json:
    probes = written.about.probes.get(name, [])
    step = (last - first) / (len(probes) + 1)
    ticked: dict[str, Json] = {
        probe: notes.moment(begun + timedelta(minutes=first + step * number)) for number, probe in enumerate(probes, 1)
    }
    return {"state": "asked", "notes": text, "probes": ticked}


def _state(state: str) -> Json:
    return {"state": state, "notes": "", "probes": {}}


def _without_notes(written: Notes) -> list[tuple[str, str]]:
    about = written.about
    states = {"asked": about.asked, "skipped": about.skipped, "declined": about.declined}
    return [(name, state) for state, names in states.items() for name in names]


def _nominate(stage: Stage, work: Work, now: datetime, actor: Actor) -> None:
    """Whom the participant regards as their mentor is a participant to be, named by them or for them."""
    person = stage.material.people[actor.person.nominates]
    site, stratum = stage.place(person)
    identity = persons.identity(
        {"name": person.name, "email": person.email, "telephone": demo_people.telephone(stage, person)}
    )
    nominee = nominations.nominate(
        work.db, work.keyring, stage.participant(work, actor.person.key), identity, now=now, relation=person.relation,
        by=None if actor.person.nominated_by_self else stage.interviewer.id, site_id=site, stratum_id=stratum,
    )  # fmt: skip
    stage.actors[person.key] = Actor(person, nominee.id, nominee.pseudonym)


def deposit(stage: Stage, work: Work, now: datetime, key: str) -> None:
    """The interview stands as it is, and who was interviewed has nothing more to do for now."""
    actor = stage.actors[key]
    if actor.response is None:
        raise ValueError("an interview that was not held")
    interview, response = interviews.find(work.db, actor.id, actor.response)
    account, seed = stage.account(work, Role.INTERVIEWER), stage.interviewer.seed
    own = assignments.key_of(work.keyring, stage.participant(work, key), Scope.RESPONSES, account=account, seed=seed)
    record = interviews.read(work.db, own, response)
    not_reached = interviews.unreached(runs.plan_of(work.db, response), record)
    interviews.deposit(work.db, work.keyring, interview, response, key=own, not_reached=not_reached, now=now)
