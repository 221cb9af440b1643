"""Signing in and out, and the ways back for somebody who forgot their passphrase or lost their phone."""

import re

import pytest

from tests.vault.people import PASSPHRASE, Person
from tests.web.visitors import House, Visitor
from web.kit import cookies

NEW_WORDS = "marmalade trumpet seventeen glacier"


def _halfway(house: House, person: Person, browser: Visitor | None = None) -> Visitor:
    browser = browser or house.visitor()
    form = browser.get("/sign-in").form("/sign-in")
    page = form.fill(email=person.account.email, passphrase=PASSPHRASE).submit()
    assert page.title == "The code from your phone"
    return browser


@pytest.mark.parametrize(
    ("email", "passphrase", "field"),
    [("", PASSPHRASE, "email"), ("ada@example.org", "", "passphrase"), ("a" * 255, PASSPHRASE, "email"),
     ("ada@example.org", "p" * 401, "passphrase")],
)  # fmt: skip
def test_what_is_missing_or_too_long_is_said_beside_the_field(
    house: House, ada: Person, email: str, passphrase: str, field: str
) -> None:
    page = house.visitor().get("/sign-in").form("/sign-in").fill(email=email, passphrase=passphrase).submit()

    assert page.status == 422
    assert list(page.complaints.values()) == [field]
    assert page.form("/sign-in").value("email") == email


def test_a_refused_passphrase_keeps_the_address_and_never_the_passphrase(house: House, ada: Person) -> None:
    form = house.visitor().get("/sign-in").form("/sign-in")

    page = form.fill(email=ada.account.email, passphrase="not the right one at all").submit()

    assert page.status == 422
    assert page.title == "Sign in"
    assert page.form("/sign-in").value("email") == ada.account.email
    assert "not the right one" not in page.text


def test_halfway_is_not_inside(house: House, ada: Person) -> None:
    browser = _halfway(house, ada)

    assert browser.get("/studies").location.startswith("/sign-in")


def test_halfway_lasts_ten_minutes(house: House, ada: Person) -> None:
    browser = _halfway(house, ada)
    house.clock.move(minutes=10)

    assert browser.get("/sign-in/code").location == "/sign-in"


@pytest.mark.parametrize("code", ["000000", "12345", "abcdef", "1234567", "٠٠٠٠٠٠"])
def test_a_wrong_code_is_refused_beside_the_field(house: House, ada: Person, code: str) -> None:
    page = _halfway(house, ada).get("/sign-in/code").form("/code").fill(code=code).submit()

    assert page.status == 422
    assert list(page.complaints.values()) == ["code"]


def test_a_code_is_good_once(house: House, ada: Person) -> None:
    code = house.code(ada.totp_secret)
    first, second = _halfway(house, ada), _halfway(house, ada)
    assert first.get("/sign-in/code").form("/code").fill(code=code).submit().status == 200

    page = second.get("/sign-in/code").form("/code").fill(code=code).submit()

    assert page.status == 422
    assert "used already" in page.words()


def test_signing_in_leads_to_where_somebody_wanted_to_go(house: House, ada: Person) -> None:
    browser = house.sign_in(ada)
    browser.get("/account/recovery").form("/recovery").submit()
    browser = house.visitor()
    page = browser.get("/account?from=letter").follow()

    page = page.form("/sign-in").fill(email=ada.account.email, passphrase=PASSPHRASE).submit()
    page = page.form("/code").fill(code=house.code(ada.totp_secret)).submit()

    assert page.path == "/account"


def test_whoever_has_no_recovery_code_on_paper_is_led_to_one(house: House, ada: Person) -> None:
    form = _halfway(house, ada).get("/sign-in/code").form("/code")

    assert form.fill(code=house.code(ada.totp_secret)).submit().title == "Your recovery code"


def test_signing_out_ends_the_session_here_and_in_the_database(house: House, ada: Person) -> None:
    browser = house.sign_in(ada)
    kept = browser.cookie()
    assert kept
    out = next(form for form in browser.get("/studies").forms() if form.action == "/sign-out")

    page = browser.post(out.action, out.values)

    assert page.headers["Clear-Site-Data"] == '"cache"'
    assert browser.cookie() is None
    browser.keep(cookies.SESSION, kept)
    assert browser.get("/studies").location.startswith("/sign-in")


