"""What somebody who was interviewed is shown of what is held about them."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browser import NARROW, Site, assert_fits
from tests.web.scenario import EVERYTHING, scenario

pytestmark = pytest.mark.browser


def test_the_notes_of_an_interview_are_named_and_a_long_address_fits_a_telephone(site: Site, chromium: Browser) -> None:
    study = scenario(site.stores, now=datetime.now(UTC))
    jo = study.enrol(email="josephine.example-greenfinch@medicine.example.org", assigned=True, agrees=EVERYTHING)
    study.start(jo)
    with site.context(chromium, width=NARROW) as context:
        page = context.new_page()
        page.goto("/p")
        page.get_by_label("Your code").fill(jo.code)
        page.get_by_role("button", name="Go on", exact=True).click()
        page.wait_for_url("**/p/*")
        page.goto("/p/mine")

        expect(page.locator("main")).to_contain_text("What the interviewer noted is sealed under a key of yours too.")
        assert_fits(page)
        taken = page.request.get("/p/mine.json").json()
        (interview,) = taken["responses"]
        assert interview["notes"].startswith("What the interviewer noted is sealed")
