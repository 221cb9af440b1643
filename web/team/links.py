"""Open enrolment: public addresses by which people come into the study by themselves."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from survey import frames, links, once
from vault import studies
from vault.errors import Conflict, Invalid, Missing
from vault.studies import Permit
from web.kit.forms import between, choose_from
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team.sent_once import OnceForm

page = Pages("links", __name__)


class LinkForm(OnceForm):
    """A public address and its limits."""

    word = StringField(
        _l("Word in the address"),
        [Length(max=40)],
        description=_l("Letters without accents, digits and hyphens. Left empty, one is made."),
    )
    opens_on = DateField(_l("Open from"), [InputRequired(_l("Give the first day, for example 2026-11-23."))])
    closes_on = DateField(_l("Until and including"), [Optional()])
    most = IntegerField(
        _l("At most so many people"),
        [Optional(), between(1, 1_000_000, _l("Give a number of people, or leave it empty."))],
    )
    site = SelectField(_l("Site"))
    stratum = SelectField(_l("Stratum"))


def _form(visit: Visit, data: MultiDict[str, str] | None = None) -> LinkForm:
    form = LinkForm(data, data={"opens_on": visit.now.date()})
    places = [(str(site.id), site.name) for site in studies.sites(visit.db, visit.study_id)]
    choose_from(form.site, places, first=gettext("No site in particular"))
    cells = [(str(stratum.id), stratum.name) for stratum in frames.strata(visit.db, visit.study_id)]
    choose_from(form.stratum, cells, first=gettext("No stratum in particular"))
    return form


def _page(visit: Visit, form: LinkForm) -> str:
    every = links.of_study(visit.db, visit.study_id)
    return render(
        visit,
        "team/recruit/links.html",
        form=form,
        links=[(link, f"{visit.settings.public_url}/join/{link.word}") for link in every],
        today=visit.now.date(),
    )


@page.view("/studies/<uuid:study_id>/links", permit=Permit.RECRUIT, place=Place(Task.RECRUIT, _l("Open enrolment")))
def listing(visit: Visit) -> ResponseReturnValue:
    """Every public address of the study."""
    return _page(visit, _form(visit))


@page.action("/studies/<uuid:study_id>/links", permit=Permit.RECRUIT)
def make(visit: Visit) -> ResponseReturnValue:
    """There is a further public address; one, also when a button is pressed twice."""
    form = _form(visit, request.form)
    if form.validate():
        try:
            if once.first(visit.db, visit.study_id, form.number(visit, "link", *form.said()), now=visit.now):
                _make(visit, form)
        except (Conflict, Invalid) as refusal:
            form.refuse(refusal, "closes_on" if "close" in refusal.sentence else "word")
        else:
            visit.tell(gettext("The address is ready."))
            return redirect(url_for("links.listing", study_id=visit.study_id), code=303)
    return _page(visit, form), 422


def _make(visit: Visit, form: LinkForm) -> None:
    links.make(
        visit.db,
        visit.study_id,
        form.word.data or "",
        opens_on=form.opens_on.data or visit.now.date(),
        closes_on=form.closes_on.data,
        most=form.most.data,
        site_id=UUID(form.site.data) if form.site.data else None,
        stratum_id=UUID(form.stratum.data) if form.stratum.data else None,
        by=visit.account_id,
        now=visit.now,
    )


@page.action("/studies/<uuid:study_id>/links/<word>/stop", permit=Permit.RECRUIT)
def stop(visit: Visit, word: str) -> ResponseReturnValue:
    """Nobody comes in by this address any more."""
    link = links.find(visit.db, word)
    if link.study_id != visit.study_id:
        raise Missing
    links.stop(visit.db, link, by=visit.account_id, now=visit.now)
    visit.tell(gettext("The address is closed."))
    return redirect(url_for("links.listing", study_id=visit.study_id), code=303)
