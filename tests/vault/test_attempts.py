"""Wrong guesses: counted before they are made, forgotten after a quarter of an hour, and nobody's weapon."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests import dying
from tests.vault.only import on_sqlite
from tests.vault.people import PASSPHRASE, Person, person
from tests.vault.stretching import Stretched
from vault import accounts, attempts
from vault.accounts import CannotSignIn
from vault.attempts import LIMIT, WINDOW, Attempt, TooManyTries, bucket, device_of, new_device, spend
from vault.second_factor import WrongCode
from vault.settings import Settings
from vault.store import Stores, Work

SERVER = b"s" * 32
UUID_ADA, UUID_BEA = UUID(int=1), UUID(int=2)
MINE = bucket(SERVER, "passphrase", "account", "ada@example.org")


def guess(work: Work, email: str, now: datetime, *, device: str | None = None, passphrase: str | None = None) -> bytes:
    typed = passphrase or "a wrong guess"
    return accounts.prove_passphrase(work, SERVER, email, typed, device=device, now=now).seed


@pytest.fixture
def ada(work: Work, now: datetime) -> Person:
    """Somebody whose account counts."""
    made = person(work.db, "ada", now=now)
    work.commit()
    return made


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_after_ten_wrong_guesses_there_is_a_quarter_of_an_hours_rest_for_known_and_unknown_alike(
    work: Work, ada: Person, now: datetime, stretched: Stretched, email: str
) -> None:
    """ASVS 6.3.1. The eleventh is not even computed, and the right passphrase does not help during the rest."""
    for _ in range(LIMIT):
        with pytest.raises(CannotSignIn):
            guess(work, email, now)
    stretched.clear()
    for passphrase in ("wrong", PASSPHRASE):
        with pytest.raises(TooManyTries, match="quarter of an hour"):
            guess(work, email, now + timedelta(minutes=14), passphrase=passphrase)
    assert stretched == []
    after = now + timedelta(minutes=14) + WINDOW
    if email == "ada@example.org":
        assert guess(work, email, after, passphrase=PASSPHRASE) == ada.seed
    else:
        with pytest.raises(CannotSignIn):
            guess(work, email, after)


@on_sqlite
def test_nobody_locks_out_somebody_else_who_signed_in_here_before(work: Work, ada: Person, now: datetime) -> None:
    """ASVS 6.3.1: a browser that is known to the account has a count of its own, and so has everybody's account."""
    device = new_device(SERVER, ada.id)
    bea = person(work.db, "bea", now=now)
    work.commit()
    for _ in range(LIMIT + 5):
        with pytest.raises((CannotSignIn, TooManyTries)):
            guess(work, "ada@example.org", now)
    with pytest.raises(TooManyTries):
        guess(work, "ada@example.org", now, passphrase=PASSPHRASE)
    assert guess(work, "ada@example.org", now, device=device, passphrase=PASSPHRASE) == ada.seed
    assert guess(work, "bea@example.org", now, passphrase=PASSPHRASE) == bea.seed


@on_sqlite
def test_a_known_browser_is_no_way_around_the_limit(work: Work, ada: Person, now: datetime) -> None:
    """ASVS 6.3.1: a stolen device cookie buys ten guesses, a forged or borrowed one buys none."""
    device = new_device(SERVER, ada.id)
    for _ in range(LIMIT):
        with pytest.raises(CannotSignIn):
            guess(work, "ada@example.org", now, device=device)
    with pytest.raises(TooManyTries):
        guess(work, "ada@example.org", now, device=device)
    bea = person(work.db, "bea", now=now)
    work.commit()
    for number in range(LIMIT):
        with pytest.raises(CannotSignIn):
            guess(work, "bea@example.org", now, device=[device, "forged", new_device(b"x" * 32, bea.id)][number % 3])
    with pytest.raises(TooManyTries):
        guess(work, "bea@example.org", now, device=device)


