"""Counts of how a study goes: exact for those who hold keys, without small cells for everybody else."""

from datetime import datetime

from survey import frames, participants, progress, responses, statuses
from survey.runs import Kind
from survey.statuses import Status
from tests.survey.field import SURVEY, Field, field_of, grant, in_the_log, published, taking_part
from vault.store import Work
from vault.studies import Scope


def recruited(work: Work, field: Field, now: datetime, stratum: int, status: Status, count: int) -> None:
    for _ in range(count):
        made = participants.enrol(
            work.db, work.keyring, field.study.id, by=field.actor, now=now, site_id=field.site_id,
            stratum_id=field.strata[stratum].id,
        )  # fmt: skip
        statuses.record(work.db, field.study.id, made.participant.id, status, now=now)


def test_who_stands_where_is_counted_by_site_stratum_and_status(work: Work, field: Field, now: datetime) -> None:
    frames.set_quota(work.db, field.study.id, {"gender": "woman"}, 10, by=field.lead.id, now=now)
    recruited(work, field, now, 0, Status.INTERVIEWED, 4)
    recruited(work, field, now, 0, Status.DECLINED, 1)
    recruited(work, field, now, 2, Status.CONSENTED, 3)
    recruited(work, field, now, 3, Status.IDENTIFIED, 5)
    exact = progress.overview(work.db, field.study.id, exact=True)
    assert [(row.site, row.stratum, row.total) for row in exact.rows] == [
        ("Calgary", "Calgary · woman", 5), ("Calgary", "Alberta · woman", 3), ("Calgary", "Alberta · man", 5),
    ]  # fmt: skip
    assert (exact.everybody, exact.totals[Status.INTERVIEWED], exact.totals[Status.DECLINED]) == (13, 4, 1)
    assert [(one.quota.name, one.taken) for one in exact.quotas] == [("woman", 7)]
    assert exact.balance == {"university": {"Calgary": 4, "Alberta": 3}, "gender": {"woman": 7, "man": 0}}
    shown = progress.overview(work.db, field.study.id, exact=False)
    numbers = [cell for row in shown.rows for cell in (*row.cells.values(), row.total)]
    numbers += [*shown.totals.values(), shown.everybody, *(one.taken for one in shown.quotas)]
    assert all(number is None or number >= 3 for number in numbers)
    assert shown.everybody == 13
    assert shown.rows[0].cells[Status.DECLINED] is None
    # The one who declined could be worked out if everything else in the row were shown.
    assert shown.rows[0].cells[Status.INTERVIEWED] is None or shown.rows[0].total is None
    assert shown.balance == {}


def test_the_first_participant_of_a_study_is_not_counted_out_loud(quick: Work, now: datetime) -> None:
    field = field_of(quick, now=now)
    recruited(quick, field, now, 0, Status.CONSENTED, 1)
    shown = progress.overview(quick.db, field.study.id, exact=False)
    assert shown.everybody is None
    assert {cell for row in shown.rows for cell in row.cells.values()} == {None}


def test_a_study_without_anybody_has_no_rows(quick: Work, now: datetime) -> None:
    field = field_of(quick, now=now)
    assert progress.overview(quick.db, field.study.id, exact=True).rows == ()
    assert progress.overview(quick.db, field.study.id, exact=False).rows == ()


def test_runs_are_counted_by_version_and_state(work: Work, field: Field, now: datetime) -> None:
    instrument = published(work, field, SURVEY, now=now).instrument_id
    for sent in (True, False, False):
        who = taking_part(work, field, now=now)
        key = who.keys[Scope.RESPONSES]
        response = responses.begin(work.db, work.keyring, who.participant, instrument, grant(work, who), now=now)
        if sent:
            loaded = responses.load(work.db, key, response)
            responses.save(
                work.db, key, grant(work, who), response, 0, {"mentor": "no"}, seen=0, loaded=loaded, now=now,
                subject=in_the_log(work, response.participant_id),
            )  # fmt: skip
            responses.close(work.db, work.keyring, response, now=now)
    (counted,) = progress.runs_by_version(work.db, field.study.id, exact=True)
    assert (counted.instrument, counted.version, counted.kind, counted.open, counted.submitted) == (
        "short", 1, Kind.SELF, 2, 1,
    )  # fmt: skip
    (hidden,) = progress.runs_by_version(work.db, field.study.id, exact=False)
    assert (hidden.open, hidden.submitted) == (None, None)
