"""The reference study in small, in a browser from the board's letter to a fetched release: everybody does their part.

Two mentees and a mentor whom one of them named. Nothing is done by a verb; only sessions begin without the sign-in,
which has tests of its own.
"""

import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Download, Page, expect

from consent.scopes import Scope
from exports.jobs import queue
from exports.worker import Worker
from tests.consent.letters import ready_letter
from tests.vault.people import Person, person
from tests.web.browser import NARROW, Site, assert_good, photograph
from vault.ledger import of_study
from vault.settings import server_key
from vault.studies import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

MENTOR = "Wilhelmina Nachtigall"
MENTEES = {"Ada Okonkwo": "ada.okonkwo@example.org", "Bruno Lindqvist": "bruno.lindqvist@example.org"}
ROLES = (Role.COORDINATOR, Role.INTERVIEWER, Role.ANALYST, Role.AUDITOR)


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(text))


def _look(page: Page, name: str) -> None:
    photograph(page, f"whole-{name}")
    assert_good(page)


@contextmanager
def _worker(site: Site) -> Iterator[None]:
    """Somebody is at work on releases, in a thread of this process."""
    worker = Worker(site.settings, site.stores, server_key(site.settings))
    worker.register()
    stop = threading.Event()
    huey = queue(site.settings, worker.id)

    def work() -> None:
        while not stop.wait(0.1):
            worker.beat()
            worker.take(huey)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        worker.leave()


def _people(site: Site) -> dict[Role, Person]:
    now = datetime.now(UTC)
    with site.stores.work() as work:
        people = {role: person(work.db, role.value, now=now) for role in (Role.LEAD, *ROLES)}
        for someone in people.values():
            someone.account.recovery_noted_at = now
        work.commit()
    return people


