"""Incidents: whoever notices one writes it down, leads and coordinators act on it, the board reads it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.vault.people import joined, person, study_of
from tests.web.browser import Site, assert_good, photograph
from tests.web.conftest import Team
from tests.web.pages import Form, Page
from tests.web.simultaneous import twice
from tests.web.visitors import Visitor
from vault.studies import Role

HOUR = timedelta(hours=1)


def record(team: Team, browser: Visitor, **more: str | bool) -> Page:
    """What the form answers to a breach that was noticed an hour ago."""
    return breach(team, browser, **more).submit()


def breach(team: Team, browser: Visitor, **more: str | bool) -> Form:
    """The form, filled in and not sent."""
    noticed = team.house.clock.time - HOUR
    said: dict[str, str | bool] = {
        "sort": "breach", "words": "A letter of P-7KQ4 went to somebody else.",
        "happened_on": noticed.date().isoformat(), "noticed_on": noticed.date().isoformat(),
        "noticed_time": f"{noticed:%H:%M}", **more,
    }  # fmt: skip
    return browser.get(f"{team.at}/incidents/new").form("/new").fill(**said)


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
def test_an_incident_is_recorded_once_however_often_it_is_sent(team: Team) -> None:
    """ASVS 15.4.2."""
    form = breach(team, team.lead)

    pages = [*twice(team.lead, form), team.lead.post(form.action, form.values)]

    assert {(page.status, page.location) for page in pages} == {(303, pages[0].location)}
    assert record(team, team.lead).notices == ["Incident 2 was recorded."]
    assert form.fill(words="Another one.").submit().notices[-1] == "Incident 3 was recorded."


def test_an_interviewer_writes_down_a_breach_and_the_coordinator_reports_it_in_time(team: Team) -> None:
    now = team.house.clock.time
    page = record(team, team.browsers[Role.INTERVIEWER], authority=True, board_until=now.date().isoformat())
    assert page.notices == ["Incident 1 was recorded."]
    assert "Write down what was done" not in page.words()
    listed = team.browsers[Role.COORDINATOR].get(f"{team.at}/incidents")
    assert "The data protection authority, until" in listed.words()
    one = team.browsers[Role.COORDINATOR].get(page.path)
    assert "It can be closed once everybody was told who has to be." in one.words()
    told = {"told_on": now.date().isoformat(), "told_time": f"{now:%H:%M}"}
    for whom in ("The data protection authority", "The ethics board"):
        one = one.form("/report").fill(duty=whom, how="By their form.", **told).submit()
        assert one.notices == ["It stands in the record."]
    assert one.words().count("told in time") == 2
    one = one.form("/act").fill(done="The letter was fetched back.").submit()
    one = one.form("/close").fill(ended="Nobody had opened it.").submit()
    assert "Nobody had opened it." in one.words()
    assert "closed" in team.browsers[Role.AUDITOR].get(f"{team.at}/incidents").words()
    again = one.form("/reopen").fill(why="They had opened it after all.").submit()
    assert again.form("/act").fill(done="They were asked to keep it to themselves.").submit().status == 200
    log = team.lead.get(f"{team.at}/log").words()
    assert "Recorded the incident 1 (breach of confidentiality or of personal data)" in log
    assert "Opened the incident 1 again." in log


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("words", " "), ("happened_on", "yesterday"), ("noticed_on", "2999-01-01"),
        ("noticed_time", "25:00"), ("board_until", "soon"), ("happened_on", "2999-01-01"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_beside_its_field_and_what_was_typed_stays(
    team: Team, field: str, value: str
) -> None:
    page = record(team, team.lead, **{field: value})
    assert page.status == 422
    assert list(page.complaints.values()) == [field if "2999" not in value else "noticed_on"]
    if field != "words":
        assert page.form("/new").value("words") == "A letter of P-7KQ4 went to somebody else."
    assert "No incident is recorded." in team.lead.get(f"{team.at}/incidents").words()


@pytest.mark.parametrize(
    ("deed", "fields", "beside"),
    [
        ("act", {"done": ""}, "done"), ("owe", {"due_whom": "", "due_on": "2027-01-01"}, "due_whom"),
        ("owe", {"due_whom": "Them", "due_on": ""}, "due_on"), ("close", {"ended": " "}, "ended"),
        ("report", {"duty": "", "whom": "", "told_on": "2026-01-01", "told_time": "10:00"}, "told_on"),
        ("report", {"duty": "", "whom": "Them", "told_on": "2999-01-01", "told_time": "10:00"}, "told_on"),
        ("report", {"duty": "Nobody", "told_on": "2026-01-01", "told_time": "10:00"}, "duty"),
    ],
)  # fmt: skip
def test_an_entry_that_cannot_be_taken_is_refused_beside_its_field(
    team: Team, deed: str, fields: dict[str, str], beside: str
) -> None:
    page = record(team, team.lead)
    refused = team.lead.send(f"{page.path}/{deed}", list(fields.items()))
    assert refused.status == 422
    assert beside in refused.complaints.values()
    assert "Nothing yet." in team.lead.get(page.path).words()


def test_colleagues_see_their_own_incidents_only(team: Team) -> None:
    mine = record(team, team.browsers[Role.INTERVIEWER])
    about_me = record(team, team.browsers[Role.ANALYST], sort="complaint", words="Somebody was rude.")
    seen = team.browsers[Role.INTERVIEWER].get(f"{team.at}/incidents").words()
    assert "A letter of P-7KQ4" in seen
    assert "rude" not in seen
    assert team.browsers[Role.INTERVIEWER].get(about_me.path).status == 404
    assert team.browsers[Role.INTERVIEWER].get(mine.path).status == 200
    assert "rude" in team.browsers[Role.AUDITOR].get(about_me.path).words()


@pytest.mark.browser
def test_an_incident_is_recorded_by_keyboard_and_its_pages_are_sound(site: Site, chromium: Browser) -> None:
    now = datetime.now(UTC)
    with site.stores.work() as work:
        lead, ian = person(work.db, "ada", now=now), person(work.db, "ian", now=now)
        study = study_of(work.db, lead, now=now)
        joined(work.db, study, ian, Role.INTERVIEWER, by=lead, now=now)
        for each in (lead, ian):
            each.account.recovery_noted_at, each.account.totp_step = now, 0
        work.commit()
    with site.context(chromium) as context:
        site.sign_in(context, lead)
        page = context.new_page()
        page.goto(f"/studies/{study.id}/incidents")
        photograph(page, "incidents-empty")
        assert_good(page)
        page.get_by_role("link", name="Record an incident").press("Enter")
        page.get_by_role("button", name="Record the incident").press("Enter")
        expect(page.locator(".errors")).to_be_focused()
        assert_good(page)
        page.get_by_label("breach of confidentiality").press("Space")
        page.get_by_label("What happened").fill("A sheet with pseudonyms was left in a train.")
        page.get_by_label("When it happened", exact=True).fill(now.date().isoformat())
        page.get_by_label("When it was noticed", exact=True).fill(now.date().isoformat())
        page.get_by_label("At what time (UTC)").fill("00:00")
        page.get_by_label("The data protection authority").press("Space")
        photograph(page, "incident-new")
        page.get_by_role("button", name="Record the incident").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Incident 1"))
        page.get_by_label("What was done").fill("The railway was asked for it.")
        page.get_by_role("button", name="Add it to the record").press("Enter")
        expect(page.get_by_text("The railway was asked for it.")).to_be_visible()
        photograph(page, "incident")
        assert_good(page)
        page.goto(f"/studies/{study.id}/incidents")
        photograph(page, "incidents")
        assert_good(page)
