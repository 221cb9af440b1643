#!/usr/bin/env python3
"""Check the log of a study, offline. Python 3.9 or later and its standard library; nothing is sent anywhere.

    python3 verify_log.py FOLDER [checkpoints and receipts that you kept ...]
    python3 verify_log.py --entries entries.jsonl --checkpoint log.checkpoint --key log.vkey [kept ...]
    python3 verify_log.py receipt.json

FOLDER is what the study handed over: entries.jsonl (one line for each deed), log.checkpoint, log.vkey. What you kept
are checkpoints that reached you earlier, as files, saved mails or copied text, and participants' receipts. Say with
--key which key you were given at the beginning, if you have it: otherwise the key of the folder is believed.

It says in words what was checked, what was found and what cannot be known, and ends with 0 if nothing is wrong, 1 if
something is, 2 if the files cannot be read. One file on purpose: you can read all of it before you run it.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import email
import email.policy
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

# ---------------------------------------------------------------------------------------------------------------------
# Ed25519 signatures, after RFC 8032, section 5.1. Slow and simple: only checkpoints are signed, not every entry.

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z
_NOTHING: Point = (0, 1, 1, 0)


def _added(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number: int, point: Point) -> Point:
    product = _NOTHING
    while number:
        if number & 1:
            product = _added(product, point)
        point = _added(point, point)
        number >>= 1
    return product


def _same(one: Point, other: Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % _P == 0 and (one[1] * other[2] - other[1] * one[2]) % _P == 0


def _point(encoded: bytes) -> Point | None:
    """The point that 32 bytes stand for; None for bytes that stand for none, or not in the one right way."""
    y = int.from_bytes(encoded, "little")
    odd, y = y >> 255, y & ((1 << 255) - 1)
    if y >= _P:
        return None
    squared = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(squared, (_P + 3) // 8, _P)
    if (x * x - squared) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - squared) % _P or (x == 0 and odd):
        return None
    if x & 1 != odd:
        x = _P - x
    return x, y, 1, x * y % _P


_BASE = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))


def signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the holder of the key made this signature of this message.

    Keys of small order, with which a signature can fit any message, are nobody's key.
    """
    if len(public) != 32 or len(signature) != 64 or _BASE is None:
        return False
    key, commitment = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= _ORDER or _same(_times(8, key), _NOTHING):
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    asked = int.from_bytes(digest, "little") % _ORDER
    return _same(_times(scalar, _BASE), _added(commitment, _times(asked, key)))


# ---------------------------------------------------------------------------------------------------------------------
# The tree, after RFC 6962: every entry is a leaf, and the root changes if any byte of any entry does.

_sha256 = hashlib.sha256
_AT_ONCE = 4096


def leaf(body: bytes) -> bytes:
    """The hash of one entry."""
    return _sha256(b"\0" + body).digest()


def _above(left: bytes, right: bytes) -> bytes:
    return _sha256(b"\1" + left + right).digest()


class Tree:
    """A tree that grows. Of everything to the left only the roots of whole subtrees are kept, at most 64."""

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[bytes] = []

    def add(self, leaves: list[bytes]) -> None:
        """The leaves stand at the end, in this order."""
        at = 0
        while at < len(leaves):
            width = min(self.size & -self.size or 1 << 62, 1 << (len(leaves) - at).bit_length() - 1)
            self._hang(self._folded(leaves[at : at + width]), width)
            at += width

    @staticmethod
    def _folded(hashes: list[bytes]) -> bytes:
        while len(hashes) > 1:
            pairs = iter(hashes)
            hashes = [_sha256(b"\1" + left + right).digest() for left, right in zip(pairs, pairs)]  # noqa: B905 - Python 3.9
        return hashes[0]

    def _hang(self, subtree: bytes, width: int) -> None:
        level = self.size // width
        while level & 1:
            subtree = _above(self._whole.pop(), subtree)
            level >>= 1
        self._whole.append(subtree)
        self.size += width

    def root(self) -> bytes:
        """The root at this size."""
        if not self._whole:
            return _sha256(b"").digest()
        root = self._whole[-1]
        for subtree in reversed(self._whole[:-1]):
            root = _above(subtree, root)
        return root


def root_of_proof(hashed: bytes, index: int, size: int, proof: Iterable[bytes]) -> bytes | None:
    """The root to which an inclusion proof leads (RFC 9162, 2.1.3.2); None if it is no proof for this place."""
    if not 0 <= index < size:
        return None
    at, last, root = index, size - 1, hashed
    for sibling in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            root = _above(sibling, root)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            root = _above(root, sibling)
        at, last = at >> 1, last >> 1
    return root if last == 0 else None


# ---------------------------------------------------------------------------------------------------------------------
# Keys and signed checkpoints, after C2SP signed-note and tlog-checkpoint.


class Unusable(Exception):
    """What was given cannot be read. The sentence says what and why."""


class Key(NamedTuple):
    """Who signs, and with which public key."""

    name: str
    id: str
    public: bytes
    text: str


