"""A study that asks, in an application that answers."""

from dataclasses import dataclass

import pytest

from consent.scopes import Scope
from instruments.definition import Instrument
from survey.participants import Enrolled
from tests.web.pages import Page
from tests.web.participant import study
from tests.web.participant.study import Ready
from tests.web.visitors import House, Visitor


@dataclass(frozen=True)
class Place:
    """The installation with the study in it."""

    house: House
    made: Ready

    def enrol(self, *, typed: bool = False) -> Enrolled:
        """Somebody who was invited."""
        return study.enrol(self.house.stores, self.made, now=self.house.clock.time, typed=typed)

    def come_in(self, enrolled: Enrolled, browser: Visitor | None = None) -> tuple[Visitor, Page]:
        """A browser in which somebody gave their code, and the page they came to."""
        browser = browser or self.house.visitor()
        return browser, browser.get("/p").form().fill(code=enrolled.code.text).submit()

    def agreed(self, *, no_to: frozenset[Scope] = frozenset()) -> tuple[Visitor, Enrolled, Page]:
        """Somebody who agreed to all but ``no_to`` and pressed the button that begins the questions."""
        enrolled = self.enrol()
        browser, letter = self.come_in(enrolled)
        page = decide(letter, no_to=no_to).form("/p/begin").submit()
        return browser, enrolled, page


def decide(letter: Page, *, no_to: frozenset[Scope] = frozenset(), name: str = "Ada Participant") -> Page:
    """Each scope decided, signed and sent."""
    form = letter.form("/p/consent")
    for field in form.fields:
        if field.startswith("scope-"):
            form = form.fill(**{field: "no" if Scope(field.removeprefix("scope-")) in no_to else "yes"})
    return form.fill(signature=name).submit(then="next")


@pytest.fixture
def place(house: House) -> Place:
    """The reference study's short survey, approved and open."""
    return made_place(house)


def made_place(house: House, instrument: Instrument | None = None) -> Place:
    """The same with another instrument."""
    with house.stores.work() as work:
        made = study.ready(work, now=house.clock.time, instrument=instrument)
    return Place(house, made)
