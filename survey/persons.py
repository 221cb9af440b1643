"""Who participants are, for the pages of those who may know: looked up one at a time, each time with a line in the log.

Pages do not reach the store of identities; they come here.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from survey import assignments
from survey.participants import Participant
from survey.recruitment import entry_of
from survey.sheets import Entry
from vault import identities, ledger, participant_keys
from vault.accounts import Account
from vault.identities import Identity, Reader
from vault.studies import Scope

# What is known of a person, in the order in which pages show it.
FIELDS = ("name", "email", "telephone", "address", "note")


def reader(account_id: UUID, seed: bytes) -> Reader:
    """The member who reads names, with what opens them."""
    return Reader(account_id, seed)


def identity(fields: Mapping[str, str | None]) -> Identity:
    """A person typed into a form with some of ``FIELDS``."""
    return Identity(**{name: fields.get(name) or "" for name in FIELDS})


def entry(fields: Mapping[str, str | None]) -> Entry:
    """The same as an entry to be enrolled; Invalid if nobody could reach them by it."""
    return entry_of(identity(fields))


def who(
    db: Session, rings: Session, participant: Participant, by: Reader, *, now: datetime
) -> Identity | None:  # fmt: skip
    """Who the participant is, None if nothing was ever kept; CannotOpen without the linkage scope. The log says it."""
    return identities.read(db, rings, participant.study_id, participant.id, by, why="participant-page", now=now)


def of_assigned(
    db: Session, rings: Session, participant: Participant, *, account: Account, seed: bytes, now: datetime
) -> Identity | None:
    """Who somebody is, for the interviewer they are assigned to; NotAssigned for anybody else. The log says it."""
    key = assignments.key_of(rings, participant, Scope.LINKAGE, account=account, seed=seed)
    subject = participant_keys.commitment(rings, participant.id)
    actor, study = ledger.staff(account.id), participant.study_id
    ledger.append(db, "identity.read", actor=actor, now=now, study=study, subject=subject, why="interview")
    db.flush()
    return identities.own(db, participant.id, key)


def correct(
    db: Session,
    rings: Session,
    participant: Participant,
    fields: Mapping[str, str | None],
    by: Reader,
    *,
    now: datetime,
) -> None:
    """This is who the participant is from now on; Invalid if nobody could reach them by it."""
    kept = entry(fields)
    key = participant_keys.open_for_member(
        db, rings, participant.study_id, participant.id, Scope.LINKAGE, account_id=by.account_id, seed=by.seed
    )
    person = Identity(kept.name, kept.email, kept.telephone, kept.address, kept.note)
    identities.keep(db, participant.study_id, participant.id, key, person, now=now)
    identities.forget_token(rings, participant.id)
    subject = participant_keys.commitment(rings, participant.id)
    actor = ledger.staff(by.account_id)
    ledger.append(db, "identity.corrected", actor=actor, now=now, study=participant.study_id, subject=subject)
    db.flush()
