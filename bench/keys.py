"""Wraps, unwraps and page seals against the bare calls of ``cryptography`` that do the same work."""

import os
from collections.abc import Callable, Iterator
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

from bench.figure import Figure, at_least, side_by_side
from vault.records import Address
from vault.sealing import open_sealed, padded, seal, unpadded
from vault.wraps import KeyPair, wrap

GOAL = 0.6
SCOPE_KEY = ("participant-key", uuid4(), uuid4(), "responses", 1)
PAGE = b'{"answers":{' + b",".join(b'"q%d":"%s"' % (at, b"x" * 200) for at in range(10)) + b"}}"  # ten answers


def _line(what: str, raw: Callable[[], object], ours: Callable[[], object], *, goal: float | None = GOAL) -> Figure:
    (raw_rate, _), (rate, share) = side_by_side([raw, ours])
    held = at_least(goal, share) if goal else ("", None)
    return Figure(what, rate, "per second", f"raw call, {raw_rate:,.0f}/s", share, *held)


def measure() -> Iterator[Figure]:
    """Rates on one core."""
    pair, secret = KeyPair(os.urandom(32)), os.urandom(32)
    suite, info = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM), os.urandom(120)
    private = MLKEM768X25519PrivateKey(MLKEM768PrivateKey.generate(), X25519PrivateKey.generate())
    public, blob = private.public_key(), wrap(pair.public, secret, *SCOPE_KEY)
    raw_blob = suite.encrypt(secret, public, info)
    yield _line(
        "wrap a participant's key (X-Wing)",
        lambda: suite.encrypt(secret, public, info),
        lambda: wrap(pair.public, secret, *SCOPE_KEY),
    )
    yield _line(
        "unwrap a participant's key (X-Wing)",
        lambda: suite.decrypt(raw_blob, private, info),
        lambda: pair.unwrap(blob, *SCOPE_KEY),
    )
    key, place = os.urandom(32), Address(uuid4(), uuid4(), "v1", uuid4(), 3)
    filled, bound = padded(PAGE), os.urandom(160)
    nonce = os.urandom(12)
    sealed, raw_sealed = seal(key, filled, place.bound(1)), AESGCM(key).encrypt(nonce, filled, bound)

    def raw_seal() -> object:
        return AESGCM(key).encrypt(os.urandom(12), filled, bound)

    def raw_open() -> object:
        return AESGCM(key).decrypt(nonce, raw_sealed, bound)

    size = f"a page of {len(PAGE):,} bytes"
    yield _line(f"seal {size}, bound to its place", raw_seal, lambda: seal(key, filled, place.bound(1)))
    yield _line(
        f"open {size}, bound to its place", raw_open, lambda: open_sealed(key, sealed, place.bound(1)), goal=None
    )
    yield _line(f"pad and seal {size}", raw_seal, lambda: seal(key, padded(PAGE), place.bound(1)), goal=None)
    yield _line(
        f"open and unpad {size}", raw_open, lambda: unpadded(open_sealed(key, sealed, place.bound(1))), goal=None
    )
