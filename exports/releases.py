"""Releases: asked for by one member, checked by the machine, approved by another, built, fetched, over.

A row says where a release stands, and nothing that anybody said. Every step is a line in the log. What the file holds
lies in sealed pieces; its key is wrapped for whoever asked, and for nobody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import CheckConstraint, ForeignKey, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exports import terms
from exports.terms import Terms
from survey.participants import Participant, Standing
from vault import ledger
from vault.accounts import Account
from vault.errors import Conflict, Missing, Refused
from vault.store import NUMBER, AppendOnly, Base

# A job that has given no sign of life for so long is dead.
SILENT = timedelta(seconds=60)


class State(StrEnum):
    """Where a release is on its way."""

    ASKED = "asked"
    CHECKED = "checked"
    APPROVED = "approved"
    BUILT = "built"
    EXPIRED = "expired"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Job(StrEnum):
    """What is done with a release in the background."""

    CHECK = "check"
    BUILD = "build"


class Doing(StrEnum):
    """How the job goes. One that died or failed may be started again."""

    NOTHING = "nothing"
    RUNNING = "running"
    DIED = "died"
    FAILED = "failed"


class NotNow(Conflict):
    """The release is not where this could be done with it."""

    public = "This release has moved on in the meantime, or is not there yet. Look at it again."


class NotYours(Refused):
    """Only whoever asked for a release can do this with it."""

    public = "Only the person who asked for this release can do that."


class Release(Base):
    """One release. ``said`` is why it was refused, or what somebody declared who approved it alone."""

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint(
            "state <> 'approved' OR (decided_by IS NOT NULL AND (decided_by <> asked_by OR alone))",
            name="release_approved_by_another_or_alone",
        ),
        CheckConstraint(
            "state <> 'built' OR (file_key IS NOT NULL AND lengths IS NOT NULL AND expires_at IS NOT NULL)",
            name="release_built_has_a_file",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"), index=True)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    profile: Mapped[str]
    asked_for: Mapped[str]  # the terms as JSON
    state: Mapped[State] = mapped_column(default=State.ASKED)
    found_out: Mapped[str] = mapped_column(default="")  # what the check found, in numbers, as JSON
    replaced: Mapped[bytes | None] = mapped_column(default=None)  # what the roster replaced: names, so sealed
    replaced_key: Mapped[bytes | None] = mapped_column(default=None)  # wrapped for the study's linkage key …
    replaced_epoch: Mapped[int] = mapped_column(default=0)  # … in this epoch
    checked_at: Mapped[datetime | None] = mapped_column(default=None)
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), default=None)
    alone: Mapped[bool] = mapped_column(default=False)
    said: Mapped[str] = mapped_column(default="")
    built_at: Mapped[datetime | None] = mapped_column(default=None)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    built: Mapped[UUID | None] = mapped_column(default=None)  # the attempt whose pieces make the file
    file_key: Mapped[bytes | None] = mapped_column(default=None)
    lengths: Mapped[bytes | None] = mapped_column(default=None)
    size: Mapped[int] = mapped_column(NUMBER, default=0)
    digest: Mapped[str] = mapped_column(default="")  # SHA-256 of the manifest, which has those of the files
    job: Mapped[Job | None] = mapped_column(default=None)
    attempt: Mapped[UUID | None] = mapped_column(default=None)
    worker_id: Mapped[UUID | None] = mapped_column(default=None)
    beat_at: Mapped[datetime | None] = mapped_column(default=None)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(default="")

    @property
    def terms(self) -> Terms:
        """What was asked for."""
        return terms.read(self.asked_for)

    @property
    def found(self) -> "Found | None":
        """What the check found; None before it."""
        return msgspec.json.decode(self.found_out, type=Found) if self.found_out else None


class ReleasePiece(Base):
    """At most 1 MiB of the file of one attempt to build it, sealed."""

    __tablename__ = "release_piece"

    release_id: Mapped[UUID] = mapped_column(ForeignKey("release.id"), primary_key=True)
    attempt: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    blob: Mapped[bytes]


class ReleaseCase(AppendOnly, Base):
    """Who is in a release, and under which name, so that its holders can be told whom to take out after an erasure."""

    __tablename__ = "release_case"

    release_id: Mapped[UUID] = mapped_column(ForeignKey("release.id"), primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participant.id"), primary_key=True, index=True)
    pseudonym: Mapped[str]


class ReleaseFetch(AppendOnly, Base):
    """That the file was fetched."""

    __tablename__ = "release_fetch"

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=True, init=False)
    release_id: Mapped[UUID] = mapped_column(ForeignKey("release.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Found:
    """What the check found, in numbers and in names of questions; nothing in it identifies anybody."""

    cases: int
    records: int
    smallest: int  # people who share a combination of attributes, at least
    uniques: int
    replaced: int  # places where the roster took something out
    doubts: int  # places where it found something and left it
    people_left_out: Mapping[str, int] = field(default_factory=dict)
    questions_left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A release as pages show it. ``state`` is EXPIRED as soon as its time is over, swept or not."""

    release: Release
    state: State
    asked_by: str
    decided_by: str
    doing: Doing
    fetched: int

    @property
    def trouble(self) -> str:
        """What came of the last job if it did not end well, as a sentence."""
        return self.release.trouble


