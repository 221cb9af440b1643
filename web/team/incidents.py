"""What went wrong: whoever notices it writes it down; leads and coordinators act, report and close."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from survey import incidents, once
from survey.incidents import Deed, Duty, Incident, Sort, Told
from survey.remarks import LONGEST
from vault import studies
from vault.accounts import Account
from vault.errors import Conflict, Invalid, Missing
from vault.studies import Permit
from web.kit.forms import PageForm, choices, choose_from
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team.sent_once import OnceForm

page = Pages("incidents", __name__)

SORTS = {
    Sort.BREACH: _l("breach of confidentiality or of personal data"),
    Sort.COMPLAINT: _l("complaint"),
    Sort.DEVIATION: _l("deviation from the protocol"),
    Sort.HARM: _l("harm or distress of a participant"),
    Sort.OTHER: _l("something else"),
}
DEEDS = {
    Deed.DUTY: _l("has to be reported"),
    Deed.ACTION: _l("what was done"),
    Deed.REPORT: _l("reported"),
    Deed.CLOSED: _l("closed"),
    Deed.REOPENED: _l("opened again"),
}
_BOARD, _AUTHORITY = _l("The ethics board"), _l("The data protection authority")
_LAST = time(23, 59)
_WITHIN = timedelta(hours=72)  # GDPR article 33 (1)
_HERE = "/studies/<uuid:study_id>/incidents"
_ONE = f"{_HERE}/<uuid:incident_id>"
_DAY = _l("Give the day, for example 2026-11-30.")


class RecordForm(OnceForm):
    """An incident as somebody noticed it."""

    sort = RadioField(_l("What kind of incident is it?"), [InputRequired(_l("Choose what it is."))], choices=[])
    words = TextAreaField(
        _l("What happened"),
        [DataRequired(_l("Say in a few sentences what happened.")), Length(max=LONGEST)],
        description=_l("The ethics board reads this. Write no names; call participants by their pseudonym."),
    )
    site = SelectField(_l("Where"))
    happened_on = DateField(_l("When it happened"), [InputRequired(_DAY)])
    noticed_on = DateField(_l("When it was noticed"), [InputRequired(_DAY)])
    noticed_time = TimeField(_l("At what time (UTC)"), [InputRequired(_l("Give the time, for example 14:30."))])
    authority = BooleanField(
        _l("The data protection authority has to be told within 72 hours."),
        description=_l(
            "GDPR article 33: unless a breach of personal data is unlikely to be a risk to anybody. The hours count "
            "from when it was noticed."
        ),
    )
    board_until = DateField(
        _l("The ethics board has to be told until"), [Optional()],
        description=_l("As the board's rules say."),
    )  # fmt: skip


class ActForm(PageForm):
    """Something was done."""

    done = TextAreaField(_l("What was done"), [DataRequired(_l("Say what was done."))])


class ReportForm(PageForm):
    """Somebody was told."""

    duty = SelectField(_l("Who was told"))
    whom = StringField(_l("Somebody else"), [Length(max=200)])
    told_on = DateField(_l("On which day"), [InputRequired(_DAY)])
    told_time = TimeField(_l("At what time (UTC)"), [InputRequired(_l("Give the time, for example 14:30."))])
    how = TextAreaField(_l("How, and what was answered"))


class OweForm(PageForm):
    """Somebody has to be told."""

    due_whom = StringField(_l("Who has to be told"), [DataRequired(_l("Say who has to be told.")), Length(max=200)])
    due_on = DateField(_l("Until and including"), [InputRequired(_DAY)])


class EndForm(PageForm):
    """How it ended, or why it goes on."""

    ended = TextAreaField(_l("How it ended"), [DataRequired(_l("Say in a sentence how it ended."))])


class AgainForm(PageForm):
    """Why it goes on."""

    why = TextAreaField(_l("Why it is opened again"), [DataRequired(_l("Say in a sentence why it is opened again."))])


def _visible(visit: Visit, incident: Incident) -> bool:
    """Whoever handles incidents and the board see all; others of the team what they wrote down themselves."""
    return Permit.SEE_INCIDENTS in visit.permits or incident.row.recorded_by == visit.signed_in.id


@page.view(_HERE, permit=Permit.SEE_STUDY, place=Place(Task.PLAN, _l("Incidents")))
def listing(visit: Visit) -> ResponseReturnValue:
    """Every incident with what is still owed, the newest first."""
    found = [one for one in incidents.of_study(visit.db, visit.study_id) if _visible(visit, one)]
    return render(
        visit, "team/incidents.html", incidents=found, sorts=SORTS, now=visit.now,
        may_record=Permit.RECORD_INCIDENTS in visit.permits, all_of_them=Permit.SEE_INCIDENTS in visit.permits,
    )  # fmt: skip


def _record_form(visit: Visit, data: MultiDict[str, str] | None = None) -> RecordForm:
    form = RecordForm(data)
    form.sort.choices = choices((sort.value, str(name)) for sort, name in SORTS.items())
    places = [(str(site.id), site.name) for site in studies.sites(visit.db, visit.study_id)]
    choose_from(form.site, places, first=gettext("The study as a whole"))
    return form


@page.view(f"{_HERE}/new", permit=Permit.RECORD_INCIDENTS)
def new(visit: Visit) -> ResponseReturnValue:
    """An incident that nobody wrote down yet."""
    return render(visit, "team/incident_new.html", form=_record_form(visit))


@page.action(f"{_HERE}/new", permit=Permit.RECORD_INCIDENTS)
def record(visit: Visit) -> ResponseReturnValue:
    """The incident stands in the study's records and in its log, once, also when a button is pressed twice."""
    form = _record_form(visit, request.form)
    if form.validate():
        number = form.number(visit, "incident", *form.said())
        try:
            if once.first(visit.db, visit.study_id, number, now=visit.now):
                incidents.record(
                    visit.db, visit.study_id, _told(form), by=visit.signed_in.id, now=visit.now, as_=number
                )  # fmt: skip
            row = incidents.find(visit.db, visit.study_id, number).row
        except Invalid as refusal:
            form.refuse(refusal, "noticed_on")
        else:
            visit.tell(gettext("Incident %(number)s was recorded.", number=row.number))
            return redirect(url_for("incidents.one", study_id=visit.study_id, incident_id=row.id), code=303)
    return render(visit, "team/incident_new.html", form=form), 422


