"""What the ethics board decided: reference, scope, from when, until when, where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault import ledger
from vault.errors import Invalid, Missing, Refused
from vault.prepared import Prepared
from vault.store import NUMBER, AppendOnly, Base
from vault.studies import Site
from vault.terms import CONSENT, Freedom, Terms, listed, named, unlisted


class Approval(AppendOnly, Base):
    """One decision of a board. A renewal or an end before its time is a further Approval that names this one."""

    __tablename__ = "approval"
    __table_args__ = (CheckConstraint("expires_on >= effective_on", name="approval_expires_after_it_begins"),)

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), index=True)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))  # None: every site
    board: Mapped[str]
    reference: Mapped[str]
    covers: Mapped[str]  # in the board's words: instruments, documents, groups of people
    effective_on: Mapped[date]
    expires_on: Mapped[date]  # the last day on which it holds
    replaces: Mapped[int | None] = mapped_column(NUMBER, ForeignKey("approval.number"))
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime]
    protocol: Mapped[str] = mapped_column(default="")
    # Lists, see ``terms.listed``.
    instruments: Mapped[str] = mapped_column(default="")
    documents: Mapped[str] = mapped_column(default="")
    texts: Mapped[str] = mapped_column(default="")
    sample_size: Mapped[int | None] = mapped_column(default=None)
    keep_until: Mapped[date | None] = mapped_column(default=None)
    conditions: Mapped[str] = mapped_column(default="")
    freedoms: Mapped[str] = mapped_column(default="")
    sections: Mapped[str] = mapped_column(default="")
    sentence: Mapped[str] = mapped_column(default="")

    @property
    def terms(self) -> Terms:
        """What it is about, beside the board's words."""
        return Terms(
            protocol=self.protocol, instruments=tuple(map(UUID, unlisted(self.instruments))),
            documents=tuple(unlisted(self.documents)), texts=tuple(unlisted(self.texts)),
            sample_size=self.sample_size, keep_until=self.keep_until, conditions=self.conditions,
            freedoms=frozenset(map(Freedom, unlisted(self.freedoms))), sections=tuple(unlisted(self.sections)),
            sentence=self.sentence,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decided:
    """A board's decision as somebody read it from the letter."""

    board: str
    reference: str
    covers: str
    effective_on: date
    expires_on: date
    site_id: UUID | None = None
    replaces: int | None = None
    terms: Terms = field(default_factory=Terms)


def record(db: Session, study_id: UUID, decided: Decided, *, by: UUID, now: datetime) -> Approval:
    """The decision stands in the study's records and in its log."""
    if not decided.board.strip() or not decided.reference.strip():
        raise Invalid("Give the board's name and the reference on its letter.")
    if decided.expires_on < decided.effective_on:
        raise Invalid("An approval cannot expire before it takes effect. Check the two dates.")
    terms = decided.terms.tidied()
    terms.require_sense()
    if decided.site_id is not None:
        site = db.get(Site, decided.site_id)
        if site is None or site.study_id != study_id:
            raise Missing
    if decided.replaces is not None:
        former = db.get(Approval, decided.replaces)
        if former is None or former.study_id != study_id:
            raise Missing
    approval = Approval(
        study_id=study_id, site_id=decided.site_id, board=decided.board.strip(), reference=decided.reference.strip(),
        covers=decided.covers.strip(), effective_on=decided.effective_on, expires_on=decided.expires_on,
        replaces=decided.replaces, recorded_by=by, recorded_at=now, protocol=terms.protocol,
        instruments=listed(terms.instruments), documents=listed(terms.documents), texts=listed(terms.texts),
        sample_size=terms.sample_size, keep_until=terms.keep_until, conditions=terms.conditions,
        freedoms=listed(sorted(terms.freedoms)), sections=listed(terms.sections), sentence=terms.sentence,
    )  # fmt: skip
    db.add(approval)
    db.flush()
    ledger.append(
        db, "approval.recorded", actor=ledger.staff(by), now=now, study=study_id, approval=approval.number,
        board=approval.board, reference=approval.reference, site=str(decided.site_id or ""),
        effective=approval.effective_on.isoformat(), expires=approval.expires_on.isoformat(),
        replaces=approval.replaces or 0, protocol=terms.protocol, instruments=[str(one) for one in terms.instruments],
        documents=terms.documents, texts=terms.texts, participants=terms.sample_size or 0,
        keep=terms.keep_until.isoformat() if terms.keep_until else "", freedoms=sorted(terms.freedoms),
        sections=terms.sections,
    )  # fmt: skip
    return approval


def of_study(db: Session, study_id: UUID) -> Sequence[Approval]:
    """Every decision on a study, the newest first."""
    return db.scalars(select(Approval).where(Approval.study_id == study_id).order_by(Approval.number.desc())).all()


def in_force(db: Session, study_id: UUID, site_id: UUID | None, *, on: date) -> Approval | None:
    """The decision that holds at a site on a day, the latest recorded if several do; None if nothing holds.

    A decision that another one replaces holds until the day before the other takes effect.
    """
    number = max(allowed(db, study_id, site_id, on=on).values(), default=None)
    return None if number is None else db.get(Approval, number)


# Every page on the way to a participant's questions waits for this.
_HELD = Prepared(
    select(
        Approval.number, Approval.site_id, Approval.effective_on, Approval.expires_on, Approval.replaces,
        Approval.instruments, Approval.documents, Approval.texts,
    )
    .where(Approval.study_id == bindparam("study_id"))
    .order_by(Approval.number)
)  # fmt: skip


class Held(NamedTuple):
    """What has to be known of a decision before something is asked under it."""

    number: int
    site_id: UUID | None
    effective_on: date
    expires_on: date
    replaces: int | None
    instruments: str
    documents: str
    texts: str

    def takes(self, of: UUID | str, document: str) -> bool:
        """Whether its limits let in this instrument, or this consent document by its fingerprint."""
        only, one = (self.documents, document) if of == CONSENT else (self.instruments, str(of))
        return not only or one in only

    def names(self, of: UUID | str, mark: str) -> bool:
        """Whether the board had this very text before it."""
        return bool(self.texts) and f'"{named(of, mark)}"' in self.texts


def standing(db: Session, study_id: UUID, site_id: UUID | None, *, on: date) -> dict[int, Held]:
    """By the number of each decision that holds at a site on a day, or was renewed by one that does, that one."""
    every = [Held(*row) for row in _HELD.rows(db, study_id=study_id)]
    former = {one.number: one.replaces for one in every}
    begun = [one for one in every if one.site_id in (None, site_id) and one.effective_on <= on]
    replaced = {one.replaces for one in begun}
    found: dict[int, Held] = {}
    for one in begun:
        at: int | None = one.number if on <= one.expires_on and one.number not in replaced else None
        while at is not None and (at not in found or found[at].number != one.number):
            found[at] = one
            at = former.get(at)
    return found


def allowed(db: Session, study_id: UUID, site_id: UUID | None, *, on: date) -> dict[int, int]:
    """The same with the numbers alone."""
    return {number: one.number for number, one in standing(db, study_id, site_id, on=on).items()}


def by_which(found: Mapping[int, Held], approval: int, of: UUID | str, mark: str, *, document: str = "") -> int | None:
    """Under which of the decisions that ``standing`` found a text may be used that was published under ``approval``.

    It is that one or its renewal, unless its limits leave the text out, or one that names this very text. None: none.
    """
    one = found.get(approval)
    if one is not None and (one.takes(of, document) or (of == CONSENT and one.number == approval)):
        return one.number
    return max((other.number for other in found.values() if other.names(of, mark)), default=None)


def lineage(db: Session, study_id: UUID, number: int) -> Sequence[Approval]:
    """A decision of this study and those that it replaced, the newest first; Missing for another study's."""
    found: list[Approval] = []
    at: int | None = number
    while at is not None and at not in {one.number for one in found}:
        one = db.get(Approval, at)
        if one is None or one.study_id != study_id:
            raise Missing
        found.append(one)
        at = one.replaces
    return found


class NotCovered(Refused):
    """The decision is about other instruments or documents, or about another text of this one."""

    public = "This approval does not cover what you publish. Choose another one, or send the board an amendment."


class Issued(NamedTuple):
    """A text that was published: under which decision, and whether within what that one lets a study change."""

    approval: int
    mark: str
    within: bool


def decided_on(
    chain: Sequence[Approval], of: UUID | str, mark: str, issued: Sequence[Issued], *, written_at: datetime | None
) -> int | None:
    """None if the board decided on this very text; else the place among ``issued``, the first first, of the text on
    which it decided last, and from which the text may differ as far as the decision lets it. NotCovered if neither.

    ``chain`` is the decision's ``lineage``. One that names no text of this kind is about the first one that is
    published under it, unless a later one was written (``written_at``) after the decision came.
    """
    terms = chain[0].terms
    if of != CONSENT and terms.instruments and of not in terms.instruments:
        raise NotCovered
    texts = {text for one in chain for text in one.terms.texts if text.startswith(named(of, ""))}
    if named(of, mark) in texts:
        return None
    numbers = {one.number for one in chain}
    own = [
        at
        for at, one in enumerate(issued)
        if (one.approval in numbers and not one.within) or named(of, one.mark) in texts
    ]
    if own:
        return own[-1]
    if not texts and (not issued or written_at is None or written_at <= chain[0].recorded_at):
        return None
    if not issued:
        raise NotCovered
    return len(issued) - 1


def holding(db: Session, study_id: UUID, *, on: date) -> Sequence[Approval]:
    """Every decision that holds on a day, be it at one site only; the newest first.

    What is published is published under one of these; where it may be used is asked of ``in_force``.
    """
    every = of_study(db, study_id)
    ended = {(one.replaces, one.site_id) for one in every if one.effective_on <= on}
    return [
        one
        for one in every
        if one.effective_on <= on <= one.expires_on and not ended & {(one.number, None), (one.number, one.site_id)}
    ]
