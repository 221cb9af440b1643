"""What the log tells of participants, so that somebody who reads nothing else can judge by it."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from survey import assignments, interviews, invitations, participants, responses, runs, withdrawals
from survey.participants import Enrolled
from survey.withdrawals import Way
from tests.survey.field import GUIDE, SURVEY, Field, field_of, grant, in_the_log, published, taking_part
from vault import departures, ledger, participant_sessions, rotation, studies
from vault.ledger import LedgerEntry
from vault.store import Stores, Work
from vault.studies import Role, Scope


def _lines(work: Work, action: str) -> list[dict[str, Any]]:
    bodies = work.db.scalars(select(LedgerEntry.body).where(LedgerEntry.action == action).order_by(LedgerEntry.number))
    return [json.loads(body) for body in bodies]


def _someone(work: Work, now: datetime) -> tuple[Field, Enrolled]:
    field = field_of(work, now=now)
    return field, taking_part(work, field, now=now, assigned=True)


def test_every_page_that_is_saved_has_a_line_with_the_day_and_without_the_time(quick: Work, now: datetime) -> None:
    field, who = _someone(quick, now)
    version = published(quick, field, SURVEY, now=now)
    key, agreed = who.keys[Scope.RESPONSES], grant(quick, who)
    run = responses.begin(quick.db, quick.keyring, who.participant, version.instrument_id, agreed, now=now)
    subject = in_the_log(quick, who.participant.id)
    for minute in range(3):
        responses.save(
            quick.db, key, agreed, run, 0, {"mentor": "no"}, seen=0, loaded=responses.load(quick.db, key, run),
            now=now + timedelta(minutes=minute), subject=subject,
        )  # fmt: skip
    lines = _lines(quick, "answers.saved")
    assert len(lines) == 3
    for line in lines:
        assert line["at"] == f"{now.date()}T00:00:00.000Z"
        assert (line["subject"], line["actor"]) == (subject, ledger.participant(subject))
        assert line["facts"] == {"kind": "self", "version": str(version.id)}
    (begun,) = _lines(quick, "instrument.published")
    assert (begun["facts"]["id"], begun["facts"]["of"]) == (str(version.id), str(version.instrument_id))


def test_a_page_that_is_being_saved_while_somebody_withdraws_comes_before_in_the_log(
    stores: Stores, now: datetime
) -> None:
    with stores.work() as work:
        field, who = _someone(work, now)
        version = published(work, field, SURVEY, now=now)
        agreed, subject = grant(work, who), in_the_log(work, who.participant.id)
        began = responses.begin(work.db, work.keyring, who.participant, version.instrument_id, agreed, now=now)
        work.commit()

    def leave() -> None:
        with stores.work() as own:
            here = participants.find(own.db, field.study.id, who.participant.id)
            withdrawals.withdraw(own.db, own.keyring, here, Way.STOP, now=now)
            own.commit()

    with ThreadPoolExecutor(1) as pool, stores.work() as work:
        run = runs.find(work.db, who.participant.id, began.id, writing=True)
        leaving = pool.submit(leave)
        with pytest.raises(TimeoutError):
            leaving.result(timeout=0.5)
        responses.save(
            work.db, who.keys[Scope.RESPONSES], grant(work, who), run, 0, {"mentor": "no"}, seen=0,
            loaded=responses.load(work.db, who.keys[Scope.RESPONSES], run), now=now, subject=subject,
        )  # fmt: skip
        work.commit()
        leaving.result(timeout=30)
    with stores.work(reading=True) as work:
        actions = work.db.scalars(select(LedgerEntry.action).order_by(LedgerEntry.number)).all()
        assert actions.index("answers.saved") < actions.index("participant.withdrew")


def test_a_participant_is_called_the_same_in_the_log_for_life(quick: Work, now: datetime) -> None:
    """A new code, a new interviewer, new keys of the study: whoever groups lines by it groups all of them."""
    field, who = _someone(quick, now)
    called, lead = in_the_log(quick, who.participant.id), field.lead
    keys = assignments.keys_of(quick.db, quick.keyring, who.participant, account_id=lead.id, seed=lead.seed)
    code = invitations.renew(quick.db, quick.keyring, who.participant, keys, by=lead.id, now=now)
    quick.commit()
    _, person = participant_sessions.arrive(quick, b"k" * 32, code.text, now=now)
    assignments.unassign(quick.db, quick.keyring, who.participant, field.interviewer.id, by=lead.id, now=now)
    for scope in Scope:
        quick.carry_out(
            rotation.rotate(quick.db, quick.keyring, field.study.id, scope, account_id=lead.id, seed=lead.seed, now=now)
        )
    assignments.assign(
        quick.db, quick.keyring, who.participant, field.interviewer.account, by=lead.id, seed=lead.seed, now=now
    )
    assert person.subject == in_the_log(quick, who.participant.id) == called
    ours = [json.loads(body) for body in quick.db.scalars(select(LedgerEntry.body))]
    assert {line["subject"] for line in ours} == {"", called}


def test_whoever_is_enrolled_with_an_interviewer_is_assigned_in_the_log(quick: Work, now: datetime) -> None:
    field, who = _someone(quick, now)
    (line,) = _lines(quick, "participant.assigned")
    assert line["facts"]["account"] == str(field.interviewer.id)
    assert line["subject"] == in_the_log(quick, who.participant.id)


def test_the_log_says_whose_keys_were_taken_and_who_holds_the_new_ones(quick: Work, now: datetime) -> None:
    field = field_of(quick, now=now)
    member = studies.membership(quick.db, field.study.id, field.analyst.id)
    assert member is not None
    departures.change_role(quick.db, member, Role.TRANSCRIBER, by=field.lead.id, now=now)
    quick.commit()
    quick.carry_out(
        departures.settle(
            quick.db, quick.keyring, field.study.id, account_id=field.lead.id, seed=field.lead.seed, now=now
        )
    )
    (taken,) = _lines(quick, "key.taken")
    assert taken["facts"] == {"account": str(field.analyst.id), "scope": "responses"}
    (rotated,) = _lines(quick, "key.rotated")
    assert rotated["facts"]["holders"] == [str(field.lead.id)]


def test_an_interviewer_who_comes_back_to_an_interview_has_read_it(quick: Work, now: datetime) -> None:
    field, who = _someone(quick, now)
    guide = published(quick, field, GUIDE, now=now).instrument_id
    ian, agreed, key = field.interviewer, grant(quick, who), who.keys[Scope.RESPONSES]
    held = interviews.start(
        quick.db, quick.keyring, who.participant, guide, agreed, account=ian.account, seed=ian.seed, now=now
    )
    run = runs.find(quick.db, who.participant.id, held.response_id)
    interviews.end(quick.db, quick.keyring, agreed, held, key=key, response=run, now=now)
    interviews.look_back(quick.db, quick.keyring, held, key, run, by=ian.id, now=now)
    (line,) = _lines(quick, "answers.read")
    assert line["facts"] == {"why": "interview", "responses": 1}
    assert line["subject"] == in_the_log(quick, who.participant.id)
    assert line["actor"] == ledger.staff(ian.id)
