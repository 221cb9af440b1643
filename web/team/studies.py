"""The studies somebody works in: the list, a new one, its overview and its sites."""

from datetime import timedelta

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from survey import renewals
from vault import approvals, departures, escrow, studies, study_keys
from vault.accounts import Account
from vault.errors import Conflict, Invalid
from vault.studies import Permit, Study
from web.kit.forms import PageForm
from web.kit.guard import Pages
from web.kit.key_scopes import SCOPES
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team.roles import ROLES

page = Pages("studies", __name__)

# The same form sent again within this time is one deed.
TWICE = timedelta(minutes=1)


class StudyForm(PageForm):
    """What a study is called."""

    title = StringField(
        _l("Title"),
        [DataRequired(_l("Give the study a title.")), Length(max=200)],
        description=_l("As participants will read it."),
    )
    reference = StringField(
        _l("Protocol number or short name"),
        [
            DataRequired(_l("Give the number or short name by which the team and the board know the study.")),
            Length(max=80),
        ],
    )


class SiteForm(PageForm):
    """Where a study runs."""

    name = StringField(
        _l("Name of the site"),
        [DataRequired(_l("Give the site a name.")), Length(max=120)],
        description=_l("For example the university or the clinic."),
    )


@page.view("/studies", permit=Permit.STAFF, place=Place(Task.ACCOUNT, _l("Your studies")))
def listing(visit: Visit) -> ResponseReturnValue:
    """The studies of whoever looks."""
    mine = studies.of_account(visit.db, visit.account_id)
    return render(visit, "team/studies.html", mine=mine, roles=ROLES)


@page.view("/studies/new", permit=Permit.STAFF)
def new(visit: Visit) -> ResponseReturnValue:
    """An empty form for a study."""
    return render(visit, "team/study_new.html", form=StudyForm())


@page.action("/studies/new", permit=Permit.STAFF)
def found(visit: Visit) -> ResponseReturnValue:
    """A study with its keys, whose lead is whoever founded it."""
    form = StudyForm(request.form)
    if not form.validate():
        return render(visit, "team/study_new.html", form=form), 422
    lead: Account = visit.signed_in
    twin = _just_founded(visit, form)
    if twin is not None:
        return redirect(url_for("studies.overview", study_id=twin.id), code=303)
    study = studies.found(visit.db, form.title.data or "", form.reference.data or "", by=lead.id, now=visit.now)
    study_keys.make(visit.db, study.id, by=lead, now=visit.now)
    return redirect(url_for("studies.overview", study_id=study.id), code=303)


def _just_founded(visit: Visit, form: StudyForm) -> Study | None:
    """The study that the same form has made a moment ago: somebody pressed the button twice."""
    # Two requests at once come here one after the other.
    visit.db.scalar(select(Account.id).where(Account.id == visit.account_id).with_for_update())
    said = form.title.data, form.reference.data
    for study, _ in studies.of_account(visit.db, visit.account_id):
        if (study.title, study.reference) == said and visit.now - study.opened_at < TWICE:
            return study
    return None


@page.view("/studies/<uuid:study_id>", permit=Permit.SEE_STUDY, place=Place(Task.PLAN, _l("Overview")))
def overview(visit: Visit) -> ResponseReturnValue:
    """Where the study stands and what has to be done next."""
    db, study = visit.db, visit.the_study
    today = visit.now.date()
    places = studies.sites(db, study.id)
    return render(
        visit,
        "team/study.html",
        sites=[(site, approvals.in_force(db, study.id, site.id, on=today)) for site in places],
        approval=approvals.in_force(db, study.id, None, on=today),
        endings=renewals.of_study(db, study.id, on=today) if Permit.MANAGE_APPROVALS in visit.permits else (),
        team=studies.members(db, study.id),
        cards=escrow.holders(db, study.id),
        held=study_keys.held(db, study.id, visit.signed_in),
        owed=departures.owed(db, study.id),
        roles=ROLES,
        scopes=SCOPES,
    )


@page.view("/studies/<uuid:study_id>/sites", permit=Permit.SEE_STUDY, place=Place(Task.PLAN, _l("Sites")))
def sites(visit: Visit) -> ResponseReturnValue:
    """Where the study runs, with a form for a further site."""
    return _sites(visit, SiteForm())


@page.action("/studies/<uuid:study_id>/sites", permit=Permit.MANAGE_STUDY)
def add_site(visit: Visit) -> ResponseReturnValue:
    """A further site."""
    form = SiteForm(request.form)
    if form.validate():
        try:
            studies.add_site(visit.db, visit.the_study.id, form.name.data or "", by=visit.account_id, now=visit.now)
        except (Conflict, Invalid) as refusal:
            form.refuse(refusal, "name")
        else:
            visit.tell(gettext("The site was added."))
            return redirect(url_for("studies.sites", study_id=visit.the_study.id), code=303)
    return _sites(visit, form), 422


def _sites(visit: Visit, form: SiteForm) -> str:
    return render(visit, "team/sites.html", form=form, sites=studies.sites(visit.db, visit.the_study.id))
