"""Leaving: three ways, each said in full before it is done, confirmed once, and answered by a receipt."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exports import leaving
from survey import withdrawals
from survey.participants import Standing
from survey.withdrawals import Way
from vault import participant_sessions, receipts
from vault.errors import Missing
from vault.keyring import StillRead
from vault.studies import Permit
from web.kit import cookies
from web.kit.guard import Pages
from web.kit.proofs import receipt_file
from web.kit.sentences import said
from web.kit.visit import Visit
from web.participant import way
from web.participant.sheet import sheet, title_of

page = Pages("leave", __name__)


def _way(visit: Visit, name: str) -> Way:
    for open_ in withdrawals.open_to(way.participant_of(visit)):
        if open_.value == name:
            return open_
    raise Missing


def _sentences(visit: Visit, chosen: Way) -> list[str]:
    return [said(sentence) for sentence in leaving.before(visit.db, way.participant_of(visit), chosen)]


@page.view("/p/leave", permit=Permit.TAKE_PART)
def ways(visit: Visit) -> ResponseReturnValue:
    """The three ways to leave, and what each of them does."""
    ways = [(chosen.value, _sentences(visit, chosen)) for chosen in withdrawals.open_to(way.participant_of(visit))]
    return sheet(visit, "participant/leave.html", ways=ways, stop_url="", later_url="", titles=_titles())


def _titles() -> dict[str, tuple[str, str]]:
    """For each way its name, and what its button says."""
    return {
        Way.STOP.value: (gettext("Stop, and keep what I said"), gettext("Stop here")),
        Way.ANONYMISE.value: (gettext("Stop, and forget who I am"), gettext("Forget who I am")),
        Way.ERASE.value: (gettext("Erase everything"), gettext("Erase everything for ever")),
    }


@page.view("/p/leave/<name>", permit=Permit.TAKE_PART)
def sure(visit: Visit, name: str) -> ResponseReturnValue:
    """What will be true afterwards, once more, and one button."""
    chosen = _way(visit, name)
    return sheet(
        visit,
        "participant/leave_sure.html",
        name=name,
        sentences=_sentences(visit, chosen),
        title=_titles()[name][0],
        button=_titles()[name][1],
        later_url="",
        stop_url="",
    )


@page.action("/p/leave/<name>", permit=Permit.TAKE_PART)
def go(visit: Visit, name: str) -> ResponseReturnValue:
    """It is done. The receipt is on the page that follows, and nowhere that we could look it up by name."""
    chosen = _way(visit, name)
    participant, title = way.participant_of(visit), title_of(visit, visit.participant.study_id)
    receipt = leaving.withdraw(visit.db, visit.keyring, participant, chosen, now=visit.now)
    participant_sessions.end_all(visit.db, participant.id)
    done = chosen is Way.STOP or _carried_out(visit)
    response = sheet(
        visit,
        "participant/receipt.html",
        receipt=receipt,
        at=visit.now,
        sentence=said(receipt.says),
        title=_titles()[name][0],
        study_title=title,
        later_url="",
        stop_url="",
        code_works=chosen is not Way.ERASE,
        done=done,
    )
    cookies.drop(response, cookies.PERSON)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _carried_out(visit: Visit) -> bool:
    """Whether the keys are in no byte of any disk. They are dead in either case; if somebody was reading the keyring at
    this moment, what is left of them goes with the next erasure or the next start.
    """
    try:
        visit.carry_out(withdrawals.carry_out(visit.db, visit.keyring, visit.settings.backups, now=visit.now))
    except StillRead:
        return False
    return True


@page.view("/receipts/<reference>", permit=Permit.OPEN)
def proof(visit: Visit, reference: str) -> ResponseReturnValue:
    """The proof that a withdrawal stands in the study's log. It names nobody."""
    study_id, kept = withdrawals.found(visit.db, reference)
    number = receipts.entry(visit.db, study_id, "participant.withdrew", f'"reference":"{kept.reference}"')
    return receipt_file(receipts.receipt(visit.db, "withdrawal", number) if number else None)


@page.view("/p/left", permit=Permit.TAKE_PART)
def left(visit: Visit) -> ResponseReturnValue:
    """For somebody who has left and comes back: nothing is asked; what is held, and what can still be done."""
    standing = way.participant_of(visit).standing
    if standing is Standing.ENROLLED:
        return redirect(url_for("arrive.go"), code=303)
    return sheet(visit, "participant/left.html", standing=standing.value, later_url="", stop_url="")
