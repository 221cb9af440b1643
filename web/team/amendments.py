"""Amendments: how far each is, what it asks for, the papers for the board, and the steps that follow."""

from uuid import UUID

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from instruments import drafts, versions
from survey import amendments, decision_letters, impact
from survey.amendments import NEXT, Amendment, State
from vault import approvals, studies
from vault.accounts import Account
from vault.approvals import Decided
from vault.errors import Conflict, Invalid, Missing
from vault.studies import Permit
from web.kit.forms import PageForm
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team import board_letters, under_approval
from web.team.amendment_paper import paper_of
from web.team.amendment_papers import request_of
from web.team.amendment_word import word_of
from web.team.approval_terms import TermsForm, offer
from web.team.instrument_drafts import number as whole_number
from web.team.instruments import title_of

page = Pages("amendments", __name__)

_HERE = "/studies/<uuid:study_id>/amendments"
_ONE = f"{_HERE}/<int:number>"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

STATES = {
    State.DRAFTED: _l("written"),
    State.SUBMITTED: _l("submitted"),
    State.APPROVED: _l("approved"),
    State.REFUSED: _l("refused"),
    State.WITHDRAWN: _l("withdrawn"),
}
_DEEDS = {
    State.SUBMITTED: _l("It was sent to the board"),
    State.REFUSED: _l("The board refused it"),
    State.WITHDRAWN: _l("Withdraw it"),
}


class StepForm(PageForm):
    """A further step."""

    state = HiddenField()
    seen = HiddenField()
    day = DateField(_l("On which day"), [InputRequired(_l("Give the day, for example 2026-11-30."))])
    note = TextAreaField(_l("Note"), [Length(max=2000)])


class ApproveForm(TermsForm):
    """The decision that results."""

    seen = HiddenField()
    day = DateField(_l("Date of the board's letter"), [InputRequired(_l("Give the day, for example 2026-11-30."))])
    reference = StringField(
        _l("Reference"), [DataRequired(_l("Give the reference that stands on the board's letter.")), Length(max=120)]
    )
    covers = TextAreaField(_l("What it covers"), [DataRequired(_l("Say what the board approved.")), Length(max=2000)])
    effective_on = DateField(_l("From"), [InputRequired(_l("Give the first day, for example 2026-11-23."))])
    expires_on = DateField(_l("Until and including"), [InputRequired(_l("Give the last day, for example 2027-11-22."))])
    note = TextAreaField(_l("Note"), [Length(max=2000)])


def title(visit: Visit, amendment: Amendment) -> str:
    """What it is about."""
    of = amendment.row.instrument_id
    return title_of(drafts.draft_of(visit.db, of).definition) if of else gettext("Consent document")


@page.view(_HERE, permit=Permit.SEE_STUDY, place=Place(Task.PLAN, _l("Amendments")))
def listing(visit: Visit) -> ResponseReturnValue:
    """Every amendment, the newest first."""
    every = amendments.of_study(visit.db, visit.study_id)
    return render(
        visit, "team/amendments.html", amendments=[(one, title(visit, one)) for one in every], states=STATES,
        names=under_approval.titles(visit), sites=_sites(visit),
        instruments=[
            (row.id, title_of(drafts.draft_of(visit.db, row.id).definition))
            for row, published in versions.of_study(visit.db, visit.study_id)
            if published
        ],
        may_write=Permit.AUTHOR in visit.permits,
    )  # fmt: skip


def _sites(visit: Visit) -> dict[int, str]:
    """Where each decision of the study holds."""
    places: dict[UUID | None, str] = {site.id: site.name for site in studies.sites(visit.db, visit.study_id)}
    return {
        one.number: places.get(one.site_id, gettext("every site"))
        for one in approvals.of_study(visit.db, visit.study_id)
    }


def _page(visit: Visit, amendment: Amendment, form: StepForm | None = None) -> str:
    row = amendment.row
    places = [place for reason in amendment.reasons for place in reason.places if "." not in place and place != "*"]
    offered = [state for state in NEXT.get(amendment.state, ()) if state is not State.APPROVED]
    forms: dict[State, StepForm] = {state: _step_form(visit, amendment, state) for state in offered}
    if form is not None and form.state.data in [state.value for state in offered]:
        forms[State(form.state.data)] = form
    made = request_of(visit, amendment)
    return render(
        visit, "team/amendment.html", amendment=amendment, title=title(visit, amendment), states=STATES, deeds=_DEEDS,
        forms=forms, failed=form, made=made, site=_sites(visit).get(row.approval, ""),
        name=under_approval.titles(visit)[row.approval],
        people={step.by: visit.db.get_one(Account, step.by).name for step in amendment.steps},
        impact=impact.of_draft(visit.db, visit.study_id, row.instrument_id, places) if row.instrument_id else None,
        letters=[
            one
            for one in decision_letters.of_study(visit.db, visit.study_id)
            if one.amendment_id == row.id or (amendment.approval and one.approval == amendment.approval)
        ],
        may=Permit.MANAGE_APPROVALS in visit.permits, overtaken=_overtaken(visit, amendment),
        may_publish=Permit.PUBLISH in visit.permits,
    )  # fmt: skip


