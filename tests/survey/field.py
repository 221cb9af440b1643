"""A study in the field, for the tests of this room: a team with keys, a site, a frame, and an approval."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from survey import frames
from survey.sampling import Stratum
from tests.vault.people import Person, joined, person, study_of
from vault import approvals, ledger, studies
from vault.approvals import Decided
from vault.identities import Reader
from vault.store import Work
from vault.studies import Role, Study


@dataclass(frozen=True)
class Field:
    """Who is there and where."""

    study: Study
    lead: Person
    coordinator: Person
    interviewer: Person
    analyst: Person
    site_id: UUID
    other_site_id: UUID
    strata: tuple[Stratum, ...]
    approval: int

    @property
    def actor(self) -> str:
        """The coordinator, as the log writes it."""
        return ledger.staff(self.coordinator.id)

    @property
    def reader(self) -> Reader:
        """The coordinator, who reads names."""
        return Reader(self.coordinator.id, self.coordinator.seed)


def field_of(work: Work, *, now: datetime) -> Field:
    """The study of mentors and mentees: two universities × gender, approved for a year."""
    lead, coordinator, interviewer, analyst = (
        person(work.db, name, now=now) for name in ("ada", "cora", "ian", "anna")
    )  # fmt: skip
    study = study_of(work.db, lead, now=now)
    joined(work.db, study, coordinator, Role.COORDINATOR, by=lead, now=now)
    joined(work.db, study, interviewer, Role.INTERVIEWER, by=lead, now=now)
    joined(work.db, study, analyst, Role.ANALYST, by=lead, now=now)
    calgary = studies.add_site(work.db, study.id, "Calgary", by=lead.id, now=now)
    alberta = studies.add_site(work.db, study.id, "Alberta", by=lead.id, now=now)
    frame = {"university": ("Calgary", "Alberta"), "gender": ("woman", "man")}
    frames.add_cells(work.db, study.id, frame, by=lead.id, now=now)
    decided = Decided("The board", "REB-1", "List 1", date(2026, 10, 1), date(2027, 9, 30))
    approval = approvals.record(work.db, study.id, decided, by=lead.id, now=now)
    return Field(
        study, lead, coordinator, interviewer, analyst, calgary.id, alberta.id, frames.strata(work.db, study.id),
        approval.number,
    )  # fmt: skip
