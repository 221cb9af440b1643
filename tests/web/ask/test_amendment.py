"""The amendment form of a comparison: every change with its reasons, a marked and a clean copy, as PDF and as Word."""

import io
from itertools import pairwise
from uuid import UUID

import docx
import pytest
from pypdf import PdfReader

from tests.web.ask.conftest import Desk
from vault.studies import Role


def _pdf(desk: Desk, guide: UUID, query: str = "", role: Role = Role.LEAD) -> str:
    page = desk.get(f"/instruments/{guide}/comparison/amendment.pdf{query}", role)
    reader = PdfReader(io.BytesIO(page.response.data))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def _word(desk: Desk, guide: UUID, query: str = "") -> list[tuple[str, str]]:
    """Every paragraph with the name of its style."""
    page = desk.get(f"/instruments/{guide}/comparison/amendment.docx{query}")
    document = docx.Document(io.BytesIO(page.response.data))
    return [(str(one.style.name if one.style else ""), one.text) for one in document.paragraphs]


def test_the_comparison_leads_to_the_form_of_the_same_two_versions(desk: Desk, guide: UUID) -> None:
    page = desk.get(f"/instruments/{guide}/comparison?before=1&after=2")
    links = [str(link) for link in page.document.xpath("//a[contains(@href, '/amendment.')]/@href")]

    assert [link.partition("?")[0].rpartition(".")[2] for link in links] == ["pdf", "docx"]
    assert all("before=1" in link and "after=2" in link for link in links)


def test_every_change_stands_with_its_reason_theme_evidence_and_approval(desk: Desk, guide: UUID) -> None:
    said = _pdf(desk, guide, "?before=1&after=2")

    assert "Amendment: Guide for mentees (List 1)" in said
    assert "+ added" in said
    assert "Mentees set mentors who were assigned to them apart" in said
    assert "Theme: Assigned versus self-identified mentor" in said
    assert "Evidence: Interviews 1 to 4" in said
    assert "Version 2, REB Calgary, 17024" in said


def test_the_marked_copy_strikes_what_went_and_underlines_what_came(desk: Desk, guide: UUID) -> None:
    page = desk.get(f"/instruments/{guide}/comparison/amendment.docx?before=2&after=3")
    document = docx.Document(io.BytesIO(page.response.data))
    runs = [run for paragraph in document.paragraphs for run in paragraph.runs]
    struck = [run.text for run in runs if run.font.strike]
    put_in = [run.text for run in runs if run.font.underline]

    assert struck
    assert all(text.startswith("[") and text.endswith("]") for text in struck)
    assert any("productivity" in text for text in put_in)


def test_the_clean_copy_is_the_newer_version_and_nothing_else(desk: Desk, guide: UUID) -> None:
    paragraphs = _word(desk, guide, "?before=3&after=4")
    begun = [text for _, text in paragraphs].index("Clean copy")
    clean = " ".join(text for _, text in paragraphs[begun:])

    assert "What part has your mentor played in your life outside work?" in clean
    assert "[" not in clean
    assert "Probe: Manuscripts" in clean


def test_the_word_document_has_headings_that_skip_no_level(desk: Desk, guide: UUID) -> None:
    levels = [int(style[-1]) for style, _ in _word(desk, guide) if style.startswith("Heading")]

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_two_versions_that_do_not_differ_say_so(desk: Desk, guide: UUID) -> None:
    assert "The two versions do not differ." in _pdf(desk, guide, "?before=4&after=4")


def test_the_form_is_in_the_readers_language(desk: Desk, guide: UUID) -> None:
    path = f"{desk.at}/instruments/{guide}/comparison/amendment.docx"
    answer = desk.browser().client.get(path, headers={"Accept-Language": "fr"})
    said = [paragraph.text for paragraph in docx.Document(io.BytesIO(answer.data)).paragraphs]

    assert "Copie annotée" in said
    assert "Copie au net" in said


@pytest.mark.parametrize("role", [Role.ANALYST, Role.INTERVIEWER])
def test_whoever_may_read_what_is_asked_may_have_the_form(desk: Desk, guide: UUID, role: Role) -> None:
    assert "Marked copy" in _pdf(desk, guide, role=role)
