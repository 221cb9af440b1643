"""One's own account: another passphrase, another recovery code, other browsers."""

import re

import pytest

from tests.vault.people import PASSPHRASE, Person
from tests.web.visitors import House
from vault.wraps import fingerprint

NEW_WORDS = "marmalade trumpet seventeen glacier"


def test_the_page_shows_the_fingerprint_that_colleagues_compare(house: House, ada: Person) -> None:
    page = house.sign_in(ada).get("/account")

    assert page.words("code") == fingerprint(ada.account.public_key or b"")


def test_another_passphrase_opens_the_account_and_signs_other_browsers_out(house: House, ada: Person) -> None:
    other, browser = house.sign_in(ada), house.sign_in(ada)

    form = browser.get("/account").form("/passphrase")
    page = form.fill(old=PASSPHRASE, new=NEW_WORDS, again=NEW_WORDS).submit()

    assert page.notices == ["Your passphrase was changed. Every other browser was signed out."]
    assert browser.get("/account").notices == []
    assert other.get("/account").location.startswith("/sign-in")
    assert house.sign_in(ada, passphrase=NEW_WORDS).get("/account").status == 200


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("", NEW_WORDS, NEW_WORDS, "old"),
        ("not the one of now at all", NEW_WORDS, NEW_WORDS, "old"),
        (PASSPHRASE, "", "", "new"),
        (PASSPHRASE, "short", "short", "new"),
        (PASSPHRASE, NEW_WORDS, "another", "again"),
    ],
)
def test_a_change_that_cannot_be_made_says_where_and_repeats_no_passphrase(
    house: House, ada: Person, old: str, new: str, again: str, field: str
) -> None:
    page = house.sign_in(ada).get("/account").form("/passphrase").fill(old=old, new=new, again=again).submit()

    assert page.status == 422
    assert field in page.complaints.values()
    assert all(value not in page.text for value in (PASSPHRASE, NEW_WORDS))
    assert house.sign_in(ada).get("/account").status == 200


def test_a_recovery_code_is_shown_once_and_the_former_one_is_void(house: House, ada: Person) -> None:
    browser = house.sign_in(ada)

    page = browser.get("/account/recovery").form("/recovery").submit()
    shown = re.sub(r"[^0-9A-Z]", "", page.words("code"))

    assert shown not in browser.get("/account").text + browser.get("/account/recovery").text
    for code, status in ((ada.recovery_code, 422), (shown, 200)):
        form = house.visitor().get("/sign-in/forgotten").form("/forgotten")
        answer = form.fill(
            email=ada.account.email,
            recovery_code=code,
            code=house.code(ada.totp_secret),
            new=NEW_WORDS,
            again=NEW_WORDS,
        ).submit()
        assert answer.status == status


def test_a_browser_left_signed_in_elsewhere_is_signed_out_from_here(house: House, ada: Person) -> None:
    other, browser = house.sign_in(ada), house.sign_in(ada)

    page = browser.get("/account").form("/others").submit()

    assert page.notices == ["Every other browser was signed out."]
    assert other.get("/account").location.startswith("/sign-in")
    assert browser.get("/account").status == 200
