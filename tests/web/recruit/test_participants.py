"""The list of participants and the page of each: steps, places, assignments, codes; names behind a logged look."""

import pytest

from consent.scopes import Scope
from survey.statuses import Status
from survey.withdrawals import Way
from tests.web.pages import Page
from tests.web.recruit.conftest import Office
from tests.web.scenario import EVERYTHING, Someone
from vault.studies import Role


def listed(page: Page) -> set[str]:
    return {row.findtext("th/a") or "" for row in page.document.xpath("//tbody/tr")}


def here(office: Office, someone: Someone) -> str:
    return f"{office.at}/participants/{someone.pseudonym}"


def test_the_list_is_filtered_by_what_stands_in_its_address(office: Office) -> None:
    field = office.field
    jo = field.enrol("Jo", "jo@example.org", stratum=0, agrees=EVERYTHING)
    kim = field.enrol("Kim", "kim@example.org", stratum=1)
    lou = field.enrol("Lou", "lou@example.org")

    assert listed(office.get("/participants")) == {jo.pseudonym, kim.pseudonym, lou.pseudonym}
    assert listed(office.get("/participants?status=consented")) == {jo.pseudonym}
    assert listed(office.get("/participants?status=identified")) == {kim.pseudonym, lou.pseudonym}
    assert listed(office.get(f"/participants?stratum={field.strata[1].name}")) == {kim.pseudonym}
    assert listed(office.get("/participants?site=Calgary&status=identified")) == {kim.pseudonym, lou.pseudonym}
    nobody = office.get("/participants?status=nonsense&site=<b>")
    assert listed(nobody) == set()
    assert "0 of 3" in nobody.words()
    form = office.get("/participants?site=Calgary").document.xpath("//form[@class='filter']")[0]
    assert form.xpath(".//select[@name='site']/option[@selected]/@value") == ["Calgary"]


def test_a_step_is_recorded_and_those_that_follow_by_themselves_are_not_offered(office: Office) -> None:
    jo = office.field.enrol()
    page = office.coordinator.get(here(office, jo))
    offered = set(page.document.xpath("//select[@name='status']/option/@value"))
    assert offered == {"", "approached", "invited", "no-reply", "declined", "closed"}
    page = page.form("/status").fill(status="no-reply").submit()

    assert page.notices == ["The step was recorded."]
    assert office.field.status(jo) is Status.NO_REPLY
    assert "2026-11-23 no reply" in page.words()
    assert page.form("/status").submit().status == 422
    assert page.form("/status").tamper(status="consented").status == 422
    assert office.field.status(jo) is Status.NO_REPLY


def test_nothing_more_is_recorded_of_whoever_has_withdrawn(office: Office) -> None:
    jo = office.field.enrol(agrees=EVERYTHING)
    form = office.coordinator.get(here(office, jo)).form("/status").fill(status="closed")
    office.field.withdraw(jo, Way.STOP)
    page = form.submit()

    assert page.status == 422
    assert office.field.status(jo) is Status.WITHDRAWN
    lead = office.lead.get(here(office, jo))
    assert "Takes part no longer" in lead.words()
    assert "and a letter with it" not in lead.words()


def test_a_participant_is_placed_and_taken_away_again(office: Office) -> None:
    jo = office.field.enrol()
    site, stratum = office.field.sites[1], office.field.strata[3]
    page = (
        office.coordinator.get(here(office, jo))
        .form("/place")
        .fill(site=str(site.id), stratum=str(stratum.id))
        .submit()
    )
    assert page.notices == ["Site and stratum were set."]
    assert f"Edmonton Stratum{stratum.name}".replace(" ", "") in page.words("dl").replace(" ", "")

    page = page.form("/place").fill(site="", stratum="").submit()
    assert page.form("/place").value("site") == ""
    assert page.form("/place").tamper(site="00000000-0000-4000-8000-000000000000").status == 422


def test_a_lead_assigns_and_ends_an_assignment_and_a_coordinator_does_not(office: Office) -> None:
    field = office.field
    jo = field.enrol(agrees=EVERYTHING)
    ian = field.browser(office.house, Role.INTERVIEWER)
    assert ian.get(f"{field.at}/interviews/{jo.pseudonym}").status == 403
    form = office.lead.get(here(office, jo)).form("/assign")
    assert form.submit().status == 422
    page = form.fill(interviewer=str(field.interviewer.id)).submit()
    assert page.notices == ["The interviewer was assigned."]
    assert ian.get(f"{field.at}/interviews/{jo.pseudonym}").status == 200
    assert "Jo Example" in ian.get(f"{field.at}/interviews/{jo.pseudonym}/who").words()
    assert "Interviewer" in office.get("/participants").words("tbody")

    theirs = office.coordinator.get(here(office, jo))
    assert theirs.document.xpath("//form[contains(@action, 'assign')]") == []
    assert "A lead can assign" not in office.lead.get(here(office, jo)).words()
    page = office.lead.get(here(office, jo)).form(f"/unassign/{field.interviewer.id}").submit()
    assert page.notices == ["The assignment was ended."]
    assert ian.get(f"{field.at}/interviews/{jo.pseudonym}").status == 403
    assert field.actions().count("participant.unassigned") == 1


