"""A decision about consent, and the step of recruitment that follows from it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from consent import decisions
from consent.decisions import Occasion
from consent.scopes import Scope
from consent.signatures import Signed
from survey import statuses
from survey.participants import Participant, Standing
from survey.statuses import HasWithdrawn, Status


def agree(
    db: Session, rings: Session, participant: Participant, choices: Mapping[Scope, bool], *, document: str,
    language: str, now: datetime, key: bytes | None = None, signed: Signed | None = None, read_by: UUID | None = None,
) -> Occasion:  # fmt: skip
    """What the participant decided stands (see ``decisions.record``), and they count as consented or declined.

    HasWithdrawn for somebody who has left the study.
    """
    if participant.standing is not Standing.ENROLLED:
        raise HasWithdrawn
    occasion = decisions.record(
        db, rings, participant.study_id, participant.id, choices, document=document, language=language, now=now,
        key=key, signed=signed, read_by=read_by, site_id=participant.site_id,
    )  # fmt: skip
    if Scope.TAKE_PART in choices:
        if choices[Scope.TAKE_PART]:
            statuses.advance(db, participant.study_id, participant.id, Status.CONSENTED, now=now, account_id=read_by)
        else:
            statuses.record(db, participant.study_id, participant.id, Status.DECLINED, now=now, account_id=read_by)
    return occasion
