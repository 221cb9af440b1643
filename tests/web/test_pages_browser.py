"""Every page of the team, walked through in a browser: on a telephone and at a desk, in light and in dark."""

import re
from datetime import UTC, datetime

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.vault.people import PASSPHRASE, Person, joined, person, study_of
from tests.web.browser import NARROW, WIDE, Site, assert_fits, assert_good, photograph
from vault.studies import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _person(site: Site, name: str) -> Person:
    with site.stores.work() as work:
        made = person(work.db, name, now=datetime.now(UTC))
        made.account.recovery_noted_at = datetime.now(UTC)
        made.account.totp_step = 0
        work.commit()
    return made


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _look(page: Page, name: str) -> None:
    photograph(page, name)
    assert_good(page)


def test_a_lead_sets_up_a_study_and_every_page_on_the_way_is_sound(site: Site, chromium: Browser) -> None:
    ada = _person(site, "ada")
    with site.context(chromium) as context:
        page = context.new_page()
        page.goto("/")
        _look(page, "start")
        page.get_by_role("link", name="Sign in").click()
        _look(page, "sign-in")
        _press(page, "Go on")
        expect(page).to_have_title(re.compile("^Error: "))
        expect(page.locator(".errors")).to_be_focused()
        _look(page, "sign-in-error")
        page.get_by_role("link", name="I forgot my passphrase").click()
        _look(page, "forgotten")
        page.goto("/sign-in")
        page.get_by_label("E-mail address").fill(ada.account.email)
        page.get_by_label("Passphrase").fill(PASSPHRASE)
        _press(page, "Go on")
        _look(page, "second-factor")
        page.get_by_role("link", name="I no longer have my phone").click()
        _look(page, "phone-lost")
        page.go_back()
        page.get_by_label("Code").fill(pyotp.TOTP(ada.totp_secret).now())
        _press(page, "Sign in")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your studies")
        _look(page, "studies-empty")
        page.get_by_role("link", name="Begin a study").click()
        _look(page, "study-new")
        page.get_by_label("Title").fill("How mentors and mentees speak about failure in doctoral training")
        page.get_by_label("Protocol number or short name").fill("MM-2026-14")
        _press(page, "Begin the study")
        _look(page, "study-begun")
        page.get_by_role("link", name="Sites").click()
        _look(page, "sites-empty")
        for name in ("Universität Basel", "Université de Genève"):
            page.get_by_label("Name of the site").fill(name)
            _press(page, "Add the site")
        _look(page, "sites")
        page.get_by_role("link", name="Approvals").click()
        _look(page, "approvals-empty")
        page.get_by_label("Board", exact=True).fill("Ethikkommission Nordwestschweiz")
        page.get_by_label("Reference").fill("EKNZ 2026-00417")
        page.get_by_label("What it covers").fill("Survey of mentees (version 1), interviews with up to 40 mentors.")
        page.get_by_label("From").fill("2026-01-01")
        page.get_by_label("Until and including").fill("2025-12-31")
        _press(page, "Record the decision")
        _look(page, "approvals-error")
        page.get_by_label("Until and including").fill("2099-12-31")
        _press(page, "Record the decision")
        _look(page, "approvals")


def test_a_lead_brings_in_a_team_and_every_page_on_the_way_is_sound(site: Site, chromium: Browser) -> None:
    ada, bo = _person(site, "ada"), _person(site, "bo")
    with site.stores.work() as work:
        study = study_of(work.db, ada, now=datetime.now(UTC))
        joined(work.db, study, bo, Role.ANALYST, by=ada, now=datetime.now(UTC))
        work.commit()
    with site.context(chromium) as context:
        site.sign_in(context, ada)
        page = context.new_page()
        page.goto("/studies")
        _look(page, "studies")
        page.get_by_role("link", name="Mentors and mentees").click()
        page.get_by_role("link", name="Team").first.click()
        page.get_by_role("link", name="Add somebody").click()
        _look(page, "member-new")
        page.get_by_label("Name", exact=True).fill("Dr. Chiara Rossi")
        page.get_by_label("E-mail address").fill("chiara.rossi@example.org")
        page.get_by_role("radio", name="Interviewer").check()
        _press(page, "Add to the team")
        _look(page, "member-welcome")
        link = page.get_by_label("Link").input_value()
        with site.context(chromium) as hers:
            _first_day(hers.new_page(), link)
        page.get_by_role("link", name="To the team").click()
        _look(page, "members")
        page.get_by_role("link", name="New link").first.click()
        _look(page, "member-anew")
        page.go_back()
        row = page.get_by_role("row").filter(has_text="Bo")
        row.get_by_role("link", name=re.compile("Role")).click()
        _look(page, "member-role")
        page.get_by_role("radio", name="Coordinator").check()
        _press(page, "Change the role")
        _look(page, "member-grant")
        page.get_by_role("checkbox").check()
        _press(page, "Grant the keys")
        page.get_by_role("row").filter(has_text="Bo").get_by_role("link", name=re.compile("Departure")).click()
        _look(page, "member-leave")
        _press(page, "End the membership and change the keys")
        expect(page.get_by_role("status")).to_contain_text("has left the study")
        page.get_by_role("link", name="Keys").click()
        _look(page, "keys-without-cards")
        page.get_by_label("Who keeps a card").fill("Ethics office\nData protection officer\nUniversity library")
        _press(page, "Make the cards")
        _look(page, "cards")
        page.get_by_role("link", name="I have printed them").click()
        _look(page, "keys")
        page.get_by_role("link", name=re.compile("Change this key")).first.click()
        _look(page, "key-rotate")
        page.goto(page.url.rpartition("/")[0] + "/rescue")
        _look(page, "rescue")
        page.get_by_role("link", name="Overview").click()
        _look(page, "study")
        page.get_by_role("link", name="Log").click()
        _look(page, "log")
        page.get_by_role("link", name="Your account").click()
        _look(page, "account")
        page.get_by_role("link", name="Make a recovery code").click()
        _look(page, "recovery")
        _press(page, "Show me my recovery code")
        _look(page, "recovery-code")
        page.goto("/nothing")
        _look(page, "error")
        page.goto("/studies/new")
        page.get_by_label("Title").fill("A long title that took a while to think of")
        context.clear_cookies(name="__Host-verbatim")
        _press(page, "Begin the study")
        expect(page.get_by_label("title")).to_have_value("A long title that took a while to think of")
        _look(page, "signed-out")


