"""What each release holds, for whom and on whose word: what its own manifest says, but for small numbers."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from exports import releases
from exports.releases import Summary
from survey import oversight
from survey.suppression import LEAST


def files(db: Session, study_id: UUID, *, now: datetime) -> Iterator[tuple[str, bytes]]:
    """By name, one file for each release, whatever became of it."""
    for one in releases.of_study(db, study_id, now=now):
        told = json.dumps(_manifest(db, one), ensure_ascii=False, indent=1)
        yield f"releases/{one.release.id}.json", f"{told}\n".encode()


def _manifest(db: Session, one: Summary) -> Mapping[str, object]:
    release, wanted, found = one.release, one.release.terms, one.release.found
    return {
        "release": str(release.id),
        "profile": release.profile,
        "state": one.state.value,
        "purpose": wanted.purpose,
        "recipients": wanted.recipients,
        "instruments": [str(instrument) for instrument in wanted.instruments] or "all",
        "sites": [str(site) for site in wanted.sites] or "all",
        "attributes": "all" if wanted.attributes is None else list(wanted.attributes),
        "dates_shifted": wanted.shifted,
        "asked": {"by": one.asked_by, "at": release.asked_at.isoformat()},
        "decided": {
            "by": one.decided_by,
            "at": release.decided_at.isoformat() if release.decided_at else "",
            "alone": release.alone,
            "said": release.said,
        },
        "cases": _few(found.cases) if found else "",
        "smallest_group": found.smallest if found else "",
        "people_left_out": {why: _few(number) for why, number in found.people_left_out.items()} if found else {},
        "questions_left_out": list(found.questions_left_out) if found else [],
        "built_at": release.built_at.isoformat() if release.built_at else "",
        "fetched": [{"by": name, "at": at.isoformat()} for name, at in releases.fetches(db, release)],
        "manifest_sha256": release.digest,
    }


def _few(number: int) -> int | str:
    """The number, or that it is small."""
    return number if number >= LEAST else str(oversight.shown(number))
