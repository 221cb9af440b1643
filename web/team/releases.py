"""Releases: what was asked for, where it stands, who decides, and the file for whoever asked for it."""

from collections.abc import Iterator
from uuid import UUID

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from exports import asking, deciding, fetching, leaving, releases
from exports.fetching import Fetched
from exports.releases import Doing, Job, Release, State
from instruments.sentences import in_language
from survey import participants
from vault.errors import Invalid, Refused
from vault.studies import Permit, Scope
from vault.study_keys import held
from web.kit.forms import PageForm
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Kit, Visit
from web.team.coarser_values import lines_of
from web.team.profiles_in_words import CONTAINS, LEFT_OUT, TITLES
from web.team.release_jobs import begin, begun

page = Pages("releases", __name__)

STATES = {
    State.ASKED: _l("asked for"),
    State.CHECKED: _l("waits for approval"),
    State.APPROVED: _l("approved"),
    State.BUILT: _l("ready to fetch"),
    State.EXPIRED: _l("over"),
    State.REFUSED: _l("refused"),
    State.WITHDRAWN: _l("withdrawn"),
}
_ONE = "/studies/<uuid:study_id>/releases/<uuid:release_id>"


class DeclareForm(PageForm):
    """Why nobody else decides; asked only of whoever is alone."""

    declaration = TextAreaField(
        _l("Why you decide alone"),
        [Length(max=1000)],
        description=_l("Nobody else of the team may approve releases. The log will say that you did so by yourself."),
    )


class RefuseForm(PageForm):
    """Why a release is refused."""

    reason = TextAreaField(
        _l("Why"),
        [DataRequired(_l("Say why, so that whoever asked can ask again.")), Length(max=1000)],
        description=_l("Whoever asked reads it."),
    )


@page.view(
    "/studies/<uuid:study_id>/releases", permit=Permit.ASK_RELEASES, place=Place(Task.RELEASE, _l("Releases"))
)  # fmt: skip
def listing(visit: Visit) -> ResponseReturnValue:
    """Every release that was ever asked for, the newest first."""
    rows = releases.of_study(visit.db, visit.study_id, now=visit.now)
    gone = leaving.holding_erased(visit.db, visit.study_id)
    return render(visit, "team/release/releases.html", rows=rows, gone=gone, states=STATES, titles=TITLES, Doing=Doing)


def _one(visit: Visit, release_id: UUID) -> Release:
    return releases.find(visit.db, visit.study_id, release_id)


def _page(
    visit: Visit, release: Release, *, refuse: RefuseForm | None = None, declare: DeclareForm | None = None
) -> str:
    may, alone = deciding.may_approve(visit.db, release, visit.signed_in)
    keys = held(visit.db, visit.study_id, visit.signed_in)
    return render(
        visit,
        "team/release/release.html",
        one=releases.summary(visit.db, release, now=visit.now),
        release=release,
        terms=release.terms,
        found=release.found,
        coarser=lines_of(release.terms.rules),
        names=_names(visit, release),
        gone=releases.gone_since(visit.db, release),
        forgotten=participants.forgotten(visit.db, visit.study_id),
        titles=TITLES,
        contains=CONTAINS,
        left_out=LEFT_OUT,
        states=STATES,
        State=State,
        Doing=Doing,
        may=may,
        alone=alone,
        mine=release.asked_by == visit.account_id,
        opens=keys >= {Scope.RESPONSES, Scope.LINKAGE},
        refuse=refuse or RefuseForm(),
        declare=declare or DeclareForm(),
    )


def _names(visit: Visit, release: Release) -> dict[str, list[str]]:
    """What the request names, by what it is; nothing named means all."""
    offered = asking.offered(visit.db, visit.study_id)
    terms = release.terms
    return {
        "instruments": [in_language(one.title, tag()) for id_, one in offered.instruments if id_ in terms.instruments],
        "sites": [one.name for one in offered.sites if one.id in terms.sites],
        "strata": [one.name for one in offered.strata if one.id in terms.strata],
    }  # fmt: skip


@page.view(_ONE, permit=Permit.ASK_RELEASES)
def one(visit: Visit, release_id: UUID) -> ResponseReturnValue:
    """One release with everything that led to it, and what can be done next."""
    return _page(visit, _one(visit, release_id))


