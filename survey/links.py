"""Open enrolment: a public address by which anybody may come into a study, from one day to another, up to a number."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey import frames, participants
from survey.participants import Enrolled
from survey.places import Full, NobodyMayCome
from survey.statuses import Status
from vault import codes, ledger
from vault.errors import Conflict, Invalid, Missing, Refused
from vault.store import Base
from vault.studies import Site, Study

_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_WORD_LENGTH = 8


class LinkClosed(Refused):
    """The enrolment by this link is not open."""

    public = "This link is not open at present. Ask the study's team if you would like to take part."


class EnrolmentLink(Base):
    """A public address, ``/join/<word>``. The word is no secret."""

    __tablename__ = "enrolment_link"
    __table_args__ = (CheckConstraint("most IS NULL OR used <= most", name="enrolment_link_takes_at_most"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), index=True)
    word: Mapped[str] = mapped_column(unique=True)
    opens_on: Mapped[date]
    closes_on: Mapped[date | None]  # the last day on which it is open
    most: Mapped[int | None]
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))
    stratum_id: Mapped[UUID | None] = mapped_column(ForeignKey("stratum.id"))
    made_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    used: Mapped[int] = mapped_column(default=0)
    stopped_at: Mapped[datetime | None] = mapped_column(default=None)

    def is_open(self, on: date) -> bool:
        """Whether somebody may come in on this day."""
        begun = self.opens_on <= on and self.stopped_at is None
        room = self.most is None or self.used < self.most
        return begun and room and (self.closes_on is None or on <= self.closes_on)


def make(
    db: Session, study_id: UUID, word: str, *, opens_on: date, by: UUID, now: datetime, closes_on: date | None = None,
    most: int | None = None, site_id: UUID | None = None, stratum_id: UUID | None = None,
) -> EnrolmentLink:  # fmt: skip
    """Whoever opens ``/join/<word>`` may come in. Without a word a random one is made."""
    word = word.strip().lower() or codes.new_code(_WORD_LENGTH).lower()
    if not (_WORD.fullmatch(word) and 4 <= len(word) <= 40):
        raise Invalid("Use 4 to 40 letters without accents, digits and hyphens for the word in the address.")
    if closes_on is not None and closes_on < opens_on:
        raise Invalid("The link cannot close before it opens. Check the two dates.")
    if most is not None and most < 1:
        raise Invalid("Give the number of people who may come in, or leave it empty for any number.")
    if site_id is not None and db.scalar(select(Site.study_id).where(Site.id == site_id)) != study_id:
        raise Missing
    frames.require(db, study_id, stratum_id)
    if db.scalar(select(EnrolmentLink.id).where(EnrolmentLink.word == word)):
        raise Conflict("There is an enrolment link with this word already. Choose another word.")
    link = EnrolmentLink(
        study_id=study_id,
        word=word,
        opens_on=opens_on,
        closes_on=closes_on,
        most=most,
        site_id=site_id,
        stratum_id=stratum_id,
        made_by=by,
    )
    db.add(link)
    ledger.append(
        db, "link.opened", actor=ledger.staff(by), now=now, study=study_id, word=word, opens=opens_on.isoformat(),
        closes=closes_on.isoformat() if closes_on else "", most=most or 0,
    )  # fmt: skip
    db.flush()
    return link


def find(db: Session, word: str) -> EnrolmentLink:
    """The link with this word, open or not, or Missing."""
    link = db.scalar(select(EnrolmentLink).where(EnrolmentLink.word == word.strip().lower()))
    if link is None:
        raise Missing
    return link


def of_study(db: Session, study_id: UUID) -> Sequence[EnrolmentLink]:
    """The links of a study, the newest opening first."""
    return db.scalars(
        select(EnrolmentLink)
        .where(EnrolmentLink.study_id == study_id)
        .order_by(EnrolmentLink.opens_on.desc(), EnrolmentLink.word)
    ).all()


def require_open(db: Session, link: EnrolmentLink, *, on: date) -> None:
    """Return if somebody may come in on this day; LinkClosed if not."""
    if not link.is_open(on) or db.scalar(select(Study.closed_at).where(Study.id == link.study_id)) is not None:
        raise LinkClosed


def enrol(db: Session, rings: Session, link: EnrolmentLink, *, now: datetime, typed: bool = True) -> Enrolled:
    """A new participant came in by the link; LinkClosed if it is not open, somebody else took the last place, or
    the board lets nobody come in at present.
    """
    require_open(db, link, on=now.date())
    # Counting and asking in one statement: of two who come for the last place one is told that there is none.
    counted = db.scalar(
        update(EnrolmentLink)
        .where(EnrolmentLink.id == link.id, or_(EnrolmentLink.most.is_(None), EnrolmentLink.used < EnrolmentLink.most))
        .values(used=EnrolmentLink.used + 1)
        .returning(EnrolmentLink.used)
        .execution_options(synchronize_session=False)
    )
    if counted is None:
        raise LinkClosed
    db.refresh(link)
    try:
        return participants.enrol(
            db, rings, link.study_id, by=ledger.SYSTEM, now=now, site_id=link.site_id, stratum_id=link.stratum_id,
            typed=typed, status=Status.INVITED,
        )  # fmt: skip
    except (Full, NobodyMayCome):
        raise LinkClosed from None  # what the board allows is no affair of whoever comes by


def stop(db: Session, link: EnrolmentLink, *, by: UUID, now: datetime) -> None:
    """Nobody comes in by this link any more."""
    if link.stopped_at is None:
        link.stopped_at = now
        ledger.append(db, "link.stopped", actor=ledger.staff(by), now=now, study=link.study_id, word=link.word)
        db.flush()
