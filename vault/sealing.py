"""Sealed records: what one key, in one place, opens, and nothing else does.

Every blob begins with a version and a suite byte, so that the format can change without touching what is stored.
"""

import os
import struct
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vault.errors import CannotOpen

Part = bytes | str | int | UUID

KEY_BYTES = 32
FLOOR = 512

_LABEL = "verbatim/v1"
_RECORD = b"\x01\x01"  # version 1; AES-256-GCM with a random 96-bit nonce
_NONCE = 12
_TAG = 16
_LENGTH = struct.Struct(">I").pack

OVERHEAD = len(_RECORD) + _NONCE + _TAG  # by how much a sealed record is longer than what it holds


def frame(*parts: Part, behind: bytes = b"") -> bytes:
    """One byte string for a tuple of parts; different tuples never give the same (a type byte and a length each)."""
    framed = behind
    for part in parts:
        if isinstance(part, bytes):
            framed += b"b" + _LENGTH(len(part)) + part
        elif isinstance(part, UUID):
            framed += b"u\0\0\0\x10" + part.int.to_bytes(16, "big")
        elif isinstance(part, str):
            raw = part.encode()
            framed += b"s" + _LENGTH(len(raw)) + raw
        else:
            framed += b"i\0\0\0\x08" + part.to_bytes(8, "big")
    return framed


def derive(key: bytes, *purpose: Part, length: int = KEY_BYTES) -> bytes:
    """A key of ``length`` bytes for one purpose, from a key of full entropy (HKDF with SHA-256, RFC 5869)."""
    return HKDF(SHA256(), length, None, frame(_LABEL, *purpose)).derive(key)


def new_key() -> bytes:
    """32 random bytes."""
    return os.urandom(KEY_BYTES)


def padme(length: int) -> int:
    """The least length of the PADMÉ series that holds ``length`` bytes: at most 12 % more (Nikitin et al., 2019)."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    kept = exponent.bit_length()
    mask = (1 << (exponent - kept)) - 1 if exponent > kept else 0
    return (length + mask) & ~mask


def padded(data: bytes, floor: int = FLOOR) -> bytes:
    """``data`` behind its length, filled up to ``floor`` bytes or to the next length of the PADMÉ series."""
    length = len(data) + 4
    return (_LENGTH(len(data)) + data).ljust(floor if length <= floor else padme(length), b"\0")


def unpadded(data: bytes) -> bytes:
    """What was padded; CannotOpen if it never was."""
    if len(data) < 4:
        raise CannotOpen
    (length,) = struct.unpack_from(">I", data)
    if length > len(data) - 4 or data[4 + length :].strip(b"\0"):
        raise CannotOpen
    return data[4 : 4 + length]


def seal(key: bytes, plain: bytes, *context: Part) -> bytes:
    """``plain``, readable with ``key`` in ``context`` only. 30 bytes longer than it was."""
    nonce = os.urandom(_NONCE)
    return _RECORD + nonce + AESGCM(key).encrypt(nonce, plain, frame(*context, behind=_RECORD))


def open_sealed(key: bytes, blob: bytes, *context: Part) -> bytes:
    """What was sealed; CannotOpen for another key, another context or any altered byte."""
    if len(blob) < OVERHEAD or blob[:2] != _RECORD:
        raise CannotOpen
    try:
        return AESGCM(key).decrypt(blob[2:14], blob[14:], frame(*context, behind=_RECORD))
    except (InvalidTag, ValueError):
        raise CannotOpen from None
