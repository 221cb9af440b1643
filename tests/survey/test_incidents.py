"""Incidents: what is recorded stands, duties are kept in sight until somebody was told, and the log names each step."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from survey import incidents
from survey.incidents import Deed, Duty, IncidentRow, Owed, Settled, Sort, Told
from tests.survey.field import Field
from vault import ledger
from vault.errors import Invalid, Missing
from vault.store import Work

HOUR = timedelta(hours=1)


def recorded(work: Work, field: Field, now: datetime, *duties: Duty) -> IncidentRow:
    """A breach that was noticed an hour ago."""
    told = Told(
        Sort.BREACH, now.date() - timedelta(days=1), now - HOUR, "A letter went to P-7KQ4's neighbour.", None, duties
    )
    return incidents.record(work.db, field.study.id, told, by=field.lead.id, now=now)


def test_incidents_are_numbered_within_their_study_and_the_log_has_no_word_of_them(
    work: Work, field: Field, now: datetime
) -> None:
    assert [recorded(work, field, now).number for _ in range(3)] == [1, 2, 3]
    assert [one.row.number for one in incidents.of_study(work.db, field.study.id)] == [3, 2, 1]
    lines: list[Any] = [one for one in ledger.of_study(work.db, field.study.id) if one["action"] == "incident.recorded"]
    assert [line["facts"]["number"] for line in lines] == [3, 2, 1]
    assert all("neighbour" not in str(line) and len(line["facts"]["text"]) == 64 for line in lines)


def test_a_duty_is_owed_until_somebody_was_told_and_is_late_by_the_clock_of_the_report(
    work: Work, field: Field, now: datetime
) -> None:
    board, authority = Duty("Board", now + 2 * HOUR), Duty("Authority", now + HOUR)
    row = recorded(work, field, now, board, authority)

    def one() -> incidents.Incident:
        return incidents.find(work.db, field.study.id, row.id)

    assert one().owed == (authority, board)
    assert not one().owed[0].late(now + HOUR)
    assert one().owed[0].late(now + HOUR + timedelta(seconds=1))
    with pytest.raises(Owed):
        incidents.close(work.db, one(), "Mended.", by=field.lead.id, now=now)
    later = now + 5 * HOUR
    incidents.report(work.db, one(), "Authority", now, "By form.", by=field.lead.id, now=later)
    incidents.report(work.db, one(), "Board", later, by=field.lead.id, now=later)
    assert [(duty.whom, duty.late(later)) for duty in one().duties] == [("Authority", False), ("Board", True)]
    assert one().owed == ()
    incidents.close(work.db, one(), "Mended.", by=field.lead.id, now=later)
    assert one().closed
    with pytest.raises(Settled):
        incidents.act(work.db, one(), "One thing more.", by=field.lead.id, now=later)
    incidents.reopen(work.db, one(), "It happened again.", by=field.lead.id, now=later)
    incidents.act(work.db, one(), "One thing more.", by=field.lead.id, now=later)
    assert not one().closed
    assert [step.deed for step in one().steps][2:] == [
        Deed.REPORT, Deed.REPORT, Deed.CLOSED, Deed.REOPENED, Deed.ACTION,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"words": "  "}, "what happened"),
        ({"words": "x" * 5_001}, "5,000"),
        ({"noticed_at": 1}, "future"),
        ({"noticed_at": -200}, "before it happens"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    work: Work, field: Field, now: datetime, told: dict[str, Any], sentence: str
) -> None:
    said = {"words": "A letter was lost.", "noticed_at": 0, **told}
    wrong = Told(Sort.OTHER, now.date(), now + said["noticed_at"] * HOUR, said["words"])
    with pytest.raises(Invalid, match=sentence):
        incidents.record(work.db, field.study.id, wrong, by=field.lead.id, now=now)


def test_reports_lie_between_noticing_and_now_and_other_studies_see_nothing(
    work: Work, field: Field, now: datetime
) -> None:
    row = recorded(work, field, now)
    one = incidents.find(work.db, field.study.id, row.id)
    for at in (now + HOUR, now - 2 * HOUR):
        with pytest.raises(Invalid):
            incidents.report(work.db, one, "Board", at, by=field.lead.id, now=now)
    with pytest.raises(Invalid):
        incidents.reopen(work.db, one, "Why not.", by=field.lead.id, now=now)
    with pytest.raises(Missing):
        incidents.find(work.db, row.id, row.id)
    assert one.steps == ()


@pytest.mark.parametrize("statement", ["UPDATE incident SET words = 'nothing'", "DELETE FROM incident"])
def test_what_is_recorded_is_never_changed(work: Work, field: Field, now: datetime, statement: str) -> None:
    recorded(work, field, now)
    with pytest.raises(DatabaseError, match="append-only"):
        work.db.execute(text(statement))
