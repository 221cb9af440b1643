"""The first day of a colleague: a link for a week and for once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.vault.only import on_sqlite
from tests.vault.people import person
from vault import accounts, ledger, welcomes
from vault.accounts import Account
from vault.codes import grouped
from vault.store import Stores, Work
from vault.welcomes import VALID, Welcome, WelcomeVoid


def invited(work: Work, now: datetime) -> tuple[Account, str]:
    account = accounts.create(work.db, email="bea@example.org", name="Bea", by=ledger.OPERATOR, now=now)
    code = welcomes.welcome(work.db, account, by=ledger.OPERATOR, now=now)
    work.commit()
    return account, code


@on_sqlite
def test_a_welcome_is_valid_for_a_week_however_it_is_typed(work: Work, now: datetime) -> None:
    account, code = invited(work, now)
    last = now + VALID - timedelta(seconds=1)
    for typed in (code, grouped(code).lower(), f" {code} "):
        assert welcomes.welcomed(work.db, typed, now=last) is account
    for moment in (now + VALID, now + timedelta(days=365)):
        with pytest.raises(WelcomeVoid):
            welcomes.welcomed(work.db, code, now=moment)


@on_sqlite
@pytest.mark.parametrize("typed", ["", "nonsense!", "0" * 26, "U" * 26, "\u0000", "0" * 1000])
def test_whatever_is_no_welcome_is_void_with_one_sentence(work: Work, now: datetime, typed: str) -> None:
    """ASVS 6.4.1."""
    invited(work, now)
    with pytest.raises(WelcomeVoid, match="not valid any more"):
        welcomes.welcomed(work.db, typed, now=now)


def test_a_welcome_is_used_once_also_by_two_at_the_same_moment(stores: Stores, now: datetime) -> None:
    """ASVS 6.4.1, 15.4.2."""
    with stores.work() as work:
        account, code = invited(work, now)
    with stores.work() as slow:
        assert welcomes.welcomed(slow.db, code, now=now).id == account.id
        slow.commit()
        with stores.work() as quick:
            assert welcomes.use(quick.db, code, now=now).id == account.id
            quick.commit()
        # What ``slow`` has read is no longer true.
        with pytest.raises(WelcomeVoid):
            welcomes.use(slow.db, code, now=now)
    with stores.work(reading=True) as work, pytest.raises(WelcomeVoid):
        welcomes.welcomed(work.db, code, now=now)


@on_sqlite
def test_a_newer_welcome_voids_the_former(work: Work, now: datetime) -> None:
    account, first = invited(work, now)
    second = welcomes.welcome(work.db, account, by=ledger.OPERATOR, now=now)
    with pytest.raises(WelcomeVoid):
        welcomes.welcomed(work.db, first, now=now)
    assert welcomes.use(work.db, second, now=now) is account


@on_sqlite
def test_what_is_stored_of_a_welcome_does_not_open_it(work: Work, now: datetime) -> None:
    """ASVS 11.5.1, 14.2.4."""
    _, code = invited(work, now)
    row = work.db.scalars(select(Welcome)).one()
    assert len(code) * 5 >= 128
    assert code.encode() not in row.digest
    assert len(row.digest) == 32


@on_sqlite
def test_a_closed_account_is_welcomed_no_more(work: Work, now: datetime) -> None:
    """ASVS 7.4.2."""
    ada = person(work.db, "ada", now=now)
    code = welcomes.welcome(work.db, ada.account, by=ledger.OPERATOR, now=now)
    accounts.close(work.db, ada.account, by=ledger.OPERATOR, now=now)
    for open_it in (welcomes.welcomed, welcomes.use):
        with pytest.raises(WelcomeVoid):
            open_it(work.db, code, now=now)
