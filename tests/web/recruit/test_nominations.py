"""Whom participants named: seen with the key to names only, and nobody is approached twice."""

import pytest

from survey import nominations, persons
from survey.participants import Participant
from survey.withdrawals import Way
from tests.web.pages import Page
from tests.web.recruit.conftest import Office
from tests.web.scenario import Someone
from vault.studies import Role


def named(office: Office, by: Someone, name: str, **more: str) -> Participant:
    """Somebody is named in an interview."""
    identity = persons.identity({"name": name, **more})
    with office.house.stores.work() as work:
        nominee = nominations.nominate(
            work.db, work.keyring, by.participant, identity, now=office.field.now, by=office.field.interviewer.id
        )
        work.commit()
    return nominee


def rows(page: Page) -> dict[str, str]:
    return {
        row.findtext("th/a") or "": " ".join(row.xpath("string(td[4])").split())
        for row in page.document.xpath("//tbody/tr")
    }


def test_a_mentor_whom_two_mentees_name_is_linked_to_one_participant(office: Office) -> None:
    jo, kim = office.field.enrol("Jo", "jo@example.org"), office.field.enrol("Kim", "kim@example.org")
    first = named(office, jo, "Prof. Heron", email="heron@example.org")
    second = named(office, kim, "P. Heron", email="Heron@example.org", telephone="+1 403 555 0199")
    page = office.get("/nominations")

    assert rows(page) == {
        first.pseudonym: "–",
        second.pseudonym: f"already named same e-mail address: compare with {first.pseudonym}",
    }
    assert "Somebody may be in the study twice" in page.words()
    both = office.get(f"/nominations/{second.pseudonym}/same/{first.pseudonym}")
    assert "P. Heron" in both.words("table")
    assert "Prof. Heron" in both.words("table")
    done = both.form("/same/" + first.pseudonym).submit()

    assert done.notices == [f"{second.pseudonym} is {first.pseudonym} from now on."]
    assert [one.findtext("td") for one in done.document.xpath("//tbody/tr")] == [jo.pseudonym, kim.pseudonym]
    assert set(rows(done).values()) == {"–"}
    listed = office.get("/participants").words()
    assert (first.pseudonym in listed, second.pseudonym in listed) == (True, False)
    gone = office.get(f"/participants/{second.pseudonym}")
    assert "known by another pseudonym" in gone.words()
    assert gone.document.xpath("//main//form") == []
    who = office.get(f"/participants/{first.pseudonym}/who").form("/who")
    assert (who.value("name"), who.value("telephone")) == ("Prof. Heron", "+1 403 555 0199")
    assert "Said of somebody who was named" in office.lead.get(f"{office.at}/log").words()


def test_somebody_who_takes_part_already_is_found_by_their_name(office: Office) -> None:
    jo = office.field.enrol("Jo", "jo@example.org")
    heron = office.field.enrol("Héron, Ada", "ada@example.org")
    nominee = named(office, jo, "Ada Heron")

    said = rows(office.get("/nominations"))[nominee.pseudonym]
    assert said == f"already a participant same name: compare with {heron.pseudonym}"


def test_nobody_is_linked_who_was_approached_or_to_themselves_or_without_the_key(office: Office) -> None:
    jo = office.field.enrol("Jo", "jo@example.org")
    first, second = named(office, jo, "Heron"), named(office, jo, "Heron")
    path = f"/nominations/{second.pseudonym}/same/{first.pseudonym}"
    form = office.get(path).form(first.pseudonym)
    assert office.get(f"/nominations/{second.pseudonym}/same/{second.pseudonym}").status == 404
    for role in (Role.INTERVIEWER, Role.ANALYST, Role.AUDITOR):
        assert office.field.browser(office.house, role).get(f"{office.at}{path}").status == 403
    office.get(f"/participants/{second.pseudonym}").form("/status").fill(status="approached").submit()

    assert office.get(path).status == 409
    assert form.submit().status == 409
    assert len(office.field.everybody()) == 3


@pytest.mark.parametrize("way", [Way.ANONYMISE, Way.ERASE])
def test_whose_name_is_gone_is_offered_no_new_code(office: Office, way: Way) -> None:
    jo = office.field.enrol()
    here = f"{office.at}/participants/{jo.pseudonym}"
    form = next(one for one in office.lead.get(here).forms() if one.action.endswith("/code"))
    office.field.withdraw(jo, way)

    assert "Code lost" not in office.lead.get(here).words()
    assert form.submit().status == 403
