"""From when until when a text may be used, site by site: by the decisions of the board that cover it there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask_babel import gettext

from instruments.versions import Version
from vault import approvals, studies
from vault.approvals import Approval
from vault.terms import named
from web.kit.visit import Visit


@dataclass(frozen=True, slots=True)
class Effective:
    """One site; ``first`` is None where no decision covers the text."""

    place: str
    first: date | None
    last: date | None
    references: str


def of_version(visit: Visit, version: Version) -> list[Effective]:
    """Every site of the study with the days on which the version may be asked there."""
    every = approvals.of_study(visit.db, visit.study_id)
    sites = studies.sites(visit.db, visit.study_id)
    places: list[tuple[UUID | None, str]] = [(site.id, site.name) for site in sites]
    return [_at(name, site_id, version, every) for site_id, name in places or [(None, gettext("every site"))]]


def _at(name: str, site_id: UUID | None, version: Version, every: Sequence[Approval]) -> Effective:
    here = [one for one in every if one.site_id in (None, site_id)]
    covering = [one for one in here if _covers(one, version, every)]
    if not covering:
        return Effective(name, None, None, "")
    ends = [_end(one, here) for one in covering]
    first = max(version.published_at.date(), min(one.effective_on for one in covering))
    references = ", ".join(one.reference for one in reversed(covering))
    return Effective(name, first, max(ends), references)


def _covers(one: Approval, version: Version, every: Sequence[Approval]) -> bool:
    if named(version.instrument_id, version.fingerprint) in one.terms.texts:
        return True
    by_number = {other.number: other for other in every}
    at: Approval | None = one
    while at is not None and at.number != version.approval:
        at = by_number.get(at.replaces or 0)
    return at is not None and (not one.terms.instruments or version.instrument_id in one.terms.instruments)


def _end(one: Approval, here: Sequence[Approval]) -> date:
    followed = [other.effective_on - timedelta(days=1) for other in here if other.replaces == one.number]
    return min(one.expires_on, *followed) if followed else one.expires_on
