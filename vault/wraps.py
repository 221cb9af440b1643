"""Keys wrapped for the holder of a key pair (HPKE, RFC 9180).

X-Wing (ML-KEM-768 with X25519) is the suite of every wrap, because answers must stay secret for decades; X25519 alone
is the fallback for deposits from a browser. The first byte of a public key names its suite.
"""

import hashlib
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey, Suite

from vault.codes import crockford
from vault.errors import CannotOpen
from vault.sealing import Part, frame

X25519 = 1
XWING = 2

_VERSION = b"\x01"
_LABEL = "verbatim/v1"
_MLKEM_PUBLIC = 1184
_LONGEST = 64 * 1024
_SUITES = {
    X25519: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    XWING: Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}

_Private = X25519PrivateKey | MLKEM768X25519PrivateKey
_Public = X25519PublicKey | MLKEM768X25519PublicKey


class KeyPair:
    """What a 32-byte seed opens. Making one costs about as much as one unwrap, so keep it while you loop."""

    __slots__ = ("_private", "public", "suite")

    def __init__(self, seed: bytes, suite: int = XWING) -> None:
        if len(seed) != 32 or suite not in _SUITES:
            raise CannotOpen
        self.suite = suite
        self._private: _Private
        if suite == X25519:
            single = X25519PrivateKey.from_private_bytes(seed)
            self._private = single
            self.public = bytes([suite]) + single.public_key().public_bytes_raw()
            return
        # expandDecapsulationKey of draft-connolly-cfrg-xwing-kem.
        expanded = hashlib.shake_256(seed).digest(96)
        lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        curve = X25519PrivateKey.from_private_bytes(expanded[64:])
        self._private = MLKEM768X25519PrivateKey(lattice, curve)
        self.public = bytes([suite]) + lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"KeyPair({fingerprint(self.public)})"

    def unwrap(self, blob: bytes, *context: Part) -> bytes:
        """The secret that was wrapped for this pair in this context; CannotOpen for anything else."""
        if not 50 <= len(blob) <= _LONGEST or blob[:1] != _VERSION or blob[1] != self.suite:
            raise CannotOpen
        try:
            return _SUITES[self.suite].decrypt(blob[2:], self._private, frame(_LABEL, "wrap", *context))
        except (InvalidTag, ValueError):
            raise CannotOpen from None


@lru_cache(maxsize=256)
def _parsed(public: bytes) -> _Public:
    try:
        if public[:1] == bytes([X25519]):
            return X25519PublicKey.from_public_bytes(public[1:])
        if public[:1] == bytes([XWING]):
            return MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(public[1 : 1 + _MLKEM_PUBLIC]),
                X25519PublicKey.from_public_bytes(public[1 + _MLKEM_PUBLIC :]),
            )
    except ValueError:
        raise CannotOpen from None
    raise CannotOpen


def wrap(public: bytes, secret: bytes, *context: Part) -> bytes:
    """``secret`` for the holder of the pair behind ``public``, in ``context`` only; CannotOpen if that is no pair's."""
    key = _parsed(public)
    try:
        return _VERSION + public[:1] + _SUITES[public[0]].encrypt(secret, key, frame(_LABEL, "wrap", *context))
    except ValueError:
        # A point of small order: with it everybody could open the wrap.
        raise CannotOpen from None


def fingerprint(public: bytes) -> str:
    """Sixteen letters and digits (80 bits) by which two people compare a public key."""
    text = crockford(hashlib.sha256(frame(_LABEL, "public-key", public)).digest()[:10])
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))
