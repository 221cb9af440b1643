"""Candidate questions: what interviewers asked outside the guide, brought together for whoever writes the next one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import interviews
from survey.interviews import Interview
from survey.opening import Opener
from survey.participants import Participant
from survey.runs import Response, of_study
from vault import ledger
from vault.studies import Scope


@dataclass(frozen=True, slots=True)
class Heard:
    """A question outside the guide, with where it was asked."""

    id: str  # within its interview
    pseudonym: str
    held_on: date
    response: Response
    words: str = field(repr=False)
    theme: str = field(repr=False)
    after: str  # the topic after which it came up


def of_team(
    db: Session, rings: Session, study_id: UUID, *, account_id: UUID, seed: bytes, now: datetime
) -> Sequence[Heard]:  # fmt: skip
    """Every candidate question of a study, oldest interview first; CannotOpen without the responses scope.

    The log says that somebody looked. Interviews of whoever was erased are not among them.
    """
    opener = Opener(db, rings, study_id, Scope.RESPONSES, account_id=account_id, seed=seed)
    runs = {response.id: response for response in of_study(db, study_id)}
    rows = db.execute(
        select(Interview.response_id, Interview.held_on, Participant.id, Participant.pseudonym)
        .join(Participant, Participant.id == Interview.participant_id)
        .where(Interview.study_id == study_id)
        .order_by(Interview.held_on, Participant.pseudonym)
    )
    found = []
    for response_id, held_on, participant_id, pseudonym in rows:
        key = opener.key_or_none(participant_id)
        if key is None:
            continue
        response = runs[response_id]
        found += [
            Heard(one.id, pseudonym, held_on, response, one.words, one.theme, one.after)
            for one in interviews.read(db, key, response).candidates
            if one.words.strip()
        ]
    ledger.append(db, "candidates.read", actor=ledger.staff(account_id), now=now, study=study_id)
    db.flush()
    return found
