"""A further survey or guide is begun: empty, from the library, as a copy from another study, or from a text."""

from collections.abc import Iterator

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from instruments import copying, drafts, shelf
from instruments.copying import Source
from instruments.definition import LANGUAGE, Instrument, Role, Section
from instruments.drafts import Draft
from instruments.foreign.naming import Names
from instruments.sentences import in_language
from instruments.yaml_nodes import FileUnreadable
from instruments.yaml_text import read_yaml
from vault.errors import Conflict, Invalid, Missing
from vault.studies import Permit
from web.kit.forms import PageForm, choices
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.sentences import said
from web.kit.visit import Visit
from web.team.instruments import title_of
from web.team.kinds_in_words import ROLES, how_many

page = Pages("beginning", __name__)


class EmptyForm(PageForm):
    """What is known of an instrument before its first question."""

    title = StringField(
        _l("Title"),
        [DataRequired(_l("Give it a title.")), Length(max=200)],
        description=_l("As participants will read it."),
    )
    role = RadioField(
        _l("What is it?"), [InputRequired(_l("Say whether it is a survey or an interview guide."))], choices=[]
    )
    language = StringField(
        _l("Language in which you write it"),
        [Regexp(LANGUAGE.pattern + "$", message=_l("Name the language by its tag: en, fr, pt-BR."))],
        description=_l("Its tag: en, fr, pt-BR. Further languages are added in the draft."),
    )


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
    empty: EmptyForm | None = None,
    library: LibraryForm | None = None,
    copy: CopyForm | None = None,
    text: TextForm | None = None,
    faults: FileUnreadable | None = None,
) -> str:
    """The page with the ways to begin; the form that was refused keeps what was typed."""
    refused = empty or library or copy or text
    empty = empty or EmptyForm(language=tag())
    empty.role.choices = choices((role.value, str(name)) for role, name in ROLES.items())
    library, copy, text = library or LibraryForm(), copy or CopyForm(), text or TextForm()
    ready, others = list(_library()), _elsewhere(visit)
    library.file.choices = choices((file, title) for file, title, _ in ready)
    copy.source.choices = choices((value, _named(source)) for value, source in others.items())
    return render(
        visit,
        "team/ask/instrument_new.html",
        form=refused,
        empty=empty,
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


@page.action("/studies/<uuid:study_id>/instruments/new/empty", permit=Permit.AUTHOR)
def from_nothing(visit: Visit) -> ResponseReturnValue:
    """The study has a draft without a question."""
    form = EmptyForm(request.form)
    form.role.choices = choices((role.value, role.value) for role in Role)
    if form.validate():
        taken = [row.key for row in drafts.instruments_of(visit.db, visit.study_id)]
        title, language = form.title.data or "", form.language.data or ""
        made = Instrument(
            id=Names(taken).id(title.lower(), form.role.data),
            role=Role(form.role.data),
            languages=(language,),
            title={language: title},
            sections=(Section(id="part_1"),),
        )
        return _begun(visit, made)
    return _new(visit, empty=form), 422


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
