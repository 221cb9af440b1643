"""A draft of hundreds of questions in a browser: at a desk, on a telephone, without a script, by keyboard."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from instruments import drafts
from tests.web.ask.test_ask_browser import Study, study
from tests.web.ask.test_long_drafts import long_draft
from tests.web.browser import NARROW, WIDE, assert_fits, assert_good, photograph

__all__ = ["study"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _begun(study: Study) -> str:
    with study.site.stores.work() as work:
        begun = drafts.begin(work.db, study.id, long_draft(), by=study.lead.id, now=datetime.now(UTC))
        work.commit()
    return f"{study.at}/instruments/{begun.instrument_id}/draft"


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_question_of_a_long_draft_is_found_and_put_right(
    study: Study, chromium: Browser, width: int, scripts: bool
) -> None:
    address = _begun(study)
    with study.site.context(chromium, width=width, scripts=scripts) as context:
        page = study.page(context)
        page.goto(f"{address}/questions")
        if scripts:
            photograph(page, f"long-draft-{width}")
            assert_good(page)
            assert_fits(page)
        page.get_by_label("Show").select_option("error")
        page.get_by_role("button", name="Find").press("Enter")
        expect(page.get_by_role("heading", name="1 question found")).to_be_visible()
        if scripts:
            photograph(page, f"long-draft-found-{width}")
            assert_good(page)
            assert_fits(page)
        page.locator("#q-silent").get_by_role("link").first.click()
        if scripts:
            photograph(page, f"long-draft-question-{width}")
            assert_good(page)
            assert_fits(page)
        page.get_by_label("English").first.fill("What does the garden mean to you?")
        page.get_by_role("button", name="Save", exact=True).last.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("The question was saved.")
        expect(page.locator("#q-silent")).to_contain_text("What does the garden mean to you?")
        expect(page.get_by_text("It can be published.")).to_be_visible()
