"""Somebody named somebody else. The named one becomes a participant who is only identified; who named them is sealed
under their own linkage key, so it dies with it, and nobody without the linkage scope sees that there is a tie.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey import participants
from survey.opening import Opener
from survey.participants import Participant
from survey.recruitment import entry_of, keep_person
from survey.statuses import Status
from vault import ledger
from vault.accounts import Account
from vault.identities import Identity, Reader
from vault.sealing import open_sealed, padded, seal, unpadded
from vault.store import NUMBER, AppendOnly, Base
from vault.studies import Scope


class Nomination(AppendOnly, Base):
    """The nominee in clear; the nominator and how they know each other sealed under the nominee's linkage key."""

    __tablename__ = "nomination"

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID] = mapped_column(index=True)
    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("participant.id"), index=True)
    blob: Mapped[bytes]


@dataclass(frozen=True, slots=True)
class Named:
    """A nomination as a holder of the linkage key sees it."""

    nominee_id: UUID
    nominator_id: UUID = field(repr=False)
    relation: str = field(repr=False)


def _place(study_id: UUID, nominee_id: UUID) -> tuple[str, UUID, UUID]:
    return ("nomination", study_id, nominee_id)


def nominate(
    db: Session, rings: Session, nominator: Participant, identity: Identity, *, now: datetime, relation: str = "",
    by: UUID | None = None, stratum_id: UUID | None = None, site_id: UUID | None = None,
    interviewer: Account | None = None, language: str = "",
) -> Participant:  # fmt: skip
    """The named person is a participant, identified and not yet approached; Invalid if nobody could reach them.

    ``by`` is the account of the interviewer who was told, None where the participant named them. Nobody's keys are
    needed: the nominee's are made here. The log does not say which participant it was, for it would tie the two.
    """
    entry = entry_of(identity)
    study_id = nominator.study_id
    actor = ledger.SYSTEM if by is None else ledger.staff(by)
    enrolled = participants.enrol(
        db, rings, study_id, by=actor, now=now, site_id=site_id, stratum_id=stratum_id, interviewer=interviewer,
        status=Status.IDENTIFIED,
    )  # fmt: skip
    kept = Identity(entry.name, entry.email, entry.telephone, entry.address, entry.note)
    keep_person(db, enrolled, kept, now=now, language=language)
    nominee, key = enrolled.participant, enrolled.keys[Scope.LINKAGE]
    plain = json.dumps({"by": str(nominator.id), "relation": relation.strip()}, ensure_ascii=False).encode()
    blob = seal(key, padded(plain), *_place(study_id, nominee.id))
    db.add(Nomination(study_id=study_id, nominee_id=nominee.id, blob=blob))
    db.flush()
    return nominee


def of_study(db: Session, rings: Session, study_id: UUID, reader: Reader, *, now: datetime) -> Sequence[Named]:
    """Who named whom, oldest first, without those who were forgotten; CannotOpen without the linkage scope.

    The log says that somebody looked.
    """
    rows = db.scalars(select(Nomination).where(Nomination.study_id == study_id).order_by(Nomination.number)).all()
    found = []
    opener = Opener(db, rings, study_id, Scope.LINKAGE, account_id=reader.account_id, seed=reader.seed)
    for row in rows:
        key = opener.key_or_none(row.nominee_id)
        if key is None:
            continue
        said = json.loads(unpadded(open_sealed(key, row.blob, *_place(study_id, row.nominee_id))))
        found.append(Named(row.nominee_id, UUID(said["by"]), said["relation"]))
    ledger.append(db, "nominations.read", actor=ledger.staff(reader.account_id), now=now, study=study_id)
    db.flush()
    return found
