"""The access review: who could read what, from when until when, and who looked, as the log tells it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# Deeds by which somebody of the team looked at what is sealed.
LOOKS = {
    "identity.read": "names and contacts of single participants",
    "identity.searched": "contacts, to find a participant",
    "roster.read": "every name, to take them out of a release",
    "nominations.read": "who named whom",
    "answers.read": "answers and transcripts",
    "candidates.read": "candidate questions from interviews",
    "consents.sampled": "consents by pseudonym, for the board",
}


@dataclass(slots=True)
class Held:
    """A key that somebody held; ``until`` is empty as long as they hold it."""

    account: str
    scope: str
    since: str
    until: str = ""


@dataclass(slots=True)
class Belonged:
    """A role that somebody had; ``until`` is empty as long as they have it."""

    account: str
    role: str
    since: str
    until: str = ""


@dataclass(slots=True)
class Looked:
    """How often somebody looked at one kind of thing, the first and the last time."""

    account: str
    deed: str
    times: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Review:
    """Everything that the log says about access, in the order in which it happened."""

    roles: tuple[Belonged, ...]
    keys: tuple[Held, ...]
    looks: tuple[Looked, ...]


def review(bodies: Iterable[str]) -> Review:
    """The review of a log whose lines are ``bodies``, oldest first."""
    roles: list[Belonged] = []
    keys: list[Held] = []
    looks: dict[tuple[str, str], Looked] = {}
    for body in bodies:
        line = json.loads(body)
        action, facts, at = line["action"], line["facts"], line["at"]
        if action == "member.joined":
            roles.append(Belonged(facts["account"], facts["role"], at))
        elif action == "member.left":
            _end(roles, facts, at, "role")
        elif action == "key.granted":
            keys.append(Held(facts["account"], facts["scope"], at))
        elif action == "key.taken":
            _end(keys, facts, at, "scope")
        elif action in LOOKS and line["actor"].startswith("staff:"):
            _look(looks, line["actor"].removeprefix("staff:"), action, at)
    return Review(tuple(roles), tuple(keys), tuple(looks.values()))


def _end(spans: Iterable[Belonged] | Iterable[Held], facts: Mapping[str, Any], at: str, which: str) -> None:
    for span in spans:
        if not span.until and span.account == facts["account"] and getattr(span, which) == facts[which]:
            span.until = at


def _look(looks: dict[tuple[str, str], Looked], account: str, deed: str, at: str) -> None:
    seen = looks.setdefault((account, deed), Looked(account, deed, 0, at, at))
    seen.times, seen.last = seen.times + 1, at
