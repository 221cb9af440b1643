"""What is asked next, being written: as text, by several without loss, with every fault named by line and remedy."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired

from instruments import drafts, shelf, versions
from instruments.drafts import DraftOvertaken, InstrumentRow
from instruments.versions import Review
from instruments.yaml_nodes import Fault, FileUnreadable
from instruments.yaml_text import read_yaml, write_yaml
from vault.accounts import Account
from vault.errors import Invalid
from vault.studies import Permit
from web.kit.forms import PageForm, choices
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.sentences import said
from web.kit.visit import Visit
from web.team.instruments import of_the_study, title_of
from web.team.reading import reading

page = Pages("instrument_drafts", __name__)


class DraftForm(PageForm):
    """The whole instrument as text, and which saving of the draft it began from."""

    text = TextAreaField(
        _l("The instrument as text (YAML)"), [DataRequired(_l("The text is empty. Nothing was saved."))]
    )
    seen = HiddenField()


class ShelfForm(PageForm):
    """A version of the same instrument in the library."""

    file = SelectField(_l("Version in the library"), [InputRequired(_l("Choose a version."))], choices=[])
    seen = HiddenField()


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that only one of two texts has, or that both have: ``+`` theirs, ``-`` mine, a space both."""

    sign: str
    text: str


def line_of(text: str, question: str) -> int | None:
    """On which line of the text a question begins, if that can be seen."""
    found = re.search(rf"^\s*(?:-\s+)?id:\s*[\"']?{re.escape(question)}[\"']?\s*$", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found and question else None


def number(text: str | None) -> int:
    """A number from a hidden field; 0 for anything else."""
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0


def _differences(mine: str, theirs: str) -> Iterator[Difference]:
    """The lines in which the two differ, each with its neighbours."""
    lines = difflib.unified_diff(mine.splitlines(), theirs.splitlines(), n=2, lineterm="")
    for line in list(lines)[2:]:
        yield Difference("…" if line.startswith("@@") else line[0], "" if line.startswith("@@") else line[1:])


def _shelf_form(row: InstrumentRow, seen: int) -> ShelfForm | None:
    known = [entry for entry in shelf.ENTRIES if entry.instrument == row.key]
    if len(known) < 2:
        return None
    form = ShelfForm(seen=str(seen))
    form.file.choices = choices(
        ((entry.file, gettext("Version %(number)s", number=entry.version)) for entry in known),
        first=gettext("Choose"),
    )
    return form


def _editor(
    visit: Visit,
    row: InstrumentRow,
    form: DraftForm,
    *,
    review: Review | None = None,
    faults: Sequence[Fault] = (),
    theirs: str = "",
) -> str:
    draft = drafts.draft_of(visit.db, row.id)
    text = form.text.data or ""
    return render(
        visit,
        "team/ask/draft.html",
        form=form,
        row=row,
        title=title_of(draft.definition),
        draft=draft,
        editor=visit.db.get_one(Account, draft.edited_by),
        faults=faults,
        lines=text.splitlines(),
        review=review,
        line_of=lambda question: line_of(text, question),
        theirs=theirs,
        differences=list(_differences(text, theirs)) if theirs else (),
        library=_shelf_form(row, draft.number),
        said=said,
    )


@page.view("/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/draft", permit=Permit.AUTHOR)
def edit(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The draft as text, and what the inspection says of it."""
    row = of_the_study(visit, instrument_id)
    draft = drafts.draft_of(visit.db, row.id)
    form = DraftForm(text=write_yaml(draft.definition), seen=str(draft.number))
    return _editor(visit, row, form, review=versions.review(visit.db, draft))


@page.action("/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/draft", permit=Permit.AUTHOR)
def save(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The draft is what was typed, if it can be read and nobody was quicker. What was typed stays on the page."""
    row = of_the_study(visit, instrument_id)
    form = DraftForm(request.form)
    if not form.validate():
        return _editor(visit, row, form), 422
    try:
        instrument = read_yaml(form.text.data or "")
        saved = drafts.save_together(
            visit.db, row.id, instrument, seen=number(form.seen.data), by=visit.account_id, now=visit.now
        )
        return _onward(visit, row, merged=saved.merged, then=request.form.get("then", ""))
    except FileUnreadable as unreadable:
        return _editor(visit, row, form, faults=unreadable.faults), 422
    except DraftOvertaken as refusal:
        draft = drafts.draft_of(visit.db, row.id)
        visit.db.refresh(draft)
        form.refuse(refusal)
        form.seen.data = str(draft.number)
        return _editor(visit, row, form, theirs=write_yaml(draft.definition)), 409
    except Invalid as refusal:
        form.refuse(refusal, "text")
        return _editor(visit, row, form), 422


def _onward(visit: Visit, row: InstrumentRow, *, merged: bool = False, then: str = "") -> ResponseReturnValue:
    also = gettext("Somebody else changed other parts of the draft meanwhile; both are in it.") if merged else ""
    visit.tell(f"{gettext('The draft was saved.')} {also}".strip())
    there = {"read": "instrument_drafts.read", "publish": "publishing.ask"}
    target = there.get(then, "instrument_drafts.edit")
    return redirect(url_for(target, study_id=visit.study_id, instrument_id=row.id), code=303)


@page.action("/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/draft/library", permit=Permit.AUTHOR)
def take_over(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The draft is what the library has as a version of this instrument."""
    row = of_the_study(visit, instrument_id)
    file = request.form.get("file", "")
    entry = next((entry for entry in shelf.ENTRIES if entry.file == file and entry.instrument == row.key), None)
    if entry is None:
        raise Invalid("Choose a version of the library first.")
    seen = number(request.form.get("seen"))
    drafts.save_draft(visit.db, row.id, shelf.load(entry), seen=seen, by=visit.account_id, now=visit.now)
    return _onward(visit, row)


@page.view("/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/draft/reading", permit=Permit.AUTHOR)
def read(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The draft in full, as it would be asked."""
    row = of_the_study(visit, instrument_id)
    draft = drafts.draft_of(visit.db, row.id)
    return render(
        visit,
        "team/ask/draft_reading.html",
        row=row,
        title=title_of(draft.definition),
        reading=reading(draft.definition, request.args.get("language", "")),
        draft=draft,
    )
