"""Amendments: what is sent to a board to be allowed, and what became of it. Nothing of one is ever changed.

An amendment holds the very text that the board is asked about. When the board agrees, that text is named in the
decision that results (``vault.approvals``), and so it may be published exactly as it was sent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import CheckConstraint, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from consent import documents
from consent import drafts as consent_drafts
from consent.weighing import mark_of
from consent.wording import Wording, from_written, written
from instruments import drafts, versions
from instruments.canonical import fingerprint
from instruments.comparison import Reason, compare
from instruments.definition import Instrument, from_json, to_json
from vault import approvals, ledger
from vault.approvals import Approval, Decided
from vault.errors import Conflict, Invalid, Missing
from vault.store import NUMBER, AppendOnly, Base
from vault.terms import CONSENT, named


class State(StrEnum):
    """How far an amendment is."""

    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


# What may follow on what; after the others nothing does.
NEXT: Mapping[State, tuple[State, ...]] = {
    State.DRAFTED: (State.SUBMITTED, State.WITHDRAWN),
    State.SUBMITTED: (State.APPROVED, State.REFUSED, State.WITHDRAWN),
}


class AmendmentRow(AppendOnly, Base):
    """One request to a board: to put ``body`` in place of version ``before``, under the decision ``approval``."""

    __tablename__ = "amendment"
    __table_args__ = (Index("amendment_number_once", "study_id", "number", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    number: Mapped[int]
    approval: Mapped[int] = mapped_column(NUMBER, ForeignKey("approval.number"))
    instrument_id: Mapped[UUID | None] = mapped_column(ForeignKey("instrument.id"))  # None: the consent document
    before: Mapped[int]  # the number of the version that it is compared with; 0 if there is none
    mark: Mapped[str]
    body: Mapped[bytes] = mapped_column(deferred=True)
    reasons: Mapped[bytes]
    who: Mapped[str]  # who is affected, in words for the board
    reconsent: Mapped[bool]
    drafted_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    drafted_at: Mapped[datetime]


class AmendmentStep(AppendOnly, Base):
    """One step of an amendment; the last ``turn`` says how far it is. ``day`` is when it happened, by the letter."""

    __tablename__ = "amendment_step"
    __table_args__ = (
        CheckConstraint("(state = 'approved') = (approval IS NOT NULL)", name="amendment_approved_by_a_decision"),
    )

    amendment_id: Mapped[UUID] = mapped_column(ForeignKey("amendment.id"), primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[State]
    day: Mapped[date]
    note: Mapped[str]
    approval: Mapped[int | None] = mapped_column(NUMBER, ForeignKey("approval.number"), default=None)
    by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class NotNow(Conflict):
    """Another step came first, or this one cannot follow."""

    public = "This amendment is further than the page says, or this step cannot follow. Load the page again."


class NothingToAmend(Invalid):
    """The text is what the board decided on already."""

    public = "The draft says what the approval is about already, so there is nothing to ask the board for."


@dataclass(frozen=True, slots=True)
class Plea:
    """What is said for the changes: a reason for each, who is affected, and whether they have to agree anew."""

    reasons: tuple[Reason, ...]
    who: str
    reconsent: bool


@dataclass(frozen=True, slots=True)
class Amendment:
    """An amendment with its steps, the first one first."""

    row: AmendmentRow
    steps: tuple[AmendmentStep, ...]

    @property
    def state(self) -> State:
        """How far it is."""
        return self.steps[-1].state

    @property
    def approval(self) -> int | None:
        """The decision that resulted."""
        return self.steps[-1].approval

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What was said for each change."""
        return msgspec.json.decode(self.row.reasons, type=tuple[Reason, ...])

    @property
    def instrument(self) -> Instrument:
        """The text that the board is asked about, of an instrument."""
        return from_json(self.row.body)

    @property
    def wording(self) -> Wording:
        """The same, of the consent document."""
        return from_written(self.row.body.decode())


def of_instrument(
    db: Session, study_id: UUID, instrument_id: UUID, plea: Plea, *, approval: int, seen: int, by: UUID, now: datetime
) -> Amendment:
    """The draft as it stands is written into an amendment of this decision. ``seen`` is the draft's number that was on
    the screen; DraftOvertaken if it has another by now, Invalid if a reason is lacking.
    """
    draft = drafts.locked(db, instrument_id)
    row = drafts.find_instrument(db, instrument_id)
    if row.study_id != study_id:
        raise Missing
    if draft.number != seen:
        raise drafts.DraftOvertaken
    weighed = versions.weigh(db, draft, approval)
    if weighed.exact:
        raise NothingToAmend
    published = versions.of_instrument(db, instrument_id)
    base = next(one for one in published if one.number == weighed.base)
    changed = [one.place for one in compare(versions.definition_of(base), draft.definition)]
    _require_reasons(plea, changed)
    mark = fingerprint(draft.definition)
    return _keep(
        db, study_id, plea, approval, instrument_id, base.number, mark, to_json(draft.definition), by=by, now=now
    )  # fmt: skip