def _step_form(visit: Visit, amendment: Amendment, state: State) -> StepForm:
    form = StepForm()
    form.state.data, form.seen.data, form.day.data = state.value, str(len(amendment.steps)), visit.now.date()
    return form


def _overtaken(visit: Visit, amendment: Amendment) -> bool:
    """Whether the draft says something else by now than the board was asked about."""
    of = amendment.row.instrument_id
    if of is None or amendment.state not in (State.DRAFTED, State.SUBMITTED, State.APPROVED):
        return False
    return drafts.draft_of(visit.db, of).definition != amendment.instrument


@page.view(_ONE, permit=Permit.SEE_STUDY)
def one(visit: Visit, number: int) -> ResponseReturnValue:
    """One amendment with its steps and what follows."""
    return _page(visit, amendments.find(visit.db, visit.study_id, number))


@page.action(f"{_ONE}/step", permit=Permit.MANAGE_APPROVALS)
def step(visit: Visit, number: int) -> ResponseReturnValue:
    """The amendment is a step further."""
    amendment, form = amendments.find(visit.db, visit.study_id, number), StepForm(request.form)
    states = {state.value: state for state in State}
    if form.state.data not in states:
        raise Missing
    if not form.validate() or form.day.data is None:
        return _page(visit, amendment, form), 422
    try:
        amendments.move(
            visit.db, amendment, states[form.state.data], day=form.day.data, note=form.note.data or "",
            seen=whole_number(form.seen.data), by=visit.account_id, now=visit.now,
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal, "day" if isinstance(refusal, Invalid) else None)
        return _page(visit, amendment, form), 409 if isinstance(refusal, Conflict) else 422
    visit.tell(gettext("The step was recorded."))
    return redirect(url_for("amendments.one", study_id=visit.study_id, number=number), code=303)


@page.view(f"{_ONE}/request.pdf", permit=Permit.SEE_INSTRUMENTS)
def paper(visit: Visit, number: int) -> ResponseReturnValue:
    """What the board is given, as PDF."""
    made = request_of(visit, amendments.find(visit.db, visit.study_id, number))
    return _handed(paper_of(made, at=visit.now), "application/pdf", f"amendment-{number}.pdf")


@page.view(f"{_ONE}/request.docx", permit=Permit.SEE_INSTRUMENTS)
def word(visit: Visit, number: int) -> ResponseReturnValue:
    """The same as a Word document."""
    made = request_of(visit, amendments.find(visit.db, visit.study_id, number))
    return _handed(word_of(made, at=visit.now), _WORD, f"amendment-{number}.docx")


def _handed(data: bytes, kind: str, name: str) -> ResponseReturnValue:
    return make_response(data, 200, {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'})


def _approve_page(visit: Visit, amendment: Amendment, form: ApproveForm) -> str:
    return render(
        visit, "team/amendment_approve.html", form=form, amendment=amendment, title=title(visit, amendment),
        name=under_approval.titles(visit)[amendment.row.approval], site=_sites(visit)[amendment.row.approval],
    )  # fmt: skip


@page.view(f"{_ONE}/approve", permit=Permit.MANAGE_APPROVALS)
def ask_approve(visit: Visit, number: int) -> ResponseReturnValue:
    """The decision that results, filled with what the one before it said."""
    amendment = amendments.find(visit.db, visit.study_id, number)
    if State.APPROVED not in NEXT.get(amendment.state, ()):
        return redirect(url_for("amendments.one", study_id=visit.study_id, number=number), code=303)
    form = ApproveForm()
    offer(visit, form)
    former = approvals.lineage(visit.db, visit.study_id, amendment.row.approval)[0]
    form.take(former.terms)
    form.covers.data, form.expires_on.data = former.covers, former.expires_on
    form.effective_on.data = form.day.data = visit.now.date()
    form.seen.data = str(len(amendment.steps))
    return _approve_page(visit, amendment, form)


@page.action(f"{_ONE}/approve", permit=Permit.MANAGE_APPROVALS, files=True, most=board_letters.MOST)
def approve(visit: Visit, number: int) -> ResponseReturnValue:
    """The board agreed: its decision stands, and the text of the amendment may be published."""
    amendment, form = amendments.find(visit.db, visit.study_id, number), ApproveForm(request.form)
    offer(visit, form)
    sound = form.validate()
    day, first, last = form.day.data, form.effective_on.data, form.expires_on.data
    if not sound or day is None or first is None or last is None:
        return _approve_page(visit, amendment, form), 422
    former = approvals.lineage(visit.db, visit.study_id, amendment.row.approval)[0]
    decided = Decided(former.board, form.reference.data or "", form.covers.data or "", first, last, terms=form.terms())
    try:
        done = amendments.approve(
            visit.db, amendment, decided, day=day, note=form.note.data or "", seen=whole_number(form.seen.data),
            by=visit.account_id, now=visit.now,
        )  # fmt: skip
        board_letters.keep(visit, approval=done.approval)
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _approve_page(visit, amendment, form), 409 if isinstance(refusal, Conflict) else 422
    visit.tell(gettext("The approval was recorded. The text may be published as it was sent."))
    return redirect(url_for("amendments.one", study_id=visit.study_id, number=number), code=303)
