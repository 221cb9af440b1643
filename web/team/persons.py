"""Who a participant is: read by those who hold the key to names, one person at a time, and the log says so."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import Length

from survey import participants, persons
from survey.participants import Participant
from vault.errors import CannotOpen, Invalid
from vault.studies import Permit
from web.kit.forms import PageForm
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.visit import Visit

page = Pages("persons", __name__)


class IdentityForm(PageForm):
    """What is known of a person."""

    name = StringField(_l("Name"), [Length(max=200)])
    email = EmailField(_l("E-mail address"), [Length(max=254)])
    telephone = StringField(_l("Telephone"), [Length(max=60)])
    address = TextAreaField(_l("Postal address"), [Length(max=500)])
    note = TextAreaField(_l("Note"), [Length(max=2000)])


def _page(visit: Visit, one: Participant, form: IdentityForm) -> str:
    return render(visit, "team/recruit/person.html", one=one, form=form)


@page.view("/studies/<uuid:study_id>/participants/<pseudonym>/who", permit=Permit.READ_NAMES, logs=True)
def show(visit: Visit, pseudonym: str) -> ResponseReturnValue:
    """Name and contact. The look is a deed."""
    one = participants.by_pseudonym(visit.db, visit.study_id, pseudonym)
    reader = persons.reader(visit.account_id, visit.unlocked)
    identity = persons.who(visit.db, visit.keyring, one, reader, now=visit.now)
    known = {name: getattr(identity, name) for name in persons.FIELDS} if identity else {}
    return _page(visit, one, IdentityForm(data=known))


@page.action("/studies/<uuid:study_id>/participants/<pseudonym>/who", permit=Permit.READ_NAMES)
def correct(visit: Visit, pseudonym: str) -> ResponseReturnValue:
    """Name and contact are these from now on."""
    one = participants.by_pseudonym(visit.db, visit.study_id, pseudonym)
    form = IdentityForm(request.form)
    if form.validate():
        try:
            reader = persons.reader(visit.account_id, visit.unlocked)
            persons.correct(visit.db, visit.keyring, one, form.data, reader, now=visit.now)
        except (Invalid, CannotOpen) as refusal:
            form.refuse(refusal, "email" if "e-mail address is" in refusal.sentence else "name")
        else:
            visit.tell(gettext("Name and contact were corrected."))
            return redirect(url_for("participants.show", study_id=visit.study_id, pseudonym=pseudonym), code=303)
    return _page(visit, one, form), 422
