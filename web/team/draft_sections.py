"""The title, help and condition of a section of a draft."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from msgspec.structs import replace

from instruments import drafts, editing
from instruments.comparison import section_place
from instruments.definition import ID, Instrument, Section
from instruments.drafts import DraftOvertaken
from instruments.sentences import Texts, in_language
from instruments.whereabouts import whereabouts
from vault.errors import Missing
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.sentences import said
from web.kit.visit import Visit
from web.team.condition_fields import COMPARES, Conditions
from web.team.draft_list import HERE, address, told
from web.team.draft_question import language_of, sent
from web.team.draft_state import Desk, desk
from web.team.instrument_drafts import number
from web.team.instruments import of_the_study
from web.team.question_fields import Fields, Typed, free_name, one
from web.team.question_words import LABELS, Difference
from web.team.trouble import NO_TROUBLE, Trouble

page = Pages("draft_sections", __name__)

_TEXTS = ("title", "help")


def _before(instrument: Instrument, section_id: str) -> int:
    """How many questions stand in the sections before this one; before one that is new, all."""
    where = whereabouts(instrument)
    named = (
        begins
        for section, (begins, _) in zip(instrument.sections, where.begins, strict=True)
        if section.id == section_id
    )
    return next(named, len(where.order))


def _find(instrument: Instrument, section_id: str) -> Section | None:
    return next((section for section in instrument.sections if section.id == section_id), None)


def _conditions(instrument: Instrument, section_id: str) -> Conditions:
    return Conditions(instrument, partial(_before, instrument, section_id), language_of(instrument))


def _fields(section: Section, conditions: Conditions) -> Typed:
    found: Typed = {"id": [section.id]} | conditions.fields_of(section.relevant)
    for name in _TEXTS:
        found |= {f"{name}.{language}": [text] for language, text in getattr(section, name).items()}
    return found


def _page(visit: Visit, this: Desk, section_id: str, typed: Fields, *, seen: int, trouble: Trouble = NO_TROUBLE) -> str:
    instrument = this.instrument
    stands = _find(instrument, section_id)
    return render(
        visit,
        "team/ask/section.html",
        this=this,
        row=this.row,
        section=stands,
        value=lambda name: one(typed, name),
        seen=seen,
        trouble=trouble,
        editor=this.draft.editor,
        spoken=_spoken(instrument, stands),
        choice=_conditions(instrument, section_id).choice(typed),
        compares=COMPARES,
        labels=LABELS,
        several=len(instrument.sections) > 1,
        findings=this.written.of_section.get(section_id, ()),
        said=said,
    )


def _spoken(instrument: Instrument, section: Section | None) -> Sequence[str]:
    own = [*section.title, *section.help] if section else []
    return tuple(dict.fromkeys((*instrument.languages, *own))) or ("en",)


@page.view(f"{HERE}/section/<section_id>", permit=Permit.AUTHOR)
def edit(visit: Visit, instrument_id: UUID, section_id: str) -> ResponseReturnValue:
    """The section as it stands in the draft."""
    this = desk(visit, instrument_id)
    section = _find(this.instrument, section_id)
    if section is None:
        raise Missing
    typed = _fields(section, _conditions(this.instrument, section_id))
    return _page(visit, this, section_id, typed, seen=this.draft.number)


@page.view(f"{HERE}/new-section", permit=Permit.AUTHOR)
def new(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """A section to come at the end."""
    this = desk(visit, instrument_id)
    return _page(visit, this, "", {"relevant.by": [""]}, seen=this.draft.number)


@page.action(f"{HERE}/section/<section_id>", permit=Permit.AUTHOR)
def save(visit: Visit, instrument_id: UUID, section_id: str) -> ResponseReturnValue:
    """The section's title, help and condition are what was typed."""
    return _save(visit, instrument_id, section_id)


@page.action(f"{HERE}/new-section", permit=Permit.AUTHOR)
def add(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The draft has a further section, behind all others."""
    return _save(visit, instrument_id, "")


def _save(visit: Visit, instrument_id: UUID, section_id: str) -> ResponseReturnValue:
    row = of_the_study(visit, instrument_id)
    this, typed, seen = desk(visit, instrument_id), sent(), number(request.form.get("seen"))
    if deed := request.form.get("do", ""):
        return _page(visit, this, section_id, typed, seen=seen, trouble=Trouble({}, deed))
    section, wrong = _read(this.instrument, section_id, typed)
    if wrong:
        return _page(visit, this, section_id, typed, seen=seen, trouble=Trouble(wrong)), 422

    def deed_of(instrument: Instrument) -> Instrument:
        if _find(instrument, section.id):
            return editing.with_section(instrument, section)
        return editing.added_section(instrument, section)

    try:
        saved = drafts.change(
            visit.db, row.id, deed_of, touches=(section_place(section.id),) if section_id else (), seen=seen,
            by=visit.account_id, now=visit.now,
        )  # fmt: skip
    except DraftOvertaken:
        theirs = _find(this.instrument, section_id)
        differing = _differences(theirs, typed, this.instrument) if theirs else ()
        trouble = Trouble({}, theirs=differing, gone=theirs is None, overtaken=True)
        return _page(visit, this, section_id, typed, seen=this.draft.number, trouble=trouble), 409
    told(visit, gettext("The section was saved."), merged=saved.merged)
    if request.form.get("then") == "next":
        onward = url_for("draft_question.new", study_id=visit.study_id, instrument_id=row.id, section=section.id)
        return redirect(onward, code=303)
    return redirect(address(visit, row.id, section=section.id), code=303)


def _read(instrument: Instrument, section_id: str, typed: Fields) -> tuple[Section, dict[str, str]]:
    stands = _find(instrument, section_id)
    relevant, wrong = _conditions(instrument, section_id).text_of(typed, stands.relevant if stands else "")
    spoken = _spoken(instrument, stands)
    title, help_ = (_texts(typed, name, spoken) for name in _TEXTS)
    if section_id:
        return replace(stands or Section(id=section_id), title=title, help=help_, relevant=relevant), wrong
    taken = [section.id for section in instrument.sections]
    name = one(typed, "id") or free_name(in_language(title, spoken[0]), taken, "part")
    if not ID.fullmatch(name):
        wrong["id"] = gettext("Name this with letters, digits and _, beginning with a letter; 64 at most.")
    elif name in taken:
        wrong["id"] = gettext("Another section has this name. Choose another one.")
    return Section(id=name, title=title, help=help_, relevant=relevant), wrong


def _texts(typed: Fields, name: str, spoken: Sequence[str]) -> Texts:
    found = {language: one(typed, f"{name}.{language}").replace("\r\n", "\n") for language in spoken}
    return {language: text for language, text in found.items() if text}


def _differences(theirs: Section, typed: Fields, instrument: Instrument) -> list[Difference]:
    saved = _fields(theirs, _conditions(instrument, theirs.id))
    names = [f"{name}.{language}" for name in _TEXTS for language in _spoken(instrument, theirs)]
    return [
        Difference(name, _named(name), one(saved, name))
        for name in (*names, "relevant.text")
        if one(saved, name) != one(typed, name).replace("\r\n", "\n")
    ]


def _named(name: str) -> str:
    head, _, language = name.partition(".")
    words = {"title": gettext("Title"), "help": LABELS["help"], "relevant": LABELS["relevant"]}
    return f"{words[head]} ({language})" if head in _TEXTS else str(words[head])
