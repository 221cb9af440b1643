"""Sealed records: one key and one place open one record, and its length tells next to nothing."""

import os
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import CannotOpen
from vault.sealing import FLOOR, Part, derive, frame, new_key, open_sealed, padded, padme, seal, unpadded

PARTS = st.one_of(
    st.binary(max_size=40), st.text(max_size=20), st.integers(0, 2**64 - 1), st.uuids(), st.sampled_from([b"", "", 0])
)
TUPLES = st.lists(PARTS, max_size=5).map(tuple)
KEYS = st.binary(min_size=32, max_size=32)


def same(left: tuple[Part, ...], right: tuple[Part, ...]) -> bool:
    return [(type(part), part) for part in left] == [(type(part), part) for part in right]


@given(TUPLES, TUPLES)
def test_different_places_never_have_the_same_spelling(left: tuple[Part, ...], right: tuple[Part, ...]) -> None:
    assert (frame(*left) == frame(*right)) is same(left, right)


@given(TUPLES)
def test_a_spelled_place_reads_back_as_what_it_was(parts: tuple[Part, ...]) -> None:
    """A spelling that can be read in one way only cannot mean two places."""
    read: list[Part] = []
    rest = frame(*parts)
    while rest:
        kind, length = rest[:1], int.from_bytes(rest[1:5], "big")
        raw, rest = rest[5 : 5 + length], rest[5 + length :]
        match kind:
            case b"b":
                read.append(raw)
            case b"s":
                read.append(raw.decode())
            case b"u":
                read.append(UUID(bytes=raw))
            case b"i":
                read.append(int.from_bytes(raw, "big"))
    assert same(tuple(read), parts)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("ab", "c"), ("a", "bc")),
        (("a",), (b"a",)),
        (("a", ""), ("a",)),
        ((1,), (b"\0\0\0\0\0\0\0\1",)),
        ((UUID(int=7),), (UUID(int=7).bytes,)),
        ((), ("",)),
        (("s\0\0\0\1a",), ("s", "a")),
    ],
)
def test_neighbours_that_look_alike_are_spelled_apart(left: tuple[Part, ...], right: tuple[Part, ...]) -> None:
    assert frame(*left) != frame(*right)


@given(KEYS, st.binary(max_size=3000), TUPLES)
def test_what_was_sealed_opens_in_its_place(key: bytes, plain: bytes, place: tuple[Part, ...]) -> None:
    blob = seal(key, plain, *place)
    assert open_sealed(key, blob, *place) == plain
    assert len(blob) == len(plain) + 30


@given(KEYS, KEYS, st.binary(max_size=100), TUPLES, TUPLES)
def test_another_key_or_another_place_opens_nothing(
    key: bytes, other: bytes, plain: bytes, place: tuple[Part, ...], elsewhere: tuple[Part, ...]
) -> None:
    """ASVS 11.3.3."""
    blob = seal(key, plain, *place)
    if other != key:
        with pytest.raises(CannotOpen):
            open_sealed(other, blob, *place)
    if not same(place, elsewhere):
        with pytest.raises(CannotOpen):
            open_sealed(key, blob, *elsewhere)


def test_no_bit_of_a_sealed_record_can_be_flipped_and_none_of_its_bytes_left_out() -> None:
    """ASVS 11.3.3: every bit, the version and the suite among them; every shorter and one longer."""
    key = new_key()
    blob = seal(key, b"a guarded remark", "page", 1)
    for place in range(len(blob) * 8):
        flipped = bytearray(blob)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(CannotOpen):
            open_sealed(key, bytes(flipped), "page", 1)
    for cut in range(len(blob)):
        with pytest.raises(CannotOpen):
            open_sealed(key, blob[:cut], "page", 1)
    with pytest.raises(CannotOpen):
        open_sealed(key, blob + b"\0", "page", 1)


def test_no_two_records_are_alike_though_they_say_the_same() -> None:
    key = new_key()
    assert len({seal(key, b"yes", "page")[2:14] for _ in range(20_000)}) == 20_000


@given(KEYS, TUPLES, TUPLES)
def test_a_key_for_one_purpose_is_none_for_another(key: bytes, left: tuple[Part, ...], right: tuple[Part, ...]) -> None:
    assert (derive(key, *left) == derive(key, *right)) is same(left, right)
    assert derive(key, *left) != key


@given(st.binary(max_size=5000))
def test_padding_comes_off_again(data: bytes) -> None:
    filled = padded(data)
    assert unpadded(filled) == data
    assert len(filled) >= FLOOR


@given(st.integers(1, 2**31))
def test_padding_costs_at_most_twelve_percent(length: int) -> None:
    """Nikitin et al., *Reducing Metadata Leakage from Encrypted Files*, 2019, section 4."""
    assert length <= padme(length) <= length * 1.12


def test_padding_leaves_few_lengths_and_they_grow() -> None:
    """All answers of up to 508 bytes are of one length; up to 100 kB there are about a hundred lengths."""
    assert {len(padded(bytes(n))) for n in range(FLOOR - 3)} == {FLOOR}
    lengths = [len(padded(bytes(n))) for n in range(0, 100_000, 7)]
    assert all(before <= after for before, after in pairwise(lengths))
    assert len(set(lengths)) <= 130


@pytest.mark.parametrize("data", [b"", b"\0\0\0", b"\0\0\0\5four", b"\0\0\0\1a\0\0\1", b"\xff\xff\xff\xff" + bytes(9)])
def test_what_was_never_padded_is_refused(data: bytes) -> None:
    with pytest.raises(CannotOpen):
        unpadded(data)


def test_a_key_of_a_wrong_length_is_refused_like_any_other() -> None:
    blob = seal(new_key(), b"x", "page")
    for length in (0, 1, 31, 33):
        with pytest.raises(CannotOpen):
            open_sealed(os.urandom(length), blob, "page")
