"""Questions taken over into a draft: from the library, from another instrument, from another study of one's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from msgspec.structs import replace

from instruments import editing, shelf, versions
from instruments.definition import Instrument, Question, Role, questions
from instruments.kinds import Topic
from vault import studies
from vault.errors import Missing
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.visit import Visit
from web.team.draft_list import HERE, address, carry_out
from web.team.draft_state import Desk, desk
from web.team.instruments import title_of
from web.team.reading import reading

page = Pages("draft_taking", __name__)


@dataclass(frozen=True, slots=True)
class Source:
    """An instrument from which questions can be taken. ``key`` names it in an address."""

    key: str
    title: str
    where: str
    instrument: Instrument


def _sources(visit: Visit, this: Desk) -> Iterator[Source]:
    """The library, then what is published in the studies of whoever is signed in, this one first."""
    newest = {entry.instrument: entry for entry in shelf.ENTRIES}
    for entry in newest.values():
        instrument = shelf.load(entry)
        yield Source(f"library:{entry.file}", title_of(instrument), gettext("Library"), instrument)
    mine = studies.of_account(visit.db, visit.account_id)
    for study, member in sorted(mine, key=lambda one: one[0].id != visit.study_id):
        if Permit.SEE_INSTRUMENTS not in studies.permits_of(member.role):
            continue
        for row, published in versions.of_study(visit.db, study.id):
            if published and row.id != this.row.id:
                instrument = versions.definition_of(published[-1])
                yield Source(f"study:{row.id}", title_of(instrument), study.title, instrument)


def _page(visit: Visit, this: Desk, source: Source | None, *, refusal: str = "") -> str:
    sources = list(_sources(visit, this)) if source is None else []
    return render(
        visit,
        "team/ask/draft_taking.html",
        this=this,
        row=this.row,
        sources=sources,
        source=source,
        reading=reading(source.instrument) if source else None,
        section=request.args.get("section") or None,
        refusal=refusal,
    )


def _source(visit: Visit, this: Desk) -> Source | None:
    key = request.args.get("source")
    if not key:
        return None
    found = next((source for source in _sources(visit, this) if source.key == key), None)
    if found is None:
        raise Missing
    return found


@page.view(f"{HERE}/take", permit=Permit.AUTHOR)
def choose(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """Where to take questions from; then which ones."""
    this = desk(visit, instrument_id)
    return _page(visit, this, _source(visit, this))


@page.action(f"{HERE}/take", permit=Permit.AUTHOR)
def take(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The chosen questions stand at the end of the section, each under a name that is free in this instrument."""
    this = desk(visit, instrument_id)
    source = _source(visit, this)
    if source is None:
        raise Missing
    wanted = set(request.form.getlist("question"))
    chosen = [
        question
        for question in questions(source.instrument)
        if question.id in wanted and (this.row.role is Role.GUIDE or not isinstance(question.kind, Topic))
    ]
    if not chosen:
        return _page(visit, this, source, refusal=gettext("Choose at least one question.")), 422
    taken: list[str] = []

    def deed(instrument: Instrument) -> Instrument:
        known = [*editing.ids(instrument), *this.published]
        new = [_taken(question, instrument, known) for question in chosen]
        taken.extend(question.id for question in new)
        return editing.inserted(instrument, new, section=request.args.get("section", ""))

    said = ngettext("%(num)s question was taken over.", "%(num)s questions were taken over.", len(chosen))
    carry_out(visit, this.row, deed, sentence=said)
    return redirect(address(visit, this.row.id, question=taken[0]), code=303)


def _taken(question: Question, instrument: Instrument, known: list[str]) -> Question:
    """The question in the languages that are spoken here, under a free name; what only its instrument knew is gone."""
    name = editing.free_id(question.id, known)
    known.append(name)
    return replace(editing.spoken(question, instrument.languages), id=name, relevant="")
