"""Before the first question: what will be asked, where its wording comes from, how long it takes."""

from flask import redirect
from flask.typing import ResponseReturnValue

from consent import decisions
from consent.scopes import Scope
from instruments.sentences import in_language
from survey import responses, runs
from vault.studies import Permit
from web.kit import i18n
from web.kit.addresses import fixed
from web.kit.guard import Pages
from web.kit.visit import Visit
from web.participant import way
from web.participant.sheet import standing_sheet

page = Pages("begin", __name__)


@page.view("/p/begin", permit=Permit.TAKE_PART)
def ready(visit: Visit) -> ResponseReturnValue:
    """The survey that comes next, and a button."""
    decisions.grant_for(visit.db, visit.participant.id).require(Scope.TAKE_PART)
    found = way.unbegun(visit, way.seen(visit))
    if found is None:
        return redirect(fixed("arrive.go"), code=303)
    version = found[1].version.id
    instrument = runs.plan(visit.db, version).instrument
    tag = i18n.tag()
    return standing_sheet(
        visit,
        "participant/begin.html",
        version,
        lambda: {
            "title": in_language(instrument.title, tag),
            "help": in_language(instrument.help, tag),
            "provenance": in_language(instrument.provenance, tag),
            "minutes": instrument.minutes,
            "speaks": "" if tag in instrument.languages else instrument.language,
        },
    )


@page.action("/p/begin", permit=Permit.TAKE_PART)
def begin(visit: Visit) -> ResponseReturnValue:
    """The run exists, on the newest version that the board approved, and the first page comes."""
    participant = way.seen(visit)
    found = way.unbegun(visit, participant)
    if found is None:
        return redirect(fixed("arrive.go"), code=303)
    grant = decisions.grant_for(visit.db, participant.id)
    run = responses.begin(visit.db, visit.keyring, participant, found[0], grant, now=visit.now)
    return redirect(way.in_run(visit, run), code=303)
