"""Cards for the worst day: any k of n make the secret, and fewer say nothing at all."""

import os
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.errors import CannotOpen
from vault.shamir import combine, inverse, multiply, split


def by_hand(a: int, b: int) -> int:
    """Multiply polynomials over GF(2), then divide by x⁸+x⁴+x³+x+1: the definition, without a trick."""
    product = 0
    for place in range(8):
        if b >> place & 1:
            product ^= a << place
    for place in range(15, 7, -1):
        if product >> place & 1:
            product ^= 0x11B << place - 8
    return product


def test_the_whole_multiplication_table_is_that_of_the_field() -> None:
    assert all(multiply(a, b) == by_hand(a, b) for a in range(256) for b in range(256))
    assert multiply(0x57, 0x83) == 0xC1  # FIPS 197, section 4.2


def test_every_number_but_zero_has_its_inverse() -> None:
    assert all(multiply(a, inverse(a)) == 1 for a in range(1, 256))
    assert inverse(0) == 0


@given(st.binary(min_size=1, max_size=40), st.integers(2, 6), st.integers(0, 3))
@settings(max_examples=40)
def test_any_k_of_n_make_the_secret(secret: bytes, k: int, more: int) -> None:
    shares = split(secret, k, k + more)
    for chosen in combinations(shares, k):
        assert combine(chosen) == secret
    assert combine(shares[::-1]) == secret


@given(st.binary(min_size=1, max_size=40), st.integers(2, 6))
@settings(max_examples=30)
def test_fewer_than_k_are_refused_however_often_they_are_repeated(secret: bytes, k: int) -> None:
    shares = split(secret, k, k + 1)
    for few in combinations(shares, k - 1):
        with pytest.raises(CannotOpen):
            combine(few)
        with pytest.raises(CannotOpen):
            combine(few * 3)


def test_one_share_of_two_is_equally_likely_whatever_the_secret_is() -> None:
    """For a fixed share each of the 256 secrets goes with exactly one slope, so the share tells nothing."""
    for x in (1, 2, 200, 255):
        for y in (0, 7, 255):
            slopes = {multiply(inverse(x), y ^ secret) for secret in range(256)}
            assert slopes == set(range(256))


def test_shares_of_quite_different_secrets_are_spread_alike() -> None:
    """The same for what ``split`` really hands out: every value of a share occurs, none stands out."""
    for secret in (bytes(4096), b"\xff" * 4096):
        counted: Counter[int] = Counter()
        for _ in range(8):
            counted.update(split(secret, 2, 3)[0][7:-4])
        assert len(counted) == 256
        # 32768 draws over 256 values: 128 expected, standard deviation 11.3.
        assert max(counted.values()) < 128 + 8 * 11.3
        assert min(counted.values()) > 128 - 8 * 11.3


def test_a_typing_error_shows_and_a_share_of_another_set_does_not_fit() -> None:
    shares, strangers = split(b"s" * 32, 2, 3), split(b"s" * 32, 2, 3)
    with pytest.raises(CannotOpen):
        combine([shares[0], strangers[1]])
    for place in range(len(shares[0])):
        wrong = bytearray(shares[0])
        wrong[place] ^= 1
        with pytest.raises(CannotOpen):
            combine([bytes(wrong), shares[1]])


@given(st.lists(st.binary(max_size=60), max_size=4))
def test_whatever_is_no_share_is_refused_with_one_error(rubbish: list[bytes]) -> None:
    """ASVS 11.2.5."""
    with pytest.raises(CannotOpen):
        combine(rubbish)


@pytest.mark.parametrize(("k", "n"), [(1, 3), (0, 0), (4, 3), (2, 256)])
def test_a_split_that_would_protect_nothing_is_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="shares"):
        split(os.urandom(32), k, n)
