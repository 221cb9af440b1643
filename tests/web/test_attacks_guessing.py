"""Attack 4: guessing passphrases and codes; unknown and known names cost the same work (ASVS 6.3)."""

from collections.abc import Callable

import pytest

from tests.vault.people import PASSPHRASE, Person
from tests.web.pages import Page
from tests.web.visitors import House, Visitor
from vault import accounts, passphrases
from vault.accounts import Account
from vault.attempts import LIMIT

TOO_MANY = "There were too many tries. Wait a quarter of an hour, then try again."
NOT_THE_WORDS = "not the right words at all"
WRONG = "These do not belong together. Check the e-mail address and what you typed, then try again."


def _try(browser: Visitor, email: str, passphrase: str = NOT_THE_WORDS) -> Page:
    return browser.get("/sign-in").form("/sign-in").fill(email=email, passphrase=passphrase).submit()


@pytest.fixture
def stretched(monkeypatch: pytest.MonkeyPatch) -> list[passphrases.Stretch]:
    """What each stretching of a passphrase cost, in order."""
    costs: list[passphrases.Stretch] = []
    real: Callable[[str, bytes, passphrases.Stretch], tuple[bytes, bytes]] = passphrases._stretched

    def counted(secret: str, salt: bytes, cost: passphrases.Stretch) -> tuple[bytes, bytes]:
        costs.append(cost)
        return real(secret, salt, cost)

    monkeypatch.setattr(passphrases, "_stretched", counted)
    return costs


def test_ten_tries_in_a_quarter_of_an_hour_are_all(house: House, ada: Person) -> None:
    """ASVS 6.3.1."""
    browser = house.visitor()
    assert [_try(browser, ada.account.email).status for _ in range(LIMIT)] == [422] * LIMIT

    eleventh, right = _try(browser, ada.account.email), _try(browser, ada.account.email, PASSPHRASE)

    assert (eleventh.status, right.status) == (429, 429)
    assert list(right.complaints) == [TOO_MANY]
    house.clock.move(minutes=15, seconds=1)
    assert _try(browser, ada.account.email, PASSPHRASE).title == "The code from your phone"


def test_a_new_browser_begins_no_new_count(house: House, ada: Person) -> None:
    for _ in range(LIMIT):
        _try(house.visitor(), ada.account.email)

    assert _try(house.visitor(), f"  {ada.account.email.upper()} ", PASSPHRASE).status == 429


def test_guessing_from_elsewhere_does_not_lock_the_owner_out_of_their_own_browser(house: House, ada: Person) -> None:
    """ASVS 6.3.1, decision 6: the browser in which somebody has signed in counts for itself."""
    own = house.sign_in(ada)
    own.send("/sign-out")
    for _ in range(LIMIT + 5):
        _try(house.visitor(), ada.account.email)

    assert _try(house.visitor(), ada.account.email, PASSPHRASE).status == 429
    assert _try(own, ada.account.email, PASSPHRASE).title == "The code from your phone"


def test_anothers_browser_is_no_way_around_the_count(house: House, ada: Person) -> None:
    eve = house.sign_in(house.person("eve"))
    eve.send("/sign-out")
    for _ in range(LIMIT):
        _try(eve, ada.account.email)

    assert _try(eve, ada.account.email, PASSPHRASE).status == 429


def test_the_right_passphrase_begins_the_count_anew(house: House, ada: Person) -> None:
    browser = house.visitor()
    for _ in range(LIMIT - 1):
        _try(browser, ada.account.email)
    assert _try(browser, ada.account.email, PASSPHRASE).status == 200

    assert [_try(browser, ada.account.email).status for _ in range(LIMIT)] == [422] * LIMIT


def test_the_second_factor_is_guessed_ten_times_at_most(house: House, ada: Person) -> None:
    """ASVS 6.3.1, 6.5.5: a million codes, ten tries."""
    browser = house.visitor()
    page = _try(browser, ada.account.email, PASSPHRASE)
    for _ in range(LIMIT):
        page = page.form("/code").fill(code="000000").submit()
        assert page.status == 422

    right = page.form("/code").fill(code=house.code(ada.totp_secret)).submit()

    assert right.status == 429
    assert browser.get("/account").status == 303


def test_recovery_codes_are_guessed_ten_times_at_most(house: House, ada: Person) -> None:
    def guess(code: str) -> Page:
        form = house.visitor().get("/sign-in/forgotten").form("/forgotten")
        words = "marmalade trumpet seventeen glacier"
        return form.fill(
            email=ada.account.email, recovery_code=code, code=house.code(ada.totp_secret), new=words, again=words
        ).submit()

    assert {guess("0" * 26).status for _ in range(LIMIT)} == {422}
    # Codes of the app take time, and the window with it; so the clock stands where the tries were.
    house.clock.move(minutes=-6)
    assert guess(ada.recovery_code).status == 429


def test_the_passphrase_is_not_guessed_by_changing_it(house: House, ada: Person) -> None:
    browser = house.sign_in(ada)
    words = "marmalade trumpet seventeen glacier"
    form = browser.get("/account").form("/passphrase").fill(old="wrong " * 4, new=words, again=words)
    assert {form.submit().status for _ in range(LIMIT)} == {422}

    right = browser.get("/account").form("/passphrase").fill(old=PASSPHRASE, new=words, again=words).submit()

    assert right.status == 429


@pytest.mark.parametrize("email", ["nobody@example.org", "invited@example.org", "closed@example.org"])
def test_whether_somebody_has_an_account_cannot_be_seen_or_measured(
    house: House, ada: Person, stretched: list[passphrases.Stretch], email: str
) -> None:
    """ASVS 6.3.8: the same page, the same status, one stretching of the same cost."""
    lead = house.sign_in(ada)
    study = house.found(lead)
    lead.get(f"/studies/{study}/members/new").form().fill(name="I", email="invited@example.org", role="lead").submit()
    closed = house.person("closed")
    with house.stores.work() as work:
        accounts.close(work.db, work.db.get_one(Account, closed.id), by="operator", now=house.clock.time)
        work.commit()
    stretched.clear()

    known, unknown = _try(house.visitor(), ada.account.email), _try(house.visitor(), email)

    assert stretched == [passphrases.STRETCH, passphrases.STRETCH]
    assert (known.status, known.complaints) == (unknown.status, unknown.complaints) == (422, {WRONG: ""})
    assert known.words("main").replace(ada.account.email, "") == unknown.words("main").replace(email, "")
    for _ in range(LIMIT):
        _try(house.visitor(), email)
    assert _try(house.visitor(), email).complaints == {TOO_MANY: ""}


def test_too_many_tries_cost_no_work(house: House, ada: Person, stretched: list[passphrases.Stretch]) -> None:
    """ASVS 15.2.2."""
    for _ in range(LIMIT):
        _try(house.visitor(), ada.account.email)
    stretched.clear()

    assert _try(house.visitor(), ada.account.email).status == 429
    assert stretched == []


def test_codes_of_welcome_links_are_too_long_to_guess(house: House) -> None:
    """ASVS 6.5.4, 11.5.1: 130 bits, so there is nothing to count."""
    pages = [house.visitor().get("/welcome").form().fill(code=f"{at:026d}").submit() for at in range(30)]

    assert {page.status for page in pages} == {422}
