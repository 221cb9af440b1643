"""Consents as chance will have it: which text was put before whom, when and how, and what was decided; never a name."""

from uuid import UUID

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consent import documents
from consent.proofs import proof_of
from survey import oversight
from vault import ledger
from vault.accounts import Account
from vault.studies import Permit
from web.ethics.wording import MODES
from web.kit.agreed import AGREED
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.proofs import receipt_file
from web.kit.visit import Visit

page = Pages("ethics_samples", __name__)

AT_ONCE = 10


# Looking at single consents is a deed: the team sees in the log that the board looked, and at how many.
@page.view("/ethics/<uuid:study_id>/consents", permit=Permit.SEE_LEDGER, logs=True)
def draw(visit: Visit) -> ResponseReturnValue:
    """Ten consents, drawn anew at every look."""
    drawn = oversight.sample(visit.db, visit.study_id, AT_ONCE)
    _looked(visit, len(drawn))
    return render(
        visit, "ethics/samples.html", drawn=drawn, modes=MODES, numbers=_numbers(visit.db, visit.study_id),
        choices={one.occasion.id: oversight.choices_on(visit.db, one.occasion) for one in drawn}, scopes=AGREED,
    )  # fmt: skip


@page.view("/ethics/<uuid:study_id>/consents/<uuid:occasion_id>", permit=Permit.SEE_LEDGER, logs=True)
def one(visit: Visit, occasion_id: UUID) -> ResponseReturnValue:
    """One consent with the very text that was put before the participant."""
    sampled = oversight.sampled(visit.db, visit.study_id, occasion_id)
    _looked(visit, 1)
    occasion = sampled.occasion
    document = documents.by_fingerprint(visit.db, visit.study_id, occasion.document or "")
    reader = visit.db.get(Account, occasion.read_by) if occasion.read_by else None
    return render(
        visit, "ethics/consent.html", one=sampled, document=document, modes=MODES, scopes=AGREED,
        text=documents.shown(document, occasion.language or ""), choices=oversight.choices_on(visit.db, occasion),
        reader=reader.name if reader else "",
    )  # fmt: skip


@page.view("/ethics/<uuid:study_id>/consents/<uuid:occasion_id>/proof.json", permit=Permit.SEE_LEDGER, logs=True)
def proof(visit: Visit, occasion_id: UUID) -> ResponseReturnValue:
    """The proof that this decision stands in the study's log, for ``verify_log.py``."""
    sampled = oversight.sampled(visit.db, visit.study_id, occasion_id)
    _looked(visit, 1)
    return receipt_file(proof_of(visit.db, visit.keyring, sampled.occasion))


def _looked(visit: Visit, consents: int) -> None:
    ledger.append(
        visit.db, "consents.sampled", actor=visit.actor, now=visit.now, study=visit.study_id, consents=consents
    )


def _numbers(db: Session, study_id: UUID) -> dict[str, int]:
    """The number of each document by its fingerprint."""
    return {document.fingerprint: document.number for document in documents.of_study(db, study_id)}
