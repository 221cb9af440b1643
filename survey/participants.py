"""Participants: known by a pseudonym, found by their code, enrolled while nobody of the team needs to be signed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ForeignKey, Index, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey import frames, places, statuses
from survey.statuses import Status
from vault import codes, erasure, ledger, participant_keys
from vault.accounts import Account
from vault.codes import TypedCode
from vault.erasure import Kind
from vault.errors import Conflict, Missing
from vault.prepared import Prepared
from vault.store import Base
from vault.studies import Scope, Site

_TRIES = 20


class Standing(StrEnum):
    """Where a participant is on the way through the study."""

    ENROLLED = "enrolled"
    STOPPED = "stopped"
    ANONYMISED = "anonymised"
    ERASED = "erased"
    LINKED = "linked"  # named twice, and known by another pseudonym


class Participant(Base):
    """One person of one study, without a name."""

    __tablename__ = "participant"
    __table_args__ = (Index("participant_pseudonym_once", "study_id", "pseudonym", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))
    pseudonym: Mapped[str]
    standing: Mapped[Standing]
    enrolled_on: Mapped[date]
    stratum_id: Mapped[UUID | None] = mapped_column(ForeignKey("stratum.id"), default=None)


class Somebody(Protocol):
    """What is asked of a participant before anything is asked of them: a row, or what was seen of it."""

    @property
    def id(self) -> UUID: ...
    @property
    def study_id(self) -> UUID: ...
    @property
    def site_id(self) -> UUID | None: ...
    @property
    def stratum_id(self) -> UUID | None: ...
    @property
    def standing(self) -> Standing: ...


@dataclass(frozen=True, slots=True)
class Seen:
    """A participant as they stood when they were looked up, to be read and not to be changed."""

    id: UUID
    study_id: UUID
    site_id: UUID | None
    stratum_id: UUID | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new participant with the code to hand over; the keys serve the rest of the enrolment and are kept nowhere."""

    participant: Participant
    code: TypedCode = field(repr=False)
    keys: Mapping[Scope, bytes] = field(repr=False)


def enrol(
    db: Session,
    rings: Session,
    study_id: UUID,
    *,
    by: str,
    now: datetime,
    site_id: UUID | None = None,
    stratum_id: UUID | None = None,
    typed: bool = False,
    interviewer: Account | None = None,
    status: Status = Status.IDENTIFIED,
    named: bool = False,
) -> Enrolled:
    """A participant with keys, a code and a pseudonym. Keys come first: a row without keys would lose answers.

    Missing for a site or stratum of another study; NobodyMayCome or Full where the board lets nobody come in, unless
    the person was only ``named`` and comes in when they are approached (``admit``).
    """
    if site_id is not None and db.scalar(select(Site.study_id).where(Site.id == site_id)) != study_id:
        raise Missing
    frames.require(db, study_id, stratum_id)
    admitted = None if named else places.require(db, study_id, site_id, on=now.date())
    made = participant_keys.make(db, rings, study_id, now=now, typed=typed, interviewer=interviewer)
    participant = Participant(
        id=made.participant_id,
        study_id=study_id,
        site_id=site_id,
        pseudonym=_pseudonym(db, study_id),
        standing=Standing.ENROLLED,
        enrolled_on=now.date(),
        stratum_id=stratum_id,
    )
    db.add(participant)
    subject = participant_keys.commitment(rings, participant.id)
    facts: dict[str, Any] = admitted.facts() if admitted else {"site": str(site_id or ""), "named": True}
    ledger.append(db, "participant.enrolled", actor=by, now=now, study=study_id, subject=subject, **facts)
    if interviewer is not None:
        account = str(interviewer.id)
        ledger.append(
            db, "participant.assigned", actor=by, now=now, study=study_id, subject=subject, account=account
        )  # fmt: skip
    db.flush()
    statuses.record(db, study_id, participant.id, status, now=now)
    return Enrolled(participant, made.code, made.keys)


def admit(db: Session, rings: Session, participant: Somebody, *, by: str, now: datetime) -> None:
    """The participant may take part from now on, whether they were only named or had declined; for whoever takes part
    already nothing changes. NobodyMayCome or Full where the board lets nobody come in.
    """
    if places.holds_one(db, participant.study_id, participant.id):
        return
    admitted = places.require(db, participant.study_id, participant.site_id, on=now.date())
    subject = participant_keys.commitment(rings, participant.id)
    ledger.append(
        db, "participant.admitted", actor=by, now=now, study=participant.study_id, subject=subject, **admitted.facts()
    )


