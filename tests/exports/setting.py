"""A study whose material may leave, for the tests of releases: a survey, a guide, and a team with two leads."""

import dataclasses
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from consent.scopes import Scope as Agreed
from exports import asking, attempts, deciding, fetching, unlocked, worker
from exports.attempts import Attempt
from exports.releases import Job, Release
from exports.terms import Terms
from instruments.kinds import Json
from survey import interviews, responses, runs
from survey.deltas import Candidate, Delta, Memo, TopicNote
from survey.participants import Enrolled
from survey.runs import Kind
from tests.survey.field import GUIDE, SURVEY, Field, field_of, grant, in_the_log, published, taking_part
from tests.vault.people import Person, joined, person
from vault import identities
from vault.identities import Identity
from vault.store import Stores, Work
from vault.studies import Role, Scope

EVERYTHING = frozenset(Agreed)


@dataclass
class Setting:
    """Where it happens, and who is there."""

    field: Field
    other_lead: Person
    survey: UUID
    guide: UUID
    stores: Stores = dataclasses.field(repr=False)
    scratch: Path
    now: datetime
    people: dict[str, Enrolled] = dataclasses.field(default_factory=dict)

    @property
    def study_id(self) -> UUID:
        return self.field.study.id

    def clock(self) -> datetime:
        return self.now


def setting_of(stores: Stores, scratch: Path, *, now: datetime) -> Setting:
    """The study of mentors and mentees with two leads, a survey and a guide."""
    with stores.work() as work:
        place = field_of(work, now=now)
        other = person(work.db, "ola", now=now)
        joined(work.db, place.study, other, Role.LEAD, by=place.lead, now=now)
        survey = published(work, place, SURVEY, now=now).instrument_id
        guide = published(work, place, GUIDE, now=now).instrument_id
        work.commit()
    return Setting(place, other, survey, guide, stores, scratch, now)


def add(work: Work, at: Setting, name: str, comment: str, *, scopes: frozenset[Agreed] = EVERYTHING) -> Enrolled:
    """Somebody of this name who has filled in the survey and said ``comment`` in it."""
    who = taking_part(work, at.field, now=at.now, scopes=scopes | {Agreed.TAKE_PART}, assigned=True)
    identities.keep(
        work.db, at.study_id, who.participant.id, who.keys[Scope.LINKAGE], Identity(name), now=at.now
    )  # fmt: skip
    answer(work, at, who, comment)
    at.people[name] = who
    return who


def answer(work: Work, at: Setting, who: Enrolled, comment: str, *, kind: Kind = Kind.SELF, send: bool = True) -> None:
    """They say so in the survey, and send it."""
    key, agreed = who.keys[Scope.RESPONSES], grant(work, who)
    run = responses.begin(work.db, work.keyring, who.participant, at.survey, agreed, now=at.now, kind=kind)
    pages: tuple[dict[str, Json], ...] = ({"mentor": "yes"}, {"often": 12}, {"comment": comment})
    for slot, given in enumerate(pages):
        loaded = responses.load(work.db, key, run)
        subject = in_the_log(work, run.participant_id)
        responses.save(work.db, key, agreed, run, slot, given, seen=0, loaded=loaded, now=at.now, subject=subject)
    if send:
        responses.close(work.db, work.keyring, run, now=at.now)


def interview(
    work: Work,
    at: Setting,
    who: Enrolled,
    notes: str,
    aside: str,
    memo: str,
    *,
    not_reached: Sequence[str] = ("start",),
) -> None:
    """An interview with them has been deposited."""
    ian, agreed = at.field.interviewer, grant(work, who)
    held = interviews.start(
        work.db, work.keyring, who.participant, at.guide, agreed, account=ian.account, seed=ian.seed, now=at.now
    )
    _, run = interviews.find(work.db, who.participant.id, held.response_id)
    key = who.keys[Scope.RESPONSES]
    said = Delta(
        topics={"experience": TopicNote({"state": "asked", "notes": notes})},
        candidates=[Candidate("c1", aside, "trust", "experience")],
        memo=Memo(memo),
    )
    plan = runs.plan_of(work.db, run)
    interviews.note(work.db, key, agreed, held, run, said, plan=plan, now=at.now)
    interviews.end(work.db, work.keyring, agreed, held, key=key, response=run, now=at.now)
    interviews.deposit(work.db, work.keyring, held, run, key=key, not_reached=not_reached, now=at.now)


def asked(at: Setting, by: Person, profile: str = "reading", **more: object) -> Release:
    """A release has been asked for."""
    wanted = Terms(profile, "to read it", "the team", **{"attributes": (), **more})  # type: ignore[arg-type]
    with at.stores.work() as work:
        release = asking.ask(work.db, at.study_id, wanted, by=by.account, now=at.now)
        work.commit()
    return release


def done(at: Setting, release: Release, job: Job, by: Person) -> bool:
    """The job has been done by the worker's own function, with the keys of ``by``."""
    with at.stores.work() as work:
        keys = unlocked.unlock(work.db, at.study_id, account_id=by.id, seed=by.seed)
        number = attempts.begin(work.db, release, job, by=by.id, now=at.now)
        work.commit()
    return worker.run_attempt(Attempt(at.study_id, release.id, number, at.stores, at.scratch, at.clock), job, keys)


def approved(at: Setting, release: Release, by: Person, declaration: str = "") -> None:
    """Somebody has said yes."""
    with at.stores.work() as work:
        deciding.approve(work.db, release, by=by.account, now=at.now, declaration=declaration)
        work.commit()


def built(at: Setting, profile: str = "reading", *, by: Person | None = None, **more: object) -> Release:
    """The analyst has asked, a lead has checked and approved, and it is built."""
    release = asked(at, by or at.field.analyst, profile, **more)
    assert done(at, release, Job.CHECK, at.field.lead)
    approved(at, release, at.field.lead)
    assert done(at, release, Job.BUILD, at.field.lead)
    return release


def fetched(at: Setting, release: Release, by: Person | None = None) -> dict[str, bytes]:
    """The files of a release as whoever asked for it gets them."""
    person_ = by or at.field.analyst
    with at.stores.work() as work:
        fresh = work.db.get_one(Release, release.id)
        opened = fetching.fetch(work.db, fresh, account=person_.account, seed=person_.seed, now=at.now)
        work.commit()
    with at.stores.work(reading=True) as work:
        whole = b"".join(fetching.stream(work.db, opened))
    with zipfile.ZipFile(io.BytesIO(whole)) as zipped:
        assert zipped.testzip() is None
        return {name: zipped.read(name) for name in zipped.namelist()}


def manifest_of(files: dict[str, bytes]) -> dict[str, object]:
    """What the release says of itself."""
    plain: dict[str, object] = json.loads(files["manifest.json"])
    return plain


def texts(files: dict[str, bytes]) -> str:
    """Everything in the release that is text, unpacked, in one string."""
    return "\n".join(content.decode("utf-8", "replace") for content in unpacked(files))


def unpacked(files: dict[str, bytes]) -> Iterator[bytes]:
    """Every file, and what is inside those that are zips themselves."""
    for content in files.values():
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as zipped:
                yield from unpacked({name: zipped.read(name) for name in zipped.namelist()})
        else:
            yield content
