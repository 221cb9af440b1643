"""A catch-up in a browser: offered by keyboard, answered on a telephone, seen in matrix and release."""

import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from consent import decisions
from consent.scopes import Scope as Agreed
from consent.signatures import Signed
from exports import asking, attempts, deciding, fetching, unlocked, worker
from exports.attempts import Attempt
from exports.releases import Job, Release
from exports.terms import Terms
from instruments import drafts, versions
from instruments.comparison import Reason
from instruments.definition import Section
from survey import agreements, responses
from survey.participants import Enrolled
from tests.approving import granted
from tests.web.browser import NARROW, Site, assert_good, photograph
from tests.web.participant import study
from tests.web.participant.study import Ready
from tests.web.participant.test_catching_up import LATER, SHORT
from vault import participant_keys
from vault.studies import Scope

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])


@dataclass(frozen=True)
class Grown:
    """A survey that has grown since somebody answered it."""

    made: Ready
    jo: Enrolled
    instrument: UUID

    @property
    def at(self) -> str:
        return f"/studies/{self.made.study.id}"


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).press("Enter")


def _look(page: Page, name: str, *, scripts: bool = True) -> None:
    """axe itself is a script, so where there are none the page is only photographed."""
    photograph(page, name)
    if scripts:
        assert_good(page)


def _answer_first_version(site: Site, made: Ready, jo: Enrolled) -> None:
    now, who = datetime.now(UTC), jo.participant
    with site.stores.work() as work:
        db, rings, key = work.db, work.keyring, jo.keys[Scope.RESPONSES]
        agreements.agree(
            db, rings, who, dict.fromkeys(Agreed, True), document=made.document.fingerprint, language="en", now=now,
            key=jo.keys[Scope.LINKAGE], signed=Signed(signature="Ada"),
        )  # fmt: skip
        grant = decisions.grant_for(db, who.id)
        run = responses.begin(db, rings, who, made.version.instrument_id, grant, now=now)
        subject, loaded = participant_keys.commitment(rings, who.id), responses.load(db, key, run)
        given = {"mentor": "yes"}
        responses.save(db, key, grant, run, 0, given, seen=0, loaded=loaded, now=now, subject=subject)
        responses.close(db, rings, run, now=now)
        work.commit()


def _grow(site: Site, made: Ready) -> UUID:
    now = datetime.now(UTC)
    with site.stores.work() as work:
        draft = drafts.draft_of(work.db, made.version.instrument_id)
        grown = msgspec.structs.replace(SHORT, sections=(*SHORT.sections, Section(id="later", questions=LATER)))
        draft = drafts.save_draft(work.db, draft.instrument_id, grown, seen=draft.number, by=made.lead.id, now=now)
        under = granted(work.db, draft, by=made.lead.id, now=now)
        why = Reason(("section.later", "assigned", "barriers"), "Theme: assigned or chosen.")
        instrument = versions.publish(
            work.db, draft, [why], approval=under, by=made.lead.id, now=now
        ).instrument_id  # fmt: skip
        work.commit()
    return instrument


@pytest.fixture
def grown(site: Site) -> Grown:
    with site.stores.work() as work:
        made = study.ready(work, now=datetime.now(UTC), instrument=SHORT)
        made.lead.account.recovery_noted_at = datetime.now(UTC)
        work.db.add(made.lead.account)
        work.commit()
        work.db.refresh(made.lead.account)
        work.db.expunge(made.lead.account)
    jo = study.enrol(site.stores, made, now=datetime.now(UTC))
    _answer_first_version(site, made, jo)
    return Grown(made, jo, _grow(site, made))


def _offer(site: Site, chromium: Browser, grown: Grown) -> None:
    """The lead offers it, by keyboard."""
    with site.context(chromium) as context:
        site.sign_in(context, grown.made.lead)
        page = context.new_page()
        page.goto(f"{grown.at}/catch-ups")
        _look(page, "catch-ups-none")
        page.get_by_role("link", name="Short survey, version 2").press("Enter")
        expect(page.get_by_text("1 person would be asked.")).to_be_visible()
        _look(page, "catch-up-offer")
        _press(page, "Offer the catch-up")
        expect(page.locator(".errors")).to_be_focused()
        _look(page, "catch-up-offer-refused")
        page.get_by_label("What gets in the way?").press("Space")
        _press(page, "Show who would be asked what is chosen")
        expect(page.get_by_label("What gets in the way?")).not_to_be_checked()
        page.get_by_label("What gets in the way?").press("Space")
        page.get_by_label("Why these questions are asked later").fill("Theme 2")
        _press(page, "Offer the catch-up")
        expect(page.get_by_role("heading", level=1)).to_have_text("Catch-up: Short survey, version 2")
        _look(page, "catch-up-open")
        page.goto(f"{grown.at}/catch-ups")
        _look(page, "catch-ups")


