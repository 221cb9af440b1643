"""Consent records in the information structure of ISO/IEC TS 27560:2023 (clause 6.3), as JSON.

One record is about one person under one pseudonym: what was put before them (PII processing), who is responsible (party
identification), and every decision in its order (events). Nobody's name is in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from consent.scopes import Scope

SCHEMA = "ISO/IEC TS 27560:2023"

# What each scope lets the study process, as kinds of information about a person.
_INFORMATION: Mapping[Scope, tuple[str, ...]] = {
    Scope.TAKE_PART: ("answers to the study's questions", "contact details"),
    Scope.RECORDED: ("recordings of the voice",),
    Scope.QUOTED: ("passages of answers, without a name",),
    Scope.LATER_RESEARCH: ("de-identified answers",),
    Scope.RESULTS: ("contact details",),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """The text that was put before somebody, in the language in which they read or heard it."""

    number: int
    fingerprint: str  # SHA-256 of the text in all its languages
    language: str
    title: str
    questions: Mapping[Scope, str]


@dataclass(frozen=True, slots=True)
class Word:
    """One decision: to what, yes or no, when, how, and under which notice (None: by leaving the study)."""

    scope: Scope
    agreed: bool
    at: datetime
    mode: str
    notice: Notice | None


@dataclass(frozen=True, slots=True)
class About:
    """The study, and the person by their pseudonym."""

    study: str
    reference: str
    pseudonym: str
    withdraw_at: str  # where one withdraws


def record(about: About, words: Sequence[Word]) -> Mapping[str, object]:
    """The record of one person; ``words`` are all of their decisions, oldest first."""
    notices = {word.notice.fingerprint + word.notice.language: word.notice for word in words if word.notice}
    return {
        "schema_version": SCHEMA,
        "record_id": f"{about.reference}/{about.pseudonym}",
        "pii_principal_id": about.pseudonym,
        "pii_processing": [_processing(about, notice) for notice in notices.values()],
        "party_identification": [
            {"party_id": about.reference, "party_name": about.study, "party_role": "PII controller"}
        ],
        "events": list(_events(about, words)),
    }


def _processing(about: About, notice: Notice) -> Mapping[str, object]:
    return {
        "privacy_notice": {"title": notice.title, "version": notice.number, "sha256": notice.fingerprint},
        "language": notice.language,
        "purposes": [
            {
                "purpose": words,
                "purpose_type": scope.value,
                "lawful_basis": "consent",
                "pii_information": [{"pii_type": kind} for kind in _INFORMATION[scope]],
                "pii_controllers": [about.reference],
                "collection_method": "given by the PII principal",
                "withdrawal_method": about.withdraw_at,
            }
            for scope, words in notice.questions.items()
        ],
    }


def _events(about: About, words: Sequence[Word]) -> Sequence[Mapping[str, object]]:
    before: dict[Scope, bool] = {}
    found = []
    for word in words:
        found.append(
            {
                "event_time": word.at.astimezone(UTC).isoformat(timespec="seconds"),
                "event_type": "explicit consent",
                "event_state": _state(word.agreed, before.get(word.scope)),
                "entity_id": about.pseudonym,
                "purpose_type": word.scope.value,
                "mode": word.mode,
                "privacy_notice": word.notice.fingerprint if word.notice else None,
            }
        )
        before[word.scope] = word.agreed
    return found


def _state(agreed: bool, before: bool | None) -> str:
    if agreed:
        return "consent re-confirmed" if before else "consent given"
    return "consent revoked" if before else "consent refused"
