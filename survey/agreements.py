"""A decision about consent, and the step of recruitment that follows from it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from consent import decisions, signatures
from consent.decisions import Occasion
from consent.scopes import Scope
from consent.signatures import Signed
from survey import participants, statuses
from survey.participants import Participant, Somebody, Standing
from survey.statuses import HasWithdrawn, Status
from vault import ledger, participant_keys
from vault.prepared import Prepared

# Who says the same within this time has pressed twice and decided once.
_TWICE = timedelta(minutes=1)


_PLACE_GIVEN_AWAY = frozenset({Status.IDENTIFIED, Status.DECLINED, Status.NO_REPLY})

_HELD = Prepared(
    select(Participant.standing).where(Participant.id == bindparam("participant_id")).with_for_update()
)  # fmt: skip


def agree(
    db: Session, rings: Session, participant: Somebody, choices: Mapping[Scope, bool], *, document: str,
    language: str, now: datetime, key: bytes | None = None, signed: Signed | None = None, read_by: UUID | None = None,
) -> Occasion:  # fmt: skip
    """What the participant decided stands (see ``decisions.record``), and they count as consented or declined.

    Said twice in the same words, it stands once. HasWithdrawn for somebody who has left the study.
    """
    # Two requests at once come here one after the other; the second sees what the first has done.
    if _HELD.rows(db, participant_id=participant.id) != [(Standing.ENROLLED,)]:
        raise HasWithdrawn
    # Most come here for the first time, and then there is no history to look through.
    former = decisions.history(db, participant.id) if decisions.ever(db, participant.id) else ()
    last = former[-1] if former else None
    if last is not None and now - last.occasion.at < _TWICE:
        said = {decision.scope: decision.agreed for decision in last.decisions}
        put = last.occasion.document, last.occasion.language, last.occasion.read_by
        if (said, *put) == (choices, document, language, read_by) and _vouched_alike(last.occasion, key, signed):
            return last.occasion
    occasion = decisions.record(
        db, rings, participant.study_id, participant.id, choices, document=document, language=language, now=now,
        key=key, signed=signed, read_by=read_by, site_id=participant.site_id,
    )  # fmt: skip
    if Scope.TAKE_PART in choices:
        if choices[Scope.TAKE_PART]:
            # Who declined before, or never replied, has given their place away.
            if statuses.current(db, participant.id) in _PLACE_GIVEN_AWAY:
                by = ledger.participant(participant_keys.commitment(rings, participant.id))
                participants.admit(db, rings, participant, by=by, now=now)
            statuses.advance(db, participant.study_id, participant.id, Status.CONSENTED, now=now, account_id=read_by)
        else:
            statuses.record(db, participant.study_id, participant.id, Status.DECLINED, now=now, account_id=read_by)
    return occasion


def _vouched_alike(occasion: Occasion, key: bytes | None, signed: Signed | None) -> bool:
    """Whether the same name, witness or recording vouches for it."""
    if occasion.sealed is not None and key is None:
        return False
    before = decisions.signed_on(key or b"", occasion)
    after = signatures.tidy(signed or Signed())
    return (before.signature, before.witness, before.recording) == (after.signature, after.witness, after.recording)
