"""Studies, their sites, their approvals and their log."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.web.conftest import Team
from tests.web.pages import Form
from tests.web.visitors import House
from vault import approvals
from vault.studies import Role, Study

ALL_BUT_LEAD = [role for role in Role if role is not Role.LEAD]


@pytest.mark.parametrize(
    ("title", "reference", "field"),
    [("", "MM-1", "title"), ("   ", "MM-1", "title"), ("Mentors", "", "reference"), ("x" * 201, "MM-1", "title"),
     ("Mentors", "x" * 81, "reference")],
)  # fmt: skip
def test_a_study_that_cannot_be_founded_keeps_what_was_typed(
    house: House, title: str, reference: str, field: str
) -> None:
    lead = house.sign_in(house.person("ada"))

    page = lead.get("/studies/new").form().fill(title=title, reference=reference).submit()

    assert page.status == 422
    assert list(page.complaints.values()) == [field]
    assert (page.form().value("title"), page.form().value("reference")) == (title.strip(), reference)


def test_a_study_has_any_title_that_people_write(house: House) -> None:
    lead = house.sign_in(house.person("ada"))

    for title in ('<b>Mentoring</b> & "care"', "Mentorat à l'université – été", "دراسة الإرشاد", "研究"):
        study = house.found(lead, title)
        assert title in lead.get("/studies").words()
        assert lead.get(f"/studies/{study}").title == title


def test_the_list_shows_the_studies_of_whoever_looks(house: House, team: Team) -> None:
    stranger = house.sign_in(house.person("eve"))

    assert "Mentors and mentees" not in stranger.get("/studies").text
    assert f"/studies/{team.study}" in team.browsers[Role.ANALYST].get("/studies").links()


def test_pressing_the_button_twice_founds_one_study(house: House) -> None:
    """ASVS 15.4.2, 2.3.3."""
    lead = house.sign_in(house.person("ada"))
    form = lead.get("/studies/new").form().fill(title="Once", reference="O-1")

    first, second = form.submit(), form.submit()

    assert first.path == second.path
    with house.stores.work(reading=True) as work:
        assert work.db.scalar(select(func.count()).select_from(Study)) == 1


def test_a_site_needs_a_name_of_its_own(team: Team) -> None:
    form = team.lead.get(f"{team.at}/sites").form()
    assert form.fill(name="Clinic").submit().notices == ["The site was added."]

    for name in ("Clinic", " Clinic ", "", "x" * 121):
        page = team.lead.get(f"{team.at}/sites").form().fill(name=name).submit()
        assert page.status == 422
        assert list(page.complaints.values()) == ["name"]
        assert page.form().value("name") == name.strip()


def _decision(team: Team, **typed: str) -> Form:
    today = team.house.clock.time.date()
    right = {
        "board": "Research Ethics Board", "reference": "2026-114", "covers": "Interviews with mentors",
        "effective_on": today.isoformat(), "expires_on": (today + timedelta(days=365)).isoformat(),
    }  # fmt: skip
    return team.lead.get(f"{team.at}/approvals").form("/approvals").fill(**{**right, **typed})


def test_an_approval_is_recorded_for_a_site_and_replaced_by_another(team: Team) -> None:
    team.lead.get(f"{team.at}/sites").form().fill(name="Clinic").submit()
    form = _decision(team)
    clinic = next(
        option.get("value") for option in form.fields["site"][0].xpath(".//option") if option.text == "Clinic"
    )
    assert form.fill(site=clinic).submit().notices == ["The approval was recorded."]

    renewal = _decision(team, reference="2026-115", site=clinic)
    former = renewal.fields["replaces"][0].xpath(".//option")[1]
    page = renewal.fill(replaces=former.get("value")).submit()

    assert page.notices == ["The approval was recorded."]
    with team.house.stores.work(reading=True) as work:
        newest, oldest = approvals.of_study(work.db, team.study)
    assert (newest.replaces, newest.reference) == (oldest.number, "2026-115")
    assert "2026-115" in team.lead.get(team.at).words()


@pytest.mark.parametrize(
    ("field", "value"),
    [("board", ""), ("reference", ""), ("covers", ""), ("effective_on", ""), ("expires_on", ""),
     ("effective_on", "tomorrow"), ("expires_on", "2026-02-30"), ("expires_on", "2020-01-01"), ("board", "x" * 201),
     ("covers", "x" * 2001)],
)  # fmt: skip
def test_a_decision_that_cannot_be_taken_says_where_and_keeps_the_rest(team: Team, field: str, value: str) -> None:
    page = _decision(team, **{field: value}).submit()

    assert page.status == 422
    assert set(page.complaints.values()) == {field}
    kept = page.form()
    assert kept.value("board") == (value if field == "board" else "Research Ethics Board")
    assert kept.value(field) == value


def test_pressing_the_button_twice_records_one_decision(team: Team) -> None:
    """ASVS 15.4.2: what is recorded is never changed, so it must not stand twice by a slip of the hand."""
    form = _decision(team)

    form.submit()
    form.submit()

    with team.house.stores.work(reading=True) as work:
        assert len(approvals.of_study(work.db, team.study)) == 1


def test_another_studys_site_or_decision_cannot_be_named(house: House, team: Team) -> None:
    eve = house.sign_in(house.person("eve"))
    theirs = house.found(eve, "Another study")
    eve.get(f"/studies/{theirs}/sites").form().fill(name="Secret clinic").submit()
    foreign = eve.get(f"/studies/{theirs}/approvals").form().fields["site"][0].xpath(".//option")[1].get("value")

    assert "Secret clinic" not in team.lead.get(f"{team.at}/approvals").text
    for values in ({"site": foreign}, {"replaces": "1"}, {"site": "not a number"}):
        assert _decision(team).tamper(**values).status == 422


@pytest.mark.parametrize("role", ALL_BUT_LEAD)
def test_the_overview_tells_each_role_where_the_study_stands(team: Team, role: Role) -> None:
    page = team.browsers[role].get(team.at)

    assert page.status == 200
    assert page.title == "Mentors and mentees"
    assert (f"{team.at}/members/new" in page.text) is False


def test_the_log_is_for_lead_and_auditor(team: Team) -> None:
    for role in Role:
        assert team.browsers[role].get(f"{team.at}/log").status == (200 if role in {Role.LEAD, Role.AUDITOR} else 403)
