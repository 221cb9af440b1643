"""A participant's visit: in by the code, gone after half an hour, and nothing in the database opens it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from survey import participants
from survey.participants import Enrolled
from tests.vault.people import approved_for, person, study_of
from vault import keyring, ledger, participant_sessions
from vault.attempts import LIMIT, TooManyTries
from vault.codes import CodeUnreadable
from vault.errors import CannotOpen
from vault.participant_sessions import CodeOpensNothing, Visiting
from vault.sessions import ABSOLUTE, IDLE
from vault.store import Work
from vault.studies import Scope

SERVER = b"s" * 32


def enrolled(work: Work, *, now: datetime, typed: bool = True) -> Enrolled:
    lead = person(work.db, "ada", now=now)
    study = study_of(work.db, lead, now=now)
    approved_for(work.db, study.id, now=now)
    made = participants.enrol(work.db, work.keyring, study.id, by=ledger.SYSTEM, now=now, typed=typed)
    work.commit()
    return made


@pytest.mark.parametrize("typed", [True, False])
def test_the_code_opens_the_participants_own_two_keys_and_not_the_recordings(
    work: Work, now: datetime, typed: bool
) -> None:
    made = enrolled(work, now=now, typed=typed)
    cookie, arrived = participant_sessions.arrive(work, SERVER, made.code.text.lower(), now=now)
    work.commit()
    assert arrived.keys == {scope: made.keys[scope] for scope in (Scope.RESPONSES, Scope.LINKAGE)}
    again = participant_sessions.read(work.db, cookie, now=now)
    assert (again.id, again.keys, again.code) == (made.participant.id, arrived.keys, made.code.text)
    assert made.code.secret not in repr(again)


def test_once_anonymised_the_code_opens_answers_and_no_name(work: Work, now: datetime) -> None:
    made = enrolled(work, now=now)
    keyring.drop(work.keyring, made.participant.id, [Scope.LINKAGE])
    work.commit()
    _, arrived = participant_sessions.arrive(work, SERVER, made.code.text, now=now)
    assert set(arrived.keys) == {Scope.RESPONSES}


def test_a_visit_ends_after_half_an_hour_of_nothing_and_after_twelve_hours_of_anything(
    work: Work, now: datetime
) -> None:
    """ASVS 7.3.1, 7.3.2."""
    cookie, arrived = participant_sessions.arrive(work, SERVER, enrolled(work, now=now).code.text, now=now)
    late = now + IDLE - timedelta(seconds=1)
    participant_sessions.touch(work.db, participant_sessions.read(work.db, cookie, now=late), now=late)
    participant_sessions.read(work.db, cookie, now=late + IDLE - timedelta(seconds=1))
    with pytest.raises(CannotOpen):
        participant_sessions.read(work.db, cookie, now=late + IDLE)
    moment = now
    while moment < now + ABSOLUTE - timedelta(minutes=20):
        participant_sessions.touch(work.db, participant_sessions.read(work.db, cookie, now=moment), now=moment)
        moment += timedelta(minutes=20)
    with pytest.raises(CannotOpen):
        participant_sessions.read(work.db, cookie, now=now + ABSOLUTE)
    participant_sessions.leave(work.db, arrived)
    with pytest.raises(CannotOpen):
        participant_sessions.read(work.db, cookie, now=now)


def test_the_database_alone_opens_no_visit_and_a_row_cannot_be_given_to_another(work: Work, now: datetime) -> None:
    """ASVS 7.2.2, 14.2.4: the key of the row is in the cookie only, and a row is bound to its participant."""
    made = enrolled(work, now=now)
    cookie, _ = participant_sessions.arrive(work, SERVER, made.code.text, now=now)
    row = work.db.scalars(select(Visiting)).one()
    assert made.keys[Scope.RESPONSES] not in row.blob
    assert made.code.secret.encode() not in row.blob
    row.participant_id = made.participant.study_id
    work.db.flush()
    with pytest.raises(CannotOpen):
        participant_sessions.read(work.db, cookie, now=now)
    for forged in ("", "x", "A" * 64, cookie[:-4] + "AAAA", "é"):
        with pytest.raises(CannotOpen):
            participant_sessions.read(work.db, forged, now=now)


def test_ten_wrong_codes_close_the_locator_for_a_quarter_of_an_hour(work: Work, now: datetime) -> None:
    """ASVS 6.3.1: whether the public part exists makes no difference."""
    right = enrolled(work, now=now).code.text
    for locator in (right[:7], "ZZZ-ZZZ"):
        for _ in range(LIMIT):
            with pytest.raises(CodeOpensNothing):
                participant_sessions.arrive(work, SERVER, f"{locator}-0000-0000-0000", now=now)
        with pytest.raises(TooManyTries):
            participant_sessions.arrive(work, SERVER, f"{locator}-0000-0000-0000", now=now)
    with pytest.raises(TooManyTries):
        participant_sessions.arrive(work, SERVER, right, now=now)
    participant_sessions.arrive(work, SERVER, right, now=now + timedelta(minutes=15, seconds=1))
    with pytest.raises(CodeUnreadable):
        participant_sessions.arrive(work, SERVER, "nonsense!", now=now)
