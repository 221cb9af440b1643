"""Every version of what is asked and of what is agreed to, with what changed from one to the next."""

import difflib
import json
from collections.abc import Iterator, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from consent import documents
from consent.wording import Wording
from instruments import versions
from instruments.yaml_text import write_yaml


def files(db: Session, study_id: UUID) -> Iterator[tuple[str, bytes]]:
    """By name, the texts of instruments and consent documents and their changes."""
    yield from _instruments(db, study_id)
    yield from _documents(db, study_id)


def _instruments(db: Session, study_id: UUID) -> Iterator[tuple[str, bytes]]:
    for row, published in versions.of_study(db, study_id):
        for version in published:
            name = f"instruments/{row.key}/version-{version.number}"
            yield f"{name}.yaml", write_yaml(versions.definition_of(version)).encode()
            changes = [
                {
                    "place": one.question,
                    "what": sorted(kind.value for kind in one.kinds),
                    "reason": one.reason,
                    "theme": one.theme,
                    "evidence": one.evidence,
                }
                for one in versions.changes_of(db, version)
            ]
            told = {
                "version": version.number,
                "sha256": version.fingerprint,
                "approval": version.approval,
                "published_at": version.published_at.isoformat(),
                "changes": changes,
            }
            yield f"{name}.json", (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _documents(db: Session, study_id: UUID) -> Iterator[tuple[str, bytes]]:
    former: Mapping[str, str] | None = None
    for document in reversed(documents.of_study(db, study_id)):
        name = f"consent/document-{document.number}"
        # Its SHA-256 is the fingerprint that stands in every decision made under it.
        yield f"{name}.json", document.body.encode()
        now = _parts(documents.published(document).wording)
        if former is not None:
            yield f"{name}.changes.txt", "".join(_changes(former, now)).encode()
        former = now


def _parts(wording: Wording) -> Mapping[str, str]:
    """Everything that somebody reads or hears, by place and language."""
    whole = {"title": wording.title, "note": wording.note, "letter": wording.text, "script": wording.script}
    whole["signature"] = wording.signing
    asked = {f"question {one.scope.value}": one.question for one in wording.asked}
    return {
        f"{place} ({language})": text
        for place, texts in {**whole, **asked}.items()
        for language, text in texts.items()
        if text
    }


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Each place that differs, line by line: - was taken out, + was put in."""
    for place in dict.fromkeys([*before, *after]):
        one, other = before.get(place, ""), after.get(place, "")
        if one != other:
            lines = difflib.unified_diff(
                one.splitlines(), other.splitlines(), f"{place}, before", f"{place}, now", lineterm=""
            )
            yield from (f"{line}\n" for line in lines)
            yield "\n"
