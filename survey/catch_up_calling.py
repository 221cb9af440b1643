"""Who would be asked what in a catch-up, looked up without anybody's answers before it is offered and while it is open.

Whether somebody's own answers lead to a question, only their key can tell; it is found out when they come.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from consent import decisions
from consent.scopes import Scope
from instruments.versions import Version
from survey import audiences, catch_up_runs, frames, participants, runs
from survey.catch_up_offers import CatchUpOffer
from survey.catch_up_wordings import Wordings
from survey.catching_up import is_approved
from survey.participants import Participant, Standing
from survey.runs import Response
from survey.sampling import Stratum
from survey.suppression import hidden


class LeftOut(StrEnum):
    """Why somebody who answered an older version is not asked."""

    WITHDRAWN = "withdrawn"
    NO_CONSENT = "no-consent"
    NOT_OFFERED = "not-offered"
    NOT_APPROVED = "not-approved"
    UNFINISHED = "unfinished"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody who would be asked, which questions, and how far they are with them."""

    participant_id: UUID
    pseudonym: str
    stratum: str
    version: int  # the number of the newest one they finished
    questions: tuple[str, ...]
    begun: bool = False
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Calling:
    """Everybody who would be asked, and how many would not, by reason."""

    called: tuple[Called, ...]
    left_out: Mapping[LeftOut, int] = field(default_factory=dict)


def calling(
    db: Session, target: Version, chosen: Collection[str], *, on: date, offer: CatchUpOffer | None = None
) -> Calling:
    """Who would be asked which of the chosen questions today. With ``offer``, also who has begun or answered it."""
    wordings, study_id = Wordings(db, target), target.study_id
    later = catch_up_runs.of_study(db, study_id)
    theirs: dict[UUID, list[Response]] = {}
    for run in runs.of_study(db, study_id):
        if run.instrument_id == target.instrument_id and run.kind.counts:
            theirs.setdefault(run.participant_id, []).append(run)
    answering = {own.participant_id: own for own in later.values() if offer is not None and own.offer_id == offer.id}
    open_to = _OpenTo(db, target, on=on)
    called, left_out = [], Counter[LeftOut]()
    for one in participants.of_study(db, study_id):
        there = theirs.get(one.id)
        if there is None:
            continue
        begun = answering.get(one.id)
        before = wordings.before(there, later)
        if before is None:
            left_out[LeftOut.UNFINISHED] += wordings.number[there[0].version_id] < target.number
            continue
        due = begun.questions if begun else wordings.due(chosen, before)
        why = None if begun else open_to.why_not(one) if due else LeftOut.ASKED
        if why is not None:
            left_out[why] += 1
            continue
        number = wordings.number[before.newest.version_id]
        done = begun is not None and any(run.id == begun.response_id and run.submitted_on for run in there)
        stratum = open_to.stratum(one)
        called.append(Called(one.id, one.pseudonym, stratum, number, tuple(due), begun is not None, done))
    return Calling(tuple(called), {why: count for why, count in left_out.items() if count})


class _OpenTo:
    """Whether somebody may be asked at all, apart from what they were asked already."""

    def __init__(self, db: Session, target: Version, *, on: date) -> None:
        self._db, self._target, self._on = db, target, on
        self._strata: dict[UUID | None, Stratum] = {one.id: one for one in frames.strata(db, target.study_id)}
        self._groups = audiences.groups_of(db, target.instrument_id)
        self._stances = decisions.stances(db, target.study_id)
        self._sites: dict[UUID | None, bool] = {}

    def stratum(self, one: Participant) -> str:
        found = self._strata.get(one.stratum_id)
        return found.name if found else ""

    def why_not(self, one: Participant) -> LeftOut | None:
        if one.standing is not Standing.ENROLLED:
            return LeftOut.WITHDRAWN
        stance = self._stances.get(one.id)
        if stance is None or Scope.TAKE_PART not in stance.grant.scopes:
            return LeftOut.NO_CONSENT
        if not audiences.is_in(self._groups, self._strata.get(one.stratum_id)):
            return LeftOut.NOT_OFFERED
        return None if self._approved(one.site_id) else LeftOut.NOT_APPROVED

    def _approved(self, site_id: UUID | None) -> bool:
        found = self._sites.get(site_id)
        if found is None:
            found = self._sites[site_id] = is_approved(self._db, self._target, site_id, on=self._on)
        return found


def by_stratum(called: Sequence[Called], *, exact: bool) -> tuple[Mapping[str, int | None], int | None]:
    """How many are asked in each stratum and altogether; small numbers as everywhere: None where one is not shown."""
    values: dict[tuple[str, ...], int] = {("all",): len(called)}
    counted = Counter(one.stratum for one in called)
    values |= {("stratum", name): count for name, count in sorted(counted.items())}
    line = (("all",), [("stratum", name) for name in sorted(counted)])
    gone: frozenset[tuple[str, ...]] = frozenset() if exact else hidden(values, [line] if counted else [])
    shown = {name: None if ("stratum", name) in gone else count for name, count in sorted(counted.items())}
    return shown, None if ("all",) in gone else len(called)
