"""Being signed in: nothing in the database opens it, nothing of before lives on in it, and it ends."""

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from tests.vault.only import on_sqlite
from tests.vault.people import Person, person
from vault import accounts, ledger, sessions
from vault.errors import CannotOpen
from vault.sessions import ABSOLUTE, HALF_WAY, IDLE, SessionRow, Stage, open_session, read_session
from vault.store import Stores, Work

SECOND = timedelta(seconds=1)


@pytest.fixture
def ada(work: Work, now: datetime) -> Person:
    """Somebody whose account counts."""
    made = person(work.db, "ada", now=now)
    work.commit()
    return made


def signed_in(work: Work, who: Person, now: datetime, stage: Stage = Stage.FULL) -> str:
    return open_session(work.db, who.id, who.seed, stage=stage, now=now)


def opens(work: Work, cookie: str, now: datetime) -> bool:
    try:
        read_session(work.db, cookie, now=now)
    except CannotOpen:
        return False
    return True


def test_the_cookie_opens_the_seed_on_any_worker(stores: Stores, now: datetime) -> None:
    with stores.work() as work:
        ada = person(work.db, "ada", now=now)
        cookie = signed_in(work, ada, now)
        work.commit()
    with stores.work(reading=True) as elsewhere:
        found = read_session(elsewhere.db, cookie, now=now)
    assert (found.account_id, found.seed, found.stage) == (ada.id, ada.seed, Stage.FULL)
    assert ada.seed.hex() not in repr(found)
    assert repr(ada.seed) not in repr(found)


@on_sqlite
def test_the_database_alone_opens_no_session(work: Work, ada: Person, now: datetime) -> None:
    """ASVS 7.2.2, 14.2.4: neither the cookie's key nor its number stands in the row, and the seed is sealed."""
    cookie = signed_in(work, ada, now)
    raw = base64.urlsafe_b64decode(cookie)
    row = work.db.scalars(select(SessionRow)).one()
    stored = row.id_hash + row.blob
    assert ada.seed not in stored
    assert raw[:16] not in stored
    assert raw[16:] not in stored


def test_a_cookie_has_384_bits_and_none_is_given_twice() -> None:
    """ASVS 7.2.3: 128 bits of number, 256 of key."""
    made = [sessions.new_cookie() for _ in range(1000)]
    for part in range(3):
        assert len({cookie[part] for cookie in made}) == 1000
    assert all(len(base64.urlsafe_b64decode(cookie)) == 48 for cookie, _, _ in made)


@on_sqlite
def test_signing_in_makes_a_new_session_whatever_cookie_was_there_before(
    work: Work, ada: Person, now: datetime
) -> None:
    """ASVS 7.2.4: no fixation. The half-way cookie stays half-way; the full one shares nothing with it."""
    half = signed_in(work, ada, now, Stage.HALF)
    full = signed_in(work, ada, now)
    assert read_session(work.db, half, now=now).stage is Stage.HALF
    assert read_session(work.db, full, now=now).stage is Stage.FULL
    before, after = base64.urlsafe_b64decode(half), base64.urlsafe_b64decode(full)
    assert {before[at : at + 8] for at in range(0, 48, 8)}.isdisjoint(after[at : at + 8] for at in range(0, 48, 8))
    sessions.end_session(work.db, read_session(work.db, half, now=now))
    assert (opens(work, half, now), opens(work, full, now)) == (False, True)


@on_sqlite
@pytest.mark.parametrize(
    "forged",
    ["", "x", "A" * 63, "A" * 64, "A" * 65, "é" * 32, "=" * 64, "\udcff", "A" * 10_000, "A" * 62 + "==", "\n" * 64],
)
def test_a_made_up_cookie_opens_nothing(work: Work, ada: Person, now: datetime, forged: str) -> None:
    """ASVS 7.2.1: one error, whatever it is."""
    signed_in(work, ada, now)
    with pytest.raises(CannotOpen):
        read_session(work.db, forged, now=now)


@on_sqlite
def test_parts_of_two_cookies_make_no_third(work: Work, ada: Person, now: datetime) -> None:
    """ASVS 11.3.3."""
    bea = person(work.db, "bea", now=now)
    one, two = (base64.urlsafe_b64decode(signed_in(work, who, now)) for who in (ada, bea))
    for mixed in (one[:16] + two[16:], two[:16] + one[16:]):
        assert not opens(work, base64.urlsafe_b64encode(mixed).decode(), now)
    for place in range(48):
        wrong = bytearray(one)
        wrong[place] ^= 1
        assert not opens(work, base64.urlsafe_b64encode(wrong).decode(), now)


