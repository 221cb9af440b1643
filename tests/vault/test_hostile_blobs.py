"""Whatever lies where a key, a record or a share should lie: one error, at once."""

import os
import struct
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.stretching import Stretched
from vault import passphrases
from vault.errors import CannotOpen
from vault.passphrases import unwrap_secret, wrap_secret
from vault.pieces import Piece, open_manifest, open_piece, seal_manifest, seal_piece
from vault.sealing import new_key, open_sealed, padded, seal, unpadded
from vault.sessions import read_cookie
from vault.shamir import combine, split
from vault.wraps import X25519, XWING, KeyPair, wrap

LIMIT = 0.05  # seconds
KEY = new_key()
PAIRS = {suite: KeyPair(KEY, suite) for suite in (X25519, XWING)}
SECRET = "correct horse battery staple lamp"


def _piece(blob: bytes) -> bytes:
    return Piece(lambda offset, length: blob[offset : offset + length], len(blob), KEY, "p").read(0, 2**62)


def _cookie(blob: bytes) -> bytes:
    read_cookie(blob.decode("latin-1"))
    raise CannotOpen  # 64 letters of base 64 are a cookie in form, and no row lies under it


OPENERS: dict[str, Callable[[bytes], object]] = {
    "record": lambda blob: open_sealed(KEY, blob, "p"),
    "padded": lambda blob: unpadded(b"\xff" + blob),
    "wrap, X25519": lambda blob: PAIRS[X25519].unwrap(blob, "p"),
    "wrap, X-Wing": lambda blob: PAIRS[XWING].unwrap(blob, "p"),
    "passphrase": lambda blob: unwrap_secret(SECRET, blob, "p"),
    "piece": lambda blob: open_piece(KEY, blob, "p"),
    "piece, in part": _piece,
    "manifest": lambda blob: open_manifest(KEY, blob, "p"),
    "share": lambda blob: combine([blob, blob]),
    "public key": lambda blob: wrap(blob, KEY, "p"),
    "cookie": _cookie,
}

HONEST = [
    seal(KEY, b"plain", "another place"),
    wrap(PAIRS[X25519].public, KEY, "another place"),
    wrap(PAIRS[XWING].public, KEY, "another place"),
    seal_piece(KEY, b"sound" * 9000, "another place"),
    seal_manifest(KEY, [1, 2], "another place"),
    split(KEY, 2, 3)[0],
    padded(b"never sealed"),
    passphrases._HEAD.pack(1, 3, 2**32 - 1, 2**16 - 1, 1, bytes(16), bytes(32)) + bytes(62),
    passphrases._HEAD.pack(1, 3, 1024 * 1024, 10, 1, bytes(16), bytes(32)) + bytes(62),
    passphrases._HEAD.pack(1, 3, 64 * 1024, 3, 255, bytes(16), bytes(32)) + bytes(62),
    passphrases._HEAD.pack(1, 3, 64 * 1024, 3, 1, bytes(16), bytes(32)),
]
CORPUS = [
    b"", b"\0", b"\xff", b"\1", b"\1\1", b"\1\2", b"\1\3", b"\1\xff", b"\2\1" + bytes(60), b"\0" * 100,
    b"\xff" * 100, bytes(1_000_000), b"\1\1" + bytes(1_000_000), b"\1\2" + bytes(70_000), b"\1" + bytes(1_200_000),
    struct.pack(">I", 2**32 - 1) * 50, os.urandom(4096), b"{}", b"PK\3\4" + bytes(80), "\u202e".encode() * 40,
    *(head + os.urandom(length) for head in (b"", b"\1", b"\1\1", b"\1\2") for length in range(0, 150, 7)),
    *(blob[:cut] for blob in HONEST for cut in (1, 2, 3, 14, 29, 30, 31, 56, 57, 58, len(blob) - 1)),
    *(bytes([version]) + blob[1:] for blob in HONEST for version in (0, 2, 3, 255)),
    *(blob[:1] + bytes([suite]) + blob[2:] for blob in HONEST for suite in (0, 4, 9, 255)),
    *HONEST,
]  # fmt: skip


def seconds(opener: Callable[[bytes], object], blob: bytes) -> float:
    """How long the refusal takes; the quickest of three, because the machine has other things to do as well."""
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        with pytest.raises(CannotOpen):
            opener(blob)
        took.append(time.perf_counter() - begun)
        if took[-1] < LIMIT:
            break
    return min(took)


@pytest.mark.parametrize("what", OPENERS)
def test_every_blob_of_the_corpus_is_refused_with_one_error_within_fifty_milliseconds(
    what: str, stretched: Stretched
) -> None:
    """ASVS 11.2.5, attack 22: truncated, of another version or suite, random, huge, asking for gigabytes of memory."""
    slow = [(blob[:8], len(blob)) for blob in CORPUS if seconds(OPENERS[what], blob) >= LIMIT]
    assert slow == []
    assert stretched == [], "not one of them is worth a stretching"


@pytest.mark.parametrize("what", OPENERS)
@given(blob=st.binary(max_size=300), head=st.sampled_from([b"", b"\1", b"\1\1", b"\1\2", b"\1\3\0\1\0\0\0\3"]))
def test_whatever_anybody_thinks_of_is_refused_with_the_same_error(what: str, head: bytes, blob: bytes) -> None:
    """ASVS 11.2.5."""
    with pytest.raises(CannotOpen) as refused:
        OPENERS[what](head + blob)
    assert refused.value.sentence == CannotOpen.public


def test_all_that_a_blob_within_range_can_cost_is_one_stretching(stretched: Stretched) -> None:
    """ASVS 15.2.2: a flipped bit behind the head cannot be told from a wrong passphrase, and costs the same."""
    blob = bytearray(wrap_secret(SECRET, KEY, "p"))
    blob[-1] ^= 1
    stretched.clear()
    with pytest.raises(CannotOpen):
        unwrap_secret(SECRET, bytes(blob), "p")
    assert len(stretched) == 1
