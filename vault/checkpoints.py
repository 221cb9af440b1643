"""Checkpoints: size and root of a log in one short text that is signed (C2SP tlog-checkpoint, signed-note, Ed25519).

Whoever keeps one can later show whether the log still begins as it did then.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vault.errors import Invalid

_ED25519 = b"\x01"
_DASH = "\u2014 "


class NoCheckpoint(Invalid):
    """It is none, or this log's key did not sign it."""

    public = "This is no checkpoint that this log has signed."


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs for one log, whose name is the log's origin."""

    origin: str
    seed: bytes = field(repr=False)

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def vkey(self) -> str:
        """What a checkpoint is verified with: name, id and public key in one line."""
        public = self._key.public_key().public_bytes_raw()
        return f"{self.origin}+{_key_id(self.origin, public).hex()}+{_base64(_ED25519 + public)}"

    def line(self, text: str) -> str:
        """The signature under ``text``, with the line's end."""
        key = self._key
        mark = _key_id(self.origin, key.public_key().public_bytes_raw())
        return f"{_DASH}{self.origin} {_base64(mark + key.sign(text.encode()))}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says."""

    origin: str
    size: int
    root: bytes


def signed(checkpoint: Checkpoint, signers: Sequence[Signer]) -> str:
    """The checkpoint as a note under which each of ``signers`` has put a signature."""
    text = f"{checkpoint.origin}\n{checkpoint.size}\n{_base64(checkpoint.root)}\n"
    return text + "\n" + "".join(signer.line(text) for signer in signers)


def verified(note: str, vkey: str) -> Checkpoint:
    """What ``note`` says, if the key of ``vkey`` has signed it; NoCheckpoint if not."""
    try:
        name, mark, key = vkey.split("+", 2)
        public = base64.b64decode(key, validate=True)[1:]
        if mark != _key_id(name, public).hex():
            raise NoCheckpoint
        text, _, signatures = note.partition("\n\n")
        checkpoint = _read(text + "\n")
        for line in signatures.splitlines():
            who, _, signature = line.removeprefix(_DASH).partition(" ")
            raw = base64.b64decode(signature, validate=True)
            if who == name == checkpoint.origin and raw[:4].hex() == mark:
                Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], (text + "\n").encode())
                return checkpoint
    except (ValueError, binascii.Error, InvalidSignature):
        raise NoCheckpoint from None
    raise NoCheckpoint


def _read(text: str) -> Checkpoint:
    origin, size, root, *_ = text.split("\n")
    return Checkpoint(origin, int(size), base64.b64decode(root, validate=True))


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
