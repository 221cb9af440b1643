"""Two versions side by side, with every word that changed and why."""

from uuid import UUID

from lxml.html import HtmlElement

from instruments import shelf
from tests.web.ask.conftest import Desk
from tests.web.pages import Page
from vault.studies import Role


def _compared(desk: Desk, guide: UUID, query: str = "", role: Role = Role.LEAD) -> Page:
    return desk.get(f"/instruments/{guide}/comparison{query}", role)


def _entry(page: Page, place: str) -> HtmlElement:
    entry: HtmlElement
    (entry,) = page.document.xpath("//article[@id=$place]", place=f"at-{place}")
    return entry


def _words(element: HtmlElement, path: str) -> str:
    return " ".join(" ".join(one.text_content().split()) for one in element.xpath(path))


def test_without_a_choice_the_newest_is_compared_with_the_one_before(desk: Desk, guide: UUID) -> None:
    page = _compared(desk, guide)

    assert page.title == "What changed from version 3 to version 4"


def test_what_was_taken_out_and_put_in_is_marked_in_words_on_its_side(desk: Desk, guide: UUID) -> None:
    effect = _entry(_compared(desk, guide, "?before=2&after=3"), "effect")

    out, put = _words(effect, ".//*[@class='before']//del"), _words(effect, ".//*[@class='after']//ins")
    assert out.startswith("taken out:")
    assert put.startswith("put in:")
    assert "productivity" in put
    assert effect.xpath(".//*[@class='before']//ins | .//*[@class='after']//del") == []
    assert "≈ reworded" in _words(effect, ".//h3")


def test_each_change_has_its_reason_theme_evidence_and_approval_beside_it(desk: Desk, guide: UUID) -> None:
    why = _words(_entry(_compared(desk, guide, "?before=1&after=2"), "assigned_or_chosen"), ".//aside")

    assert "Mentees set mentors who were assigned" in why
    assert "Theme: Assigned versus self-identified mentor" in why
    assert "Evidence: Interviews 1 to 4" in why
    assert "Version 2, REB Calgary, 17024" in why


def test_over_several_versions_every_reason_on_the_way_is_there(desk: Desk, guide: UUID) -> None:
    page = _compared(desk, guide, "?before=1&after=4")

    assert "Version 3" in _words(_entry(page, "effect"), ".//aside")
    assert "Version 4" in _words(_entry(page, "work_life"), ".//aside")
    assert "added – 6" in page.words(".counts")


def test_a_question_that_was_added_is_not_asked_on_the_other_side(desk: Desk, guide: UUID) -> None:
    entry = _entry(_compared(desk, guide), "ownership")

    assert "version 3 Not asked." in _words(entry, ".//*[contains(@class, 'before')]")
    assert "+ added" in _words(entry, ".//h3")


def test_a_probe_that_went_stands_among_those_that_stayed(desk: Desk, guide: UUID) -> None:
    entry = _entry(_compared(desk, guide), "roles")

    assert "Life outside work" in _words(entry, ".//*[@class='before']//del")
    assert "Manuscripts" in _words(entry, ".//*[@class='after']")
    assert "probes changed" in _words(entry, ".//h3")


def test_only_what_changed_can_be_shown(desk: Desk, guide: UUID) -> None:
    every, changed = _compared(desk, guide), _compared(desk, guide, "?show=changed")

    assert len(every.document.xpath("//article")) == 13
    assert {one.get("id") for one in changed.document.xpath("//article")} == {
        "at-roles", "at-work_life", "at-ownership", "at-strategies",
    }  # fmt: skip


def test_backwards_an_added_question_is_retired(desk: Desk, guide: UUID) -> None:
    page = _compared(desk, guide, "?before=4&after=3")

    assert "− retired" in _words(_entry(page, "ownership"), ".//h3")


def test_a_version_compared_with_itself_does_not_differ(desk: Desk, guide: UUID) -> None:
    assert "The two versions do not differ." in _compared(desk, guide, "?before=2&after=2").words()


def test_the_draft_is_compared_by_who_may_write_it(desk: Desk, guide: UUID) -> None:
    desk.write(guide, shelf.LIST_1[0])

    assert _compared(desk, guide, "?before=4&after=draft").title == "What changed from version 4 to the draft"
    assert _compared(desk, guide, "?before=4&after=draft", Role.AUDITOR).status == 404


def test_whoever_sees_the_study_may_compare(desk: Desk, guide: UUID) -> None:
    assert _compared(desk, guide, role=Role.AUDITOR).status == 200


def test_versions_that_are_not_there_cannot_be_compared(desk: Desk, guide: UUID) -> None:
    assert _compared(desk, guide, "?before=1&after=9").status == 404
    assert _compared(desk, guide, "?before=x&after=2").status == 404