def step(
    db: Session, rings: Session, participant: Participant, status: Status, *, account_id: UUID, now: datetime
) -> bool:
    """A member of the team records a step (``statuses.record_by_hand``); who is approached takes part (``admit``)."""
    if status in (Status.APPROACHED, Status.INVITED):
        admit(db, rings, participant, by=ledger.staff(account_id), now=now)
    return statuses.record_by_hand(
        db, participant.study_id, participant.id, status, account_id=account_id, now=now
    )  # fmt: skip


def _pseudonym(db: Session, study_id: UUID) -> str:
    for _ in range(_TRIES):
        name = codes.pseudonym()
        if not db.scalar(select(Participant.id).where(Participant.study_id == study_id, Participant.pseudonym == name)):
            return name
    raise Conflict


def find(db: Session, study_id: UUID, participant_id: UUID) -> Participant:
    """The participant of this study, or Missing."""
    participant = db.get(Participant, participant_id)
    if participant is None or participant.study_id != study_id:
        raise Missing
    return participant


_SEEN = Prepared(
    select(
        Participant.id, Participant.study_id, Participant.site_id, Participant.stratum_id, Participant.standing
    ).where(Participant.id == bindparam("participant_id"), Participant.study_id == bindparam("study_id"))
)  # fmt: skip


def seen(db: Session, study_id: UUID, participant_id: UUID) -> Seen:
    """What every page of theirs asks of the participant of this study, or Missing."""
    for row in _SEEN.rows(db, participant_id=participant_id, study_id=study_id):
        return Seen(*row)
    raise Missing


def of_study(db: Session, study_id: UUID) -> Sequence[Participant]:
    """The participants of a study by pseudonym, nobody twice."""
    return db.scalars(
        select(Participant)
        .where(Participant.study_id == study_id, Participant.standing != Standing.LINKED)
        .order_by(Participant.pseudonym)
    ).all()


def by_pseudonym(db: Session, study_id: UUID, pseudonym: str) -> Participant:
    """The participant of this study with this pseudonym, or Missing."""
    participant = db.scalar(
        select(Participant).where(Participant.study_id == study_id, Participant.pseudonym == pseudonym.strip().upper())
    )
    if participant is None:
        raise Missing
    return participant


def place(
    db: Session, rings: Session, participant: Participant, *, site_id: UUID | None, stratum_id: UUID | None, by: str,
    now: datetime,
) -> None:  # fmt: skip
    """The participant belongs to this site and stratum from now on; Missing for those of another study.

    NobodyMayCome or Full where the board lets nobody come in at the new site.
    """
    if site_id is not None and db.scalar(select(Site.study_id).where(Site.id == site_id)) != participant.study_id:
        raise Missing
    frames.require(db, participant.study_id, stratum_id)
    facts: dict[str, Any] = {"site": str(site_id or "")}
    if site_id != participant.site_id and places.holds_one(db, participant.study_id, participant.id):
        facts = places.require(db, participant.study_id, site_id, on=now.date(), moved=True).facts()
    participant.site_id, participant.stratum_id = site_id, stratum_id
    subject = participant_keys.commitment(rings, participant.id)
    ledger.append(db, "participant.placed", actor=by, now=now, study=participant.study_id, subject=subject, **facts)
    db.flush()


def known(db: Session) -> frozenset[UUID]:
    """Everybody who was ever enrolled; keys of anybody else are left over from an enrolment that was cut off."""
    return frozenset(db.scalars(select(Participant.id)))


def forgotten(db: Session, study_id: UUID) -> int:
    """How many participants nobody here knows any more, because they asked for it."""
    gone = (Participant.study_id == study_id, Participant.standing.in_((Standing.ANONYMISED, Standing.ERASED)))
    return db.scalar(select(func.count()).select_from(Participant).where(*gone)) or 0


def forget(db: Session, rings: Session, participant: Participant, kind: Kind, *, actor: str, now: datetime) -> None:
    """The participant's keys are promised to die; ``erasure.carry_out`` has to follow."""
    erasure.promise(db, rings, participant.study_id, participant.id, participant.pseudonym, kind, actor=actor, now=now)
    participant.standing = Standing.ERASED if kind is Kind.ERASE else Standing.ANONYMISED
    db.flush()


def give_up(db: Session, rings: Session, participant: Participant, *, actor: str, now: datetime) -> None:
    """Somebody who is known by another pseudonym counts no more under this one; ``erasure.carry_out`` has to follow."""
    forget(db, rings, participant, Kind.ERASE, actor=actor, now=now)
    participant.standing = Standing.LINKED
    db.flush()
