"""The rail beside a study's pages: its tasks in the order of a study, with what exists and what the visitor may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from flask import Flask, current_app, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from vault.studies import Permit

_RAIL = "verbatim-rail"


class Task(StrEnum):
    """What a team does with a study, in the order of a study."""

    PLAN = "plan"
    ASK = "ask"
    RECRUIT = "recruit"
    LISTEN = "listen"
    PREPARE = "prepare"
    RELEASE = "release"
    ACCOUNT = "account"


TASKS = {
    Task.PLAN: _l("Plan"),
    Task.ASK: _l("Ask"),
    Task.RECRUIT: _l("Recruit"),
    Task.LISTEN: _l("Listen"),
    Task.PREPARE: _l("Prepare"),
    Task.RELEASE: _l("Release"),
    Task.ACCOUNT: _l("Account"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Under which task a page stands in the rail, and by which name."""

    task: Task
    label: LazyString


@dataclass(frozen=True, slots=True)
class Stop:
    """A page that stands in the rail, with what one needs to see it."""

    endpoint: str
    permit: Permit
    of_study: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the rail as it is shown."""

    label: LazyString
    address: str
    current: bool


def entries(permits: frozenset[Permit], study_id: UUID | None) -> list[tuple[Task, LazyString, list[Entry]]]:
    """The tasks that have something to show, each with its pages in the order in which they were registered."""
    stops: list[Stop] = current_app.extensions[_RAIL]
    shown = [
        (stop, url_for(stop.endpoint, study_id=study_id) if stop.of_study else url_for(stop.endpoint))
        for stop in stops
        if (stop.permit in permits and study_id is not None if stop.of_study else True)
    ]
    # A page below a page of the rail belongs to the nearest one above it.
    above = [address for _, address in shown if f"{request.path}/".startswith(f"{address}/")]
    here = max(above, key=len, default="")
    listed = [
        (
            task,
            label,
            [Entry(s.place.label, address, address == here) for s, address in shown if s.place.task is task],
        )
        for task, label in TASKS.items()
    ]
    return [(task, label, found) for task, label, found in listed if found]


def install(app: Flask, stops: Iterable[Stop]) -> None:
    """Templates reach the rail as ``rail(permits, study_id)``, and ask ``exists(endpoint)`` before they link."""
    app.extensions[_RAIL] = list(stops)
    app.jinja_env.globals.update(rail=entries, exists=lambda endpoint: endpoint in app.view_functions)
