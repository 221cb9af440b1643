"""Which interviewer speaks with whom. An assignment is a wrap of the participant's keys, so the keyring is the list."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.participants import Participant
from vault import ledger, participant_keys
from vault.accounts import Account
from vault.errors import CannotOpen, Missing, Refused
from vault.keyring import Wrap
from vault.studies import Scope


class NotAssigned(Refused):
    """An interviewer deals with the participants assigned to them, and with nobody else."""

    public = "This participant is not assigned to you. Ask the study's lead to assign them."


def assign(
    db: Session, rings: Session, participant: Participant, interviewer: Account, *, by: UUID, seed: bytes, now: datetime
) -> None:
    """The interviewer opens what this participant says; CannotOpen unless ``by`` holds every scope (a lead does)."""
    keys = keys_of(db, rings, participant, account_id=by, seed=seed)
    if Scope.RESPONSES not in keys or Scope.AUDIO not in keys:
        raise CannotOpen
    participant_keys.assign(rings, participant.study_id, participant.id, keys, interviewer)
    _log(db, rings, "participant.assigned", participant, interviewer.id, by=by, now=now)


def unassign(
    db: Session, rings: Session, participant: Participant, account_id: UUID, *, by: UUID, now: datetime
) -> None:
    """The interviewer opens nothing of this participant any more; Missing for whoever was not assigned to them."""
    if account_id not in interviewers(rings, participant.study_id).get(participant.id, frozenset()):
        raise Missing
    participant_keys.unassign(rings, participant.id, account_id)
    _log(db, rings, "participant.unassigned", participant, account_id, by=by, now=now)


def _log(
    db: Session, rings: Session, action: str, participant: Participant, account_id: UUID, *, by: UUID, now: datetime
) -> None:
    subject = participant_keys.commitment(rings, participant.id)
    study = participant.study_id
    ledger.append(db, action, actor=ledger.staff(by), now=now, study=study, subject=subject, account=str(account_id))
    db.flush()


def keys_of(
    db: Session, rings: Session, participant: Participant, *, account_id: UUID, seed: bytes
) -> Mapping[Scope, bytes]:
    """Those of the participant's keys that a member can open by their role; none for whoever holds no scope."""
    found = {}
    for scope in Scope:
        try:
            found[scope] = participant_keys.open_for_member(
                db, rings, participant.study_id, participant.id, scope, account_id=account_id, seed=seed
            )
        except CannotOpen:
            continue
    return found


def key_of(rings: Session, participant: Participant, scope: Scope, *, account: Account, seed: bytes) -> bytes:
    """One of the participant's keys for the interviewer they are assigned to; NotAssigned for anybody else."""
    try:
        return participant_keys.open_assigned(
            rings, participant.study_id, participant.id, scope, account=account, seed=seed
        )
    except CannotOpen:
        raise NotAssigned from None


def of_interviewer(db: Session, rings: Session, study_id: UUID, account: Account) -> Sequence[Participant]:
    """The participants assigned to an interviewer, by pseudonym."""
    theirs = rings.scalars(
        select(Wrap.participant_id).where(
            Wrap.study_id == study_id, Wrap.scope == Scope.RESPONSES, Wrap.kind == "member",
            Wrap.recipient == str(account.id), Wrap.epoch == account.key_number,
        )
    ).all()  # fmt: skip
    return db.scalars(select(Participant).where(Participant.id.in_(theirs)).order_by(Participant.pseudonym)).all()


def is_assigned(rings: Session, participant: Participant, account: Account) -> bool:
    """Whether the participant is assigned to this account, by the key pair it has now."""
    place = (participant.study_id, participant.id, Scope.RESPONSES, "member", str(account.id), account.key_number)
    return rings.get(Wrap, place) is not None


def interviewers(rings: Session, study_id: UUID) -> Mapping[UUID, frozenset[UUID]]:
    """By participant the accounts they are assigned to."""
    found: dict[UUID, set[UUID]] = {}
    for participant_id, recipient in rings.execute(
        select(Wrap.participant_id, Wrap.recipient).where(
            Wrap.study_id == study_id, Wrap.scope == Scope.RESPONSES, Wrap.kind == "member"
        )
    ):
        found.setdefault(participant_id, set()).add(UUID(recipient))
    return {participant_id: frozenset(accounts) for participant_id, accounts in found.items()}
