"""Approvals in force: per site, one after the other, and never by hindsight."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from tests.vault.only import on_sqlite
from tests.vault.people import Person, person, study_of
from vault import approvals, studies
from vault.approvals import Approval, Decided
from vault.errors import Invalid, Missing
from vault.ledger import LedgerEntry
from vault.store import Stores, Work
from vault.studies import Study

FIRST = date(2026, 10, 1)


@pytest.fixture
def ada(work: Work, now: datetime) -> Person:
    """The lead."""
    return person(work.db, "ada", now=now)


@pytest.fixture
def study(work: Work, ada: Person, now: datetime) -> Study:
    """A study of hers."""
    return study_of(work.db, ada, now=now)


def recorded(
    work: Work, study: Study, ada: Person, now: datetime, begin: int, end: int,
    *, site: UUID | None = None, replaces: int | None = None,
) -> int:  # fmt: skip
    days = FIRST + timedelta(days=begin), FIRST + timedelta(days=end)
    decided = Decided("Board", "R", "all", *days, site_id=site, replaces=replaces)
    return approvals.record(work.db, study.id, decided, by=ada.id, now=now).number


def holding(work: Work, study: Study, site: UUID | None, day: int) -> int | None:
    found = approvals.in_force(work.db, study.id, site, on=FIRST + timedelta(days=day))
    return found.number if found else None


@on_sqlite
def test_a_decision_for_one_site_ends_the_general_one_there_and_nowhere_else(
    work: Work, study: Study, ada: Person, now: datetime
) -> None:
    calgary, alberta = (studies.add_site(work.db, study.id, name, by=ada.id, now=now).id for name in ("C", "A"))
    everywhere = recorded(work, study, ada, now, 0, 100)
    there = recorded(work, study, ada, now, 10, 20, site=calgary, replaces=everywhere)
    assert [holding(work, study, calgary, day) for day in (9, 10, 20, 21)] == [everywhere, there, there, None]
    assert [holding(work, study, alberta, day) for day in (9, 10, 21, 100, 101)] == [everywhere] * 4 + [None]
    assert holding(work, study, None, 15) == everywhere


@on_sqlite
def test_of_several_that_hold_the_latest_recorded_counts(work: Work, study: Study, ada: Person, now: datetime) -> None:
    first = recorded(work, study, ada, now, 0, 100)
    second = recorded(work, study, ada, now, 5, 10)
    assert [holding(work, study, None, day) for day in (4, 5, 10, 11)] == [first, second, second, first]


@on_sqlite
def test_a_chain_of_renewals_never_brings_an_earlier_one_back(
    work: Work, study: Study, ada: Person, now: datetime
) -> None:
    one = recorded(work, study, ada, now, 0, 100)
    two = recorded(work, study, ada, now, 30, 60, replaces=one)
    three = recorded(work, study, ada, now, 50, 55, replaces=two)
    assert [holding(work, study, None, day) for day in (29, 30, 49, 50, 55, 56, 61)] == [
        one, two, two, three, three, None, None,
    ]  # fmt: skip


@on_sqlite
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=4), st.integers(-3, 65))
def test_nothing_holds_before_its_first_day_or_after_its_last(
    work: Work, ada: Person, now: datetime, spans: list[tuple[int, int]], day: int
) -> None:
    study = study_of(work.db, ada, now=now)
    made = {recorded(work, study, ada, now, begin, begin + length): (begin, begin + length) for begin, length in spans}
    standing = [number for number, (begin, end) in made.items() if begin <= day <= end]
    assert holding(work, study, None, day) == max(standing, default=None)


@on_sqlite
@pytest.mark.parametrize(("board", "reference"), [("", "R-1"), ("Board", " ")])
def test_a_decision_needs_a_board_and_a_reference(
    work: Work, study: Study, ada: Person, now: datetime, board: str, reference: str
) -> None:
    with pytest.raises(Invalid):
        approvals.record(work.db, study.id, Decided(board, reference, "", FIRST, FIRST), by=ada.id, now=now)


@on_sqlite
def test_a_decision_for_a_site_that_is_not_the_studys_is_refused(
    work: Work, study: Study, ada: Person, now: datetime
) -> None:
    other = study_of(work.db, ada, now=now, title="Another")
    site = studies.add_site(work.db, other.id, "C", by=ada.id, now=now)
    for foreign in (site.id, UUID(int=7)):
        with pytest.raises(Missing):
            recorded(work, study, ada, now, 0, 1, site=foreign)
    with pytest.raises(Missing):
        recorded(work, study, ada, now, 0, 1, replaces=999)
    assert list(approvals.of_study(work.db, study.id)) == []


def test_a_decision_is_in_the_log_and_cannot_be_changed_afterwards(stores: Stores, now: datetime) -> None:
    with stores.work() as work:
        ada = person(work.db, "ada", now=now)
        study = study_of(work.db, ada, now=now)
        number = recorded(work, study, ada, now, 0, 10)
        work.commit()
        body = work.db.scalars(select(LedgerEntry.body).where(LedgerEntry.action == "approval.recorded")).one()
        assert f'"approval":{number}' in body
        assert '"effective":"2026-10-01","expires":"2026-10-11"' in body
    with stores.work() as work, pytest.raises(DatabaseError, match="append-only"):
        work.db.execute(text("UPDATE approval SET expires_on = '2099-01-01'"))
    with stores.work(reading=True) as work:
        assert work.db.scalars(select(Approval)).one().expires_on == date(2026, 10, 11)
