"""Leads hear of an approval's end in time, each of them once for each of the three days."""

from datetime import date, datetime, timedelta

import pytest

from survey import renewals
from tests.survey.field import Field, field_of
from tests.vault.only import on_sqlite
from vault import approvals
from vault.approvals import Decided
from vault.store import Work

LAST = date(2027, 9, 30)


@pytest.fixture
def field(work: Work, now: datetime) -> Field:
    return field_of(work, now=now)


def _on(now: datetime, before: int) -> datetime:
    """So many days before the last one."""
    return now + (LAST - timedelta(days=before) - now.date())


def test_each_lead_is_told_once_for_each_of_the_three_days(work: Work, field: Field, now: datetime) -> None:
    told = []
    for before in (61, 60, 59, 31, 30, 8, 7, 6, 0, -1):
        moment = _on(now, before)
        told += [(before, one.ending.days, one.ending.left) for one in renewals.due(work.db, now=moment)]
        for one in renewals.due(work.db, now=moment):
            assert one.account.id == field.lead.id
            assert renewals.tell(work.db, one, now=moment)
            assert not renewals.tell(work.db, one, now=moment)
    assert told == [(60, 60, 60), (30, 30, 30), (7, 7, 7)]


@on_sqlite
def test_who_could_not_be_told_is_told_later(work: Work, field: Field, now: datetime) -> None:
    moment = _on(now, 20)
    (one,) = renewals.due(work.db, now=moment)
    assert (one.ending.days, one.ending.left) == (30, 20)
    renewals.tell(work.db, one, now=moment)
    assert renewals.due(work.db, now=moment) == []
    renewals.take_back(work.db, one)
    assert len(renewals.due(work.db, now=moment)) == 1


@on_sqlite
def test_a_renewal_ends_the_reminders_and_a_closed_study_has_none(work: Work, field: Field, now: datetime) -> None:
    moment = _on(now, 20)
    field.study.closed_at = moment
    work.db.flush()
    assert renewals.due(work.db, now=moment) == []
    field.study.closed_at = None
    later = LAST + timedelta(days=1)
    renewal = Decided("B", "R-2", "", later, later + timedelta(days=300), replaces=field.approval)
    approvals.record(work.db, field.study.id, renewal, by=field.lead.id, now=moment)
    assert renewals.due(work.db, now=moment) == []
    assert renewals.of_study(work.db, field.study.id, on=moment.date()) == []
