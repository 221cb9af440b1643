"""Catch-ups: that those who answered before a question existed are invited to answer just the new ones.

An offer is for one published version and names the questions; closing it is a further row. Nothing of it changes.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from instruments import versions
from instruments.definition import questions
from instruments.drafts import InstrumentRow, find_instrument
from instruments.sentences import Texts
from instruments.versions import Version
from vault import ledger
from vault.errors import Conflict, Invalid, Missing
from vault.prepared import Prepared
from vault.store import AppendOnly, Base
from vault.studies import Study

LONGEST = 2000


class OfferClosed(Conflict):
    """The team has ended the catch-up."""

    public = "These further questions are not asked any more. Nothing is needed from you."


class OfferedAlready(Conflict):
    """One catch-up of an instrument at a time."""

    public = "A catch-up of this instrument is open already. Close it first; whoever has begun it can finish."


class CatchUpOffer(AppendOnly, Base):
    """An invitation to answer questions that came later. ``number`` counts from 1 within its instrument."""

    __tablename__ = "catch_up_offer"
    # Two who offer at the same moment come to the same number, and one of them is told.
    __table_args__ = (Index("catch_up_offer_once", "instrument_id", "number", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    study_id: Mapped[UUID] = mapped_column(ForeignKey(Study.id), index=True)
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey(InstrumentRow.id))
    version_id: Mapped[UUID] = mapped_column(ForeignKey(Version.id))
    number: Mapped[int]
    questions: Mapped[str]  # ids in the order of the version, as JSON
    reason: Mapped[str]
    says: Mapped[str]  # the study's own words to whoever is asked again, by language, as JSON
    offered_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    offered_at: Mapped[datetime]

    @property
    def asks(self) -> tuple[str, ...]:
        """The ids of the questions that are offered."""
        return tuple(json.loads(self.questions))

    @property
    def words(self) -> Texts:
        """The study's own words, by language; none if nothing was written."""
        found: Texts = json.loads(self.says)
        return found


class CatchUpClosing(AppendOnly, Base):
    """That a catch-up is offered no more."""

    __tablename__ = "catch_up_closing"

    offer_id: Mapped[UUID] = mapped_column(ForeignKey("catch_up_offer.id"), primary_key=True)
    reason: Mapped[str]
    closed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    closed_at: Mapped[datetime]


def offer(
    db: Session, version: Version, chosen: Collection[str], reason: str, *, by: UUID, now: datetime,
    says: Mapping[str, str] | None = None,
) -> CatchUpOffer:  # fmt: skip
    """Whoever finished an older version may answer just these questions of this one from now on; the log says so.

    Who that is follows from what they were asked, see ``catching_up``. Invalid without a reason or a question, or for
    one that the version does not ask; OfferedAlready while another catch-up of the instrument is open.
    """
    asked = [question.id for question in questions(versions.definition_of(version)) if question.asks]
    if set(chosen) - set(asked):
        raise Invalid("The version does not ask one of these questions. Choose among those on the page.")
    if not chosen:
        raise Invalid("Choose at least one question that is to be asked later.")
    if not reason.strip():
        raise Invalid("Say why these questions are asked later. The reason stands in the log.")
    words = {language: text.strip() for language, text in (says or {}).items() if text.strip()}
    if len(reason) > LONGEST or any(len(text) > LONGEST for text in words.values()):
        raise Invalid("This is longer than 2,000 characters. Shorten it.")
    if any(one.instrument_id == version.instrument_id for one in standing(db, version.study_id)):
        raise OfferedAlready
    taken = db.scalar(select(func.max(CatchUpOffer.number)).where(CatchUpOffer.instrument_id == version.instrument_id))
    ids = [name for name in asked if name in chosen]
    made = CatchUpOffer(
        study_id=version.study_id, instrument_id=version.instrument_id, version_id=version.id, number=(taken or 0) + 1,
        questions=json.dumps(ids), reason=reason.strip(), says=json.dumps(words, ensure_ascii=False), offered_by=by,
        offered_at=now,
    )  # fmt: skip
    db.add(made)
    ledger.append(
        db, "catch-up.offered", actor=ledger.staff(by), now=now, study=version.study_id,
        instrument=find_instrument(db, version.instrument_id).key, version=version.number, questions=ids,
        reason=made.reason, offer=str(made.id),
    )  # fmt: skip
    db.flush()
    return made


def close(db: Session, made: CatchUpOffer, reason: str, *, by: UUID, now: datetime) -> bool:
    """Nobody begins it any more; whoever has begun finishes. False if it was closed already."""
    if not reason.strip():
        raise Invalid("Say why the catch-up is closed. The reason stands in the log.")
    if closing_of(db, made.id) is not None:
        return False
    db.add(CatchUpClosing(offer_id=made.id, reason=reason.strip()[:LONGEST], closed_by=by, closed_at=now))
    number = versions.find(db, made.version_id).number
    ledger.append(
        db, "catch-up.closed", actor=ledger.staff(by), now=now, study=made.study_id,
        instrument=find_instrument(db, made.instrument_id).key, version=number, reason=reason.strip()[:LONGEST],
        offer=str(made.id),
    )  # fmt: skip
    db.flush()
    return True


def find(db: Session, study_id: UUID, offer_id: UUID) -> CatchUpOffer:
    """The offer of this study, open or closed, or Missing."""
    found = db.get(CatchUpOffer, offer_id)
    if found is None or found.study_id != study_id:
        raise Missing
    return found


def closing_of(db: Session, offer_id: UUID) -> CatchUpClosing | None:
    """When and why an offer was closed; None while it is open."""
    return db.get(CatchUpClosing, offer_id)


def of_study(db: Session, study_id: UUID) -> Sequence[CatchUpOffer]:
    """Every offer of a study, the newest first."""
    return db.scalars(
        select(CatchUpOffer)
        .where(CatchUpOffer.study_id == study_id)
        .order_by(CatchUpOffer.offered_at.desc(), CatchUpOffer.number.desc())
    ).all()


# Whoever has answered everything waits for this one on the way to the thanks.
_STANDING = Prepared(
    select(CatchUpOffer.id)
    .outerjoin(CatchUpClosing, CatchUpClosing.offer_id == CatchUpOffer.id)
    .where(CatchUpOffer.study_id == bindparam("study_id"), CatchUpClosing.offer_id.is_(None))
    .order_by(CatchUpOffer.offered_at, CatchUpOffer.number)
)


def standing(db: Session, study_id: UUID) -> tuple[CatchUpOffer, ...]:
    """The offers of a study that are open, the oldest first."""
    return tuple([find(db, study_id, offer_id) for (offer_id,) in _STANDING.rows(db, study_id=study_id)])
