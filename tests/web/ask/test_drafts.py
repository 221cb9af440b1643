"""Writing what is asked next: nothing typed is lost, by whatever goes wrong."""

from uuid import UUID

import pytest

from instruments import shelf
from tests.web.ask.conftest import Desk
from tests.web.pages import Page
from vault.studies import Role

NEW = "Please tell me about your mentors."


@pytest.fixture
def instrument(desk: Desk) -> UUID:
    return desk.begin(shelf.LIST_1[0])


def _editor(desk: Desk, instrument: UUID) -> Page:
    return desk.get(f"/instruments/{instrument}/draft")


def _reworded(text: str, new: str = NEW) -> str:
    return text.replace(
        "Please describe your experience of being mentored since you took up your faculty position.", new
    )


def test_a_draft_that_is_saved_is_read_as_it_would_be_asked(desk: Desk, instrument: UUID) -> None:
    form = _editor(desk, instrument).form("/draft")

    page = form.fill(text=_reworded(form.value("text"))).submit(then="read")

    assert page.path.endswith("/draft/reading")
    assert NEW in page.words()
    assert "Reconstruction." in page.words()


def test_a_text_that_cannot_be_read_is_kept_with_each_line_and_its_remedy(desk: Desk, instrument: UUID) -> None:
    form = _editor(desk, instrument).form("/draft")
    broken = form.value("text").replace("kind: topic", "kind: topik", 1)

    page = form.fill(text=broken).submit()

    assert page.status == 422
    assert "nothing was saved" in page.words(".errors")
    assert "kind: topik" in page.words(".faults")
    assert "topik" in page.form("/draft").value("text")
    assert "topik" not in _editor(desk, instrument).form("/draft").value("text")


def test_an_empty_text_saves_nothing(desk: Desk, instrument: UUID) -> None:
    page = _editor(desk, instrument).form("/draft").fill(text="").submit()

    assert page.status == 422
    assert page.complaints == {"The text is empty. Nothing was saved.": "text"}


def test_the_name_of_an_instrument_cannot_change(desk: Desk, instrument: UUID) -> None:
    form = _editor(desk, instrument).form("/draft")

    page = form.fill(text=form.value("text").replace("instrument: list_1", "instrument: other")).submit()

    assert page.status == 422
    assert "Begin another." in next(iter(page.complaints))


def test_of_two_who_write_at_once_neither_loses_a_word(desk: Desk, instrument: UUID) -> None:
    mine, theirs = _editor(desk, instrument).form("/draft"), _editor(desk, instrument).form("/draft")
    text = mine.value("text")
    theirs.fill(text=_reworded(text, "What they wrote.")).submit()

    both = mine.fill(text=_reworded(text, "What I wrote.")).submit()

    assert both.status == 409
    assert "What they wrote." in both.words(".conflict")
    assert "What I wrote." in both.form("/draft").value("text")
    assert "What they wrote." in _editor(desk, instrument).form("/draft").value("text")
    both.form("/draft").submit()
    assert "What I wrote." in _editor(desk, instrument).form("/draft").value("text")


def test_texts_in_which_two_changed_different_questions_come_together(desk: Desk, instrument: UUID) -> None:
    mine, theirs = _editor(desk, instrument).form("/draft"), _editor(desk, instrument).form("/draft")
    text = mine.value("text")
    theirs.fill(text=_reworded(text, "What they wrote.")).submit()
    other = "How did the relationship with your mentor begin?"
    page = mine.fill(text=text.replace(other, "What I wrote.")).submit()

    assert "both are in it" in " ".join(page.notices)
    assert "What they wrote." in page.form("/draft").value("text")
    assert "What I wrote." in page.form("/draft").value("text")


def test_what_keeps_a_draft_from_being_published_stands_beside_it_with_its_line(desk: Desk, instrument: UUID) -> None:
    form = _editor(desk, instrument).form("/draft")
    text = form.value("text").replace("label: How did the relationship with your mentor begin?", 'label: ""')

    page = form.fill(text=text).submit()

    assert "keeps it from being published" in page.words("aside")
    assert "start" in page.words(".findings")
    assert "line " in page.words(".findings")


def test_the_next_version_of_the_library_is_taken_over(desk: Desk, instrument: UUID) -> None:
    page = _editor(desk, instrument).form("/draft/library").fill(file="list-1-version-2.yaml").submit()

    assert "assigned_or_chosen" in page.form("/draft").value("text")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEAD])
def test_only_leads_see_and_write_drafts(desk: Desk, instrument: UUID, role: Role) -> None:
    for path in ("draft", "draft/reading", "publish"):
        assert desk.get(f"/instruments/{instrument}/{path}", role).status == 403
