"""Recruiting in a browser: every page sound on every screen, with the script and once more without."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from survey import nominations, persons
from tests.web.browser import Site, assert_good, photograph
from tests.web.scenario import EVERYTHING, Scenario, scenario
from vault.studies import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHEET = (
    "Name;E-mail;University;Gender\n"
    "Zoë Müller;zoe@example.org;Calgary;woman\n"
    "José Ñáñez;jose at home;Alberta;man\n"
    '"=1+1 <b>";kim@example.org;Alberta;robot\n'
)


@pytest.fixture
def study(site: Site) -> Scenario:
    """The study in the field, at this moment."""
    return scenario(site.stores, now=datetime.now(UTC), versions_of_list_1=1)


def _look(page: Page, name: str) -> None:
    photograph(page, name)
    assert_good(page)


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_people_are_enrolled_from_a_form_and_from_a_sheet(site: Site, chromium: Browser, study: Scenario) -> None:
    with site.context(chromium) as context:
        site.sign_in(context, study.people[Role.COORDINATOR])
        page = context.new_page()
        page.goto(f"{study.at}/participants")
        _look(page, "recruit-participants-empty")
        page.get_by_role("main").get_by_role("link", name="Enrol somebody").click()
        _look(page, "recruit-enrol")
        page.get_by_role("textbox", name="Telephone").fill("+1 403 555 0100")
        page.get_by_label("Site").select_option("Calgary")
        page.get_by_label("E-mail address").fill("jo at home")
        _press(page, "Enrol")
        expect(page.locator(".errors")).to_be_focused()
        _look(page, "recruit-enrol-error")
        page.get_by_label("E-mail address").fill("jo@example.org")
        _press(page, "Enrol")
        _look(page, "recruit-enrolled")
        page.get_by_role("link", name="Enrol from a sheet").click()
        _look(page, "recruit-sheet")
        page.get_by_label("File").set_input_files(
            {"name": "people.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
        )  # fmt: skip
        _press(page, "Look at the sheet")
        _look(page, "recruit-mapping-problems")
        page.go_back()
        page.get_by_label("File").set_input_files(
            {"name": "people.csv", "mimeType": "text/csv",
             "buffer": SHEET.replace(" at home", "@example.org").replace("robot", "man").encode("cp1252")}
        )  # fmt: skip
        _press(page, "Look at the sheet")
        _look(page, "recruit-mapping")
        _press(page, "Enrol everybody")
        _look(page, "recruit-enrolled-several")
        page.goto(f"{study.at}/participants")
        _look(page, "recruit-participants")
        page.get_by_label("Stratum").select_option(index=1)
        _press(page, "Show")
        expect(page.locator("tbody tr")).to_have_count(1)
    assert len(study.everybody()) == 4


def test_letters_links_and_the_frame_are_sound(site: Site, chromium: Browser, study: Scenario) -> None:
    study.enrol("Jo Example", "jo@example.org", stratum=0, agrees=EVERYTHING)
    study.enrol("Kim Sample", "kim@example.org", stratum=1)
    with site.context(chromium) as context:
        site.sign_in(context, study.people[Role.COORDINATOR])
        page = context.new_page()
        page.goto(f"{study.at}/letters")
        _look(page, "recruit-letters")
        page.get_by_role("checkbox").first.uncheck()
        with page.expect_download() as loading:
            _press(page, "Print these (PDF)")
        assert loading.value.suggested_filename == "letters.pdf"
        _press(page, "These were posted")
        expect(page.get_by_role("status")).to_have_text("1 letter was posted.")
        page.goto(f"{study.at}/links")
        _look(page, "recruit-links-empty")
        page.get_by_label("Until and including").fill("2020-01-01")
        _press(page, "Make the address")
        _look(page, "recruit-links-error")
        page.get_by_label("Until and including").fill("2099-01-01")
        page.get_by_label("Word in the address").fill("mentors-2026")
        _press(page, "Make the address")
        _look(page, "recruit-links")
        page.goto(f"{study.at}/frame")
        _press(page, "Set the quota")
        _look(page, "recruit-frame-error")
        page.get_by_label("How many").fill("10")
        _press(page, "Set the quota")
        _look(page, "recruit-frame")


def test_the_page_of_a_participant_is_sound_for_a_lead(site: Site, chromium: Browser, study: Scenario) -> None:
    jo = study.enrol(stratum=0, agrees=EVERYTHING)
    with site.context(chromium) as context:
        site.sign_in(context, study.lead)
        page = context.new_page()
        page.goto(f"{study.at}/participants/{jo.pseudonym}")
        _press(page, "Assign")
        expect(page.locator(".errors")).to_be_focused()
        _look(page, "recruit-participant-error")
        page.get_by_label("Interviewer", exact=True).select_option("Interviewer")
        _press(page, "Assign")
        _look(page, "recruit-participant")
        page.get_by_role("link", name="Read name and contact").click()
        _look(page, "recruit-person")
        page.goto(f"{study.at}/participants/{jo.pseudonym}")
        _press(page, "Make a new code")
        _look(page, "recruit-code")


def test_somebody_who_is_named_twice_becomes_one_in_a_few_presses(
    site: Site, chromium: Browser, study: Scenario
) -> None:
    jo, kim = study.enrol("Jo Example", "jo@example.org"), study.enrol("Kim Sample", "kim@example.org")
    with study.stores.work() as work:
        for by, name in ((jo, "Prof. Wilhelmina Nachtigall"), (kim, "Wilhelmina Nachtigall, Prof.")):
            identity = persons.identity({"name": name, "email": "wilhelmina.nachtigall@example.org"})
            nominations.nominate(
                work.db, work.keyring, by.participant, identity, now=study.now, relation="her mentor since 2019"
            )
        work.commit()
    with site.context(chromium) as context:
        site.sign_in(context, study.people[Role.COORDINATOR])
        page = context.new_page()
        page.goto(f"{study.at}/nominations")
        _look(page, "recruit-nominations")
        page.get_by_role("link", name="compare with").click()
        _look(page, "recruit-same")
        _press(page, "Yes, they are one person")
        expect(page.get_by_role("status")).to_contain_text("from now on")
        _look(page, "recruit-nominations-linked")
    assert len(study.everybody()) == 3


def test_recruiting_needs_no_script(site: Site, chromium: Browser, study: Scenario) -> None:
    with site.context(chromium, scripts=False) as context:
        site.sign_in(context, study.people[Role.COORDINATOR])
        page = context.new_page()
        page.goto(f"{study.at}/enrol/sheet")
        page.get_by_label("Or paste the sheet").fill("Name\tE-mail\nJo\tjo@example.org\n")
        _press(page, "Look at the sheet")
        _press(page, "Enrol everybody")
        page.get_by_role("link", name="Print or send the letters").click()
        _press(page, "These were posted")
        expect(page.get_by_role("status")).to_have_text("1 letter was posted.")
    assert len(study.everybody()) == 1
