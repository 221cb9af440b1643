"""A catch-up conversation in a browser: by keyboard, on a telephone and at a desk, sound on every screen."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browser import Site, assert_good, photograph
from tests.web.interviewer.test_catching_up import offered_to
from tests.web.scenario import EVERYTHING, scenario

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _look(page: Page, name: str) -> None:
    photograph(page, name)
    assert_good(page)


def test_a_short_conversation_from_the_list_to_the_deposit(site: Site, chromium: Browser) -> None:
    study = scenario(site.stores, now=datetime.now(UTC))
    jo = study.enrol(telephone="+1 403 555 0100", assigned=True, agrees=EVERYTHING)
    offered_to(study, jo)
    with site.context(chromium) as context:
        site.sign_in(context, study.interviewer)
        page = context.new_page()
        page.goto(f"{study.at}/interviews")
        expect(page.get_by_text("Catch-up: ask the topics that came later")).to_be_visible()
        _look(page, "catch-up-my-participants")
        page.get_by_role("link", name=jo.pseudonym).press("Enter")
        _look(page, "catch-up-one-participant")
        page.get_by_role("link", name="Guide for mentees (List 1)", exact=True).press("Enter")
        _look(page, "catch-up-before-conversation")
        page.get_by_role("button", name="Begin the catch-up").press("Enter")
        expect(page.locator("section[data-id]")).to_have_count(1)
        _look(page, "catch-up-conversation")
        page.locator("input[name='remote.state'][value='asked']").press("Space")
        page.locator("[name='remote.notes']").fill("Two flights a year")
        page.get_by_role("button", name="End the interview").press("Enter")
        page.get_by_role("button", name="Save and deposit").press("Enter")
        expect(page.get_by_text("The interview was deposited.")).to_be_visible()
        _look(page, "catch-up-deposited")
