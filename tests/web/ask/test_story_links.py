"""The story of a question is one step away from wherever the question is read, and says of whom it was asked."""

from tests.web.ask.test_candidates import Desk, _accepted, _publishing, _under, desk
from tests.web.pages import Page
from tests.web.scenario import field, kept
from vault.studies import Role

__all__ = ["desk", "field", "kept"]


def _guide(desk: Desk) -> str:
    return f"{desk.field.at}/instruments/{desk.field.guide}"


def _published(desk: Desk) -> Page:
    _accepted(desk)
    return _publishing(desk).form("/publish").fill(approval=_under(desk)).submit().follow()


def test_candidates_draft_version_comparison_and_matrix_lead_to_the_story(desk: Desk) -> None:
    version = _published(desk)
    story = f"{_guide(desk)}/story/decided_mentored"

    asked = f"{desk.field.at}/asked?instrument={desk.field.guide}"
    guide = [f"{_guide(desk)}{path}" for path in ("/draft/question/decided_mentored", "/comparison", "/timeline")]
    for path in (f"{desk.field.at}/candidates", asked, version.path, *guide):
        assert story in desk.browser.get(path).links(), path


def test_the_story_leads_back_to_the_comparison_the_timeline_and_the_matrix(desk: Desk) -> None:
    _published(desk)
    page = desk.browser.get(f"{_guide(desk)}/story/decided_mentored")

    compared = f"{_guide(desk)}/comparison?before=4&after=5#at-decided_mentored"
    assert {compared, f"{_guide(desk)}/timeline"} <= set(page.links())
    found = desk.browser.get(compared.partition("#")[0])
    assert found.document.xpath("//article[@id='at-decided_mentored']")
    assert f"published 2026-11-23 by {desk.field.lead.account.name}" in found.words()


def test_the_story_says_of_whom_it_was_asked_and_names_nobody_without_the_key(desk: Desk) -> None:
    story = f"{_guide(desk)}/story/start"

    (who,) = desk.browser.get(story).document.xpath("//main//details[contains(summary, 'Of whom')]")
    said = " ".join(who.text_content().split())
    assert f"Version 4 ◌ not reached{desk.pseudonym}" in said
    assert "Version 3 Nobody was asked yet." in said
    assert desk.pseudonym not in desk.field.browser(desk.house, Role.AUDITOR).get(story).text
