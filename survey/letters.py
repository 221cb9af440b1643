"""The outbox: what waits to be sent to somebody. In clear stand whom it concerns, what kind it is and how far it is.

Whoever enrols has the keys, whoever sends knows the address, and they are seldom there at the same moment: so the code
that a letter brings waits here sealed under the participant's linkage key, and is wiped as soon as the letter is gone.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault.sealing import open_sealed, padded, seal, unpadded
from vault.store import NUMBER, Base

MOST_TRIES = 5


class LetterKind(StrEnum):
    """What a letter is for."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    CODE = "code"  # the participant asked for their code by mail
    RESULTS = "results"
    CATCH_UP = "catch_up"  # there are further questions; it brings no code


class LetterState(StrEnum):
    """How far a letter is. Held ones wait for somebody to decide that the person is invited."""

    HELD = "held"
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


OPEN = frozenset({LetterState.HELD, LetterState.WAITING})


class Letter(Base):
    """One letter to one participant, by mail or on paper."""

    __tablename__ = "letter"
    __table_args__ = (Index("letter_by_state", "study_id", "state"),)

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID]
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participant.id"), index=True)
    kind: Mapped[LetterKind]
    state: Mapped[LetterState]
    queued_on: Mapped[date]
    settled_on: Mapped[date | None] = mapped_column(default=None)
    tries: Mapped[int] = mapped_column(default=0)
    blob: Mapped[bytes]  # the contents; empty once it is settled


@dataclass(frozen=True, slots=True)
class Contents:
    """What is sealed in a letter. ``to`` is an address the participant gave for this letter only."""

    code: str = field(default="", repr=False)
    to: str = field(default="", repr=False)
    language: str = ""


def _place(study_id: UUID, participant_id: UUID) -> tuple[str, UUID, UUID]:
    return ("letter", study_id, participant_id)


def queue(
    db: Session, study_id: UUID, participant_id: UUID, linkage_key: bytes, kind: LetterKind, contents: Contents,
    *, now: datetime, state: LetterState = LetterState.WAITING,
) -> Letter:  # fmt: skip
    """The letter stands in the outbox, to be sent while somebody who may read the address is signed in."""
    plain = json.dumps({"code": contents.code, "to": contents.to, "language": contents.language}).encode()
    letter = Letter(
        study_id=study_id,
        participant_id=participant_id,
        kind=kind,
        state=state,
        queued_on=now.date(),
        blob=seal(linkage_key, padded(plain), *_place(study_id, participant_id)),
    )
    db.add(letter)
    db.flush()
    return letter


def contents_of(letter: Letter, linkage_key: bytes) -> Contents:
    """What the letter holds; CannotOpen with another key, or when it has been settled."""
    opened = unpadded(open_sealed(linkage_key, letter.blob, *_place(letter.study_id, letter.participant_id)))
    return Contents(**json.loads(opened))


def in_state(db: Session, study_id: UUID, state: LetterState, *, most: int = 500) -> Sequence[Letter]:
    """The letters of a study in this state, oldest first."""
    return db.scalars(
        select(Letter).where(Letter.study_id == study_id, Letter.state == state).order_by(Letter.number).limit(most)
    ).all()


def counts(db: Session, study_id: UUID) -> Mapping[LetterState, int]:
    """How many letters are in each state."""
    rows = db.execute(select(Letter.state, func.count()).where(Letter.study_id == study_id).group_by(Letter.state))
    found = {state: count for state, count in rows}  # noqa: C416 - rows are no pairs to mypy
    return {state: found.get(state, 0) for state in LetterState}


def release(db: Session, study_id: UUID, participants: Collection[UUID]) -> int:
    """The held letters to these participants wait to be sent; returns how many."""
    released = db.scalars(
        update(Letter)
        .where(Letter.study_id == study_id, Letter.participant_id.in_(participants), Letter.state == LetterState.HELD)
        .values(state=LetterState.WAITING)
        .returning(Letter.number)
        .execution_options(synchronize_session=False)
    ).all()
    db.expire_all()
    return len(released)


def settle(db: Session, letter: Letter, state: LetterState, *, now: datetime) -> None:
    """The letter is sent, has failed or is dropped, and its contents are gone."""
    letter.state, letter.settled_on, letter.blob = state, now.date(), b""
    db.flush()


def failed_once(db: Session, letter: Letter, *, now: datetime) -> None:
    """The letter could not be handed over; after some tries it counts as failed."""
    letter.tries += 1
    if letter.tries >= MOST_TRIES:
        settle(db, letter, LetterState.FAILED, now=now)
    db.flush()


def take_back(db: Session, study_id: UUID) -> int:
    """The invitations that wait to be mailed wait for a decision again; returns how many."""
    taken = db.scalars(
        update(Letter)
        .where(Letter.study_id == study_id, Letter.state == LetterState.WAITING, Letter.kind != LetterKind.CODE)
        .values(state=LetterState.HELD)
        .returning(Letter.number)
        .execution_options(synchronize_session=False)
    ).all()
    db.expire_all()
    return len(taken)


def give_back(db: Session, letter: Letter) -> None:
    """Mail does not reach the person, so the letter waits for a decision again: paper, or another address."""
    letter.state, letter.tries = LetterState.HELD, letter.tries + 1
    db.flush()


def drop_all(db: Session, participant_id: UUID, *, now: datetime) -> None:
    """Nothing waits for this participant any more: they withdrew, or their code is another one."""
    for letter in db.scalars(select(Letter).where(Letter.participant_id == participant_id, Letter.state.in_(OPEN))):
        settle(db, letter, LetterState.DROPPED, now=now)