@on_sqlite
def test_six_digits_cannot_be_tried_out(work: Work, ada: Person, now: datetime) -> None:
    """ASVS 6.3.1, 6.6.3: ten tries in a quarter of an hour, for whoever knows the passphrase already."""
    later = now + timedelta(minutes=5)
    right = pyotp.TOTP(ada.totp_secret).at(later)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(LIMIT):
        with pytest.raises(WrongCode):
            accounts.prove_second_factor(work, SERVER, ada.account, ada.seed, wrong, device=None, now=later)
    with pytest.raises(TooManyTries):
        accounts.prove_second_factor(work, SERVER, ada.account, ada.seed, right, device=None, now=later)


@on_sqlite
@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_recovery_codes_cannot_be_tried_out(work: Work, ada: Person, now: datetime, email: str) -> None:
    """ASVS 6.3.1."""
    for _ in range(LIMIT):
        with pytest.raises(CannotSignIn):
            accounts.recover(work, SERVER, email, "0" * 26, "000000", "x" * 30, device=None, now=now)
    with pytest.raises(TooManyTries):
        accounts.recover(work, SERVER, email, ada.recovery_code, "000000", "x" * 30, device=None, now=now)


@on_sqlite
def test_the_right_one_begins_the_count_anew(work: Work, ada: Person, now: datetime) -> None:
    for _ in range(3):
        for _ in range(LIMIT - 1):
            with pytest.raises(CannotSignIn):
                guess(work, "ada@example.org", now)
        assert guess(work, "ada@example.org", now, passphrase=PASSPHRASE) == ada.seed
        work.commit()


def test_guesses_made_at_the_same_moment_do_not_slip_through_together(stores: Stores, now: datetime) -> None:
    """ASVS 15.4.2: counted before it is compared."""
    together = Barrier(16)

    def one(_: int) -> bool:
        together.wait()
        with stores.work() as work:
            try:
                spend(work, MINE, now=now)
            except TooManyTries:
                return False
            return True

    with ThreadPoolExecutor(16) as many:
        passed = list(many.map(one, range(16)))
    assert sum(passed) <= LIMIT
    with stores.work(reading=True) as work:
        assert len(work.db.scalars(select(Attempt)).all()) == 16


def spend_elsewhere(database_url: str, keyring_url: str, now: datetime) -> None:
    with Stores.open(database_url, keyring_url).work() as work:
        spend(work, MINE, now=now)
        work.db.rollback()
        raise SystemExit


@on_sqlite
def test_a_try_counts_though_the_connection_breaks_or_the_power_fails(
    stores: Stores, settings: Settings, now: datetime
) -> None:
    for die_at in (1, 2, 3):
        assert dying.run(spend_elsewhere, settings.database_url, settings.keyring_url, now, die_at=die_at) == dying.DEAD
    with stores.work(reading=True) as work:
        assert len(work.db.scalars(select(Attempt)).all()) == 3


@on_sqlite
def test_what_is_kept_of_a_try_names_nobody_and_is_swept(work: Work, ada: Person, now: datetime) -> None:
    """ASVS 14.2.4: a keyed hash and a time."""
    with pytest.raises(CannotSignIn):
        guess(work, "nobody@example.org", now)
    row = work.db.scalars(select(Attempt)).one()
    assert row.bucket == bucket(SERVER, "passphrase", "account", "nobody@example.org")
    assert row.bucket != bucket(b"t" * 32, "passphrase", "account", "nobody@example.org")
    attempts.sweep(work.db, now=now + WINDOW - timedelta(seconds=1))
    assert len(work.db.scalars(select(Attempt)).all()) == 1
    attempts.sweep(work.db, now=now + WINDOW)
    assert work.db.scalars(select(Attempt)).all() == []


@given(st.one_of(st.none(), st.text(max_size=80), st.binary(max_size=60).map(lambda raw: raw.hex())))
def test_no_text_passes_for_a_browser_that_is_known(token: str | None) -> None:
    """ASVS 7.2.1."""
    assert device_of(SERVER, UUID_ADA, token) is None


def test_a_browser_is_known_to_one_account_of_one_server() -> None:
    token = new_device(SERVER, UUID_ADA)
    own = device_of(SERVER, UUID_ADA, token)
    assert own is not None
    assert len(own) == 16
    assert device_of(SERVER, UUID_BEA, token) is None
    assert device_of(b"t" * 32, UUID_ADA, token) is None
    assert device_of(SERVER, UUID_ADA, new_device(SERVER, UUID_ADA)) != own
