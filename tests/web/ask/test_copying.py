"""Copies from another study: of what is asked there, and for its authors of what is written, with every name kept."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from instruments import drafts, shelf
from instruments.definition import questions
from tests.web.ask.conftest import Desk
from tests.web.pages import Page
from tests.web.visitors import Visitor
from vault.studies import Role

LIST_1 = shelf.load(shelf.LIST_1[-1])


@dataclass
class Other:
    """A second study, and the browser of its lead."""

    desk: Desk
    browser: Visitor
    at: str

    @property
    def chooser(self) -> Page:
        """The page on which an instrument is begun."""
        return self.browser.get(f"{self.at}/instruments/new")

    def offered(self) -> list[str]:
        """What can be copied, as it is named there."""
        labels = self.chooser.document.xpath("//form[contains(@action, '/copy')]//label[.//input[@type='radio']]")
        return [" ".join(label.text_content().split()) for label in labels]

    def copy(self, source: str) -> Page:
        """The draft that begins as a copy."""
        return self.chooser.form("/copy").fill(source=source).submit().follow()


def _other(desk: Desk, role: Role) -> Other:
    browser = desk.browser(role)
    return Other(desk, browser, f"/studies/{desk.house.found(browser, 'Clinician educators')}")


def _ids(desk: Desk, draft: Page) -> list[str]:
    instrument = UUID(draft.path.split("/")[4])
    with desk.house.stores.work(reading=True) as work:
        return [one.id for one in questions(drafts.draft_of(work.db, instrument).definition)]


def test_a_version_of_another_study_is_copied_with_the_name_of_every_question(desk: Desk, guide: UUID) -> None:
    other = _other(desk, Role.LEAD)

    draft = other.copy(str(guide))

    assert other.offered() == [f"Guide for mentees (List 1), version 4 – {desk.study.title}"]
    assert _ids(desk, draft) == [one.id for one in questions(LIST_1)]
    assert "from version 4 of list_1 in another study" in other.browser.get(f"{other.at}/log").words()


def test_what_is_written_in_another_study_is_offered_to_its_authors(desk: Desk, guide: UUID) -> None:
    written = desk.begin(shelf.LIST_2)
    other = _other(desk, Role.LEAD)

    draft = other.copy(f"{written}/draft")

    assert f"Draft of Guide for mentors (List 2) – {desk.study.title}" in other.offered()
    assert _ids(desk, draft) == [one.id for one in questions(shelf.load(shelf.LIST_2))]
    assert "from the draft of list_2 in another study" in other.browser.get(f"{other.at}/log").words()


@pytest.mark.parametrize("role", [Role.ANALYST, Role.INTERVIEWER])
def test_a_draft_of_another_study_is_not_offered_to_who_only_works_there(desk: Desk, guide: UUID, role: Role) -> None:
    written = desk.begin(shelf.LIST_2)
    other = _other(desk, role)

    assert other.offered() == [f"Guide for mentees (List 1), version 4 – {desk.study.title}"]
    refused = other.chooser.form("/copy").tamper(source=f"{written}/draft")
    assert (refused.status, list(refused.complaints.values())) == (422, ["source"])


def test_a_copy_whose_name_is_taken_has_another_name(desk: Desk, guide: UUID) -> None:
    other = _other(desk, Role.LEAD)

    first, second = (other.copy(str(guide)).path.split("/")[4] for _ in range(2))

    with desk.house.stores.work(reading=True) as work:
        found = [drafts.find_instrument(work.db, UUID(one)).key for one in (first, second)]
    assert found == ["list_1", "list_1_2"]


def test_nothing_of_a_study_in_which_one_does_not_work_can_be_copied(desk: Desk, guide: UUID) -> None:
    stranger = desk.house.sign_in(desk.house.person("olga"))
    at = f"/studies/{desk.house.found(stranger, 'Elsewhere')}"

    page = stranger.get(f"{at}/instruments/new")
    token = page.form("/library").value("csrf_token")
    sent = stranger.send(f"{at}/instruments/new/copy", [("csrf_token", token), ("source", str(guide))])

    assert desk.study.title not in page.text
    assert sent.status == 404
    assert "Nothing is asked yet." in stranger.get(f"{at}/instruments").words()
