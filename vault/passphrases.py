"""Secrets that people hold, and what they open.

A passphrase or a typed code is stretched (Argon2id, RFC 9106) under its own salt. Half of the result is the key, the
other half a commitment, so that no blob opens under two passphrases. A link's 130 bits need no stretching.
"""

import hmac
import os
import secrets
import struct
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import xkcdpass
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from zxcvbn import zxcvbn

from vault.codes import normalized
from vault.errors import Busy, CannotOpen, Invalid
from vault.sealing import OVERHEAD, Part, derive, open_sealed, seal


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one guess costs: memory in KiB, passes over it, lanes."""

    memory_kib: int
    iterations: int
    lanes: int


STRETCH = Stretch(64 * 1024, 3, 1)
FLOOR = Stretch(19456, 2, 1)  # OWASP's minimum; nothing below it is ever read
_CEILING = Stretch(256 * 1024, 6, 1)  # at most eight times the work of ours, whatever a planted blob asks for

_HEAD = struct.Struct(">BBIHB16s32s")  # version, suite, memory, iterations, lanes, salt, commitment
_VERSION, _SUITE = 1, 3

OWN_CHOICE = 15
_GUESSES = 12.0  # decadic logarithm, by zxcvbn's count

AT_ONCE = 3
_WAITING = 24
_PATIENCE = 10.0  # seconds

_running = threading.BoundedSemaphore(AT_ONCE)
_admitted = threading.BoundedSemaphore(AT_ONCE + _WAITING)


class WeakPassphrase(Invalid):
    """A passphrase that guessing programs try early."""

    public = (
        "Choose at least 15 characters that nobody would guess: five words that have nothing to do with each other, "
        "or the passphrase that is suggested."
    )


@contextmanager
def _turn() -> Iterator[None]:
    """A few at once, some waiting, the others Busy: memory is bounded whoever knocks how often."""
    if not _admitted.acquire(blocking=False):
        raise Busy
    try:
        if not _running.acquire(timeout=_PATIENCE):
            raise Busy
        try:
            yield
        finally:
            _running.release()
    finally:
        _admitted.release()


def _spelled(secret: str) -> bytes:
    return " ".join(unicodedata.normalize("NFKC", secret).split()).encode()


def _stretched(secret: str, salt: bytes, cost: Stretch) -> tuple[bytes, bytes]:
    way = Argon2id(salt=salt, length=64, memory_cost=cost.memory_kib, iterations=cost.iterations, lanes=cost.lanes)
    with _turn():
        both = way.derive(_spelled(secret))
    return both[:32], both[32:]


def wrap_secret(secret: str, payload: bytes, *context: Part, stretch: Stretch | None = None) -> bytes:
    """``payload``, readable by whoever knows ``secret``, in ``context`` only."""
    cost = stretch or STRETCH
    salt = os.urandom(16)
    key, commitment = _stretched(secret, salt, cost)
    head = _HEAD.pack(_VERSION, _SUITE, cost.memory_kib, cost.iterations, cost.lanes, salt, commitment)
    return head + seal(key, payload, head, *context)


def unwrap_secret(secret: str, blob: bytes, *context: Part) -> bytes:
    """What was wrapped; CannotOpen for another secret, context or any altered byte.

    A blob cannot choose its own cost: numbers out of range are refused before anything is computed.
    """
    if len(blob) < _HEAD.size + OVERHEAD:
        raise CannotOpen
    version, suite, memory, iterations, lanes, salt, commitment = _HEAD.unpack_from(blob)
    if (
        (version, suite, lanes) != (_VERSION, _SUITE, 1)
        or not FLOOR.memory_kib <= memory <= _CEILING.memory_kib
        or not FLOOR.iterations <= iterations <= _CEILING.iterations
    ):
        raise CannotOpen
    key, found = _stretched(secret, salt, Stretch(memory, iterations, lanes))
    if not hmac.compare_digest(found, commitment):
        raise CannotOpen
    return open_sealed(key, blob[_HEAD.size :], blob[: _HEAD.size], *context)


def pretend(secret: str) -> None:
    """Work as much as for a secret that exists, and find nothing."""
    _stretched(secret, bytes(16), STRETCH)


def link_key(secret: str, *context: Part) -> bytes:
    """The key behind a code of 130 bits."""
    return derive(normalized(secret).encode(), "link", *context)


@cache
def _words() -> tuple[str, ...]:
    folder = Path(xkcdpass.__file__).parent / "static"
    return tuple((folder / "eff-long").read_text(encoding="utf-8").split())


def new_passphrase(words: int = 5) -> str:
    """Random words from the EFF's long list, 12.9 bits each."""
    return " ".join(secrets.choice(_words()) for _ in range(words))


def refuse_weak(passphrase: str, *, about: Sequence[str]) -> None:
    """Return if a passphrase of somebody's own choice will do, else raise WeakPassphrase.

    ``about`` are words that a guesser would try first: the person's name, their e-mail address, the study's.
    """
    spelled = _spelled(passphrase).decode()
    if len(spelled) < OWN_CHOICE:
        raise WeakPassphrase
    # Spaces between guessable words make nothing hard to guess, but zxcvbn counts them as if they did.
    if min(_guesses(spelled, about), _guesses(spelled.replace(" ", ""), about)) < _GUESSES:
        raise WeakPassphrase


def _guesses(spelled: str, about: Sequence[str]) -> float:
    return float(zxcvbn(spelled[:72], user_inputs=about)["guesses_log10"])
