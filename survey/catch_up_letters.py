"""Letters that tell somebody of a catch-up. They bring no code: the one that the person has opens the same door."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from consent import decisions
from survey import letters
from survey.catch_up_offers import CatchUpOffer
from survey.letters import Contents, LetterKind, LetterState
from survey.opening import Opener
from vault import ledger
from vault.studies import Scope


def prepare(
    db: Session, rings: Session, offer: CatchUpOffer, chosen: Collection[UUID], *, account_id: UUID, seed: bytes,
    now: datetime,
) -> int:  # fmt: skip
    """A letter to each of these participants waits for a decision between mail and paper; returns how many are new.

    Nobody is written to twice while a letter of this kind waits. CannotOpen for whoever does not hold the names.
    """
    opener = Opener(db, rings, offer.study_id, Scope.LINKAGE, account_id=account_id, seed=seed)
    stances = decisions.stances(db, offer.study_id)
    waits = {
        letter.participant_id
        for state in letters.OPEN
        for letter in letters.in_state(db, offer.study_id, state)
        if letter.kind is LetterKind.CATCH_UP
    }
    queued = 0
    for participant_id in chosen:
        if participant_id in waits:
            continue
        stance = stances.get(participant_id)
        letters.queue(
            db, offer.study_id, participant_id, opener.key(participant_id), LetterKind.CATCH_UP,
            Contents(language=stance.language if stance else ""), now=now, state=LetterState.HELD,
        )  # fmt: skip
        queued += 1
    ledger.append(
        db, "catch-up.letters-prepared", actor=ledger.staff(account_id), now=now, study=offer.study_id, letters=queued,
        offer=str(offer.id),
    )  # fmt: skip
    db.flush()
    return queued