class Study:
    """The study as its people do it."""

    def __init__(self, site: Site, chromium: Browser) -> None:
        self.site, self.chromium = site, chromium
        self.people = _people(site)
        self.at = ""

    @contextmanager
    def as_(self, role: Role) -> Iterator[Page]:
        """A browser of somebody of the team."""
        with self.site.context(self.chromium) as context:
            self.site.sign_in(context, self.people[role])
            yield context.new_page()

    def plan(self) -> None:
        """The board has said yes, and the team is there with its keys."""
        with self.as_(Role.LEAD) as page:
            page.goto("/studies")
            page.get_by_role("link", name="Begin a study").click()
            page.get_by_label("Title").fill("Mentorship in academic medicine")
            page.get_by_label("Protocol number or short name").fill("REB-17024")
            _press(page, "Begin the study")
            _heading(page, "Mentorship in academic medicine")
            self.at = re.sub(r"^.*?(/studies/[0-9a-f-]+).*$", r"\1", page.url)
            page.goto(f"{self.at}/sites")
            page.get_by_label("Name of the site").fill("Calgary")
            _press(page, "Add the site")
            page.goto(f"{self.at}/approvals")
            page.get_by_label("Board", exact=True).fill("Conjoint board")
            page.get_by_label("Reference").fill("REB-17024")
            page.get_by_label("What it covers").fill("All of it.")
            page.get_by_label("From").fill("2026-01-01")
            page.get_by_label("Until and including").fill("2099-12-31")
            page.get_by_label("Approved number of participants").fill("40")
            page.get_by_label("Data kept until").fill("2109-12-31")
            page.get_by_label("Typographic corrections of wording").check()
            page.get_by_label("The board's sentence on this").fill("Spelling may be corrected without an amendment.")
            _press(page, "Record the decision")
            expect(page.get_by_role("status")).to_be_visible()
            for role in ROLES:
                self._bring_in(page, role)

    def _bring_in(self, page: Page, role: Role) -> None:
        someone = self.people[role]
        page.goto(f"{self.at}/members/new")
        page.get_by_label("Name", exact=True).fill(someone.account.name)
        page.get_by_label("E-mail address").fill(someone.account.email)
        page.get_by_role("radio", name=role.value.title()).check()
        if role is Role.AUDITOR:
            page.get_by_label("An auditor's last day").fill("2099-12-31")
        _press(page, "Add to the team")
        if role in (Role.COORDINATOR, Role.ANALYST):
            page.get_by_role("checkbox").check()
            _press(page, "Grant the keys")
        _heading(page, "Team")

    def ask(self) -> None:
        """What is asked and what is agreed to, both published under the approval."""
        with self.as_(Role.LEAD) as page:
            for label in ("Guide for mentees (List 1), version 1", "Guide for mentors (List 2)", "Short survey"):
                page.goto(f"{self.at}/instruments/new")
                page.get_by_label(re.compile(f"^{re.escape(label)}")).first.check()
                _press(page, "Begin with it")
                page.get_by_role("link", name="Publish", exact=True).click()
                page.get_by_label("Conjoint board, REB-17024").check()
                _press(page, "Publish version 1")
                _heading(page, "version 1$")
            page.goto(f"{self.at}/consent")
            page.get_by_role("link", name="Begin the document").click()
            page.get_by_label("Mentors and mentees").check()
            _press(page, "Begin the draft")
            wording = ready_letter()
            for name, texts in (("text", wording.text), ("script", wording.script)):
                for tag, text in texts.items():
                    page.locator(f"#{name}-{tag}").fill(text)
            _press(page, "Save and go on to publishing")
            page.get_by_label("Conjoint board, REB-17024").check()
            _press(page, "Publish version 1")
            _heading(page, "Version 1")

    def recruit(self) -> dict[str, tuple[str, str]]:
        """The mentees are enrolled and assigned; by name their pseudonym and code."""
        found = {}
        with self.as_(Role.COORDINATOR) as page:
            for name, email in MENTEES.items():
                page.goto(f"{self.at}/enrol")
                page.get_by_role("textbox", name="Name", exact=True).fill(name)
                page.get_by_label("E-mail address").fill(email)
                page.get_by_label("Site").select_option("Calgary")
                page.get_by_label("Interviewer", exact=True).select_option("Interviewer")
                _press(page, "Enrol")
                row = page.get_by_role("row").filter(has_text=name)
                found[name] = (
                    row.get_by_role("rowheader").inner_text(), row.locator("code").first.inner_text()
                )  # fmt: skip
        return found

    def consent_and_answer(self, name: str, code: str) -> None:
        """A mentee agrees and fills the survey in, on a telephone."""
        with self.site.context(self.chromium, width=NARROW) as context:
            page = context.new_page()
            page.goto(f"/p#{code}")
            for scope in Scope:
                page.locator(f"label:has(#scope-{scope.value}-yes)").click()
            page.get_by_label("Type your name to sign").fill(name)
            _press(page, "This is what I decide")
            _press(page, "Begin")
            for field, value in (("role", "clinician"), ("university", "calgary")):
                page.locator(f"label:has(input[name='{field}'][value='{value}'])").click()
            page.locator("#years").fill("12")
            _press(page, "Save and go on")
            page.locator("label:has(input[name='has_mentor'][value='no'])").click()
            for _ in range(8):
                _press(page, "Save and go on")
                page.wait_for_load_state()
                if page.get_by_role("button", name="Send my answers").count():
                    break
            _press(page, "Send my answers")
            _heading(page, "Thank you")

    def consent_by_telephone(self, pseudonym: str) -> None:
        """The interviewer reads out the text; one thing is declined."""
        with self.as_(Role.INTERVIEWER) as page:
            page.goto(f"{self.at}/interviews/{pseudonym}")
            page.get_by_role("link", name="Ask for consent by telephone").click()
            _heading(page, ".")
            questions = page.locator("fieldset.decision")
            expect(questions).to_have_count(len(Scope))
            for number in range(len(Scope)):
                question = questions.nth(number)
                declined = "quote" in (question.locator("legend").text_content() or "")
                question.get_by_role("radio", name="Said no" if declined else "Said yes").check()
            page.get_by_label("Number of the recording").fill("T-014")
            _press(page, "Record what was said")
            expect(page.get_by_role("button", name="Begin").first).to_be_visible()

    def interview(self, pseudonym: str, guide: str, notes: str, *, names: bool = False) -> None:
        """An interview in which one topic is raised, and perhaps somebody named."""
        with self.as_(Role.INTERVIEWER) as page:
            page.goto(f"{self.at}/interviews/{pseudonym}")
            page.get_by_label("Guide", exact=True).select_option(guide)
            page.get_by_label("Setting").fill("by telephone")
            _press(page, "Begin")
            expect(page.get_by_role("textbox", name="Notes").first).to_be_focused()
            page.keyboard.type(notes)
            expect(page.locator(".saved")).to_have_text(re.compile(r"^saved \d\d:\d\d:\d\d$"))
            if names:
                page.keyboard.press("Alt+n")
                page.locator("[name=nominee-email]").fill("wilhelmina@example.org")
                page.get_by_role("textbox", name="Name", exact=True).fill(MENTOR)
                _press(page, "Enter this person")
                expect(page.get_by_text("The person was entered.")).to_be_visible()
            _press(page, "End the interview")
            page.get_by_label("Memo").fill("A good talk.")
            _press(page, "Save and deposit")
            _press(page, "Deposit them as not reached")
            expect(page.get_by_text("The interview was deposited.")).to_be_visible()

    def approach_the_mentor(self) -> tuple[str, str]:
        """Whoever was named gets a code and an interviewer; returns pseudonym and code."""
        with self.as_(Role.COORDINATOR) as page:
            page.goto(f"{self.at}/nominations")
            page.locator("tbody th a").first.click()
            _heading(page, "^P-")
            pseudonym = page.get_by_role("heading", level=1).inner_text().strip()[:6]
        with self.as_(Role.LEAD) as page:
            page.goto(f"{self.at}/participants/{pseudonym}")
            page.get_by_label("Interviewer", exact=True).select_option("Interviewer")
            _press(page, "Assign")
            expect(page.get_by_role("status")).to_be_visible()
            _press(page, "Make a new code")
            code = page.locator("code").first.inner_text()
        return pseudonym, code

    def release(self) -> tuple[str, bytes]:
        """The analyst asks, the lead approves, the analyst fetches; returns the address and the file."""
        with _worker(self.site), self.as_(Role.ANALYST) as analyst, self.as_(Role.LEAD) as lead:
            analyst.goto(f"{self.at}/releases")
            _look(analyst, "releases-empty")
            analyst.get_by_role("link", name="Ask for a release").click()
            _press(analyst, "Ask for this release")
            expect(analyst.locator(".errors")).to_be_focused()
            _look(analyst, "ask-error")
            analyst.get_by_role("radio", name="A project for coding tools").check()
            analyst.get_by_label("Purpose").fill("Open coding by two of us.")
            analyst.get_by_label("Who will receive it").fill("Two analysts of the study.")
            _press(analyst, "Ask for this release")
            expect(analyst.get_by_text("Somebody could be recognised").first).to_be_visible()
            _look(analyst, "below")
            expect(analyst.get_by_label("Coarser values")).to_have_value("site: left out")
            _press(analyst, "Ask for this release")
            expect(analyst.get_by_text("The release was asked for.")).to_be_visible()
            _look(analyst, "asked")
            at = analyst.url
            lead.goto(at)
            _press(lead, "Check it now")
            expect(lead.get_by_role("heading", name="What the check found")).to_be_visible(timeout=60_000)
            _look(lead, "checked")
            lead.get_by_role("link", name="What was replaced").click()
            expect(lead.get_by_role("row").filter(has_text=MENTOR).first).to_be_visible()
            _look(lead, "names")
            lead.go_back()
            _press(lead, "Approve and build it")
            expect(lead.get_by_role("heading", name="The file")).to_be_visible(timeout=60_000)
            analyst.goto(at)
            _look(analyst, "built")
            with analyst.expect_download() as download:
                _press(analyst, "Fetch the file")
            return at, _read(download.value)