def test_whoever_was_signed_out_while_typing_gets_back_what_they_typed_and_no_secret(house: House, ada: Person) -> None:
    browser = house.sign_in(ada)
    study = browser.get("/studies/new").form()
    account = browser.get("/account").form("/passphrase")
    house.clock.move(minutes=31)

    page = study.fill(title="A title that took long", reference="R-1").submit()
    secret = account.fill(old=PASSPHRASE, new=NEW_WORDS, again=NEW_WORDS).submit()

    assert page.status == 403
    assert page.title == "You were signed out"
    assert "A title that took long" in page.text
    assert secret.status == 403
    assert PASSPHRASE not in secret.text
    assert NEW_WORDS not in secret.text


def test_a_forgotten_passphrase_is_replaced_with_the_recovery_code_and_the_phone(house: House, ada: Person) -> None:
    other = house.sign_in(ada)
    browser = house.visitor()

    form = browser.get("/sign-in/forgotten").form("/forgotten")
    page = form.fill(
        email=ada.account.email, recovery_code=ada.recovery_code, code=house.code(ada.totp_secret),
        new=NEW_WORDS, again=NEW_WORDS,
    ).submit()  # fmt: skip

    assert page.title == "Your recovery code"
    assert re.sub(r"[^0-9A-Z]", "", page.words("code")) != ada.recovery_code
    assert house.sign_in(ada, passphrase=NEW_WORDS).get("/studies").status == 200
    # ASVS 7.4.3: whoever was signed in with the former passphrase is not any more.
    assert other.get("/studies").location.startswith("/sign-in")


@pytest.mark.parametrize("wrong", ["email", "recovery_code", "code"])
def test_recovery_says_the_same_whatever_was_wrong_and_keeps_nothing_secret(
    house: House, ada: Person, wrong: str
) -> None:
    right = {"email": ada.account.email, "recovery_code": ada.recovery_code, "code": house.code(ada.totp_secret)}
    form = house.visitor().get("/sign-in/forgotten").form("/forgotten")

    page = form.fill(
        **{**right, wrong: "0" * 26 if wrong == "recovery_code" else "000000"}, new=NEW_WORDS, again=NEW_WORDS
    ).submit()

    assert page.status == 422
    assert list(page.complaints) == [
        "These do not belong together. Check the e-mail address and what you typed, then try again."
    ]
    assert NEW_WORDS not in page.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"again": "something else"}, "again"), ({"new": "short", "again": "short"}, "new"), ({"code": ""}, "code"),
     ({"recovery_code": ""}, "recovery_code"), ({"email": ""}, "email")],
)  # fmt: skip
def test_a_recovery_that_cannot_be_taken_says_where(
    house: House, ada: Person, changes: dict[str, str], field: str
) -> None:
    right = {
        "email": ada.account.email, "recovery_code": ada.recovery_code, "code": house.code(ada.totp_secret),
        "new": NEW_WORDS, "again": NEW_WORDS,
    }  # fmt: skip

    page = house.visitor().get("/sign-in/forgotten").form("/forgotten").fill(**{**right, **changes}).submit()

    assert page.status == 422
    assert field in page.complaints.values()


def test_a_lost_phone_is_replaced_with_passphrase_and_recovery_code(house: House, ada: Person) -> None:
    other = house.sign_in(ada)
    browser = _halfway(house, ada)

    page = browser.get("/sign-in/phone").form("/phone").fill(recovery_code=ada.recovery_code).submit()
    secret = page.words("code").replace(" ", "")
    page = page.form().fill(passphrase=PASSPHRASE, code=house.code(secret)).submit()

    assert secret != ada.totp_secret
    assert page.status == 200
    assert browser.get("/studies").status == 200
    assert other.get("/studies").location.startswith("/sign-in")
    old = _halfway(house, ada).get("/sign-in/code").form("/code").fill(code=house.code(ada.totp_secret)).submit()
    assert old.status == 422


@pytest.mark.parametrize("code", ["", "0" * 26, "not a code!"])
def test_a_phone_is_not_replaced_without_the_recovery_code(house: House, ada: Person, code: str) -> None:
    page = _halfway(house, ada).get("/sign-in/phone").form("/phone").fill(recovery_code=code).submit()

    assert page.status == 422
    assert list(page.complaints.values()) == ["recovery_code"]
