"""The pages on which a study says what it asks."""

from uuid import UUID

import pytest

from instruments import shelf
from instruments.versions import Version
from tests.web.ask.conftest import Desk
from vault.studies import Role

RECONSTRUCTION = "Reconstruction."


def test_an_empty_study_says_what_to_do_next(desk: Desk) -> None:
    page = desk.get("/instruments")

    assert "Nothing is asked yet." in page.words()
    assert f"{desk.at}/instruments/new" in page.links()


def test_only_who_may_author_is_offered_to_begin(desk: Desk) -> None:
    assert f"{desk.at}/instruments/new" not in desk.get("/instruments", Role.ANALYST).links()
    assert desk.get("/instruments/new", Role.ANALYST).status == 403


@pytest.mark.parametrize("entry", [shelf.SHORT_SURVEY, shelf.LIST_1[0], shelf.LIST_2])
def test_an_instrument_of_the_library_is_begun_and_labelled_a_reconstruction(desk: Desk, entry: shelf.Entry) -> None:
    chooser = desk.get("/instruments/new")
    assert chooser.words().count("Reconstruction") == len(shelf.ENTRIES)

    draft = chooser.form("/library").fill(file=entry.file).submit()

    assert draft.path.endswith("/draft/questions")
    first = shelf.load(entry).sections[0].questions[0]
    assert first.label["en"][:60] in draft.words(f"#q-{first.id}")
    assert RECONSTRUCTION in desk.get("/instruments").words()


def test_the_same_instrument_is_not_begun_twice(desk: Desk) -> None:
    desk.begin(shelf.LIST_2)

    page = desk.get("/instruments/new").form("/library").fill(file=shelf.LIST_2.file).submit()

    assert page.status == 422
    (sentence,) = page.complaints
    assert "has an instrument of this name already" in sentence


def test_a_pasted_text_names_each_line_that_it_cannot_read_and_stays_in_the_field(desk: Desk) -> None:
    lines = ["instrument: mine", "role: survey", "title: Mine", "sections:", "  - id: a", "    questions:"]
    typed = "\n".join([*lines, "      - id: x", "        kind: shout", "        label: X"])

    page = desk.get("/instruments/new").form("/text").fill(text=typed).submit()

    assert page.status == 422
    assert "Line 8" in page.words(".faults")
    assert "kind: shout" in page.words(".faults")
    assert page.form("/text").value("text").strip() == typed.strip()


def test_a_text_that_can_be_read_becomes_a_draft(desk: Desk) -> None:
    page = desk.get("/instruments/new").form("/text").fill(text=shelf.text_of(shelf.LIST_2)).submit()

    assert page.path.endswith("/draft/questions")
    assert page.title == "Draft"


def test_an_instrument_of_another_study_of_mine_is_copied(desk: Desk, guide: UUID) -> None:
    other = desk.house.found(desk.browser(), "Clinician educators")
    chooser = desk.browser().get(f"/studies/{other}/instruments/new")

    draft = chooser.form("/copy").fill(source=str(guide)).submit()

    assert draft.path.startswith(f"/studies/{other}/instruments/")
    assert "work_life" in draft.words()


def test_an_instrument_shows_its_versions_with_their_changes(desk: Desk, guide: UUID) -> None:
    page = desk.get(f"/instruments/{guide}", Role.AUDITOR)

    assert page.title == "Guide for mentees (List 1)"
    assert [f"Version {number}" in page.words() for number in (1, 2, 3, 4)] == [True] * 4
    assert f"{desk.at}/instruments/{guide}/comparison?before=3&after=4" in page.links()
    assert f"{desk.at}/instruments/{guide}/draft/questions" not in page.links()


def test_an_instrument_of_another_study_is_not_there(desk: Desk, guide: UUID) -> None:
    other = desk.house.found(desk.browser(), "Another")

    for path in (f"/instruments/{guide}", f"/instruments/{guide}/draft", f"/instruments/{guide}/comparison"):
        assert desk.browser().get(f"/studies/{other}{path}").status == 404


def test_a_version_is_read_in_full_with_what_vouches_for_it(desk: Desk) -> None:
    survey = desk.begin(shelf.SHORT_SURVEY)
    version: Version = desk.publish(survey, shelf.SHORT_SURVEY)

    page = desk.get(f"/instruments/versions/{version.id}", Role.TRANSCRIBER)

    said = page.words()
    assert version.fingerprint in said
    assert "REB Calgary, 17024" in said
    assert RECONSTRUCTION in said
    assert "Which of these describes your work best?" in said
    assert "Laquelle de ces descriptions correspond le mieux à votre travail" in said
    assert "Asked only if" in said


def test_a_version_is_read_in_one_language_when_asked(desk: Desk) -> None:
    version = desk.publish(desk.begin(shelf.SHORT_SURVEY), shelf.SHORT_SURVEY)

    page = desk.get(f"/instruments/versions/{version.id}?language=fr")

    assert "Which of these describes your work best?" not in page.words()


def test_a_version_leaves_as_a_file_from_which_another_study_can_begin(desk: Desk) -> None:
    version = desk.publish(desk.begin(shelf.SHORT_SURVEY), shelf.SHORT_SURVEY)
    other = desk.house.found(desk.browser(), "Another")

    file = desk.get(f"/instruments/versions/{version.id}/text")

    assert file.headers["Content-Disposition"].endswith('"short_survey-version-1.yaml"')
    chooser = desk.browser().get(f"/studies/{other}/instruments/new")
    assert chooser.form("/text").fill(text=file.text).submit().path.endswith("/draft/questions")
