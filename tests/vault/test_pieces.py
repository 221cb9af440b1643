"""Recordings: read from any point, and no piece can be moved, dropped, cut or lengthened."""

from collections.abc import Callable, Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import CannotOpen
from vault.pieces import (
    LARGEST,
    Piece,
    ReadAt,
    open_manifest,
    open_piece,
    piece_key,
    read_range,
    seal_manifest,
    seal_piece,
)
from vault.sealing import new_key

CHUNK = 16 * 1024
EDGES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 3 * CHUNK + 7]
SOUND = bytes(range(251)) * 400  # no two places of a chunk are alike
KEY = new_key()


def reads(blob: bytes) -> ReadAt:
    def read(offset: int, length: int) -> bytes:
        return blob[offset : offset + length]

    return read


def opened(blob: bytes, *context: str | int, key: bytes = KEY) -> Piece:
    return Piece(reads(blob), len(blob), key, *context)


@given(st.sampled_from(EDGES), st.integers(-5, 70_000), st.integers(-5, 70_000))
def test_a_piece_read_from_any_point_is_the_same_as_the_whole(length: int, start: int, end: int) -> None:
    sound = SOUND[:length]
    blob = seal_piece(KEY, sound, "p", 1)
    piece = opened(blob, "p", 1)
    assert piece.length == length
    assert open_piece(KEY, blob, "p", 1) == sound
    assert piece.read(start, end) == sound[max(start, 0) : max(end, 0)]


@pytest.mark.parametrize("length", [LARGEST, LARGEST - 1])
def test_the_largest_piece_is_a_mebibyte_and_is_read_to_its_end(length: int) -> None:
    blob = seal_piece(KEY, bytes(length), "p")
    assert opened(blob, "p").length == length
    assert len(open_piece(KEY, blob, "p")) == length
    with pytest.raises(ValueError, match="1 MiB"):
        seal_piece(KEY, bytes(LARGEST + 1), "p")


@pytest.mark.parametrize("length", EDGES)
def test_a_piece_that_was_cut_anywhere_shows_when_it_is_opened(length: int) -> None:
    """ASVS 11.3.3: truncation, at the borders of chunks too, and lengthening."""
    blob = seal_piece(KEY, SOUND[:length], "p")
    cuts = {1, 2, 15, 16, 17, CHUNK, CHUNK + 16, CHUNK + 17, len(blob) - 57, len(blob) - 1, len(blob)}
    for changed in [
        *(blob[: len(blob) - cut] for cut in cuts if 0 < cut <= len(blob)),
        blob + b"\0",
        blob + bytes(CHUNK + 16),
    ]:
        with pytest.raises(CannotOpen):
            opened(changed, "p")
        with pytest.raises(CannotOpen):
            open_piece(KEY, changed, "p")