def _decoded(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise Unusable(f"{what} is not written in base64.") from None


def key_of(line: str) -> Key:
    """The key that a line of a .vkey file stands for."""
    parts = line.strip().split("+", 2)
    if len(parts) != 3:
        raise Unusable("A key has the form name+number+key; this one has not.")
    raw = _decoded(parts[2], "The key")
    number = _sha256(parts[0].encode() + b"\n" + raw).digest()[:4].hex()
    if len(raw) != 33 or raw[0] != 1 or number != parts[1]:
        raise Unusable("The key does not fit its own number: it was changed or cut, or is of another kind.")
    return Key(parts[0], number, raw[1:], line.strip())


class Checkpoint(NamedTuple):
    """A size and a root that somebody signed; where it comes from, and whether the auditor kept it."""

    where: str
    kept: bool
    origin: str
    size: int
    root: bytes
    text: bytes  # what was signed
    signatures: tuple[tuple[str, str, bytes], ...]  # name, number of the key, signature

    def signed_with(self, key: Key) -> bool:
        """Whether one of its signatures is the key's."""
        return any(
            (name, number) == (key.name, key.id) and signed_by(key.public, signature, self.text)
            for name, number, signature in self.signatures
        )


_NOTE = re.compile(
    r"^(?P<text>(?P<origin>\S+)\n(?P<size>0|[1-9][0-9]*)\n(?P<root>[A-Za-z0-9+/]{43}=)\n(?:\S[^\n]*\n)*)\n"
    r"(?P<signatures>(?:— \S+ [A-Za-z0-9+/]+=*(?:\n|\Z))+)",
    re.MULTILINE,
)


def checkpoints_in(text: str, where: str, *, kept: bool) -> list[Checkpoint]:
    """Every checkpoint in a text. What mail programs do to lines is undone first: their ends, and "> " before them."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    plain = "\n".join(re.sub(r"^(?:> ?)+", "", line).rstrip() for line in plain.split("\n"))
    found = []
    for match in _NOTE.finditer(plain):
        signatures = []
        for line in match["signatures"].splitlines():
            _, name, blob = line.split(" ")
            raw = _decoded(blob, f"A signature in {where}")
            signatures.append((name, raw[:4].hex(), raw[4:]))
        root = _decoded(match["root"], f"The root in {where}")
        found.append(
            Checkpoint(
                where, kept, match["origin"], int(match["size"]), root, match["text"].encode(), tuple(signatures)
            )
        )
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror or 'there is no such file'}.") from None


def texts_of(path: Path) -> list[str]:
    """A file as text; of a mail as it was saved, also what is written in it and enclosed with it."""
    raw = _read(path)
    found = [raw.decode("utf-8", "replace")]
    for part in email.message_from_bytes(raw, policy=email.policy.default).walk():
        content = None if part.is_multipart() else part.get_payload(decode=True)
        if isinstance(content, bytes):
            found.append(content.decode("utf-8", "replace"))
    return found


def checkpoints_of(path: Path, *, kept: bool) -> list[Checkpoint]:
    """The checkpoints in a file: a checkpoint, a mail as it was saved, or anything into which one was copied."""
    found = [one for text in texts_of(path) for one in checkpoints_in(text, path.name, kept=kept)]
    if not found:
        raise Unusable(f"There is no checkpoint in {path}.")
    return list({one.text: one for one in found}.values())


_VKEY = re.compile(r"(?:^|(?<=\s))[^\s+>]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}(?=\s|$)")


def keys_of(path: Path) -> tuple[Key, ...]:
    """The keys in a file, in their order: a .vkey file, or the mail in which they came."""
    found = (key_of(line) for text in texts_of(path) for line in _VKEY.findall(text))
    return tuple({key.text: key for key in found}.values())


# ---------------------------------------------------------------------------------------------------------------------
# Entries. Verbatim writes each in one spelling only, so whatever is spelled otherwise was not written by it.

_FRAME = re.compile(
    rb'\{"action":"([a-z]+(?:[.-][a-z]+)+)","actor":"(operator|system|staff:[0-9a-f-]{36}|participant:[0-9a-f]{64})",'
    rb'"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)","detail":"(?:[0-9a-f]{64})?","facts":(\{.*\}),'
    rb'"study":"([0-9a-f-]{36}|)","subject":"([0-9a-f]{64}|)","v":1\}'
)
_MOST_FACTS = 20_000

Facts = dict[str, Any]


class Entry:
    """One line of the log."""

    __slots__ = ("action", "actor", "at", "facts", "number", "subject")

    def __init__(self, number: int, action: bytes, actor: bytes, at: bytes, facts: Facts, subject: bytes) -> None:
        self.number, self.action, self.actor, self.at = number, action, actor, at
        self.facts, self.subject = facts, subject

    @property
    def day(self) -> str:
        """The day in UTC, as approvals are dated."""
        return self.at[:10].decode()

    @property
    def account(self) -> str:
        """Whose deed it was, if it was that of somebody of the team."""
        return self.actor[6:].decode() if self.actor.startswith(b"staff:") else ""

    def fact(self, name: str) -> str:
        """A fact as text; empty if the line does not have it."""
        value = self.facts.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)

    def number_of(self, name: str) -> int:
        """A fact that is a number; 0 if the line does not have it."""
        value = self.facts.get(name)
        return value if isinstance(value, int) else 0

    def words(self, name: str) -> list[str]:
        """A fact that is a list of words."""
        value = self.facts.get(name)
        return [str(one) for one in value] if isinstance(value, list) else []

    @property
    def who(self) -> str:
        """The actor in words."""
        if self.account:
            return f"member {self.account}"
        if self.actor.startswith(b"participant:"):
            return f"participant {self.actor[12:24].decode()}…"
        return {b"operator": "the operator", b"system": "Verbatim itself"}.get(self.actor, "somebody")

    @property
    def whom(self) -> str:
        """The participant whom it is about, in words."""
        return f"participant {self.subject[:12].decode()}…" if self.subject else "a participant who is not named"

    def __str__(self) -> str:
        moment, action = self.at[:19].decode().replace("T", " "), self.action.decode()
        return f"entry {self.number:,}, {moment} UTC, {self.who} {_WORDS.get(action, 'did this')} ({action})"


# What the deeds under a rule are called when one of them offends.
_WORDS = {
    "answers.read": "read answers",
    "answers.saved": "saved a page of answers",
    "approval.recorded": "recorded an approval",
    "candidate.accepted": "accepted a candidate question",
    "candidate.declined": "declined a candidate question",
    "candidate.entered": "entered a candidate question",
    "candidate.merged": "merged candidate questions",
    "candidate.reopened": "reopened a candidate question",
    "candidates.read": "read the candidate questions",
    "consent.decided": "decided about taking part",
    "consent.published": "published a consent text",
    "enrolment.one-more": "let one more come in than was approved",
    "erasure.keys-destroyed": "destroyed a participant's keys",
    "erasure.promised": "promised to forget a participant",
    "escrow.entrusted": "made cards for the escrow",
    "escrow.used": "opened the study with the escrow's cards",
    "identity.corrected": "corrected a participant's name or contacts",
    "identity.read": "read a participant's name",
    "identity.searched": "looked for a participant by name",
    "instrument.published": "published a version of an instrument",
    "interview.ended": "ended an interview",
    "interview.started": "began an interview",
    "key.granted": "gave a key",
    "key.rotated": "changed a key",
    "key.taken": "took a key away",
    "letter.sent": "sent a letter",
    "log.key-changed": "changed the key that signs this log",
    "member.joined": "took in a member",
    "member.left": "ended a membership",
    "nomination.linked": "brought two pseudonyms of one person together",
    "nominations.read": "read who named whom",
    "participant.admitted": "let a participant come in",
    "participant.assigned": "assigned a participant to an interviewer",
    "participant.enrolled": "enrolled a participant",
    "participant.placed": "changed a participant's site or group",
    "participant.unassigned": "ended an interviewer's assignment",
    "participant.withdrew": "withdrew, or entered a withdrawal",
    "release.approved": "approved a release",
    "release.asked": "asked for a release",
    "release.built": "built a release",
    "release.fetched": "fetched a release",
    "release.looked-through": "looked through the names that a release takes out",
    "release.started": "set a release going",
    "response.begun": "began an instrument with a participant",
    "response.submitted": "sent or deposited answers",
    "roster.read": "read every name",
    "study.founded": "founded the study",
}


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class Reader:
    """Lines as entries. The same facts stand in many lines, so they are read once."""

    def __init__(self) -> None:
        self._known: dict[bytes, Facts | None] = {}

    def facts(self, text: bytes) -> Facts | None:
        """The facts that stand in a line; None if they are not spelled as Verbatim spells them."""
        if text in self._known:
            return self._known[text]
        try:
            found = json.loads(text)
            right = isinstance(found, dict) and _canonical(found).encode() == text
        except (ValueError, RecursionError):
            right = False
        if len(self._known) >= _MOST_FACTS:
            self._known.clear()
        self._known[text] = found if right else None
        return self._known[text]


# ---------------------------------------------------------------------------------------------------------------------
# The rules. Each reads the entries as they come and remembers the first that breaks it, and how many do.


class Rule:
    """One thing that must hold. ``deeds`` are the entries it looks at, each with what looks."""

    says = ""

    def __init__(self) -> None:
        self.looked_at = 0
        self.broken = 0
        self.first: tuple[int, str] | None = None
        self.notes: list[str] = []

    @property
    def deeds(self) -> dict[str, Callable[[Entry], None]]:
        """By action, what is done with it."""
        return {}

    def breaks(self, entry: Entry, why: str) -> None:
        """The entry breaks the rule."""
        self.broken += 1
        # What is missing is noticed late, so the first entry is not always the first that was noticed.
        if self.first is None or entry.number < self.first[0]:
            self.first = entry.number, f"{entry}: {why}"

    def note(self, sentence: str) -> None:
        """Something that is no offence and that a reader should know; of many alike the first ones."""
        if len(self.notes) < 3:
            self.notes.append(sentence)

    def end(self, last: Entry) -> None:
        """There are no more entries."""


_HOLDS = {
    "lead": {"responses", "audio", "linkage"},
    "coordinator": {"linkage"},
    "transcriber": {"audio"},
    "analyst": {"responses"},
}
_LEADS_ONLY = (
    "member.joined", "member.left", "key.granted", "key.rotated", "key.taken", "escrow.entrusted", "enrolment.one-more",
)  # fmt: skip
# A worker finishes what a member began, who may have left meanwhile.
_FINISHED_LATER = {b"release.checked", b"release.built", b"roster.read", b"answers.read"}
_LENT = 15  # minutes for which a worker has the keys that were lent to it, and a little


class Team(Rule):
    """Who is a member in which role, who holds which key, and who speaks with whom, at each moment."""

    says = "Every deed of the team was done by a member, and only leads took in members or gave keys."

    def __init__(self) -> None:
        super().__init__()
        self.role: dict[str, str] = {}
        self.holders: dict[str, set[str]] = {}
        self.assigned: dict[bytes, set[str]] = {}
        self._founder = ""
        self._leaving: dict[str, bytes] = {}  # when somebody changed their own role, or left
        self.lent: dict[str, tuple[str, set[str]]] = {}

    @property
    def deeds(self) -> dict[str, Callable[[Entry], None]]:
        return {
            "study.founded": self._founded, "member.joined": self._joined, "member.left": self._left,
            "participant.assigned": self._assigned, "participant.unassigned": self._unassigned,
            "release.started": self._started, **dict.fromkeys(_LEADS_ONLY[2:], self._by_lead),
        }  # fmt: skip

    def seen(self, entry: Entry) -> None:
        """Somebody of the team did something: were they of the team?"""
        self.looked_at += 1
        if entry.account in self.role or entry.action in _FINISHED_LATER or self._just_now(entry):
            return
        self.breaks(entry, "whoever did this was not a member of the study at that moment.")

    def _just_now(self, entry: Entry) -> bool:
        """Whether they are about to be the founder, or to have another role, by entries of the same moment."""
        if entry.action == b"study.founded" and entry.number == 0:
            return True
        return entry.account == self._founder or self._leaving.get(entry.account) == entry.at

    def _founded(self, entry: Entry) -> None:
        # Between founding and joining the founder is the only one there is.
        self._founder = entry.account

    def _by_lead(self, entry: Entry) -> None:
        if entry.account and self.role.get(entry.account) != "lead" and not self._just_now(entry):
            self.breaks(entry, "only a lead of the study may do this, and this was none.")

    def _joined(self, entry: Entry) -> None:
        self._by_lead(entry)
        who, role = entry.fact("account"), entry.fact("role")
        self._founder = ""
        self.role[who] = role
        for scope, holders in self.holders.items():
            if scope not in _HOLDS.get(role, set()):
                holders.discard(who)

    def _left(self, entry: Entry) -> None:
        self._by_lead(entry)
        who = entry.fact("account")
        if who == entry.account:
            self._leaving[who] = entry.at
        self.role.pop(who, None)

    def _assigned(self, entry: Entry) -> None:
        self.assigned.setdefault(entry.subject, set()).add(entry.fact("account"))

    def _unassigned(self, entry: Entry) -> None:
        self.assigned.get(entry.subject, set()).discard(entry.fact("account"))

    def _started(self, entry: Entry) -> None:
        held = {scope for scope in self.holders if self.holds(entry.account, scope)}
        self.lent[entry.account] = entry.at.decode(), held

    def holds(self, account: str, scope: str) -> bool:
        """Whether the account is a member and holds the key of the scope."""
        return account in self.role and account in self.holders.get(scope, ())

    def was_lent(self, entry: Entry, scope: str) -> bool:
        """Whether a worker reads with keys that a holder had lent to it some minutes before."""
        began, held = self.lent.get(entry.account, ("", set()))
        return scope in held and minutes_between(began, entry.at.decode()) <= _LENT

    def speaks_with(self, account: str, subject: bytes) -> bool:
        """Whether the participant is assigned to the account, which still is somebody's who holds interviews."""
        return account in self.assigned.get(subject, ()) and self.role.get(account) in ("interviewer", "lead")


def minutes_between(one: str, other: str) -> float:
    """How many minutes lie between two moments."""
    # The "Z" is left out because Python 3.9 does not read it.
    return (datetime.fromisoformat(other[:23]) - datetime.fromisoformat(one[:23])).total_seconds() / 60


class Keys(Rule):
    """Who holds which of the study's keys follows from these entries and from nothing else."""

    says = "Every key was given by somebody who held it, to a member whose role is entitled to it."

    def __init__(self, team: Team) -> None:
        super().__init__()
        self._team = team
        self._by_cards: dict[str, list[Entry]] = {}

    @property
    def deeds(self) -> dict[str, Callable[[Entry], None]]:
        return {
            "key.granted": self._granted, "key.rotated": self._rotated, "key.taken": self._taken,
            "escrow.used": self._cards,
        }  # fmt: skip

    def _granted(self, entry: Entry) -> None:
        self.looked_at += 1
        scope, who, by = entry.fact("scope"), entry.fact("account"), entry.account
        first = scope not in self._team.holders
        if scope not in _HOLDS.get(self._team.role.get(who, ""), set()):
            self.breaks(entry, f"member {who} got the key to {scope}, to which their role does not entitle them.")
        elif not first and not self._team.holds(by, scope):
            if by == who:
                # With the cards of the escrow a lead gives a key to themselves; that the cards were used follows.
                self._by_cards.setdefault(by, []).append(entry)
            else:
                self.breaks(entry, f"whoever gave the key to {scope} did not hold it.")
        self._team.holders.setdefault(scope, set()).add(who)

    def _cards(self, entry: Entry) -> None:
        self._by_cards.pop(entry.account, None)

    def _rotated(self, entry: Entry) -> None:
        self.looked_at += 1
        scope, holders = entry.fact("scope"), set(entry.words("holders"))
        if not self._team.holds(entry.account, scope):
            self.breaks(entry, f"whoever changed the key to {scope} did not hold it.")
        if "holders" not in entry.facts:
            self.note(f"{entry}: written by an earlier Verbatim, which did not say who holds the new key.")
            return
        strangers = sorted(who for who in holders if not self._team.holds(who, scope))
        if strangers:
            self.breaks(
                entry, f"the new key to {scope} went to member {strangers[0]}, who did not hold the former one."
            )
        self._team.holders[scope] = holders

    def _taken(self, entry: Entry) -> None:
        self._team.holders.get(entry.fact("scope"), set()).discard(entry.fact("account"))

    def end(self, last: Entry) -> None:
        for entries in self._by_cards.values():
            for entry in entries:
                self.breaks(entry, "a lead gave this key to themselves, and no use of the escrow's cards follows.")


class Reading(Rule):
    """Names and answers are read by those only whose keys open them."""

    says = "Every reader of names or of answers held the key, or had the participant assigned to them, at that time."

    def __init__(self, team: Team) -> None:
        super().__init__()
        self._team = team

    @property
    def deeds(self) -> dict[str, Callable[[Entry], None]]:
        names = (
            "identity.read", "identity.searched", "identity.corrected", "nominations.read", "nomination.linked",
            "roster.read", "release.looked-through",
        )  # fmt: skip
        answers = (
            "answers.read", "candidates.read", "candidate.entered", "candidate.accepted", "candidate.merged",
            "candidate.declined", "candidate.reopened",
        )  # fmt: skip
        return {
            **dict.fromkeys(names, self._names), **dict.fromkeys(answers, self._answers),
            "interview.started": self._speaking, "release.started": self._both,
        }  # fmt: skip

    def _names(self, entry: Entry) -> None:
        self._require(entry, "linkage", "names")

    def _answers(self, entry: Entry) -> None:
        self._require(entry, "responses", "answers")

    def _both(self, entry: Entry) -> None:
        self._require(entry, "responses", "answers")
        self._require(entry, "linkage", "names")

    def _require(self, entry: Entry, scope: str, what: str) -> None:
        if entry.facts.get("why") == "interview":
            self._speaking(entry)
            return
        self.looked_at += 1
        if self._team.holds(entry.account, scope):
            return
        if entry.facts.get("why") == "release" and self._team.was_lent(entry, scope):
            return
        self.breaks(entry, f"whoever read {what} did not hold the study's key to {scope} at that moment.")

    def _speaking(self, entry: Entry) -> None:
        self.looked_at += 1
        if not self._team.speaks_with(entry.account, entry.subject):
            self.breaks(entry, f"{entry.whom} was not assigned to whoever did this.")


class Decision(NamedTuple):
    """What a board decided, as far as its days, its site and its limits go."""

    effective: str
    expires: str
    replaces: int
    site: str  # empty: every site
    instruments: frozenset[str]  # none named: every one
    documents: frozenset[str]
    texts: frozenset[str]  # the very texts that the board had before it
    participants: int  # how many may come in; 0: no limit

    def takes(self, text: Text) -> bool:
        """Whether its limits let the text in."""
        only, one = (self.documents, text.document) if text.of == _CONSENT else (self.instruments, text.of)
        return not only or one in only


class Text(NamedTuple):
    """A version of an instrument or a consent text, as it was published."""

    called: str
    approval: int
    of: str = ""  # the instrument, or _CONSENT
    mark: str = ""  # by which a decision names it
    document: str = ""  # the fingerprint of a consent text


_CONSENT = "consent"


class Approvals(Rule):
    """What the board allowed, and what was used."""

    says = "No version was in use before its approval took effect or after it expired, and none without one."

    def __init__(self) -> None:
        super().__init__()
        self._decisions: dict[int, Decision] = {}
        self._versions: dict[str, Text] = {}
        self._running: dict[bytes, tuple[str, ...]] = {}
        self._sites: dict[bytes, str] = {}
        self._known: dict[tuple[Text, str, str | None], frozenset[int]] = {}
        self._kept: dict[str, str] = {}  # of each word one copy, for there are many participants and few sites

    @property
    def deeds(self) -> dict[str, Callable[[Entry], None]]:
        return {
            "approval.recorded": self._recorded, "instrument.published": self._published,
            "participant.enrolled": self._placed, "participant.admitted": self._placed,
            "participant.placed": self._placed, "response.begun": self._begun, "answers.saved": self._saved,
        }  # fmt: skip

    def _recorded(self, entry: Entry) -> None:
        self._known.clear()
        self._decisions[entry.number_of("approval")] = Decision(
            entry.fact("effective"), entry.fact("expires"), entry.number_of("replaces"), entry.fact("site"),
            frozenset(entry.words("instruments")), frozenset(entry.words("documents")), frozenset(entry.words("texts")),
            entry.number_of("participants"),
        )  # fmt: skip

    def _placed(self, entry: Entry) -> None:
        if "site" in entry.facts:
            site = entry.fact("site")
            self._sites[entry.subject] = self._kept.setdefault(site, site)

    def site_of(self, subject: bytes) -> str | None:
        """Where a participant takes part; None if the log does not say."""
        return self._sites.get(subject)

    def in_force(self, day: str, site: str | None) -> set[int]:
        """The decisions that hold on a day at a site; without a site, those that hold somewhere.

        One that another replaces holds until the day before that one takes effect.
        """
        begun = {
            number: one
            for number, one in self._decisions.items()
            if one.effective <= day and (site is None or one.site in ("", site))
        }
        replaced = {(one.replaces, place) for one in begun.values() for place in (one.site, site) if place is not None}
        return {
            number
            for number, one in begun.items()
            if day <= one.expires and not {(number, ""), (number, one.site if site is None else site)} & replaced
        }

    def limit_of(self, number: int) -> int:
        """How many a decision lets come in; 0 for no limit."""
        return self._decisions[number].participants

    def renews(self, number: int, former: int) -> bool:
        """Whether one decision is the other or came of it by renewals."""
        seen: set[int] = set()
        while number in self._decisions and number not in seen:
            if number == former:
                return True
            seen.add(number)
            number = self._decisions[number].replaces
        return False

    def covering(self, text: Text, day: str, site: str | None) -> frozenset[int]:
        """The decisions by which a text may be used: the one it was published under or its renewals, if their limits
        let it in, and those that name this very text."""
        key = text, day, site
        found = self._known.get(key)
        if found is None:
            found = frozenset(number for number in self.in_force(day, site) if self._covers(number, text))
            self._known[key] = found
        return found

    def _covers(self, number: int, text: Text) -> bool:
        one = self._decisions[number]
        if f"{text.of}:{text.mark}" in one.texts:
            return True
        own = text.of == _CONSENT and number == text.approval
        return self.renews(number, text.approval) and (own or one.takes(text))

    def knows(self, number: int, day: str) -> bool:
        """Whether a decision was recorded and is not over."""
        return number in self._decisions and day <= self._decisions[number].expires

    def _published(self, entry: Entry) -> None:
        self.looked_at += 1
        number, called = entry.number_of("approval"), f"version {entry.fact('version')} of {entry.fact('instrument')}"
        if number not in self.in_force(entry.day, None):
            self.breaks(entry, f"{called} was published under approval {number}, which was not in force that day.")
        if "id" in entry.facts:
            text = Text(called, number, entry.fact("of"), entry.fact("fingerprint"))
            self._versions[entry.fact("id")] = text

    def _begun(self, entry: Entry) -> None:
        self.looked_at += 1
        by, version = entry.number_of("approval"), entry.fact("version")
        version = self._kept.setdefault(version, version)
        self._running[entry.subject] = (*self._running.get(entry.subject, ()), version)
        site, text = self._sites.get(entry.subject), self._versions.get(version)
        if by not in self.in_force(entry.day, site):
            self.breaks(entry, f"it was asked under approval {by}, which was not in force there that day.")
        elif text is not None:
            if by not in self.covering(text, entry.day, site):
                self.breaks(entry, f"approval {by} does not cover {text.called}.")
        elif self._versions:
            self.breaks(entry, "the version that was asked was never published.")
        else:
            self.note(f"{entry}: published by an earlier Verbatim, whose lines do not say which version this is.")

    def _saved(self, entry: Entry) -> None:
        self.looked_at += 1
        version = entry.facts.get("version", "")
        if version not in self._running.get(entry.subject, ()):
            self.breaks(entry, "answers to a version that this participant had not begun.")
            return
        text = self._versions.get(version)
        if text is not None and not self.covering(text, entry.day, self._sites.get(entry.subject)):
            self._late(entry, text)

    def _late(self, entry: Entry, text: Text) -> None:
        # Who came in before midnight may finish the page before them: whether they may is asked when they come in.
        yesterday = (datetime.fromisoformat(entry.day) - timedelta(days=1)).date().isoformat()
        if self.covering(text, yesterday, self._sites.get(entry.subject)):
            self.note(f"{entry}: answers to {text.called} on the day after the last day of its approval.")
        else:
            self.breaks(entry, f"answers to {text.called} were taken on a day on which no approval of it was in force.")


class Enrolments(Rule):
    """As many come in as the board allows, where and when it does."""

    says = "Nobody was enrolled at a site without an approval in force there, nor beyond the approved number."

    def __init__(self, approvals: Approvals) -> None:
        super().__init__()
        self._approvals = approvals
        self._beyond: Counter[int] = Counter()  # by decision, how many more a lead has decided on
        self._untold = 0

    @property
    def deeds(self) -> dict[str, Callable[[Entry], None]]:
        return {
            "participant.enrolled": self._came,
            "participant.admitted": self._came,
            "participant.placed": self._came,
            "enrolment.one-more": self._one_more,
        }

    def _one_more(self, entry: Entry) -> None:
        self._beyond[entry.number_of("approval")] += 1

    def _came(self, entry: Entry) -> None:
        if "approval" not in entry.facts:
            # Who was only named comes in when they are approached; who only moves had come in before.
            self._untold += entry.action == b"participant.enrolled" and "named" not in entry.facts
            return
        self.looked_at += 1
        number, taken, most = entry.number_of("approval"), entry.number_of("taken"), entry.number_of("most")
        holding = self._approvals.in_force(entry.day, entry.fact("site"))
        limits = {self._approvals.limit_of(one) + self._beyond[one] for one in holding if self._approvals.limit_of(one)}
        if number not in holding:
            self.breaks(entry, f"{entry.whom} came in under approval {number}, which was not in force there that day.")
        elif most and taken > most:
            self.breaks(entry, f"{entry.whom} was number {taken}, and {most} were allowed.")
        elif most not in limits and entry.action != b"participant.placed" and (most or limits):
            self.breaks(entry, f"it says that {most or 'any number'} were allowed, which nobody had decided.")

    def end(self, last: Entry) -> None:
        if self._untold:
            self.note(
                f"{self._untold:,} people were enrolled by an earlier Verbatim, which did not say by which approval."
            )


class Texts(Rule):
    """The texts that people agreed to are those that the board has seen."""

    says = "Nobody agreed to a text before its approval took effect, after it expired, or that was never published."

    def __init__(self, approvals: Approvals) -> None:
        super().__init__()
        self._approvals = approvals
        self._texts: dict[str, Text] = {}

    @property
    def deeds(self) -> dict[str, Callable[[Entry], None]]:
        return {"consent.published": self._published, "consent.decided": self._decided}

    def _published(self, entry: Entry) -> None:
        self.looked_at += 1
        number, document = entry.number_of("approval"), entry.fact("document")
        if not self._approvals.knows(number, entry.day):
            self.breaks(entry, f"it was published under approval {number}, which was not recorded or was over.")
        called = f"consent text {entry.number_of('number')}"
        self._texts[document] = Text(called, number, _CONSENT, entry.fact("mark"), document)

    def _decided(self, entry: Entry) -> None:
        if not entry.words("yes"):
            return
        self.looked_at += 1
        text = self._texts.get(entry.fact("document"))
        if text is None:
            self.breaks(entry, f"{entry.whom} agreed to a text that was never published.")
        elif not self._approvals.covering(text, entry.day, self._approvals.site_of(entry.subject)):
            self.breaks(
                entry, f"{entry.whom} agreed to {text.called}, of which no approval was in force there that day."
            )


_TAKES_PART, _RECORDED, _ENROLLED, _LEFT, _NAME_GONE, _GONE = 1, 2, 4, 8, 16, 32


class Consents(Rule):
    """Nothing is asked of whom did not agree."""

    says = "Nothing was asked or answered before consent or after withdrawal, and nobody came back after withdrawing."

    def __init__(self, people: dict[bytes, int]) -> None:
        super().__init__()
        self._people = people
        self._left_at: dict[bytes, str] = {}

    @property
    def deeds(self) -> dict[str, Callable[[Entry], None]]:
        return {
            "participant.enrolled": self._enrolled, "consent.decided": self._decided, "response.begun": self._asked,
            "answers.saved": self._saved, "response.submitted": self._sent, "interview.started": self._interview,
            "interview.ended": self._asked, "participant.withdrew": self._withdrew,
        }  # fmt: skip

    def _enrolled(self, entry: Entry) -> None:
        self._people[entry.subject] = self._people.get(entry.subject, 0) | _ENROLLED

    def _decided(self, entry: Entry) -> None:
        self.looked_at += 1
        state, yes, no = self._people.get(entry.subject, 0), entry.words("yes"), entry.words("no")
        if not state & _ENROLLED:
            self.breaks(entry, f"{entry.whom} decided about taking part and was never enrolled.")
        if yes and state & _LEFT:
            self.breaks(entry, f"{entry.whom} agreed to something after having withdrawn.")
        for scope, bit in (("take-part", _TAKES_PART), ("recorded", _RECORDED)):
            if scope in yes:
                state |= bit
            if scope in no:
                state &= ~bit
        self._people[entry.subject] = state

    def _withdrew(self, entry: Entry) -> None:
        self.looked_at += 1
        self._people[entry.subject] = (self._people.get(entry.subject, 0) | _LEFT) & ~(_TAKES_PART | _RECORDED)
        self._left_at[entry.subject] = entry.at.decode()

    def _saved(self, entry: Entry) -> None:
        self.looked_at += 1
        if self._people.get(entry.subject, 0) & (_TAKES_PART | _LEFT) != _TAKES_PART:
            self._say(entry)

    def _asked(self, entry: Entry) -> None:
        self.looked_at += 1
        state = self._people.get(entry.subject, 0)
        if state & (_TAKES_PART | _LEFT) == _TAKES_PART:
            return
        left = self._left_at.get(entry.subject, "")
        if left and entry.at.decode() <= left:
            self.note(f"{entry}: by the clock just before the same participant withdrew; two things at one moment.")
            return
        self._say(entry)

    def _say(self, entry: Entry) -> None:
        state = self._people.get(entry.subject, 0)
        when = "after they had withdrawn" if state & _LEFT else "while there was no consent of theirs to take part"
        self.breaks(entry, f"this happened with {entry.whom} {when}.")

    def _sent(self, entry: Entry) -> None:
        if "interview" not in entry.fact("kind"):
            self._asked(entry)
        elif self._people.get(entry.subject, 0) & _LEFT:
            # Nothing is asked any more then: what was noted before is closed.
            self.note(
                f"{entry}: an interview was deposited after the participant had withdrawn; it holds nothing newer."
            )

    def _interview(self, entry: Entry) -> None:
        self._asked(entry)
        if entry.facts.get("recorded") is True and not self._people.get(entry.subject, 0) & _RECORDED:
            self.breaks(entry, f"{entry.whom} was recorded and had not agreed to be.")


class Releases(Rule):
    """What left the study was seen by four eyes."""

    says = (
        "Every release was asked for by one member and approved by another (or alone by the only lead, who declared "
        "it), before it was built, and was fetched by whoever had asked."
    )

    def __init__(self, team: Team) -> None:
        super().__init__()
        self._team = team
        self._asked: dict[str, str] = {}
        self._state: dict[str, str] = {}
        self.alone = 0

    @property
    def deeds(self) -> dict[str, Callable[[Entry], None]]:
        return {
            "release.asked": self._asks, "release.approved": self._approves, "release.built": self._built,
            "release.fetched": self._fetched, "release.refused": self._ends, "release.withdrawn": self._ends,
            "release.expired": self._ends,
        }  # fmt: skip

    def _asks(self, entry: Entry) -> None:
        self.looked_at += 1
        self._asked[entry.fact("release")], self._state[entry.fact("release")] = entry.account, "asked"
        if self._team.role.get(entry.account) not in ("lead", "analyst"):
            self.breaks(entry, "only leads and analysts may ask for a release.")

    def _approves(self, entry: Entry) -> None:
        self.looked_at += 1
        release, why = entry.fact("release"), ""
        by = self._asked.get(release)
        if by is None:
            why = "a release was approved for which nobody had asked."
        elif entry.fact("asked_by") != by:
            why = f"it says that {entry.fact('asked_by')} had asked for it, and that was member {by}."
        elif self._state[release] != "asked":
            why = "a release was approved that had been decided on or ended before."
        elif self._team.role.get(entry.account) != "lead":
            why = "only a lead may approve a release."
        elif entry.account == by:
            why = self._by_oneself(entry)
        if why:
            self.breaks(entry, why)
        self._state[release] = "approved"

    def _by_oneself(self, entry: Entry) -> str:
        others = sorted(who for who, role in self._team.role.items() if role == "lead" and who != entry.account)
        if entry.facts.get("alone") is not True:
            return "it was approved by the same member who had asked for it."
        if others:
            return (
                f"it was approved by the member who had asked for it, who was not the only lead: {others[0]} was one."
            )
        self.alone += 1
        return ""

    def _built(self, entry: Entry) -> None:
        self.looked_at += 1
        if self._state.get(entry.fact("release")) not in ("approved", "built"):
            self.breaks(entry, "a release was built that nobody had approved, or that had been ended.")
        self._state[entry.fact("release")] = "built"

    def _fetched(self, entry: Entry) -> None:
        self.looked_at += 1
        release = entry.fact("release")
        if self._state.get(release) != "built":
            self.breaks(entry, "a release was fetched that was not built and approved, or was over.")
        elif self._asked.get(release) != entry.account:
            self.breaks(entry, "it was fetched by another member than the one who had asked for it.")

    def _ends(self, entry: Entry) -> None:
        self._state[entry.fact("release")] = "ended"

    def end(self, last: Entry) -> None:
        if self.alone:
            self.note(f"{self.alone:,} of the releases were approved by the only lead of the study, who had asked.")


_KINDS = {"erase": "erase", "anonymise": "anonymise"}
_PATIENCE = 24 * 60  # minutes in which a promise has to be kept


class Erasures(Rule):
    """Whoever asks to be forgotten is."""

    says = "Every erasure was followed by the destruction of the keys, and nothing was read or asked afterwards."

    def __init__(self, people: dict[bytes, int]) -> None:
        super().__init__()
        self._people = people
        self._promised: dict[tuple[bytes, str], Entry] = {}
        self._owed: dict[tuple[bytes, str], Entry] = {}
        self.waiting = 0

    @property
    def deeds(self) -> dict[str, Callable[[Entry], None]]:
        return {
            "participant.withdrew": self._withdrew, "erasure.promised": self._promises,
            "erasure.keys-destroyed": self._destroyed,
        }  # fmt: skip

    def about(self, entry: Entry, state: int) -> None:
        """Something happened with somebody whose keys are gone."""
        if entry.action.startswith(b"erasure."):
            return
        names = entry.action in (b"identity.read", b"identity.corrected", b"letter.sent")
        if state & _GONE or (state & _NAME_GONE and names):
            self.breaks(entry, f"the keys of {entry.whom} had been destroyed before, so this cannot have happened.")

    def _withdrew(self, entry: Entry) -> None:
        kind = _KINDS.get(entry.fact("way"))
        if kind:
            self._owed[entry.subject, kind] = entry

    def _promises(self, entry: Entry) -> None:
        self.looked_at += 1
        key = entry.subject, entry.fact("kind")
        self._owed.pop(key, None)
        self._promised[key] = entry

    def _destroyed(self, entry: Entry) -> None:
        self.looked_at += 1
        promise = self._promised.pop((entry.subject, entry.fact("kind")), None)
        if promise is None:
            self.breaks(entry, "keys were destroyed, and nobody had promised it.")
        elif promise.fact("erasure") != entry.fact("erasure"):
            self.breaks(entry, "it names another promise than the one that was given for this participant.")
        gone = _GONE | _NAME_GONE if entry.fact("kind") == "erase" else _NAME_GONE
        self._people[entry.subject] = self._people.get(entry.subject, 0) | gone

    def end(self, last: Entry) -> None:
        for entry in self._owed.values():
            self.breaks(entry, f"{entry.whom} asked to be forgotten, and it was never promised.")
        for entry in self._promised.values():
            if minutes_between(entry.at.decode(), last.at.decode()) > _PATIENCE:
                self.breaks(entry, f"the keys of {entry.whom} were promised to be destroyed, and never were.")
            else:
                self.note(f"{entry}: the destruction of the keys was not done yet when the log ends.")


class Form(Rule):
    """The log is one study's, in the one spelling, and what is numbered has no gap."""

    says = "Every entry has the form in which Verbatim writes, belongs to this study, and no number is missing."

    def __init__(self) -> None:
        super().__init__()
        self.study = b""
        self._last: dict[str, int] = {}
        self._backwards = 0
        self._furthest = 0.0

    @property
    def deeds(self) -> dict[str, Callable[[Entry], None]]:
        return {"instrument.published": self._version, "consent.published": self._text}

    def _version(self, entry: Entry) -> None:
        self._next(entry, f"version of {entry.fact('instrument')}", entry.number_of("version"))

    def _text(self, entry: Entry) -> None:
        self._next(entry, "consent text", entry.number_of("number"))

    def _next(self, entry: Entry, what: str, number: int) -> None:
        expected = self._last.get(what, 0) + 1
        if number != expected:
            self.breaks(entry, f"this is {what} number {number}, and number {expected} should come: a line is missing.")
        self._last[what] = number

    def began(self, entry: Entry, study: bytes) -> None:
        """The first entry says whose log it is."""
        self.study = study
        founding = b"study.founded" if study else entry.action
        if entry.action != founding:
            self.breaks(entry, "the log of a study begins with its founding, and this one does not.")

    def malformed(self, number: int, line: bytes, why: str) -> None:
        """A line is not one that Verbatim wrote."""
        shown = line[:60].decode("utf-8", "replace")
        self.broken += 1
        if self.first is None or number < self.first[0]:
            self.first = number, f"entry {number:,}, which begins {shown!r}: {why}"

    def back(self, entry: Entry, before: bytes) -> None:
        """The clock shows an earlier time than in an entry before."""
        minutes = minutes_between(entry.at.decode(), before.decode())
        if minutes * 60 < 5:
            return  # two deeds at the same moment
        self._backwards += 1
        self._furthest = max(self._furthest, minutes)
        if self._backwards == 1:
            self.note(f"{entry}: the clock shows less than in an entry before.")

    def end(self, last: Entry) -> None:
        if self._backwards:
            most = f"{self._furthest:,.0f} minutes" if self._furthest >= 1 else "less than a minute"
            self.notes.append(f"The clock goes back {self._backwards:,} times, by {most} at most.")


# Times of single pages are sealed with the answers, so these lines bear the day only.
_DAY_ONLY = {b"answers.saved"}
# Deeds for which there is no rule beyond those about all entries. Any other action is named at the end.
NO_RULE = frozenset(
    "account.welcomed amendment.approved amendment.drafted amendment.refused amendment.submitted "  # noqa: SIM905
    "amendment.withdrawn board.answered board.asked board.settled catch-up.closed catch-up.letters-prepared "
    "catch-up.offered consent.begun consents.sampled decision-letter.kept decision-letter.read "
    "erasure.reapplied evidence.taken frame.extended incident.acted incident.closed incident.owed "
    "incident.recorded incident.reopened incident.reported instrument.begun instrument.copied "
    "instrument.copied-draft instrument.offered invitations.released letter.sent link.opened link.stopped "
    "log.key-changed participant.code-renewed participants.imported quota.dropped quota.set release.checked "
    "release.failed release.holds-erased reporting.written site.added".split()
)


class Log:
    """The entries, read once from the first to the last, with the tree over them and the rules about them."""

    def __init__(self, sizes: Iterable[int], indexes: Iterable[int]) -> None:
        self.tree = Tree()
        self.roots: dict[int, bytes] = {}
        self.bodies: dict[int, bytes] = {}
        self.key_changes: list[Entry] = []
        self.first: Entry | None = None
        self.last: Entry | None = None
        self._sizes, self._indexes = set(sizes), set(indexes)
        self._people: dict[bytes, int] = {}
        self.form, self.team, approvals = Form(), Team(), Approvals()
        self.erasures = Erasures(self._people)
        # In this order: who is of the team and who holds a key must be known before anybody's reading is judged.
        self.rules: list[Rule] = [
            self.form, self.team, Keys(self.team), Reading(self.team), Consents(self._people), approvals,
            Enrolments(approvals), Texts(approvals), Releases(self.team), self.erasures,
        ]  # fmt: skip
        self._looks: dict[bytes, list[Callable[[Entry], None]]] = {}
        for rule in self.rules:
            for action, look in rule.deeds.items():
                self._looks.setdefault(action.encode(), []).append(look)
        self.strange: Counter[str] = Counter()

    def read(self, source: Iterable[bytes]) -> None:
        """Every line is in the tree and has been looked at."""
        reader, latest, leaves = Reader(), b"", []
        self._remember([])
        for number, line in enumerate(source):
            body = line[:-1]
            if line[-1:] != b"\n":
                body = line
                self.form.malformed(number, line, "it is cut off before the end of its line.")
            leaves.append(_sha256(b"\0" + body).digest())
            if len(leaves) == _AT_ONCE or number + 1 in self._sizes:
                self._remember(leaves)
                leaves = []
            if number in self._indexes:
                self.bodies[number] = body
            entry = self._entry(reader, number, body)
            if entry is not None:
                if entry.action not in _DAY_ONLY:
                    if entry.at < latest:
                        self.form.back(entry, latest)
                    else:
                        latest = entry.at
                self._look(entry)
        self._remember(leaves)
        if self.last is not None:
            for rule in self.rules:
                rule.end(self.last)

    def _remember(self, leaves: list[bytes]) -> None:
        self.tree.add(leaves)
        if self.tree.size in self._sizes:
            self.roots[self.tree.size] = self.tree.root()

    def _entry(self, reader: Reader, number: int, body: bytes) -> Entry | None:
        found = _FRAME.fullmatch(body)
        facts = reader.facts(found[4]) if found else None
        if found is None or facts is None:
            self.form.malformed(number, body, "it is not in the form in which Verbatim writes.")
            return None
        entry = Entry(number, found[1], found[2], found[3], facts, found[6])
        if self.first is None:
            self.first = entry
            self.form.began(entry, found[5])
        elif found[5] != self.form.study:
            self.form.breaks(entry, "it is an entry of another study.")
        self.last = entry
        return entry

    def _look(self, entry: Entry) -> None:
        if entry.action == b"log.key-changed":
            self.key_changes.append(entry)
        if not self.form.study:
            return  # what belongs to no study has no team, and nobody takes part in it
        if entry.actor[:6] == b"staff:":
            self.team.seen(entry)
        state = self._people.get(entry.subject, 0) if entry.subject else 0
        if state & (_GONE | _NAME_GONE):
            self.erasures.about(entry, state)
        looks = self._looks.get(entry.action)
        if looks is not None:
            for look in looks:
                look(entry)
        elif entry.action.decode() not in NO_RULE:
            self.strange[entry.action.decode()] += 1


# ---------------------------------------------------------------------------------------------------------------------
# Receipts that participants keep.


class Receipt(NamedTuple):
    """That a participant's consent or withdrawal, or any other line, stands in the log."""

    where: str
    kind: str
    body: bytes
    place: int  # its number, counted from 0
    size: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint
    keys: tuple[Key, ...]


_RECEIPT = "verbatim-receipt/1"
# What the entry of each kind of receipt has to be; of a line, anything.
_OF_KIND = {"consent": b"consent.decided", "withdrawal": b"participant.withdrew", "line": None}


def receipt_of(path: Path) -> Receipt:
    """The receipt in a file."""
    try:
        told = json.loads(_read(path).decode("utf-8"))
    except ValueError:
        raise Unusable(f"{path} is no receipt: it is not JSON.") from None
    if not isinstance(told, dict) or told.get("format") != _RECEIPT:
        raise Unusable(f"{path} is no receipt of the kind {_RECEIPT}.")
    try:
        notes = checkpoints_in(str(told["checkpoint"]), path.name, kept=True)
        proof = tuple(_decoded(str(one), f"The proof in {path.name}") for one in told["proof"])
        keys = tuple(key_of(str(one)) for one in told["keys"])
        place, size = int(told["index"]), int(told["size"])
        body = str(told["body"]).encode("utf-8", "surrogatepass")
        kind = str(told["kind"])
    except (KeyError, TypeError, ValueError):
        raise Unusable(f"{path} is a receipt from which something is missing.") from None
    if len(notes) != 1 or not keys:
        raise Unusable(f"{path} is a receipt without a checkpoint or without a key.")
    return Receipt(path.name, kind, body, place, size, proof, notes[0], keys)


def faults_of(receipt: Receipt) -> list[str]:
    """What is wrong with a receipt, by itself; nothing if it proves what it says."""
    faults = []
    note, found = receipt.checkpoint, _FRAME.fullmatch(receipt.body)
    if found is None or receipt.kind not in _OF_KIND or _OF_KIND[receipt.kind] not in (None, found[1]):
        faults.append("its entry is not the one of a " + receipt.kind + ".")
    elif found[5].decode() not in note.origin or not found[5]:
        faults.append("its entry is of another study than its checkpoint.")
    if receipt.size != note.size:
        faults.append("it names another size than its checkpoint.")
    if any(len(one) != 32 for one in receipt.proof) or (
        root_of_proof(leaf(receipt.body), receipt.place, note.size, receipt.proof) != note.root
    ):
        faults.append("its proof does not lead from the entry to the root that was signed.")
    if not any(key.name == note.origin and note.signed_with(key) for key in receipt.keys):
        faults.append("its checkpoint is not signed by any of its keys.")
    return faults


# ---------------------------------------------------------------------------------------------------------------------
# The whole check, and its report.


class Given(NamedTuple):
    """What there is to check."""

    entries: Path | None
    keys: tuple[Key, ...]
    key_from: str  # what the auditor kept it in; empty if it came with the files
    checkpoints: tuple[Checkpoint, ...]
    changes: tuple[Checkpoint, ...]  # those at which a key took over from another
    receipts: tuple[Receipt, ...]


class Report:
    """What is said, line by line; and whether anything is wrong."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.wrong = 0

    def head(self, title: str) -> None:
        """A part begins."""
        self.lines += ["", title]

    def ok(self, sentence: str) -> None:
        """Something holds."""
        self.lines.append(f"  ok      {sentence}")

    def bad(self, sentence: str) -> None:
        """Something does not hold."""
        self.wrong += 1
        self.lines.append(f"  WRONG   {sentence}")

    def note(self, sentence: str) -> None:
        """Something to know."""
        self.lines.append(f"  note    {sentence}")

    def say(self, sentence: str) -> None:
        """A sentence as it is."""
        self.lines.append(sentence)


class _InForce(NamedTuple):
    """A key, and from which number of entries on checkpoints bear it."""

    key: Key
    after: int
    former: Key | None  # which signed too when this one took over; None for the first, and if it was lost


def _succession(log: Log, given: Given, report: Report) -> list[_InForce]:
    """The keys in the order in which they signed, as the log itself tells it."""
    changes = []
    for entry in log.key_changes:
        try:
            changes.append((entry, key_of(entry.fact("former")), key_of(entry.fact("key"))))
        except Unusable as fault:
            report.bad(f"{entry}: {fault}")
    first = given.keys[0]
    if given.key_from and any(key == first for _, _, key in changes):
        # The key that was kept is not the first one. It signs for the entries by which the first one gave way to it.
        report.note(
            f"The key that you kept (number {first.id}) is one that came later; the log tells which came before."
        )
        first = changes[0][1]
    chain = [_InForce(first, 0, None)]
    for entry, former, key in changes:
        if former != chain[-1].key:
            report.bad(f"{entry}: it changes a key that was not in force.")
        lost = entry.facts.get("lost") is True
        if lost:
            report.note(
                f"{entry}: the former key was lost, so it proves nothing here; only checkpoints that you kept do."
            )
        chain.append(_InForce(key, entry.number, None if lost else former))
    return chain


def _in_force(chain: list[_InForce], size: int) -> _InForce:
    return [one for one in chain if one.after < size or one.after == 0][-1]


def _check_checkpoint(note: Checkpoint, log: Log, chain: list[_InForce], report: Report) -> None:
    whose = "kept" if note.kept else "given"
    called = f"{note.where} ({whose}, {note.size:,} entries)"
    signer = _in_force(chain, note.size)
    if note.origin != signer.key.name:
        report.bad(f"{called} is of another log: {note.origin}.")
    elif not note.signed_with(signer.key):
        report.bad(f"{called} is not signed by the key that was in force then (number {signer.key.id}).")
    elif note.size > log.tree.size:
        report.bad(f"{called} was signed when there were more entries than are here now: entries were taken away.")
    elif log.roots[note.size] != note.root:
        report.bad(f"{called}: the first {note.size:,} entries are not the ones that were there then: LOG WAS CHANGED.")
    elif note.kept:
        report.ok(f"{called}: signed, and everything that stood in the log then stands there unchanged.")
    else:
        report.ok(f"{called}: signed, and its root fits the entries.")


def _check_tree(log: Log, given: Given, chain: list[_InForce], report: Report) -> None:
    whose = log.form.study.decode()
    if log.first is not None and not chain[0].key.name.endswith(f"/studies/{whose}" if whose else "/installation"):
        report.bad(
            f"These are the entries of {f'the study {whose}' if whose else 'the installation'}, not of this log."
        )
    # Somebody may audit several studies and have kept all their mails in one place.
    others = [note for note in given.checkpoints if note.kept and note.origin != chain[0].key.name]
    if len(others) == sum(note.kept for note in given.checkpoints):
        others = []
    for note in others:
        report.note(f"{note.where} is of another log, and was not looked at: {note.origin}.")
    for note in given.checkpoints:
        if note not in others:
            _check_checkpoint(note, log, chain, report)
    covered = max((note.size for note in given.checkpoints), default=0)
    if covered < log.tree.size:
        report.bad(f"{log.tree.size - covered:,} entries at the end are under no checkpoint: nobody signed for them.")
    for number, one in enumerate(chain[1:], start=1):
        if one.former is None:
            continue
        both = [note for note in (*given.checkpoints, *given.changes) if note.size > one.after]
        if any(note.signed_with(one.former) and note.signed_with(one.key) for note in both):
            report.ok(f"Change of key {number}: a checkpoint is signed by the former key and by the new one.")
        else:
            report.bad(f"Change of key {number}: no checkpoint here is signed by both, the former key and the new one.")


def _check_receipts(given: Given, log: Log | None, chain: list[_InForce], report: Report) -> None:
    for receipt in given.receipts:
        faults = faults_of(receipt)
        if log is not None:
            there = log.bodies.get(receipt.place)
            if there != receipt.body:
                faults.append(f"entry {receipt.place:,} of the log is another one.")
            if not any(key == one.key for key in receipt.keys for one in chain):
                faults.append("it was signed by another key than the log's.")
        elif given.key_from and not any(receipt.checkpoint.signed_with(key) for key in given.keys):
            faults.append("it was not signed by the key that you gave.")
        for fault in faults:
            report.bad(f"{receipt.where}: {fault}")
        if not faults:
            stood = f"entry {receipt.place:,} when there were {receipt.size:,}"
            report.ok(f"{receipt.where}: the {receipt.kind} stands in the log, as {stood}; signed.")
            if log is None and not given.key_from:
                report.note("The key is the one in the receipt. Compare it with the one that the board has:")
                for key in receipt.keys:
                    report.say(f"          {key.text}")


def _check_rules(log: Log, report: Report) -> None:
    if not log.form.study:
        report.note("These entries belong to no study, so only their form was looked at.")
    for rule in log.rules if log.form.study else [log.form]:
        many = f"{rule.looked_at:,} entries looked at" if rule.looked_at else "no entry to look at"
        if rule.first is None:
            report.ok(f"{rule.says}" + (f" ({many})" if rule is not log.form else ""))
            continue
        report.bad(f"{rule.says} BROKEN by {rule.broken:,}.")
        report.say(f"          First: {rule.first[1]}")
    for rule in log.rules:
        for sentence in rule.notes:
            report.note(sentence)
    if log.strange:
        named = ", ".join(sorted(log.strange))
        report.note(f"There is no rule in this file about {sum(log.strange.values()):,} entries: {named}.")


_CANNOT_KNOW = (
    "Whether every deed was logged: what somebody does with stolen keys outside of Verbatim leaves no line.",
    "Whether the clock was right. The order of the entries is certain, times are what the server said.",
    "Whether a participant really was at the site where the log places them.",
    "Whether a text is the one that the board read: the log holds fingerprints of texts, the study has the texts.",
    "Notes that an interviewer types are not logged one by one: start, end, deposit and readings after the end are.",
    "What a participant typed on a page and did not send: it is kept sealed for a while and has no line.",
    "What was said, or who anybody is: entries hold commitments, which only the participant's own salt opens.",
    "Who a member is: members stand here by number, and the study says whose number it is.",
    "Whether a sole lead who approved their own release was right to: that it was so is logged, the reason is not.",
)


def _say_limits(given: Given, report: Report) -> None:
    report.head("WHAT THIS CANNOT KNOW")
    kept = [note for note in given.checkpoints if note.kept]
    if given.entries is not None:
        if not kept:
            report.say(
                "  - Whether the whole log was written anew and signed again by whoever has its key: you gave no "
                "checkpoint\n    that you had kept. Give one that reached you earlier, the older and the newer the "
                "better."
            )
        else:
            newest = max(note.size for note in kept)
            report.say(
                f"  - Whether entries from {newest:,} on were written anew: the newest checkpoint you kept ends there."
            )
        if not given.key_from:
            report.say(
                "  - Whether the key is the log's: it came with the files. Compare it with the one you were given."
            )
        for sentence in _CANNOT_KNOW:
            report.say(f"  - {sentence}")
    else:
        report.say("  - Whether the rest of the log is in order: only the study's whole log tells that.")


def check(given: Given) -> Report:
    """Everything that was given has been checked."""
    report, log, chain = Report(), None, []
    receipts = tuple(one.checkpoint for one in given.receipts)
    if given.entries is not None:
        notes = (*given.checkpoints, *given.changes, *receipts)
        log = Log((note.size for note in notes), (receipt.place for receipt in given.receipts))
        try:
            with given.entries.open("rb") as source:
                log.read(source)
        except OSError as error:
            raise Unusable(f"{given.entries} cannot be read: {error.strerror}.") from None
        _say_what(log, given, report)
        report.head("THE TREE")
        chain = _succession(log, given, report)
        own = given._replace(checkpoints=(*given.checkpoints, *receipts))
        _check_tree(log, own, chain, report)
        report.head("THE RULES")
        _check_rules(log, report)
    if given.receipts:
        report.head("RECEIPTS")
        _check_receipts(given, log, chain, report)
    _say_limits(given._replace(checkpoints=(*given.checkpoints, *receipts)), report)
    report.head("RESULT")
    good = "Nothing is wrong with what could be checked."
    report.say(f"  {report.wrong:,} things are WRONG; they stand above." if report.wrong else f"  {good}")
    return report


def _say_what(log: Log, given: Given, report: Report) -> None:
    key = given.keys[0]
    report.say(f"The log {key.name}")
    if log.first is not None and log.last is not None:
        between = f"from {log.first.at[:10].decode()} to {log.last.at[:10].decode()}"
        report.say(f"{log.tree.size:,} entries, {between}. Entries are counted from 0: entry 0 is the first line.")
    else:
        report.say(f"{log.tree.size:,} entries.")
    source = f"from {given.key_from}" if given.key_from else "which came with the files"
    report.say(f"Key {source}: {key.text}")


def _key_argument(value: str) -> tuple[Key, ...]:
    """A key as it was typed, or a file with keys."""
    if not Path(value).is_file():
        return (key_of(value),)
    found = keys_of(Path(value))
    if not found:
        raise Unusable(f"There is no key in {value}.")
    return found


def _is_receipt(path: Path) -> bool:
    return path.suffix == ".json"


def _sorted_out(arguments: argparse.Namespace) -> Given:
    """What the arguments name, read; Unusable says what is lacking."""
    paths = [Path(one) for one in arguments.paths]
    folder = paths.pop(0) if paths and paths[0].is_dir() else None
    entries = Path(arguments.entries) if arguments.entries else folder / "entries.jsonl" if folder else None
    receipts = tuple(receipt_of(Path(one)) for one in (*filter(_is_receipt, paths), *arguments.receipt))
    kept = [note for one in paths if not _is_receipt(one) for note in _kept_in(one)]
    own, changes = [], []
    if arguments.checkpoint:
        own = checkpoints_of(Path(arguments.checkpoint), kept=False)
    if folder:
        own = own or checkpoints_of(folder / "log.checkpoint", kept=False)
        changes = [
            note for one in sorted(folder.glob("key-changes/*.checkpoint")) for note in checkpoints_of(one, kept=False)
        ]
    keys, source = _keys(
        arguments, folder, [one for one in paths if not _is_receipt(one)], own[0].origin if own else ""
    )
    _require_enough(entries, keys, own, receipts)
    return Given(entries, keys, source, (*own, *kept), tuple(changes), receipts)


def _kept_in(path: Path) -> list[Checkpoint]:
    """The checkpoints in a file that the auditor kept; none in one that holds a key only."""
    try:
        return checkpoints_of(path, kept=True)
    except Unusable:
        if keys_of(path):
            return []
        raise


def _keys(
    arguments: argparse.Namespace, folder: Path | None, kept: list[Path], name: str
) -> tuple[tuple[Key, ...], str]:
    """The log's key and what the auditor kept it in: what they say, else a mail that they kept, else the folder."""
    if arguments.key:
        return _key_argument(arguments.key), "what you gave"
    for path in kept:
        found = tuple(key for key in keys_of(path) if key.name == name)
        if found:
            return found, f"{path.name}, which you kept"
    return (keys_of(folder / "log.vkey") if folder else ()), ""


def _require_enough(
    entries: Path | None, keys: tuple[Key, ...], own: list[Checkpoint], receipts: tuple[Receipt, ...]
) -> None:
    if entries is None and not receipts:
        raise Unusable("Name the folder with the log, or a receipt. --help says more.")
    if entries is not None and not entries.is_file():
        raise Unusable(f"There is no file {entries}.")
    if entries is not None and not keys:
        raise Unusable("Give the key of the log with --key (log.vkey).")
    if entries is not None and not own:
        raise Unusable("Give the newest checkpoint of the log with --checkpoint (log.checkpoint).")


def main(arguments: list[str] | None = None) -> int:
    """The report is printed; returns 0 if nothing is wrong, 1 if something is, 2 if the files cannot be read."""
    text = (__doc__ or "").strip()
    parser = argparse.ArgumentParser(
        prog="verify_log.py", description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", metavar="path", help="the folder, then what you kept")
    parser.add_argument("--entries", help="entries.jsonl")
    parser.add_argument("--checkpoint", help="the newest checkpoint")
    parser.add_argument("--key", help="the key of the log, or the file log.vkey, as you were given it at the beginning")
    parser.add_argument("--receipt", action="append", default=[], help="a participant's receipt")
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character shows a question mark, and the check goes on.
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    try:
        report = check(_sorted_out(parser.parse_args(arguments)))
    except Unusable as fault:
        sys.stderr.write(f"Nothing was checked. {fault}\n")
        return 2
    sys.stdout.write("\n".join(report.lines) + "\n")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
