"""The next consent document being written: begun, edited by several without loss, looked at, published."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import RadioField
from wtforms.validators import InputRequired

from consent import documents, drafts, examples, markdown
from consent.drafts import DraftChanged
from consent.inspection import inspect
from consent.scopes import Scope
from consent.wording import Wording
from instruments.sentences import in_language
from instruments.wording import pieces
from vault.accounts import Account
from vault.errors import Conflict, Invalid, Refused
from vault.studies import Permit
from web.kit.forms import PageForm, choices
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.visit import Visit
from web.team import weighed
from web.team.consent_texts import draft_of, sheet_of
from web.team.consent_wording import EMPTY, SCOPES, TEXTS, checklist, different, filled, in_words, read
from web.team.under_approval import ApprovalChoiceForm, offer

page = Pages("consent_drafts", __name__)

LAST, BLANK = "last", "blank"


class BeginForm(PageForm):
    """What the draft begins with."""

    source = RadioField(_l("Begin with"), [InputRequired(_l("Choose what the draft begins with."))], choices=[])


def _begin_form(visit: Visit, data: MultiDict[str, str] | None = None) -> tuple[BeginForm, dict[str, str]]:
    form = BeginForm(data)
    newest = next(iter(documents.of_study(visit.db, visit.study_id)), None)
    sources = {LAST: gettext("Version %(number)s of this study", number=newest.number)} if newest else {}
    ready = examples.library()
    sources |= {example.name: gettext(example.label) for example in ready}
    sources[BLANK] = gettext("An empty page")
    form.source.choices = choices(sources.items())
    return form, {example.name: in_language(example.wording.note, tag()) for example in ready}


@page.view("/studies/<uuid:study_id>/consent/new", permit=Permit.AUTHOR)
def new(visit: Visit) -> ResponseReturnValue:
    """With what to begin."""
    if draft_of(visit) is not None:
        return redirect(url_for("consent_drafts.edit", study_id=visit.study_id), code=303)
    form, hints = _begin_form(visit)
    return render(visit, "team/ask/consent_new.html", form=form, hints=hints)


@page.action("/studies/<uuid:study_id>/consent/new", permit=Permit.AUTHOR)
def begin(visit: Visit) -> ResponseReturnValue:
    """There is a draft."""
    form, hints = _begin_form(visit, request.form)
    if not form.validate():
        return render(visit, "team/ask/consent_new.html", form=form, hints=hints), 422
    drafts.begin(visit.db, visit.study_id, _source(visit, form.source.data), by=visit.account_id, now=visit.now)
    return redirect(url_for("consent_drafts.edit", study_id=visit.study_id), code=303)


def _source(visit: Visit, name: str) -> Wording:
    if name == LAST:
        return documents.published(documents.of_study(visit.db, visit.study_id)[0]).wording
    return EMPTY if name == BLANK else examples.find(name).wording


@page.view("/studies/<uuid:study_id>/consent/draft", permit=Permit.AUTHOR)
def edit(visit: Visit) -> ResponseReturnValue:
    """Every field of the draft, and what is still missing."""
    draft = draft_of(visit)
    if draft is None:
        return redirect(url_for("consent_texts.listing", study_id=visit.study_id), code=303)
    return _editor(visit, drafts.wording_of(draft), seen=draft.edit)


def _editor(visit: Visit, wording: Wording, *, seen: int, theirs: Wording | None = None, gone: bool = False) -> str:
    """The page of the draft. ``theirs`` is what somebody else saved in the meantime."""
    draft = draft_of(visit)
    findings = inspect(wording)
    return render(
        visit,
        "team/ask/consent_draft.html",
        wording=wording,
        fields=filled(wording),
        seen=seen,
        texts=TEXTS,
        scopes=SCOPES,
        necessary=Scope.TAKE_PART,
        checklist=list(checklist(wording)),
        headings=[
            heading.text for heading in markdown.headings(wording.text.get(next(iter(wording.languages), "en"), ""))
        ],
        findings=findings,
        in_words=in_words,
        errors=[finding for finding in findings if not finding.advice],
        theirs=different(theirs, wording) if theirs else {},
        gone=gone,
        failed=theirs is not None or gone,
        draft=draft,
        editor=visit.db.get(Account, draft.edited_by) if draft else None,
    )


@page.action("/studies/<uuid:study_id>/consent/draft", permit=Permit.AUTHOR)
def save(visit: Visit) -> ResponseReturnValue:
    """The draft says what was typed, unless somebody else was quicker: then both are shown."""
    wording = read(request.form)
    seen = _number(request.form.get("seen", ""))
    try:
        if draft_of(visit) is None and seen == 0:
            drafts.begin(visit.db, visit.study_id, wording, by=visit.account_id, now=visit.now)
        else:
            drafts.save(visit.db, visit.study_id, wording, seen=seen, by=visit.account_id, now=visit.now)
    except Conflict:
        draft = draft_of(visit)
        if draft is None:
            return _editor(visit, wording, seen=0, gone=True), 409
        return _editor(visit, wording, seen=draft.edit, theirs=drafts.wording_of(draft)), 409
    visit.tell(gettext("The draft was saved."))
    there = {"read": "consent_drafts.reading", "publish": "consent_drafts.ask_publish"}
    target = there.get(request.form.get("then", ""), "consent_drafts.edit")
    return redirect(url_for(target, study_id=visit.study_id), code=303)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0


@page.view("/studies/<uuid:study_id>/consent/draft/reading", permit=Permit.AUTHOR)
def reading(visit: Visit) -> ResponseReturnValue:
    """The draft as participants would read it."""
    draft = drafts.find(visit.db, visit.study_id)
    return render(
        visit,
        "team/ask/consent_reading.html",
        sheet=sheet_of(drafts.wording_of(draft), request.args.get("language")),
        scopes=SCOPES,
    )


@page.view("/studies/<uuid:study_id>/consent/draft/discard", permit=Permit.AUTHOR)
def ask_discard(visit: Visit) -> ResponseReturnValue:
    """What throwing the draft away means."""
    return render(visit, "team/ask/consent_discard.html", draft=drafts.find(visit.db, visit.study_id))


@page.action("/studies/<uuid:study_id>/consent/draft/discard", permit=Permit.AUTHOR)
def discard(visit: Visit) -> ResponseReturnValue:
    """There is no draft any more."""
    drafts.discard(visit.db, visit.study_id, seen=_number(request.form.get("seen", "")))
    visit.tell(gettext("The draft was thrown away."))
    return redirect(url_for("consent_texts.listing", study_id=visit.study_id), code=303)


def _publisher(visit: Visit, form: ApprovalChoiceForm) -> str:
    draft = drafts.find(visit.db, visit.study_id)
    wording = drafts.wording_of(draft)
    former = next(iter(documents.of_study(visit.db, visit.study_id)), None)
    last = documents.published(former).wording if former else None
    findings = inspect(wording)
    changed = different(last, wording) if last else {}
    now = filled(wording)
    corrections = weighed.declared()
    weights = weighed.of_wording(visit, wording, draft.edited_at, corrections)
    return render(
        visit,
        "team/ask/consent_publish.html",
        form=form,
        hints=weighed.with_verdicts(offer(visit, form), weights),
        weights=weights,
        weighable=weighed.correctable(weights),
        elsewhere=weighed.elsewhere(weights, changed),
        corrections=corrections,
        draft=draft,
        wording=wording,
        errors=[finding for finding in findings if not finding.advice],
        advice=[finding for finding in findings if finding.advice],
        former=former,
        in_words=in_words,
        changes=[(name, pieces(old, now.get(name, ""))) for name, old in changed.items()],
        number=(former.number if former else 0) + 1,
        names=[SCOPES[asked.scope] for asked in wording.asked],
    )


@page.view("/studies/<uuid:study_id>/consent/draft/publish", permit=Permit.PUBLISH)
def ask_publish(visit: Visit) -> ResponseReturnValue:
    """What will be true once the draft is published."""
    return _publisher(visit, ApprovalChoiceForm())


@page.action("/studies/<uuid:study_id>/consent/draft/publish", permit=Permit.PUBLISH)
def publish(visit: Visit) -> ResponseReturnValue:
    """The draft is the study's next document, for ever."""
    form = ApprovalChoiceForm(request.form)
    offer(visit, form)
    if not form.validate():
        return _publisher(visit, form), 422
    seen = _number(request.form.get("seen", ""))
    try:
        document = drafts.publish(
            visit.db,
            visit.study_id,
            seen=seen,
            approval=int(form.approval.data),
            by=visit.account_id,
            now=visit.now,
            corrections=weighed.declared(),
        )
    except (Invalid, DraftChanged, Refused) as refusal:
        form.refuse(refusal)
        return _publisher(visit, form), 409 if isinstance(refusal, Conflict) else 422
    visit.tell(gettext("Version %(number)s of the consent document was published.", number=document.number))
    return redirect(url_for("consent_texts.reading", study_id=visit.study_id, document_id=document.id), code=303)
