"""The participants of a study: where each stands, to whom they are assigned, and what is to be done next."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import InputRequired

from consent import decisions
from survey import assignments, frames, invitations, participants, recruitment, statuses
from survey.participants import Participant, Standing
from survey.statuses import BY_HAND, Status
from vault import studies
from vault.accounts import Account
from vault.errors import CannotOpen, Conflict, Invalid, Refused
from vault.studies import Permit
from web.kit.agreed import AGREED
from web.kit.forms import PageForm, choose_from
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.statuses import STATUSES
from web.kit.visit import Visit

page = Pages("participants", __name__)

NEXT = {
    Status.IDENTIFIED: _l("Invite them"),
    Status.APPROACHED: _l("Send the invitation"),
    Status.INVITED: _l("Wait, or remind them"),
    Status.NO_REPLY: _l("Nothing, or try once more"),
    Status.CONSENTED: _l("Interview, or wait for the survey"),
    Status.INTERVIEWED: _l("Close"),
}

STANDINGS = {
    Standing.STOPPED: _l("Takes part no longer; what they said stays."),
    Standing.ANONYMISED: _l("Withdrawn and made anonymous: nobody can tell any more who it was."),
    Standing.ERASED: _l("Withdrawn and erased: nothing of them can be read any more."),
    Standing.LINKED: _l("Named twice: this person is known by another pseudonym."),
}


class StatusForm(PageForm):
    """A step of recruitment."""

    status = SelectField(_l("What happened"), [InputRequired(_l("Choose what happened."))])


class PlaceForm(PageForm):
    """Where a participant belongs."""

    site = SelectField(_l("Site"))
    stratum = SelectField(_l("Stratum"))


class AssignForm(PageForm):
    """Who speaks with a participant."""

    interviewer = SelectField(_l("Interviewer"), [InputRequired(_l("Choose an interviewer."))])


@dataclass(frozen=True, slots=True)
class Row:
    """A participant as the list shows them."""

    participant: Participant
    status: Status | None
    site: str
    stratum: str
    interviewers: str


def _names(visit: Visit) -> tuple[Mapping[UUID, str], Mapping[UUID, str]]:
    sites = {site.id: site.name for site in studies.sites(visit.db, visit.study_id)}
    return sites, {stratum.id: stratum.name for stratum in frames.strata(visit.db, visit.study_id)}


@page.view(
    "/studies/<uuid:study_id>/participants", permit=Permit.RECRUIT, place=Place(Task.RECRUIT, _l("Participants"))
)
def listing(visit: Visit) -> ResponseReturnValue:
    """Everybody by pseudonym, filtered by what stands in the address."""
    db, study_id = visit.db, visit.study_id
    status = statuses.of_study(db, study_id)
    assigned = assignments.interviewers(visit.keyring, study_id)
    sites, strata = _names(visit)
    accounts = {one: db.get_one(Account, one).name for ones in assigned.values() for one in ones}
    rows = [
        Row(
            one,
            status.get(one.id),
            sites.get(one.site_id, "") if one.site_id else "",
            strata.get(one.stratum_id, "") if one.stratum_id else "",
            ", ".join(sorted(accounts[account] for account in assigned.get(one.id, ()))),
        )
        for one in participants.of_study(db, study_id)
    ]
    asked = {name: request.args.get(name, "") for name in ("status", "site", "stratum")}
    shown = [
        row
        for row in rows
        if (not asked["status"] or row.status == asked["status"])
        and (not asked["site"] or row.site == asked["site"])
        and (not asked["stratum"] or row.stratum == asked["stratum"])
    ]
    return render(
        visit,
        "team/recruit/participants.html",
        rows=shown,
        total=len(rows),
        asked=asked,
        statuses=STATUSES,
        next_steps=NEXT,
        sites=sorted(sites.values()),
        strata=list(strata.values()),
    )


def found(visit: Visit, pseudonym: str) -> Participant:
    """The participant of the address, or Missing."""
    return participants.by_pseudonym(visit.db, visit.study_id, pseudonym)


def _page(visit: Visit, one: Participant, *, failed: PageForm | None = None) -> str:
    db, study_id = visit.db, visit.study_id
    accounts = recruitment.ready_interviewers(db, study_id)
    assigned = assignments.interviewers(visit.keyring, study_id).get(one.id, frozenset())
    forms: dict[type[PageForm], PageForm] = {
        StatusForm: StatusForm(),
        PlaceForm: PlaceForm(data={"site": str(one.site_id or ""), "stratum": str(one.stratum_id or "")}),
        AssignForm: AssignForm(),
    }
    if failed is not None:
        forms[type(failed)] = failed
    for form in forms.values():
        _offer(visit, form)
    sites, strata = _names(visit)
    return render(
        visit,
        "team/recruit/participant.html",
        one=one,
        history=statuses.history(db, one.id),
        statuses=STATUSES,
        standing=STANDINGS.get(one.standing),
        agreed=decisions.grant_for(db, one.id).scopes,
        decided=bool(decisions.of_participant(db, one.id)),
        scopes=AGREED,
        site=sites.get(one.site_id) if one.site_id else None,
        stratum=strata.get(one.stratum_id) if one.stratum_id else None,
        assigned=[db.get_one(Account, account) for account in sorted(assigned)],
        can_assign=bool(accounts) and Permit.ASSIGN in visit.permits,
        status_form=forms[StatusForm],
        place_form=forms[PlaceForm],
        assign_form=forms[AssignForm],
        failed=failed is not None,
        refused=failed,
    )


def _offer(visit: Visit, form: PageForm) -> None:
    db, study_id = visit.db, visit.study_id
    match form:
        case StatusForm():
            steps = [(status.value, str(name)) for status, name in STATUSES.items() if status in BY_HAND]
            choose_from(form.status, steps, first=gettext("Choose"))
        case PlaceForm():
            sites, strata = _names(visit)
            choose_from(form.site, [(str(key), name) for key, name in sites.items()], first=gettext("None"))
            choose_from(form.stratum, [(str(key), name) for key, name in strata.items()], first=gettext("None"))
        case AssignForm():
            ready = recruitment.ready_interviewers(db, study_id)
            choose_from(form.interviewer, [(str(one.id), one.name) for one in ready], first=gettext("Choose"))


def _back(visit: Visit, one: Participant) -> ResponseReturnValue:
    return redirect(url_for("participants.show", study_id=visit.study_id, pseudonym=one.pseudonym), code=303)


@page.view("/studies/<uuid:study_id>/participants/<pseudonym>", permit=Permit.RECRUIT)
def show(visit: Visit, pseudonym: str) -> ResponseReturnValue:
    """One participant: the steps, the consents in force, the assignment. No name and no answer."""
    return _page(visit, found(visit, pseudonym))


@page.action("/studies/<uuid:study_id>/participants/<pseudonym>/status", permit=Permit.RECRUIT)
def step(visit: Visit, pseudonym: str) -> ResponseReturnValue:
    """A step of recruitment is recorded."""
    one, form = found(visit, pseudonym), StatusForm(request.form)
    _offer(visit, form)
    if form.validate():
        try:
            participants.step(
                visit.db, visit.keyring, one, Status(form.status.data), account_id=visit.account_id, now=visit.now
            )
        except (Invalid, Refused) as refusal:
            # Whoever has left has no steps on the page any more to stand beside.
            form.refuse(refusal, "status" if one.standing is Standing.ENROLLED else None)
        else:
            visit.tell(gettext("The step was recorded."))
            return _back(visit, one)
    return _page(visit, one, failed=form), 422


@page.action("/studies/<uuid:study_id>/participants/<pseudonym>/place", permit=Permit.RECRUIT)
def place(visit: Visit, pseudonym: str) -> ResponseReturnValue:
    """The participant belongs to this site and stratum."""
    one, form = found(visit, pseudonym), PlaceForm(request.form)
    _offer(visit, form)
    if not form.validate():
        return _page(visit, one, failed=form), 422
    try:
        participants.place(
            visit.db,
            visit.keyring,
            one,
            site_id=UUID(form.site.data) if form.site.data else None,
            stratum_id=UUID(form.stratum.data) if form.stratum.data else None,
            by=visit.actor,
            now=visit.now,
        )
    except Refused as refusal:
        form.refuse(refusal, "site")
        return _page(visit, one, failed=form), 422
    visit.tell(gettext("Site and stratum were set."))
    return _back(visit, one)


@page.action("/studies/<uuid:study_id>/participants/<pseudonym>/assign", permit=Permit.ASSIGN)
def assign(visit: Visit, pseudonym: str) -> ResponseReturnValue:
    """The interviewer opens what this participant says and who they are, and nobody else's."""
    one, form = found(visit, pseudonym), AssignForm(request.form)
    _offer(visit, form)
    if form.validate():
        try:
            account = recruitment.interviewer(visit.db, visit.study_id, UUID(form.interviewer.data))
            assignments.assign(
                visit.db, visit.keyring, one, account, by=visit.account_id, seed=visit.unlocked, now=visit.now
            )
        except (Invalid, CannotOpen) as refusal:
            form.refuse(refusal, "interviewer")
        else:
            visit.tell(gettext("The interviewer was assigned."))
            return _back(visit, one)
    return _page(visit, one, failed=form), 422


