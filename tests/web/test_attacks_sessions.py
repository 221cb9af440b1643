"""Attack 6: session fixation, logout, idle and absolute ends, removed members, closed accounts (ASVS 7.2 to 7.4)."""

import base64
import os

import pytest
from sqlalchemy import select

from tests.vault.people import PASSPHRASE, Person
from tests.web.conftest import Team
from tests.web.visitors import House, Visitor
from vault import accounts
from vault.accounts import Account
from vault.sessions import SessionRow
from vault.studies import Role
from web.kit import cookies


def _inside(browser: Visitor) -> bool:
    return browser.get("/account").status == 200


def _rows(house: House) -> int:
    with house.stores.work(reading=True) as work:
        return len(work.db.scalars(select(SessionRow.id_hash)).all())


def test_a_cookie_that_was_planted_is_replaced_by_signing_in(house: House, ada: Person) -> None:
    """ASVS 7.2.4: fixation."""
    browser = house.visitor()
    planted = base64.urlsafe_b64encode(os.urandom(48)).decode()
    browser.keep(cookies.SESSION, planted)

    house.sign_in(ada, browser)

    assert browser.cookie() != planted
    thief = house.visitor()
    thief.keep(cookies.SESSION, planted)
    assert not _inside(thief)


def test_each_step_of_signing_in_has_a_new_cookie_and_ends_the_one_before(house: House, ada: Person) -> None:
    """ASVS 7.2.4: a cookie seen before the second factor is worth nothing after it."""
    browser = house.visitor()
    form = browser.get("/sign-in").form("/sign-in").fill(email=ada.account.email, passphrase=PASSPHRASE)
    page = form.submit()
    halfway = browser.cookie()
    page.form("/code").fill(code=house.code(ada.totp_secret)).submit()

    assert halfway
    assert browser.cookie() != halfway
    thief = house.visitor()
    thief.keep(cookies.SESSION, halfway)
    assert not _inside(thief)
    assert thief.get("/sign-in/code").location == "/sign-in"
    assert _rows(house) == 1


def test_signing_in_again_ends_the_session_before(house: House, ada: Person) -> None:
    """ASVS 7.2.4."""
    browser = house.sign_in(ada)
    before = browser.cookie()
    house.sign_in(ada, browser)

    thief = house.visitor()
    thief.keep(cookies.SESSION, before or "")
    assert not _inside(thief)
    assert _rows(house) == 1


def test_signing_out_is_final(house: House, ada: Person) -> None:
    """ASVS 7.4.1."""
    browser = house.sign_in(ada)
    kept = browser.cookie()

    browser.send("/sign-out")

    browser.keep(cookies.SESSION, kept or "")
    assert not _inside(browser)
    assert _rows(house) == 0


@pytest.mark.parametrize(("minutes", "inside"), [(29.9, True), (30, False)])
def test_half_an_hour_of_rest_ends_a_session(house: House, ada: Person, minutes: float, inside: bool) -> None:
    """ASVS 7.3.1."""
    browser = house.sign_in(ada)
    house.clock.move(minutes=minutes)

    assert _inside(browser) is inside


def test_a_session_in_use_lasts_twelve_hours_and_no_longer(house: House, ada: Person) -> None:
    """ASVS 7.3.2."""
    browser = house.sign_in(ada)
    for _ in range(28):
        house.clock.move(minutes=25)
        assert _inside(browser)
    house.clock.move(minutes=20)

    assert not _inside(browser)


def test_a_clock_that_is_set_back_gives_no_session_a_longer_life(house: House, ada: Person) -> None:
    browser = house.sign_in(ada)
    house.clock.move(hours=-1)
    assert _inside(browser)
    house.clock.move(hours=13)

    assert not _inside(browser)


def test_a_removed_member_sees_nothing_from_the_next_request_on(team: Team) -> None:
    """ASVS 7.4.2, 8.3.2."""
    browser = team.browsers[Role.ANALYST]
    assert browser.get(team.at).status == 200

    team.lead.get(f"{team.at}/members/{team.members[Role.ANALYST]}/leave").form().submit()

    assert browser.get(team.at).status == 404


def test_a_closed_account_is_out_from_the_next_request_on(house: House, ada: Person) -> None:
    """ASVS 7.4.2."""
    browser = house.sign_in(ada)
    with house.stores.work() as work:
        accounts.close(work.db, work.db.get_one(Account, ada.id), by="operator", now=house.clock.time)
        work.commit()

    assert not _inside(browser)
    form = house.visitor().get("/sign-in").form("/sign-in")
    assert form.fill(email=ada.account.email, passphrase=PASSPHRASE).submit().status == 422


@pytest.mark.parametrize("change", ["first byte", "last byte", "shorter", "longer", "empty", "no base64", "not ascii"])
def test_an_altered_cookie_opens_nothing_and_breaks_nothing(house: House, ada: Person, change: str) -> None:
    """ASVS 7.2.1: the cookie is checked here, against what only the database has."""
    browser = house.sign_in(ada)
    raw = bytearray(base64.urlsafe_b64decode(browser.cookie() or ""))
    altered = {
        "first byte": base64.urlsafe_b64encode(bytes([raw[0] ^ 1]) + raw[1:]).decode(),
        "last byte": base64.urlsafe_b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode(),
        "shorter": base64.urlsafe_b64encode(raw[:-1]).decode(),
        "longer": base64.urlsafe_b64encode(raw + b"x").decode(),
        "empty": "",
        "no base64": "%%%%",
        "not ascii": "ÿé",
    }[change]
    browser.forget()
    browser.keep(cookies.SESSION, altered)

    assert browser.get("/account").location.startswith("/sign-in")


def test_ones_cookie_with_anothers_key_opens_nobodys_session(house: House, ada: Person) -> None:
    """ASVS 7.2.2."""
    first, second = house.sign_in(ada), house.sign_in(house.person("eve"))
    one, other = (base64.urlsafe_b64decode(browser.cookie() or "") for browser in (first, second))
    thief = house.visitor()
    thief.keep(cookies.SESSION, base64.urlsafe_b64encode(one[:16] + other[16:]).decode())

    assert not _inside(thief)


def test_no_address_carries_a_session(house: House, ada: Person) -> None:
    """ASVS 7.2.1, 14.2.1: neither a redirect nor a link names the cookie."""
    browser = house.sign_in(ada)
    value = browser.cookie() or "?"
    for path in ("/", "/studies", "/account", "/studies/new"):
        page = browser.get(path)
        assert value not in page.text + page.location