def test_every_altered_byte_of_a_piece_shows_in_the_chunk_where_it_stands() -> None:
    """ASVS 11.3.3."""
    blob = seal_piece(KEY, SOUND[: CHUNK + 40], "p")
    for place in [*range(57), 57, 58, CHUNK // 2, 57 + CHUNK + 15, 57 + CHUNK + 16, *range(len(blob) - 40, len(blob))]:
        wrong = bytearray(blob)
        wrong[place] ^= 1 << place % 8
        with pytest.raises(CannotOpen):
            open_piece(KEY, bytes(wrong), "p")
        with pytest.raises(CannotOpen):
            opened(bytes(wrong), "p").read(0, CHUNK + 40)


def test_chunks_cannot_change_places() -> None:
    """ASVS 11.3.3."""
    blob = seal_piece(KEY, SOUND[: 3 * CHUNK], "p")
    head, size = blob[:57], CHUNK + 16
    chunks = [blob[57 + at * size : 57 + (at + 1) * size] for at in range(3)]
    for order in permutations(range(3)):
        if order != (0, 1, 2):
            moved = head + b"".join(chunks[at] for at in order) + blob[57 + 3 * size :]
            with pytest.raises(CannotOpen):
                opened(moved, "p").read(0, 3 * CHUNK)
            with pytest.raises(CannotOpen):
                open_piece(KEY, moved, "p")


def test_another_key_or_place_opens_no_piece() -> None:
    """ASVS 11.3.3: context is study, participant, recording and number."""
    blob = seal_piece(KEY, b"sound", "study", "participant", "recording", 3)
    for key, place in (
        (new_key(), ("study", "participant", "recording", 3)),
        (KEY, ("study", "participant", "recording", 4)),
        (KEY, ("study", "participant", "other", 3)),
        (KEY, ("study", "another", "recording", 3)),
        (KEY, ("another", "participant", "recording", 3)),
    ):
        with pytest.raises(CannotOpen):
            opened(blob, *place, key=key)
        with pytest.raises(CannotOpen):
            open_piece(key, blob, *place)
    assert piece_key(KEY, "one") != piece_key(KEY, "two") != KEY


def recording(sounds: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
    """A closed recording: its manifest and its sealed pieces."""
    blobs = [seal_piece(KEY, sound, "r", number) for number, sound in enumerate(sounds)]
    return seal_manifest(KEY, [len(sound) for sound in sounds], "r"), blobs


def pieces(blobs: Sequence[bytes]) -> Callable[[int], Piece]:
    def piece(number: int) -> Piece:
        if number >= len(blobs):
            raise CannotOpen
        return opened(blobs[number], "r", number)

    return piece


@given(
    st.lists(st.sampled_from([b"", b"a", SOUND[:100], SOUND[: CHUNK + 3], SOUND[:40_000]]), max_size=5),
    st.integers(-10, 130_000),
    st.integers(-10, 130_000),
)
def test_a_recording_read_from_any_point_is_the_same_as_the_whole(sounds: list[bytes], start: int, end: int) -> None:
    manifest, blobs = recording(sounds)
    lengths = open_manifest(KEY, manifest, "r")
    assert lengths == [len(sound) for sound in sounds]
    whole = b"".join(sounds)
    assert read_range(lengths, pieces(blobs), start, end) == whole[max(start, 0) : max(end, 0)]


def test_a_piece_that_was_dropped_moved_repeated_or_exchanged_shows() -> None:
    """ASVS 11.3.3."""
    sounds = [SOUND[:100], SOUND[:200], SOUND[:300]]
    manifest, blobs = recording(sounds)
    lengths = open_manifest(KEY, manifest, "r")
    shorter = seal_piece(KEY, SOUND[:50], "r", 1)
    for changed in (
        blobs[:2],
        [blobs[1], blobs[0], blobs[2]],
        [blobs[0], blobs[0], blobs[2]],
        [blobs[0], shorter, blobs[2]],
    ):
        with pytest.raises(CannotOpen):
            read_range(lengths, pieces(changed), 0, 600)


def test_the_manifest_says_how_many_pieces_there_were_and_cannot_be_altered() -> None:
    """ASVS 11.3.3: a shorter list of pieces is another manifest, which only the key's holder can seal."""
    manifest, _ = recording([b"one", b"two"])
    for place in range(len(manifest)):
        wrong = bytearray(manifest)
        wrong[place] ^= 1
        with pytest.raises(CannotOpen):
            open_manifest(KEY, bytes(wrong), "r")
    with pytest.raises(CannotOpen):
        open_manifest(KEY, manifest, "another")
    assert open_manifest(KEY, seal_manifest(KEY, [], "r"), "r") == []


@given(st.binary(max_size=200))
def test_whatever_lies_where_a_piece_should_is_refused_with_one_error(rubbish: bytes) -> None:
    """ASVS 11.2.5."""
    for blob in (rubbish, b"\1" + rubbish):
        with pytest.raises(CannotOpen):
            opened(blob, "p")
        with pytest.raises(CannotOpen):
            open_piece(KEY, blob, "p")
        with pytest.raises(CannotOpen):
            open_manifest(KEY, blob, "p")


def test_a_store_that_gives_less_than_it_promised_is_noticed() -> None:
    blob = seal_piece(KEY, SOUND[: 2 * CHUNK], "p")

    def short(offset: int, length: int) -> bytes:
        return blob[offset : offset + length - 1]

    with pytest.raises(CannotOpen):
        Piece(short, len(blob), KEY, "p")
