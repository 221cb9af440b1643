"""An interviewer at their desk: a study in the field, somebody to speak with, a browser."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from survey.interviews import Interview
from tests.web.pages import Page
from tests.web.scenario import EVERYTHING, Scenario, Someone, field, kept
from tests.web.visitors import House, Visitor
from vault.studies import Role

__all__ = ["field", "kept"]


@dataclass
class Desk:
    """The interviewer's browser, and the participant at the other end of the line."""

    house: House
    field: Scenario
    browser: Visitor
    jo: Someone

    @property
    def here(self) -> str:
        """The address of the participant."""
        return f"{self.field.at}/interviews/{self.jo.pseudonym}"

    def begin(self, *, tape: str = "") -> "Call":
        """The conversation has begun."""
        return Call(self, self.field.start(self.jo, tape=tape))


@dataclass
class Call:
    """A conversation that is going on."""

    desk: Desk
    interview: Interview

    @property
    def here(self) -> str:
        """Its address."""
        return f"{self.desk.here}/{self.interview.response_id}"

    @property
    def page(self) -> Page:
        """The screen of it."""
        return self.desk.browser.get(self.here)

    def note(self, **fields: str | list[str]) -> tuple[int, dict[str, Any]]:
        """What the script sends while somebody types; a double underscore is a dot. Status and answer."""
        values = [
            (name.replace("__", ".").replace("_seen_", "seen."), value)
            for name, said in fields.items()
            for value in ([said] if isinstance(said, str) else said)
        ]
        page = self.desk.browser.send(f"{self.here}/note", values)
        return page.status, json.loads(page.text)

    def record(self) -> Any:
        """The interview as it stands."""
        return self.desk.field.record(self.desk.jo, self.interview)


@pytest.fixture
def desk(field: Scenario, house: House) -> Desk:
    """Somebody is assigned and has agreed to everything."""
    jo = field.enrol(assigned=True, agrees=EVERYTHING, telephone="+1 403 555 0100")
    return Desk(house, field, field.browser(house, Role.INTERVIEWER), jo)


@pytest.fixture
def undecided(field: Scenario, house: House) -> Desk:
    """Somebody is assigned and has not been asked yet."""
    return Desk(house, field, field.browser(house, Role.INTERVIEWER), field.enrol(assigned=True))


@pytest.fixture
def call(desk: Desk) -> Call:
    """The conversation has begun."""
    return desk.begin()