@on_sqlite
@pytest.mark.parametrize("column", ["account_id", "stage", "expires_at", "blob", "id_hash"])
def test_whoever_writes_into_the_database_cannot_lend_raise_or_prolong_a_session(
    work: Work, ada: Person, now: datetime, column: str
) -> None:
    """ASVS 7.2.2, 11.3.3: whose it is, how far they came and when it ends are sealed with it."""
    bea = person(work.db, "bea", now=now)
    cookie = signed_in(work, ada, now, Stage.HALF)
    theirs = work.db.scalars(select(SessionRow)).one()
    other = open_session(work.db, bea.id, bea.seed, stage=Stage.FULL, now=now)
    another = work.db.scalars(select(SessionRow).where(SessionRow.account_id == bea.id)).one()
    planted: dict[str, Any] = {
        "account_id": bea.id, "stage": Stage.FULL, "expires_at": now + ABSOLUTE, "blob": another.blob,
        "id_hash": sessions.read_cookie(other)[0] + b"x",
    }  # fmt: skip
    work.db.execute(
        update(SessionRow).where(SessionRow.id_hash == theirs.id_hash).values({column: planted[column]}),
        execution_options={"synchronize_session": False},
    )
    work.db.expire_all()
    assert not opens(work, cookie, now)


@on_sqlite
def test_a_session_ends_after_half_an_hour_of_nothing(work: Work, ada: Person, now: datetime) -> None:
    """ASVS 7.3.1: a page that is looked at counts, to the minute."""
    cookie = signed_in(work, ada, now)
    assert opens(work, cookie, now + IDLE - SECOND)
    assert not opens(work, cookie, now + IDLE)
    used = now + timedelta(minutes=20)
    session = read_session(work.db, cookie, now=used)
    assert session.stale(used)
    sessions.touch(work.db, session, now=used)
    work.db.expire_all()
    assert opens(work, cookie, used + IDLE - SECOND)
    assert not opens(work, cookie, used + IDLE)
    assert not read_session(work.db, cookie, now=used + timedelta(seconds=59)).stale(used + timedelta(seconds=59))


@on_sqlite
@pytest.mark.parametrize(("stage", "longest"), [(Stage.FULL, ABSOLUTE), (Stage.HALF, HALF_WAY)])
def test_a_session_ends_for_good_however_busy_it_is(
    work: Work, ada: Person, now: datetime, stage: Stage, longest: timedelta
) -> None:
    """ASVS 7.3.2: twelve hours; ten minutes between the passphrase and the second factor."""
    cookie = signed_in(work, ada, now, stage)
    moment = now
    while moment < now + longest:
        session = read_session(work.db, cookie, now=moment)
        sessions.touch(work.db, session, now=moment)
        work.db.expire_all()
        moment += timedelta(minutes=9)
    assert opens(work, cookie, now + longest - SECOND)
    assert not opens(work, cookie, now + longest)


@on_sqlite
def test_signing_out_ends_this_session_and_all_of_them_those_of_this_account(
    work: Work, ada: Person, now: datetime
) -> None:
    """ASVS 7.4.1, 7.4.3: after a change of passphrase the browser in which it was made stays."""
    bea = person(work.db, "bea", now=now)
    one, two, three = (signed_in(work, ada, now) for _ in range(3))
    other = signed_in(work, bea, now)
    sessions.end_session(work.db, read_session(work.db, one, now=now))
    work.db.expire_all()
    assert [opens(work, cookie, now) for cookie in (one, two, three, other)] == [False, True, True, True]
    sessions.end_all(work.db, ada.id, but=read_session(work.db, two, now=now))
    work.db.expire_all()
    assert [opens(work, cookie, now) for cookie in (two, three, other)] == [True, False, True]
    sessions.end_all(work.db, ada.id)
    work.db.expire_all()
    assert [opens(work, cookie, now) for cookie in (two, other)] == [False, True]


@on_sqlite
def test_a_closed_accounts_sessions_open_nothing(work: Work, ada: Person, now: datetime) -> None:
    """ASVS 7.4.2: from the moment of closing, whatever cookies are out there."""
    cookie = signed_in(work, ada, now)
    assert opens(work, cookie, now)
    accounts.close(work.db, ada.account, by=ledger.OPERATOR, now=now)
    assert not opens(work, cookie, now)


@on_sqlite
def test_sweeping_leaves_no_row_that_is_over_and_every_other(work: Work, ada: Person, now: datetime) -> None:
    cookie = signed_in(work, ada, now)
    sessions.sweep(work.db, now=now + IDLE - SECOND)
    assert opens(work, cookie, now)
    sessions.sweep(work.db, now=now + IDLE)
    assert work.db.scalars(select(SessionRow)).all() == []


@given(st.text(max_size=100))
def test_no_text_is_answered_by_anything_but_the_one_error(cookie: str) -> None:
    """ASVS 11.2.5."""
    try:
        id_hash, key = sessions.read_cookie(cookie)
    except CannotOpen:
        return
    assert (len(id_hash), len(key)) == (32, 32)
