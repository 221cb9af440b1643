"""To which groups of the sampling frame an instrument is offered: everybody, until a lead says otherwise."""

import json
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput

from instruments import drafts, versions
from instruments.drafts import InstrumentRow
from survey import audiences, frames, sampling
from survey.audiences import Groups
from vault.errors import Invalid, Missing
from vault.studies import Permit
from web.kit.forms import PageForm, choices
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.visit import Visit
from web.team.instruments import of_the_study, title_of

page = Pages("audiences", __name__)

_HERE = "/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/groups"


class GroupsForm(PageForm):
    """The groups to which an instrument is offered."""

    groups = SelectMultipleField(
        _l("Offered to"),
        option_widget=CheckboxInput(),
        description=_l("With nothing ticked it is offered to everybody."),
    )


def _form(visit: Visit, groups: Groups, data: MultiDict[str, str] | None = None) -> GroupsForm:
    frame = sampling.attributes_of(frames.strata(visit.db, visit.study_id))
    form = GroupsForm(data, data={"groups": [json.dumps([name, value]) for name in groups for value in groups[name]]})
    form.groups.choices = choices(
        (json.dumps([name, value]), f"{name}: {value}") for name, values in frame.items() for value in values
    )
    return form


def _page(visit: Visit, row: InstrumentRow, form: GroupsForm) -> str:
    published = versions.of_instrument(visit.db, row.id)
    shown = versions.definition_of(published[-1]) if published else drafts.draft_of(visit.db, row.id).definition
    return render(visit, "team/ask/groups.html", row=row, title=title_of(shown), form=form)


@page.view(_HERE, permit=Permit.PUBLISH)
def choose(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The groups of the frame, those ticked to which it is offered now."""
    row = of_the_study(visit, instrument_id)
    return _page(visit, row, _form(visit, audiences.groups_of(visit.db, row.id)))


@page.action(_HERE, permit=Permit.PUBLISH)
def restrict(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The instrument is offered to these groups from now on."""
    row = of_the_study(visit, instrument_id)
    form = _form(visit, {}, request.form)
    if not form.validate():
        return _page(visit, row, form), 422
    groups: dict[str, list[str]] = {}
    for name, value in map(json.loads, form.groups.data or ()):
        groups.setdefault(name, []).append(value)
    try:
        changed = audiences.restrict(
            visit.db, visit.study_id, row.id, groups, by=visit.account_id, now=visit.now
        )  # fmt: skip
    except (Invalid, Missing) as refusal:
        form.refuse(refusal, "groups")
        return _page(visit, row, form), 422
    visit.tell(gettext("It is offered to these groups from now on.") if changed else gettext("Nothing was changed."))
    return redirect(url_for("instruments.one", study_id=visit.study_id, instrument_id=row.id), code=303)
