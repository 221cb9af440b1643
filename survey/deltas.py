"""What an interviewer notes, in small pieces, and how the pieces make one record whatever order they arrive in.

A delta says what one tab changed. Everything that can change by itself (a topic, a field about the interview, a
candidate question, the memo) is a *register*; each entry in it says which entry it was typed on top of (``seen``). The
entry with the newest ``seen`` stands, and among those the latest; so a tab that was left open and knows less does not
undo what was noted since. What it held is not lost: entries that nobody saw before replacing them are kept aside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from instruments.kinds import Json

LONGEST = 50_000
MOST_PAUSES = 200


class TopicNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of one question of the guide: its answer as ``instruments.kinds`` says, None if there is none."""

    answer: Any = None  # a Json value; msgspec cannot say so
    seen: int = 0


class Candidate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question outside the guide, in the words in which it was asked; perhaps one for the next version."""

    id: str  # made where it was typed, so that typing on does not make a second one
    words: str = ""
    theme: str = ""
    after: str = ""  # the topic after which it came up
    removed: bool = False
    seen: int = 0


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is known of the interview itself; a field that is None was not changed. Times are ISO 8601 in UTC."""

    tape: str | None = None
    setting: str | None = None
    present: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    pauses: list[list[str]] | None = None  # [[from, to], …]; without a second time it is still paused
    seen: int = 0


class Memo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the interviewer thinks of it afterwards."""

    text: str = ""
    seen: int = 0


class Delta(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one tab changed, as it is sent and sealed."""

    topics: dict[str, TopicNote] = msgspec.field(default_factory=dict)
    meta: About | None = None
    candidates: list[Candidate] = msgspec.field(default_factory=list)
    memo: Memo | None = None
    tab: str = ""  # the page that it was typed in: what a page sends later replaces what it sent before


ABOUT = ("tape", "setting", "present", "started_at", "ended_at", "pauses")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A delta with the sequence under which it was kept, and when."""

    sequence: int
    at: datetime
    delta: Delta = field(repr=False)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a register held that somebody replaced without having seen it."""

    register: str
    at: datetime
    value: Json = field(repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """An interview as it stands. ``newest`` is, by register, the sequence to send as ``seen`` with the next change."""

    topics: dict[str, Json] = field(repr=False)
    about: dict[str, Json] = field(repr=False)
    candidates: tuple[Candidate, ...] = field(repr=False)
    memo: str = field(repr=False)
    newest: Mapping[str, int]
    earlier: tuple[Earlier, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Entry:
    seen: int
    sequence: int
    at: datetime
    value: Json
    tab: str


def registers(delta: Delta) -> dict[str, tuple[int, Json]]:
    """By register what a delta puts into it, with what it had seen: ``topic:barriers``, ``meta:tape``, ``memo``."""
    found: dict[str, tuple[int, Json]] = {
        f"topic:{name}": (note.seen, note.answer) for name, note in delta.topics.items()
    }
    if delta.meta is not None:
        for name in ABOUT:
            value = getattr(delta.meta, name)
            if value is not None:
                found[f"meta:{name}"] = (delta.meta.seen, value)
    for candidate in delta.candidates:
        plain: Json = {"words": candidate.words, "theme": candidate.theme, "after": candidate.after}
        found[f"candidate:{candidate.id}"] = (candidate.seen, None if candidate.removed else plain)
    if delta.memo is not None:
        found["memo"] = (delta.memo.seen, delta.memo.text)
    return found


def merged(deltas: Iterable[Numbered]) -> Record:
    """The record that the deltas make. Their order and their repetition make no difference."""
    entries: dict[str, dict[int, _Entry]] = {}
    for numbered in deltas:
        for register, (claimed, value) in registers(numbered.delta).items():
            # Nobody has seen what is not yet written, whatever a tab claims.
            seen = min(claimed, numbered.sequence - 1)
            entry = _Entry(seen, numbered.sequence, numbered.at, value, numbered.delta.tab)
            entries.setdefault(register, {})[numbered.sequence] = entry
    standing = {
        register: max(held.values(), key=lambda entry: (entry.seen, entry.sequence))
        for register, held in entries.items()
    }
    earlier = [
        Earlier(register, entry.at, entry.value)
        for register in sorted(entries)
        for _, entry in sorted(entries[register].items())
        if _unseen(entry, standing[register], entries[register])
    ]
    return Record(
        topics={name: entry.value for name, entry in _of("topic:", standing) if entry.value is not None},
        about={name: entry.value for name, entry in _of("meta:", standing) if entry.value not in ("", [])},
        candidates=_candidates(standing, entries),
        memo=str(standing["memo"].value) if "memo" in standing else "",
        newest={register: max(held) for register, held in entries.items()},
        earlier=tuple(earlier),
    )


def _unseen(entry: _Entry, standing: _Entry, held: Mapping[int, _Entry]) -> bool:
    """Whether an entry was replaced by somebody who did not know it, and says something else.

    A page that was overtaken goes on typing without having seen the other text; its own drafts it has seen.
    """
    if entry.value == standing.value or entry.value in (None, "", []):
        return False
    return not any(
        other.seen >= entry.sequence or (other.tab == entry.tab != "" and other.sequence > entry.sequence)
        for other in held.values()
    )


def _of(kind: str, standing: Mapping[str, _Entry]) -> Iterable[tuple[str, _Entry]]:
    return ((name.removeprefix(kind), entry) for name, entry in sorted(standing.items()) if name.startswith(kind))


def _candidates(standing: Mapping[str, _Entry], entries: Mapping[str, Mapping[int, _Entry]]) -> tuple[Candidate, ...]:
    """Those that were not taken back, in the order in which they were first noted."""
    found = []
    for name, entry in _of("candidate:", standing):
        if isinstance(entry.value, dict):
            said = {key: str(value) for key, value in entry.value.items()}
            found.append(
                (min(entries[f"candidate:{name}"]), Candidate(name, said["words"], said["theme"], said["after"]))
            )
    return tuple(candidate for _, candidate in sorted(found, key=lambda pair: (pair[0], pair[1].id)))
