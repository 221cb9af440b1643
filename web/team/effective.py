"""From when until when a text may be used, site by site: by the decisions of the board that cover it there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask_babel import gettext

from consent import documents
from consent.documents import ConsentDocument
from consent.weighing import mark_of
from instruments.versions import Version
from vault import approvals, studies
from vault.approvals import Approval
from vault.terms import CONSENT, Terms, named
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
    text = named(version.instrument_id, version.fingerprint)

    def takes(terms: Terms) -> bool:
        return not terms.instruments or version.instrument_id in terms.instruments

    return _everywhere(visit, version.approval, version.published_at.date(), text, takes)


def of_document(visit: Visit, document: ConsentDocument) -> list[Effective]:
    """Every site of the study with the days on which the consent document may be used there."""
    text = named(CONSENT, mark_of(documents.published(document).wording))

    def takes(terms: Terms) -> bool:
        return not terms.documents or document.fingerprint in terms.documents

    return _everywhere(visit, document.approval, document.published_at.date(), text, takes)


def _everywhere(
    visit: Visit, approval: int, published: date, text: str, takes: Callable[[Terms], bool]
) -> list[Effective]:
    every = approvals.of_study(visit.db, visit.study_id)
    sites = studies.sites(visit.db, visit.study_id)
    places: list[tuple[UUID | None, str]] = [(site.id, site.name) for site in sites]
    found = []
    for site_id, name in places or [(None, gettext("every site"))]:
        here = [one for one in every if one.site_id in (None, site_id)]
        covering = [
            one
            for one in here
            if text in one.terms.texts
            or (_reaches(one, approval, every) and (takes(one.terms) or one.number == approval))
        ]
        if not covering:
            found.append(Effective(name, None, None, ""))
            continue
        first = max(published, min(one.effective_on for one in covering))
        references = ", ".join(one.reference for one in reversed(covering))
        found.append(Effective(name, first, max(_end(one, here) for one in covering), references))
    return found


def _reaches(one: Approval, approval: int, every: Sequence[Approval]) -> bool:
    """Whether the decision is this one, or renews it."""
    by_number = {other.number: other for other in every}
    at: Approval | None = one
    while at is not None and at.number != approval:
        at = by_number.get(at.replaces or 0)
    return at is not None


def _end(one: Approval, here: Sequence[Approval]) -> date:
    followed = [other.effective_on - timedelta(days=1) for other in here if other.replaces == one.number]
    return min(one.expires_on, *followed) if followed else one.expires_on
