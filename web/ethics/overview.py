"""The board's entrance, and where a study stands in its eyes: rules, counts and deeds, and nobody in particular."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from consent import documents
from exports import releases
from instruments import versions
from instruments.drafts import InstrumentRow
from instruments.sentences import in_language
from instruments.versions import Version
from survey import board_questions, incidents, oversight, places, progress
from survey.statuses import Status
from vault import approvals, escrow, studies, study_keys
from vault.accounts import Account
from vault.approvals import Approval
from vault.sessions import Stage
from vault.studies import Permit, Scope
from web.ethics.wording import WAYS
from web.kit.agreed import AGREED
from web.kit.counts import number
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.key_scopes import SCOPES as KEYS
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.statuses import STATUSES
from web.kit.visit import Visit

page = Pages("ethics", __name__)

_SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Standpoint:
    """A decision of the board with how it stands today, and how many were enrolled under its limit, if it has one."""

    one: Approval
    state: str  # past, open, ok, warning: as marks are called
    words: str
    where: str


@page.view("/ethics", permit=Permit.OPEN)
def entrance(visit: Visit) -> ResponseReturnValue:
    """What the board can see here, and the studies in which the visitor may look."""
    if visit.session is None or visit.session.stage is not Stage.FULL:
        return render(visit, "ethics/entrance.html", studies=None)
    mine = [
        (study, member)
        for study, member in studies.of_account(visit.db, visit.account_id)
        if Permit.SEE_LEDGER in studies.permits_of(member.role)
    ]
    return render(visit, "ethics/entrance.html", studies=mine)


@page.view(
    "/ethics/<uuid:study_id>", permit=Permit.SEE_LEDGER, place=Place(Task.PLAN, _l("The board's view"))
)  # fmt: skip
def overview(visit: Visit) -> ResponseReturnValue:
    """Where the study stands: approvals, people in counts, consents, departures, incidents, releases, keys."""
    db, study_id, today = visit.db, visit.study_id, visit.now.date()
    counted = progress.overview(db, study_id, exact=False)
    there = incidents.of_study(db, study_id)
    threads = board_questions.of_study(db, study_id)
    return render(
        visit,
        "ethics/overview.html",
        approvals=_approvals(visit, today),
        enrolled=oversight.shown(places.taken(db, study_id)),
        counted=counted,
        shown=(shown := [status for status in Status if counted.totals[status] != 0]),
        shown_names=[{"text": STATUSES[status], "class": "number"} for status in shown],
        consents=oversight.consents(db, study_id),
        scopes=AGREED,
        outdated=oversight.outdated(db, study_id, on=today),
        departures=oversight.departures(db, study_id),
        ways=WAYS,
        instruments=_instruments(visit),
        documents=documents.of_study(db, study_id),
        references={one.number: f"{one.board}, {one.reference}" for one in approvals.of_study(db, study_id)},
        asked=oversight.asked(db, study_id),
        open_incidents=[one for one in there if not one.closed],
        incidents=there,
        releases=[one for one in releases.of_study(db, study_id, now=visit.now) if one.release.found is not None],
        keys=_keys(visit),
        cards=escrow.holders(db, study_id),
        unanswered=[one for one in threads if one.waits_for_team],
        number=number,
        lasted=lasted,
        now=visit.now,
    )


def _instruments(visit: Visit) -> list[tuple[InstrumentRow, str, list[tuple[Version, int]]]]:
    """Every instrument that was published, its title, and its versions with how many changes each has."""
    found = []
    for row, published in versions.of_study(visit.db, visit.study_id):
        if published:
            newest = versions.definition_of(published[-1])
            title = in_language(newest.title, tag()) or newest.id
            found.append((row, title, [(one, len(versions.changes_of(visit.db, one))) for one in published]))
    return found


def _approvals(visit: Visit, today: date) -> Sequence[Standpoint]:
    every = approvals.of_study(visit.db, visit.study_id)
    replaced = {one.replaces for one in every if one.effective_on <= today}
    places = {site.id: site.name for site in studies.sites(visit.db, visit.study_id)}
    return [
        Standpoint(one, *_state(one, today, replaced), places[one.site_id] if one.site_id else gettext("every site"))
        for one in every
    ]


def _state(one: Approval, today: date, replaced: set[int | None]) -> tuple[str, str]:
    if one.number in replaced:
        return "past", gettext("replaced")
    if one.expires_on < today:
        return "danger", gettext("expired")
    if one.effective_on > today:
        return "open", gettext("not yet")
    if one.expires_on - today <= _SOON:
        return "warning", gettext("in force; expires in %(days)s days", days=(one.expires_on - today).days)
    return "ok", gettext("in force")


def _keys(visit: Visit) -> Mapping[str, list[str]]:
    """By kind of key, who of the team holds it."""
    held: dict[str, list[str]] = {str(KEYS[scope]): [] for scope in Scope}
    for member in studies.members(visit.db, visit.study_id):
        account = visit.db.get_one(Account, member.account_id)
        for scope in study_keys.held(visit.db, visit.study_id, account):
            held[str(KEYS[scope])].append(account.name)
    return held


def lasted(time: timedelta) -> str:
    """A length of time in words."""
    seconds = int(time.total_seconds())
    if seconds < 60:
        return str(gettext("less than a minute"))
    if seconds < 3600 * 2:
        return str(gettext("%(number)s minutes", number=seconds // 60))
    if seconds < 86400 * 2:
        return str(gettext("%(number)s hours", number=seconds // 3600))
    return str(gettext("%(number)s days", number=seconds // 86400))
