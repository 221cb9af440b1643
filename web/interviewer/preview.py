"""A draft of a guide as an interviewer would have it in front of them. What is typed there goes nowhere."""

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from instruments import drafts
from instruments.definition import Role
from instruments.inspection import bars_trial, inspect
from instruments.sentences import in_language
from survey.deltas import Record
from vault.errors import Missing
from vault.studies import Permit
from web.interviewer import sheets
from web.kit.guard import Pages
from web.kit.i18n import LANGUAGES
from web.kit.pages import render
from web.kit.sentences import said
from web.kit.visit import Visit

page = Pages("preview_guide", __name__)

_NOTHING = Record(topics={}, about={}, candidates=(), memo="", newest={}, earlier=())


@page.view("/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/draft/guide-trial", permit=Permit.AUTHOR)
def screen(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The topics with their probes and fields, as in an interview."""
    row = drafts.find_instrument(visit.db, instrument_id)
    if row.study_id != visit.study_id or row.role is not Role.GUIDE:
        raise Missing
    guide = drafts.draft_of(visit.db, row.id).definition
    barring = [(finding.question, said(finding.sentence)) for finding in bars_trial(inspect(guide))]
    if barring:
        return render(visit, "participant/trial_barred.html", instrument_id=row.id, bar=barring), 422
    wanted = request.args.get("language", "")
    tag = wanted if wanted in guide.languages else guide.language
    with force_locale(tag if tag in LANGUAGES else "en"):
        return render(
            visit,
            "interviewer/trial.html",
            instrument_id=row.id,
            title=in_language(guide.title, tag) or guide.id,
            topics=sheets.of_guide(guide, _NOTHING, now=visit.now),
            states=sheets.STATES,
            text_of=sheets.text_of,
            tag=tag,
            tongues={one: LANGUAGES.get(one, one) for one in guide.languages},
        )
