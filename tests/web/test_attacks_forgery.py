"""Attack 7: forms from elsewhere, and looks that would write, generated from the URL map (ASVS 3.5.1 to 3.5.3)."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask.typing import ResponseReturnValue

import wsgi
from tests.vault.people import Person
from tests.web.conftest import Team
from tests.web.furnishing import Furnished, doors, routes
from tests.web.visitors import ORIGIN, OWN, House, Visitor
from tests.web.watching import Watch, contents
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


@pytest.fixture
def watch(team: Team, furnished: Furnished) -> Iterator[Watch]:
    """Sees what is written once the study is furnished and whoever is asked has come in."""
    furnished.participant(team.house).token()
    team.lead.token()
    made = Watch(team.house.stores)
    yield made
    made.close()


def _visitors(team: Team, furnished: Furnished) -> dict[str, Visitor]:
    """Whoever has a key to something: the lead, who interviews as well, and the participant."""
    return {"lead": team.lead, "participant": furnished.participant(team.house)}


def test_no_form_is_taken_without_its_token(team: Team, furnished: Furnished, watch: Watch) -> None:
    """ASVS 3.5.1: every POST of the map, the open ones included, from whoever could do what it does."""
    stranger, wrong = team.house.visitor().token(), {}
    for who, browser in _visitors(team, furnished).items():
        browser.token()
        for rule in routes(team.house.app, "POST"):
            for sent in ([], [("csrf_token", "")], [("csrf_token", "made-up")], [("csrf_token", stranger)]):
                page = browser.post(furnished.address(rule), sent)
                if page.status != 400:
                    wrong[who, rule.rule, str(sent)[:40]] = page.status
    assert wrong == {}
    assert watch.changes() == set()


@pytest.mark.parametrize("told", list(FOREIGN))
def test_no_form_is_taken_from_elsewhere_even_with_its_token(
    team: Team, furnished: Furnished, watch: Watch, told: str
) -> None:
    """ASVS 3.5.1, 3.5.2: every POST of the map."""
    found = {}
    for who, browser in _visitors(team, furnished).items():
        token = browser.token()
        for rule in routes(team.house.app, "POST"):
            page = browser.post(furnished.address(rule), [("csrf_token", token)], headers=FOREIGN[told])
            found[who, rule.rule] = page.status
    assert {rule: status for rule, status in found.items() if status != 403} == {}
    assert watch.changes() == set()


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


def test_no_look_writes_except_the_line_that_says_who_looked(team: Team, furnished: Furnished, watch: Watch) -> None:
    """ASVS 3.5.3: every GET of the map, and as HEAD: no row is new, gone or another."""
    known, wrong, seen = doors(team.house.app), {}, Counter[str]()
    for who, browser in _visitors(team, furnished).items():
        for rule in routes(team.house.app, "GET"):
            door = known.get(rule.endpoint)
            if door is None:
                continue
            for method in ("GET", "HEAD"):
                answer = browser.client.open(furnished.address(rule), method=method, base_url=ORIGIN)
                seen[who] += answer.status_code == 200
                changed = watch.changes()
                if changed and (door.reading or changed != {"ledger_entry"}):
                    wrong[who, rule.rule] = changed
    assert wrong == {}
    assert min(seen.values()) > 40, "most pages were really there"


def test_the_watch_sees_a_row_that_has_only_changed(team: Team, watch: Watch) -> None:
    """The test of the test."""
    assert watch.changes() == set()
    with team.house.stores.work() as work:
        work.db.get_one(Study, team.study).title = "Another title"
        work.commit()

    assert watch.changes() == {"study"}
    assert watch.changes() == set()


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
    before = contents(stores)

    assert Visitor(app).get("/careless").status == 500
    assert Visitor(app).get("/careless-with-keys").status == 500
    assert contents(stores) == before


def test_a_page_cannot_be_made_without_a_permit_or_with_one_of_a_study_outside_of_any() -> None:
    """ASVS 8.3.1: there is no other way to get a route."""
    pages = Pages("hasty", __name__)

    with pytest.raises(TypeError):
        pages.view("/hasty")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="needs the study"):
        pages.view("/hasty", permit=Permit.SEE_STUDY)
