"""Writing a draft in forms in a browser: at a desk and on a telephone, with scripts and without, by keyboard."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.ask.test_ask_browser import Study, study
from tests.web.browser import NARROW, assert_fits, assert_good, photograph

__all__ = ["study"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _look(page: Page, name: str) -> None:
    photograph(page, name)
    assert_good(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_question_is_written_moved_retired_and_had_back(study: Study, chromium: Browser, scripts: bool) -> None:
    guide = study.guide()
    with study.site.context(chromium, scripts=scripts) as context:
        page = study.page(context)
        page.goto(f"{guide}/draft/questions")
        _look(page, f"authoring-list-{scripts}")
        page.get_by_role("link", name="Add a question – Experience with mentorship").click()
        page.get_by_label("English").first.fill("Who would you rather have had as a mentor?")
        page.get_by_label("Kind of answer").select_option("single_choice")
        page.get_by_role("button", name="Show its fields").click()
        _press(page, "Add an option")
        page.get_by_role("group", name="Option 1").get_by_label("English").fill("Somebody from outside")
        _press(page, "Add an option")
        page.get_by_role("group", name="Option 2").get_by_label("English").fill("Nobody")
        _look(page, f"authoring-question-{scripts}")
        page.get_by_role("button", name="Save", exact=True).last.click()
        expect(page.get_by_role("status").first).to_contain_text("The question was saved.")
        expect(page.locator("#q-who_would_you_rather")).to_be_visible()

        page.locator("#q-who_would_you_rather").get_by_role("link").first.click()
        page.get_by_label("only if it is so in what was answered before").check()
        page.get_by_label("Question", exact=True).select_option(index=1)
        _press(page, "Show the answers to choose from, and a further line")
        _look(page, f"authoring-condition-{scripts}")
        page.get_by_label("Answer", exact=True).first.select_option("asked")
        page.get_by_role("button", name="Save", exact=True).last.click()
        expect(page.locator("#q-who_would_you_rather")).to_contain_text("Asked only if")

        page.locator("#q-who_would_you_rather").get_by_role("link").first.click()
        _press(page, "Take it out")
        expect(page.locator("#q-who_would_you_rather")).to_have_count(0)
        _press(page, "Undo the last save")
        expect(page.locator("#q-who_would_you_rather")).to_be_visible()


def test_every_page_of_writing_fits_a_telephone(study: Study, chromium: Browser) -> None:
    guide = study.guide()
    with study.site.context(chromium, width=NARROW) as context:
        page = study.page(context)
        for path in ("questions", "question/assigned_or_chosen", "new-question", "section/closing", "new-section", "whole"):
            page.goto(f"{guide}/draft/{path}")
            if page.locator("h1").inner_text() == "Not found":
                continue
            assert_fits(page)
            _look(page, f"authoring-narrow-{path.replace('/', '-')}")
