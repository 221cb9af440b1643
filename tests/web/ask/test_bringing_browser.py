"""Bringing in a form and taking one out, in a browser: by keyboard, without a script, on a telephone, at a desk."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from instruments import drafts, shelf, versions
from tests.instruments.xlsforms import form
from tests.vault.people import Person, person, study_of
from tests.web.browser import Site, assert_good, photograph
from vault import approvals
from vault.approvals import Decided
from web.team.bringing import MOST

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FORM = form(
    """
    | type     | name  | label::English (en) | label::French (fr) | default | relevant    |
    | text     | town  | Where do you live?  | Où habitez-vous ?  | Calgary |             |
    | integer  | many  | How many people?    | Combien ?          |         |             |
    | text     | who   | Who are they?       | Qui sont-ils ?     |         | ${many} > 1 |
    | geopoint | place | On the map?         | Sur la carte ?     |         |             |
    """,
    settings="| form_title | form_id |\n| A household form | household |",
)


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
    """The address of a study that asks the short survey."""
    now = datetime.now(UTC)
    with site.stores.work() as work:
        study = study_of(work.db, lead, now=now)
        decided = Decided("REB Calgary", "17024", "All of it", date(2026, 1, 1), date(2099, 1, 1))
        approval = approvals.record(work.db, study.id, decided, by=lead.id, now=now).number
        draft = drafts.begin(work.db, study.id, shelf.load(shelf.SHORT_SURVEY), by=lead.id, now=now)
        versions.publish(work.db, draft, [], approval=approval, by=lead.id, now=now)
        identity = study.id
        work.commit()
    return f"/studies/{identity}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The form, as somebody has it on their disk."""
    path = tmp_path / "household.xlsx"
    path.write_bytes(FORM)
    return path


def _look(page: Page, name: str) -> None:
    photograph(page, name)
    assert_good(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_form_is_brought_in_by_keyboard_and_opens_as_a_draft(
    site: Site, chromium: Browser, lead: Person, at: str, file: Path, scripts: bool
) -> None:
    with site.context(chromium, scripts=scripts) as context:
        site.sign_in(context, lead)
        page = context.new_page()
        page.goto(f"{at}/instruments")
        page.get_by_role("link", name="Bring in a form").press("Enter")
        page.get_by_label("File").set_input_files(file)
        page.get_by_label("File").press("Tab")
        page.get_by_role("button", name="Look at the form").press("Enter")

        assert page.get_by_role("heading", level=1).text_content() == "What became of the form"
        assert page.get_by_text("Ask for it in words").count() == 1
        page.get_by_role("button", name="Take it as a draft").press("Enter")

        assert page.url.endswith("/draft/questions")
        assert page.get_by_role("link", name="Where do you live?").count() == 1


def test_the_pages_for_forms_of_other_programs_are_fit_for_a_telephone_and_a_desk(
    site: Site, chromium: Browser, lead: Person, at: str, file: Path, tmp_path: Path
) -> None:
    with site.context(chromium) as context:
        site.sign_in(context, lead)
        page = context.new_page()
        page.goto(f"{at}/instruments/bring")
        _look(page, "bring")
        page.get_by_role("button", name="Look at the form").press("Enter")
        page.get_by_role("alert").wait_for()
        _look(page, "bring-refused")
        page.get_by_label("File").set_input_files(file)
        page.get_by_role("button", name="Look at the form").press("Enter")
        page.get_by_role("button", name="Take it as a draft").wait_for()
        _look(page, "brought")


def test_a_file_that_is_too_large_is_refused_in_a_sentence(
    site: Site, chromium: Browser, lead: Person, at: str, tmp_path: Path
) -> None:
    large = tmp_path / "large.xlsx"
    large.write_bytes(bytes(MOST + 1_000_000))
    with site.context(chromium) as context:
        site.sign_in(context, lead)
        page = context.new_page()
        page.goto(f"{at}/instruments/bring")
        page.get_by_label("File").set_input_files(large)
        page.get_by_role("button", name="Look at the form").press("Enter")
        page.get_by_text("The file is larger than 25 MB").wait_for()
        _look(page, "bring-too-large")


def test_a_version_is_taken_out_and_printed_by_keyboard(
    site: Site, chromium: Browser, lead: Person, at: str
) -> None:  # fmt: skip
    with site.context(chromium) as context:
        site.sign_in(context, lead)
        page = context.new_page()
        page.goto(f"{at}/instruments")
        page.get_by_role("link", name="Version 1").press("Enter")
        page.get_by_role("link", name="On paper (PDF, Word)").press("Enter")
        _look(page, "on-paper")
        with page.expect_download() as fetched:
            page.get_by_role("link", name="PDF").first.press("Enter")
        assert fetched.value.suggested_filename == "short_survey-version-1-en.pdf"
        page.go_back()
        page.get_by_role("link", name="To another program").press("Enter")
        page.get_by_role("link", name="Verbatim (YAML)").press("Enter")
        _look(page, "taking-out")
        with page.expect_download() as fetched:
            page.get_by_role("link", name="Download the file (.yaml)").press("Enter")
        assert fetched.value.suggested_filename == "short_survey-version-1.yaml"
