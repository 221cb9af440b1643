"""The timeline: who holds the key sees interview after interview, everybody else versions and counts."""

import pytest

from tests.web.ask.test_candidates import WORDS, Desk, desk
from tests.web.pages import Page
from tests.web.scenario import field, kept
from vault.studies import Role

__all__ = ["desk", "field", "kept"]


def _timeline(desk: Desk, role: Role = Role.LEAD) -> Page:
    browser = desk.browser if role is Role.LEAD else desk.field.browser(desk.house, role)
    return browser.get(f"{desk.field.at}/instruments/{desk.field.guide}/timeline")


def _rows(page: Page) -> list[str]:
    return [" ".join(row.text_content().split()) for row in page.document.xpath("//tbody/tr")]


def _drawn(page: Page) -> str:
    (drawing,) = page.document.xpath("//*[local-name()='svg'][contains(@class, 'timeline')]")
    return " ".join(drawing.text_content().split())


def test_the_table_tells_who_was_asked_what_came_up_and_what_became_of_it(desk: Desk) -> None:
    desk.one().form("/accept").submit()

    rows = _rows(_timeline(desk))

    assert [row[-11:] for row in rows if "published" in row] == ["– published"] * 4
    asked = next(at for at, row in enumerate(rows) if desk.pseudonym in row)
    rows = rows[asked - 1 :]
    assert rows[1] == f"1 {desk.pseudonym}2026-11-23Version 4"
    assert f"{WORDS} – came up in an interview" in rows[2]
    assert "Theme: Decisions (for the first time)" in rows[2]
    assert "accepted into the draft (decided_mentored)" in rows[3]
    assert desk.pseudonym in rows[3]  # the evidence


def test_the_drawing_says_the_same_and_leads_to_the_version_the_candidate_and_the_story(desk: Desk) -> None:
    desk.one().form("/accept").submit()
    page = _timeline(desk)

    assert all(said in _drawn(page) for said in ("Version 1, ", desk.pseudonym, "Who decided that you", "Decisions"))
    inside = [str(one) for one in page.document.xpath("//*[local-name()='svg']//a/@href")]
    assert [part in " ".join(inside) for part in ("/instruments/versions/", "/candidates/")] == [True, True]
    assert any(link.endswith("/story/decided_mentored") for link in page.links())
    assert all(desk.browser.get(link).status == 200 for link in inside)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INTERVIEWER, Role.TRANSCRIBER, Role.AUDITOR])
def test_without_the_key_nobody_is_named_nothing_is_quoted_and_small_numbers_are_not_shown(
    desk: Desk, role: Role
) -> None:
    desk.one().form("/accept").submit()
    page = _timeline(desk, role)

    assert [said in page.text for said in (desk.pseudonym, WORDS, "Decisions")] == [False, False, False]
    assert "sent: few, open: few" in page.words("tbody")
    assert "a candidate question – accepted into the draft (decided_mentored)" in page.words("tbody")
    assert "/candidates/" not in " ".join(page.links())


def test_the_analyst_sees_it_and_the_log_says_that_somebody_looked(desk: Desk) -> None:
    assert desk.pseudonym in _timeline(desk, Role.ANALYST).words("tbody")
    assert "candidate questions" in desk.browser.get(f"{desk.field.at}/log").words()


def test_the_pages_of_an_instrument_lead_there(desk: Desk) -> None:
    address = f"{desk.field.at}/instruments/{desk.field.guide}"
    for path in (address, f"{desk.field.at}/asked?instrument={desk.field.guide}"):
        assert f"{address}/timeline" in desk.browser.get(path).links()


def test_an_instrument_that_was_never_published_says_so(desk: Desk) -> None:
    form = desk.browser.get(f"{desk.field.at}/instruments/new").form("/library")
    page = form.fill(file="list-2.yaml").submit().follow()
    at = page.path.removesuffix("/draft/questions")

    assert "No version is published yet." in desk.browser.get(f"{at}/timeline").words()