def _first_day(page: Page, link: str) -> None:
    page.goto("/welcome")
    _look(page, "welcome")
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your passphrase")
    assert "#" not in page.url
    _look(page, "welcome-passphrase")
    chosen = page.get_by_label("Your passphrase", exact=True).input_value()
    page.get_by_label("The passphrase once more").fill(chosen)
    _press(page, "This is my passphrase")
    _look(page, "welcome-phone")
    secret = "".join(page.locator(".secret code").inner_text().split())
    page.get_by_label("Your passphrase, from memory").fill(chosen)
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    _press(page, "Finish setting up")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery code")


def test_signing_in_needs_no_mouse(site: Site, chromium: Browser) -> None:
    ada = _person(site, "ada")
    with site.context(chromium) as context:
        page = context.new_page()
        page.goto("/sign-in")
        _tab_to(page, "E-mail address")
        page.keyboard.type(ada.account.email)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSPHRASE)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("The code from your phone")
        _tab_to(page, "Code")
        page.keyboard.type(pyotp.TOTP(ada.totp_secret).now())
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your studies")


def _tab_to(page: Page, label: str) -> None:
    wanted = page.get_by_label(label, exact=True)
    for _ in range(12):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    raise AssertionError(f"the Tab key does not lead to {label}")


def test_everything_works_without_scripts(site: Site, chromium: Browser) -> None:
    ada = _person(site, "ada")
    with site.stores.work() as work:
        study_of(work.db, ada, now=datetime.now(UTC))
        work.commit()
    with site.context(chromium, width=NARROW, scripts=False) as context:
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_label("E-mail address").fill(ada.account.email)
        page.get_by_label("Passphrase").fill(PASSPHRASE)
        _press(page, "Go on")
        page.get_by_label("Code").fill(pyotp.TOTP(ada.totp_secret).now())
        _press(page, "Sign in")
        page.get_by_role("link", name="Mentors and mentees").click()
        expect(page.get_by_role("link", name="Sites")).to_be_hidden()
        page.get_by_role("link", name="Menu", exact=True).click()
        page.get_by_role("link", name="Sites").click()
        page.get_by_label("Name of the site").fill("Basel")
        _press(page, "Add the site")
        expect(page.get_by_role("status")).to_have_text("The site was added.")
        page.goto("/welcome")
        expect(page.get_by_label("Code")).to_be_visible()


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_language_is_changed_on_the_page_that_is_open(site: Site, chromium: Browser, width: int) -> None:
    with site.context(chromium, width=width) as context:
        page = context.new_page()
        page.goto("/sign-in/forgotten")
        _press(page, "Français")
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        assert page.url.endswith("/sign-in/forgotten")
        assert_fits(page)


def test_a_page_that_runs_from_right_to_left_fits_as_well(site: Site, chromium: Browser) -> None:
    with site.context(chromium, width=NARROW) as context:
        page = context.new_page()
        for address in ("/", "/sign-in/forgotten"):
            page.goto(address)
            page.evaluate("document.documentElement.dir = 'rtl'")
            assert_fits(page)


def test_the_pages_fit_in_french_where_words_are_longer(site: Site, chromium: Browser) -> None:
    ada = _person(site, "ada")
    with site.stores.work() as work:
        study = study_of(work.db, ada, now=datetime.now(UTC), title="Comment on parle de l’échec")
        address = f"/studies/{study.id}"
        work.commit()
    with site.context(chromium, width=NARROW, language="fr-CH") as context:
        site.sign_in(context, ada)
        page = context.new_page()
        for name in ("", "/sites", "/members", "/members/new", "/approvals", "/keys", "/keys/audio", "/log"):
            page.goto(address + name)
            assert page.locator("html").get_attribute("lang") == "fr"
            _look(page, f"fr{name.replace('/', '-')}")
