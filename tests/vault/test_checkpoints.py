"""Checkpoints are signed notes as others define them, and nothing else passes for one."""

import base64
import hashlib

import pytest

from vault import checkpoints
from vault.checkpoints import Checkpoint, NoCheckpoint, Signer
from vault.tree import EMPTY

ORIGIN = "study.example.org/studies/9d0f1f4e-7b5f-4b43-8d51-f3bd1b9a4a10"
SIGNER = Signer(ORIGIN, b"\x07" * 32)
NOTE = checkpoints.signed(Checkpoint(ORIGIN, 23, EMPTY), [SIGNER])


def test_the_format_of_a_checkpoint_is_this_and_stays_this() -> None:
    origin, size, root, empty, signature, end = NOTE.split("\n")
    assert (origin, size, root, empty, end) == (ORIGIN, "23", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "", "")
    assert signature.startswith(f"— {ORIGIN} ")


def test_the_id_of_a_key_is_that_of_the_standards_example() -> None:
    """The key of c2sp.org/signed-note."""
    public = base64.b64decode("AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")[1:]
    assert checkpoints._key_id("example.com/foo", public).hex() == "530d903a"
    mark = hashlib.sha256(f"{ORIGIN}\n\1".encode() + base64.b64decode(SIGNER.vkey.split("+", 2)[2])[1:]).hexdigest()
    assert SIGNER.vkey.startswith(f"{ORIGIN}+{mark[:8]}+")


def test_a_checkpoint_says_what_was_signed() -> None:
    assert checkpoints.verified(NOTE, SIGNER.vkey) == Checkpoint(ORIGIN, 23, EMPTY)


def test_a_checkpoint_of_two_keys_is_verified_by_each() -> None:
    other = Signer(ORIGIN, b"\x08" * 32)
    both = checkpoints.signed(Checkpoint(ORIGIN, 23, EMPTY), [SIGNER, other])
    assert both.startswith(NOTE)
    assert checkpoints.verified(both, SIGNER.vkey) == checkpoints.verified(both, other.vkey)


@pytest.mark.parametrize(
    "note",
    [
        NOTE.replace("\n23\n", "\n24\n"),
        NOTE.replace("47DEQ", "57DEQ"),
        NOTE.replace("study.example", "other.example"),
        NOTE.replace("study.example", "other.example", 1),
        NOTE[:-10] + "AAAA" + NOTE[-6:],
        NOTE.partition("\n\n")[0],
        "",
        "\n\n\n",
        checkpoints.signed(Checkpoint(ORIGIN, 23, EMPTY), [Signer(ORIGIN, b"\x09" * 32)]),
        checkpoints.signed(Checkpoint("elsewhere", 23, EMPTY), [SIGNER]),
    ],
)
def test_what_was_altered_or_signed_by_others_is_no_checkpoint(note: str) -> None:
    with pytest.raises(NoCheckpoint):
        checkpoints.verified(note, SIGNER.vkey)


@pytest.mark.parametrize("vkey", ["", "a+b", f"{ORIGIN}+00000000+AQ==", SIGNER.vkey.replace("+", "+0", 1), "a+b+ä"])
def test_what_is_no_key_verifies_nothing(vkey: str) -> None:
    with pytest.raises(NoCheckpoint):
        checkpoints.verified(NOTE, vkey)


def test_a_signer_shows_nothing_of_its_key() -> None:
    assert "\\x07" not in repr(SIGNER)
