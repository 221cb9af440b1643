"""What the board has not seen is not published: the page says why, and leads by an amendment to the new version."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, FilePayload, Page, expect

from instruments import drafts, shelf
from instruments.drafts import InstrumentRow
from tests.vault.people import Person, person, study_of
from tests.web.browser import NARROW, Site, assert_good, photograph

pytestmark = pytest.mark.browser

WHY = "Three mentees spoke of it unasked."


@pytest.fixture
def lead(site: Site) -> Person:
    with site.stores.work() as work:
        made = person(work.db, "ada", now=datetime.now(UTC))
        made.account.recovery_noted_at = datetime.now(UTC)
        work.commit()
    return made


@pytest.fixture
def at(site: Site, lead: Person) -> str:
    """A study with a draft of List 1, and nothing else."""
    now = datetime.now(UTC)
    with site.stores.work() as work:
        study = study_of(work.db, lead, now=now)
        drafts.begin(work.db, study.id, shelf.load(shelf.LIST_1[0]), by=lead.id, now=now)
        address = f"/studies/{study.id}"
        work.commit()
    return address


def _row(site: Site) -> InstrumentRow:
    with site.stores.work() as work:
        row = work.db.query(InstrumentRow).one()
        work.db.expunge(row)
    return row


def _grow(site: Site, lead: Person) -> None:
    """The draft has the next version's topics, and a letter of the first question is corrected."""
    row, now = _row(site), datetime.now(UTC)
    with site.stores.work() as work:
        draft = drafts.draft_of(work.db, row.id)
        first = draft.definition.sections[0].questions[0]
        longer = shelf.load(shelf.LIST_1[1])
        mended = replace(first, label={**first.label, "en": first.label["en"].replace("describe", "descripe", 1)})
        sections = tuple(
            replace(part, questions=tuple(mended if one.id == first.id else one for one in part.questions))
            for part in longer.sections
        )
        grown = replace(longer, sections=sections)
        drafts.save_draft(work.db, row.id, grown, seen=draft.number, by=lead.id, now=now)
        work.commit()


def _look(page: Page, name: str, scripts: bool) -> None:
    if scripts:
        photograph(page, name)
        assert_good(page)


def _press(page: Page, name: str, *, keys: bool) -> None:
    """The button is pressed, by the keyboard alone where there are scripts to be in its way."""
    button = page.get_by_role("button", name=name, exact=True)
    if keys:
        button.focus()
        page.keyboard.press("Enter")
    else:
        button.click()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_change_goes_to_the_board_and_is_published_as_it_was_sent(
    site: Site, chromium: Browser, lead: Person, at: str, scripts: bool
) -> None:
    row = _row(site)
    with site.context(chromium, scripts=scripts, width=NARROW) as context:
        site.sign_in(context, lead)
        page = context.new_page()
        page.goto(f"{at}/approvals")
        _look(page, "approvals-empty", scripts)
        page.get_by_label("Board", exact=True).fill("Conjoint board")
        page.get_by_label("Reference").fill("REB-17024")
        page.get_by_label("What it covers").fill("List 1, up to 30 people.")
        page.get_by_label("From").fill("2026-01-01")
        page.get_by_label("Until and including").fill("2099-12-31")
        page.get_by_label("Approved number of participants").fill("30")
        page.get_by_label("Typographic corrections of wording").check()
        _press(page, "Record the decision", keys=scripts)
        expect(page.get_by_role("alert")).to_contain_text("Copy the board's sentence")
        assert page.get_by_label("Approved number of participants").input_value() == "30"
        page.get_by_label("The board's sentence on this").fill("Spelling may be corrected.")
        _press(page, "Record the decision", keys=scripts)
        expect(page.get_by_role("status")).to_be_visible()
        expect(page.get_by_role("main")).to_contain_text("0 enrolled of 30.")
        _look(page, "approvals", scripts)

        page.goto(f"{at}/instruments/{row.id}/publish")
        page.get_by_label("Conjoint board, REB-17024").check()
        _press(page, "Publish version 1", keys=scripts)
        expect(page.get_by_role("main")).to_contain_text("until and including 2099-12-31")
        _look(page, "version-effective", scripts)

        _grow(site, lead)
        page.goto(f"{at}/instruments/{row.id}/publish")
        new = page.locator("article", has=page.locator("#name-assigned_or_chosen"))
        expect(new).to_contain_text("needs an amendment")
        expect(new).to_contain_text("does not let a study add questions in this section")
        for place in page.locator("[id^='reason-']").all():
            place.fill(WHY)
        page.get_by_label("This corrects wording").check()
        page.get_by_label("Conjoint board, REB-17024").check()
        _press(page, "Publish version 2", keys=scripts)
        expect(page.get_by_role("alert")).to_contain_text("Some changes need an amendment of this approval.")
        assert page.locator("#reason-assigned_or_chosen").input_value() == WHY
        assert page.get_by_label("This corrects wording").is_checked()
        _look(page, "publish-needs-amendment", scripts)

        page.get_by_role("link", name="write an amendment of this draft").click()
        _press(page, "Write the amendment", keys=scripts)
        expect(page.get_by_role("alert")).to_contain_text("Say who is affected")
        page.get_by_label("Who is affected").fill("Whoever is interviewed from now on.")
        page.get_by_label("No: what they agreed to stays true").check()
        _look(page, "amendment-new", scripts)
        page.get_by_label("Reason for every change").fill(WHY)
        _press(page, "Write the amendment", keys=scripts)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Amendment 1")
        expect(page.get_by_role("main")).to_contain_text(WHY)
        with page.expect_download() as coming:
            page.get_by_role("link", name="Request for the board (PDF)").click()
        assert coming.value.path().read_bytes().startswith(b"%PDF-")
        _look(page, "amendment", scripts)

        page.get_by_text("It was sent to the board").first.click()
        _press(page, "It was sent to the board", keys=scripts)
        page.get_by_role("link", name="The board approved it").click()
        page.get_by_label("Reference").fill("REB-17024-A1")
        page.get_by_label("Letter of the board").set_input_files(
            FilePayload(name="letter.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7 yes")
        )
        _look(page, "amendment-approve", scripts)
        _press(page, "Record the decision", keys=scripts)
        expect(page.get_by_role("main")).to_contain_text("The board agreed")
        _look(page, "amendment-approved", scripts)
        with page.expect_download() as coming:
            page.get_by_role("link", name="Letter kept on").click()
        assert coming.value.path().read_bytes() == b"%PDF-1.7 yes"

        page.get_by_role("link", name="Publish the draft").click()
        for place in page.locator("[id^='reason-']").all():
            place.fill(WHY)
        page.get_by_label("Conjoint board, REB-17024-A1").check()
        _press(page, "Publish version 2", keys=scripts)
        expect(page.get_by_role("heading", level=1)).to_contain_text("version 2")
        page.goto(f"{at}/amendments")
        expect(page.get_by_role("row").nth(1)).to_contain_text("approved")
        _look(page, "amendments", scripts)


def test_in_french_the_pages_of_approvals_and_amendments_speak_french(
    site: Site, chromium: Browser, lead: Person, at: str
) -> None:
    with site.context(chromium, language="fr") as context:
        site.sign_in(context, lead)
        page = context.new_page()
        page.goto(f"{at}/approvals")
        expect(page.get_by_role("main")).to_contain_text("Ce qui peut changer sans nouvelle autorisation")
        page.goto(f"{at}/amendments")
        expect(page.get_by_role("heading", level=1)).to_have_text("Modifications")
