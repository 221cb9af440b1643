"""The last savings of a draft: who saved what and when, and how to go back to one of them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from instruments import draft_states, drafts
from instruments.comparison import Difference, compare
from vault.accounts import Account
from vault.errors import Conflict, Invalid
from vault.studies import Permit
from web.kit.errors import status_of
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.visit import Visit
from web.team.collation import WHAT
from web.team.draft_list import HERE, address
from web.team.draft_state import desk
from web.team.instrument_drafts import number
from web.team.instruments import of_the_study

page = Pages("draft_history", __name__)

SHOWN = 15


@dataclass(frozen=True, slots=True)
class Saving:
    """One state of the draft, and in what it differs from the one before; nothing of that for the first one kept."""

    number: int
    by: str
    at: datetime
    differences: tuple[Difference, ...] | None


def _page(visit: Visit, instrument_id: UUID, *, refusal: str = "") -> str:
    this = desk(visit, instrument_id)
    kept = list(drafts.befores(visit.db, this.row.id))[: SHOWN + 1]
    states = [(this.draft.number, this.draft.edited_by, this.draft.edited_at, this.instrument)]
    states += [
        (one.number, one.edited_by, one.edited_at, draft_states.definition(visit.db, this.row.id, one.number, one.mark))
        for one in kept
    ]
    names = {person: visit.db.get_one(Account, person).name for _, person, _, _ in states}
    savings = [
        Saving(
            at, names[person], moment, tuple(compare(states[place + 1][3], said)) if place + 1 < len(states) else None
        )
        for place, (at, person, moment, said) in enumerate(states[:SHOWN])
    ]
    return render(
        visit, "team/ask/draft_history.html", this=this, row=this.row, savings=savings, what=WHAT, refusal=refusal
    )


@page.view(f"{HERE}/history", permit=Permit.AUTHOR)
def look(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The last savings, the newest first."""
    return _page(visit, instrument_id)


@page.action(f"{HERE}/history", permit=Permit.AUTHOR)
def take_back(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The draft is again what it was after one of its savings. This is a save, and can be undone like one."""
    row = of_the_study(visit, instrument_id)
    to, seen = number(request.form.get("to")), number(request.form.get("seen"))
    try:
        drafts.take_back(visit.db, row.id, to, seen=seen, by=visit.account_id, now=visit.now)
    except (Conflict, Invalid) as refusal:
        return _page(visit, instrument_id, refusal=gettext(refusal.sentence)), status_of(refusal)
    visit.tell(gettext("The draft is again as it was then. You can undo this."))
    return redirect(address(visit, row.id), code=303)
