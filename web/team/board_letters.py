"""Letters of the board, as they came: kept sealed beside a decision or an amendment, and read by who may."""

from uuid import UUID

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from survey import amendments, decision_letters
from survey.amendments import Amendment
from survey.decision_letters import ENDINGS, LARGEST, DecisionLetter, Keeper
from vault import approvals
from vault.errors import CannotOpen, Invalid
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.visit import Visit

page = Pages("board_letters", __name__)

_NO_KEY = "You do not hold the key for letters of the board yet. A lead can grant it to you on the page of keys."

# The form around the file needs some room of its own.
MOST = LARGEST + 64 * 1024


def keep(visit: Visit, *, approval: int | None = None, amendment: Amendment | None = None) -> DecisionLetter | None:
    """The letter that came with the form is kept; None if there was none. Invalid says what is wrong with it."""
    file = request.files.get("letter")
    if file is None or not file.filename:
        return None
    by = Keeper(visit.account_id, visit.unlocked)
    try:
        return decision_letters.keep(
            visit.db, visit.study_id, file.read(), by=by, now=visit.now, approval=approval, amendment=amendment
        )
    except CannotOpen:
        raise Invalid(_NO_KEY) from None


@page.action(
    "/studies/<uuid:study_id>/approvals/<int:approval_number>/letter",
    permit=Permit.MANAGE_APPROVALS,
    files=True,
    most=MOST,
)
def of_approval(visit: Visit, approval_number: int) -> ResponseReturnValue:
    """The letter stands beside the decision."""
    approval = approvals.lineage(visit.db, visit.study_id, approval_number)[0]
    return _kept(visit, url_for("approvals.listing", study_id=visit.study_id), approval=approval.number)


@page.action(
    "/studies/<uuid:study_id>/amendments/<int:number>/letter", permit=Permit.MANAGE_APPROVALS, files=True, most=MOST
)
def of_amendment(visit: Visit, number: int) -> ResponseReturnValue:
    """The letter stands beside the amendment."""
    amendment = amendments.find(visit.db, visit.study_id, number)
    return _kept(visit, url_for("amendments.one", study_id=visit.study_id, number=number), amendment=amendment)


def _kept(
    visit: Visit, back: str, *, approval: int | None = None, amendment: Amendment | None = None
) -> ResponseReturnValue:
    try:
        kept = keep(visit, approval=approval, amendment=amendment)
    except Invalid as refusal:
        visit.tell(gettext(refusal.sentence))
    else:
        visit.tell(gettext("The letter was kept.") if kept else gettext("Choose the file of the letter first."))
    return redirect(back, code=303)


@page.view("/studies/<uuid:study_id>/board-letters/<uuid:letter_id>", permit=Permit.MANAGE_APPROVALS, logs=True)
def read(visit: Visit, letter_id: UUID) -> ResponseReturnValue:
    """The letter as it came. The look is a deed."""
    by = Keeper(visit.account_id, visit.unlocked)
    letter, data = decision_letters.read(visit.db, visit.study_id, letter_id, by=by, now=visit.now)
    name = f"letter-{letter.kept_at.date().isoformat()}.{ENDINGS[letter.kind]}"
    return make_response(
        data, 200, {"Content-Type": letter.kind, "Content-Disposition": f'attachment; filename="{name}"'}
    )
