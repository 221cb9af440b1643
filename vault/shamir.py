"""Shamir's secret sharing over GF(2⁸) with the polynomial x⁸+x⁴+x³+x+1 (Shamir 1979): k of n shares make the secret.

A share is: version, k, its point x, four bytes that name the set it belongs to, y for each byte of the secret, and
four bytes by which a typing error shows.
"""

import hashlib
import os
from collections.abc import Iterable

from vault.errors import CannotOpen

_VERSION = 1
_SET = slice(3, 7)
_CHECK = 4
_POLYNOMIAL = 0x11B


def multiply(a: int, b: int) -> int:
    """The product in the field, with no branch that depends on a secret."""
    product = 0
    for _ in range(8):
        product ^= a & -(b & 1)
        b >>= 1
        a = (a << 1) ^ (_POLYNOMIAL & -(a >> 7 & 1))
    return product & 255


def inverse(a: int) -> int:
    """1/a, which is a²⁵⁴; 0 for 0."""
    result = 1
    for _ in range(254):
        result = multiply(result, a)
    return result


def _checked(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:_CHECK]


def split(secret: bytes, k: int, n: int) -> list[bytes]:
    """``n`` shares of which any ``k`` make ``secret`` and fewer tell nothing about it."""
    if not 2 <= k <= n <= 255:
        raise ValueError("two or more shares of at most 255 must be needed")
    name = os.urandom(4)
    coefficients = [secret, *(os.urandom(len(secret)) for _ in range(k - 1))]
    shares = []
    for x in range(1, n + 1):
        y = bytes(len(secret))
        for coefficient in reversed(coefficients):
            y = bytes(multiply(before, x) ^ c for before, c in zip(y, coefficient, strict=True))
        body = bytes([_VERSION, k, x]) + name + y
        shares.append(body + _checked(body))
    return shares


def combine(shares: Iterable[bytes]) -> bytes:
    """The secret; CannotOpen if shares are too few, damaged or of different sets."""
    points: dict[int, bytes] = {}
    sets = set()
    for share in shares:
        body, check = share[:-_CHECK], share[-_CHECK:]
        if len(share) <= 7 + _CHECK or body[0] != _VERSION or _checked(body) != check or body[2] == 0:
            raise CannotOpen
        sets.add((body[1], body[_SET], len(body)))
        points[body[2]] = body[7:]
    if len(sets) != 1 or len(points) < (k := next(iter(sets))[0]) or k < 2:
        raise CannotOpen
    chosen = sorted(points)[:k]
    secret = bytes(len(points[chosen[0]]))
    for x in chosen:
        weight = 1
        for other in chosen:
            if other != x:
                weight = multiply(weight, multiply(other, inverse(x ^ other)))
        secret = bytes(s ^ multiply(y, weight) for s, y in zip(secret, points[x], strict=True))
    return secret
