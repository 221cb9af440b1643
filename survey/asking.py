"""What may be asked of whom today: a version that the board approved for the participant's site, and still approves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from instruments.versions import Version
from survey import audiences
from survey.participants import Somebody
from vault import approvals
from vault.approvals import Held
from vault.errors import Missing, Refused
from vault.prepared import Prepared
from vault.studies import Study


class NotApproved(Refused):
    """No board has approved asking anything here today."""

    public = "No approval of an ethics board is in force at this participant's site today, so nothing may be asked."


class NothingPublished(Refused):
    """There is no version that the board's approval covers."""

    public = "No version of this instrument is published under an approval that is in force at this site."


class NotOffered(Refused):
    """The study offers the instrument to other groups of its frame."""

    public = "This instrument is offered to other groups of the study, and this participant is in none of them."


class StudyClosed(Refused):
    """The study is over."""

    public = "This study is closed. Nothing more is asked in it."


@dataclass(frozen=True, slots=True)
class Published:
    """What has to be known of a version before it is asked."""

    id: UUID
    instrument_id: UUID
    study_id: UUID
    number: int
    approval: int
    fingerprint: str

    def under(self, held: Mapping[int, Held]) -> int | None:
        """The decision by which it may be asked, among those that hold; None if by none of them."""
        return approvals.by_which(held, self.approval, self.instrument_id, self.fingerprint)


@dataclass(frozen=True, slots=True)
class Askable:
    """A version that may be asked, and the approval by which it may."""

    version: Published
    approval: int


# Every page on the way to the first question, and every return to it, waits for these.
_CLOSED = Prepared(select(Study.closed_at).where(Study.id == bindparam("study_id")))
_COLUMNS = (
    Version.id, Version.instrument_id, Version.study_id, Version.number, Version.approval, Version.fingerprint
)  # fmt: skip
_VERSIONS = Prepared(select(*_COLUMNS).where(Version.instrument_id == bindparam("instrument_id")))
_VERSION = Prepared(select(*_COLUMNS).where(Version.id == bindparam("version_id")))


def of_participant(db: Session, participant: Somebody, instrument_id: UUID, *, on: date) -> Askable:
    """The newest version that this participant may be asked; NotOffered, or what ``newest`` says is lacking."""
    if not audiences.admits(db, participant.study_id, instrument_id, participant.stratum_id):
        raise NotOffered
    return newest(db, participant.study_id, participant.site_id, instrument_id, on=on)


def newest(db: Session, study_id: UUID, site_id: UUID | None, instrument_id: UUID, *, on: date) -> Askable:
    """The newest version that may be asked at a site on a day; the error says what is lacking.

    A version may be asked while the approval it was published under holds there, or one that renewed that approval, or
    one that names this version; so each site goes over to a new version on its own day.
    """
    _require_open(db, study_id)
    held = approvals.standing(db, study_id, site_id, on=on)
    if not held:
        raise NotApproved
    published = [Published(*row) for row in _VERSIONS.rows(db, instrument_id=instrument_id)]
    for one in sorted(published, key=lambda one: one.number, reverse=True):
        approval = one.under(held) if one.study_id == study_id else None
        if approval is not None:
            return Askable(one, approval)
    raise NothingPublished


def require(db: Session, study_id: UUID, site_id: UUID | None, version_id: UUID, *, on: date) -> Askable:
    """The version that somebody began, if it may still be asked today; they finish on the version they began."""
    version = next((Published(*row) for row in _VERSION.rows(db, version_id=version_id)), None)
    if version is None or version.study_id != study_id:
        raise Missing
    _require_open(db, study_id)
    approval = version.under(approvals.standing(db, study_id, site_id, on=on))
    if approval is None:
        raise NotApproved
    return Askable(version, approval)


def _require_open(db: Session, study_id: UUID) -> None:
    found = _CLOSED.rows(db, study_id=study_id)
    if not found:
        raise Missing
    if found[0][0] is not None:
        raise StudyClosed
