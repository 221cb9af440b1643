"""Consent by telephone: the script on the screen, each thing asked by itself, and who or what can vouch for it."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from consent import documents
from consent.documents import ConsentDocument, Shown
from consent.scopes import Scope
from consent.signatures import Signed
from survey import agreements, assignments
from survey.participants import Participant
from vault.errors import Invalid
from vault.studies import Permit
from vault.studies import Scope as Keys
from web.interviewer.prepare import found
from web.kit.forms import PageForm, choices
from web.kit.guard import Pages
from web.kit.i18n import LANGUAGES, tag
from web.kit.pages import render
from web.kit.visit import Visit

page = Pages("verbal", __name__)

_YES_NO = (("yes", _l("Said yes")), ("no", _l("Said no")))


class SpokenForm(PageForm):
    """What was said on the telephone; a question for each scope is added by ``_form``."""

    document = HiddenField()
    language = HiddenField()
    witness = StringField(
        _l("Who else heard it"), [Length(max=200)], description=_l("The name of a witness; sealed like any name.")
    )
    recording = StringField(
        _l("Number of the recording on which it can be heard"),
        [Length(max=200)],
        description=_l("A witness or a recording is needed for every yes."),
    )


def _field(scope: Scope) -> str:
    return f"scope_{scope.value.replace('-', '_')}"


_NEWER = Invalid(
    "A newer version of this text has been published since you opened the page. It stands below, with what you had "
    "chosen: read it aloud, ask again where something has changed, then record it."
)


def _form(shown: Shown, data: MultiDict[str, str] | None = None) -> SpokenForm:
    asked = {
        _field(question.scope): RadioField(
            question.text,
            [InputRequired(gettext("Say what was answered to: %(question)s", question=question.text))],
            choices=choices(_YES_NO),
        )
        for question in shown.questions
    }
    form: SpokenForm = type("AskedForm", (SpokenForm,), asked)(
        data, data={"document": shown.fingerprint, "language": shown.language}
    )
    return form


def _language(document: ConsentDocument, wanted: str) -> str:
    there = documents.languages(document)
    return next((one for one in (wanted, tag()) if one in there), there[0])


def _page(visit: Visit, one: Participant, shown: Shown, form: SpokenForm, languages: tuple[str, ...]) -> str:
    return render(
        visit,
        "interviewer/verbal.html",
        one=one,
        shown=shown,
        script=Markup(shown.script),  # noqa: S704  (made safe when the document was published)
        form=form,
        asked=[form[_field(question.scope)] for question in shown.questions],
        tongues=[(language, LANGUAGES.get(language, language)) for language in languages],
    )


@page.view("/studies/<uuid:study_id>/interviews/<pseudonym>/consent", permit=Permit.INTERVIEW)
def form(visit: Visit, pseudonym: str) -> ResponseReturnValue:
    """The script of the document in use, with a question for each scope."""
    one = found(visit, pseudonym)
    document = documents.in_use(visit.db, visit.study_id, visit.now.date(), site_id=one.site_id)
    if document is None:
        return render(visit, "interviewer/no_text.html", one=one), 404
    shown = documents.shown(document, _language(document, request.args.get("language", "")))
    return _page(visit, one, shown, _form(shown), documents.languages(document))


@page.action("/studies/<uuid:study_id>/interviews/<pseudonym>/consent", permit=Permit.INTERVIEW)
def record(visit: Visit, pseudonym: str) -> ResponseReturnValue:
    """What was said stands: a decision like any other, with who asked and who or what vouches for it."""
    one = found(visit, pseudonym)
    document = documents.by_fingerprint(visit.db, visit.study_id, request.form.get("document", ""))
    newest = documents.in_use(visit.db, visit.study_id, visit.now.date(), site_id=one.site_id)
    if newest is not None and newest.id != document.id:
        return _again(visit, one, newest)
    shown = documents.shown(document, _language(document, request.form.get("language", "")))
    form = _form(shown, request.form)
    if form.validate():
        said = {question.scope: form[_field(question.scope)].data == "yes" for question in shown.questions}
        key = assignments.key_of(visit.keyring, one, Keys.LINKAGE, account=visit.signed_in, seed=visit.unlocked)
        try:
            agreements.agree(
                visit.db, visit.keyring, one, said, document=shown.fingerprint, language=shown.language, now=visit.now,
                key=key, signed=Signed(witness=form.witness.data or "", recording=form.recording.data or ""),
                read_by=visit.account_id,
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal, "recording" if "recording" in refusal.sentence else None)
        else:
            visit.tell(gettext("What was said stands."))
            return redirect(url_for("prepare.show", study_id=visit.study_id, pseudonym=pseudonym), code=303)
    return _page(visit, one, shown, form, documents.languages(document)), 422


def _again(visit: Visit, one: Participant, newest: ConsentDocument) -> ResponseReturnValue:
    """The text that is in use by now, with everything that was chosen on the page of the former one."""
    shown = documents.shown(newest, _language(newest, request.form.get("language", "")))
    form = _form(shown, MultiDict([(name, value) for name, value in request.form.items() if name != "document"]))
    form.document.data = shown.fingerprint
    form.refuse(_NEWER)
    return _page(visit, one, shown, form, documents.languages(newest)), 422