@page.action("/studies/<uuid:study_id>/participants/<pseudonym>/unassign/<uuid:account_id>", permit=Permit.ASSIGN)
def unassign(visit: Visit, pseudonym: str, account_id: UUID) -> ResponseReturnValue:
    """The interviewer opens nothing of this participant any more."""
    one = found(visit, pseudonym)
    assignments.unassign(visit.db, visit.keyring, one, account_id, by=visit.account_id, now=visit.now)
    visit.tell(gettext("The assignment was ended."))
    return _back(visit, one)


@page.action("/studies/<uuid:study_id>/participants/<pseudonym>/code", permit=Permit.ASSIGN)
def renew(visit: Visit, pseudonym: str) -> ResponseReturnValue:
    """A new code, shown this once; every former one opens nothing."""
    one = found(visit, pseudonym)
    keys = assignments.keys_of(visit.db, visit.keyring, one, account_id=visit.account_id, seed=visit.unlocked)
    # A letter to somebody who has left the study would never be sent.
    mail = request.form.get("by") == "letter" and one.standing is Standing.ENROLLED
    try:
        code = invitations.renew(
            visit.db,
            visit.keyring,
            one,
            keys,
            by=visit.account_id,
            now=visit.now,
            typed=True,
            mail=mail,
            language=tag(),
        )
    except Conflict as refusal:
        raise Refused(refusal.sentence) from None
    return render(visit, "team/recruit/code.html", one=one, code=code, mail=mail, public_url=visit.settings.public_url)
