"""An instrument that begins empty: a title, what it is, a language; and a first question is one step away."""

from uuid import UUID

import pytest

from instruments import drafts
from instruments.definition import Role as Kind
from tests.web.ask.conftest import Desk
from tests.web.pages import Page
from vault.studies import Role

NEW = "/instruments/new"


def _begun(desk: Desk, title: str = "Mentoring at work", role: str = "guide", language: str = "en") -> Page:
    form = desk.get(NEW).form("/empty")
    return form.fill(title=title, role=role, language=language).submit()


def test_an_empty_guide_is_begun_and_its_first_question_written(desk: Desk) -> None:
    draft = _begun(desk).follow()

    assert draft.path.endswith("/draft/questions")
    (first,) = [link for link in draft.links() if "/draft/new-question" in link]
    assert desk.browser().get(first).title == "A new question"
    instrument = UUID(draft.path.split("/")[4])
    with desk.house.stores.work(reading=True) as work:
        made = drafts.draft_of(work.db, instrument).definition
    assert (made.id, made.role, made.languages, made.title) == (
        "mentoring_at_work", Kind.GUIDE, ("en",), {"en": "Mentoring at work"},
    )  # fmt: skip


def test_the_page_proposes_its_own_language(desk: Desk) -> None:
    assert desk.get(NEW).form("/empty").value("language") == "en"


def test_two_of_one_title_have_different_names(desk: Desk) -> None:
    assert _begun(desk).follow().path != _begun(desk).follow().path


@pytest.mark.parametrize(
    ("typed", "field"), [({"title": " "}, "title"), ({"language": "English"}, "language")]
)  # fmt: skip
def test_what_is_missing_is_asked_for_beside_its_field_and_nothing_typed_is_lost(
    desk: Desk, typed: dict[str, str], field: str
) -> None:
    refused = _begun(desk, **{"title": "Mentoring", **typed})

    assert (refused.status, list(refused.complaints.values())) == (422, [field])
    assert refused.form("/empty").value("role") == "guide"
    assert "Nothing is asked yet." in desk.get("/instruments").words()


def test_what_it_is_has_to_be_chosen(desk: Desk) -> None:
    refused = desk.get(NEW).form("/empty").fill(title="Mentoring").submit()

    assert refused.complaints == {"Say whether it is a survey or an interview guide.": "role"}


def test_only_authors_begin_one(desk: Desk) -> None:
    assert desk.get(NEW, Role.ANALYST).status == 403
