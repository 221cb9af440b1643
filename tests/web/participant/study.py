"""A study that is ready to ask: approved, with a letter, the reference survey and an open door."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from consent import documents
from consent.documents import ConsentDocument
from instruments import drafts, shelf, versions
from instruments.definition import Instrument
from instruments.versions import Version
from survey import links, participants
from survey.participants import Enrolled
from survey.statuses import Status
from tests.consent.letters import ready_letter
from tests.vault.people import Person, person, study_of
from vault import approvals, ledger
from vault.store import Stores, Work
from vault.studies import Study

WORD = "mentors"


@dataclass(frozen=True)
class Ready:
    """What a test needs to know of the study."""

    study: Study
    lead: Person
    approval: int
    document: ConsentDocument
    version: Version


def ready(work: Work, *, now: datetime, instrument: Instrument | None = None) -> Ready:
    """The study exists and is committed; ``instrument`` in place of the short survey."""
    lead = person(work.db, "ada", now=now)
    study = study_of(work.db, lead, now=now)
    year = timedelta(days=365)
    decided = approvals.Decided("University board", "REB-1", "everything", (now - year).date(), (now + year).date())
    approval = approvals.record(work.db, study.id, decided, by=lead.id, now=now).number
    wording = ready_letter()
    document = documents.publish(work.db, study.id, wording, approval=approval, by=lead.id, now=now)
    version = publish(work, study.id, instrument or shelf.load(shelf.SHORT_SURVEY), approval, lead, now=now)
    links.make(work.db, study.id, WORD, opens_on=now.date(), by=lead.id, now=now)
    work.commit()
    return Ready(study, lead, approval, document, version)


def publish(
    work: Work, study_id: UUID, instrument: Instrument, approval: int, lead: Person, *, now: datetime
) -> Version:
    """The instrument is a published one of the study."""
    draft = drafts.begin(work.db, study_id, instrument, by=lead.id, now=now)
    return versions.publish(work.db, draft, (), approval=approval, by=lead.id, now=now)


def enrol(stores: Stores, made: Ready, *, now: datetime, typed: bool = False) -> Enrolled:
    """A participant who was invited, with their code."""
    with stores.work() as work:
        enrolled = participants.enrol(
            work.db, work.keyring, made.study.id, by=ledger.SYSTEM, now=now, typed=typed, status=Status.INVITED
        )
        work.commit()
    return enrolled
