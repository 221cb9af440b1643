"""Enrol one person: what is wrong is said and kept, and nobody is there twice."""

import re

import pytest

from survey.statuses import Status
from tests.vault.people import approved_for
from tests.web.recruit.conftest import Office
from tests.web.visitors import House
from vault.studies import Role


def test_a_person_is_enrolled_with_a_code_that_is_shown_once_and_a_letter_that_waits(office: Office) -> None:
    form = office.get("/enrol").form("/enrol").fill(
        name="Wilhelmina Nachtigall", email="w@example.org", telephone="+1 403 555 0100", note="Met at the congress.",
        site=str(office.field.sites[0].id),
    )  # fmt: skip
    page = form.submit()

    assert page.title == "Enrolled"
    code = page.document.xpath("//code")[0].text
    assert re.fullmatch(r"[0-9A-Z]{3}-[0-9A-Z]{3}(-[0-9A-Z]{2,4})+", code)
    assert f"{office.house.settings.public_url}/p#{code}" in page.words()
    (one,) = office.field.everybody()
    assert one.pseudonym in page.words()
    assert one.pseudonym in office.get("/letters").words()
    listed = office.get("/participants")
    assert listed.document.xpath("//tbody/tr/td[1]")[0].text == "identified"
    for text in (listed.text, office.get(f"/participants/{one.pseudonym}").text, office.get("/letters").text):
        assert "Nachtigall" not in text
        assert code not in text


def test_the_places_are_taken_and_the_interviewer_is_assigned(office: Office) -> None:
    field = office.field
    office.get("/enrol").form("/enrol").fill(
        name="Jo", site=str(field.sites[1].id), stratum=str(field.strata[2].id),
        interviewer=str(field.interviewer.id), language="fr", code="typed",
    ).submit()  # fmt: skip

    (row,) = office.get("/participants").document.xpath("//tbody/tr")
    cells = [cell.text_content() for cell in row.xpath("td")]
    assert cells[2:5] == ["Edmonton", field.strata[2].name, "Interviewer"]
    assert "Ask for consent" in field.browser(office.house, Role.INTERVIEWER).get(f"{field.at}/interviews").words()


@pytest.mark.parametrize(
    ("typed", "beside"),
    [
        ({"note": "nobody"}, "name"),
        ({"name": "Jo", "email": "jo at home"}, "email"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Jo", "note": "x" * 2001}, "note"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_everything_typed_stays(
    office: Office, typed: dict[str, str], beside: str
) -> None:
    more = {"telephone": "", "address": "Here 1", "site": str(office.field.sites[0].id)}
    page = office.get("/enrol").form("/enrol").fill(**{**more, **typed}).submit()

    assert page.status == 422
    assert list(page.complaints.values()) == [beside]
    again = page.form("/enrol")
    assert {name: again.value(name) for name in typed} == typed
    assert again.value("address") == "Here 1"
    assert office.field.everybody() == []


@pytest.mark.parametrize("choice", ["site", "stratum", "interviewer", "language", "code"])
def test_a_choice_that_the_page_does_not_offer_is_refused(office: Office, choice: str) -> None:
    form = office.get("/enrol").form("/enrol").fill(name="Jo", site=str(office.field.sites[0].id))

    assert form.tamper(**{choice: "9d0c6f0e-7f3c-4f6e-8a57-000000000000"}).status == 422
    assert office.field.everybody() == []


def test_nobody_is_enrolled_twice_by_the_same_address_however_it_is_spelled(office: Office) -> None:
    office.field.enrol("Jo", "jo@example.org")
    form = office.get("/enrol").form("/enrol").fill(site=str(office.field.sites[0].id))
    page = form.fill(name="Joanna", email=" JO@Example.org ").submit()

    assert page.status == 422
    assert page.complaints == {"Somebody with this e-mail address is in the study already.": "email"}
    assert page.form("/enrol").value("name") == "Joanna"
    assert len(office.field.everybody()) == 1


def test_a_study_with_sites_asks_for_one(office: Office) -> None:
    page = office.get("/enrol").form("/enrol").fill(name="Jo").submit()

    assert page.status == 422
    assert page.complaints == {"Choose the site at which this person is asked.": "site"}
    assert office.field.everybody() == []


def test_a_page_that_is_loaded_anew_enrols_nobody_again(office: Office) -> None:
    """ASVS 15.4.2, for people by whose address nobody would be found again."""
    form = office.get("/enrol").form("/enrol").fill(name="Jo", site=str(office.field.sites[0].id))
    first, again = form.submit(), form.submit()

    assert (first.title, again.status) == ("Enrolled", 409)
    assert "nobody was enrolled again" in again.words()
    assert len(office.field.everybody()) == 1
    sheet = office.get("/enrol/sheet").form("/enrol/sheet").fill(sheet="Name\nKim\nLou\n").submit().form("/import")
    first, again = sheet.submit(), sheet.submit()
    assert (first.title, again.status) == ("Enrolled", 409)
    assert len(office.field.everybody()) == 3


def test_people_without_an_address_are_not_taken_for_each_other(office: Office) -> None:
    for name in ("Jo", "Kim"):
        form = office.get("/enrol").form("/enrol").fill(name=name, site=str(office.field.sites[0].id))
        assert form.submit().title == "Enrolled"
    assert len(office.field.everybody()) == 2


def test_an_empty_list_says_what_to_do(office: Office) -> None:
    page = office.get("/participants")

    assert "Nobody has been enrolled yet" in page.words()
    assert f"{office.at}/enrol" in page.links()


def test_a_study_without_sites_and_strata_enrols_as_well(house: House) -> None:
    ada = house.person("ada")
    browser = house.sign_in(ada)
    study = house.found(browser)
    refused = browser.get(f"/studies/{study}/enrol").form("/enrol").fill(name="Jo").submit()
    assert refused.status == 422
    assert "nobody can be enrolled there" in next(iter(refused.complaints))
    with house.stores.work() as work:
        approved_for(work.db, study, now=house.clock.time)
        work.commit()

    page = refused.form("/enrol").submit()

    assert page.title == "Enrolled"
    assert Status.IDENTIFIED in browser.get(f"/studies/{study}/participants").words()
