"""Published versions: immutable, numbered, fingerprinted, each change with its reason and all under one approval.

A response is pinned to the version it was given under, so a version is never changed or deleted, and what was read
from it once may be kept: ``definition_of`` and ``plan_of`` remember by fingerprint.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from instruments import weighing
from instruments.canonical import fingerprint
from instruments.comparison import Difference, Reason, What, compare
from instruments.definition import DefinitionUnreadable, Instrument, from_json, to_json
from instruments.drafts import Draft, DraftOvertaken, InstrumentRow, find_instrument, instruments_of, locked
from instruments.findings import Finding, Severity
from instruments.inspection import inspect
from instruments.route import Plan
from instruments.weighing import NeedsAmendment, Weighed
from vault import approvals, ledger
from vault.errors import Invalid, Missing, Refused
from vault.store import NUMBER, AppendOnly, Base


class Version(AppendOnly, Base):
    """What is asked from a day on. ``number`` counts from 1 within its instrument."""

    __tablename__ = "instrument_version"
    __table_args__ = (
        Index("instrument_version_once", "instrument_id", "number", unique=True),
        CheckConstraint("number >= 1", name="instrument_version_counts_from_one"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instrument.id"))
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), index=True)
    number: Mapped[int]
    # Deferred: pages ask for the plan, which is remembered, far more often than for these bytes.
    definition: Mapped[bytes] = mapped_column(deferred=True)
    fingerprint: Mapped[str] = mapped_column(index=True)
    approval: Mapped[int] = mapped_column(NUMBER, ForeignKey("approval.number"))
    published_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime]
    # Whether it differs from what the board decided on, as far as the approval lets it.
    within: Mapped[bool] = mapped_column(default=False)


class Change(AppendOnly, Base):
    """One difference against the version before, with one reason for it."""

    __tablename__ = "instrument_change"

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("instrument_version.id"), index=True)
    question: Mapped[str]  # the difference's place: a question's id, "section.ID", or "*"
    what: Mapped[str]  # in which ways it differs, with spaces between them
    reason: Mapped[str]
    theme: Mapped[str]
    evidence: Mapped[str]

    @property
    def kinds(self) -> frozenset[What]:
        """In which ways the question differs."""
        return frozenset(map(What, self.what.split()))


class NotPublishable(Invalid):
    """The inspection says no; ``findings`` say why, question by question, and what to do."""

    public = "This draft cannot be published yet. Mend what is listed, then publish it."

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__()


class ReasonsMissing(Invalid):
    """Something changed and nobody says why; ``places`` name what."""

    public = "Say for every change why it is made."

    def __init__(self, places: Iterable[str]) -> None:
        self.places = tuple(places)
        super().__init__()


class ReasonMisplaced(Invalid):
    """A reason is about something that has not changed; ``places`` name what."""

    public = "A reason is given for something that has not changed. Take it out, or name what it is about."

    def __init__(self, places: Iterable[str]) -> None:
        self.places = tuple(places)
        super().__init__()


class NothingChanged(Invalid):
    """The newest version says the same under the same approval."""

    public = "Nothing has changed since the newest version, so there is nothing to publish."


class NotApproved(Refused):
    """The approval belongs to another study, or does not hold today."""

    public = "Name an approval of this study that is in force today."


@dataclass(frozen=True, slots=True)
class Review:
    """What would be published: the number, the differences that need reasons, and what the inspection says."""

    number: int
    instrument: Instrument
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that have to be mended first."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def review(db: Session, draft: Draft) -> Review:
    """What publishing the draft now would do."""
    before = [definition_of(version) for version in of_instrument(db, draft.instrument_id)]
    instrument = draft.definition
    last = before[-1] if before else None
    differences = compare(last, instrument, before[:-1]) if last else ()
    return Review(len(before) + 1, instrument, differences, tuple(inspect(instrument, last, before[:-1])))


def weigh(db: Session, draft: Draft, approval: int, *, corrections: Collection[str] = ()) -> Weighed:
    """How the draft stands to a decision of the board: see ``weighing.weigh``."""
    row = find_instrument(db, draft.instrument_id)
    return weighing.weigh(
        approvals.lineage(db, row.study_id, approval), draft.definition, of_instrument(db, row.id), definition_of,
        instrument_id=row.id, written_at=draft.edited_at, corrections=corrections,
    )  # fmt: skip


def publish(
    db: Session, draft: Draft, reasons: Iterable[Reason], *, approval: int, by: UUID, now: datetime,
    seen: int | None = None, corrections: Collection[str] = (),
) -> Version:  # fmt: skip
    """The draft is the instrument's next version. ``seen`` is the draft's number that was on the screen.

    Raises DraftOvertaken, NotPublishable, NothingChanged, NotApproved, ReasonsMissing or ReasonMisplaced, and what
    ``weigh`` raises; NeedsAmendment if the approval does not let all of it be changed.
    """
    expected = draft.number if seen is None else seen
    draft = locked(db, draft.instrument_id)
    if draft.number != expected:
        raise DraftOvertaken
    row = find_instrument(db, draft.instrument_id)
    if approval not in {held.number for held in approvals.holding(db, row.study_id, on=now.date())}:
        raise NotApproved
    found = review(db, draft)
    if found.errors:
        raise NotPublishable(found.errors)
    last = newest(db, row.id)
    if last is not None and not found.differences and last.approval == approval:
        raise NothingChanged
    given = [reason for reason in reasons if reason.places]
    _require_reasons(found.differences, given)
    weighed = weigh(db, draft, approval, corrections=corrections)
    if weighed.barred:
        raise NeedsAmendment(weighed.barred)
    version = Version(
        instrument_id=row.id,
        study_id=row.study_id,
        number=found.number,
        definition=to_json(found.instrument),
        fingerprint=fingerprint(found.instrument),
        approval=approval,
        published_by=by,
        published_at=now,
        within=not weighed.exact,
    )
    db.add(version)
    db.flush()
    db.add_all(_changes(version, found.differences, given))
    _log(db, row, version, found.differences, by=by, now=now)
    db.flush()
    return version


def _require_reasons(differences: Sequence[Difference], given: Sequence[Reason]) -> None:
    changed = [difference.place for difference in differences]
    said = {place for reason in given if reason.reason.strip() for place in reason.places}
    if unexplained := [place for place in changed if place not in said]:
        raise ReasonsMissing(unexplained)
    if strange := sorted({place for reason in given for place in reason.places} - set(changed)):
        raise ReasonMisplaced(strange)


def _changes(version: Version, differences: Sequence[Difference], given: Sequence[Reason]) -> list[Change]:
    return [
        Change(
            version_id=version.id,
            question=difference.place,
            what=" ".join(what.value for what in What if what in difference.kinds),
            reason=reason.reason.strip(),
            theme=reason.theme.strip(),
            evidence=reason.evidence.strip(),
        )
        for difference in differences
        for reason in given
        if difference.place in reason.places and reason.reason.strip()
    ]


def _log(
    db: Session, row: InstrumentRow, version: Version, differences: Sequence[Difference], *, by: UUID, now: datetime
) -> None:
    ledger.append(
        db,
        "instrument.published",
        actor=ledger.staff(by),
        now=now,
        study=row.study_id,
        instrument=row.key,
        version=version.number,
        fingerprint=version.fingerprint,
        approval=version.approval,
        id=str(version.id),
        of=str(row.id),
        changed=[difference.place for difference in differences],
        within=version.within,
    )


def find(db: Session, version_id: UUID) -> Version:
    """The version, or Missing."""
    version = db.get(Version, version_id)
    if version is None:
        raise Missing
    return version


def newest(db: Session, instrument_id: UUID) -> Version | None:
    """The version that is asked now; None before the first is published."""
    query = select(Version).where(Version.instrument_id == instrument_id)
    return db.scalar(query.order_by(Version.number.desc()).limit(1))


def of_instrument(db: Session, instrument_id: UUID) -> Sequence[Version]:
    """Every version of an instrument, the first one first."""
    return db.scalars(select(Version).where(Version.instrument_id == instrument_id).order_by(Version.number)).all()


def of_study(db: Session, study_id: UUID) -> Sequence[tuple[InstrumentRow, Sequence[Version]]]:
    """Every instrument of a study in the order in which they were begun, with its versions, the first one first."""
    versions = db.scalars(select(Version).where(Version.study_id == study_id).order_by(Version.number)).all()
    return [
        (row, [version for version in versions if version.instrument_id == row.id])
        for row in instruments_of(db, study_id)
    ]


def changes_of(db: Session, version: Version) -> Sequence[Change]:
    """Why each thing differs from the version before, in the order of the differences."""
    return db.scalars(select(Change).where(Change.version_id == version.id).order_by(Change.number)).all()


@dataclass(frozen=True, slots=True)
class _Source:
    """A fingerprint that knows where the definition is if nobody remembers it."""

    fingerprint: str
    version: Version = field(compare=False, repr=False)


def definition_of(version: Version) -> Instrument:
    """What the version asks. Raises DefinitionUnreadable if its bytes are not those that were published."""
    return plan_of(version).instrument


def plan_of(version: Version) -> Plan:
    """The way through the version, compiled once in each process."""
    return _plan(_Source(version.fingerprint, version))


@lru_cache(maxsize=256)
def _plan(source: _Source) -> Plan:
    instrument = from_json(source.version.definition)
    if fingerprint(instrument) != source.fingerprint:
        raise DefinitionUnreadable
    return Plan.of(instrument)
