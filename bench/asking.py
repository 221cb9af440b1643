"""A study that asks, made by the verbs: approved, with a letter and a survey, and participants at any point of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from bench.installation import CONTACTS, colleague
from consent import decisions, documents, examples
from consent.documents import ConsentDocument
from consent.scopes import Scope as Agreed
from consent.signatures import Signed
from instruments import drafts, versions
from instruments.definition import Instrument
from instruments.route import Plan
from instruments.versions import Version
from survey import agreements, participants, responses, runs
from survey.participants import Participant
from survey.runs import Response
from survey.statuses import Status
from vault import approvals, ledger, participant_keys, participant_sessions, studies, study_keys
from vault.store import Stores, Work
from vault.studies import Scope
from web.kit import cookies

_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Participating:
    """A participant with the code in their letter and, if they are there already, their run and their cookie."""

    participant: Participant
    code: str = field(repr=False)
    key: bytes = field(repr=False)
    run: Response | None = None
    cookie: str = field(default="", repr=False)

    @property
    def jar(self) -> dict[str, str]:
        """What their browser keeps when they have given their code."""
        return {cookies.PERSON: self.cookie}


@dataclass(frozen=True, slots=True)
class Asking:
    """The study; ``survey`` is the instrument's id."""

    stores: Stores
    study_id: UUID
    survey: UUID
    version: Version
    document: ConsentDocument

    @property
    def plan(self) -> Plan:
        """The way through the survey."""
        return versions.plan_of(self.version)

    def page(self, slot: int) -> str:
        """The address of a page of questions."""
        return f"/p/answer/{self.version.id}/{slot}"

    def invite(self, count: int) -> list[Participating]:
        """So many people with a link in their letters, who have not been here yet."""
        with self.stores.work() as work:
            invited = [self._invited(work) for _ in range(count)]
            work.commit()
        return invited

    def begun(self, count: int, pages: Sequence[Mapping[str, Sequence[str]]] = ()) -> list[Participating]:
        """So many people who agreed, began and sent ``pages``, and whose browsers are let in."""
        now = datetime.now(UTC)
        with self.stores.work() as work:
            made = [self._begun(work, pages, now) for _ in range(count)]
            work.commit()
        return made

    def _invited(self, work: Work) -> Participating:
        enrolled = participants.enrol(
            work.db, work.keyring, self.study_id, by=ledger.SYSTEM, now=datetime.now(UTC), status=Status.INVITED
        )
        return Participating(enrolled.participant, enrolled.code.text, enrolled.keys[Scope.RESPONSES])

    def _begun(self, work: Work, pages: Sequence[Mapping[str, Sequence[str]]], now: datetime) -> Participating:
        enrolled = participants.enrol(
            work.db, work.keyring, self.study_id, by=ledger.SYSTEM, now=now, status=Status.INVITED
        )
        participant, keys = enrolled.participant, enrolled.keys
        agreements.agree(
            work.db, work.keyring, participant, dict.fromkeys(Agreed, True), document=self.document.fingerprint,
            language="en", now=now, key=keys[Scope.LINKAGE], signed=Signed(signature="Ada Participant"),
        )  # fmt: skip
        grant = decisions.grant_for(work.db, participant.id)
        run = responses.begin(work.db, work.keyring, participant, self.survey, grant, now=now)
        key = keys[Scope.RESPONSES]
        for slot, form in enumerate(pages):
            loaded = responses.load(work.db, key, run)
            read = self.plan.read(slot, form, loaded.answers, now.date())
            if read.problems:
                raise RuntimeError(f"page {slot} is not sound: {[problem.field for problem in read.problems]}")
            responses.save(
                work.db, key, grant, run, slot, read.answers, seen=0, loaded=loaded, now=now,
                subject=participant_keys.commitment(work.keyring, participant.id),
            )  # fmt: skip
        cookie, _ = participant_sessions.welcome(
            work.db, work.keyring, self.study_id, participant.id, keys, enrolled.code, now=now
        )  # fmt: skip
        return Participating(participant, enrolled.code.text, key, run, cookie)

    def kept(self, someone: Participating) -> tuple[responses.Kept, ...]:
        """Every save of somebody's run, opened again."""
        with self.stores.work(reading=True) as work:
            (run,) = runs.of_participant(work.db, someone.participant.id)
            return responses.load(work.db, someone.key, run).saves


def asking(stores: Stores, instrument: Instrument) -> Asking:
    """The study is approved for a year and asks ``instrument``."""
    now = datetime.now(UTC)
    with stores.work() as work:
        db = work.db
        lead = colleague(db, "lead").account
        study = studies.found(db, "Mentorship in academic medicine", "MM-2026", by=lead.id, now=now)
        study_keys.make(db, study.id, by=lead, now=now)
        approval = approvals.record(db, study.id, decided(now.date()), by=lead.id, now=now).number
        wording = examples.library()[0].with_contacts(CONTACTS)
        document = documents.publish(db, study.id, wording, approval=approval, by=lead.id, now=now)
        draft = drafts.begin(db, study.id, instrument, by=lead.id, now=now)
        version = versions.publish(db, draft, (), approval=approval, by=lead.id, now=now)
        work.commit()
    return Asking(stores, study.id, version.instrument_id, version, document)


def decided(today: date) -> approvals.Decided:
    """What a board decides for a year."""
    return approvals.Decided("University board", "REB-1", "everything", today - _YEAR, today + _YEAR)
