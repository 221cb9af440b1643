"""verify_log.py and what it is made of: signatures, keys, checkpoints as mail programs leave them, and nothing else."""

import ast
import email.policy
import json
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as some

from exports.evidence import verify_log
from exports.evidence.verify_log import Tree, Unusable, checkpoints_in, key_of, leaf, root_of_proof, signed_by
from tests.exports.log_making import VERIFIER, Signer, entry, hashed, path_to, root_of, verify, written

ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19

# RFC 8032, section 7.1: key, message, signature.
OF_THE_RFC = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2465"
        "5141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb0"
        "0d291612bb0c00",
    ),
]
# Points of small order, whose holder is anybody (as listed by several analyses of Ed25519).
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]


@pytest.mark.parametrize(("public", "message", "signature"), OF_THE_RFC)
def test_the_signatures_of_the_standard_are_good(public: str, message: str, signature: str) -> None:
    assert signed_by(bytes.fromhex(public), bytes.fromhex(signature), bytes.fromhex(message))


def _by_the_library(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@settings(max_examples=40, deadline=None)
@given(some.binary(min_size=32, max_size=32), some.binary(max_size=80), some.integers(0, 8 * 96 - 1), some.booleans())
def test_it_agrees_with_a_kept_library_about_every_signature(
    seed: bytes, message: bytes, flipped: int, altered: bool
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    both = bytearray(key.public_key().public_bytes_raw() + key.sign(message))
    if altered:
        both[flipped // 8] ^= 1 << flipped % 8
    public, signature = bytes(both[:32]), bytes(both[32:])
    assert signed_by(public, signature, message) is _by_the_library(public, signature, message) is not altered


def test_a_signature_has_one_spelling_only() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public, signature = key.public_key().public_bytes_raw(), key.sign(b"message")
    scalar = int.from_bytes(signature[32:], "little")
    for other in (scalar + ORDER, scalar + 2 * ORDER, 2**256 - 1):
        assert not signed_by(public, signature[:32] + other.to_bytes(32, "little"), b"message")
    for wrong in (b"", signature[:63], signature + b"\0", bytes(64), signature[32:] + signature[:32]):
        assert not signed_by(public, wrong, b"message")
    assert not signed_by(public[:31], signature, b"message")
    assert not signed_by(public, signature, b"Message")


def test_bytes_that_stand_for_no_point_or_for_one_in_another_way_are_refused() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    signature = key.sign(b"")
    for y in (PRIME, PRIME + 1, 2**255 - 1):
        assert not signed_by(y.to_bytes(32, "little"), signature, b"")
        assert not signed_by(key.public_key().public_bytes_raw(), y.to_bytes(32, "little") + signature[32:], b"")
    # x = 0 has no sign, so these are spelled wrongly.
    for point in ((1 + 2**255).to_bytes(32, "little"), (PRIME - 1 + 2**255).to_bytes(32, "little")):
        assert not signed_by(point, signature, b"")
    assert not signed_by((2).to_bytes(32, "little"), signature, b"")  # there is no such point


@pytest.mark.parametrize("public", SMALL_ORDER)
def test_a_key_with_which_a_signature_fits_any_message_is_nobodys(public: str) -> None:
    base = (4 * pow(5, PRIME - 2, PRIME) % PRIME).to_bytes(32, "little")
    for commitment, scalar in ((bytes.fromhex(SMALL_ORDER[0]), 0), (base, 1)):
        assert not signed_by(bytes.fromhex(public), commitment + scalar.to_bytes(32, "little"), b"any message")


@settings(max_examples=60, deadline=None)
@given(some.lists(some.binary(max_size=3), max_size=70), some.data())
def test_its_tree_is_that_of_the_standard_however_the_leaves_come(bodies: list[bytes], data: some.DataObject) -> None:
    tree, at = Tree(), 0
    while at < len(bodies):
        lot = data.draw(some.integers(1, len(bodies) - at))
        tree.add([leaf(body) for body in bodies[at : at + lot]])
        at += lot
        assert tree.root() == root_of(bodies[:at])
    assert tree.size == len(bodies)
    if bodies:
        number = data.draw(some.integers(0, len(bodies) - 1))
        proof = path_to(number, bodies)
        assert root_of_proof(leaf(bodies[number]), number, len(bodies), proof) == tree.root()
        assert root_of_proof(leaf(bodies[number]), number, len(bodies), [*proof, hashed(b"")]) != tree.root()
        assert root_of_proof(leaf(bodies[number]), len(bodies), len(bodies), proof) is None


def test_it_imports_nothing_but_the_standard_library_and_no_word_newer_than_python_3_9() -> None:
    tree = ast.parse(VERIFIER.read_text(encoding="utf-8"), feature_version=(3, 9))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_a_checkpoint_is_found_in_whatever_a_mail_program_makes_of_it(tmp_path: Path) -> None:
    bodies, signer = [entry("study.founded", f"2026-11-30T10:00:0{n}.000Z") for n in range(3)], Signer()
    note = signer.checkpoint(bodies)
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["Subject"], mail["From"], mail["To"] = "Checkpoint", "log@example.org", "board@example.org"
    mail.set_content(f"Keep this mail.\n\n{note}\nNothing else.\n", cte="quoted-printable")
    attached = EmailMessage(policy=email.policy.SMTP)
    attached["Subject"] = "Checkpoint"
    attached.set_content("It is attached.")
    attached.add_attachment(note.encode(), maintype="text", subtype="plain", filename="log.checkpoint", cte="base64")
    ways = {
        "as it is": note.encode(),
        "with Windows' ends of lines": note.replace("\n", "\r\n").encode(),
        "among other words": f"Dear board,\n\n{note}\nYours".encode(),
        "answered to": "".join(f"> {line}\n" for line in note.splitlines()).encode(),
        "without the last end of line": note.rstrip("\n").encode(),
        "saved as a mail": mail.as_bytes(),
        "attached to a mail": attached.as_bytes(),
    }
    for way, data in ways.items():
        path = tmp_path / "kept.eml"
        path.write_bytes(data)
        (found,) = verify_log.checkpoints_of(path, kept=True)
        assert (found.size, found.root) == (3, root_of(bodies)), way
        assert found.signed_with(key_of(signer.vkey)), way


def test_a_saved_mail_brings_the_key_and_mails_about_other_studies_do_no_harm(tmp_path: Path) -> None:
    bodies, signer, forger = (
        [entry("site.added", "2026-11-30T10:00:00.000Z", actor="operator", name="A")],
        Signer(),
        Signer(),
    )
    for name, one in (("ours", signer), ("other", Signer("study.example.org/studies/another"))):
        mail = EmailMessage(policy=email.policy.SMTP)
        mail["Subject"], mail["From"], mail["To"] = "Checkpoint", "log@example.org", "board@example.org"
        mail.set_content(
            f"{one.checkpoint(bodies)}\nIt is verified with this key:\n\n{one.vkey}\n", cte="quoted-printable"
        )
        (tmp_path / f"{name}.eml").write_bytes(mail.as_bytes())
    mails = tmp_path / "other.eml", tmp_path / "ours.eml"
    found = verify(written(tmp_path / "log", bodies, signer), *mails)
    assert f"Key from ours.eml, which you kept: {signer.vkey}" in found.said
    assert "other.eml is of another log, and was not looked at" in found.said
    assert "everything that stood in the log then stands there unchanged" in found.said
    forged = written(tmp_path / "forged", [*bodies, bodies[0]], forger)
    wrong = verify(forged, *mails).wrong
    assert any("log.checkpoint (given, 2 entries) is not signed by the key that was in force" in line for line in wrong)
    # Whoever calls a log by another name is not rid of what was kept of this one.
    assert any("is of another log" in line for line in verify(forged, mails[0]).wrong)


def test_a_checkpoint_of_which_a_letter_was_changed_is_not_signed() -> None:
    bodies, signer = [entry("study.founded", "2026-11-30T10:00:00.000Z")], Signer()
    note, key = signer.checkpoint(bodies), key_of(signer.vkey)
    (good,) = checkpoints_in(note, "", kept=True)
    assert good.signed_with(key)
    assert not good.signed_with(key_of(Signer().vkey))
    (other,) = checkpoints_in(note.replace("\n1\n", "\n2\n"), "", kept=True)
    assert not other.signed_with(key)


@pytest.mark.parametrize(
    "line", ["", "name", "name+0+0", "name+00000000+AQ==", Signer().vkey[:-4], Signer().vkey.replace("+", "-", 1)]
)
def test_what_is_no_key_is_refused_in_a_sentence(line: str) -> None:
    with pytest.raises(Unusable):
        key_of(line)


def test_a_receipt_shows_by_itself_that_the_entry_stands_in_the_log(tmp_path: Path) -> None:
    told, signer, bodies = _receipt()
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    found = verify(path)
    assert (found.code, found.wrong) == (0, [])
    assert "the consent stands in the log, as entry 5 when there were 7; signed." in found.said
    assert verify("--receipt", path, "--key", signer.vkey).code == 0
    assert verify("--receipt", path, "--key", Signer().vkey).code == 1
    folder = written(tmp_path / "log", bodies, signer)
    assert "entry 5 of the log" not in verify(folder, path).said
    altered = [*bodies]
    altered[5] = bodies[5].replace(b"take-part", b"recorded")
    found = verify(written(tmp_path / "other", altered, signer), path)
    assert found.code == 1
    assert any("entry 5 of the log is another one." in line for line in found.wrong)


def _receipt() -> tuple[dict[str, object], Signer, list[bytes]]:
    signer = Signer()
    bodies = [entry("site.added", f"2026-11-30T10:00:0{n}.000Z", actor="operator", name=str(n)) for n in range(7)]
    bodies[5] = entry("consent.decided", "2026-11-30T10:00:05.000Z", subject="a" * 64, yes=["take-part"], no=[])
    return signer.receipt(bodies, 5), signer, bodies


@pytest.mark.parametrize(
    "part", ["body", "index", "size", "proof", "checkpoint", "keys", "kind", "other study", "shorter proof"]
)
def test_a_receipt_of_which_anything_was_changed_proves_nothing(part: str, tmp_path: Path) -> None:
    told, _, bodies = _receipt()
    changed: dict[str, object] = {
        "body": {"body": bodies[5].decode().replace("take-part", "recorded")},
        "index": {"index": 4},
        "size": {"size": 8},
        "proof": {"proof": list(reversed(list(told["proof"])))},  # type: ignore[call-overload]
        "checkpoint": {"checkpoint": str(told["checkpoint"]).replace("\n7\n", "\n8\n")},
        "keys": {"keys": [Signer().vkey]},
        "kind": {"kind": "withdrawal"},
        "other study": {"body": bodies[5].decode().replace("5b0c1d3e", "5b0c1d3f")},
        "shorter proof": {"proof": list(told["proof"])[:-1]},  # type: ignore[call-overload]
    }
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps({**told, **changed[part]}), encoding="utf-8")  # type: ignore[dict-item]
    found = verify(path)
    assert (found.code, bool(found.wrong)) == (1, True), found.said


def test_files_that_cannot_be_read_end_with_2_and_one_sentence(tmp_path: Path) -> None:
    signer, bodies = Signer(), [entry("study.founded", "2026-11-30T10:00:00.000Z")]
    folder = written(tmp_path / "log", bodies, signer)
    (tmp_path / "empty").write_text("", encoding="utf-8")
    (tmp_path / "no.json").write_text("{}", encoding="utf-8")
    for arguments in (
        [], [tmp_path / "nowhere"], [tmp_path], [folder, tmp_path / "empty"], [folder, tmp_path / "gone"],
        [tmp_path / "no.json"], [folder, "--key", "nonsense"], [folder, "--entries", tmp_path / "gone"],
        ["--entries", folder / "entries.jsonl"],
        ["--entries", folder / "entries.jsonl", "--checkpoint", folder / "log.checkpoint"],
    ):  # fmt: skip
        found = verify(*arguments)
        assert found.code == 2, (arguments, found.said)
        assert found.said.startswith("Nothing was checked. ")
        assert found.said.count("\n") == 1


def test_single_files_are_checked_like_a_folder(tmp_path: Path) -> None:
    folder = written(tmp_path, [entry("site.added", "2026-11-30T10:00:00.000Z", name="A")], Signer())
    files = (
        "--entries",
        folder / "entries.jsonl",
        "--checkpoint",
        folder / "log.checkpoint",
        "--key",
        folder / "log.vkey",
    )
    assert "root fits the entries" in verify(*files).said
