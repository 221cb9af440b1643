"""The runs of the participant who is here, and the pages of the version each is pinned to."""

from collections.abc import Mapping
from uuid import UUID

import msgspec
from msgspec.structs import replace

from consent import decisions
from consent.grants import Grant
from consent.scopes import Scope
from instruments.kinds import Answer
from instruments.route import Plan
from survey import catch_up_runs, responses, runs
from survey.responses import Loaded
from survey.runs import Kind, Response
from vault import studies
from vault.errors import Missing
from vault.values import Value
from web.kit.visit import Visit
from web.participant.skeleton import Skeletons

_MOST = 200

# A version never changes, so what is compiled from it serves as long as the process lives; a bounded number is kept.
_skeletons: dict[tuple[UUID, str], Skeletons] = {}


class Here(Value, frozen=True):
    """A run with everything that a page of it needs."""

    run: Response
    plan: Plan
    grant: Grant
    loaded: Loaded
    key: bytes
    linkage: bytes | None  # opens answers that say who somebody is; None once they are anonymous
    # Of a catch-up: what was answered before, on which its way depends. It is among the loaded answers too.
    beside: Mapping[str, Answer] = msgspec.field(default_factory=dict)


# What a participant fills in by themselves.
_OWN = frozenset({Kind.SELF, Kind.CATCH_UP})


def skeletons_of(version_id: UUID, plan: Plan, tag: str) -> Skeletons:
    """The version's pages in the language of the request, which is ``tag``."""
    found = _skeletons.get((version_id, tag))
    if found is None:
        if len(_skeletons) >= _MOST:
            _skeletons.clear()
        found = _skeletons[version_id, tag] = Skeletons(plan, tag)
    return found


def key_of(visit: Visit) -> bytes:
    """What the participant's answers are sealed with."""
    return visit.participant.keys[studies.Scope.RESPONSES]


def of_version(visit: Visit, version_id: UUID) -> Response | None:
    """The participant's own run through a version; of several catch-ups of one version the one that is not sent."""
    own = runs.of_participant(visit.db, visit.participant.id)
    found = [run for run in own if run.version_id == version_id and run.kind in _OWN]
    return next((run for run in found if run.submitted_on is None), found[0] if found else None)


def open_run(visit: Visit) -> Response | None:
    """The run that the participant began and has not sent; a survey before what came after another one."""
    own = runs.of_participant(visit.db, visit.participant.id)
    found = [run for run in own if run.kind in _OWN and run.submitted_on is None]
    return next((run for run in found if run.kind is Kind.SELF), found[0] if found else None)


def here(visit: Visit, run: Response) -> Here:
    """The run with its plan and what was saved; ConsentMissing if nothing may be asked any more."""
    grant = decisions.grant_for(visit.db, visit.participant.id)
    grant.require(Scope.TAKE_PART)
    key = key_of(visit)
    linkage = visit.participant.keys.get(studies.Scope.LINKAGE)
    loaded = responses.load(visit.db, key, run, linkage=linkage)
    if not run.kind.later:
        return Here(run, runs.plan_of(visit.db, run), grant, loaded, key, linkage)
    plan = catch_up_runs.plan_of(visit.db, run)
    beside = catch_up_runs.beside(visit.db, key, run, linkage=linkage).answers
    loaded = replace(loaded, answers={**beside, **loaded.answers})
    return Here(run, plan, grant, loaded, key, linkage, beside)


def written(visit: Visit, version_id: UUID, run_id: str) -> Here:
    """The run that a form belongs to, which nobody sends meanwhile; Missing if it is not the participant's."""
    try:
        run = runs.find(visit.db, visit.participant.id, msgspec.convert(run_id, UUID), writing=True)
    except msgspec.ValidationError:
        raise Missing from None
    if run.version_id != version_id or run.kind not in _OWN:
        raise Missing
    return here(visit, run)
