"""A draft as a list of its sections and questions: what stands where, what is said of it, and moving it about."""

from collections.abc import Callable
from urllib.parse import quote
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from instruments import drafts, editing, versions
from instruments.comparison import section_place
from instruments.definition import Instrument, find
from instruments.drafts import Deed, DraftOvertaken, InstrumentRow
from instruments.remembering import Remembered
from vault.errors import Conflict, Invalid, Missing
from vault.studies import Permit
from web.kit.errors import status_of
from web.kit.guard import Pages
from web.kit.visit import Visit
from web.team.draft_state import Row
from web.team.draft_view import page_of
from web.team.instrument_drafts import number
from web.team.instruments import of_the_study

page = Pages("draft_list", __name__)

HERE = "/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/draft"


_lists: Remembered[tuple[UUID, UUID], str] = Remembered(256)


def address(visit: Visit, instrument_id: UUID, *, question: str = "", section: str = "") -> str:
    """Where the list is, at a question or a section of it."""
    study_id = visit.study_id
    base = _lists.found(
        (study_id, instrument_id),
        lambda: url_for("draft_list.look", study_id=study_id, instrument_id=instrument_id),
    )
    wanted = {"question": question, "section": section}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in wanted.items() if value)
    where = f"#q-{quote(question)}" if question else f"#s-{quote(section)}" if section else ""
    return f"{base}?{query}{where}" if query else base


@page.view(f"{HERE}/questions", permit=Permit.AUTHOR)
def look(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The sections and questions of the draft."""
    return page_of(visit, instrument_id)


def told(visit: Visit, sentence: str, *, merged: bool) -> None:
    """The next page says what was done, and that others were at work as well where they were."""
    also = gettext("Somebody else changed other parts of the draft meanwhile; both are in it.") if merged else ""
    visit.tell(f"{sentence} {also}".strip())


def carry_out(
    visit: Visit, row: InstrumentRow | Row, deed: Deed, *, touches: tuple[str, ...] = (), sentence: str = ""
) -> None:
    """The deed is done to the draft, and the next page says so. Raises DraftOvertaken."""
    saved = drafts.change(
        visit.db, row.id, deed, touches=touches, seen=number(request.form.get("seen")), by=visit.account_id,
        now=visit.now,
    )  # fmt: skip
    if sentence:
        told(visit, sentence, merged=saved.merged)


@page.action(f"{HERE}/questions", permit=Permit.AUTHOR)
def move(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """What a button of the list says is done: a question or section moves, is retired, restored, duplicated, split."""
    row = of_the_study(visit, instrument_id)
    verb, _, name = request.form.get("do", "").partition(":")
    try:
        return redirect(_done(visit, row, verb, name), code=303)
    except (Conflict, Invalid) as refusal:
        return page_of(visit, instrument_id, refusal=gettext(refusal.sentence)), status_of(refusal)


def _done(visit: Visit, row: InstrumentRow, verb: str, name: str) -> str:
    """Does it, and says where to go on."""
    if verb in _MOVES:
        carry_out(visit, row, lambda one: _MOVES[verb](one, name))
        is_section = verb.startswith("section")
        return address(visit, row.id, section=name if is_section else "", question="" if is_section else name)
    if verb == "to":
        where, _, target = request.form.get("to", "").partition(":")
        to = {"after": target} if where == "after" else {"section": target}
        carry_out(
            visit, row, lambda one: editing.moved_to(one, name, **to), sentence=gettext("The question was moved.")
        )
        return address(visit, row.id, question=name)
    if verb in {"duplicate", "split"}:
        return _grown(visit, row, verb, name)
    if verb == "retire":
        return _retire(visit, row, name)
    if verb == "restore":
        return _restore(visit, row, name)
    if verb == "join":
        carry_out(
            visit, row, lambda one: editing.joined(one, name), touches=(section_place(name),),
            sentence=gettext("The section was taken away. Its questions stand in the one beside it."),
        )  # fmt: skip
        return address(visit, row.id)
    raise Missing


_MOVES: dict[str, Callable[[Instrument, str], Instrument]] = {
    "up": lambda one, name: editing.moved_by_one(one, name, up=True),
    "down": lambda one, name: editing.moved_by_one(one, name, up=False),
    "section-up": lambda one, name: editing.moved_section(one, name, up=True),
    "section-down": lambda one, name: editing.moved_section(one, name, up=False),
}


def _grown(visit: Visit, row: InstrumentRow, verb: str, name: str) -> str:
    made: list[str] = []

    def deed(one: Instrument) -> Instrument:
        grown, new = editing.duplicated(one, name) if verb == "duplicate" else editing.split(one, name)
        made.append(new)
        return grown

    carry_out(visit, row, deed)
    if verb == "split":
        visit.tell(gettext("A new section begins with this question. Give it a title."))
        return url_for("draft_sections.edit", study_id=visit.study_id, instrument_id=row.id, section_id=made[-1])
    visit.tell(gettext("This is the copy. It has a name of its own; change what it asks."))
    return url_for("draft_question.edit", study_id=visit.study_id, instrument_id=row.id, question_id=made[-1])


def _retire(visit: Visit, row: InstrumentRow, name: str) -> str:
    """The question goes. What stands at its place then is what the list shows next."""
    instrument = drafts.draft_of(visit.db, row.id).definition
    order = editing.ids(instrument)
    home = editing.section_of(instrument, name)
    carry_out(
        visit, row, lambda one: editing.without(one, name), touches=(name,),
        sentence=gettext("The question was retired. You can undo this."),
    )  # fmt: skip
    at = order.index(name) if name in order else 0
    inside = [one.id for one in home.questions] if home else []
    beside = next((one for one in order[at + 1 : at + 2] + order[max(at - 1, 0) : at] if one in inside), "")
    return address(visit, row.id, question=beside, section=home.id if home and not beside else "")


def _restore(visit: Visit, row: InstrumentRow, name: str) -> str:
    before = [versions.definition_of(version) for version in versions.of_instrument(visit.db, row.id)]
    source = next((one for one in reversed(before) if find(one, name)), None)
    if source is None:
        raise Missing
    carry_out(
        visit, row, lambda one: editing.restored(one, source, name),
        sentence=gettext("The question is asked again, as it was asked last."),
    )  # fmt: skip
    return address(visit, row.id, question=name)


@page.action(f"{HERE}/undo", permit=Permit.AUTHOR)
def undo(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The last save is taken back."""
    row = of_the_study(visit, instrument_id)
    try:
        drafts.undo(visit.db, row.id, seen=number(request.form.get("seen")), by=visit.account_id, now=visit.now)
    except DraftOvertaken:
        sentence = gettext("Somebody else saved the draft meanwhile, so nothing was undone. This is how it stands now.")
        return page_of(visit, instrument_id, refusal=sentence), 409
    visit.tell(gettext("The last save was undone."))
    return redirect(address(visit, row.id), code=303)
