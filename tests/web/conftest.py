"""What the tests of the pages share: an application on a fresh installation, a clock, a team.

Pages are tested on SQLite; a test that wants both databases says
``@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest

import wsgi
from tests.vault.people import Person
from tests.web.furnishing import Furnished, furnish
from tests.web.visitors import Clock, House, Visitor
from vault.settings import Settings
from vault.store import Stores
from vault.studies import Role
from web.kit import guard


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Without a word of its own, a test of pages runs on SQLite only."""
    if "settings" not in metafunc.fixturenames:
        return
    if not any("settings" in str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize")):
        metafunc.definition.add_marker(pytest.mark.parametrize("settings", ["sqlite"], indirect=True))


@pytest.fixture
def clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The guard's clock, which a test moves."""
    made = Clock(now)
    monkeypatch.setattr(guard, "datetime", made)
    return made


@pytest.fixture
def house(settings: Settings, stores: Stores, clock: Clock) -> Iterator[House]:
    """The application of a fresh installation."""
    app = wsgi.create_app(settings)
    yield House(app, settings, stores, clock)
    guard.kit_of(app).stores.dispose()


@dataclass(frozen=True)
class Team:
    """A study with somebody in each role, every one of them signed in."""

    house: House
    study: UUID
    people: dict[Role, Person]
    browsers: dict[Role, Visitor]
    members: dict[Role, UUID]

    @property
    def lead(self) -> Visitor:
        """The lead's browser."""
        return self.browsers[Role.LEAD]

    @property
    def at(self) -> str:
        """The address of the study."""
        return f"/studies/{self.study}"


@pytest.fixture
def ada(house: House) -> Person:
    """Somebody with an account."""
    return house.person("ada")


@pytest.fixture
def team(house: House) -> Team:
    """A study with somebody in each role, made through the pages."""
    people = {role: house.person(role.value) for role in Role}
    browsers = {Role.LEAD: house.sign_in(people[Role.LEAD])}
    study = house.found(browsers[Role.LEAD])
    members = {Role.LEAD: house.member_of(study, people[Role.LEAD])}
    for role in Role:
        if role is not Role.LEAD:
            members[role] = house.join(browsers[Role.LEAD], study, people[role], role)
            browsers[role] = house.sign_in(people[role])
    return Team(house, study, people, browsers, members)


@pytest.fixture
def furnished(team: Team) -> Furnished:
    """One of everything in the team's study."""
    return furnish(team.house, team.study, team.people[Role.LEAD].id, team.members[Role.ANALYST])


@dataclass(frozen=True)
class Elsewhere:
    """Another study with another lead, and one of everything in it."""

    lead: Visitor
    things: Furnished


@pytest.fixture
def elsewhere(house: House) -> Elsewhere:
    """A study in which nobody of the team has a part."""
    eve = house.person("eve")
    browser = house.sign_in(eve)
    study = house.found(browser, "A study of somebody else")
    return Elsewhere(browser, furnish(house, study, eve.id, house.member_of(study, eve)))
