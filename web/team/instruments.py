"""What a study asks: its surveys and guides with their versions."""

from dataclasses import dataclass
from uuid import UUID

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from instruments import drafts, versions
from instruments.canonical import fingerprint
from instruments.definition import Instrument
from instruments.drafts import Draft, InstrumentRow
from instruments.sentences import in_language
from instruments.versions import Version
from survey import audiences
from vault.accounts import Account
from vault.errors import Missing
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team import under_approval
from web.team.kinds_in_words import ROLES, how_many

page = Pages("instruments", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One instrument as the list shows it."""

    row: InstrumentRow
    title: str
    provenance: str
    size: str
    newest: Version | None
    draft: Draft
    unpublished: bool


def of_the_study(visit: Visit, instrument_id: UUID) -> InstrumentRow:
    """The instrument, or Missing if it is not one of the study of the address."""
    row = drafts.find_instrument(visit.db, instrument_id)
    if row.study_id != visit.study_id:
        raise Missing
    return row


def title_of(instrument: Instrument) -> str:
    """What the instrument is called in the language of the page."""
    return in_language(instrument.title, tag()) or instrument.id


def _line(visit: Visit, row: InstrumentRow, newest: Version | None) -> Line:
    draft = drafts.draft_of(visit.db, row.id)
    shown = versions.definition_of(newest) if newest else draft.definition
    return Line(
        row=row,
        title=title_of(shown),
        provenance=in_language(shown.provenance, tag()),
        size=how_many(shown),
        newest=newest,
        draft=draft,
        unpublished=newest is None or fingerprint(draft.definition) != newest.fingerprint,
    )


@page.view(
    "/studies/<uuid:study_id>/instruments", permit=Permit.SEE_INSTRUMENTS, place=Place(Task.ASK, _l("Instruments"))
)
def listing(visit: Visit) -> ResponseReturnValue:
    """Every survey and guide of the study."""
    found = versions.of_study(visit.db, visit.study_id)
    return render(
        visit,
        "team/ask/instruments.html",
        lines=[_line(visit, row, published[-1] if published else None) for row, published in found],
        roles=ROLES,
        approvals=under_approval.titles(visit),
        may_author=Permit.AUTHOR in visit.permits,
    )


@page.view("/studies/<uuid:study_id>/instruments/<uuid:instrument_id>", permit=Permit.SEE_INSTRUMENTS)
def one(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """One instrument: its versions and its draft."""
    row = of_the_study(visit, instrument_id)
    published = versions.of_instrument(visit.db, row.id)
    line = _line(visit, row, published[-1] if published else None)
    return render(
        visit,
        "team/ask/instrument.html",
        line=line,
        versions=[(version, len(versions.changes_of(visit.db, version))) for version in reversed(published)],
        people={version.published_by: visit.db.get_one(Account, version.published_by).name for version in published},
        editor=visit.db.get_one(Account, line.draft.edited_by),
        approvals=under_approval.titles(visit),
        roles=ROLES,
        groups=audiences.groups_of(visit.db, row.id),
        may_author=Permit.AUTHOR in visit.permits,
        may_publish=Permit.PUBLISH in visit.permits,
    )
