"""Enrol people: one by one from a form, or a sheet of them at once or not at all."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import EmailField, Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from survey import frames, persons, recruitment, sheets
from survey.sheets import Column, Entry, Mapped, RowProblem, Sheet, SheetUnreadable
from vault import studies
from vault.errors import CannotOpen, Invalid, Refused
from vault.studies import Permit
from web.kit.forms import choices, choose_from
from web.kit.guard import Pages
from web.kit.i18n import LANGUAGES
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.sentences import said
from web.kit.visit import Visit
from web.team.sent_once import OnceForm

page = Pages("enrol", __name__)

_CODES = (
    ("link", _l("A long code, for mail: strong enough by itself, meant to be clicked or scanned")),
    ("typed", _l("A short code, for letters and the telephone: 18 letters and digits to be typed")),
)

COLUMNS = {
    Column.NAME: _l("Name"),
    Column.GIVEN: _l("Given name"),
    Column.FAMILY: _l("Family name"),
    Column.EMAIL: _l("E-mail address"),
    Column.TELEPHONE: _l("Telephone"),
    Column.ADDRESS: _l("Postal address"),
    Column.NOTE: _l("Note"),
    Column.SITE: _l("Site"),
    Column.STRATUM: _l("Stratum"),
    Column.INTERVIEWER: _l("Interviewer's e-mail address"),
}
_ATTRIBUTE = "attribute:"


class PersonForm(OnceForm):
    """Somebody who may take part."""

    name = StringField(_l("Name"), [Length(max=200)])
    email = EmailField(_l("E-mail address"), [Length(max=254)])
    telephone = StringField(_l("Telephone"), [Length(max=60)])
    address = TextAreaField(_l("Postal address"), [Length(max=500)])
    note = TextAreaField(_l("Note"), [Length(max=2000)], description=_l("For whoever recruits; sealed like the name."))
    site = SelectField(_l("Site"))
    stratum = SelectField(_l("Stratum"))
    interviewer = SelectField(_l("Interviewer"), description=_l("Will see this participant and nobody else's."))
    language = SelectField(_l("Language of the invitation"))
    code = RadioField(_l("Code"), choices=choices(_CODES), default="link")


class SheetForm(OnceForm):
    """What is the same for every person of a sheet."""

    sheet = TextAreaField(
        _l("Or paste the sheet"),
        description=_l("With its headers in the first row. Commas, semicolons or tabs between the columns."),
    )
    site = SelectField(_l("Site of those whose row names none"))
    language = SelectField(_l("Language of the invitations"))
    code = RadioField(_l("Codes"), choices=choices(_CODES), default="link")


def _ask_for_site(field: Field, sites: Sequence[tuple[str, str]]) -> None:
    """A study that has sites asks everybody at one of them: approvals hold site by site."""
    choose_from(field, sites, first=None if len(sites) == 1 else gettext("Choose") if sites else gettext("No site"))
    if sites:
        field.validators = [InputRequired(gettext("Choose the site at which this person is asked."))]


def _person_form(visit: Visit, data: MultiDict[str, str] | None = None) -> PersonForm:
    form = PersonForm(data)
    db, study_id = visit.db, visit.study_id
    sites = [(str(site.id), site.name) for site in studies.sites(db, study_id)]
    _ask_for_site(form.site, sites)
    cells = [(str(stratum.id), stratum.name) for stratum in frames.strata(db, study_id)]
    choose_from(form.stratum, cells, first=gettext("No stratum in particular"))
    accounts = [(str(one.id), one.name) for one in recruitment.ready_interviewers(db, study_id)]
    choose_from(form.interviewer, accounts, first=gettext("Nobody yet"))
    choose_from(form.language, LANGUAGES.items())
    return form


@page.view("/studies/<uuid:study_id>/enrol", permit=Permit.RECRUIT, place=Place(Task.RECRUIT, _l("Enrol")))
def one(visit: Visit) -> ResponseReturnValue:
    """An empty form for a person."""
    return render(visit, "team/recruit/enrol.html", form=_person_form(visit))


@page.action("/studies/<uuid:study_id>/enrol", permit=Permit.RECRUIT)
def add(visit: Visit) -> ResponseReturnValue:
    """The person is a participant, identified, with an invitation that waits to be sent."""
    form = _person_form(visit, request.form)
    if form.validate():
        try:
            welcome = _enrol(visit, form)
        except Refused as refusal:
            form.refuse(refusal, "site")
        except Invalid as refusal:
            form.refuse(refusal, "email" if "e-mail address is" in refusal.sentence else "name")
        else:
            return render(visit, "team/recruit/enrolled.html", made=[welcome], public_url=visit.settings.public_url)
    return render(visit, "team/recruit/enrol.html", form=form), 422


def _enrol(visit: Visit, form: PersonForm) -> recruitment.Welcome:
    recruitment.use(visit.db, visit.study_id, form.number(visit, "enrol"), now=visit.now)
    data = form.data
    known = persons.entry(data)
    entry = Entry(
        0, known.name, known.email, known.telephone, known.address, known.note,
        *(UUID(data[name]) if data[name] else None for name in ("site", "stratum", "interviewer")),
    )  # fmt: skip
    if entry.email and _already(visit, [entry]):
        raise Invalid("Somebody with this e-mail address is in the study already.")
    return recruitment.enrol_one(
        visit.db, visit.keyring, visit.study_id, entry, by=visit.actor, now=visit.now,
        typed=data["code"] == "typed", language=data["language"],
    )  # fmt: skip


def _already(visit: Visit, entries: Sequence[Entry]) -> tuple[RowProblem, ...]:
    try:
        return recruitment.duplicates(
            visit.db,
            visit.keyring,
            visit.study_id,
            entries,
            persons.reader(visit.account_id, visit.unlocked),
            now=visit.now,
        )
    except CannotOpen:
        return ()  # a member who waits for their keys can enrol, and cannot look


def _sheet_form(visit: Visit, data: MultiDict[str, str] | None = None) -> SheetForm:
    form = SheetForm(data)
    sites = [(str(site.id), site.name) for site in studies.sites(visit.db, visit.study_id)]
    choose_from(form.site, sites, first=gettext("No site"))
    form.site.data = form.site.data or ""  # a study without sites has no such field on its page
    choose_from(form.language, LANGUAGES.items())
    return form


@page.view(
    "/studies/<uuid:study_id>/enrol/sheet", permit=Permit.RECRUIT, place=Place(Task.RECRUIT, _l("Enrol from a sheet"))
)
def sheet(visit: Visit) -> ResponseReturnValue:
    """A place for a sheet of people."""
    return render(visit, "team/recruit/sheet.html", form=_sheet_form(visit))


@page.action("/studies/<uuid:study_id>/enrol/sheet", permit=Permit.RECRUIT, files=True)
def look(visit: Visit) -> ResponseReturnValue:
    """The sheet as it was understood: which column holds what, and which rows cannot be taken. Nothing is kept yet."""
    form = _sheet_form(visit, request.form)
    file = request.files.get("file")
    data = file.read() if file and file.filename else (form.sheet.data or "").encode()
    try:
        read = sheets.read(data)
    except SheetUnreadable as refusal:
        form.refuse(refusal, "sheet")
        return render(visit, "team/recruit/sheet.html", form=form), 422
    form.sheet.data = _spelled(read)
    return _mapping(visit, form, read, sheets.guess(read.headers, frames.strata(visit.db, visit.study_id)))


def _spelled(sheet: Sheet) -> str:
    """The sheet, carried by the page from step to step; empty rows stay, so that rows keep their numbers."""
    written = io.StringIO(newline="")
    # Quoted throughout, so that no comma in a cell passes for a delimiter when it is read again.
    writer = csv.writer(written, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(sheet.headers)
    rows = dict(sheet.rows)
    writer.writerows(rows.get(number, ()) for number in range(2, max(rows) + 1))
    return written.getvalue()


def _mapping(visit: Visit, form: SheetForm, read: Sheet, mapped: Mapped, *, status: int = 200) -> ResponseReturnValue:
    known = recruitment.known(visit.db, visit.study_id)
    found, problems = sheets.entries(read, mapped, known)
    problems = (*problems, *_already(visit, found))
    places = {at: column.value for column, at in mapped.columns.items()}
    places |= {at: f"{_ATTRIBUTE}{name}" for name, at in mapped.attributes.items()}
    frame = [name for stratum in frames.strata(visit.db, visit.study_id)[:1] for name in stratum.attributes]
    page = render(
        visit,
        "team/recruit/mapping.html",
        form=form,
        sheet=read,
        places=places,
        meanings=[("", gettext("nothing: leave it out")), *((column.value, name) for column, name in COLUMNS.items()),
            *((f"{_ATTRIBUTE}{name}", gettext("Frame: %(name)s", name=name)) for name in frame)],
        people=len(found),
        nowhere=0 if form.site.data or not known.sites else sum(entry.site_id is None for entry in found),
        problems=[(problem.row, said(problem.sentence)) for problem in problems],
        notices=[said(notice) for notice in read.notices],
    )  # fmt: skip
    return page, status


@page.action("/studies/<uuid:study_id>/enrol/sheet/import", permit=Permit.RECRUIT, files=True)
def take(visit: Visit) -> ResponseReturnValue:
    """Every person of the sheet is a participant, or nobody is and each row that is in the way is named."""
    form = _sheet_form(visit, request.form)
    try:
        # As it was sent: an empty first or last cell is a cell.
        read = sheets.read(request.form.get("sheet", "").encode())
    except SheetUnreadable as refusal:
        form.refuse(refusal, "sheet")
        return render(visit, "team/recruit/sheet.html", form=form), 422
    mapped, twice = _mapped(read)
    if twice:
        names = ", ".join(str(name) for name in twice)
        form.form_errors.append(gettext("Only one column can hold this: %(names)s. Leave the other out.", names=names))
        return _mapping(visit, form, read, mapped, status=422)
    found, problems = sheets.entries(read, mapped, recruitment.known(visit.db, visit.study_id))
    if "look" in request.form or not form.validate() or problems:
        return _mapping(visit, form, read, mapped, status=200 if "look" in request.form else 422)
    # First of all: whoever sends the sheet again would be told that everybody on it is known.
    recruitment.use(visit.db, visit.study_id, form.number(visit, "enrol-sheet"), now=visit.now)
    if _already(visit, found):
        return _mapping(visit, form, read, mapped, status=422)
    try:
        site_id = UUID(form.site.data) if form.site.data else None
        placed = [replace(entry, site_id=entry.site_id or site_id) for entry in found]
        made = recruitment.enrol_many(
            visit.db, visit.keyring, visit.study_id, placed, by=visit.actor, now=visit.now,
            typed=form.code.data == "typed", language=form.language.data or "",
        )  # fmt: skip
    except (Invalid, Refused) as refusal:
        form.refuse(refusal, "code" if isinstance(refusal, Invalid) else None)
        return _mapping(visit, form, read, mapped, status=422)
    return render(visit, "team/recruit/enrolled.html", made=made, public_url=visit.settings.public_url)


def _mapped(sheet: Sheet) -> tuple[Mapped, list[object]]:
    """Which column holds what, and the names of what more than one column is said to hold."""
    twice: list[object] = []
    columns: dict[Column, int] = {}
    attributes: dict[str, int] = {}
    known = {column.value: column for column in Column}
    for at in range(len(sheet.headers)):
        meaning = request.form.get(f"column-{at}", "")
        if meaning.startswith(_ATTRIBUTE):
            name = meaning.removeprefix(_ATTRIBUTE)
            if attributes.setdefault(name, at) != at:
                twice.append(name)
        elif meaning in known and columns.setdefault(known[meaning], at) != at:
            twice.append(COLUMNS[known[meaning]])
    return Mapped(columns, attributes), twice
