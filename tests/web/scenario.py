"""A study in the field, made by the verbs in a moment: a team with keys, a letter, a guide, and people to speak with.

Everything is committed as it is made, so that browsers and servers beside it see it. Tests of pages copy a study that
was made once: ``field`` is ready before the application opens its databases.
"""

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from consent import decisions, documents
from consent.documents import ConsentDocument
from consent.scopes import Scope as Agreed
from consent.signatures import Signed
from instruments import drafts, shelf, versions
from instruments.definition import Instrument
from instruments.versions import Version
from survey import (
    agreements,
    assignments,
    frames,
    interviews,
    participants,
    recruitment,
    statuses,
    withdrawals,
)  # fmt: skip
from survey.deltas import Record
from survey.interviews import Interview
from survey.participants import Participant
from survey.sampling import Stratum
from survey.sheets import Entry
from survey.statuses import Status
from survey.withdrawals import Way
from tests.approving import granted
from tests.consent.letters import ready_letter
from tests.vault.people import Person, joined, person, study_of
from tests.web.visitors import House, Visitor
from vault import approvals, ledger, sessions, studies
from vault.sessions import Stage
from vault.settings import Settings
from vault.store import Stores, Work, file_of
from vault.studies import Role, Scope, Site, Study
from web.kit import cookies

_FILES = ("verbatim.db", "keyring.db")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TITLE = "Mentorship in academic medicine"
EVERYTHING = frozenset(Agreed)


@dataclass(frozen=True)
class Someone:
    """A participant with the code in their letter and what is known of them."""

    participant: Participant
    code: str
    name: str

    @property
    def pseudonym(self) -> str:
        """What the team calls them."""
        return self.participant.pseudonym


