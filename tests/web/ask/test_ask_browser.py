"""Asking and agreeing in a browser: on a telephone and at a desk, without scripts, by keyboard alone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from consent.wording import Wording
from instruments import drafts, shelf, versions
from survey import frames
from tests.approving import granted
from tests.consent.letters import ready_letter
from tests.vault.people import Person, person, study_of
from tests.web.browser import NARROW, Site, assert_fits, assert_good, photograph
from vault import approvals
from vault.approvals import Decided

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True)
class Study:
    """A study that may publish, and its lead."""

    site: Site
    lead: Person
    at: str
    id: UUID
    approval: int

    def page(self, context: BrowserContext) -> Page:
        """The lead's browser."""
        self.site.sign_in(context, self.lead)
        return context.new_page()

    def grant(self) -> None:
        """The board decided on every draft as it stands."""
        now = datetime.now(UTC)
        with self.site.stores.work() as work:
            for row in drafts.instruments_of(work.db, self.id):
                granted(work.db, drafts.draft_of(work.db, row.id), by=self.lead.id, now=now)
            work.commit()

    def guide(self) -> str:
        """List 1 is published in its four versions; returns its address."""
        now = datetime.now(UTC)
        with self.site.stores.work() as work:
            by = self.lead.id
            begun = drafts.begin(work.db, self.id, shelf.load(shelf.LIST_1[0]), by=by, now=now)
            for entry in shelf.LIST_1:
                draft = drafts.draft_of(work.db, begun.instrument_id)
                draft = drafts.save_draft(
                    work.db, begun.instrument_id, shelf.load(entry), seen=draft.number, by=by, now=now
                )
                under = granted(work.db, draft, by=by, now=now)
                versions.publish(work.db, draft, entry.reasons, approval=under, by=by, now=now)
            address = f"{self.at}/instruments/{begun.instrument_id}"
            work.commit()
        return address