def _read(download: Download) -> bytes:
    return download.path().read_bytes()


def test_the_reference_study_in_small_from_the_approval_to_the_release(site: Site, chromium: Browser) -> None:
    study = Study(site, chromium)
    study.plan()
    study.ask()
    known = study.recruit()
    (one, code), (other, _) = known.values()
    study.consent_and_answer("Ada Okonkwo", code)
    study.interview(
        one,
        "Guide for mentees (List 1)",
        f"{MENTOR} answered within a day. Bruno Lindqvist had no such luck.",
        names=True,
    )
    study.consent_by_telephone(other)
    study.interview(other, "Guide for mentees (List 1)", "He was assigned a mentor; ring 403 555 0199 for more.")
    mentor, _ = study.approach_the_mentor()
    study.consent_by_telephone(mentor)
    study.interview(mentor, "Guide for mentors (List 2)", "She mentors Ada Okonkwo and four others.")
    at, data = study.release()
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    manifest = json.loads(files["manifest.json"])
    assert {entry["name"] for entry in manifest["files"]} == set(files) - {"manifest.json"}
    project = next(data for name, data in files.items() if name.endswith(".qdpx"))
    with zipfile.ZipFile(io.BytesIO(project)) as inner:
        texts = "\n".join(inner.read(name).decode() for name in inner.namelist())
    assert "answered within a day" in texts
    for name in (MENTOR, *MENTEES, "Nachtigall", "Okonkwo", "Lindqvist", "403 555 0199"):
        assert name not in texts
    with study.as_(Role.AUDITOR) as page:
        page.goto(f"{study.at}/log")
        expect(page.locator("main")).to_contain_text("Fetched the release")
        page.goto(at)
        expect(page.get_by_role("heading", level=1)).not_to_contain_text("project")
    with site.stores.work(reading=True) as work:
        lines = of_study(work.db, UUID(study.at.rpartition("/")[2]), most=2000)
    assert {"approval.recorded", "instrument.published", "consent.decided", "interview.ended", "release.fetched"} <= {
        str(line["action"]) for line in lines
    }