@dataclass(frozen=True, slots=True)
class Held:
    """A release that holds somebody, under ``pseudonym``, and who has fetched it when."""

    release_id: UUID
    profile: str
    built_at: datetime
    pseudonym: str
    fetched: tuple[tuple[str, datetime], ...]


def find(db: Session, study_id: UUID, release_id: UUID, *, writing: bool = False) -> Release:
    """The release of this study, or Missing. With ``writing`` nobody changes it until this transaction ends."""
    release = db.get(Release, release_id, with_for_update=writing, populate_existing=writing)
    if release is None or release.study_id != study_id:
        raise Missing
    return release


def of_study(db: Session, study_id: UUID, *, now: datetime) -> tuple[Summary, ...]:
    """The releases of a study, the newest first."""
    query = select(Release).where(Release.study_id == study_id).order_by(Release.asked_at.desc(), Release.id)
    return tuple(summary(db, release, now=now) for release in db.scalars(query))


def with_jobs(db: Session) -> Sequence[Release]:
    """The releases of every study on which a job has begun and not ended."""
    return db.scalars(select(Release).where(Release.job.is_not(None))).all()


def summary(db: Session, release: Release, *, now: datetime) -> Summary:
    """How it stands with a release at this moment."""
    count = select(func.count()).select_from(ReleaseFetch).where(ReleaseFetch.release_id == release.id)
    over = release.state is State.BUILT and release.expires_at is not None and now >= release.expires_at
    return Summary(
        release,
        State.EXPIRED if over else release.state,
        _name(db, release.asked_by),
        _name(db, release.decided_by),
        doing(release, now=now),
        db.scalar(count) or 0,
    )


def doing(release: Release, *, now: datetime) -> Doing:
    """How the job on a release goes."""
    if release.job is None:
        return Doing.FAILED if release.trouble else Doing.NOTHING
    alive = release.beat_at is not None and now < release.beat_at + SILENT
    return Doing.RUNNING if alive else Doing.DIED


def _name(db: Session, account_id: UUID | None) -> str:
    account = db.get(Account, account_id) if account_id else None
    return account.name if account else ""


def holding(db: Session, participant_id: UUID) -> tuple[Held, ...]:
    """Every release that holds this person, oldest first. It outlives their erasure: their holders must be told."""
    query = (
        select(Release, ReleaseCase.pseudonym)
        .join(ReleaseCase, ReleaseCase.release_id == Release.id)
        .where(ReleaseCase.participant_id == participant_id, Release.built_at.is_not(None))
        .order_by(Release.built_at, Release.id)
    )
    return tuple(
        Held(release.id, release.profile, release.built_at or release.asked_at, pseudonym, fetches(db, release))
        for release, pseudonym in db.execute(query)
    )


def fetches(db: Session, release: Release) -> tuple[tuple[str, datetime], ...]:
    """Who fetched the file and when, oldest first."""
    query = (
        select(Account.name, ReleaseFetch.at)
        .join(Account, Account.id == ReleaseFetch.account_id)
        .where(ReleaseFetch.release_id == release.id)
        .order_by(ReleaseFetch.number)
    )
    return tuple((name, at) for name, at in db.execute(query))


def gone_since(db: Session, release: Release) -> tuple[str, ...]:
    """Under which names those stand in the release who were erased since: whoever has the file takes them out."""
    query = (
        select(ReleaseCase.pseudonym)
        .join(Participant, Participant.id == ReleaseCase.participant_id)
        .where(ReleaseCase.release_id == release.id, Participant.standing == Standing.ERASED)
        .order_by(ReleaseCase.pseudonym)
    )
    return tuple(db.scalars(query))


def log(db: Session, release: Release, deed: str, *, actor: str, now: datetime, **facts: str | int | list[str]) -> None:
    """The line of a deed with a release: ``release.asked`` and so on, always with its id and what it is for."""
    about: Any = {"release": str(release.id), "profile": release.profile, **facts}
    ledger.append(db, f"release.{deed}", actor=actor, now=now, study=release.study_id, **about)


def destroy(db: Session, release: Release, *, why: str, now: datetime) -> None:
    """Of the release's file no piece and no key is left here; ``why`` is a word of ours for the log."""
    db.execute(delete(ReleasePiece).where(ReleasePiece.release_id == release.id))
    release.state, release.file_key, release.lengths = State.EXPIRED, None, None
    log(db, release, "expired", actor=ledger.SYSTEM, now=now, why=why)
    db.flush()
