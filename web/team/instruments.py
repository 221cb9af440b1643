"""What a study asks: its surveys and guides with their versions, and how a further one is begun."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired

from instruments import copying, drafts, shelf, versions
from instruments.canonical import fingerprint
from instruments.copying import Source
from instruments.definition import Instrument
from instruments.drafts import Draft, InstrumentRow
from instruments.sentences import in_language
from instruments.versions import Version
from instruments.yaml_nodes import FileUnreadable
from instruments.yaml_text import read_yaml
from survey import audiences
from vault.accounts import Account
from vault.errors import Conflict, Invalid, Missing
from vault.studies import Permit
from web.kit.forms import PageForm, choices
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.sentences import said
from web.kit.visit import Visit
from web.team import under_approval
from web.team.kinds_in_words import ROLES, how_many

page = Pages("instruments", __name__)


class LibraryForm(PageForm):
    """An instrument that comes with Verbatim."""

    file = RadioField(
        _l("From the library"),
        [InputRequired(_l("Choose one of the library's instruments."))],
        choices=[],
        description=_l("All of them are reconstructions, and say so wherever they are shown."),
    )


class CopyForm(PageForm):
    """An instrument of another study of whoever is signed in."""

    source = RadioField(
        _l("From another study of yours"), [InputRequired(_l("Choose an instrument to copy."))], choices=[]
    )


class TextForm(PageForm):
    """An instrument written elsewhere."""

    text = TextAreaField(
        _l("As text (YAML)"),
        [DataRequired(_l("Paste the text of an instrument."))],
        description=_l(
            "Written like the text of a draft that begins from the library, or a version that was downloaded."
        ),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One instrument as the list shows it."""

    row: InstrumentRow
    title: str
    provenance: str
    size: str
    newest: Version | None
    draft: Draft
    unpublished: bool


def of_the_study(visit: Visit, instrument_id: UUID) -> InstrumentRow:
    """The instrument, or Missing if it is not one of the study of the address."""
    row = drafts.find_instrument(visit.db, instrument_id)
    if row.study_id != visit.study_id:
        raise Missing
    return row


def title_of(instrument: Instrument) -> str:
    """What the instrument is called in the language of the page."""
    return in_language(instrument.title, tag()) or instrument.id


def _line(visit: Visit, row: InstrumentRow, newest: Version | None) -> Line:
    draft = drafts.draft_of(visit.db, row.id)
    shown = versions.definition_of(newest) if newest else draft.definition
    return Line(
        row=row,
        title=title_of(shown),
        provenance=in_language(shown.provenance, tag()),
        size=how_many(shown),
        newest=newest,
        draft=draft,
        unpublished=newest is None or fingerprint(draft.definition) != newest.fingerprint,
    )


@page.view(
    "/studies/<uuid:study_id>/instruments", permit=Permit.SEE_INSTRUMENTS, place=Place(Task.ASK, _l("Instruments"))
)
def listing(visit: Visit) -> ResponseReturnValue:
    """Every survey and guide of the study."""
    found = versions.of_study(visit.db, visit.study_id)
    return render(
        visit,
        "team/ask/instruments.html",
        lines=[_line(visit, row, published[-1] if published else None) for row, published in found],
        roles=ROLES,
        approvals=under_approval.titles(visit),
        may_author=Permit.AUTHOR in visit.permits,
    )


