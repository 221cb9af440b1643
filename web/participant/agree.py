"""The letter, and what a participant decides about each thing it asks; nothing is decided beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from consent import decisions, documents
from consent.documents import Shown, Text
from consent.scopes import Scope
from consent.signatures import Signed
from survey import agreements
from vault import studies
from vault.errors import Invalid
from vault.studies import Permit
from web.kit import cookies, i18n
from web.kit.guard import Pages
from web.kit.i18n import LANGUAGES
from web.kit.visit import Visit
from web.participant import way
from web.participant.sheet import sheet, standing_sheet

page = Pages("agree", __name__)


@dataclass(slots=True)
class Said:
    """What the form holds: a choice for each scope, a signature, and what is to be looked at again."""

    choices: dict[Scope, str] = field(default_factory=dict)
    signature: str = field(default="", repr=False)
    wrong: dict[str, str] = field(default_factory=dict)
    changed: bool = False

    @classmethod
    def of(cls, form: Mapping[str, str], shown: Shown) -> "Said":
        """What was sent, for what the document asks."""
        asked = {question.scope: form.get(f"scope-{question.scope.value}", "") for question in shown.questions}
        return cls({scope: word for scope, word in asked.items() if word in {"yes", "no"}}, form.get("signature", ""))

    @property
    def no(self) -> bool:
        """Whether the participant does not want to take part."""
        return self.choices.get(Scope.TAKE_PART) == "no"

    def decided(self) -> dict[Scope, bool]:
        """The choices. Who does not take part says no to everything: nothing would be there to agree to."""
        if self.no:
            return dict.fromkeys(self.choices, False)
        return {scope: word == "yes" for scope, word in self.choices.items()}

    def check(self, shown: Shown) -> None:
        """What is lacking stands in ``wrong`` afterwards. A no needs neither a signature nor any other decision."""
        if self.no:
            return
        for question in shown.questions:
            word = self.choices.get(question.scope)
            if word is None:
                self.wrong[f"scope-{question.scope.value}"] = gettext("Choose yes or no.")
            elif word == "no" and question.necessary:
                self.wrong[f"scope-{question.scope.value}"] = gettext(
                    "The study cannot be done without this. Choose yes here, or no where you are asked to take part."
                )
        if not self.signature.strip():
            self.wrong["signature"] = gettext("Type your name to sign what you have decided.")


def _document(visit: Visit) -> Text | None:
    participant = way.seen(visit)
    return documents.put_before(visit.db, participant.study_id, visit.now.date(), site_id=participant.site_id)


def _letter(visit: Visit, shown: Shown, said: Said, status: int = 200) -> Response:
    standing = decisions.grant_for(visit.db, visit.participant.id).scopes
    before = decisions.ever(visit.db, visit.participant.id)
    values = {"shown": shown, "said": said, "failed": bool(said.wrong), "standing": standing if before else None}
    if status != 200 or said.choices or said.signature or before:
        return sheet(visit, "participant/consent.html", status, **values)
    # For whoever reads it for the first time it is the same as for everybody else.
    return standing_sheet(visit, "participant/consent.html", (shown.fingerprint, shown.language), lambda: values)


@page.view("/p/consent", permit=Permit.TAKE_PART)
def letter(visit: Visit) -> ResponseReturnValue:
    """What the study is, and what is asked of the participant; nothing is chosen beforehand."""
    document = _document(visit)
    if document is None:
        return sheet(visit, "participant/nothing_yet.html", 403)
    return _letter(visit, documents.shown(document, i18n.tag()), Said())


@page.action("/p/consent", permit=Permit.TAKE_PART)
def decide(visit: Visit) -> ResponseReturnValue:
    """What the participant decided stands, bound to the text that was on the screen."""
    document = _document(visit)
    if document is None:
        return sheet(visit, "participant/nothing_yet.html", 403)
    tag = request.form.get("language", "")
    if tag in LANGUAGES:
        return _in_language(visit, document, tag)
    language = request.form.get("reads", "")
    if language not in documents.languages(document):
        language = i18n.tag()
    shown = documents.shown(document, language)
    said = Said.of(request.form, shown)
    if request.form.get("document") != document.fingerprint:
        said.changed = True
        return _letter(visit, documents.shown(document, i18n.tag()), said, 409)
    if request.form.get("then") == "later":
        return redirect(url_for("later.code"), code=303)
    said.check(shown)
    if said.wrong:
        return _letter(visit, shown, said, 422)
    try:
        _record(visit, document, shown, said)
    except Invalid as refusal:
        said.wrong["signature"] = gettext(refusal.sentence)
        return _letter(visit, shown, said, 422)
    return redirect(way.next_address(visit), code=303)


def _in_language(visit: Visit, document: Text, tag: str) -> Response:
    """The letter in another language, with the choices and the name as they were."""
    shown = documents.shown(document, tag)
    with force_locale(tag):
        response = _letter(visit, shown, Said.of(request.form, shown))
    cookies.keep(response, cookies.LANGUAGE, tag, lasting=True)
    return response


def _record(visit: Visit, document: Text, shown: Shown, said: Said) -> None:
    choices = said.decided()
    agreements.agree(
        visit.db,
        visit.keyring,
        way.seen(visit),
        choices,
        document=document.fingerprint,
        language=shown.language,
        now=visit.now,
        key=visit.participant.keys.get(studies.Scope.LINKAGE),
        signed=Signed(signature=said.signature) if any(choices.values()) else None,
    )


@page.view("/p/no", permit=Permit.TAKE_PART)
def declined(visit: Visit) -> ResponseReturnValue:
    """Nothing is asked of somebody who said no; they may change their mind."""
    return sheet(visit, "participant/declined.html", later_url="", stop_url="")
