"""Asking for a release: what a study offers, what would be in it, and whether anybody could be recognised by it.

None of this needs a key. Whether consent and the attributes allow a release is known before anybody opens an answer.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from exports import columns, population, profiles, releases, terms
from exports.dataset import Attribute, Instrument
from exports.disclosure import Assessment, Rule
from exports.population import Population, Weighed
from exports.profiles import Profile
from exports.releases import NotNow, NotYours, Release, State
from exports.terms import Terms
from survey import frames
from survey.sampling import Stratum
from vault import ledger, studies
from vault.accounts import Account
from vault.errors import Refused
from vault.studies import Permit, Site


class BelowThreshold(Refused):
    """Somebody could be recognised by the attributes; ``proposal`` are rules that would prevent it."""

    def __init__(self, profile: Profile, assessment: Assessment, proposal: Sequence[Rule]) -> None:
        self.assessment, self.proposal = assessment, tuple(proposal)
        self.offending = assessment.offending
        rules = " ".join(str(rule) for rule in self.proposal)
        super().__init__(
            f"With {', '.join(self.offending)} beside the texts, {assessment.uniques} of {assessment.cases} people "
            f"stand alone and the smallest group has {assessment.k}; this profile promises {profile.smallest}. "
            f"Make it coarser and ask again. Proposed: {rules}"
        )


class NobodyInIt(Refused):
    """Consent, withdrawals and the choice of participants leave nobody."""

    public = "Nobody is left whose material this release may hold. Choose others, or another profile."


class MayNotAsk(Refused):
    """The role of this member does not ask for releases."""

    public = "Only leads and analysts of the study can ask for a release."


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be chosen."""

    instruments: tuple[tuple[UUID, Instrument], ...]
    sites: tuple[Site, ...]
    strata: tuple[Stratum, ...]
    attributes: tuple[Attribute, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a release would hold if it were made now. ``proposal`` is empty if nobody could be recognised."""

    cases: int
    left_out: Mapping[str, int]
    consents: Mapping[str, int]
    assessment: Assessment
    proposal: tuple[Rule, ...]
    questions_left_out: tuple[str, ...]


def offered(db: Session, study_id: UUID) -> Offered:
    """What can be chosen for a release of this study."""
    asked = columns.of_release(db, study_id, ())
    return Offered(
        tuple((one.row_id, one.instrument) for one in asked),
        tuple(studies.sites(db, study_id)),
        frames.strata(db, study_id),
        population.attributes_of(db, study_id),
        columns.languages_of(asked),
    )


def preview(db: Session, study_id: UUID, wanted: Terms) -> Preview:
    """What the release would hold; nothing is written. NobodyInIt, and Invalid for what the study does not have."""
    people, found = _looked_at(db, study_id, wanted)
    left_out = tuple(name for one in columns.of_release(db, study_id, wanted.instruments) for name in one.left_out)
    return Preview(
        len(people.people), people.left_out, people.consents(), found.assessment, found.proposal, left_out
    )  # fmt: skip


def _looked_at(
    db: Session, study_id: UUID, wanted: Terms, gone: Collection[UUID] = ()
) -> tuple[Population, Weighed]:  # fmt: skip
    people = population.of_release(db, study_id, wanted).without(gone)
    if not people.people:
        raise NobodyInIt
    return people, population.weighed(people, profiles.named(wanted.profile))


def require_safe(db: Session, study_id: UUID, wanted: Terms, *, gone: Collection[UUID] = ()) -> Population:
    """Who is in it, if nobody of them could be recognised by the attributes; BelowThreshold or NobodyInIt otherwise.

    ``gone`` are those of whose keys nothing is left.
    """
    people, found = _looked_at(db, study_id, wanted, gone)
    if found.proposal or (people.visible and not found.assessment.holds):
        raise BelowThreshold(profiles.named(wanted.profile), found.assessment, found.proposal)
    return people


def ask(db: Session, study_id: UUID, wanted: Terms, *, by: Account, now: datetime) -> Release:
    """The release is asked for and waits for its check.

    Refused are what does not say what it is for (Invalid), voices (NoVoice), a release of nobody (NobodyInIt), and one
    by which somebody could be recognised (BelowThreshold, with rules that would prevent it).
    """
    _require_permit(db, study_id, by)
    wanted.require_sense()
    people = require_safe(db, study_id, wanted)
    asked = columns.of_release(db, study_id, wanted.instruments)
    release = Release(
        study_id=study_id, asked_by=by.id, asked_at=now, profile=wanted.profile, asked_for=terms.spelled(wanted)
    )
    db.add(release)
    db.flush()
    releases.log(
        db, release, "asked", actor=ledger.staff(by.id), now=now, purpose=profiles.named(wanted.profile).purpose.value,
        cases=len(people.people), instruments=[one.instrument.id for one in asked], shifted=wanted.shifted,
        voice=wanted.voice, days=wanted.days,
    )  # fmt: skip
    db.flush()
    return release


def _require_permit(db: Session, study_id: UUID, by: Account) -> None:
    member = studies.membership(db, study_id, by.id)
    if member is None or Permit.ASK_RELEASES not in studies.permits_of(member.role):
        raise MayNotAsk


def withdraw(db: Session, release: Release, *, by: Account, now: datetime) -> None:
    """The release is not wanted any more; nothing will be built. NotYours, and NotNow once it was built or refused."""
    release = releases.find(db, release.study_id, release.id, writing=True)
    if release.asked_by != by.id:
        raise NotYours
    if release.state not in (State.ASKED, State.CHECKED, State.APPROVED):
        raise NotNow
    release.state, release.job, release.attempt = State.WITHDRAWN, None, None
    releases.log(db, release, "withdrawn", actor=ledger.staff(by.id), now=now)
    db.flush()
