"""Nobody comes in where no board allows it, or beyond the number that it approved, by whichever door."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from consent.scopes import Scope as Agreed
from survey import invitations, links, nominations, participants, places, recruitment
from survey.links import LinkClosed
from survey.participants import Participant
from survey.places import Full, NobodyMayCome, OnlyALead
from survey.recruitment import entry_of
from survey.statuses import Status
from tests.survey.field import Field, decide, field_of
from tests.vault.only import on_sqlite
from vault import approvals, ledger
from vault.approvals import Decided
from vault.errors import Invalid
from vault.identities import Identity
from vault.store import Work
from vault.terms import Terms


@pytest.fixture
def field(work: Work, now: datetime) -> Field:
    return field_of(work, now=now)


def limited(work: Work, field: Field, size: int, *, now: datetime, **more: Any) -> int:
    """The study's decision is replaced by one that sets a number."""
    decided = Decided(
        "The board", "REB-2", "All", date(2026, 10, 1), date(2027, 9, 30), replaces=field.approval,
        terms=Terms(sample_size=size), **more,
    )  # fmt: skip
    return approvals.record(work.db, field.study.id, decided, by=field.lead.id, now=now).number


def enrol(work: Work, field: Field, *, now: datetime, **more: Any) -> Participant:
    return participants.enrol(
        work.db, work.keyring, field.study.id, by=field.actor, now=now, **{"site_id": field.site_id, **more}
    ).participant  # fmt: skip


def counted(work: Work) -> int:
    return work.db.scalar(select(func.count()).select_from(Participant)) or 0


def facts(work: Work, field: Field, action: str) -> list[Any]:
    lines = ledger.of_study(work.db, field.study.id)
    return [line["facts"] for line in reversed(lines) if line["action"] == action]


def test_nobody_is_enrolled_before_an_approval_or_after_its_last_day(work: Work, field: Field, now: datetime) -> None:
    for day in (date(2026, 9, 30), date(2027, 10, 1)):
        with pytest.raises(NobodyMayCome):
            enrol(work, field, now=now.replace(year=day.year, month=day.month, day=day.day))
    assert counted(work) == 0
    enrol(work, field, now=now.replace(year=2027, month=9, day=30))
    assert facts(work, field, "participant.enrolled") == [
        {"approval": field.approval, "site": str(field.site_id), "taken": 0, "most": 0}
    ]


@on_sqlite
def test_an_approval_of_one_site_lets_nobody_in_at_another(work: Work, field: Field, now: datetime) -> None:
    elsewhere = field.other_site_id
    decided = Decided("B", "R", "", date(2026, 10, 1), date(2026, 10, 2), replaces=field.approval, site_id=elsewhere)
    approvals.record(work.db, field.study.id, decided, by=field.lead.id, now=now)
    enrol(work, field, now=now)
    with pytest.raises(NobodyMayCome):
        enrol(work, field, now=now, site_id=elsewhere)
    with pytest.raises(NobodyMayCome):
        participants.place(
            work.db, work.keyring, enrol(work, field, now=now), site_id=elsewhere, stratum_id=None, by=field.actor,
            now=now,
        )  # fmt: skip


def test_the_approved_number_is_never_passed_and_a_lead_adds_one_at_a_time(
    work: Work, field: Field, now: datetime
) -> None:
    number = limited(work, field, 2, now=now)
    enrol(work, field, now=now)
    enrol(work, field, now=now)
    with pytest.raises(Full):
        enrol(work, field, now=now)
    with pytest.raises(OnlyALead):
        places.one_more(work.db, field.study.id, number, "A twin.", by=field.coordinator.id, now=now)
    with pytest.raises(Invalid):
        places.one_more(work.db, field.study.id, number, " ", by=field.lead.id, now=now)
    places.one_more(work.db, field.study.id, number, "A twin of P-1 asked.", by=field.lead.id, now=now)
    enrol(work, field, now=now)
    with pytest.raises(Full):
        enrol(work, field, now=now)
    assert facts(work, field, "enrolment.one-more") == [{"approval": number, "most": 3}]
    assert [(one["taken"], one["most"]) for one in facts(work, field, "participant.enrolled")] == [
        (1, 2),
        (2, 2),
        (3, 3),
    ]


@on_sqlite
def test_every_door_knows_the_number(work: Work, field: Field, now: datetime) -> None:
    limited(work, field, 2, now=now)
    link = links.make(
        work.db, field.study.id, "mentors", opens_on=now.date(), by=field.lead.id, now=now, site_id=field.site_id
    )  # fmt: skip
    jay = links.enrol(work.db, work.keyring, link, now=now).participant
    person = replace(entry_of(Identity(name="Wren")), site_id=field.site_id)
    enrol(work, field, now=now)
    nominee = nominations.nominate(
        work.db, work.keyring, jay, Identity(name="Heron"), now=now, site_id=field.site_id
    )  # fmt: skip
    with pytest.raises(LinkClosed):
        links.enrol(work.db, work.keyring, link, now=now)
    with pytest.raises(Full):
        recruitment.enrol_one(work.db, work.keyring, field.study.id, person, by=field.actor, now=now)
    with pytest.raises(Full):
        recruitment.enrol_many(work.db, work.keyring, field.study.id, [person], by=field.actor, now=now)
    with pytest.raises(Full):
        invitations.invite(
            work.db, work.keyring, field.study.id, [nominee.id], account_id=field.coordinator.id, now=now
        )  # fmt: skip
    with pytest.raises(Full):
        participants.step(work.db, work.keyring, nominee, Status.APPROACHED, account_id=field.coordinator.id, now=now)


@on_sqlite
def test_whoever_declined_gives_their_place_away_and_takes_one_when_they_come_back(
    work: Work, field: Field, now: datetime
) -> None:
    limited(work, field, 1, now=now)
    first = participants.enrol(
        work.db, work.keyring, field.study.id, by=field.actor, now=now, site_id=field.site_id, status=Status.INVITED
    )
    participants.step(
        work.db, work.keyring, first.participant, Status.DECLINED, account_id=field.coordinator.id, now=now
    )  # fmt: skip
    second = participants.enrol(work.db, work.keyring, field.study.id, by=field.actor, now=now, site_id=field.site_id)
    agreed = dict.fromkeys(Agreed, True)
    with pytest.raises(Full):
        decide(work, field, first, agreed, now=now)
    participants.step(
        work.db, work.keyring, second.participant, Status.NO_REPLY, account_id=field.coordinator.id, now=now
    )  # fmt: skip
    decide(work, field, first, agreed, now=now + timedelta(minutes=5))
    assert facts(work, field, "participant.admitted") == [
        {"approval": field.approval + 1, "site": str(field.site_id), "taken": 1, "most": 1}
    ]
