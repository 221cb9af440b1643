"""The timeline in a browser: on a telephone, at a desk, on paper, by keyboard and without a script."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page

from survey import verdicts
from survey.verdicts import By, Said
from tests.web.browser import WIDE, Site, assert_good, photograph
from tests.web.scenario import EVERYTHING, Scenario, scenario
from vault.studies import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = "Who decided that you would be mentored?"


@pytest.fixture
def study(site: Site) -> Scenario:
    """Two people were interviewed, and one question follows from a theme."""
    made = scenario(site.stores, now=datetime.now(UTC))
    for name in ("Jo", "Kim"):
        made.start(made.enrol(name, f"{name}@example.org", assigned=True, agrees=EVERYTHING))
    with site.stores.work() as work:
        said = Said(WORDS, "Decisions", "Memo 7")
        by = By(made.lead.id, made.lead.seed)
        verdicts.enter(work.db, made.study.id, said, by=by, now=made.now + timedelta(seconds=1))
        work.commit()
    return made


def _drawn(page: Page, study: Scenario) -> None:
    page.goto(f"{study.at}/instruments/{study.guide}")
    page.get_by_role("link", name="Timeline", exact=True).press("Enter")
    page.locator("svg.timeline").wait_for()


def test_the_timeline_is_fit_for_every_screen_and_stands_whole_on_paper(
    site: Site, chromium: Browser, study: Scenario
) -> None:
    with site.context(chromium) as context:
        site.sign_in(context, study.lead)
        page = context.new_page()
        _drawn(page, study)
        photograph(page, "timeline")
        assert_good(page)
        page.set_viewport_size({"width": WIDE, "height": 800})
        page.emulate_media(media="print")
        drawing, paper = page.locator("svg.timeline").bounding_box(), page.locator("main").bounding_box()
        assert drawing is not None
        assert paper is not None
        assert drawing["x"] + drawing["width"] <= paper["x"] + paper["width"] + 1


@pytest.mark.parametrize("scripts", [True, False])
def test_by_keyboard_the_drawing_leads_to_versions_stories_and_candidates(
    site: Site, chromium: Browser, study: Scenario, scripts: bool
) -> None:
    with site.context(chromium, scripts=scripts) as context:
        site.sign_in(context, study.lead)
        page = context.new_page()
        for link, there in (
            ("Version 2, ", "/versions/"),
            ("barriers", "/story/barriers"),
            (WORDS[:20], "/candidates/"),
        ):
            _drawn(page, study)
            found = page.locator("svg.timeline a", has_text=link).first
            found.focus()
            found.press("Enter")
            page.wait_for_url(f"**{there}**")


def test_who_has_no_key_sees_versions_only(site: Site, chromium: Browser, study: Scenario) -> None:
    with site.context(chromium, language="fr") as context:
        site.sign_in(context, study.people[Role.AUDITOR])
        page = context.new_page()
        page.goto(f"{study.at}/instruments/{study.guide}/timeline")
        photograph(page, "timeline-without-the-key")
        assert_good(page)
        assert page.get_by_role("heading", level=1).text_content() == "Chronologie"
        assert "P-" not in (page.locator("main").text_content() or "")
