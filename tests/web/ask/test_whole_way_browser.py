"""The way of a question from a finding to a version, with nothing but a keyboard: as at a desk, and as on a telephone
without scripts."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from survey import verdicts
from survey.verdicts import By, Said
from tests.web.ask.test_ask_browser import Study, study
from tests.web.browser import NARROW, WIDE, assert_fits, assert_good, settle

__all__ = ["study"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = "Who decided that you would be mentored?"
FARTHEST = 250


def _focused(place: Locator) -> bool:
    return bool(place.evaluate("place => place === document.activeElement"))


def _go_to(place: Locator) -> None:
    """The place has the focus, reached by Tab alone; what cannot be reached so fails here."""
    expect(place).to_be_visible()
    for _ in range(FARTHEST):
        if _focused(place):
            return
        place.page.keyboard.press("Tab")
    raise AssertionError(f"{place.page.url}: no way by keyboard to {place}")


def _open(page: Page, name: str, *, role: str = "link") -> None:
    """A link or button is pressed by keyboard, and what it leads to is here."""
    _go_to(page.get_by_role(role, name=name, exact=True).first)  # type: ignore[arg-type]
    with page.expect_navigation():
        page.keyboard.press("Enter")
    settle(page)


def _write(page: Page, place: Locator, text: str) -> None:
    _go_to(place)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


@pytest.fixture
def candidate(study: Study) -> str:
    """The guide is out, and a theme has led to a question that it does not ask; the guide's address."""
    guide = study.guide()
    with study.site.stores.work() as work:
        said = Said(WORDS, "Decisions", "Memo 7, and three interviews")
        verdicts.enter(work.db, study.id, said, by=By(study.lead.id, study.lead.seed), now=datetime.now(UTC))
        work.commit()
    return guide


@pytest.mark.parametrize(("width", "scripts"), [(WIDE, True), (NARROW, False)], ids=["desk", "telephone"])
def test_a_finding_becomes_a_question_of_a_version_and_its_story_tells_so(
    study: Study, candidate: str, chromium: Browser, width: int, scripts: bool
) -> None:
    with study.site.context(chromium, width=width, scripts=scripts) as context:
        page = study.page(context)
        page.goto(f"{study.at}/candidates")
        _open(page, WORDS)
        _go_to(page.get_by_label("At the end of"))
        page.keyboard.press("ArrowDown")
        _open(page, "Accept it into the draft", role="button")
        study.grant()
        page.goto(f"{candidate}/publish")
        assert_fits(page)
        approval = page.locator("input[name=approval]").first
        _go_to(approval)
        page.keyboard.press("Space")
        expect(approval).to_be_checked()
        reason = page.locator("[id='reason-decided_mentored']")
        assert "Decisions" in page.locator("form").last.inner_text() + reason.input_value()
        if not reason.input_value():
            _write(page, reason, "Three mentees spoke of it unasked.")
        if scripts:
            assert_good(page)
            page.set_viewport_size({"width": width, "height": 800})
        _open(page, "Publish version 5", role="button")
        expect(page.get_by_role("heading", level=1)).to_contain_text("version 5")
        _open(page, "What changed against version 4")
        expect(page.locator("#at-decided_mentored")).to_contain_text(WORDS)
        assert_fits(page)
        page.goto(f"{candidate}/story/decided_mentored")
        for told in (WORDS, "Decisions", "Memo 7, and three interviews", "version 5"):
            expect(page.locator("main")).to_contain_text(told, ignore_case=True)
        assert_fits(page)


def test_a_question_is_moved_retired_and_had_back_by_keyboard_alone(study: Study, chromium: Browser) -> None:
    guide = study.guide()
    with study.site.context(chromium, width=NARROW) as context:
        page = study.page(context)
        page.goto(f"{guide}/draft/questions")
        before = _order(page)
        down = page.locator(f"#q-{before[0]}").get_by_role("button", name="down").first
        _go_to(down)
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.keyboard.press("Enter")
        expect(page.locator("[id^='q-']").nth(1)).to_have_id(f"q-{before[0]}")
        page.goto(f"{guide}/draft/question/{before[0]}")
        _open(page, "Retire it", role="button")
        expect(page.locator(f"#q-{before[0]}")).to_have_count(0)
        _open(page, "Undo the last save", role="button")
        expect(page.locator(f"#q-{before[0]}")).to_be_visible()
        _open(page, "Undo the last save", role="button")
        assert _order(page) == before
        assert_good(page)


def _order(page: Page) -> list[str]:
    return [str(place.get_attribute("id")).removeprefix("q-") for place in page.locator("[id^='q-']").all()]
