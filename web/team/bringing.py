"""Bring in a form of another program: look at what became of every row, then take it as a draft."""

import base64
import binascii
import zlib
from collections.abc import Callable, Mapping
from uuid import UUID

import msgspec
from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, SelectField

from instruments import drafts
from instruments.definition import LARGEST, DefinitionUnreadable, Instrument, from_json, questions, to_json
from instruments.foreign import limesurvey, redcap, xlsform
from instruments.foreign.account import Fate, FormUnreadable, Imported
from instruments.foreign.naming import Names
from vault.errors import Conflict, Invalid, Missing
from vault.studies import Permit
from web.kit.forms import PageForm, choose_from
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.sentences import said
from web.kit.visit import Visit
from web.team.instrument_drafts import number
from web.team.instruments import of_the_study, title_of

page = Pages("bringing", __name__)

_READERS: Mapping[str, Callable[[bytes, str], Imported]] = {
    "xlsx": xlsform.read,
    "xlsm": xlsform.read,
    "xls": xlsform.read,
    "csv": redcap.read,
    "lss": limesurvey.read,
}
# What forms of other programs weigh at most, the pictures in a workbook with them; what carries on as a draft is less.
MOST, MOST_CARRIED = 25 * 1024 * 1024, 12 * 1024 * 1024

FATES = {Fate.LEFT_OUT: _l("Left out"), Fate.CHANGED: _l("Changed"), Fate.TAKEN: _l("Taken")}


class BringForm(PageForm):
    """A file, and what is to become of it."""

    target = SelectField(_l("It becomes the draft of"))
    file = HiddenField(_l("File"))  # only for what there is to say of the file


class TakeForm(PageForm):
    """What was read, carried by the page, and the draft that it becomes."""

    definition = HiddenField()
    target = HiddenField()
    seen = HiddenField()


def _form(visit: Visit, data: MultiDict[str, str] | None = None) -> BringForm:
    form = BringForm(data)
    rows = drafts.instruments_of(visit.db, visit.study_id)
    named = [(str(row.id), title_of(drafts.draft_of(visit.db, row.id).definition)) for row in rows]
    choose_from(form.target, named, first=gettext("a new instrument"))
    return form


@page.view("/studies/<uuid:study_id>/instruments/bring", permit=Permit.AUTHOR)
def ask(visit: Visit) -> ResponseReturnValue:
    """A place for the file."""
    return render(visit, "team/ask/bring.html", form=_form(visit))


@page.action("/studies/<uuid:study_id>/instruments/bring", permit=Permit.AUTHOR, files=True, most=MOST)
def look(visit: Visit) -> ResponseReturnValue:
    """What was read, and what became of every row. Nothing is kept yet."""
    form = _form(visit, request.form)
    try:
        if not form.validate():
            return render(visit, "team/ask/bring.html", form=form), 422
        found = _read()
        target = form.target.data or ""
        instrument, seen = _fitted(visit, found.instrument, target)
    except (FormUnreadable, Invalid) as refusal:
        sentence = said(refusal.said) if isinstance(refusal, FormUnreadable) else gettext(refusal.sentence)
        form.file.errors = [sentence]
        return render(visit, "team/ask/bring.html", form=form), 422
    carried = TakeForm(definition=_packed(instrument), target=target, seen=str(seen))
    row = of_the_study(visit, UUID(target)) if target else None
    return render(
        visit,
        "team/ask/brought.html",
        form=carried,
        instrument=instrument,
        title=title_of(instrument),
        row=row,
        size=sum(question.asks for question in questions(instrument)),
        count=found.count(),
        fates=FATES,
        lines={fate: [line for line in found.lines if line.fate is fate] for fate in FATES},
        said=said,
    )


def _read() -> Imported:
    file = request.files.get("file")
    name = file.filename if file and file.filename else ""
    if file is None or not name:
        raise Invalid("Choose the file first.")
    reader = _READERS.get(name.rpartition(".")[2].lower())
    if reader is None:
        raise Invalid("Choose a file that ends in .xlsx (XLSForm), .csv (REDCap) or .lss (LimeSurvey).")
    return reader(file.read(), name.replace("\\", "/"))


def _fitted(visit: Visit, instrument: Instrument, target: str) -> tuple[Instrument, int]:
    """The instrument under a name that it can have in this study, and the saving of the draft that it replaces."""
    if not target:
        taken = [row.key for row in drafts.instruments_of(visit.db, visit.study_id)]
        return msgspec.structs.replace(instrument, id=Names(taken).id(instrument.id)), 0
    row = of_the_study(visit, UUID(target))
    return msgspec.structs.replace(instrument, id=row.key, role=row.role), drafts.draft_of(visit.db, row.id).number


def _packed(instrument: Instrument) -> str:
    return base64.b64encode(zlib.compress(to_json(instrument), 9)).decode()


def _unpacked(text: str) -> Instrument:
    """The instrument that a page carried. Whatever else is sent in its place is no instrument."""
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(base64.b64decode(text, validate=True), LARGEST)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise DefinitionUnreadable from error
    if not unpacking.eof:
        raise DefinitionUnreadable
    return from_json(data)


@page.action("/studies/<uuid:study_id>/instruments/bring/take", permit=Permit.AUTHOR, files=True, most=MOST_CARRIED)
def take(visit: Visit) -> ResponseReturnValue:
    """What was looked at is the draft of a new instrument, or of the one that was chosen."""
    form = TakeForm(request.form)
    instrument = _unpacked(form.definition.data or "")
    if form.target.data:
        try:
            row = of_the_study(visit, UUID(form.target.data))
        except ValueError:
            raise Missing from None
        seen = number(form.seen.data)
        if drafts.draft_of(visit.db, row.id).number != seen:
            raise Conflict("Somebody else saved this draft meanwhile. Choose the file again to see what is there now.")
        draft = drafts.save_draft(visit.db, row.id, instrument, seen=seen, by=visit.account_id, now=visit.now)
    else:
        draft = drafts.begin(visit.db, visit.study_id, instrument, by=visit.account_id, now=visit.now)
    visit.tell(gettext("The form is a draft now. Read it through: nobody is asked anything before it is published."))
    return redirect(url_for("draft_list.look", study_id=visit.study_id, instrument_id=draft.instrument_id), code=303)
