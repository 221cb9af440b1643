"""The record of processing (GDPR article 30) and where data flow."""

from flask.typing import ResponseReturnValue

from exports.evidence import processing
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.sentences import said
from web.kit.visit import Visit

page = Pages("ethics_processing", __name__)


@page.view("/ethics/<uuid:study_id>/processing", permit=Permit.SEE_LEDGER)
def look(visit: Visit) -> ResponseReturnValue:
    """What article 30(1) asks for, and every way that data take."""
    return render(
        visit,
        "ethics/processing.html",
        record=processing.record(visit.db, visit.study_id, visit.settings, now=visit.now),
        flows=processing.flows(visit.settings),
        said=said,
    )