def test_only_somebody_who_speaks_with_participants_is_assigned(office: Office) -> None:
    jo = office.field.enrol()
    analyst = office.field.people[Role.ANALYST]
    form = office.lead.get(here(office, jo)).form("/assign")

    assert form.tamper(interviewer=str(analyst.id)).status == 422
    assert office.field.actions().count("participant.assigned") == 0


def test_a_new_code_is_shown_once_and_the_former_one_opens_nothing(office: Office) -> None:
    jo = office.field.enrol(agrees=EVERYTHING)
    page = next(one for one in office.lead.get(here(office, jo)).forms() if one.action.endswith("/code")).submit()
    code = page.document.xpath("//p[@class='secret']/code")[0].text

    assert code != jo.code
    assert office.house.visitor().send("/p", [("code", jo.code)]).status == 422
    inside = office.house.visitor().send("/p", [("code", code)])
    assert inside.status == 303
    assert jo.pseudonym not in office.get("/letters").words()
    assert code not in office.lead.get(here(office, jo)).text


def test_a_new_code_with_a_letter_waits_in_the_outbox(office: Office) -> None:
    jo = office.field.enrol()
    form = [one for one in office.lead.get(here(office, jo)).forms() if one.action.endswith("/code")][1]
    assert form.value("by") == "letter"
    page = form.submit()

    assert "A letter with it waits" in page.words()
    assert len(office.get("/letters").document.xpath("//input[@name='letter']")) == 1


def test_a_coordinator_makes_no_codes(office: Office) -> None:
    jo = office.field.enrol()
    assert office.coordinator.send(f"{here(office, jo)}/code").status == 403


def test_who_somebody_is_stands_behind_a_look_that_the_log_tells(office: Office) -> None:
    jo = office.field.enrol("Wilhelmina Nachtigall", "w@example.org", telephone="+1 403 555 0100")
    for page in (office.get("/participants"), office.coordinator.get(here(office, jo))):
        assert "Nachtigall" not in page.text
    assert "identity.read" not in office.field.actions()
    page = office.coordinator.get(f"{here(office, jo)}/who")

    assert page.form("/who").value("name") == "Wilhelmina Nachtigall"
    assert office.field.actions()[-1] == "identity.read"
    log = office.lead.get(f"{office.at}/log").words()
    assert "Nachtigall" not in log


def test_a_name_is_corrected_and_what_is_wrong_with_it_is_said(office: Office) -> None:
    jo = office.field.enrol()
    form = office.coordinator.get(f"{here(office, jo)}/who").form("/who")
    page = form.fill(name="Joanna Example", email="joanna").submit()
    assert page.status == 422
    assert list(page.complaints.values()) == ["email"]
    assert page.form("/who").value("name") == "Joanna Example"
    page = page.form("/who").fill(email="joanna@example.org").submit()

    assert page.notices == ["Name and contact were corrected."]
    assert office.coordinator.get(f"{here(office, jo)}/who").form("/who").value("email") == "joanna@example.org"
    assert office.field.actions().count("identity.corrected") == 1
    # The former address is free, and the new one is known.
    enrol = office.get("/enrol").form("/enrol").fill(site=str(office.field.sites[0].id))
    assert enrol.fill(name="Two", email="joanna@example.org").submit().status == 422
    assert enrol.fill(name="Two", email="jo@example.org").submit().title == "Enrolled"


@pytest.mark.parametrize("way", [Way.ANONYMISE, Way.ERASE])
def test_nobody_learns_any_more_who_somebody_was(office: Office, way: Way) -> None:
    jo = office.field.enrol(agrees=EVERYTHING)
    office.field.withdraw(jo, way)
    page = office.lead.get(here(office, jo))

    assert page.status == 200
    assert f"{here(office, jo)}/who" not in page.links()
    assert office.coordinator.get(f"{here(office, jo)}/who").status in {403, 404}


def test_the_consents_in_force_are_said_one_by_one(office: Office) -> None:
    jo = office.field.enrol(agrees=frozenset({Scope.TAKE_PART, Scope.RESULTS}))
    page = office.coordinator.get(here(office, jo))
    marks = [" ".join(one.text_content().split()) for one in page.document.xpath("//ul[@class='marks']/li")]

    assert marks == ["yes take part", "no be recorded", "no be quoted", "no later research", "yes be told the results"]
