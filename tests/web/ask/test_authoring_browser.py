"""Writing a draft in forms in a browser: at a desk and on a telephone, with scripts and without, by keyboard."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from instruments import drafts, shelf
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
        if scripts:
            _look(page, "authoring-list")
        page.get_by_role("link", name="Add a question – Experience with mentorship").click()
        page.get_by_label("English").first.fill("Who would you rather have had as a mentor?")
        page.get_by_label("Kind of answer").select_option("single_choice")
        page.get_by_role("button", name="Show its fields").click()
        _press(page, "Add an option")
        page.get_by_role("group", name="Option 1").get_by_label("English").fill("Somebody from outside")
        _press(page, "Add an option")
        page.get_by_role("group", name="Option 2").get_by_label("English").fill("Nobody")
        if scripts:
            _look(page, "authoring-question")
        page.get_by_role("button", name="Save", exact=True).last.click()
        expect(page.get_by_role("status").first).to_contain_text("The question was saved.")
        expect(page.locator("#q-who_would_you_rather")).to_be_visible()

        page.locator("#q-who_would_you_rather").get_by_role("link").first.click()
        page.get_by_label("only if it is so in what was answered before").check()
        page.get_by_label("Question", exact=True).select_option(index=1)
        _press(page, "Show the answers to choose from, and a further line")
        if scripts:
            _look(page, "authoring-condition")
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
        for path in ("question/assigned_or_chosen", "section/closing", "whole", "history", "take", "guide-trial"):
            page.goto(f"{guide}/draft/{path}")
            assert_fits(page)
            _look(page, f"authoring-narrow-{path.replace('/', '-')}")


def test_what_is_typed_is_kept_by_the_browser_until_it_is_saved(study: Study, chromium: Browser) -> None:
    guide = study.guide()
    with study.site.context(chromium) as context:
        page = study.page(context)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"{guide}/draft/question/start")
        page.get_by_label("English").first.fill("Typed and not saved.")
        expect(page.locator("[data-kept]")).to_contain_text("kept in this browser")
        page.goto(f"{guide}/draft/questions")
        page.goto(f"{guide}/draft/question/start")
        expect(page.locator(".kept")).to_be_visible()
        _look(page, "authoring-kept")
        _press(page, "Put it back")
        expect(page.get_by_label("English").first).to_have_value("Typed and not saved.")
        page.get_by_role("button", name="Save", exact=True).last.click()
        expect(page.locator("#q-start")).to_contain_text("Typed and not saved.")
        page.goto(f"{guide}/draft/question/start")
        expect(page.locator(".kept")).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_survey_is_tried_out_as_a_participant_sees_it(study: Study, chromium: Browser, scripts: bool) -> None:
    with study.site.stores.work() as work:
        by = study.lead.id
        begun = drafts.begin(work.db, study.id, shelf.load(shelf.SHORT_SURVEY), by=by, now=datetime.now(UTC))
        address = f"{study.at}/instruments/{begun.instrument_id}/draft"
        work.commit()
    with study.site.context(chromium, scripts=scripts) as context:
        page = study.page(context)
        page.goto(f"{address}/questions")
        page.get_by_role("link", name="Try it out").click()
        page.get_by_label("Clinician investigator").check()
        page.get_by_label("University of Calgary").check()
        if scripts:
            _look(page, "authoring-trial")
        _press(page, "At the width of a telephone")
        expect(page.get_by_label("Clinician investigator")).to_be_checked()
        _press(page, "Français")
        expect(page.get_by_text("Laquelle de ces descriptions")).to_be_visible()
        if scripts:
            _look(page, "authoring-trial-narrow")


def test_a_question_is_written_by_keyboard_alone(study: Study, chromium: Browser) -> None:
    guide = study.guide()
    with study.site.context(chromium) as context:
        page = study.page(context)
        page.goto(f"{guide}/draft/new-question")
        page.get_by_label("English").first.focus()
        page.keyboard.type("What else?")
        page.keyboard.press("Tab")
        expect(page.get_by_label("Kind of answer")).to_be_focused()
        page.get_by_label("Kind of answer").press("End")
        page.get_by_role("button", name="Save and stay here").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("The question was saved.")