def _told(form: RecordForm) -> Told:
    happened_on, noticed_at = form.happened_on.data, _moment(form.noticed_on.data, form.noticed_time.data)
    if happened_on is None:
        raise Invalid
    duties = []
    if form.authority.data:
        duties.append(Duty(str(_AUTHORITY), noticed_at + _WITHIN))
    if form.board_until.data:
        duties.append(Duty(str(_BOARD), _moment(form.board_until.data, _LAST)))
    site = UUID(form.site.data) if form.site.data else None
    return Told(Sort(form.sort.data), happened_on, noticed_at, form.words.data or "", site, tuple(duties))


def _moment(day: date | None, hour: time | None) -> datetime:
    if day is None or hour is None:
        raise Invalid
    return datetime.combine(day, hour, UTC)


def _one(visit: Visit, incident_id: UUID) -> Incident:
    incident = incidents.find(visit.db, visit.study_id, incident_id)
    if not _visible(visit, incident):
        raise Missing
    return incident


def _page(visit: Visit, incident: Incident, form: PageForm | None = None) -> str:
    people = {step.written_by for step in incident.steps} | {incident.row.recorded_by}
    places = {site.id: site.name for site in studies.sites(visit.db, visit.study_id)}
    return render(
        visit, "team/incident.html", incident=incident, row=incident.row, sorts=SORTS, deeds=DEEDS, now=visit.now,
        people={person: visit.db.get_one(Account, person).name for person in people},
        place=places.get(incident.row.site_id) if incident.row.site_id else gettext("The study as a whole"),
        may_handle=Permit.HANDLE_INCIDENTS in visit.permits, form=form, tried=type(form).__name__,
        report_form=form if isinstance(form, ReportForm) else _report_form(incident),
        **{name: form if isinstance(form, kind) else kind() for name, kind in _FORMS.items()},
    )  # fmt: skip


