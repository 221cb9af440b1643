"""How the study goes: who stands where, how far the quotas are, what was begun and sent. Counts, never content."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from instruments import versions
from survey import progress
from survey.progress import Overview
from survey.runs import Kind
from survey.statuses import Status
from vault.studies import Permit, Role
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.statuses import STATUSES
from web.kit.visit import Visit
from web.team.instruments import title_of

page = Pages("progress", __name__)

KINDS = {
    Kind.SELF: _l("filled in by participants"),
    Kind.INTERVIEW: _l("interviews"),
    Kind.TEST: _l("tests"),
    Kind.CATCH_UP: _l("catch-ups filled in by those who had answered before"),
    Kind.CATCH_UP_INTERVIEW: _l("catch-ups with those who had been interviewed before"),
}

# Roles that hold a key of participants; to all others small numbers are not shown.
_EXACT = frozenset({Role.LEAD, Role.COORDINATOR, Role.ANALYST})

_WIDTH = 240  # of a drawing's bars, in its own units
_STEP = 34


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a drawing: its name, its number (None: not shown), and where it begins and ends."""

    name: str | LazyString
    number: int | None
    y: int
    width: float
    target: int | None = None
    at: float = 0.0


def _bars(counted: Sequence[tuple[str | LazyString, int | None, int | None]]) -> list[Bar]:
    """Bars of one scale from (name, number, target)."""
    most = max((value or 0 for _, number, target in counted for value in (number, target)), default=0) or 1
    return [
        Bar(
            name,
            number,
            at * _STEP,
            round((number or 0) / most * _WIDTH, 1),
            target,
            round((target or 0) / most * _WIDTH, 1),
        )
        for at, (name, number, target) in enumerate(counted)
    ]


def _statuses(overview: Overview) -> list[Bar]:
    return _bars([(name, overview.totals[status], None) for status, name in STATUSES.items()])


def _quotas(overview: Overview) -> list[Bar]:
    return _bars([(fill.quota.name or _l("Everybody"), fill.taken, fill.quota.target) for fill in overview.quotas])


@page.view("/studies/<uuid:study_id>/progress", permit=Permit.SEE_PROGRESS, place=Place(Task.RECRUIT, _l("Progress")))
def overview(visit: Visit) -> ResponseReturnValue:
    """The counts as tables, with a drawing of each."""
    exact = visit.the_study.role in _EXACT
    counted = progress.overview(visit.db, visit.study_id, exact=exact)
    return render(
        visit,
        "team/recruit/progress.html",
        counted=counted,
        exact=exact,
        statuses=STATUSES,
        shown=(shown := [status for status in Status if counted.totals[status] != 0]),
        shown_names=[STATUSES[status] for status in shown],
        bars=_statuses(counted),
        quotas=_quotas(counted),
        runs=progress.runs_by_version(visit.db, visit.study_id, exact=exact),
        titles={
            row.key: title_of(versions.definition_of(published[-1]))
            for row, published in versions.of_study(visit.db, visit.study_id)
            if published
        },
        kinds=KINDS,
        width=_WIDTH,
        step=_STEP,
    )
