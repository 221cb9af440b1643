"""Runs: one participant's one way through one version of an instrument. In clear stand who, which version, and days."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, bindparam, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from instruments import versions
from instruments.drafts import InstrumentRow
from instruments.route import Plan
from instruments.versions import Version
from survey.participants import Participant
from vault.errors import Missing
from vault.prepared import Prepared, dialect_of
from vault.records import Address
from vault.store import Base
from vault.studies import Study
from vault.values import Value


class Kind(StrEnum):
    """Who filled it in."""

    SELF = "self"
    INTERVIEW = "interview"
    TEST = "test"
    CATCH_UP = "catch_up"  # questions that came later, filled in by the participant
    CATCH_UP_INTERVIEW = "catch_up_interview"  # the same in a conversation

    @property
    def spoken(self) -> bool:
        """Whether an interviewer noted it."""
        return self in {Kind.INTERVIEW, Kind.CATCH_UP_INTERVIEW}

    @property
    def later(self) -> bool:
        """Whether it only asks what came after a run that was finished; see ``survey.catch_up_runs``."""
        return self in {Kind.CATCH_UP, Kind.CATCH_UP_INTERVIEW}

    @property
    def counts(self) -> bool:
        """Whether it is no trial."""
        return self is not Kind.TEST


class ResponseRow(Base):
    """One run. In clear stand who, which version and the days."""

    __tablename__ = "response"
    __table_args__ = (
        # A survey is filled in once; of a guide there is one open interview at a time.
        Index(
            "response_of_participant_once",
            "participant_id",
            "instrument_id",
            "kind",
            unique=True,
            sqlite_where=text("kind = 'self' OR submitted_on IS NULL"),
            postgresql_where=text("kind = 'self' OR submitted_on IS NULL"),
        ),
        Index("response_of_study", "study_id", "version_id"),
        # Every page of a participant looks their runs up; the index above covers only some of the rows.
        Index("response_of_participant", "participant_id"),
        CheckConstraint("submitted_on IS NULL OR submitted_on >= begun_on", name="response_is_begun_first"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    # The columns themselves and not their names: statements are made below, and a name has no type until its table
    # has been imported.
    study_id: Mapped[UUID] = mapped_column(ForeignKey(Study.id))
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id))
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey(InstrumentRow.id))
    version_id: Mapped[UUID] = mapped_column(ForeignKey(Version.id))
    kind: Mapped[Kind]
    begun_on: Mapped[date]
    submitted_on: Mapped[date | None]


class Response(Value, frozen=True):
    """A run as it stood when it was looked up."""

    id: UUID
    study_id: UUID
    participant_id: UUID
    instrument_id: UUID
    version_id: UUID
    kind: Kind
    begun_on: date
    submitted_on: date | None

    def address(self, slot: int) -> Address:
        """Where a page of it is kept. The version is part of it, so no other one can ever be read from there."""
        return Address(self.study_id, self.participant_id, str(self.version_id), self.id, slot)


_COLUMNS = (
    ResponseRow.id, ResponseRow.study_id, ResponseRow.participant_id, ResponseRow.instrument_id,
    ResponseRow.version_id, ResponseRow.kind, ResponseRow.begun_on, ResponseRow.submitted_on,
)  # fmt: skip


# Every page of a participant needs these.
_OF_PARTICIPANT = Prepared(
    select(*_COLUMNS)
    .where(ResponseRow.participant_id == bindparam("participant_id"))
    .order_by(ResponseRow.begun_on, ResponseRow.id)
)
_INSERT: dict[str, Prepared[()]] = {
    dialect: Prepared(made(ResponseRow).on_conflict_do_nothing(), [column.key for column in _COLUMNS])
    for dialect, made in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_ONE = select(*_COLUMNS).where(
    ResponseRow.id == bindparam("id"), ResponseRow.participant_id == bindparam("participant_id")
)
_ONE_HELD, _ONE_SEEN = Prepared(_ONE.with_for_update()), Prepared(_ONE)


def going_on(db: Session, participant_id: UUID, instrument_id: UUID, kind: Kind) -> Response | None:
    """The run that somebody goes on with, or has sent: of a guide only one that is still open."""
    theirs = (run for run in of_participant(db, participant_id) if run.instrument_id == instrument_id)
    return next((run for run in theirs if run.kind is kind and (kind is Kind.SELF or run.submitted_on is None)), None)


def of_participant(db: Session, participant_id: UUID) -> tuple[Response, ...]:
    """Every run of a participant in the order in which they began."""
    return tuple([Response(*row) for row in _OF_PARTICIPANT.rows(db, participant_id=participant_id)])


def of_study(db: Session, study_id: UUID) -> tuple[Response, ...]:
    """Every run in a study."""
    query = select(*_COLUMNS).where(ResponseRow.study_id == study_id).order_by(ResponseRow.begun_on, ResponseRow.id)
    return tuple(Response(*row) for row in db.connection().execute(query))


def of_participants(db: Session, participant_ids: Collection[UUID]) -> tuple[Response, ...]:
    """Every run of these participants in the order in which they began."""
    query = select(*_COLUMNS).where(ResponseRow.participant_id.in_(participant_ids))
    rows = db.connection().execute(query.order_by(ResponseRow.begun_on, ResponseRow.id))
    return tuple(Response(*row) for row in rows)


def find(db: Session, participant_id: UUID, response_id: UUID, *, writing: bool = False) -> Response:
    """A run of this participant, or Missing. With ``writing`` nobody submits it until this transaction ends."""
    statement = _ONE_HELD if writing else _ONE_SEEN
    rows = statement.rows(db, id=response_id, participant_id=participant_id)
    if not rows:
        raise Missing
    return Response(*rows[0])


def add(db: Session, response: Response) -> bool:
    """The run exists; False, and nothing is written, if the participant has begun one meanwhile."""
    given = {column.key: getattr(response, column.key) for column in _COLUMNS}
    return _INSERT[dialect_of(db).name].write(db, **given) == 1


# A version never changes, so its plan serves as long as the process lives; a bounded number is kept.
_MOST_PLANS = 256
_plans: dict[UUID, Plan] = {}


def plan_of(db: Session, response: Response) -> Plan:
    """The way through the version that the run is pinned to."""
    return plan(db, response.version_id)


def plan(db: Session, version_id: UUID) -> Plan:
    """The way through a version. Versions never change, so it is looked up once."""
    found = _plans.get(version_id)
    if found is None:
        if len(_plans) >= _MOST_PLANS:
            _plans.clear()
        found = _plans[version_id] = versions.plan_of(versions.find(db, version_id))
    return found
