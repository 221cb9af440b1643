"""What the board sees: counts that give nobody away, times that are true, consents drawn by chance."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import decisions
from consent.scopes import Scope
from survey import board_questions, oversight, withdrawals
from survey.board_questions import Concern
from survey.oversight import Count
from survey.suppression import LEAST
from survey.withdrawals import Way
from tests.survey.field import Field, taking_part
from vault import ledger
from vault.errors import Invalid, Missing
from vault.store import Work


@given(st.integers(0, 40), st.integers(0, 40))
def test_of_two_parts_a_small_one_cannot_be_worked_out_although_their_sum_is_known(one: int, other: int) -> None:
    seen = oversight.parted(one, other)
    for part, count in zip((one, other), seen, strict=True):
        assert count.low <= part <= count.high
    possible = {
        left
        for left in range(seen[0].low, seen[0].high + 1)
        if seen[1].low <= one + other - left <= seen[1].high
    }  # fmt: skip
    for small, worked_out in ((one, possible), (other, {one + other - left for left in possible})):
        if small < LEAST:
            assert len(worked_out) == min(LEAST, one + other + 1)


@given(st.integers(0, 100))
def test_a_number_is_shown_or_only_that_it_is_under_five(number: int) -> None:
    assert oversight.shown(number) == (Count(number, number) if number >= LEAST else Count(0, LEAST - 1))


def test_consents_departures_and_their_times_are_counted(
    work: Work, field: Field, now: datetime, tmp_path: Path
) -> None:
    people = [taking_part(work, field, now=now) for _ in range(7)]
    for one, way in zip(people, (Way.STOP, Way.ERASE), strict=False):
        withdrawals.withdraw(work.db, work.keyring, one.participant, way, now=now)
    work.commit()
    (waiting,) = [one for one in oversight.departures(work.db, field.study.id) if one.way is Way.ERASE]
    assert waiting.longest is None
    for _ in withdrawals.carry_out(work.db, work.keyring, tmp_path, now=now + timedelta(minutes=3)):
        work.commit()
    left = {one.way: one for one in oversight.departures(work.db, field.study.id)}
    assert left[Way.ERASE].longest == timedelta(minutes=3)
    assert left[Way.ANONYMISE].longest is None
    (taking,) = [
        one for one in oversight.consents(work.db, field.study.id) if one.scope is Scope.TAKE_PART and one.document
    ]
    assert (taking.yes, taking.no) == (Count(1, 5), Count(0, 4))


def test_a_draw_has_whoever_decided_and_nobody_who_was_erased(work: Work, field: Field, now: datetime) -> None:
    people = [taking_part(work, field, now=now) for _ in range(4)]
    withdrawals.withdraw(work.db, work.keyring, people[0].participant, Way.ERASE, now=now)
    work.db.flush()
    everybody = {one.participant.pseudonym for one in people[1:]}
    drawn = oversight.sample(work.db, field.study.id, 10)
    assert {one.pseudonym for one in drawn} == everybody
    assert len(oversight.sample(work.db, field.study.id, 2)) == 2
    gone = decisions.history(work.db, people[0].participant.id)[0].occasion
    with pytest.raises(Missing):
        oversight.sampled(work.db, field.study.id, gone.id)
    with pytest.raises(Missing):
        oversight.sampled(work.db, field.lead.id, drawn[0].occasion.id)
    assert oversight.choices_on(work.db, drawn[0].occasion)[Scope.TAKE_PART]


def test_a_question_of_the_board_is_answered_settled_and_taken_up_again(
    work: Work, field: Field, now: datetime
) -> None:
    db, study, team, board = work.db, field.study.id, field.lead.id, field.interviewer.id
    row = board_questions.ask(db, study, Concern.FINDING, " A letter was sent twice. ", by=board, now=now)

    def thread() -> board_questions.Thread:
        return board_questions.find(db, study, row.id)

    assert thread().waits_for_team
    board_questions.answer(db, thread(), "It was printed twice.", from_board=False, by=team, now=now)
    assert not thread().waits_for_team
    board_questions.answer(db, thread(), "", from_board=True, settled=True, by=board, now=now)
    assert thread().settled
    board_questions.answer(db, thread(), "And a third time.", from_board=False, by=team, now=now)
    assert not thread().settled
    for words, settled in (("", False), ("x" * 5_001, True)):
        with pytest.raises(Invalid):
            board_questions.answer(db, thread(), words, from_board=True, settled=settled, by=board, now=now)
    with pytest.raises(Invalid):
        board_questions.answer(db, thread(), "So it is.", from_board=False, settled=True, by=team, now=now)
    with pytest.raises(Missing):
        board_questions.find(db, team, row.id)
    lines = [str(line) for line in ledger.of_study(db, study) if str(line["action"]).startswith("board.")]
    assert len(lines) == 4
    assert not any("letter" in line or "printed" in line for line in lines)
    assert [one.question.number for one in board_questions.of_study(db, study)] == [1]
