"""What went wrong in a study: a breach, a complaint, a deviation; what was done, and who has to hear of it until when.

The board reads incidents without a key, so they are written without names: participants by their pseudonym.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.remarks import fingerprint, remark
from vault import ledger, study_keys
from vault.errors import Conflict, Invalid, Missing
from vault.store import AppendOnly, Base
from vault.studies import Site


class Sort(StrEnum):
    """What kind of incident it is."""

    BREACH = "breach"
    COMPLAINT = "complaint"
    DEVIATION = "deviation"
    HARM = "harm"
    OTHER = "other"


class Deed(StrEnum):
    """What an entry in an incident's record says."""

    DUTY = "duty"  # somebody has to hear of it
    ACTION = "action"  # something was done about it
    REPORT = "report"  # somebody was told
    CLOSED = "closed"
    REOPENED = "reopened"


class IncidentRow(AppendOnly, Base):
    """An incident as it was first written down. ``number`` counts from 1 within its study."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("incident_once", "study_id", "number", unique=True),
        CheckConstraint("number >= 1", name="incident_counts_from_one"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    number: Mapped[int]
    sort: Mapped[Sort]
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))  # None: the study as a whole
    happened_on: Mapped[date]
    noticed_at: Mapped[datetime]
    words: Mapped[str]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime]


class IncidentStep(AppendOnly, Base):
    """One entry in the record of an incident. What was wrong in an earlier one is said in a further one."""

    __tablename__ = "incident_step"
    __table_args__ = (
        CheckConstraint("(deed = 'duty') = (due_at IS NOT NULL)", name="incident_step_duty_has_its_time"),
        CheckConstraint("(deed = 'report') = (told_at IS NOT NULL)", name="incident_step_report_has_its_time"),
        CheckConstraint("deed NOT IN ('duty', 'report') OR whom <> ''", name="incident_step_tells_somebody"),
    )

    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    deed: Mapped[Deed]
    whom: Mapped[str]
    due_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    words: Mapped[str]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime]


class Settled(Conflict):
    """What is closed gets no further entry."""

    public = "This incident is closed. Open it again first."


class Owed(Conflict):
    """Somebody still has to be told."""

    public = "Somebody still has to be told. Record the report first, then close the incident."


@dataclass(frozen=True, slots=True)
class Duty:
    """Who has to hear of an incident, until when; ``told_at`` once they were told."""

    whom: str
    due_at: datetime
    told_at: datetime | None = None

    def late(self, now: datetime) -> bool:
        """Whether they were told too late, or are not told yet although they should be."""
        return (self.told_at or now) > self.due_at


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident with everything that was written about it, oldest first."""

    row: IncidentRow
    steps: tuple[IncidentStep, ...] = ()

    @property
    def duties(self) -> tuple[Duty, ...]:
        """Who has to be told, the most urgent first. Whoever was told fulfils the earliest open duty towards them."""
        found: list[Duty] = []
        for step in self.steps:
            if step.deed is Deed.DUTY and step.due_at is not None:
                found.append(Duty(step.whom, step.due_at))
            elif step.deed is Deed.REPORT:
                at = next((i for i, one in enumerate(found) if one.whom == step.whom and one.told_at is None), None)
                if at is not None:
                    found[at] = Duty(found[at].whom, found[at].due_at, step.told_at)
        return tuple(sorted(found, key=lambda one: one.due_at))

    @property
    def owed(self) -> tuple[Duty, ...]:
        """The duties that nobody has fulfilled yet, the most urgent first."""
        return tuple(duty for duty in self.duties if duty.told_at is None)

    @property
    def closed(self) -> bool:
        """Whether it is closed, as the last word on it says."""
        words = [step.deed for step in self.steps if step.deed in (Deed.CLOSED, Deed.REOPENED)]
        return words[-1:] == [Deed.CLOSED]


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody writes down about an incident, with whom it has to be reported to until when."""

    sort: Sort
    happened_on: date
    noticed_at: datetime
    words: str = field(repr=False)
    site_id: UUID | None = None
    duties: tuple[Duty, ...] = ()


def record(
    db: Session, study_id: UUID, told: Told, *, by: UUID, now: datetime, as_: UUID | None = None
) -> IncidentRow:  # fmt: skip
    """The incident stands in the study's records and in its log, with what has to be reported until when.

    ``as_`` is the id that it gets, for whoever has to find it again.
    """
    words = remark(told.words, "Say in a few sentences what happened.")
    if told.happened_on > told.noticed_at.date():
        raise Invalid("It cannot be noticed before it happens. Check the two dates.")
    if told.noticed_at > now:
        raise Invalid("It cannot be noticed in the future. Check the date and the time.")
    if told.site_id is not None:
        site = db.get(Site, told.site_id)
        if site is None or site.study_id != study_id:
            raise Missing
    # Two at once get their numbers one after the other.
    study_keys.hold(db, study_id, alone=True)
    newest = db.scalar(select(func.max(IncidentRow.number)).where(IncidentRow.study_id == study_id))
    row = IncidentRow(
        id=as_ or uuid4(), study_id=study_id, number=(newest or 0) + 1, sort=told.sort, site_id=told.site_id,
        happened_on=told.happened_on, noticed_at=told.noticed_at, words=words, recorded_by=by, recorded_at=now,
    )  # fmt: skip
    db.add(row)
    db.flush()
    ledger.append(
        db, "incident.recorded", actor=ledger.staff(by), now=now, study=study_id, number=row.number,
        sort=row.sort.value, happened=row.happened_on.isoformat(), noticed=_moment(row.noticed_at),
        site=str(row.site_id or ""), text=fingerprint(words),
    )  # fmt: skip
    for duty in told.duties:
        owe(db, find(db, study_id, row.id), duty.whom, duty.due_at, by=by, now=now)
    return row


def of_study(db: Session, study_id: UUID) -> Sequence[Incident]:
    """Every incident of a study, the newest first."""
    rows = db.scalars(
        select(IncidentRow).where(IncidentRow.study_id == study_id).order_by(IncidentRow.number.desc())
    ).all()  # fmt: skip
    query = select(IncidentStep).join(IncidentRow).where(IncidentRow.study_id == study_id)
    steps: dict[UUID, list[IncidentStep]] = {}
    for step in db.scalars(query.order_by(IncidentStep.incident_id, IncidentStep.turn)):
        steps.setdefault(step.incident_id, []).append(step)
    return [Incident(row, tuple(steps.get(row.id, ()))) for row in rows]


def find(db: Session, study_id: UUID, incident_id: UUID) -> Incident:
    """The incident with this id in a study, or Missing."""
    row = db.get(IncidentRow, incident_id)
    if row is None or row.study_id != study_id:
        raise Missing
    query = select(IncidentStep).where(IncidentStep.incident_id == row.id).order_by(IncidentStep.turn)
    return Incident(row, tuple(db.scalars(query)))


def owe(db: Session, incident: Incident, whom: str, due_at: datetime, *, by: UUID, now: datetime) -> None:
    """Somebody has to be told of it until ``due_at``."""
    whom = remark(whom, "Say who has to be told.")
    _write(db, incident, Deed.DUTY, "", by=by, now=now, whom=whom, due_at=due_at)


def act(db: Session, incident: Incident, words: str, *, by: UUID, now: datetime) -> None:
    """Something was done about it."""
    _write(db, incident, Deed.ACTION, remark(words, "Say what was done."), by=by, now=now)


def report(
    db: Session, incident: Incident, whom: str, told_at: datetime, words: str = "", *, by: UUID, now: datetime
) -> None:
    """Somebody was told of it at ``told_at``."""
    whom = remark(whom, "Say who was told.")
    if told_at > now:
        raise Invalid("A report cannot be made in the future. Check the date and the time.")
    if told_at < incident.row.noticed_at:
        raise Invalid("A report cannot be made before the incident is noticed. Check the date and the time.")
    _write(db, incident, Deed.REPORT, remark(words), by=by, now=now, whom=whom, told_at=told_at)


def close(db: Session, incident: Incident, words: str, *, by: UUID, now: datetime) -> None:
    """Nothing more is to be done. Owed as long as somebody has to be told."""
    words = remark(words, "Say in a sentence how it ended.")
    if incident.owed:
        raise Owed
    _write(db, incident, Deed.CLOSED, words, by=by, now=now)


def reopen(db: Session, incident: Incident, words: str, *, by: UUID, now: datetime) -> None:
    """There is more to be done about it."""
    words = remark(words, "Say in a sentence why it is opened again.")
    if not incident.closed:
        raise Invalid("This incident is open already.")
    _write(db, incident, Deed.REOPENED, words, by=by, now=now)


def _write(
    db: Session, incident: Incident, deed: Deed, words: str, *, by: UUID, now: datetime,
    whom: str = "", due_at: datetime | None = None, told_at: datetime | None = None,
) -> None:  # fmt: skip
    """One entry more. Conflict, at the latest in the database, if another one came in between."""
    if incident.closed and deed is not Deed.REOPENED:
        raise Settled
    row = incident.row
    step = IncidentStep(
        incident_id=row.id, turn=len(incident.steps) + 1, deed=deed, whom=whom, due_at=due_at, told_at=told_at,
        words=words, written_by=by, written_at=now,
    )  # fmt: skip
    db.add(step)
    facts = {"whom": whom} if whom else {}
    at = due_at or told_at
    ledger.append(
        db, f"incident.{_DEEDS[deed]}", actor=ledger.staff(by), now=now, study=row.study_id, number=row.number,
        **facts, **({"when": _moment(at)} if at else {}), text=fingerprint(words),
    )  # fmt: skip
    db.flush()


_DEEDS = {
    Deed.DUTY: "owed",
    Deed.ACTION: "acted",
    Deed.REPORT: "reported",
    Deed.CLOSED: "closed",
    Deed.REOPENED: "reopened",
}


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%MZ")
