"""Recordings: sealed piece by piece as they arrive, read from any point, and no piece can be moved, dropped or cut.

A piece is one message of C2SP chunked-encryption (``cobblestone``): a salt, a commitment, then chunks of 16 KiB each
sealed under the number of its place. The library reads such a message from its beginning only; ``Piece`` reads from
any point, and is tested against the library.
"""

import hmac
import struct
from collections.abc import Callable, Sequence

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from vault.errors import CannotOpen
from vault.sealing import Part, derive, frame, open_sealed, seal

LARGEST = 1024 * 1024  # bytes of sound in one piece

_VERSION = b"\x01"
_CHUNK = 16 * 1024
_TAG = 16
_SALT = 24
_COMMITMENT = 32
_HEAD = len(_VERSION) + _SALT + _COMMITMENT
_INFO = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"

ReadAt = Callable[[int, int], bytes]  # offset, length → bytes, fewer at the end


def piece_key(audio_key: bytes, recording: Part) -> bytes:
    """The key of one recording, from the participant's audio key."""
    return derive(audio_key, "recording", recording)


def _bound(context: Sequence[Part]) -> bytes:
    return frame("verbatim/v1", "piece", *context)


def seal_piece(key: bytes, sound: bytes, *context: Part) -> bytes:
    """One piece; its context is study, participant, recording and the piece's number."""
    if len(sound) > LARGEST:
        raise ValueError("a piece holds at most 1 MiB")
    sealer = Cobblestone256Encryptor(key, _bound(context))
    return _VERSION + sealer.update(sound) + sealer.finalize()


def open_piece(key: bytes, blob: bytes, *context: Part) -> bytes:
    """The whole of a piece, by the library alone; CannotOpen for any altered byte."""
    if blob[:1] != _VERSION or len(blob) < _HEAD + _TAG:
        raise CannotOpen
    try:
        opener = Cobblestone256Decryptor(key, _bound(context))
        return opener.update(blob[1:]) + opener.finalize()
    except (InvalidTag, ValueError):
        raise CannotOpen from None


class Piece:
    """A sealed piece of ``size`` bytes that is read from any point; CannotOpen if it is damaged or cut."""

    def __init__(self, read: ReadAt, size: int, key: bytes, *context: Part) -> None:
        head = read(0, _HEAD)
        if len(head) != _HEAD or head[:1] != _VERSION or size < _HEAD + _TAG:
            raise CannotOpen
        salt, commitment = head[1 : 1 + _SALT], head[1 + _SALT :]
        material = HKDFExpand(SHA512(), 32 + 12 + 32, _INFO + salt + _bound(context)).derive(key)
        if not hmac.compare_digest(material[44:], commitment):
            raise CannotOpen
        self._read = read
        self._chunks = AESGCM(material[:32])
        self._nonce = int.from_bytes(material[32:44], "big")
        self._last, tail = divmod(size - _HEAD, _CHUNK + _TAG)
        if tail < _TAG:
            raise CannotOpen
        self.length = self._last * _CHUNK + tail - _TAG
        self._chunk(self._last)  # only the true last chunk opens in the last place, which proves the length

    def _chunk(self, number: int) -> bytes:
        sealed = self._read(_HEAD + number * (_CHUNK + _TAG), _CHUNK + _TAG)
        try:
            return self._chunks.decrypt((self._nonce ^ number).to_bytes(12, "big"), sealed, None)
        except (InvalidTag, ValueError):
            raise CannotOpen from None

    def read(self, start: int, end: int) -> bytes:
        """The bytes from ``start`` up to ``end``, both counted in the sound; as many as there are."""
        start, end = max(start, 0), min(end, self.length)
        if start >= end:
            return b""
        first, last = start // _CHUNK, (end - 1) // _CHUNK
        opened = b"".join(self._chunk(number) for number in range(first, last + 1))
        return opened[start - first * _CHUNK : end - first * _CHUNK]


def seal_manifest(key: bytes, lengths: Sequence[int], *context: Part) -> bytes:
    """What closes a recording: the length of every piece in order."""
    return seal(key, struct.pack(f">I{len(lengths)}I", len(lengths), *lengths), "manifest", *context)


def open_manifest(key: bytes, blob: bytes, *context: Part) -> list[int]:
    """The lengths of a recording's pieces; CannotOpen if anything was altered."""
    plain = open_sealed(key, blob, "manifest", *context)
    return list(struct.unpack(f">{len(plain) // 4 - 1}I", plain[4:]))


def read_range(lengths: Sequence[int], piece: Callable[[int], Piece], start: int, end: int) -> bytes:
    """Sound from ``start`` up to ``end`` of a whole recording; CannotOpen if a piece is not as long as was sealed."""
    parts, begins = [], 0
    for number, length in enumerate(lengths):
        if start < begins + length and end > begins:
            one = piece(number)
            if one.length != length:
                raise CannotOpen
            parts.append(one.read(start - begins, end - begins))
        begins += length
    return b"".join(parts)