def of_consent(
    db: Session, study_id: UUID, plea: Plea, *, approval: int, seen: int, by: UUID, now: datetime
) -> Amendment:
    """The same for the draft of the consent document; DraftChanged if it has been saved since it was ``seen``."""
    draft = consent_drafts.find(db, study_id)
    if draft.edit != seen:
        raise consent_drafts.DraftChanged
    wording = consent_drafts.wording_of(draft)
    weighed = documents.weigh(db, study_id, wording, approval, written_at=draft.edited_at)
    if weighed.exact:
        raise NothingToAmend
    _require_reasons(plea, [one.place for one in weighed.judged])
    body = written(wording).encode()
    return _keep(db, study_id, plea, approval, None, weighed.base, mark_of(wording), body, by=by, now=now)


def _require_reasons(plea: Plea, changed: Collection[str]) -> None:
    said = {place for reason in plea.reasons if reason.reason.strip() for place in reason.places}
    if lacking := [place for place in changed if place not in said]:
        raise versions.ReasonsMissing(lacking)
    if not plea.who.strip():
        raise Invalid("Say who is affected, so that the board can tell whether they have to agree anew.")


def _keep(
    db: Session, study_id: UUID, plea: Plea, approval: int, instrument_id: UUID | None, before: int, mark: str,
    body: bytes, *, by: UUID, now: datetime,
) -> Amendment:  # fmt: skip
    number = 1 + (db.scalar(select(func.max(AmendmentRow.number)).where(AmendmentRow.study_id == study_id)) or 0)
    row = AmendmentRow(
        study_id=study_id, number=number, approval=approval, instrument_id=instrument_id, before=before, mark=mark,
        body=body, reasons=msgspec.json.encode(plea.reasons), who=plea.who.strip(), reconsent=plea.reconsent,
        drafted_by=by, drafted_at=now,
    )  # fmt: skip
    db.add(row)
    db.flush()
    return _step(db, Amendment(row, ()), State.DRAFTED, now.date(), "", by=by, now=now)


def _step(
    db: Session, amendment: Amendment, state: State, day: date, note: str, *, by: UUID, now: datetime,
    approval: int | None = None,
) -> Amendment:  # fmt: skip
    row, turn = amendment.row, len(amendment.steps) + 1
    step = AmendmentStep(
        amendment_id=row.id, turn=turn, state=state, day=day, note=note.strip(), approval=approval, by=by, at=now
    )  # fmt: skip
    db.add(step)
    db.flush()
    ledger.append(
        db, f"amendment.{state.value}", actor=ledger.staff(by), now=now, study=row.study_id, amendment=row.number,
        of=str(row.instrument_id or CONSENT), text=row.mark, approval=row.approval, day=day.isoformat(),
        results=approval or 0,
    )  # fmt: skip
    return replace(amendment, steps=(*amendment.steps, step))


def move(
    db: Session, amendment: Amendment, state: State, *, day: date, note: str, seen: int, by: UUID, now: datetime
) -> Amendment:
    """The amendment is submitted, refused or withdrawn; ``seen`` is how many steps were on the screen.

    NotNow if another step came first or this one cannot follow.
    """
    if state is State.APPROVED:
        raise NotNow
    _require(amendment, state, day, seen, now)
    return _step(db, amendment, state, day, note, by=by, now=now)


def approve(
    db: Session, amendment: Amendment, decided: Decided, *, day: date, note: str, seen: int, by: UUID, now: datetime
) -> Amendment:
    """The board agreed on ``day``: its decision stands in the study's records, names the very text, and takes the place
    of the one that was to be amended, at the same site, from the day on which it takes effect.
    """
    row = amendment.row
    _require(amendment, State.APPROVED, day, seen, now)
    former = db.get_one(Approval, row.approval)
    text = named(row.instrument_id or CONSENT, row.mark)
    decided = replace(
        decided, site_id=former.site_id, replaces=former.number,
        terms=replace(decided.terms, texts=(*decided.terms.texts, text)),
    )  # fmt: skip
    approval = approvals.record(db, row.study_id, decided, by=by, now=now)
    return _step(db, amendment, State.APPROVED, day, note, by=by, now=now, approval=approval.number)


def _require(amendment: Amendment, state: State, day: date, seen: int, now: datetime) -> None:
    if len(amendment.steps) != seen or state not in NEXT.get(amendment.state, ()):
        raise NotNow
    if not amendment.steps[-1].day <= day <= now.date():
        raise Invalid("Give a day that is not before that of the step before, and not in the future.")


def find(db: Session, study_id: UUID, number: int) -> Amendment:
    """The amendment of this study, or Missing."""
    row = db.scalar(select(AmendmentRow).where(AmendmentRow.study_id == study_id, AmendmentRow.number == number))
    if row is None:
        raise Missing
    return _with_steps(db, [row])[0]


def of_study(db: Session, study_id: UUID) -> Sequence[Amendment]:
    """Every amendment, the newest first."""
    rows = db.scalars(
        select(AmendmentRow).where(AmendmentRow.study_id == study_id).order_by(AmendmentRow.number.desc())
    ).all()
    return _with_steps(db, rows)


def _with_steps(db: Session, rows: Sequence[AmendmentRow]) -> list[Amendment]:
    of = AmendmentStep.amendment_id.in_([row.id for row in rows])
    steps = db.scalars(select(AmendmentStep).where(of).order_by(AmendmentStep.turn)).all()
    return [Amendment(row, tuple(step for step in steps if step.amendment_id == row.id)) for row in rows]
