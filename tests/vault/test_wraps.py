"""Wraps: a key for the holder of one key pair, in one place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.errors import CannotOpen
from vault.sealing import new_key
from vault.wraps import X25519, XWING, KeyPair, fingerprint, wrap

SUITES = pytest.mark.parametrize("suite", [X25519, XWING])


@SUITES
def test_the_holder_opens_in_its_place_and_nobody_else_anywhere(suite: int) -> None:
    """ASVS 11.3.3."""
    holder, other, secret = KeyPair(new_key(), suite), KeyPair(new_key(), suite), new_key()
    blob = wrap(holder.public, secret, "grant", 1)
    assert holder.unwrap(blob, "grant", 1) == secret
    with pytest.raises(CannotOpen):
        holder.unwrap(blob, "grant", 2)
    with pytest.raises(CannotOpen):
        other.unwrap(blob, "grant", 1)
    assert secret not in blob
    assert wrap(holder.public, secret, "grant", 1) != blob


@SUITES
def test_no_byte_of_a_wrap_can_be_altered_and_none_left_out(suite: int) -> None:
    """ASVS 11.3.3."""
    holder = KeyPair(new_key(), suite)
    blob = wrap(holder.public, new_key(), "grant")
    for place in range(len(blob)):
        flipped = bytearray(blob)
        flipped[place] ^= 1 << place % 8
        with pytest.raises(CannotOpen):
            holder.unwrap(bytes(flipped), "grant")
    for changed in (blob[:-1], blob + b"\0", blob[1:], b"", blob[:2]):
        with pytest.raises(CannotOpen):
            holder.unwrap(changed, "grant")


def test_a_wrap_of_one_suite_is_none_of_the_other() -> None:
    seed = new_key()
    for one, other in ((X25519, XWING), (XWING, X25519)):
        blob = bytearray(wrap(KeyPair(seed, one).public, b"k" * 32, "grant"))
        with pytest.raises(CannotOpen):
            KeyPair(seed, other).unwrap(bytes(blob), "grant")
        blob[1] = other
        with pytest.raises(CannotOpen):
            KeyPair(seed, other).unwrap(bytes(blob), "grant")


def test_answers_that_must_stay_secret_for_decades_are_wrapped_against_quantum_computers_too() -> None:
    """X-Wing by default: a public key holds ML-KEM-768's and X25519's."""
    assert KeyPair(new_key()).public[0] == XWING
    assert len(KeyPair(new_key()).public) == 1 + 1184 + 32


def test_a_pair_is_what_its_seed_says() -> None:
    """The test vector of draft-connolly-cfrg-xwing-kem, appendix C."""
    seed = bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
    public = KeyPair(seed).public[1:]
    assert public.hex().startswith("e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5")


@given(st.binary(max_size=1300))
@settings(max_examples=60)
def test_whatever_a_public_key_claims_to_be_it_is_refused_with_one_error(public: bytes) -> None:
    """ASVS 11.2.5."""
    with pytest.raises(CannotOpen):
        wrap(public, new_key(), "grant")


@pytest.mark.parametrize(
    "public",
    [
        b"", b"\1", b"\2", b"\3" + bytes(32), b"\1" + bytes(32), b"\1\1" + bytes(31), b"\2" + bytes(1184 + 32),
        b"\2" + b"\xff" * (1184 + 32), KeyPair(b"s" * 32).public[:-32] + bytes(32), KeyPair(b"s" * 32).public[:-1],
        KeyPair(b"s" * 32).public + b"\0", b"\1" + b"\x5a" * 31, b"\1" + b"\x5a" * 33,
    ],
)  # fmt: skip
def test_a_public_key_that_makes_the_same_secret_with_everybody_is_refused(public: bytes) -> None:
    """ASVS 11.2.5: points of small order, numbers out of range, wrong lengths."""
    with pytest.raises(CannotOpen):
        wrap(public, new_key(), "grant")


def test_fingerprints_differ_and_do_not_show_in_a_repr_more_than_they_should() -> None:
    pair = KeyPair(b"s" * 32)
    assert len({fingerprint(KeyPair(new_key()).public) for _ in range(50)}) == 50
    assert fingerprint(pair.public) in repr(pair)
    assert (b"s" * 32).hex() not in repr(pair)
    assert len(fingerprint(pair.public).replace("-", "")) == 16
