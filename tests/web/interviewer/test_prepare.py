"""Before an interview: whom one sees, what stands in the way, and that the start names it."""

from datetime import timedelta

import pytest

from consent.scopes import Scope
from survey.statuses import Status
from tests.web.interviewer.conftest import Desk
from tests.web.scenario import EVERYTHING, scenario
from tests.web.visitors import House
from vault.studies import Role


def test_an_interviewer_sees_who_is_assigned_to_them_with_the_next_step_and_nobody_else(desk: Desk) -> None:
    field = desk.field
    asked, theirs = field.enrol("Kim", "kim@example.org", assigned=True), field.enrol("Lou", "lou@example.org")
    page = desk.browser.get(f"{field.at}/interviews")

    rows = {row.findtext("th/a"): row.text_content() for row in page.document.xpath("//tbody/tr")}
    assert set(rows) == {desk.jo.pseudonym, asked.pseudonym}
    assert "Interview" in rows[desk.jo.pseudonym]
    assert "Ask for consent" in rows[asked.pseudonym]
    assert "Kim" not in page.text
    assert desk.browser.get(f"{field.at}/interviews/{theirs.pseudonym}").status == 403
    assert desk.browser.get(f"{field.at}/interviews/P-ZZZZ").status == 404


def test_who_was_not_asked_yet_is_not_said_to_have_said_no(desk: Desk) -> None:
    asked = desk.field.enrol("Kim", "kim@example.org", assigned=True)
    said_no = desk.field.enrol("Lou", "lou@example.org", assigned=True, agrees=frozenset())
    page = desk.browser.get(f"{desk.field.at}/interviews")

    rows = {row.findtext("th/a"): row.text_content() for row in page.document.xpath("//tbody/tr")}
    assert "Nothing has been decided yet." in rows[asked.pseudonym]
    assert "does not take part" in rows[said_no.pseudonym]
    assert "takes part" in rows[desk.jo.pseudonym]


def test_another_interviewer_gets_nowhere_near(desk: Desk) -> None:
    call = desk.begin()
    olga = desk.field.browser(desk.house, desk.field.other)

    assert "Nobody is assigned to you" in olga.get(f"{desk.field.at}/interviews").words()
    for path in (desk.here, f"{desk.here}/consent", f"{desk.here}/who", call.here, f"{call.here}/memo"):
        assert olga.get(path).status == 403, path
    for path in (desk.here, f"{desk.here}/consent", call.here, f"{call.here}/note", f"{call.here}/memo"):
        assert olga.send(path, [("holds", "start"), ("start.notes", "x")]).status == 403, path
    assert call.record().topics == {}


def test_the_guide_can_be_printed_before_the_interview(desk: Desk) -> None:
    page = desk.browser.get(desk.here)
    (paper,) = [link for link in page.links() if link.endswith("/paper")]
    files = [link for link in desk.browser.get(paper).links() if ".pdf" in link or ".docx" in link]

    assert "On paper: " in page.words()
    assert [desk.browser.get(link).status for link in files] == [200, 200]


def test_an_interview_of_somebody_else_is_not_found_under_this_participant(desk: Desk) -> None:
    kim = desk.field.enrol("Kim", "kim@example.org", assigned=True, agrees=EVERYTHING)
    theirs = desk.field.start(kim)

    assert desk.browser.get(f"{desk.here}/{theirs.response_id}").status == 404


def test_the_start_names_everything_that_is_missing_and_keeps_what_was_typed(undecided: Desk) -> None:
    field = undecided.field
    page = undecided.browser.get(undecided.here)
    assert "No interview can begin yet" in page.words()
    assert page.document.xpath("//select[@name='guide']") == []

    refused = undecided.browser.send(
        undecided.here, [("guide", str(field.guide)), ("tape", "T-014"), ("setting", "in her office")]
    )
    assert refused.status == 422
    said = refused.words(".danger")
    assert "once there is consent to take part" in said
    assert "no consent to be recorded" in said
    form = refused.form(undecided.jo.pseudonym)
    assert (form.value("tape"), form.value("setting")) == ("T-014", "in her office")


@pytest.mark.parametrize(
    ("agrees", "tape", "missing"),
    [
        ({Scope.TAKE_PART}, "T-1", ["no consent to be recorded"]),
        ({Scope.TAKE_PART}, "", []),
        (set(), "", ["once there is consent to take part"]),
        ({Scope.TAKE_PART, Scope.RECORDED}, "T-1", []),
    ],
)
def test_a_tape_needs_consent_to_be_recorded_and_an_interview_consent_to_take_part(
    undecided: Desk, agrees: set[Scope], tape: str, missing: list[str]
) -> None:
    undecided.field.agree(undecided.jo, frozenset(agrees))
    page = undecided.browser.send(
        undecided.here, [("guide", str(undecided.field.guide)), ("tape", tape), ("setting", "")]
    )

    assert page.status == (422 if missing else 303)
    assert all(one in page.words(".danger") for one in missing) if missing else page.location


def test_without_an_approval_in_force_nothing_begins(desk: Desk) -> None:
    desk.house.clock.time += timedelta(days=400)
    browser = desk.field.browser(desk.house, Role.INTERVIEWER)

    page = browser.send(desk.here, [("guide", str(desk.field.guide)), ("tape", ""), ("setting", "")])
    assert page.status == 422
    assert "approv" in page.words(".danger")


def test_a_guide_that_does_not_exist_is_no_choice(desk: Desk) -> None:
    page = desk.browser.send(desk.here, [("guide", "nonsense"), ("tape", "T-1"), ("setting", "")])

    assert page.status == 422
    assert page.form(desk.jo.pseudonym).value("tape") == "T-1"


def test_starting_twice_is_one_interview(desk: Desk) -> None:
    first = desk.browser.get(desk.here).form(desk.jo.pseudonym).fill(tape="T-014").submit()
    second = desk.browser.get(desk.here).form(desk.jo.pseudonym).fill(tape="T-014").submit()

    assert first.path == second.path
    assert "Tape T-014" in first.words(".tape")
    assert desk.field.actions().count("interview.started") == 1
    assert "Go on with the interview" in desk.browser.get(f"{desk.field.at}/interviews").words()


def test_a_name_is_read_on_a_page_of_its_own_and_the_log_says_so(desk: Desk) -> None:
    assert "Jo Example" not in desk.browser.get(desk.here).text
    before = desk.field.actions().count("identity.read")
    page = desk.browser.get(f"{desk.here}/who")

    assert "Jo Example" in page.words()
    assert "+1 403 555 0100" in page.words()
    assert desk.field.actions().count("identity.read") == before + 1


def test_whoever_withdrew_is_asked_nothing_more(desk: Desk) -> None:
    desk.field.withdraw(desk.jo)
    page = desk.browser.get(desk.here)

    assert "has withdrawn" in page.words()
    assert page.document.xpath("//main//form[@method='post']") == []
    assert "Nothing: they have withdrawn" in desk.browser.get(f"{desk.field.at}/interviews").words()
    assert desk.browser.send(desk.here, [("guide", str(desk.field.guide))]).status in {403, 422}
    assert desk.field.status(desk.jo) is Status.WITHDRAWN


def test_a_study_without_a_guide_says_who_publishes_one(house: House) -> None:
    field = scenario(house.stores, now=house.clock.time, versions_of_list_1=0)
    jo = field.enrol(assigned=True, agrees=EVERYTHING)

    page = field.browser(house, Role.INTERVIEWER).get(f"{field.at}/interviews/{jo.pseudonym}")
    assert "No guide is there" in page.words()
