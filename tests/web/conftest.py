"""What the tests of the pages share: an application on a fresh installation, a clock, a team.

Pages are tested on SQLite; a test that wants both databases says
``@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

import wsgi
from tests.vault.people import Person, joined, person, study_of
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


class Compiled(BytecodeCache):
    """Templates that one test has compiled and the next one need not, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is there."""
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled; a text that has changed is compiled anew."""
        self.kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = Compiled()


@pytest.fixture
def house(settings: Settings, stores: Stores, clock: Clock) -> Iterator[House]:
    """The application of a fresh installation."""
    app = wsgi.create_app(settings)
    app.jinja_env.bytecode_cache = _COMPILED
    yield House(app, settings, stores, clock)
    guard.kit_of(app).stores.dispose()


class Browsers(dict[Role, Visitor]):
    """A browser for each of the team, in which they sign in when it is first looked at."""

    def __init__(self, house: House, people: dict[Role, Person]) -> None:
        super().__init__()
        self._house, self._people = house, people

    def __missing__(self, role: Role) -> Visitor:
        self[role] = self._house.sign_in(self._people[role])
        return self[role]


@dataclass(frozen=True)
class Team:
    """A study with somebody in each role, who holds the keys of it."""

    house: House
    study: UUID
    people: dict[Role, Person]
    browsers: Browsers
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
    """A study with somebody in each role."""
    now = house.clock.time
    with house.stores.work() as work:
        people = {role: person(work.db, role.value, now=now) for role in Role}
        lead = people[Role.LEAD]
        study = study_of(work.db, lead, now=now)
        for role in Role:
            if role is not Role.LEAD:
                joined(work.db, study, people[role], role, by=lead, now=now)
        work.commit()
    members = {role: house.member_of(study.id, one) for role, one in people.items()}
    return Team(house, study.id, people, Browsers(house, people), members)


@pytest.fixture
def furnished(team: Team) -> Furnished:
    """One of everything in the team's study."""
    return furnish(team.house, team.study, team.people[Role.LEAD], team.members[Role.ANALYST])


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
    return Elsewhere(browser, furnish(house, study, eve, house.member_of(study, eve)))
