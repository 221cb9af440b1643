"""The checklists that journals ask for: what the records tell is filled in, the team adds what only they know."""

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from wtforms import Form

from exports.reporting import remarks, report
from exports.reporting.checklists import Checklist, Source, find
from vault.errors import Invalid, Missing
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit

page = Pages("reporting", __name__)

_HERE = "/studies/<uuid:study_id>/reporting"
_ONE = f"{_HERE}/<checklist>"

SOURCES = {
    Source.RECORDS: _l("from the study's records; add what they do not tell"),
    Source.TEAM: _l("only you know"),
    Source.PAPER: _l("written in the paper; note the page"),
}


@page.view(_HERE, permit=Permit.PUBLISH, place=Place(Task.RELEASE, _l("Reporting checklists")))
def listing(visit: Visit) -> ResponseReturnValue:
    """The checklists, with how much of each is still open."""
    every = report.every(visit.db, visit.study_id, now=visit.now)
    return render(visit, "team/release/reporting.html", every=every)


def _checklist(key: str) -> Checklist:
    found = find(key)
    if found is None:
        raise Missing
    return found


def _page(visit: Visit, checklist: Checklist, typed: dict[str, str] | None = None, refusal: str = "") -> str:
    filled = report.filled(visit.db, visit.study_id, checklist, now=visit.now)
    said = typed if typed is not None else {line.item.key: line.said for line in filled.lines}
    form = Form()
    if refusal:
        form.form_errors.append(refusal)
    return render(visit, "team/release/checklist.html", filled=filled, said=said, sources=SOURCES, form=form)


@page.view(_ONE, permit=Permit.PUBLISH)
def one(visit: Visit, checklist: str) -> ResponseReturnValue:
    """One checklist as a form."""
    return _page(visit, _checklist(checklist))


@page.action(_ONE, permit=Permit.PUBLISH)
def write(visit: Visit, checklist: str) -> ResponseReturnValue:
    """What the team says to the items stands."""
    of = _checklist(checklist)
    typed = {item.key: request.form.get(f"item-{item.key}", "") for item in of.items}
    try:
        changed = remarks.keep(visit.db, visit.study_id, of, typed, by=visit.account_id, now=visit.now)
    except Invalid as refusal:
        return _page(visit, of, typed, gettext(refusal.sentence)), 422
    visit.tell(
        ngettext("%(num)s item was changed.", "%(num)s items were changed.", changed)
        if changed
        else gettext("Nothing was changed.")
    )
    return redirect(url_for("reporting.one", study_id=visit.study_id, checklist=of.key), code=303)


@page.view(f"{_ONE}/file.<kind>", permit=Permit.PUBLISH)
def take(visit: Visit, checklist: str, kind: str) -> ResponseReturnValue:
    """The checklist as a file: pdf, docx or md."""
    filled = report.filled(visit.db, visit.study_id, _checklist(checklist), now=visit.now)
    if kind == "pdf":
        body, mime = report.paper(filled, at=visit.now), "application/pdf"
    elif kind == "docx":
        body = report.word(filled, at=visit.now)
        mime = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    elif kind == "md":
        body, mime = report.markdown(filled), "text/markdown; charset=utf-8"
    else:
        raise Missing
    response = make_response(body)
    response.headers["Content-Type"] = mime
    response.headers["Content-Disposition"] = f'attachment; filename="{filled.checklist.key}.{kind}"'
    return response
