"""What a study holds about one participant, for that participant: opened with their own keys, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from consent import decisions
from instruments import versions
from instruments.definition import Question
from instruments.kinds import Answer
from instruments.sentences import in_language
from survey import responses, runs, statuses
from survey.participants import Participant
from survey.runs import Kind
from vault import identities
from vault.errors import Missing
from vault.identities import Identity
from vault.studies import Scope, Site, find


@dataclass(frozen=True, slots=True)
class Given:
    """One answer, with its question as it was asked under the version of the run."""

    question: Question
    answer: Answer = field(repr=False)


@dataclass(frozen=True, slots=True)
class Run:
    """One survey, or one interview. What interviewers noted is not among the answers: it is in their words."""

    id: UUID
    title: Mapping[str, str]
    version: int
    kind: Kind
    begun_on: date
    submitted_on: date | None
    given: tuple[Given, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was decided on one occasion."""

    occasion_id: UUID
    at: datetime
    mode: str
    language: str
    document: str  # the fingerprint of the text; empty for a withdrawal
    choices: Mapping[str, bool]
    signature: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything, as it stands."""

    study: str
    pseudonym: str
    site: str
    enrolled_on: date
    standing: str
    identity: Identity | None = field(repr=False)
    steps: tuple[tuple[date, str], ...]
    agreements: tuple[Agreement, ...] = field(repr=False)
    runs: tuple[Run, ...] = field(repr=False)

    def plain(self, language: str, *, notes: str) -> dict[str, object]:
        """The same as JSON values, for a file that other programs read. ``notes`` says what is held of an interview."""
        return {
            "study": self.study,
            "pseudonym": self.pseudonym,
            "site": self.site,
            "enrolled_on": self.enrolled_on.isoformat(),
            "standing": self.standing,
            "person": _person(self.identity),
            "steps": [{"day": day.isoformat(), "step": step} for day, step in self.steps],
            "consents": [_plain_agreement(agreement) for agreement in self.agreements],
            "responses": [_plain_run(run, language, notes) for run in self.runs],
        }


def _person(identity: Identity | None) -> dict[str, str] | None:
    if identity is None:
        return None
    # The note is the team's own, about how to reach somebody, and still a thing that is held about them.
    return {
        "name": identity.name,
        "email": identity.email,
        "telephone": identity.telephone,
        "address": identity.address,
        "note": identity.note,
    }


def _plain_agreement(agreement: Agreement) -> dict[str, object]:
    return {
        "at": agreement.at.isoformat(),
        "how": agreement.mode,
        "language": agreement.language,
        "document": agreement.document,
        "decided": dict(agreement.choices),
        "signature": agreement.signature,
    }


def _plain_run(run: Run, language: str, notes: str) -> dict[str, object]:
    return ({"notes": notes} if run.kind.spoken else {}) | {
        "instrument": in_language(run.title, language),
        "version": run.version,
        "kind": run.kind.value,
        "begun_on": run.begun_on.isoformat(),
        "submitted_on": run.submitted_on.isoformat() if run.submitted_on else None,
        "answers": [
            {"id": one.question.id, "question": in_language(one.question.label, language), "answer": one.answer}
            for one in run.given
        ],
    }


def of_participant(db: Session, participant: Participant, keys: Mapping[Scope, bytes]) -> Holdings:
    """What is held about the participant, opened with the keys of their own session.

    Without the linkage key (they are anonymous by now) there is no name and no signature to show.
    """
    if Scope.RESPONSES not in keys:
        raise Missing
    linkage = keys.get(Scope.LINKAGE)
    site = db.get(Site, participant.site_id) if participant.site_id else None
    return Holdings(
        study=find(db, participant.study_id).title,
        pseudonym=participant.pseudonym,
        site=site.name if site else "",
        enrolled_on=participant.enrolled_on,
        standing=participant.standing.value,
        identity=identities.own(db, participant.id, linkage) if linkage else None,
        steps=tuple((day, status.value) for day, status in statuses.history(db, participant.id)),
        agreements=_agreements(db, participant.id, linkage),
        runs=tuple(
            _run(db, keys[Scope.RESPONSES], run, keys.get(Scope.LINKAGE))
            for run in runs.of_participant(db, participant.id)
        ),
    )


def _agreements(db: Session, participant_id: UUID, linkage: bytes | None) -> tuple[Agreement, ...]:
    return tuple(
        Agreement(
            sitting.occasion.id,
            sitting.occasion.at,
            sitting.occasion.mode.value,
            sitting.occasion.language or "",
            sitting.occasion.document or "",
            {decision.scope.value: decision.agreed for decision in sitting.decisions},
            decisions.signed_on(linkage, sitting.occasion).signature if linkage else "",
        )
        for sitting in decisions.history(db, participant_id)
    )


def _run(db: Session, key: bytes, run: runs.Response, linkage: bytes | None) -> Run:
    version = versions.find(db, run.version_id)
    plan = versions.plan_of(version)
    answers = {} if run.kind.spoken else responses.load(db, key, run, linkage=linkage).answers
    given = tuple(
        Given(question, answers[question.id])
        for page in plan.pages
        for question in page.questions
        if question.id in answers
    )
    return Run(
        run.id, plan.instrument.title, version.number, run.kind, run.begun_on, run.submitted_on, given
    )  # fmt: skip
