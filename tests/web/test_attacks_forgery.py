"""Attack 7: forms from elsewhere, and looks that would write, generated from the URL map (ASVS 3.5.1 to 3.5.3)."""

from datetime import UTC, datetime

import pytest
from flask.typing import ResponseReturnValue

import wsgi
from tests.vault.people import Person
from tests.web.conftest import Team
from tests.web.furnishing import Furnished, doors, routes, rows
from tests.web.visitors import ORIGIN, OWN, House, Visitor
from vault import attempts
from vault.settings import Settings
from vault.store import Stores
from vault.studies import Permit, Study
from web.kit.app import make_app
from web.kit.guard import Pages
from web.kit.visit import Visit

# What a browser says of a form that another site has sent, or that a page of unknown origin has.
FOREIGN = {
    "another origin": {"Origin": "https://evil.example"},
    "another port": {"Origin": f"{ORIGIN}:8443"},
    "a longer name": {"Origin": "https://localhost.evil.example"},
    "no origin that it would name": {"Origin": "null"},
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "a neighbour": {"Sec-Fetch-Site": "same-site"},
    "our origin from another site": {**OWN, "Sec-Fetch-Site": "cross-site"},
    "another origin on our site": {**OWN, "Origin": "https://evil.example"},
}


def test_no_form_is_taken_without_its_token(team: Team, furnished: Furnished) -> None:
    """ASVS 3.5.1: every POST of the map, the open ones included."""
    stranger, lead, wrong = team.house.visitor().token(), team.lead, {}
    before = rows(team.house.stores)
    for rule in routes(team.house.app, "POST"):
        for sent in ([], [("csrf_token", "")], [("csrf_token", "made-up")], [("csrf_token", stranger)]):
            page = lead.post(furnished.address(rule), sent)
            if page.status != 400:
                wrong[rule.rule, str(sent)[:40]] = page.status
    assert wrong == {}
    assert rows(team.house.stores) == before


@pytest.mark.parametrize("told", list(FOREIGN))
def test_no_form_is_taken_from_elsewhere_even_with_its_token(team: Team, furnished: Furnished, told: str) -> None:
    """ASVS 3.5.1, 3.5.2: every POST of the map."""
    token = team.lead.token()
    before = rows(team.house.stores)
    found = {
        rule.rule: team.lead.post(furnished.address(rule), [("csrf_token", token)], headers=FOREIGN[told]).status
        for rule in routes(team.house.app, "POST")
    }
    assert {rule: status for rule, status in found.items() if status != 403} == {}
    assert rows(team.house.stores) == before


def test_an_old_browser_that_names_no_origin_is_taken_by_its_token(house: House, ada: Person) -> None:
    browser = house.sign_in(ada)
    values = [("csrf_token", browser.token()), ("title", "Old"), ("reference", "O-1")]

    assert browser.post("/studies/new", values, headers={}).status == 303


def test_a_deed_cannot_be_done_by_a_look(team: Team, furnished: Furnished) -> None:
    """ASVS 3.5.3: what is posted somewhere is not answered to GET there, except by a page that only looks."""
    looks = {rule.rule for rule in routes(team.house.app, "GET")}
    found = {
        rule.rule: team.lead.get(furnished.address(rule)).status
        for rule in routes(team.house.app, "POST")
        if rule.rule not in looks
    }
    # Where an address of another kind stands first, as /participants/<pseudonym> before …/status, there is nothing.
    assert {rule: status for rule, status in found.items() if status not in {404, 405}} == {}


def _same(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {table: after[table] - count for table, count in before.items() if after[table] != count}


def test_no_look_writes_except_the_line_that_says_who_looked(team: Team, furnished: Furnished) -> None:
    """ASVS 3.5.3: every GET of the map, as the lead, and as HEAD."""
    known, lead, wrong = doors(team.house.app), team.lead, {}
    for rule in routes(team.house.app, "GET"):
        door = known.get(rule.endpoint)
        if door is None:
            continue
        address = furnished.address(rule)
        for method in ("GET", "HEAD"):
            before = rows(team.house.stores)
            lead.client.open(address, method=method, base_url=ORIGIN)
            changed = _same(before, rows(team.house.stores))
            if changed and (door.reading or set(changed) != {"ledger_entry"}):
                wrong[rule.rule] = changed
    assert wrong == {}


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
def test_the_database_itself_refuses_to_be_written_to_by_a_look(settings: Settings, stores: Stores) -> None:
    """ASVS 3.5.3, decision 7: a view that forgets itself is a fault, and nothing is there."""
    pages = Pages("careless", __name__)

    @pages.view("/careless", permit=Permit.OPEN)
    def careless(visit: Visit) -> ResponseReturnValue:
        visit.db.add(Study(title="Written by a look", reference="X", opened_at=datetime.now(UTC)))
        visit.db.flush()
        return "written"

    @pages.view("/careless-with-keys", permit=Permit.OPEN)
    def careless_with_keys(visit: Visit) -> ResponseReturnValue:
        attempts.spend(visit.work, b"x", now=datetime.now(UTC))
        return "written"

    app = make_app(settings, stores, [*wsgi.PAGES, pages])
    before = rows(stores)

    assert Visitor(app).get("/careless").status == 500
    assert Visitor(app).get("/careless-with-keys").status == 500
    assert rows(stores) == before


def test_a_page_cannot_be_made_without_a_permit_or_with_one_of_a_study_outside_of_any() -> None:
    """ASVS 8.3.1: there is no other way to get a route."""
    pages = Pages("hasty", __name__)

    with pytest.raises(TypeError):
        pages.view("/hasty")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="needs the study"):
        pages.view("/hasty", permit=Permit.SEE_STUDY)