@pytest.fixture
def study(site: Site) -> Study:
    """A study under an approval that is in force today."""
    now = datetime.now(UTC)
    with site.stores.work() as work:
        lead = person(work.db, "ada", now=now)
        lead.account.recovery_noted_at = now
        made = study_of(work.db, lead, now=now)
        decided = Decided("REB Calgary", "17024", "All of it", date(2026, 1, 1), date(2099, 1, 1))
        number = approvals.record(work.db, made.id, decided, by=lead.id, now=now).number
        identity = made.id
        work.commit()
    return Study(site, lead, f"/studies/{identity}", identity, number)


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _look(page: Page, name: str) -> None:
    photograph(page, name)
    assert_good(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_guide_grows_by_a_version_from_the_library_to_the_comparison(
    study: Study, chromium: Browser, scripts: bool
) -> None:
    with study.site.context(chromium, scripts=scripts, width=NARROW) as context:
        page = study.page(context)
        page.goto(f"{study.at}/instruments")
        if scripts:
            _look(page, "ask-empty")
        page.get_by_role("link", name="Begin an instrument").click()
        page.get_by_label("Guide for mentees (List 1), version 1").check()
        if scripts:
            _look(page, "ask-new")
        _press(page, "Begin with it")
        expect(page.get_by_role("heading", level=1)).to_have_text("Draft")
        page.get_by_role("link", name="Write it as text").click()
        text = page.get_by_label("The instrument as text (YAML)")
        text.fill(text.input_value().replace("kind: topic", "kind: topik", 1))
        _press(page, "Save")
        expect(page.get_by_role("alert")).to_contain_text("nothing was saved")
        assert "topik" in text.input_value()
        if scripts:
            _look(page, "ask-draft-error")
            page.get_by_role("link", name="Line ").first.click()
            chosen = text.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
            assert chosen.strip() == "kind: topik"
        text.fill(text.input_value().replace("kind: topik", "kind: topic", 1))
        _press(page, "Save and go on to publishing")
        page.get_by_label("REB Calgary, 17024").check()
        _press(page, "Publish version 1")
        expect(page.get_by_role("heading", level=1)).to_have_text("Guide for mentees (List 1), version 1")
        if scripts:
            _look(page, "ask-version")
        page.get_by_role("link", name="Versions").click()
        page.get_by_role("link", name="Edit the draft").click()
        page.get_by_role("link", name="Write it as text").click()
        page.get_by_text("Take over a version from the library").click()
        page.get_by_label("Version in the library").select_option("Version 3")
        _press(page, "Replace the draft with it")
        _press(page, "Save and go on to publishing")
        study.grant()
        page.reload()
        page.locator("[id='reason-effect']").fill("")
        if scripts:
            _look(page, "ask-publish")
        page.get_by_label("REB Calgary, 17024").check()
        _press(page, "Publish version 2")
        expect(page.get_by_role("alert")).to_contain_text("effect – Say why this is changed")
        if scripts:
            _look(page, "ask-publish-error")
        assert page.get_by_label("REB Calgary, 17024").is_checked()
        for place in page.locator("[id^='reason-']").all():
            if not place.input_value():
                place.fill("Three mentees spoke of it unasked.")
        page.get_by_label("The library's reasons hold").check()
        _press(page, "Publish version 2")
        page.get_by_role("link", name="What changed against version 1").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("What changed from version 1 to version 2")
        expect(page.locator("#at-effect ins")).to_contain_text("productivity")
        expect(page.locator("#at-effect .why")).to_contain_text("Three mentees spoke of it unasked.")


def test_every_page_about_instruments_is_sound(study: Study, chromium: Browser) -> None:
    guide = study.guide()
    with study.site.stores.work() as work:
        frame = {"role": ("mentee", "mentor"), "university": ("Calgary", "Alberta")}
        frames.add_cells(work.db, study.id, frame, by=study.lead.id, now=datetime.now(UTC))
        work.commit()
    with study.site.context(chromium) as context:
        page = study.page(context)
        page.goto(f"{guide}/groups")
        page.get_by_label("role: mentee").check()
        _look(page, "ask-groups")
        _press(page, "Offer it like this")
        expect(page.get_by_role("status")).to_have_text("It is offered to these groups from now on.")
        for path, name in (
            (f"{study.at}/instruments", "ask-list"),
            (guide, "ask-instrument"),
            (f"{guide}/draft", "ask-draft"),
            (f"{guide}/draft/reading", "ask-draft-reading"),
            (f"{guide}/publish", "ask-nothing-to-publish"),
            (f"{guide}/comparison", "ask-comparison"),
            (f"{guide}/comparison?before=1&after=4&show=changed", "ask-comparison-changed"),
            (f"{guide}/comparison?before=4&after=1", "ask-comparison-backwards"),
            (f"{study.at}/asked", "ask-asked-empty"),
        ):
            page.goto(path)
            _look(page, name)


def test_the_comparison_stands_in_two_columns_at_a_desk_and_in_one_on_a_telephone(
    study: Study, chromium: Browser
) -> None:
    guide = study.guide()
    for width, side_by_side in ((1280, True), (NARROW, False)):
        with study.site.context(chromium, width=width) as context:
            page = study.page(context)
            page.goto(f"{guide}/comparison?before=2&after=3")
            before = page.locator("#at-effect .leads .before").bounding_box()
            after = page.locator("#at-effect .leads .after").bounding_box()
            assert before is not None
            assert after is not None
            assert (abs(before["y"] - after["y"]) < 2) is side_by_side
            assert_fits(page)


def test_two_versions_are_chosen_and_compared_by_keyboard_alone(study: Study, chromium: Browser) -> None:
    guide = study.guide()
    with study.site.context(chromium) as context:
        page = study.page(context)
        page.goto(f"{guide}/comparison")
        page.get_by_label("From", exact=True).focus()
        page.keyboard.press("Home")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Compare")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("What changed from version 1 to version 4")
        expect(page.locator("article.unchanged")).to_have_count(0)


def _fill_in(page: Page, wording: Wording) -> None:
    """The contacts of the study stand in every text."""
    for name, texts in (("text", wording.text), ("script", wording.script)):
        for tag, text in texts.items():
            page.locator(f"#{name}-{tag}").fill(text)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_consent_document_is_written_read_and_published(study: Study, chromium: Browser, scripts: bool) -> None:
    with study.site.context(chromium, scripts=scripts) as context:
        page = study.page(context)
        page.goto(f"{study.at}/consent")
        if scripts:
            _look(page, "consent-empty")
        page.get_by_role("link", name="Begin the document").click()
        page.get_by_label("Mentors and mentees").check()
        if scripts:
            _look(page, "consent-new")
        _press(page, "Begin the draft")
        if scripts:
            _look(page, "consent-draft-invented")
        _fill_in(page, ready_letter())
        page.locator("#title-fr").fill("")
        _press(page, "Save")
        expect(page.get_by_text("1 thing is to be done before it can be published")).to_be_visible()
        if scripts:
            _look(page, "consent-draft")
        page.locator("#title-fr").fill("Une invitation")
        _press(page, "Save and read it as participants do")
        if scripts:
            _look(page, "consent-reading")
        page.get_by_role("link", name="Back to the draft").click()
        _press(page, "Save and go on to publishing")
        if scripts:
            _look(page, "consent-publish")
        page.get_by_label("REB Calgary, 17024").check()
        _press(page, "Publish version 1")
        expect(page.get_by_role("heading", level=1)).to_have_text("Version 1")
        if scripts:
            _look(page, "consent-document")
        page.goto(f"{study.at}/consent")
        expect(page.get_by_role("row", name="Version 1")).to_contain_text("shown to participants")
        if scripts:
            _look(page, "consent-list")
            page.get_by_role("link", name="Begin the next version").click()
            page.get_by_label("Version 1 of this study").check()
            _press(page, "Begin the draft")
            page.locator("#title-en").fill("An invitation to speak about mentors")
            _press(page, "Save and go on to publishing")
            _look(page, "consent-publish-next")
            page.goto(f"{study.at}/consent/draft/discard")
            _look(page, "consent-discard")


def test_two_who_write_one_draft_see_both_texts(study: Study, chromium: Browser) -> None:
    guide = study.guide()
    with study.site.context(chromium) as context:
        mine, theirs = study.page(context), context.new_page()
        for page, words in ((mine, "What I wrote"), (theirs, "What they wrote")):
            page.goto(f"{guide}/draft")
            text = page.get_by_label("The instrument as text (YAML)")
            text.fill(text.input_value().replace("How did the relationship with your mentor begin?", words))
        _press(theirs, "Save")
        _press(mine, "Save")
        expect(mine.get_by_role("alert")).to_contain_text("Somebody else saved this draft")
        expect(mine.locator(".theirs-line")).to_contain_text("What they wrote")
        expect(mine.locator(".mine-line")).to_contain_text("What I wrote")
        _look(mine, "ask-conflict")