def _catch_up(site: Site, chromium: Browser, grown: Grown, *, scripts: bool) -> None:
    with site.context(chromium, width=NARROW, scripts=scripts) as context:
        page = context.new_page()
        page.goto(f"/p#{grown.jo.code.text}")
        if not scripts:
            page.get_by_label("Your code").fill(grown.jo.code.text)
            _press(page, "Go on")
        expect(page.get_by_role("heading", level=1)).to_have_text("A few more questions")
        _look(page, "catch-up-participant", scripts=scripts)
        _press(page, "Answer them")
        _look(page, "catch-up-questions", scripts=scripts)
        expect(page.get_by_text("Have you a mentor?")).to_have_count(0)
        page.get_by_label("Were you assigned?").fill("By the dean")
        _press(page, "Save and go on")
        expect(page.get_by_text("By the dean")).to_be_visible()
        _look(page, "catch-up-review", scripts=scripts)
        page.locator("form[action='/p/submit'] button").first.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
        page.goto("/p/mine")
        _look(page, "catch-up-mine", scripts=scripts)
        expect(page.get_by_role("heading", name="Short survey, questions that came later")).to_be_visible()


@SCRIPTS
def test_a_catch_up_from_the_offer_to_the_matrix(site: Site, chromium: Browser, grown: Grown, scripts: bool) -> None:
    _offer(site, chromium, grown)
    _catch_up(site, chromium, grown, scripts=scripts)
    with site.context(chromium) as context:
        site.sign_in(context, grown.made.lead)
        page = context.new_page()
        page.goto(f"{grown.at}/asked")
        _look(page, "asked-with-catch-up")
        row = page.locator("tbody tr", has=page.get_by_role("link", name="assigned"))
        expect(row.locator("td").first).to_contain_text("in the catch-up, version 2")
        page.goto(f"{grown.at}/catch-ups")
        page.get_by_role("link", name="Short survey").press("Enter")
        expect(page.locator(".mark", has_text="answered")).to_be_visible()
        page.get_by_label("Why it is closed").fill("Everybody was asked")
        _press(page, "Close the catch-up")
        expect(page.get_by_text("Everybody was asked")).to_be_visible()
        _look(page, "catch-up-closed")
    assert "By the dean" in _released(site, grown)


def _released(site: Site, grown: Grown) -> str:
    """The tables of a release for which the lead asks, and which they check, approve alone and fetch."""
    lead, study_id, now = grown.made.lead, grown.made.study.id, datetime.now(UTC)
    with site.stores.work() as work:
        release = asking.ask(
            work.db, study_id, Terms("csv", "To read it.", "Us.", attributes=()), by=lead.account, now=now
        )
        work.commit()
    for job in (Job.CHECK, Job.BUILD):
        with site.stores.work() as work:
            if job is Job.BUILD:
                alone = "Nobody else is on the team yet, and the tables are for us."
                deciding.approve(
                    work.db, work.db.get_one(Release, release.id), by=lead.account, now=now, declaration=alone
                )
            keys = unlocked.unlock(work.db, study_id, account_id=lead.id, seed=lead.seed)
            number = attempts.begin(work.db, work.db.get_one(Release, release.id), job, by=lead.id, now=now)
            work.commit()
        scratch = site.settings.home
        attempt = Attempt(study_id, release.id, number, site.stores, scratch, lambda: datetime.now(UTC))
        assert worker.run_attempt(attempt, job, keys)
    with site.stores.work() as work:
        there = work.db.get_one(Release, release.id)
        opened = fetching.fetch(work.db, there, account=lead.account, seed=lead.seed, now=now)
        work.commit()
    with site.stores.work(reading=True) as work:
        whole = b"".join(fetching.stream(work.db, opened))
    with zipfile.ZipFile(io.BytesIO(whole)) as zipped:
        return zipped.read("csv/wide/short.csv").decode()
