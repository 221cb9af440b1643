"""What each participant decided, under their pseudonym, as records that other programs read."""

import json
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from consent import decisions, documents, iso27560
from consent.iso27560 import About, Notice, Word
from survey.participants import Participant, Standing
from vault.studies import Study


def records(db: Session, study: Study, address: str) -> Iterator[tuple[str, bytes]]:
    """By pseudonym, the record of everybody who decided something, but of those who were erased."""
    query = select(Participant).where(Participant.study_id == study.id, Participant.standing != Standing.ERASED)
    for participant in db.scalars(query.order_by(Participant.pseudonym)):
        found = record_of(db, study, participant.id, participant.pseudonym, address)
        if found is not None:
            yield participant.pseudonym, found


def record_of(db: Session, study: Study, participant_id: UUID, pseudonym: str, address: str) -> bytes | None:
    """One participant's record as JSON, or None if they decided nothing yet. ``address`` is where one withdraws."""
    words = [
        Word(
            decision.scope, decision.agreed, sitting.occasion.at, sitting.occasion.mode.value,
            _notice(db, study.id, sitting.occasion.document, sitting.occasion.language),
        )
        for sitting in decisions.history(db, participant_id)
        for decision in sitting.decisions
    ]  # fmt: skip
    if not words:
        return None
    record = iso27560.record(About(study.title, study.reference, pseudonym, address), words)
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()


def _notice(db: Session, study_id: UUID, mark: str | None, language: str | None) -> Notice | None:
    if mark is None or language is None:
        return None
    text = documents.shown(documents.text_of(db, study_id, mark), language)
    questions = {question.scope: question.text for question in text.questions}
    return Notice(text.number, mark, text.language, text.title, questions)
