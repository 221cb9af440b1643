"""What the ethics board decided, as the team records it from the letter."""

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from survey import decision_letters, places
from survey.places import Room
from vault import approvals, studies, study_keys
from vault.accounts import Account
from vault.approvals import Approval, Decided
from vault.errors import Invalid
from vault.studies import Permit
from web.kit.forms import PageForm, choose_from
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team.approval_terms import TermsForm, in_words, offer
from web.team.studies import TWICE

page = Pages("approvals", __name__)


class ApprovalForm(TermsForm):
    """A board's decision."""

    board = StringField(_l("Board"), [DataRequired(_l("Give the name of the board.")), Length(max=200)])
    reference = StringField(
        _l("Reference"), [DataRequired(_l("Give the reference that stands on the board's letter.")), Length(max=120)]
    )
    covers = TextAreaField(
        _l("What it covers"),
        [DataRequired(_l("Say what the board approved.")), Length(max=2000)],
        description=_l("In the board's words: instruments, consent documents, who may be asked, how many."),
    )
    site = SelectField(_l("Where it holds"))
    effective_on = DateField(_l("From"), [InputRequired(_l("Give the first day, for example 2026-11-23."))])
    expires_on = DateField(_l("Until and including"), [InputRequired(_l("Give the last day, for example 2027-11-22."))])
    replaces = SelectField(_l("Replaces"), description=_l("For a renewal or an amendment: the decision before it."))


def _form(visit: Visit, data: MultiDict[str, str] | None = None) -> ApprovalForm:
    form = ApprovalForm(data)
    offer(visit, form)
    study = visit.the_study
    choose_from(
        form.site,
        [(str(site.id), site.name) for site in studies.sites(visit.db, study.id)],
        first=gettext("Every site"),
    )
    former = [(str(one.number), f"{one.board}, {one.reference}") for one in approvals.of_study(visit.db, study.id)]
    choose_from(form.replaces, former, first=gettext("Nothing: it is the first or stands beside the others"))
    return form


def _page(visit: Visit, form: ApprovalForm) -> str:
    study, today = visit.the_study, visit.now.date()
    every = approvals.of_study(visit.db, study.id)
    beyond = places.beyond(visit.db, study.id)
    return render(
        visit,
        "team/approvals.html",
        form=form,
        approvals=every,
        limits={one.number: in_words(visit, one) for one in every},
        rooms=_rooms(visit, every),
        beyond=beyond,
        letters=decision_letters.of_study(visit.db, study.id),
        may_go_beyond=Permit.MANAGE_STUDY in visit.permits,
        people={one.decided_by: visit.db.get_one(Account, one.decided_by).name for one in beyond},
        superseded={one.replaces for one in every if one.effective_on <= today},
        places={site.id: site.name for site in studies.sites(visit.db, study.id)},
        may_record=Permit.MANAGE_APPROVALS in visit.permits,
        today=today,
    )


def _rooms(visit: Visit, every: Sequence[Approval]) -> dict[int, Room]:
    """How many are enrolled, for whoever recruits: others would learn from small numbers who takes part."""
    if Permit.RECRUIT not in visit.permits:
        return {}
    return {one.number: places.room_of(visit.db, one) for one in every if one.sample_size is not None}


@page.view("/studies/<uuid:study_id>/approvals", permit=Permit.SEE_STUDY, place=Place(Task.PLAN, _l("Approvals")))
def listing(visit: Visit) -> ResponseReturnValue:
    """Every decision on the study, newest first."""
    return _page(visit, _form(visit))


@page.action("/studies/<uuid:study_id>/approvals", permit=Permit.MANAGE_APPROVALS)
def record(visit: Visit) -> ResponseReturnValue:
    """The decision stands in the study's records and log."""
    form = _form(visit, request.form)
    if not form.validate():
        return _page(visit, form), 422
    if form.effective_on.data is None or form.expires_on.data is None:
        raise Invalid
    decided = Decided(
        board=form.board.data or "",
        reference=form.reference.data or "",
        covers=form.covers.data or "",
        effective_on=form.effective_on.data,
        expires_on=form.expires_on.data,
        site_id=UUID(form.site.data) if form.site.data else None,
        replaces=int(form.replaces.data) if form.replaces.data else None,
        terms=form.terms().tidied(),
    )
    if _just_recorded(visit, decided):
        return redirect(url_for("approvals.listing", study_id=visit.the_study.id), code=303)
    try:
        approvals.record(visit.db, visit.the_study.id, decided, by=visit.account_id, now=visit.now)
    except Invalid as refusal:
        form.refuse(refusal, _field(refusal.sentence))
        return _page(visit, form), 422
    visit.tell(gettext("The approval was recorded."))
    return redirect(url_for("approvals.listing", study_id=visit.the_study.id), code=303)


def _field(sentence: str) -> str:
    """Beside which field a rule's sentence stands."""
    words = {"sentence that says": "sentence", "Name the sections": "sections", "number of participants": "sample_size"}
    return next((field for word, field in words.items() if word in sentence), "expires_on")


class OneMoreForm(PageForm):
    """Why one person more is needed than the board approved."""

    reason = TextAreaField(
        _l("Reason"),
        [DataRequired(_l("Say why one more person has to be enrolled, and who was told.")), Length(max=2000)],
        description=_l("Name no participant: whoever sees the approvals reads it."),
    )


@page.view("/studies/<uuid:study_id>/approvals/<int:approval_number>/one-more", permit=Permit.MANAGE_STUDY)
def ask_one_more(visit: Visit, approval_number: int) -> ResponseReturnValue:
    """What enrolling one person more than approved means."""
    return _one_more(visit, approval_number, OneMoreForm())


def _one_more(visit: Visit, number: int, form: OneMoreForm) -> str:
    approval = approvals.lineage(visit.db, visit.study_id, number)[0]
    return render(
        visit, "team/approval_beyond.html", form=form, approval=approval, room=places.room_of(visit.db, approval)
    )


@page.action("/studies/<uuid:study_id>/approvals/<int:approval_number>/one-more", permit=Permit.MANAGE_STUDY)
def one_more(visit: Visit, approval_number: int) -> ResponseReturnValue:
    """One person more may be enrolled, and the log says who decided so."""
    form = OneMoreForm(request.form)
    if form.validate():
        try:
            places.one_more(
                visit.db, visit.study_id, approval_number, form.reason.data or "", by=visit.account_id, now=visit.now
            )
        except Invalid as refusal:
            form.refuse(refusal, "reason")
        else:
            visit.tell(gettext("One more person may be enrolled."))
            return redirect(url_for("approvals.listing", study_id=visit.study_id), code=303)
    return _one_more(visit, approval_number, form), 422


def _just_recorded(visit: Visit, decided: Decided) -> bool:
    """Whether the same form has recorded this a moment ago: a decision that stands twice could not be taken back."""
    # Two requests at once come here one after the other.
    study_keys.hold(visit.db, visit.the_study.id, alone=True)
    newest = next(iter(approvals.of_study(visit.db, visit.the_study.id)), None)
    if newest is None or visit.now - newest.recorded_at >= TWICE:
        return False
    return all(getattr(newest, field.name) == getattr(decided, field.name) for field in fields(decided))
