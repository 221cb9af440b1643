"""What is agreed to: the versions of the consent document, who decided under each, and how a new one is begun."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from consent import decisions, documents, markdown
from consent.documents import ConsentDocument, Question
from consent.drafts import ConsentDraft
from consent.scopes import Scope
from consent.wording import Wording
from survey import oversight
from vault import studies
from vault.accounts import Account
from vault.studies import Permit
from web.kit.counts import number
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team import effective, under_approval
from web.team.consent_wording import SCOPES, checklist

page = Pages("consent_texts", __name__)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document, published or not, in one language as it is put before a person."""

    language: str
    languages: tuple[str, ...]
    title: str
    note: str
    html: Markup
    script: Markup
    questions: tuple[Question, ...]
    signing: str
    wording: Wording


def sheet_of(wording: Wording, language: str | None) -> Sheet:
    """A wording as it would be shown, in ``language`` if it has that one."""
    chosen = language if language in wording.languages else next(iter(wording.languages), "en")
    return Sheet(
        language=chosen,
        languages=wording.languages,
        title=wording.title.get(chosen, ""),
        note=wording.note.get(chosen, ""),
        html=Markup(markdown.html(wording.text.get(chosen, ""))),  # noqa: S704 - cleaned by consent.markdown
        script=Markup(markdown.html(wording.script.get(chosen, ""))),  # noqa: S704
        questions=tuple(
            Question(asked.scope, asked.question.get(chosen, ""), asked.scope in wording.necessary)
            for asked in wording.asked
        ),
        signing=wording.signing.get(chosen, ""),
        wording=wording,
    )


def _published(document: ConsentDocument, language: str | None) -> Sheet:
    """A document exactly as it was rendered when it was published."""
    wording = documents.published(document).wording
    shown = documents.shown(document, language or wording.languages[0])
    return Sheet(
        language=shown.language,
        languages=wording.languages,
        title=shown.title,
        note=shown.note,
        html=Markup(shown.html),  # noqa: S704 - cleaned when it was published
        script=Markup(shown.script),  # noqa: S704
        questions=shown.questions,
        signing=shown.signing,
        wording=wording,
    )


@dataclass(frozen=True, slots=True)
class Decided:
    """How many said yes and no to one thing under one version, as far as it is shown."""

    yes: str
    no: str


def decided(visit: Visit) -> Mapping[tuple[int | None, Scope], Decided]:
    """Yes and no by version and scope. Who does not hold the key to the answers sees no small number, and none that
    would give one away.
    """
    exact = Permit.READ_ANSWERS in visit.permits
    return {
        (count.number, count.scope): Decided(str(count.agreed), str(count.declined))
        if exact
        else Decided(*map(number, oversight.parted(count.agreed, count.declined)))
        for count in decisions.counts(visit.db, visit.study_id)
    }


def draft_of(visit: Visit) -> ConsentDraft | None:
    """The study's draft, if one is being written."""
    return visit.db.get(ConsentDraft, visit.study_id)


def in_use(visit: Visit) -> dict[UUID, list[str]]:
    """Which document is shown today, with the sites where; no names where it is the same everywhere."""
    today, found = visit.now.date(), dict[UUID, list[str]]()
    places = studies.sites(visit.db, visit.study_id)
    for site in places:
        document = documents.in_use(visit.db, visit.study_id, today, site_id=site.id)
        if document is not None:
            found.setdefault(document.id, []).append(site.name)
    if not places:
        document = documents.in_use(visit.db, visit.study_id, today)
        return {document.id: []} if document else {}
    return {key: [] if len(names) == len(places) else names for key, names in found.items()}


@page.view("/studies/<uuid:study_id>/consent", permit=Permit.SEE_INSTRUMENTS, place=Place(Task.ASK, _l("Consent")))
def listing(visit: Visit) -> ResponseReturnValue:
    """Every version of the document, who decided under it, and the draft of the next."""
    draft = draft_of(visit)
    return render(
        visit,
        "team/ask/consent.html",
        documents=documents.of_study(visit.db, visit.study_id),
        languages_of=documents.languages,
        in_use=in_use(visit),
        decided=decided(visit),
        scopes=SCOPES,
        approvals=under_approval.titles(visit),
        draft=draft,
        editor=visit.db.get(Account, draft.edited_by) if draft else None,
        may_author=Permit.AUTHOR in visit.permits,
    )


@page.view("/studies/<uuid:study_id>/consent/<uuid:document_id>", permit=Permit.SEE_INSTRUMENTS)
def reading(visit: Visit, document_id: UUID) -> ResponseReturnValue:
    """One version as participants read it, with what it covers and its fingerprint."""
    document = documents.find(visit.db, visit.study_id, document_id)
    sheet = _published(document, request.args.get("language"))
    return render(
        visit,
        "team/ask/consent_document.html",
        document=document,
        sheet=sheet,
        checklist=list(checklist(sheet.wording)),
        scopes=SCOPES,
        in_use=in_use(visit),
        sites=effective.of_document(visit, document),
        within=document.within,
        approval=under_approval.titles(visit)[document.approval],
        publisher=visit.db.get(Account, document.published_by),
    )