def _report_form(incident: Incident, data: MultiDict[str, str] | None = None) -> ReportForm:
    form = ReportForm(data)
    choose_from(form.duty, [*((duty.whom, duty.whom) for duty in incident.owed), ("", gettext("Somebody else"))])
    return form


_FORMS: dict[str, type[PageForm]] = {
    "act_form": ActForm, "owe_form": OweForm, "end_form": EndForm, "again_form": AgainForm,
}  # fmt: skip


@page.view(_ONE, permit=Permit.SEE_STUDY)
def one(visit: Visit, incident_id: UUID) -> ResponseReturnValue:
    """The incident with everything that was written about it."""
    return _page(visit, _one(visit, incident_id))


def _write(
    visit: Visit, incident_id: UUID, form: PageForm, beside: str, deed: Callable[[Incident], None]
) -> ResponseReturnValue:  # fmt: skip
    """One entry more stands in the record, or the page says beside the field why it does not."""
    incident = _one(visit, incident_id)
    if not form.validate():
        return _page(visit, incident, form), 422
    try:
        deed(incident)
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal, beside)
        return _page(visit, incident, form), 422
    visit.tell(gettext("It stands in the record."))
    return redirect(url_for("incidents.one", study_id=visit.study_id, incident_id=incident.row.id), code=303)


@page.action(f"{_ONE}/act", permit=Permit.HANDLE_INCIDENTS)
def act(visit: Visit, incident_id: UUID) -> ResponseReturnValue:
    """The record says what was done."""
    form = ActForm(request.form)

    def deed(incident: Incident) -> None:
        incidents.act(visit.db, incident, form.done.data or "", by=visit.signed_in.id, now=visit.now)

    return _write(visit, incident_id, form, "done", deed)


@page.action(f"{_ONE}/report", permit=Permit.HANDLE_INCIDENTS)
def report(visit: Visit, incident_id: UUID) -> ResponseReturnValue:
    """The record says who was told, and when."""
    form = _report_form(_one(visit, incident_id), request.form)

    def deed(incident: Incident) -> None:
        told_at = _moment(form.told_on.data, form.told_time.data)
        whom, how = form.duty.data or form.whom.data or "", form.how.data or ""
        incidents.report(visit.db, incident, whom, told_at, how, by=visit.signed_in.id, now=visit.now)

    return _write(visit, incident_id, form, "told_on", deed)


@page.action(f"{_ONE}/owe", permit=Permit.HANDLE_INCIDENTS)
def owe(visit: Visit, incident_id: UUID) -> ResponseReturnValue:
    """The record says who has to be told until when."""
    form = OweForm(request.form)

    def deed(incident: Incident) -> None:
        due_at = _moment(form.due_on.data, _LAST)
        incidents.owe(visit.db, incident, form.due_whom.data or "", due_at, by=visit.signed_in.id, now=visit.now)

    return _write(visit, incident_id, form, "due_on", deed)


@page.action(f"{_ONE}/close", permit=Permit.HANDLE_INCIDENTS)
def close(visit: Visit, incident_id: UUID) -> ResponseReturnValue:
    """Nothing more is to be done about it."""
    form = EndForm(request.form)

    def deed(incident: Incident) -> None:
        incidents.close(visit.db, incident, form.ended.data or "", by=visit.signed_in.id, now=visit.now)

    return _write(visit, incident_id, form, "ended", deed)


@page.action(f"{_ONE}/reopen", permit=Permit.HANDLE_INCIDENTS)
def reopen(visit: Visit, incident_id: UUID) -> ResponseReturnValue:
    """There is more to be done about it."""
    form = AgainForm(request.form)

    def deed(incident: Incident) -> None:
        incidents.reopen(visit.db, incident, form.why.data or "", by=visit.signed_in.id, now=visit.now)

    return _write(visit, incident_id, form, "why", deed)