@dataclass(frozen=True)
class Scenario:
    """The study and its people. ``other`` is a second interviewer, who is assigned to nobody."""

    stores: Stores
    now: datetime
    study: Study
    people: dict[Role, Person]
    other: Person
    approval: int
    document: ConsentDocument
    guide: UUID
    sites: tuple[Site, ...]
    strata: tuple[Stratum, ...]

    @property
    def lead(self) -> Person:
        """Who leads the study."""
        return self.people[Role.LEAD]

    @property
    def interviewer(self) -> Person:
        """Who speaks with participants."""
        return self.people[Role.INTERVIEWER]

    @property
    def at(self) -> str:
        """The address of the study."""
        return f"/studies/{self.study.id}"

    def browser(self, house: House, who: Role | Person) -> Visitor:
        """A browser in which somebody of the team is signed in, without the pages on the way."""
        someone = self.people[who] if isinstance(who, Role) else who
        with self.stores.work() as work:
            value = sessions.open_session(
                work.db, someone.id, someone.seed, stage=Stage.FULL, now=house.clock.time
            )  # fmt: skip
            work.commit()
        browser = house.visitor()
        browser.keep(cookies.SESSION, value)
        return browser

    def enrol(
        self, name: str = "Jo Example", email: str = "jo@example.org", *, telephone: str = "", address: str = "",
        assigned: bool = False, agrees: frozenset[Agreed] | None = None, typed: bool = False, language: str = "en",
        stratum: int | None = None,
    ) -> Someone:  # fmt: skip
        """Somebody enrolled by the lead, with an invitation that is held; assigned, and agreed to ``agrees``."""
        entry = Entry(
            0, name, email, telephone, address, "", self.sites[0].id,
            None if stratum is None else self.strata[stratum].id, self.interviewer.id if assigned else None,
        )  # fmt: skip
        with self.stores.work() as work:
            welcome = recruitment.enrol_one(
                work.db, work.keyring, self.study.id, entry, by=ledger.staff(self.lead.id), now=self.now, typed=typed,
                language=language,
            )  # fmt: skip
            made = Someone(welcome.participant, welcome.code.text, name)
            if agrees is not None:
                self._agree(work, made, agrees)
            work.commit()
        return made

    def agree(self, someone: Someone, agrees: frozenset[Agreed] = EVERYTHING) -> None:
        """The participant has decided everything, typed and signed."""
        with self.stores.work() as work:
            self._agree(work, someone, agrees)
            work.commit()

    def _agree(self, work: Work, someone: Someone, agrees: frozenset[Agreed]) -> None:
        keys = assignments.keys_of(
            work.db, work.keyring, someone.participant, account_id=self.lead.id, seed=self.lead.seed
        )
        agreements.agree(
            work.db, work.keyring, someone.participant, {scope: scope in agrees for scope in Agreed},
            document=self.document.fingerprint, language="en", now=self.now, key=keys[Scope.LINKAGE],
            signed=Signed(signature=someone.name),
        )  # fmt: skip

    def start(self, someone: Someone, *, tape: str = "", guide: UUID | None = None) -> Interview:
        """The interviewer is on the telephone with somebody."""
        with self.stores.work() as work:
            interview = interviews.start(
                work.db, work.keyring, someone.participant, guide or self.guide,
                decisions.grant_for(work.db, someone.participant.id), account=self.interviewer.account,
                seed=self.interviewer.seed, now=self.now, tape=tape, setting="by telephone",
            )  # fmt: skip
            work.commit()
        return interview

    def unassign(self, someone: Someone) -> None:
        """The interviewer has nothing to do with them any more."""
        with self.stores.work() as work:
            assignments.unassign(
                work.db, work.keyring, someone.participant, self.interviewer.id, by=self.lead.id, now=self.now
            )
            work.commit()

    def withdraw_consent(self, someone: Someone, *scopes: Agreed) -> None:
        """The participant says no from now on."""
        with self.stores.work() as work:
            decisions.withdraw_all(
                work.db, work.keyring, self.study.id, someone.participant.id, only=scopes, now=self.now
            )
            work.commit()

    def withdraw(self, someone: Someone, way: Way = Way.STOP) -> None:
        """The participant leaves the study, and what was promised is done."""
        keyring = file_of(self.stores.keyring)
        assert keyring is not None
        backups = keyring.parent / "keyring-backups"
        with self.stores.work() as work:
            here = participants.find(work.db, self.study.id, someone.participant.id)
            withdrawals.withdraw(work.db, work.keyring, here, way, now=self.now)
            work.commit()
            work.carry_out(withdrawals.carry_out(work.db, work.keyring, backups, now=self.now))

    def record(self, someone: Someone, interview: Interview) -> Record:
        """The interview as it stands."""
        with self.stores.work(reading=True) as work:
            _, response = interviews.find(work.db, someone.participant.id, interview.response_id)
            key = assignments.key_of(
                work.keyring, someone.participant, Scope.RESPONSES, account=self.interviewer.account,
                seed=self.interviewer.seed,
            )  # fmt: skip
            return interviews.read(work.db, key, response)

    def status(self, someone: Someone) -> Status | None:
        """Where recruitment stands with them."""
        with self.stores.work(reading=True) as work:
            return statuses.current(work.db, someone.participant.id)

    def everybody(self) -> list[Participant]:
        """Everybody who was ever enrolled."""
        with self.stores.work(reading=True) as work:
            return list(participants.of_study(work.db, self.study.id))

    def actions(self) -> list[str]:
        """What the log says, oldest first, by the names of the actions."""
        with self.stores.work(reading=True) as work:
            return [str(line["action"]) for line in reversed(ledger.of_study(work.db, self.study.id, most=2000))]

    def publish_document(self) -> ConsentDocument:
        """A further version of the consent document is in use."""
        with self.stores.work() as work:
            wording = ready_letter()
            made = documents.publish(
                work.db, self.study.id, wording, approval=self.approval, by=self.lead.id, now=self.now
            )
            work.commit()
        return made

    def publish_guide(self, instrument: Instrument) -> UUID:
        """A further guide can be followed; returns its id."""
        with self.stores.work() as work:
            # The first decision has been replaced by those on later versions.
            newest = approvals.of_study(work.db, self.study.id)[0].number
            version = _published(work.db, self.study.id, instrument, newest, self.lead, now=self.now)
            work.commit()
        return version.instrument_id


