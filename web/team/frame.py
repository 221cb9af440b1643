"""The sampling frame: which kinds of people the study wants to hear, how many of each, and how far it is."""

import json
from collections.abc import Mapping
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from survey import frames, progress, sampling
from survey.sampling import Stratum
from vault.errors import Invalid
from vault.studies import Permit
from web.kit.forms import PageForm, between, choose_from
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit

page = Pages("frame", __name__)


class FrameForm(PageForm):
    """Attributes and their values."""

    text = TextAreaField(
        _l("Attributes"),
        [DataRequired(_l("Write one attribute on each line, with its values.")), Length(max=4000)],
        description=_l("One on each line with its values, for example: university: Calgary, Alberta"),
    )


class QuotaForm(PageForm):
    """How many people are wanted, of which kind."""

    part = SelectField(_l("Of whom"))
    target = IntegerField(
        _l("How many"),
        [
            InputRequired(_l("Say how many people are wanted, for example 10.")),
            between(0, 1_000_000, _l("Give a number between 0 and 1,000,000.")),
        ],
    )


def _parts(strata: tuple[Stratum, ...]) -> list[tuple[str, str]]:
    """Every part of the frame that a quota can be set for: all of it, one value of one attribute, one cell."""
    frame = sampling.attributes_of(strata)
    single = [{name: value} for name, values in frame.items() for value in values]
    cells: list[Mapping[str, str]] = [stratum.attributes for stratum in strata] if len(frame) > 1 else []
    return [
        ("{}", gettext("Everybody")),
        *((json.dumps(dict(part)), sampling.name_of(part)) for part in single + cells),
    ]


def _quota_form(visit: Visit, data: MultiDict[str, str] | None = None) -> QuotaForm:
    form = QuotaForm(data)
    choose_from(form.part, _parts(frames.strata(visit.db, visit.study_id)))
    return form


def _page(visit: Visit, form: FrameForm | None = None, quota_form: QuotaForm | None = None) -> str:
    db, study_id = visit.db, visit.study_id
    strata = frames.strata(db, study_id)
    placed = progress.placed(db, study_id)
    return render(
        visit,
        "team/recruit/frame.html",
        form=form or FrameForm(),
        quota_form=quota_form or _quota_form(visit),
        strata=strata,
        placed=placed,
        fills=sampling.fill(frames.quotas(db, study_id), strata, placed),
        failed=bool((form and form.errors) or (quota_form and quota_form.errors)),
    )


@page.view("/studies/<uuid:study_id>/frame", permit=Permit.RECRUIT, place=Place(Task.RECRUIT, _l("Sampling frame")))
def overview(visit: Visit) -> ResponseReturnValue:
    """Strata, quotas, and how far each is."""
    return _page(visit)


@page.action("/studies/<uuid:study_id>/frame", permit=Permit.RECRUIT)
def extend(visit: Visit) -> ResponseReturnValue:
    """The frame has these cells too."""
    form = FrameForm(request.form)
    if form.validate():
        try:
            frame = sampling.read_frame(form.text.data or "")
            frames.add_cells(visit.db, visit.study_id, frame, by=visit.account_id, now=visit.now)
        except Invalid as refusal:
            form.refuse(refusal, "text")
        else:
            visit.tell(gettext("The frame was extended."))
            return redirect(url_for("frame.overview", study_id=visit.study_id), code=303)
    return _page(visit, form=form), 422


@page.action("/studies/<uuid:study_id>/frame/quotas", permit=Permit.RECRUIT)
def set_quota(visit: Visit) -> ResponseReturnValue:
    """So many people are wanted in this part of the frame."""
    form = _quota_form(visit, request.form)
    if form.validate():
        try:
            part = json.loads(form.part.data or "{}")
            frames.set_quota(visit.db, visit.study_id, part, form.target.data or 0, by=visit.account_id, now=visit.now)
        except Invalid as refusal:
            form.refuse(refusal, "part")
        else:
            visit.tell(gettext("The quota was set."))
            return redirect(url_for("frame.overview", study_id=visit.study_id), code=303)
    return _page(visit, quota_form=form), 422


@page.action("/studies/<uuid:study_id>/frame/quotas/<uuid:quota_id>/drop", permit=Permit.RECRUIT)
def drop_quota(visit: Visit, quota_id: UUID) -> ResponseReturnValue:
    """Nobody counts people in this part of the frame any more."""
    frames.drop_quota(visit.db, visit.study_id, quota_id, by=visit.account_id, now=visit.now)
    visit.tell(gettext("The quota was taken away."))
    return redirect(url_for("frame.overview", study_id=visit.study_id), code=303)