@page.view("/studies/<uuid:study_id>/instruments/<uuid:instrument_id>", permit=Permit.SEE_INSTRUMENTS)
def one(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """One instrument: its versions and its draft."""
    row = of_the_study(visit, instrument_id)
    published = versions.of_instrument(visit.db, row.id)
    line = _line(visit, row, published[-1] if published else None)
    return render(
        visit,
        "team/ask/instrument.html",
        line=line,
        versions=[(version, len(versions.changes_of(visit.db, version))) for version in reversed(published)],
        people={version.published_by: visit.db.get_one(Account, version.published_by).name for version in published},
        editor=visit.db.get_one(Account, line.draft.edited_by),
        approvals=under_approval.titles(visit),
        roles=ROLES,
        groups=audiences.groups_of(visit.db, row.id),
        may_author=Permit.AUTHOR in visit.permits,
        may_publish=Permit.PUBLISH in visit.permits,
    )


def _library() -> Iterator[tuple[str, str, str]]:
    """File, title and hint of everything in the library."""
    for entry in shelf.ENTRIES:
        instrument = shelf.load(entry)
        title = title_of(instrument)
        if entry.instrument == shelf.LIST_1[0].instrument:
            title = gettext("%(title)s, version %(number)s", title=title, number=entry.version)
        hint = f"{ROLES[instrument.role]}, {how_many(instrument)}. {in_language(instrument.provenance, tag())}"
        if entry.version > 1:
            hint = gettext(
                "%(size)s, of which some came in after interview %(count)s. Reconstruction, as version 1.",
                size=how_many(instrument),
                count=entry.after_interview,
            )
        yield entry.file, title, hint


def _elsewhere(visit: Visit) -> dict[str, Source]:
    """By what the form says, what can be copied from the other studies of whoever is signed in."""
    found = copying.offered(visit.db, visit.account_id, to=visit.study_id)
    return {source.value: source for source in found}


def _named(source: Source) -> str:
    title = title_of(source.definition)
    if source.number:
        title = gettext("%(title)s, version %(number)s", title=title, number=source.number)
    else:
        title = gettext("Draft of %(title)s", title=title)
    return f"{title} – {source.study}"


def _new(
    visit: Visit,
    library: LibraryForm | None = None,
    copy: CopyForm | None = None,
    text: TextForm | None = None,
    faults: FileUnreadable | None = None,
) -> str:
    """The page with the three ways to begin; the form that was refused keeps what was typed."""
    refused = library or copy or text
    library, copy, text = library or LibraryForm(), copy or CopyForm(), text or TextForm()
    ready, others = list(_library()), _elsewhere(visit)
    library.file.choices = choices((file, title) for file, title, _ in ready)
    copy.source.choices = choices((value, _named(source)) for value, source in others.items())
    return render(
        visit,
        "team/ask/instrument_new.html",
        form=refused,
        library=library,
        copy=copy,
        text=text,
        hints={file: hint for file, _, hint in ready},
        others=others,
        faults=faults.faults if faults else (),
        lines=(text.text.data or "").splitlines(),
        said=said,
    )


@page.view("/studies/<uuid:study_id>/instruments/new", permit=Permit.AUTHOR)
def new(visit: Visit) -> ResponseReturnValue:
    """The ways to begin an instrument."""
    return _new(visit)


def _begun(visit: Visit, instrument: Instrument) -> ResponseReturnValue:
    return _onward(visit, drafts.begin(visit.db, visit.study_id, instrument, by=visit.account_id, now=visit.now))


def _onward(visit: Visit, draft: Draft) -> ResponseReturnValue:
    visit.tell(gettext("The draft was begun. Nobody is asked anything before it is published."))
    return redirect(url_for("draft_list.look", study_id=visit.study_id, instrument_id=draft.instrument_id), code=303)


@page.action("/studies/<uuid:study_id>/instruments/new/library", permit=Permit.AUTHOR)
def from_library(visit: Visit) -> ResponseReturnValue:
    """The study has a draft that begins as the library's instrument."""
    form = LibraryForm(request.form)
    form.file.choices = choices((file, title) for file, title, _ in _library())
    if form.validate():
        entry = next(entry for entry in shelf.ENTRIES if entry.file == form.file.data)
        try:
            return _begun(visit, shelf.load(entry))
        except (Conflict, Invalid) as refusal:
            form.refuse(refusal, "file")
    return _new(visit, library=form), 422


@page.action("/studies/<uuid:study_id>/instruments/new/copy", permit=Permit.AUTHOR)
def from_study(visit: Visit) -> ResponseReturnValue:
    """The study has a draft that begins as what another study asks."""
    form = CopyForm(request.form)
    others = _elsewhere(visit)
    if not others:
        raise Missing
    form.source.choices = choices((value, value) for value in others)
    if form.validate():
        try:
            draft = copying.copy(visit.db, visit.study_id, others[form.source.data], by=visit.account_id, now=visit.now)
        except (Conflict, Invalid) as refusal:
            form.refuse(refusal, "source")
        else:
            return _onward(visit, draft)
    return _new(visit, copy=form), 422


@page.action("/studies/<uuid:study_id>/instruments/new/text", permit=Permit.AUTHOR)
def from_text(visit: Visit) -> ResponseReturnValue:
    """The study has a draft that begins as the pasted text says."""
    form = TextForm(request.form)
    faults = None
    if form.validate():
        try:
            return _begun(visit, read_yaml(form.text.data or ""))
        except FileUnreadable as unreadable:
            faults = unreadable
            form.refuse(Invalid(FileUnreadable.public), "text")  # the lines are listed in the page
        except (Conflict, Invalid) as refusal:
            form.refuse(refusal, "text")
    return _new(visit, text=form, faults=faults), 422
