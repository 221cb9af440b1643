"""Studies, where they run, and who may do what in them.

A role is two things: the permits below, which the request guard asks for, and the key scopes of ``HOLDS``, which
cryptography asks for. With every permit deleted, the keys still say no.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid, bindparam, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault import ledger
from vault.errors import Conflict, Invalid, Missing, Refused
from vault.prepared import Prepared
from vault.store import Base


class Scope(StrEnum):
    """What a study key opens."""

    RESPONSES = "responses"
    AUDIO = "audio"
    LINKAGE = "linkage"


class Role(StrEnum):
    """What a member is in one study."""

    LEAD = "lead"
    COORDINATOR = "coordinator"
    INTERVIEWER = "interviewer"
    TRANSCRIBER = "transcriber"
    ANALYST = "analyst"
    AUDITOR = "auditor"


class Permit(StrEnum):
    """What the request guard asks for. The first four are about the visitor, the others about a study."""

    OPEN = "open"
    HALF = "half"
    STAFF = "staff"
    TAKE_PART = "take-part"
    SEE_STUDY = "see-study"
    SEE_INSTRUMENTS = "see-instruments"
    SEE_PROGRESS = "see-progress"
    SEE_LEDGER = "see-ledger"
    MANAGE_STUDY = "manage-study"
    MANAGE_MEMBERS = "manage-members"
    MANAGE_APPROVALS = "manage-approvals"
    MANAGE_KEYS = "manage-keys"
    AUTHOR = "author"
    PUBLISH = "publish"
    RECRUIT = "recruit"
    ASSIGN = "assign"
    READ_NAMES = "read-names"
    READ_ANSWERS = "read-answers"
    INTERVIEW = "interview"
    ASK_RELEASES = "ask-releases"
    APPROVE_RELEASES = "approve-releases"
    RECORD_INCIDENTS = "record-incidents"
    SEE_INCIDENTS = "see-incidents"
    HANDLE_INCIDENTS = "handle-incidents"
    ASK_AS_BOARD = "ask-as-board"
    ANSWER_BOARD = "answer-board"


OF_THE_VISITOR = frozenset({Permit.OPEN, Permit.HALF, Permit.STAFF, Permit.TAKE_PART})


HOLDS: dict[Role, frozenset[Scope]] = {
    Role.LEAD: frozenset(Scope),
    Role.COORDINATOR: frozenset({Scope.LINKAGE}),
    Role.INTERVIEWER: frozenset(),
    Role.TRANSCRIBER: frozenset({Scope.AUDIO}),
    Role.ANALYST: frozenset({Scope.RESPONSES}),
    Role.AUDITOR: frozenset(),
}

_EVERYBODY = frozenset({Permit.SEE_STUDY, Permit.SEE_INSTRUMENTS, Permit.SEE_PROGRESS})
_TEAM = _EVERYBODY | {Permit.RECORD_INCIDENTS}
_ANSWERABLE = frozenset({Permit.SEE_INCIDENTS, Permit.HANDLE_INCIDENTS, Permit.ANSWER_BOARD})

PERMITS: dict[Role, frozenset[Permit]] = {
    Role.LEAD: frozenset(Permit) - OF_THE_VISITOR - {Permit.ASK_AS_BOARD},
    Role.COORDINATOR: _TEAM | _ANSWERABLE | {Permit.MANAGE_APPROVALS, Permit.RECRUIT, Permit.READ_NAMES},
    Role.INTERVIEWER: _TEAM | {Permit.INTERVIEW},
    Role.TRANSCRIBER: _TEAM,
    Role.ANALYST: _TEAM | {Permit.READ_ANSWERS, Permit.ASK_RELEASES},
    Role.AUDITOR: _EVERYBODY | {Permit.SEE_LEDGER, Permit.SEE_INCIDENTS, Permit.ASK_AS_BOARD, Permit.ANSWER_BOARD},
}


class LastLead(Refused):
    """Somebody has to hold the keys."""

    public = "A study needs a lead who holds its keys. Make somebody else a lead first."


class Study(Base):
    """A compartment with its own keys, team and dates."""

    __tablename__ = "study"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    title: Mapped[str]
    reference: Mapped[str]  # the protocol's number or short name, as the team writes it
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    # What still has to follow from a departure: names of scopes, "assignments"; see departures.
    owed: Mapped[str] = mapped_column(default="")


class Site(Base):
    """Where a study runs."""

    __tablename__ = "site"
    __table_args__ = (Index("site_name_once", "study_id", "name", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    name: Mapped[str]
    opened_on: Mapped[date]


_STANDS = text("left_at IS NULL")


class Member(Base):
    """An account in one role of one study, from ``joined_at`` until ``left_at``. Rows of the past stay."""

    __tablename__ = "member"
    __table_args__ = (
        Index("member_once", "study_id", "account_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
        CheckConstraint("left_at IS NULL OR left_at >= joined_at", name="member_leaves_after_joining"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("study.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[Role]
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"), default=None)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None] = mapped_column(default=None)
    ends_on: Mapped[date | None] = mapped_column(default=None)  # an auditor's last day; None: no end is set


@dataclass(frozen=True, slots=True)
class Joined:
    """A study as somebody who works in it came to it: what it is called, and what they are in it."""

    id: UUID
    title: str
    reference: str
    opened_at: datetime
    role: Role


# Every page of a study asks this.
_JOINED = Prepared(
    select(Study.id, Study.title, Study.reference, Study.opened_at, Member.role)
    .join(Member, Member.study_id == Study.id)
    .where(
        Study.id == bindparam("study_id"),
        # The column takes its type from the accounts, whose table may be imported later than this is made.
        Member.account_id == bindparam("account_id", type_=Uuid()),
        Member.left_at.is_(None),
        or_(Member.ends_on.is_(None), Member.ends_on >= bindparam("on")),
    )
)


def permits_of(role: Role) -> frozenset[Permit]:
    """What a member in ``role`` may ask the pages for."""
    return PERMITS[role]


def found(db: Session, title: str, reference: str, *, by: UUID, now: datetime) -> Study:
    """A new study whose only member is its lead ``by``; its keys are made by ``study_keys.make``."""
    if not title.strip():
        raise Invalid("Give the study a title.")
    study = Study(title=title.strip(), reference=reference.strip(), opened_at=now)
    db.add(study)
    db.flush()
    ledger.append(db, "study.founded", actor=ledger.staff(by), now=now, study=study.id, reference=study.reference)
    join(db, study.id, by, Role.LEAD, by=by, now=now)
    return study


def find(db: Session, study_id: UUID) -> Study:
    """The study, or Missing."""
    study = db.get(Study, study_id)
    if study is None:
        raise Missing
    return study


def membership(db: Session, study_id: UUID, account_id: UUID) -> Member | None:
    """The standing membership of an account in a study, or None."""
    theirs = (Member.study_id == study_id, Member.account_id == account_id)
    return db.scalar(select(Member).where(*theirs, Member.left_at.is_(None)))


def joined(db: Session, study_id: UUID, account_id: UUID, *, on: date) -> Joined:
    """The study, for somebody who works in it on this day; Missing for everybody else."""
    for row in _JOINED.rows(db, study_id=study_id, account_id=account_id, on=on):
        return Joined(*row)
    raise Missing


def of_account(db: Session, account_id: UUID) -> Sequence[tuple[Study, Member]]:
    """The studies an account is a member of, newest first."""
    rows = db.execute(
        select(Study, Member)
        .join(Member, Member.study_id == Study.id)
        .where(Member.account_id == account_id, Member.left_at.is_(None))
        .order_by(Study.opened_at.desc(), Study.title)
    )
    return [(study, member) for study, member in rows]


def members(db: Session, study_id: UUID, *, past: bool = False) -> Sequence[Member]:
    """The members of a study in the order they joined; with ``past``, those who left as well."""
    query = select(Member).where(Member.study_id == study_id).order_by(Member.joined_at, Member.id)
    return db.scalars(query if past else query.where(Member.left_at.is_(None))).all()


def join(
    db: Session, study_id: UUID, account_id: UUID, role: Role, *, by: UUID, now: datetime, site_id: UUID | None = None,
    ends_on: date | None = None,
) -> Member:  # fmt: skip
    """The account is a member from now on, an auditor until ``ends_on``. Keys are another deed: ``study_keys.give``."""
    if ends_on is not None and (role is not Role.AUDITOR or ends_on < now.date()):
        raise Invalid("Give an auditor's last day, today or later. Nobody else's time in the team is limited.")
    if membership(db, study_id, account_id):
        raise Conflict("This person is a member of the study already. Change the role instead.")
    if site_id is not None and _site(db, site_id).study_id != study_id:
        raise Missing
    member = Member(
        study_id=study_id, account_id=account_id, role=role, site_id=site_id, joined_at=now, ends_on=ends_on
    )
    db.add(member)
    until = {"until": ends_on.isoformat()} if ends_on else {}
    ledger.append(
        db, "member.joined", actor=ledger.staff(by), now=now, study=study_id, account=str(account_id), role=role.value,
        **until,
    )  # fmt: skip
    db.flush()
    return member


def leave(db: Session, member: Member, *, by: UUID, now: datetime) -> None:
    """The membership ends now. LastLead if nobody would be left to hold the keys."""
    if member.left_at is not None:
        raise Missing
    if member.role is Role.LEAD:
        # Locking the study makes two leads who remove each other at the same moment wait for each other.
        db.scalar(select(Study.id).where(Study.id == member.study_id).with_for_update())
        others = select(func.count()).select_from(Member).where(
            Member.study_id == member.study_id, Member.role == Role.LEAD, Member.left_at.is_(None),
            Member.id != member.id,
        )  # fmt: skip
        if not db.scalar(others):
            raise LastLead
    member.left_at = now
    ledger.append(
        db, "member.left", actor=ledger.staff(by), now=now, study=member.study_id, account=str(member.account_id),
        role=member.role.value,
    )  # fmt: skip
    db.flush()


def _site(db: Session, site_id: UUID) -> Site:
    site = db.get(Site, site_id)
    if site is None:
        raise Missing
    return site


def add_site(db: Session, study_id: UUID, name: str, *, by: UUID, now: datetime) -> Site:
    """A place where the study runs; names are unique within a study."""
    name = name.strip()
    if not name:
        raise Invalid("Give the site a name, for example the university's.")
    if db.scalar(select(Site.id).where(Site.study_id == study_id, Site.name == name)):
        raise Conflict("The study has a site of this name already. Choose another name.")
    site = Site(study_id=study_id, name=name, opened_on=now.date())
    db.add(site)
    db.flush()
    ledger.append(db, "site.added", actor=ledger.staff(by), now=now, study=study_id, site=str(site.id), name=name)
    return site


def sites(db: Session, study_id: UUID) -> Sequence[Site]:
    """The sites of a study by name."""
    return db.scalars(select(Site).where(Site.study_id == study_id).order_by(Site.name)).all()
