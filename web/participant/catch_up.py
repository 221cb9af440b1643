"""Questions that came after somebody had answered: why they are asked now, how many they are, and a button."""

from flask import redirect
from flask.typing import ResponseReturnValue

from consent import decisions
from consent.scopes import Scope
from instruments.sentences import in_language
from survey import catching_up
from survey.runs import Kind
from vault.studies import Permit
from web.kit import i18n
from web.kit.addresses import fixed
from web.kit.guard import Pages
from web.kit.visit import Visit
from web.participant import later_here, way
from web.participant.sheet import sheet

page = Pages("catch_up", __name__)


@page.view("/p/catch-up", permit=Permit.TAKE_PART)
def ready(visit: Visit) -> ResponseReturnValue:
    """Why there are further questions, and how many."""
    decisions.grant_for(visit.db, visit.participant.id).require(Scope.TAKE_PART)
    found = later_here.ahead(visit, way.seen(visit))
    if found is None:
        return redirect(fixed("arrive.go"), code=303)
    tag = i18n.tag()
    return sheet(
        visit,
        "participant/catch_up.html",
        ahead=found,
        title=in_language(found.instrument.title, tag),
        words=in_language(found.waiting.offer.words, tag),
        speaks="" if tag in found.instrument.languages else found.instrument.language,
    )


@page.action("/p/catch-up", permit=Permit.TAKE_PART)
def begin(visit: Visit) -> ResponseReturnValue:
    """The run exists, on the version that has the questions, and the first page comes."""
    participant = way.seen(visit)
    found = later_here.ahead(visit, participant)
    if found is None:
        return redirect(fixed("arrive.go"), code=303)
    grant = decisions.grant_for(visit.db, participant.id)
    run = catching_up.begin(
        visit.db, visit.keyring, participant, found.waiting.offer, grant, kind=Kind.CATCH_UP, now=visit.now
    )
    return redirect(way.in_run(visit, run), code=303)
