"""What several items of the checklists speak of, counted once. Numbers are exact: they are the team's to report."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consent import decisions, documents
from consent.scopes import Scope
from exports import releases
from instruments import versions
from instruments.definition import Role
from instruments.versions import Version
from survey import frames, statuses
from survey.interviews import Interview
from survey.letters import Letter, LetterState
from survey.nominations import Nomination
from survey.participants import Participant, Standing
from survey.statuses import Status
from vault import approvals, studies
from vault.accounts import Account

_TOOK_PART = frozenset({Status.CONSENTED, Status.INTERVIEWED, Status.CLOSED})


@dataclass(frozen=True, slots=True)
class Facts:
    """What several items speak of."""

    standing: Counter[Status]
    groups: Counter[str]
    interviews: int
    interviewed: int
    repeated: int
    held: tuple[date, date] | None
    interviewers: Mapping[str, int]
    letters: int
    nominated: int
    agreed: Mapping[Scope, int]
    guides: tuple[tuple[str, tuple[Version, ...]], ...]
    themes: tuple[str, ...]
    boards: tuple[str, ...]
    sites: tuple[str, ...]
    frame: str
    texts: int
    releases: int
    profiles: tuple[str, ...]


def facts(db: Session, study_id: UUID, *, now: datetime) -> Facts:
    """What the records of a study hold at this moment."""
    rows = db.execute(
        select(Participant.id, Participant.stratum_id).where(
            Participant.study_id == study_id, Participant.standing != Standing.LINKED
        )
    )
    people = {participant_id: stratum_id for participant_id, stratum_id in rows}  # noqa: C416 - as in survey.matrices
    at = statuses.of_study(db, study_id)
    names = {stratum.id: stratum.name for stratum in frames.strata(db, study_id)}
    standing = Counter(at.get(one, Status.IDENTIFIED) for one in people)
    groups = Counter(
        names[stratum] for one, stratum in people.items() if stratum and at.get(one) in _TOOK_PART
    )  # fmt: skip
    held = db.execute(
        select(Interview.participant_id, Interview.account_id, Interview.held_on).where(Interview.study_id == study_id)
    ).all()
    by_person = Counter(row[0] for row in held)
    by_account = Counter(row[1] for row in held)
    days = sorted(row[2] for row in held)
    agreed: Counter[Scope] = Counter()
    for count in decisions.counts(db, study_id):
        agreed[count.scope] += count.agreed
    published = versions.of_study(db, study_id)
    reasons = [
        change for _, every in published for version in every for change in versions.changes_of(db, version)
    ]  # fmt: skip
    made = [one.release for one in releases.of_study(db, study_id, now=now) if one.release.built_at]
    return Facts(
        standing=standing,
        groups=groups,
        interviews=len(held),
        interviewed=len(by_person),
        repeated=sum(count > 1 for count in by_person.values()),
        held=(days[0], days[-1]) if days else None,
        interviewers={db.get_one(Account, one).name: count for one, count in by_account.items()},
        letters=db.scalar(
            select(func.count()).select_from(Letter).where(
                Letter.study_id == study_id, Letter.state == LetterState.SENT
            )
        ) or 0,
        nominated=db.scalar(
            select(func.count()).select_from(Nomination).where(Nomination.study_id == study_id)
        ) or 0,
        agreed=agreed,
        guides=tuple(
            (row.key, tuple(every)) for row, every in published if every and row.role is Role.GUIDE
        ),
        themes=tuple(dict.fromkeys(change.theme for change in reasons if change.theme)),
        boards=tuple(f"{one.board} ({one.reference})" for one in reversed(approvals.of_study(db, study_id))),
        sites=tuple(site.name for site in studies.sites(db, study_id)),
        frame="; ".join(f"{quota.target} of {quota.name or 'everybody'}" for quota in frames.quotas(db, study_id)),
        texts=len(documents.of_study(db, study_id)),
        releases=len(made),
        profiles=tuple(dict.fromkeys(one.profile for one in made)),
    )  # fmt: skip
