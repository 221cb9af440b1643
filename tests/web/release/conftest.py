"""A study with interviews in it, browsers of its lead and its analyst, and a worker that does its jobs when told."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as own

import pytest
from huey import Huey

from consent import decisions
from consent.scopes import Scope as Agreed
from exports import jobs
from exports.worker import Worker
from survey import assignments, interviews
from survey.deltas import Delta, TopicNote
from survey.runs import plan_of
from tests.web.pages import Page
from tests.web.scenario import EVERYTHING, Scenario, Someone, kept
from tests.web.scenario import field as field_
from tests.web.visitors import House, Visitor
from vault.studies import Role, Scope
from web.kit import guard

__all__ = ["field_", "kept"]

SAID = {
    "Jo Example": "Her mentor, Wilhelmina Nachtigall, answered within a day. Ring 403 555 0199.",
    "Sam Sample": "He was assigned a mentor whom he never met.",
    "Pat Person": "Jo Example told her of the course.",
    "Kim Kind": "The best advice was to say no.",
}


@dataclass
class Desk:
    """Where releases are asked for, decided on and fetched."""

    house: House
    field: Scenario
    lead: Visitor
    analyst: Visitor
    worker: Worker
    people: dict[str, Someone] = own(default_factory=dict)

    @property
    def at(self) -> str:
        """The address of the releases."""
        return f"{self.field.at}/releases"

    def ask(self, who: Visitor, **typed: str | bool) -> Page:
        """Ask for a release with nothing beside the texts, unless ``typed`` says otherwise."""
        form = who.get(f"{self.at}/ask").form("/ask")
        form.values = [(name, value) for name, value in form.values if name != "attributes"]
        usual: dict[str, str | bool] = {
            "profile": "reading", "purpose": "Coding by two of us.", "recipients": "The two analysts.",
        }  # fmt: skip
        return form.fill(**usual | typed).submit()

    def work(self) -> None:
        """The worker does what waits for it."""
        huey = self.queue()
        while self.worker.take(huey):
            pass

    def queue(self) -> Huey:
        """The queue of the worker."""
        return jobs.queue(self.house.settings, self.worker.id)


def contents(page: Page) -> dict[str, str]:
    """The files of a fetched release, read as text."""
    assert page.status == 200, page.text[:300]
    with zipfile.ZipFile(io.BytesIO(page.response.get_data())) as zipped:
        return {name: zipped.read(name).decode(errors="replace") for name in zipped.namelist()}


def tell(field: Scenario, someone: Someone, notes: str) -> None:
    """An interview in which the first topic was talked about, ended and deposited."""
    interview = field.start(someone)
    now = field.now
    with field.stores.work() as work:
        grant = decisions.grant_for(work.db, someone.participant.id)
        _, response = interviews.find(work.db, someone.participant.id, interview.response_id)
        key = assignments.key_of(
            work.keyring, someone.participant, Scope.RESPONSES, account=field.interviewer.account,
            seed=field.interviewer.seed,
        )  # fmt: skip
        held = work.db.get_one(interviews.Interview, interview.response_id)
        said = Delta(topics={"experience": TopicNote({"state": "asked", "notes": notes})})
        interviews.note(work.db, key, grant, held, response, said, plan=plan_of(work.db, response), now=now)
        interviews.end(work.db, work.keyring, grant, held, key=key, response=response, now=now)
        left = interviews.unreached(plan_of(work.db, response), interviews.read(work.db, key, response))
        interviews.deposit(work.db, work.keyring, held, response, key=key, not_reached=left, now=now)
        work.commit()


def hired(house: House) -> Worker:
    """A worker that the web knows of."""
    worker = Worker(house.settings, house.stores, guard.kit_of(house.app).server_key, clock=lambda: house.clock.time)
    worker.register()
    return worker


@pytest.fixture
def desk(field_: Scenario, house: House) -> Iterator[Desk]:
    """Four people have been spoken with; one of them may not be quoted."""
    made = Desk(house, field_, field_.browser(house, Role.LEAD), field_.browser(house, Role.ANALYST), hired(house))
    for number, (name, notes) in enumerate(SAID.items()):
        agrees = EVERYTHING - {Agreed.QUOTED} if name == "Kim Kind" else EVERYTHING
        email = f"{name.partition(' ')[0].lower()}@example.org"
        made.people[name] = field_.enrol(name, email, assigned=True, agrees=agrees, stratum=number)
        tell(field_, made.people[name], notes)
    yield made
    made.worker.leave()
