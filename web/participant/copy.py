"""The copy of what was signed, as it was signed: later editions of the letter change nothing in it."""

from uuid import UUID

from flask import make_response, url_for
from flask.typing import ResponseReturnValue

from consent import decisions, documents, papers
from consent.decisions import Sitting
from consent.documents import Shown
from consent.proofs import proof_of
from consent.signatures import Signed
from exports.evidence import consents
from vault import studies
from vault.errors import Missing
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.proofs import receipt_file
from web.kit.visit import Visit
from web.participant import way
from web.participant.sheet import sheet

page = Pages("copy", __name__)


def _signed_sittings(visit: Visit) -> list[Sitting]:
    """The occasions on which the participant decided with a letter before them, the newest first."""
    every = decisions.history(visit.db, visit.participant.id)
    return [sitting for sitting in reversed(every) if sitting.occasion.document]


def _signed(visit: Visit, sitting: Sitting) -> Signed:
    key = visit.participant.keys.get(studies.Scope.LINKAGE)
    return decisions.signed_on(key, sitting.occasion) if key else Signed()


def _shown(visit: Visit, sitting: Sitting) -> Shown:
    occasion = sitting.occasion
    document = documents.by_fingerprint(visit.db, occasion.study_id, occasion.document or "")
    return documents.shown(document, occasion.language or "")


@page.view("/p/consent/copy", permit=Permit.TAKE_PART)
def look(visit: Visit) -> ResponseReturnValue:
    """Each letter with what was decided under it, and by whom it is signed."""
    sittings = _signed_sittings(visit)
    copies = [(sitting, _shown(visit, sitting), _signed(visit, sitting)) for sitting in sittings]
    return sheet(visit, "participant/copy.html", copies=copies)


@page.view("/p/consent/copy.pdf", permit=Permit.TAKE_PART)
def newest(visit: Visit) -> ResponseReturnValue:
    """The newest copy as a paper to keep."""
    sittings = _signed_sittings(visit)
    if not sittings:
        raise Missing
    return _paper(visit, sittings[0])


@page.view("/p/consent/copy/<uuid:occasion_id>.pdf", permit=Permit.TAKE_PART)
def paper(visit: Visit, occasion_id: UUID) -> ResponseReturnValue:
    """One of the copies as a paper to keep."""
    for sitting in _signed_sittings(visit):
        if sitting.occasion.id == occasion_id:
            return _paper(visit, sitting)
    raise Missing


@page.view("/p/consent/copy/<uuid:occasion_id>.json", permit=Permit.TAKE_PART)
def proof(visit: Visit, occasion_id: UUID) -> ResponseReturnValue:
    """The proof that one of the decisions stands in the study's log."""
    for sitting in _signed_sittings(visit):
        if sitting.occasion.id == occasion_id:
            return receipt_file(proof_of(visit.db, visit.keyring, sitting.occasion))
    raise Missing


@page.view("/p/consent/record.json", permit=Permit.TAKE_PART)
def record(visit: Visit) -> ResponseReturnValue:
    """Everything that was decided, in a form that other programs read (ISO/IEC TS 27560)."""
    study = studies.find(visit.db, visit.participant.study_id)
    address = visit.settings.public_url + url_for("leave.ways")
    pseudonym = way.participant_of(visit).pseudonym
    made = consents.record_of(visit.db, study, visit.participant.id, pseudonym, address)
    if made is None:
        raise Missing
    response = make_response(made, 200)
    response.headers["Content-Type"] = "application/json"
    response.headers["Content-Disposition"] = 'attachment; filename="consent-record.json"'
    return response


def _paper(visit: Visit, sitting: Sitting) -> ResponseReturnValue:
    occasion = sitting.occasion
    document = documents.by_fingerprint(visit.db, occasion.study_id, occasion.document or "")
    pseudonym = way.participant_of(visit).pseudonym
    receipt = proof_of(visit.db, visit.keyring, occasion)
    pdf = papers.copy_of(document, sitting, _signed(visit, sitting), pseudonym=pseudonym, receipt=receipt)
    response = make_response(pdf, 200)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="consent.pdf"'
    return response
