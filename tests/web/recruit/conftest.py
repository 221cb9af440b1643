"""A study in the field behind the door, with a browser of its lead and of its coordinator."""

from dataclasses import dataclass

import pytest

from tests.web.pages import Page
from tests.web.scenario import Scenario, field, kept
from tests.web.visitors import House, Visitor
from vault.studies import Role

__all__ = ["field", "kept"]


@dataclass(frozen=True)
class Office:
    """Where people are enrolled and written to."""

    house: House
    field: Scenario
    lead: Visitor
    coordinator: Visitor

    @property
    def at(self) -> str:
        """The address of the study."""
        return self.field.at

    def get(self, path: str) -> Page:
        """A page of the study as the coordinator sees it."""
        return self.coordinator.get(f"{self.at}{path}")


@pytest.fixture
def office(field: Scenario, house: House) -> Office:
    """The study with nobody enrolled yet."""
    return Office(house, field, field.browser(house, Role.LEAD), field.browser(house, Role.COORDINATOR))
