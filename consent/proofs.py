"""The proof that a decision stands in the study's log, for whoever decided it and for a board that samples."""

from sqlalchemy.orm import Session

from consent.decisions import Occasion
from vault import ledger, participant_keys, receipts
from vault.receipts import Receipt


def proof_of(db: Session, rings: Session, occasion: Occasion) -> Receipt | None:
    """The receipt of the line of this occasion; None in the first second of its life. CannotOpen for the erased."""
    subject = participant_keys.commitment(rings, occasion.participant_id)
    phrases = f'"subject":"{subject}"', f'"at":"{ledger.moment(occasion.at)}"'
    number = receipts.entry(db, occasion.study_id, "consent.decided", *phrases)
    return receipts.receipt(db, "consent", number) if number else None
