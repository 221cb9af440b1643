"""Leaving a study from which something has been released: said beforehand, and named in the log for its holders."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from exports import profiles, releases
from exports.releases import ReleaseCase, State
from instruments.sentences import Sentence, counted
from survey import withdrawals
from survey.participants import Participant, Standing
from survey.withdrawals import Receipt, Way
from vault import ledger


def before(db: Session, participant: Participant, way: Way) -> tuple[Sentence, ...]:
    """What will happen, to be read before it does, and for an erasure each copy that has left already."""
    if way is not Way.ERASE:
        return withdrawals.before(way)
    return (*withdrawals.before(way), *map(_said, releases.holding(db, participant.id)))


def _said(held: releases.Held) -> Sentence:
    day = held.built_at.date().isoformat()
    if not held.fetched:
        return Sentence(
            "On %(day)s a copy of what you told us was made without your name. Nobody has taken it.", {"day": day}
        )
    return counted(
        "On %(day)s a copy of what you told us was made without your name. It was taken once and cannot be called "
        "back.",
        "On %(day)s a copy of what you told us was made without your name. It was taken %(count)s times and cannot be "
        "called back.",
        len(held.fetched),
        day=day,
    )


def holding_erased(db: Session, study_id: UUID) -> frozenset[UUID]:
    """The releases of a study that hold somebody who was erased since; ``releases.gone_since`` says whom."""
    query = (
        select(ReleaseCase.release_id)
        .join(Participant, Participant.id == ReleaseCase.participant_id)
        .where(Participant.study_id == study_id, Participant.standing == Standing.ERASED)
    )
    return frozenset(db.scalars(query))


def withdraw(
    db: Session, rings: Session, participant: Participant, way: Way, *, now: datetime, by: UUID | None = None
) -> Receipt:
    """As ``survey.withdrawals.withdraw``; after an erasure the log names every release that holds the person, and files
    that are still here are destroyed."""
    receipt = withdrawals.withdraw(db, rings, participant, way, now=now, by=by)
    if way is Way.ERASE:
        for held in releases.holding(db, participant.id):
            release = releases.find(db, participant.study_id, held.release_id)
            releases.log(
                db, release, "holds-erased", actor=ledger.SYSTEM, now=now, fetched=len(held.fetched),
                purpose=profiles.named(release.profile).purpose.value,
            )  # fmt: skip
            if release.state is State.BUILT:
                # What was never fetched, or not by everybody, need not leave any more.
                releases.destroy(db, release, why="erased", now=now)
    return receipt
