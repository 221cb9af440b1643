"""What a release says of itself: a manifest for programs and the same in plain words for people."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version as installed
from typing import Any

from exports import terms
from exports.dataset import Dataset
from exports.profiles import Profile
from exports.releases import Found, Release
from instruments.sentences import in_language

FORMAT = 1

_TIME = "Days are calendar days in UTC; times of day stand only where they were noted, in UTC (ISO 8601, ending in Z)."


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the release."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that the manifest tells."""

    release: Release
    profile: Profile
    data: Dataset
    found: Found
    consents: dict[str, int]
    entries: Sequence[Entry]
    losses: dict[str, tuple[str, ...]]


def manifest(of: Contents) -> bytes:
    """The manifest as JSON."""
    wanted, data = of.release.terms, of.data
    plain: dict[str, Any] = {
        "format": FORMAT,
        "release": str(of.release.id),
        "study": {"title": data.title, "reference": data.reference},
        "profile": of.profile.name,
        "purpose": {"kind": of.profile.purpose.value, "in_words": wanted.purpose},
        "recipients": wanted.recipients,
        "made_on": data.made_on.isoformat(),
        "made_by": f"Verbatim {installed('verbatim')}",
        "time": _TIME,
        "dates_shifted": data.shifted,
        "voices": wanted.voice,
        "language": data.language,
        "approved": {"alone": of.release.alone, "on": _day(of.release.decided_at)},
        "instruments": [
            {
                "id": one.id,
                "title": in_language(one.title, data.language),
                "role": one.role.value,
                "versions": [
                    {
                        "number": each.number,
                        "fingerprint": each.fingerprint,
                        "published_on": each.published_on.isoformat(),
                    }
                    for each in one.versions
                ],
            }
            for one in data.instruments
        ],
        "participants": of.found.cases,
        "records": of.found.records,
        "consents_of_participants": of.consents,
        "attributes": [one.name for one in data.attributes],
        "smallest_group": of.found.smallest,
        "promised_group": of.profile.smallest,
        "coarsened": terms.rules_spelled(wanted.rules),
        "left_out": {
            "participants": dict(of.found.people_left_out),
            "questions_that_identify": list(of.found.questions_left_out),
        },
        "names_replaced": of.found.replaced,
        "names_doubtful": of.found.doubts,
        "losses": {name: list(lost) for name, lost in of.losses.items()},
        "files": [{"name": one.name, "size": one.size, "sha256": one.sha256} for one in of.entries],
    }
    return (json.dumps(plain, indent=1, ensure_ascii=False) + "\n").encode()


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""


def readme(of: Contents) -> bytes:
    """The same for whoever opens the folder, in plain words."""
    wanted, found = of.release.terms, of.found
    lines = [
        f"{of.data.title} ({of.data.reference})" if of.data.reference else of.data.title,
        "",
        f"{of.profile.title}: {of.profile.contains}",
        f"For: {wanted.purpose}",
        f"Received by: {wanted.recipients}",
        "",
        f"Release {of.release.id}, made on {of.data.made_on.isoformat()}.",
        f"{found.cases} participants, {found.records} records (surveys and interviews"
        f"{', those that were not finished too' if of.profile.unfinished else ''}).",
        f"Of the attributes beside them, at least {found.smallest} people share every combination, apart from whether",
        "they may be quoted. The answers themselves were not looked at for that: they may tell people apart.",
        "Dates were moved by a number of days of its own for each participant." if of.data.shifted
        else "Dates are as they were.",
        _TIME,
        "",
        "What is not in it:",
        *(f"- {count} who {reason}" for reason, count in found.people_left_out.items()),
        *(f"- the question {name}, because its answers say who somebody is" for name in found.questions_left_out),
        *(f"- something was made coarser: {rule}" for rule in wanted.rules),
        *([] if of.profile.own_names else ["- what interviewers wrote for themselves (memos)"]),
        "- names that the study knows; brackets such as [mentor 3] stand in their place",
        "",
        "What each format cannot carry:",
        *(f"- {name}: {sentence}" for name, lost in of.losses.items() for sentence in lost),
        "",
        "Only names that the study knows were looked for. Other names, places and stories may still tell somebody who",
        "knows them. Treat it as personal data, keep it where only its recipients reach it, and destroy it when it has",
        "served its purpose.",
        "If you are told that a participant withdrew, take their case out of every copy.",
        "",
        "manifest.json lists every file with its SHA-256.",
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n").encode()
