"""What may be asked of whom today: a version that the board approved for the participant's site, and still approves."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from instruments import versions
from instruments.versions import Version
from survey import audiences
from survey.participants import Participant
from vault import approvals
from vault.approvals import Approval
from vault.errors import Missing, Refused
from vault.studies import find


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
class Askable:
    """A version that may be asked, and the approval by which it may."""

    version: Version
    approval: int


def standing(db: Session, study_id: UUID, site_id: UUID | None, *, on: date) -> tuple[Approval, ...]:
    """Every decision of a board that holds at a site on a day, the latest recorded first."""
    here = [one for one in approvals.of_study(db, study_id) if one.site_id in (None, site_id)]
    replaced = {one.replaces for one in here if one.effective_on <= on}
    return tuple(
        one for one in here if one.effective_on <= on <= one.expires_on and one.number not in replaced
    )  # fmt: skip


def of_participant(db: Session, participant: Participant, instrument_id: UUID, *, on: date) -> Askable:
    """The newest version that this participant may be asked; NotOffered, or what ``newest`` says is lacking."""
    if not audiences.admits(db, participant.study_id, instrument_id, participant.stratum_id):
        raise NotOffered
    return newest(db, participant.study_id, participant.site_id, instrument_id, on=on)


def newest(db: Session, study_id: UUID, site_id: UUID | None, instrument_id: UUID, *, on: date) -> Askable:
    """The newest version that may be asked at a site on a day; the error says what is lacking.

    A version may be asked while the approval it was published under holds, or one that renewed that approval.
    """
    if find(db, study_id).closed_at is not None:
        raise StudyClosed
    holding = standing(db, study_id, site_id, on=on)
    if not holding:
        raise NotApproved
    by_which = _renewed_by(holding, approvals.of_study(db, study_id))
    published = [one for one in versions.of_instrument(db, instrument_id) if one.study_id == study_id]
    found = [one for one in published if one.approval in by_which]
    if not found:
        raise NothingPublished
    best = max(found, key=lambda one: one.number)
    return Askable(best, by_which[best.approval])


def require(db: Session, study_id: UUID, site_id: UUID | None, version_id: UUID, *, on: date) -> Askable:
    """The version that somebody began, if it may still be asked today; they finish on the version they began."""
    version = versions.find(db, version_id)
    if version.study_id != study_id:
        raise Missing
    if find(db, study_id).closed_at is not None:
        raise StudyClosed
    by_which = _renewed_by(standing(db, study_id, site_id, on=on), approvals.of_study(db, study_id))
    if version.approval not in by_which:
        raise NotApproved
    return Askable(version, by_which[version.approval])


def _renewed_by(holding: Collection[Approval], every: Collection[Approval]) -> dict[int, int]:
    """By the number of each approval that holds, or was renewed by one that does, the one that holds now."""
    by_number = {one.number: one for one in every}
    found: dict[int, int] = {}
    for one in sorted(holding, key=lambda approval: approval.number):
        at: int | None = one.number
        while at is not None and found.get(at) != one.number:
            found[at] = one.number
            at = by_number[at].replaces if at in by_number else None
    return found
