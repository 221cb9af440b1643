"""On paper: every page of a file says which version it is of, a draft says that it is one, and the YAML comes back."""

import io
from uuid import UUID

import docx
import msgspec
import pytest
from pypdf import PdfReader

from instruments import drafts, shelf, versions
from instruments.canonical import fingerprint
from instruments.definition import Instrument
from instruments.yaml_text import read_yaml
from tests.web.ask.conftest import Desk
from tests.web.pages import Page
from vault.studies import Role

SURVEY = shelf.load(shelf.SHORT_SURVEY)


@pytest.fixture
def survey(desk: Desk) -> UUID:
    """The short survey, published; returns its version."""
    instrument = desk.begin(shelf.SHORT_SURVEY)
    return desk.publish(instrument, shelf.SHORT_SURVEY).id


def _paper(version: UUID) -> str:
    return f"/instruments/versions/{version}/paper"


def _pdf(page: Page) -> list[str]:
    """The text of each page."""
    return [
        " ".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(page.response.data)).pages
    ]  # fmt: skip


def _word(page: Page) -> tuple[str, str]:
    """The text, and the footer."""
    document = docx.Document(io.BytesIO(page.response.data))
    footer = document.sections[0].footer
    return (
        " ".join(one.text for one in document.paragraphs),
        " ".join(one.text for one in footer.paragraphs),
    )  # fmt: skip


def _links(desk: Desk, path: str, role: Role = Role.LEAD) -> list[str]:
    return [link for link in desk.get(path, role).links() if ".pdf" in link or ".docx" in link]


def test_a_version_is_fetched_from_its_page_as_pdf_and_word_in_each_language(desk: Desk, survey: UUID) -> None:
    links = _links(desk, _paper(survey))

    assert f"{desk.at}{_paper(survey)}" in desk.get(f"/instruments/versions/{survey}").links()
    assert len(links) == 2 * len(SURVEY.languages) > 2
    names = [desk.browser().get(link).response.headers["Content-Disposition"] for link in links]
    assert names[0] == 'attachment; filename="short_survey-version-1-en.pdf"'
    assert names[-1] == 'attachment; filename="short_survey-version-1-fr.docx"'


def test_version_and_fingerprint_stand_at_the_foot_of_every_page(desk: Desk, survey: UUID) -> None:
    for page in _pdf(desk.get(f"{_paper(survey)}.pdf?language=en")):
        assert "Version 1" in page
        assert fingerprint(SURVEY) in page
    _, footer = _word(desk.get(f"{_paper(survey)}.docx"))
    assert "Version 1" in footer
    assert fingerprint(SURVEY) in footer


def test_the_language_is_the_one_that_was_chosen_else_that_of_the_page(desk: Desk, survey: UUID) -> None:
    french, english = SURVEY.title["fr"], SURVEY.title["en"]

    assert french in _word(desk.get(f"{_paper(survey)}.docx?language=fr"))[0]
    assert english in _word(desk.get(f"{_paper(survey)}.docx?language=xx"))[0]
    assert english in _word(desk.get(f"{_paper(survey)}.docx"))[0]


def test_the_same_file_comes_whenever_it_is_fetched(desk: Desk, survey: UUID) -> None:
    for kind in ("pdf", "docx"):
        first, second = (desk.get(f"{_paper(survey)}.{kind}").response.data for _ in range(2))
        assert first == second


def test_a_draft_is_printed_from_its_page_and_marked_as_one_on_every_page(desk: Desk) -> None:
    instrument = desk.begin(shelf.SHORT_SURVEY)
    draft = f"/instruments/{instrument}/draft"

    assert f"{desk.at}{draft}/paper" in desk.get(f"{draft}/questions").links()
    links = _links(desk, f"{draft}/paper")
    assert all("Draft" in page and "Version" not in page for page in _pdf(desk.browser().get(links[0])))
    assert "Draft" in _word(desk.browser().get(links[1]))[1]
    assert "draft-1" in desk.browser().get(links[0]).response.headers["Content-Disposition"]


def test_a_language_without_letters_here_is_refused_as_pdf_and_comes_as_word(desk: Desk) -> None:
    chinese: Instrument = msgspec.structs.replace(
        SURVEY, id="chinese", languages=("zh",), title={"zh": "訪談前的簡短調查表格與說明文字"}, sections=()
    )
    with desk.house.stores.work() as work:
        draft = drafts.begin(work.db, desk.study.id, chinese, by=desk.person.id, now=desk.now)
        instrument = draft.instrument_id
        work.commit()

    refused = desk.get(f"/instruments/{instrument}/draft/paper.pdf")

    assert refused.status == 422
    assert "Choose the Word document instead." in refused.words()
    assert "訪談前" in _word(desk.get(f"/instruments/{instrument}/draft/paper.docx"))[0]


def test_everybody_of_the_team_prints_versions_and_only_authors_print_drafts(desk: Desk, survey: UUID) -> None:
    with desk.house.stores.work() as work:
        instrument = versions.find(work.db, survey).instrument_id
    for role in (Role.INTERVIEWER, Role.AUDITOR, Role.COORDINATOR):
        assert desk.get(f"{_paper(survey)}.pdf", role).status == 200
        assert desk.get(f"/instruments/{instrument}/draft/paper.pdf", role).status == 403


def test_another_studys_version_is_not_there(desk: Desk, survey: UUID) -> None:
    other = desk.house.found(desk.browser(), "Another")
    for ending in ("", ".pdf", ".docx"):
        assert desk.browser().get(f"/studies/{other}{_paper(survey)}{ending}").status == 404


def test_our_own_file_stands_beside_the_others_and_says_everything(desk: Desk, survey: UUID) -> None:
    page = desk.get(f"/instruments/versions/{survey}/as/xlsform")
    assert {f"{desk.at}/instruments/versions/{survey}/as/yaml", f"{desk.at}{_paper(survey)}"} <= set(page.links())

    page = desk.get(f"/instruments/versions/{survey}/as/yaml")
    assert "Everything is in the file as it is here." in page.words()
    file = desk.get(f"/instruments/versions/{survey}/as/yaml/file")
    assert file.response.headers["Content-Disposition"] == 'attachment; filename="short_survey-version-1.yaml"'
    assert read_yaml(file.text) == SURVEY
