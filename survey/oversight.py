"""What an ethics board sees of a study: how many agreed to what, left how, and waited how long; nobody in particular.

Numbers under five are not shown, and a reader who knows the sum of two cannot work one out from the other.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import SystemRandom
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consent import decisions, documents
from consent.decisions import Decision, Mode, Occasion
from consent.scopes import Scope
from survey.participants import Participant, Standing
from survey.runs import Kind, ResponseRow
from survey.suppression import LEAST
from survey.withdrawals import Way, Withdrawal
from vault.erasure import Destruction, Erasure
from vault.errors import Missing


@dataclass(frozen=True, slots=True)
class Count:
    """A number as far as it is shown: exactly if ``low`` is ``high``, else only that it lies between them."""

    low: int
    high: int

    def __str__(self) -> str:
        """In English, for files."""
        if self.low == self.high:
            return str(self.low)
        return f"under {self.high + 1}" if self.low == 0 else f"at least {self.low}"


@dataclass(frozen=True, slots=True)
class Consents:
    """How many agree and how many do not to one scope, by the last word of each, under one document (None: none)."""

    document: int | None
    scope: Scope
    yes: Count
    no: Count


@dataclass(frozen=True, slots=True)
class Departures:
    """How many left in one way, how long the longest waited for the death of their keys, how many wait still."""

    way: Way
    people: Count
    longest: timedelta | None
    waiting: Count


@dataclass(frozen=True, slots=True)
class Sampled:
    """One consent as the board looks at it: whose by pseudonym, when, how, and under which text."""

    occasion: Occasion
    pseudonym: str


def shown(number: int) -> Count:
    """The number, or that it is under five."""
    return Count(number, number) if number >= LEAST else Count(0, LEAST - 1)


def parted(one: int, other: int) -> tuple[Count, Count]:
    """Two parts of a sum that readers may know: where one part is under five, the other is shown as at least."""
    small, large = min(one, other), max(one, other)
    if small >= LEAST:
        return shown(one), shown(other)
    both = small + large
    rest = shown(both) if both < LEAST else Count(both - LEAST + 1, both)
    return (rest, shown(small)) if one >= other else (shown(small), rest)


def consents(db: Session, study_id: UUID) -> tuple[Consents, ...]:
    """By document and scope, how many agree and how many do not."""
    return tuple(
        Consents(count.number, count.scope, *parted(count.agreed, count.declined))
        for count in decisions.counts(db, study_id)
    )


def outdated(db: Session, study_id: UUID, *, on: date) -> Count:
    """Of how many who take part the agreement stands under an earlier text than the one that is in use for them."""
    current: dict[UUID | None, str | None] = {}
    words = select(Decision.participant_id, Decision.agreed, Decision.document).where(
        Decision.study_id == study_id, Decision.scope == Scope.TAKE_PART
    )
    last = {who: (agreed, text) for who, agreed, text in db.execute(words.order_by(Decision.number))}
    people = select(Participant.id, Participant.site_id).where(
        Participant.study_id == study_id, Participant.standing == Standing.ENROLLED
    )
    due = 0
    for participant_id, site_id in db.execute(people):
        if site_id not in current:
            text = documents.in_use(db, study_id, on, site_id=site_id)
            current[site_id] = text.fingerprint if text else None
        agreed, under = last.get(participant_id, (False, None))
        due += agreed and current[site_id] is not None and under != current[site_id]
    return shown(due)


def departures(db: Session, study_id: UUID) -> tuple[Departures, ...]:
    """By way of leaving, how many left and how long it took until their keys were dead."""
    left = Counter(db.scalars(select(Withdrawal.kind).where(Withdrawal.study_id == study_id)))
    promises = db.execute(
        select(Erasure.kind, Erasure.asked_at, func.min(Destruction.done_at))
        .outerjoin(Destruction, Destruction.erasure == Erasure.number)
        .where(Erasure.study_id == study_id)
        .group_by(Erasure.number, Erasure.kind, Erasure.asked_at)
    ).all()
    found = []
    for way in Way:
        times = [(asked, done) for kind, asked, done in promises if kind.value == way.value]
        took = [done - asked for asked, done in times if done is not None]
        waiting = sum(done is None for _, done in times)
        found.append(Departures(way, shown(left[way]), max(took, default=None), shown(waiting)))
    return tuple(found)


def sample(db: Session, study_id: UUID, number: int) -> Sequence[Sampled]:
    """So many consents as chance will have it, each decision being as likely as any other; the oldest first.

    Decisions of those who were erased are not among them: nothing of theirs is looked at any more.
    """
    there = list(
        db.scalars(
            select(Occasion.id)
            .join(Participant, Participant.id == Occasion.participant_id)
            .where(
                Occasion.study_id == study_id,
                Occasion.mode != Mode.WITHDRAWAL,
                Participant.standing != Standing.ERASED,
            )
        )
    )
    drawn = SystemRandom().sample(there, min(number, len(there)))
    return sorted((sampled(db, study_id, one) for one in drawn), key=lambda one: one.occasion.at)


def sampled(db: Session, study_id: UUID, occasion_id: UUID) -> Sampled:
    """One consent of the study, or Missing."""
    occasion = db.get(Occasion, occasion_id)
    if occasion is None or occasion.study_id != study_id or occasion.mode is Mode.WITHDRAWAL:
        raise Missing
    participant = db.get_one(Participant, occasion.participant_id)
    if participant.standing is Standing.ERASED:
        raise Missing
    return Sampled(occasion, participant.pseudonym)


def choices_on(db: Session, occasion: Occasion) -> Mapping[Scope, bool]:
    """What was decided on this occasion."""
    said = decisions.of_participant(db, occasion.participant_id)
    return {one.scope: one.agreed for one in said if one.occasion_id == occasion.id}


def asked(db: Session, study_id: UUID) -> Mapping[UUID, Count]:
    """By version, how many were asked by it, trials left out."""
    rows = db.execute(
        select(ResponseRow.version_id, func.count())
        .where(ResponseRow.study_id == study_id, ResponseRow.kind != Kind.TEST)
        .group_by(ResponseRow.version_id)
    )
    return {version_id: shown(number) for version_id, number in rows}
