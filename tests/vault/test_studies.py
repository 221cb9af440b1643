"""Studies, sites and members."""

from datetime import date, datetime, timedelta

import pytest

from tests.vault.people import joined, person, study_of
from vault import approvals, studies
from vault.approvals import Decided
from vault.errors import Conflict, Invalid, Missing
from vault.store import Work
from vault.studies import HOLDS, PERMITS, LastLead, Permit, Role, Scope


def test_every_role_has_its_permits_and_its_scopes() -> None:
    assert set(PERMITS) == set(HOLDS) == set(Role)
    assert HOLDS[Role.AUDITOR] == HOLDS[Role.INTERVIEWER] == frozenset()
    assert {role for role in Role if Scope.LINKAGE in HOLDS[role]} == {Role.LEAD, Role.COORDINATOR}
    assert not any({Permit.OPEN, Permit.HALF, Permit.STAFF} & PERMITS[role] for role in Role)


def test_a_study_has_always_a_lead(work: Work, now: datetime) -> None:
    ada, bea = person(work.db, "ada", now=now), person(work.db, "bea", now=now)
    study = study_of(work.db, ada, now=now)
    first = studies.membership(work.db, study.id, ada.id)
    assert first is not None
    with pytest.raises(LastLead):
        studies.leave(work.db, first, by=ada.id, now=now)
    second = joined(work.db, study, bea, Role.LEAD, by=ada, now=now)
    studies.leave(work.db, first, by=bea.id, now=now)
    with pytest.raises(LastLead):
        studies.leave(work.db, second, by=bea.id, now=now)


def test_nobody_is_a_member_twice_but_may_come_back(work: Work, now: datetime) -> None:
    ada, bea = person(work.db, "ada", now=now), person(work.db, "bea", now=now)
    study = study_of(work.db, ada, now=now)
    member = joined(work.db, study, bea, Role.ANALYST, by=ada, now=now + timedelta(hours=1))
    with pytest.raises(Conflict):
        studies.join(work.db, study.id, bea.id, Role.AUDITOR, by=ada.id, now=now)
    studies.leave(work.db, member, by=ada.id, now=now + timedelta(days=1))
    joined(work.db, study, bea, Role.AUDITOR, by=ada, now=now + timedelta(days=2))
    assert [one.role for one in studies.members(work.db, study.id, past=True)] == [
        Role.LEAD,
        Role.ANALYST,
        Role.AUDITOR,
    ]


def test_a_site_of_another_study_is_none_of_this_one(work: Work, now: datetime) -> None:
    ada, bea = person(work.db, "ada", now=now), person(work.db, "bea", now=now)
    here, there = study_of(work.db, ada, now=now), study_of(work.db, ada, now=now, title="Another")
    site = studies.add_site(work.db, there.id, "Calgary", by=ada.id, now=now)
    with pytest.raises(Missing):
        studies.join(work.db, here.id, bea.id, Role.ANALYST, by=ada.id, now=now, site_id=site.id)
    with pytest.raises(Conflict):
        studies.add_site(work.db, there.id, " Calgary ", by=ada.id, now=now)
    with pytest.raises(Invalid):
        studies.add_site(work.db, there.id, "  ", by=ada.id, now=now)


def _decided(reference: str, begin: date, days: int, **more: object) -> Decided:
    return Decided("The board", reference, "List 1", begin, begin + timedelta(days=days), **more)  # type: ignore[arg-type]


def test_an_approval_holds_from_its_first_day_to_its_last_at_its_site(work: Work, now: datetime) -> None:
    ada = person(work.db, "ada", now=now)
    study = study_of(work.db, ada, now=now)
    calgary = studies.add_site(work.db, study.id, "Calgary", by=ada.id, now=now)
    alberta = studies.add_site(work.db, study.id, "Alberta", by=ada.id, now=now)
    begin = date(2026, 10, 1)
    approvals.record(work.db, study.id, _decided("R-1", begin, 10, site_id=calgary.id), by=ada.id, now=now)

    def holds(site_id: object, on: date) -> bool:
        return approvals.in_force(work.db, study.id, site_id, on=on) is not None  # type: ignore[arg-type]

    assert [holds(calgary.id, begin + timedelta(days=n)) for n in (-1, 0, 10, 11)] == [False, True, True, False]
    assert not holds(alberta.id, begin)
    assert not holds(None, begin)


def test_a_decision_that_replaces_another_ends_it_on_the_day_it_takes_effect(work: Work, now: datetime) -> None:
    ada = person(work.db, "ada", now=now)
    study = study_of(work.db, ada, now=now)
    begin = date(2026, 10, 1)
    first = approvals.record(work.db, study.id, _decided("R-1", begin, 100), by=ada.id, now=now)
    middle = begin + timedelta(days=50)
    second = approvals.record(work.db, study.id, _decided("R-2", middle, 5, replaces=first.number), by=ada.id, now=now)

    def holding(days: int) -> int | None:
        found = approvals.in_force(work.db, study.id, None, on=begin + timedelta(days=days))
        return found.number if found else None

    assert [holding(n) for n in (49, 50, 55, 56)] == [first.number, second.number, second.number, None]


def test_an_approval_cannot_expire_before_it_begins_or_replace_a_strangers(work: Work, now: datetime) -> None:
    ada = person(work.db, "ada", now=now)
    here, there = study_of(work.db, ada, now=now), study_of(work.db, ada, now=now, title="Another")
    with pytest.raises(Invalid):
        approvals.record(work.db, here.id, _decided("R-1", date(2026, 10, 1), -1), by=ada.id, now=now)
    other = approvals.record(work.db, there.id, _decided("R-1", date(2026, 10, 1), 1), by=ada.id, now=now)
    with pytest.raises(Missing):
        approvals.record(
            work.db, here.id, _decided("R-2", date(2026, 10, 1), 1, replaces=other.number), by=ada.id, now=now
        )