def _back(visit: Visit, release: Release) -> ResponseReturnValue:
    return redirect(url_for("releases.one", study_id=visit.study_id, release_id=release.id), code=303)


@page.action(f"{_ONE}/check", permit=Permit.ASK_RELEASES)
def check(visit: Visit, release_id: UUID) -> ResponseReturnValue:
    """The machine looks through it; CannotOpen for whoever lacks a key."""
    release = _one(visit, release_id)
    begin(visit, release, Job.CHECK)
    visit.tell(gettext("The release is being checked."))
    return _back(visit, release)


@page.view(f"{_ONE}/names", permit=Permit.APPROVE_RELEASES, logs=True)
def replaced(visit: Visit, release_id: UUID) -> ResponseReturnValue:
    """What stood in the texts and what stands there now. These are names, so the look is a deed."""
    release = _one(visit, release_id)
    lines = deciding.replaced(visit.db, release, account=visit.signed_in, seed=visit.unlocked, now=visit.now)
    return render(visit, "team/release/names.html", release=release, lines=lines, titles=TITLES)


@page.action(f"{_ONE}/approve", permit=Permit.APPROVE_RELEASES)
def approve(visit: Visit, release_id: UUID) -> ResponseReturnValue:
    """The release may be built, and is being built from now on."""
    release = _one(visit, release_id)
    declare = DeclareForm(request.form)
    if not declare.validate():
        return _page(visit, release, declare=declare), 422
    try:
        deciding.approve(
            visit.db, release, by=visit.signed_in, now=visit.now, declaration=declare.declaration.data or ""
        )
    except (Invalid, Refused) as refusal:
        declare.refuse(refusal, "declaration")
        return _page(visit, release, declare=declare), 422
    if begun(visit, release, Job.BUILD):
        visit.tell(gettext("The release was approved and is being built."))
    else:
        visit.tell(gettext("The release was approved. It still has to be built."))
    return _back(visit, release)


@page.action(f"{_ONE}/build", permit=Permit.ASK_RELEASES)
def build(visit: Visit, release_id: UUID) -> ResponseReturnValue:
    """What was approved is being built."""
    release = _one(visit, release_id)
    begin(visit, release, Job.BUILD)
    visit.tell(gettext("The release is being built."))
    return _back(visit, release)


@page.action(f"{_ONE}/refuse", permit=Permit.APPROVE_RELEASES)
def refuse(visit: Visit, release_id: UUID) -> ResponseReturnValue:
    """The release is refused, with the reason."""
    release = _one(visit, release_id)
    refusing = RefuseForm(request.form)
    if not refusing.validate():
        return _page(visit, release, refuse=refusing), 422
    deciding.refuse(visit.db, release, by=visit.signed_in, reason=refusing.reason.data or "", now=visit.now)
    visit.tell(gettext("The release was refused."))
    return _back(visit, release)


@page.action(f"{_ONE}/withdraw", permit=Permit.ASK_RELEASES)
def withdraw(visit: Visit, release_id: UUID) -> ResponseReturnValue:
    """Whoever asked does not want it any more."""
    release = _one(visit, release_id)
    asking.withdraw(visit.db, release, by=visit.signed_in, now=visit.now)
    visit.tell(gettext("The request was withdrawn."))
    return _back(visit, release)


@page.action(f"{_ONE}/fetch", permit=Permit.ASK_RELEASES)
def fetch(visit: Visit, release_id: UUID) -> ResponseReturnValue:
    """The file, for whoever asked for it. Every time it is fetched there is a line in the log."""
    release = _one(visit, release_id)
    fetched = fetching.fetch(visit.db, release, account=visit.signed_in, seed=visit.unlocked, now=visit.now)
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{fetched.name}"',
        "Content-Length": str(fetched.size),
    }
    return Response(_pieces(visit.kit, fetched), headers=headers)


def _pieces(kit: Kit, fetched: Fetched) -> Iterator[bytes]:
    """Read after the request's own unit of work is over, so in one of its own."""
    with kit.stores.work(reading=True) as work:
        yield from fetching.stream(work.db, fetched)
