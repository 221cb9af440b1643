"""Forms of other programs, brought in with an account of every row, and versions taken to other programs."""

import io
from uuid import UUID

import pytest
from pyxform.xls2xform import convert

from instruments import drafts, shelf
from instruments.definition import questions
from instruments.foreign.xlsform import read, write
from tests.instruments.xlsforms import form
from tests.web.ask.conftest import Desk
from tests.web.pages import Page
from vault.studies import Role

FORM = form(
    """
    | type     | name  | label         | default |
    | text     | town  | Where?        | Calgary |
    | integer  | many  | How many?     |         |
    | geopoint | place | On the map?   |         |
    """,
    settings="| form_title | form_id |\n| A form | a_form |",
)


def brought(desk: Desk, file: bytes, name: str = "form.xlsx", target: str = "") -> Page:
    """The page after a file was chosen."""
    token = desk.get("/instruments/bring").form("/bring").value("csrf_token")
    values = [("csrf_token", token), ("target", target)]
    return desk.browser().upload(f"{desk.at}/instruments/bring", values, name, file)


def test_every_row_is_shown_under_what_became_of_it_before_anything_is_kept(desk: Desk) -> None:
    page = brought(desk, FORM)

    assert "survey, row 4" in page.words("#left_out")
    assert "Ask for it in words" in page.words("#left_out")
    assert "survey, row 2, default" in page.words("#left_out")
    assert "survey, row 2" in page.words("#changed")
    assert "survey, row 3" in page.words("#taken")
    assert "Nothing is asked yet." in desk.get("/instruments").words()


def test_what_was_looked_at_becomes_the_draft_of_a_new_instrument(desk: Desk) -> None:
    page = brought(desk, FORM).form("/take").submit()

    assert page.path.endswith("/draft/questions")
    assert "How many?" in page.words()
    assert "A form" in desk.get("/instruments").words()


def test_a_form_whose_name_is_taken_becomes_an_instrument_of_another_name(desk: Desk) -> None:
    brought(desk, FORM).form("/take").submit()

    assert "a_form_2" in brought(desk, FORM).words()
    assert brought(desk, FORM).form("/take").submit().path.endswith("/draft/questions")


def test_a_form_becomes_the_draft_of_an_instrument_that_is_there_under_its_name_and_role(desk: Desk) -> None:
    guide = desk.begin(shelf.LIST_2)

    brought(desk, FORM, target=str(guide)).form("/take").submit()

    with desk.house.stores.work() as work:
        found = drafts.draft_of(work.db, guide).definition
    assert (found.id, found.role) == ("list_2", shelf.load(shelf.LIST_2).role)
    assert [question.id for question in questions(found)] == ["town", "many"]


def test_a_draft_that_somebody_saved_meanwhile_is_not_overwritten(desk: Desk) -> None:
    guide = desk.begin(shelf.LIST_2)
    page = brought(desk, FORM, target=str(guide))
    desk.write(guide, shelf.LIST_2)

    refused = page.form("/take").submit()

    assert refused.status == 409
    with desk.house.stores.work() as work:
        assert drafts.draft_of(work.db, guide).definition == shelf.load(shelf.LIST_2)


@pytest.mark.parametrize(
    ("file", "name", "said"),
    [
        (b"", "", "Choose the file first."),
        (b"x", "form.pdf", "Choose a file that ends in .xlsx"),
        (b"x", "form.xlsx", "This is no spreadsheet"),
        (form("| type | name |\n| txet | a |"), "form.xlsx", "Did you mean “text”?"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_its_field(desk: Desk, file: bytes, name: str, said: str) -> None:
    page = brought(desk, file, name)

    assert page.status == 422
    ((sentence, field),) = page.complaints.items()
    assert (said in sentence, field) == (True, "file")


def test_redcap_and_limesurvey_are_known_by_the_ends_of_their_names(desk: Desk) -> None:
    dictionary = (
        b"Variable / Field Name,Form Name,Field Type,Field Label\nrecord_id,one,text,Record\nage,one,text,Age?\n"
    )

    assert "Age" in brought(desk, dictionary, "dictionary.CSV").form("/take").submit().words()
    assert brought(desk, b"<x/>", "survey.lss").status == 422


@pytest.mark.parametrize("carried", ["", "x", "eJwDAAAAAAE=", "AAAA"])
def test_a_page_that_carries_something_else_is_refused(desk: Desk, carried: str) -> None:
    assert brought(desk, FORM).form("/take").tamper(definition=carried).status == 422


def test_only_who_may_author_brings_forms_in(desk: Desk) -> None:
    assert desk.get("/instruments/bring", Role.ANALYST).status == 403
    assert f"{desk.at}/instruments/bring" in desk.get("/instruments").links()


@pytest.fixture
def survey(desk: Desk) -> UUID:
    """The short survey, published; returns its version."""
    instrument = desk.begin(shelf.SHORT_SURVEY)
    return desk.publish(instrument, shelf.SHORT_SURVEY).id


@pytest.mark.parametrize("kind", ["xlsform", "redcap", "fhir"])
def test_what_a_file_cannot_say_is_read_before_it_is_fetched(desk: Desk, survey: UUID, kind: str) -> None:
    page = desk.get(f"/instruments/versions/{survey}/as/{kind}")

    assert "What the file cannot say" in page.words()
    file = desk.get(f"/instruments/versions/{survey}/as/{kind}/file")
    assert file.response.headers["Content-Disposition"].startswith('attachment; filename="short_survey-version-1.')
    assert file.response.data


def test_the_xlsform_of_a_version_is_what_pyxform_takes_and_comes_back(desk: Desk, survey: UUID) -> None:
    data = desk.get(f"/instruments/versions/{survey}/as/xlsform/file").response.data

    assert convert(xlsform=io.BytesIO(data), file_type=".xlsx").xform
    assert read(data, "x.xlsx").instrument == read(write(shelf.load(shelf.SHORT_SURVEY)).data, "x.xlsx").instrument


def test_a_version_of_another_study_or_in_another_format_is_not_there(desk: Desk, survey: UUID) -> None:
    assert desk.get(f"/instruments/versions/{survey}/as/word").status == 404
    other = desk.house.found(desk.browser(), "Another")
    assert desk.browser().get(f"/studies/{other}/instruments/versions/{survey}/as/xlsform/file").status == 404
