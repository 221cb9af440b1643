"""Accounts: who can sign in, with what, what happens when one of it is lost, and what the log says of it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from tests.vault.only import on_sqlite
from tests.vault.people import PASSPHRASE, Person, joined, person, study_of
from tests.vault.stretching import Stretched
from vault import accounts, ledger, study_keys
from vault.accounts import CannotSignIn
from vault.errors import CannotOpen, Conflict, Invalid
from vault.ledger import LedgerEntry
from vault.passphrases import WeakPassphrase, unwrap_secret
from vault.second_factor import WrongCode
from vault.store import Stores, Work
from vault.studies import Role, Scope
from vault.wraps import KeyPair, fingerprint

SERVER = b"s" * 32
NEW = "seven purple tractors hum quietly"
LATER = timedelta(minutes=5)


def code_of(who: Person, at: datetime) -> str:
    return pyotp.TOTP(who.totp_secret).at(at)


def proven(work: Work, email: str, passphrase: str, now: datetime) -> bytes:
    return accounts.prove_passphrase(work, SERVER, email, passphrase, device=None, now=now).seed


def actions(work: Work) -> list[str]:
    return list(work.db.scalars(select(LedgerEntry.action).order_by(LedgerEntry.number)))


@pytest.fixture
def ada(work: Work, now: datetime) -> Person:
    """Somebody whose account counts."""
    made = person(work.db, "ada", now=now)
    work.commit()
    return made


def test_the_passphrase_opens_the_seed_and_the_app_opens_the_door(work: Work, ada: Person, now: datetime) -> None:
    later = now + LATER
    shown = accounts.prove_passphrase(work, SERVER, " ADA@example.org ", PASSPHRASE, device=None, now=later)
    assert shown.seed == ada.seed
    accounts.prove_second_factor(work, SERVER, shown.account, shown.seed, code_of(ada, later), device=None, now=later)
    work.commit()
    assert actions(work)[-1] == "account.signed-in"


@on_sqlite
def test_an_account_counts_once_its_owner_has_shown_that_they_can_open_it(work: Work, now: datetime) -> None:
    """A decrypt round trip and a code of the app: what was only written down may be wrong."""
    account = accounts.create(work.db, email="bea@example.org", name="Bea", by=ledger.OPERATOR, now=now)
    with pytest.raises(CannotSignIn):
        accounts.rehearse(work.db, account, PASSPHRASE, "000000", now=now)
    keys = accounts.give_keys(work.db, account, PASSPHRASE, now=now)
    right = pyotp.TOTP(keys.totp_secret).at(now)
    with pytest.raises(CannotSignIn):
        accounts.rehearse(work.db, account, "not the passphrase at all", right, now=now)
    with pytest.raises(WrongCode):
        accounts.rehearse(work.db, account, PASSPHRASE, "000000" if right != "000000" else "111111", now=now)
    assert account.rehearsed_at is None
    assert accounts.rehearse(work.db, account, PASSPHRASE, right, now=now) == keys.seed
    assert account.rehearsed_at == now


@on_sqlite
def test_no_secret_of_an_account_is_in_a_repr(work: Work, now: datetime) -> None:
    """ASVS 16.2.5."""
    account = accounts.create(work.db, email="bea@example.org", name="Bea", by=ledger.OPERATOR, now=now)
    keys = accounts.give_keys(work.db, account, PASSPHRASE, now=now)
    shown = repr(keys) + repr(account) + repr(accounts.Proven(account, keys.seed))
    for secret in (keys.recovery_code, keys.totp_secret, keys.seed.hex(), repr(keys.seed), "bea@example.org"):
        assert secret not in shown


@on_sqlite
@pytest.mark.parametrize(("email", "name"), [("ada", "Ada"), ("", "Ada"), ("ada@example.org", "  ")])
def test_an_account_needs_a_name_and_an_address(work: Work, now: datetime, email: str, name: str) -> None:
    with pytest.raises(Invalid):
        accounts.create(work.db, email=email, name=name, by=ledger.OPERATOR, now=now)


@on_sqlite
def test_an_address_is_one_account_however_it_is_spelled(work: Work, ada: Person, now: datetime) -> None:
    with pytest.raises(Conflict):
        accounts.create(work.db, email=" ADA@Example.org", name="Another", by=ledger.OPERATOR, now=now)
    assert accounts.by_email(work.db, "Ada@EXAMPLE.org") is ada.account


# Everything that is wrong in its own way and must look, and cost, the same.


def _unknown(work: Work, now: datetime) -> str:
    return "nobody@example.org"


def _known(work: Work, now: datetime) -> str:
    return "ada@example.org"


def _closed(work: Work, now: datetime) -> str:
    bea = person(work.db, "bea", now=now)
    accounts.close(work.db, bea.account, by=ledger.OPERATOR, now=now)
    return bea.account.email


def _without_keys(work: Work, now: datetime) -> str:
    return accounts.create(work.db, email="cy@example.org", name="Cy", by=ledger.OPERATOR, now=now).email


@on_sqlite
@pytest.mark.parametrize("whose", [_unknown, _known, _closed, _without_keys])
@pytest.mark.parametrize("passphrase", ["wrong guess", PASSPHRASE + "!", ""])
def test_unknown_and_known_addresses_cost_the_same_work_and_get_the_same_sentence(
    work: Work,
    ada: Person,
    now: datetime,
    stretched: Stretched,
    whose: Callable[[Work, datetime], str],
    passphrase: str,
) -> None:
    """ASVS 6.3.8: counted in stretchings, not in seconds, and with no transaction open meanwhile."""
    email = whose(work, now)
    work.commit()
    stretched.clear()
    with pytest.raises(CannotSignIn) as refused:
        proven(work, email, passphrase, now)
    assert len(stretched) == 1
    assert stretched[0] == (19456, 2), "the tests' quick stretching, for somebody and for nobody"
    assert refused.value.sentence == CannotSignIn.public


@on_sqlite
def test_nobody_waits_while_somebody_elses_passphrase_is_stretched(
    stores: Stores, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 15.2.2: SQLite has one writer at a time; a sign-in must not be it for a tenth of a second."""
    with stores.work() as work:
        person(work.db, "ada", now=now)
        work.commit()
    wrote = []

    def meanwhile(*args: object) -> bytes:
        with stores.work() as other:
            ledger.append(other.db, "study.founded", actor=ledger.OPERATOR, now=now)
            other.commit()
        wrote.append(True)
        return unwrap_secret(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("vault.accounts.unwrap_secret", meanwhile)
    with stores.work() as work:
        proven(work, "ada@example.org", PASSPHRASE, now)
    assert wrote == [True]


def test_a_code_of_the_app_is_good_once(work: Work, ada: Person, now: datetime) -> None:
    """ASVS 6.5.1: not a second time, and not an older one after a newer one."""
    later = now + LATER
    account, code = ada.account, code_of(ada, later)
    accounts.prove_second_factor(work, SERVER, account, ada.seed, code, device=None, now=later)
    work.commit()
    for again in (code, code_of(ada, later - timedelta(seconds=30)), code_of(ada, later - LATER)):
        with pytest.raises(WrongCode):
            accounts.prove_second_factor(work, SERVER, account, ada.seed, again, device=None, now=later)
    following = later + timedelta(seconds=30)
    accounts.prove_second_factor(work, SERVER, account, ada.seed, code_of(ada, following), device=None, now=following)


def test_a_code_that_two_requests_bring_at_the_same_moment_serves_one(stores: Stores, now: datetime) -> None:
    """ASVS 15.4.2: the database decides; here the second reads what was true before the first committed."""
    with stores.work() as work:
        ada = person(work.db, "ada", now=now)
        work.commit()
    later = now + LATER
    with stores.work() as first, stores.work() as second:
        one = first.db.get_one(accounts.Account, ada.id)
        first.commit()
        two = second.db.get_one(accounts.Account, ada.id)
        second.commit()
        accounts.prove_second_factor(first, SERVER, one, ada.seed, code_of(ada, later), device=None, now=later)
        first.commit()
        assert two.totp_step < one.totp_step
        with pytest.raises(WrongCode):
            accounts.prove_second_factor(second, SERVER, two, ada.seed, code_of(ada, later), device=None, now=later)


@on_sqlite
@pytest.mark.parametrize(("seconds", "taken"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_clock_may_be_half_a_minute_wrong(work: Work, ada: Person, now: datetime, seconds: int, taken: bool) -> None:
    """ASVS 6.5.5. ``now`` is the middle of nothing: it begins a step."""
    later = now + LATER
    code = " ".join(code_of(ada, later + timedelta(seconds=seconds)))

    def prove() -> None:
        accounts.prove_second_factor(work, SERVER, ada.account, ada.seed, code, device=None, now=later)

    if taken:
        prove()
    else:
        with pytest.raises(WrongCode):
            prove()


@on_sqlite
@pytest.mark.parametrize("code", ["", "0", "12345", "1234567", "abcdef", "１２３４５６", "-1", "\u0000"])
def test_whatever_is_typed_for_a_code_is_a_wrong_code(work: Work, ada: Person, now: datetime, code: str) -> None:
    with pytest.raises(WrongCode):
        accounts.prove_second_factor(work, SERVER, ada.account, ada.seed, code, device=None, now=now + LATER)


@on_sqlite
def test_a_new_passphrase_opens_the_same_seed_and_the_old_one_nothing(work: Work, ada: Person, now: datetime) -> None:
    """ASVS 6.2.3, 6.2.2: the old one is asked for. What was granted stays granted."""
    study = study_of(work.db, ada, now=now)
    with pytest.raises(CannotSignIn):
        accounts.change_passphrase(work.db, ada.account, "not the old one", NEW, now=now)
    with pytest.raises(WeakPassphrase):
        accounts.change_passphrase(work.db, ada.account, PASSPHRASE, "ada@example.org", now=now)
    accounts.change_passphrase(work.db, ada.account, PASSPHRASE, NEW, now=now)
    work.commit()
    assert proven(work, "ada@example.org", NEW, now) == ada.seed
    with pytest.raises(CannotSignIn):
        proven(work, "ada@example.org", PASSPHRASE, now)
    assert study_keys.seed_of(work.db, study.id, Scope.AUDIO, account_id=ada.id, seed=ada.seed)
    assert "account.passphrase-changed" in actions(work)


def recovered(work: Work, email: str, recovery: str, code: str, new: str, now: datetime) -> accounts.NewKeys:
    return accounts.recover(work, SERVER, email, recovery, code, new, device=None, now=now)


def test_a_forgotten_passphrase_is_made_good_by_the_printed_code_and_the_app_together(
    work: Work, ada: Person, now: datetime
) -> None:
    """ASVS 6.4.4. The printed code is used up, and there is a new one."""
    later = now + LATER
    typed = ada.recovery_code.lower().replace("7", " 7")
    made = recovered(work, "ada@example.org", typed, code_of(ada, later), NEW, later)
    work.commit()
    assert made.seed == ada.seed
    assert made.recovery_code != ada.recovery_code
    assert proven(work, "ada@example.org", NEW, later) == ada.seed
    with pytest.raises(CannotSignIn):
        proven(work, "ada@example.org", PASSPHRASE, later)
    much_later = later + LATER
    with pytest.raises(CannotSignIn):
        recovered(work, "ada@example.org", ada.recovery_code, code_of(ada, much_later), NEW, much_later)
    assert "account.recovered" in actions(work)


@on_sqlite
def test_neither_the_printed_code_nor_the_app_is_enough(work: Work, ada: Person, now: datetime) -> None:
    """ASVS 6.4.3, 6.4.4."""
    bea = person(work.db, "bea", now=now)
    later = now + LATER
    code = code_of(ada, later)
    for email, recovery, typed in (
        ("ada@example.org", ada.recovery_code, "000000" if code != "000000" else "111111"),
        ("ada@example.org", bea.recovery_code, code),
        ("ada@example.org", "nonsense", code),
        ("ada@example.org", "", code),
        ("bea@example.org", ada.recovery_code, code_of(bea, later)),
        ("nobody@example.org", ada.recovery_code, code),
    ):
        with pytest.raises(CannotSignIn):
            recovered(work, email, recovery, typed, NEW, later)
    with pytest.raises(WeakPassphrase):
        recovered(work, "ada@example.org", ada.recovery_code, code, "short", later)
    work.db.rollback()
    assert proven(work, "ada@example.org", PASSPHRASE, later) == ada.seed


@on_sqlite
def test_a_lost_phone_is_replaced_by_passphrase_and_printed_code(work: Work, ada: Person, now: datetime) -> None:
    """ASVS 6.4.4: the old app shows nothing of use afterwards."""
    later = now + LATER

    def renewed(recovery: str) -> str:
        return accounts.renew_second_factor(work, SERVER, ada.account, ada.seed, recovery, device=None, now=later)

    bea = person(work.db, "bea", now=now)
    work.commit()
    for wrong in ("", "nonsense", bea.recovery_code):
        with pytest.raises(CannotSignIn):
            renewed(wrong)
    secret = renewed(ada.recovery_code)
    assert secret != ada.totp_secret
    with pytest.raises(WrongCode):
        accounts.prove_second_factor(
            work, SERVER, ada.account, ada.seed, code_of(ada, later), device=None, now=later
        )  # fmt: skip
    right = pyotp.TOTP(secret).at(later)
    accounts.prove_second_factor(work, SERVER, ada.account, ada.seed, right, device=None, now=later)
    assert "account.second-factor-renewed" in actions(work)


@on_sqlite
def test_a_new_printed_code_voids_the_former(work: Work, ada: Person, now: datetime) -> None:
    code = accounts.new_recovery_code(work.db, ada.account, ada.seed, now=now)
    work.commit()
    later = now + LATER
    with pytest.raises(CannotSignIn):
        recovered(work, "ada@example.org", ada.recovery_code, code_of(ada, later), NEW, later)
    assert recovered(work, "ada@example.org", code, code_of(ada, later), NEW, later).seed == ada.seed


@on_sqlite
def test_new_keys_open_nothing_that_was_granted_to_the_former_pair(work: Work, ada: Person, now: datetime) -> None:
    """A passphrase that nobody remembers: colleagues grant anew, after comparing the new fingerprint."""
    bea = person(work.db, "bea", now=now)
    study = study_of(work.db, ada, now=now)
    member = joined(work.db, study, bea, Role.ANALYST, by=ada, now=now)
    before = bea.account.public_key
    keys = accounts.give_keys(work.db, bea.account, NEW, now=now)
    assert bea.account.public_key != before
    assert bea.account.rehearsed_at is None
    assert study_keys.held(work.db, study.id, bea.account) == frozenset()
    for seed in (keys.seed, bea.seed):
        with pytest.raises(CannotOpen):
            study_keys.seed_of(work.db, study.id, Scope.AUDIO, account_id=bea.id, seed=seed)
    with pytest.raises(CannotOpen):
        study_keys.seed_of(work.db, study.id, Scope.RESPONSES, account_id=bea.id, seed=keys.seed)
    seed = accounts.rehearse(work.db, bea.account, NEW, pyotp.TOTP(keys.totp_secret).at(now), now=now)
    shown = fingerprint(bea.account.public_key or b"")
    given = study_keys.give(work.db, member, bea.account, shown=shown, by=ada.id, seed=ada.seed, now=now)
    assert given == {Scope.RESPONSES}
    assert study_keys.seed_of(work.db, study.id, Scope.RESPONSES, account_id=bea.id, seed=seed)


@on_sqlite
def test_a_public_key_planted_in_somebodys_row_keeps_them_from_signing_in(
    work: Work, ada: Person, now: datetime
) -> None:
    ada.account.public_key = KeyPair(b"e" * 32).public
    work.commit()
    with pytest.raises(CannotSignIn):
        proven(work, "ada@example.org", PASSPHRASE, now)


@on_sqlite
def test_sealed_parts_of_one_account_are_of_no_use_in_another(work: Work, ada: Person, now: datetime) -> None:
    """ASVS 11.3.3: swap of the wraps of accounts, an older one for a newer one too."""
    bea = person(work.db, "bea", now=now)
    for part in ("by_passphrase", "by_recovery", "totp"):
        mine, theirs = getattr(ada.account, part), getattr(bea.account, part)
        setattr(ada.account, part, theirs)
        work.commit()
        later = now + LATER
        if part == "by_passphrase":
            with pytest.raises(CannotSignIn):
                proven(work, "ada@example.org", PASSPHRASE, now)
        elif part == "by_recovery":
            with pytest.raises(CannotSignIn):
                recovered(work, "ada@example.org", bea.recovery_code, code_of(ada, later), NEW, later)
        else:
            with pytest.raises(CannotOpen):
                accounts.totp_secret(ada.account, ada.seed)
        setattr(ada.account, part, mine)
    former = ada.account.by_passphrase
    accounts.give_keys(work.db, ada.account, NEW, now=now)
    ada.account.by_passphrase = former
    work.commit()
    with pytest.raises(CannotSignIn):
        proven(work, "ada@example.org", PASSPHRASE, now)


@on_sqlite
def test_nobody_signs_in_to_a_closed_account_by_any_door(work: Work, ada: Person, now: datetime) -> None:
    """ASVS 7.4.2."""
    accounts.close(work.db, ada.account, by=ledger.OPERATOR, now=now)
    work.commit()
    later = now + LATER
    with pytest.raises(CannotSignIn):
        proven(work, "ada@example.org", PASSPHRASE, later)
    with pytest.raises(CannotSignIn):
        recovered(work, "ada@example.org", ada.recovery_code, code_of(ada, later), NEW, later)
    with pytest.raises(CannotSignIn):
        accounts.change_passphrase(work.db, ada.account, PASSPHRASE, NEW, now=later)
    assert actions(work)[-1] == "account.closed"
