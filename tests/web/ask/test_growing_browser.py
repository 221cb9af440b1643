"""From a question outside the guide to a version that asks it, in a browser: by keyboard, on a telephone, at a desk."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from instruments import drafts, shelf, versions
from survey import verdicts
from survey.verdicts import By, Said
from tests.vault.people import Person, person, study_of
from tests.web.browser import Site, assert_good, photograph
from vault import approvals
from vault.approvals import Decided

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = "Who decided that you would be mentored?"


@pytest.fixture
def lead(site: Site) -> Person:
    """Who leads the study."""
    with site.stores.work() as work:
        someone = person(work.db, "ada", now=datetime.now(UTC))
        someone.account.recovery_noted_at = datetime.now(UTC)
        work.commit()
        work.db.refresh(someone.account)
        work.db.expunge(someone.account)
    return someone


@pytest.fixture
def at(site: Site, lead: Person) -> str:
    """The address of a study that asks List 1, with two candidates that follow from themes."""
    now = datetime.now(UTC)
    with site.stores.work() as work:
        study = study_of(work.db, lead, now=now)
        decided = Decided("REB Calgary", "17024", "All of it", date(2026, 1, 1), date(2099, 1, 1))
        approval = approvals.record(work.db, study.id, decided, by=lead.id, now=now).number
        draft = drafts.begin(work.db, study.id, shelf.load(shelf.LIST_1[0]), by=lead.id, now=now)
        versions.publish(work.db, draft, [], approval=approval, by=lead.id, now=now)
        by = By(lead.id, lead.seed)
        for at, words in enumerate((WORDS, "And who had a say in it, of all the people around you?")):
            said = Said(words, "Decisions", "Memo 7, and three interviews")
            verdicts.enter(work.db, study.id, said, by=by, now=now + timedelta(seconds=at))
        identity: UUID = study.id
        work.commit()
    return f"/studies/{identity}"


def _look(page: Page, name: str) -> None:
    photograph(page, name)
    assert_good(page)


def test_a_candidate_is_accepted_by_keyboard(site: Site, chromium: Browser, lead: Person, at: str) -> None:
    with site.context(chromium) as context:
        site.sign_in(context, lead)
        page = context.new_page()
        page.goto(f"{at}/candidates")
        _look(page, "candidates")
        page.get_by_role("link", name="Enter a question from a theme").press("Enter")
        _look(page, "candidate-new")
        page.go_back()
        page.get_by_role("link", name=WORDS).press("Enter")
        _look(page, "candidate")
        page.get_by_label("At the end of").select_option(index=1)
        page.get_by_role("button", name="Accept it into the draft").press("Enter")
        _look(page, "candidate-accepted")
        page.goto(f"{at}/candidates")
        _look(page, "candidates-decided")
        page.goto(f"{at}/instruments")
        page.get_by_role("link", name="Guide for mentees (List 1)", exact=True).press("Enter")
        address = page.url
        page.goto(f"{address}/publish")
        _look(page, "publish-from-candidate")
        page.goto(f"{address}/story/start")
        _look(page, "story")
        page.goto(f"{address}/story/decided_mentored")
        _look(page, "story-of-a-candidate")
