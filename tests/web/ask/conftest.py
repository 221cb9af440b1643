"""A study that may publish: an approval in force, and ways to fill it with the reference study's instruments."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

import pytest

from instruments import drafts, shelf, versions
from instruments.shelf import Entry
from instruments.versions import Version
from tests.approving import granted
from tests.vault.people import Person, joined, study_of
from tests.web.pages import Page
from tests.web.visitors import House, Visitor
from vault import approvals
from vault.approvals import Decided
from vault.studies import Role, Study


@dataclass
class Desk:
    """A study with its approval, as somebody sits down to write what is asked."""

    house: House
    person: Person
    study: Study
    approval: int
    browsers: dict[Role, Visitor] = field(default_factory=dict)

    @property
    def at(self) -> str:
        """The address of the study."""
        return f"/studies/{self.study.id}"

    @property
    def now(self) -> datetime:
        """The time by the guard's clock."""
        return self.house.clock.time

    def browser(self, role: Role = Role.LEAD) -> Visitor:
        """The browser of somebody in this role, who joins and signs in when first asked for."""
        if role not in self.browsers:
            someone = self.person if role is Role.LEAD else self._joined(role)
            self.browsers[role] = self.house.sign_in(someone)
        return self.browsers[role]

    def _joined(self, role: Role) -> Person:
        someone = self.house.person(role.value)
        with self.house.stores.work() as work:
            joined(work.db, self.study, someone, role, by=self.person, now=self.now)
            work.commit()
        return someone

    def get(self, path: str, role: Role = Role.LEAD) -> Page:
        """A page of the study as a role sees it."""
        return self.browser(role).get(f"{self.at}{path}")

    def begin(self, entry: Entry) -> UUID:
        """The study has a draft of an instrument of the library; returns the instrument's id."""
        with self.house.stores.work() as work:
            draft = drafts.begin(work.db, self.study.id, shelf.load(entry), by=self.person.id, now=self.now)
            instrument_id = draft.instrument_id
            work.commit()
        return instrument_id

    def write(self, instrument: UUID, entry: Entry) -> None:
        """The draft is what the library has."""
        with self.house.stores.work() as work:
            seen = drafts.draft_of(work.db, instrument).number
            drafts.save_draft(work.db, instrument, shelf.load(entry), seen=seen, by=self.person.id, now=self.now)
            work.commit()

    def grant(self, instrument: UUID) -> int:
        """The board decided on the draft as it stands, so it may be published; returns the decision's number."""
        with self.house.stores.work() as work:
            draft = drafts.draft_of(work.db, instrument)
            self.approval = granted(work.db, draft, by=self.person.id, now=self.now)
            work.commit()
        return self.approval

    def publish(self, instrument: UUID, entry: Entry) -> Version:
        """The library's version is published with the library's reasons."""
        self.write(instrument, entry)
        under = self.grant(instrument)
        with self.house.stores.work() as work:
            draft = drafts.draft_of(work.db, instrument)
            version = versions.publish(
                work.db, draft, entry.reasons, approval=under, by=self.person.id, now=self.now
            )  # fmt: skip
            work.commit()
            work.db.refresh(version)
            work.db.expunge(version)
        return version


@pytest.fixture
def desk(house: House) -> Desk:
    """A study under an approval that is in force."""
    lead = house.person("ada")
    with house.stores.work() as work:
        study = study_of(work.db, lead, now=house.clock.time)
        decided = Decided("REB Calgary", "17024", "All of it", date(2026, 1, 1), date(2027, 1, 1))
        made = approvals.record(work.db, study.id, decided, by=lead.id, now=house.clock.time)
        number = made.number
        work.commit()
        work.db.refresh(study)
        work.db.expunge(study)
    return Desk(house, lead, study, number)


@pytest.fixture
def guide(desk: Desk) -> UUID:
    """List 1 with its four versions published, one after another."""
    instrument = desk.begin(shelf.LIST_1[0])
    for entry in shelf.LIST_1:
        desk.publish(instrument, entry)
    return instrument