def scenario(stores: Stores, *, now: datetime, versions_of_list_1: int = 4) -> Scenario:
    """The study of the paper: two universities and gender as the frame, List 1 in some of its versions."""
    with stores.work() as work:
        people = {role: person(work.db, role.value, now=now) for role in Role}
        for someone in people.values():
            someone.account.recovery_noted_at = now
        lead = people[Role.LEAD]
        study = study_of(work.db, lead, now=now, title=TITLE)
        for role, someone in people.items():
            if role is not Role.LEAD:
                joined(work.db, study, someone, role, by=lead, now=now)
        other = person(work.db, "olga", now=now)
        joined(work.db, study, other, Role.INTERVIEWER, by=lead, now=now)
        sites = tuple(
            studies.add_site(work.db, study.id, name, by=lead.id, now=now) for name in ("Calgary", "Edmonton")
        )
        frame = {"university": ("Calgary", "Alberta"), "gender": ("woman", "man")}
        frames.add_cells(work.db, study.id, frame, by=lead.id, now=now)
        year = timedelta(days=365)
        decided = approvals.Decided("Conjoint board", "REB-2026-114", "All", (now - year).date(), (now + year).date())
        approval = approvals.record(work.db, study.id, decided, by=lead.id, now=now).number
        wording = ready_letter()
        document = documents.publish(work.db, study.id, wording, approval=approval, by=lead.id, now=now)
        guide = study.id
        if versions_of_list_1:
            guide = _list_1(work, study.id, approval, lead, versions_of_list_1, now=now)
        made = Scenario(
            stores, now, study, people, other, approval, document, guide, sites, frames.strata(work.db, study.id)
        )
        work.commit()
    return made


def _list_1(work: Work, study_id: UUID, approval: int, lead: Person, count: int, *, now: datetime) -> UUID:
    first = _published(work.db, study_id, shelf.load(shelf.LIST_1[0]), approval, lead, now=now)
    for entry in shelf.LIST_1[1:count]:
        seen = drafts.draft_of(work.db, first.instrument_id).number
        draft = drafts.save_draft(
            work.db, first.instrument_id, shelf.load(entry), seen=seen, by=lead.id, now=now
        )  # fmt: skip
        under = granted(work.db, draft, by=lead.id, now=now)
        versions.publish(work.db, draft, entry.reasons, approval=under, by=lead.id, now=now)
    return first.instrument_id


def _published(
    db: Session, study_id: UUID, instrument: Instrument, approval: int, lead: Person, *, now: datetime
) -> Version:
    draft = drafts.begin(db, study_id, instrument, by=lead.id, now=now)
    return versions.publish(db, draft, (), approval=approval, by=lead.id, now=now)


@pytest.fixture(scope="session")
def kept(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Scenario]:
    """The study, with all versions of the guide and nobody enrolled, in a folder that nobody changes."""
    home = tmp_path_factory.mktemp("kept-field")
    for name in _FILES:
        shutil.copy(sqlite_template / name, home / name)
    stores = Stores.open(f"sqlite:///{home}/verbatim.db", f"sqlite:///{home}/keyring.db")
    made = scenario(stores, now=NOON)
    stores.dispose()
    return home, made


@pytest.fixture
def field(settings: Settings, kept: tuple[Path, Scenario], request: pytest.FixtureRequest) -> Scenario:
    """A copy of the study in the installation of this test; on PostgreSQL it is made anew, with one version."""
    if not settings.database_url.startswith("sqlite"):
        return scenario(request.getfixturevalue("stores"), now=NOON, versions_of_list_1=1)
    home, made = kept
    for name in _FILES:
        shutil.copy(home / name, settings.home / name)
    # Asked for now and not before, so that nobody has opened the databases yet.
    return replace(made, stores=request.getfixturevalue("stores"))
