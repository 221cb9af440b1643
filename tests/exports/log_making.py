"""Logs made without the product, for the tests of verify_log.py: entries, a tree over them, and whoever signs it.

The tree is computed as RFC 6962 defines it, from the top down, and the signatures are those of ``cryptography``; so
neither shares a line with what is tested or with what makes real logs.
"""

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.house.tree import ROOT

VERIFIER = ROOT / "exports/evidence/verify_log.py"
STUDY = "5b0c1d3e-0000-4000-8000-000000000001"
ORIGIN = f"study.example.org/studies/{STUDY}"


def hashed(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def root_of(bodies: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of RFC 6962, section 2.1, word for word."""
    if not bodies:
        return hashed(b"")
    if len(bodies) == 1:
        return hashed(b"\0" + bodies[0])
    split = 1 << (len(bodies) - 1).bit_length() - 1
    return hashed(b"\1" + root_of(bodies[:split]) + root_of(bodies[split:]))


def path_to(number: int, bodies: Sequence[bytes]) -> list[bytes]:
    """The audit path of RFC 6962, section 2.1.1."""
    if len(bodies) <= 1:
        return []
    split = 1 << (len(bodies) - 1).bit_length() - 1
    if number < split:
        return [*path_to(number, bodies[:split]), root_of(bodies[split:])]
    return [*path_to(number - split, bodies[split:]), root_of(bodies[:split])]


def in_base64(data: bytes) -> str:
    """As checkpoints write bytes."""
    return base64.b64encode(data).decode()


@dataclass(frozen=True)
class Signer:
    """Whoever signs the log called ``name``."""

    name: str = ORIGIN
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate, repr=False)

    @property
    def public(self) -> bytes:
        """The public half, 32 bytes."""
        return self.key.public_key().public_bytes_raw()

    @property
    def number(self) -> bytes:
        """The key's number, 4 bytes."""
        return hashed(self.name.encode() + b"\n\x01" + self.public)[:4]

    @property
    def vkey(self) -> str:
        """The line of a .vkey file."""
        return f"{self.name}+{self.number.hex()}+{in_base64(bytes([1]) + self.public)}"

    def signature(self, text: str) -> str:
        """The line under a checkpoint."""
        return f"— {self.name} {in_base64(self.number + self.key.sign(text.encode()))}\n"

    def checkpoint(self, bodies: Sequence[bytes], *others: "Signer") -> str:
        """A signed checkpoint over all of ``bodies``; ``others`` sign too, before this one."""
        text = f"{self.name}\n{len(bodies)}\n{in_base64(root_of(bodies))}\n"
        return f"{text}\n{''.join(one.signature(text) for one in (*others, self))}"

    def receipt(self, bodies: Sequence[bytes], number: int, kind: str = "consent") -> dict[str, object]:
        """What a participant keeps of an entry."""
        return {
            "format": "verbatim-receipt/1", "kind": kind, "body": bodies[number].decode(), "index": number,
            "size": len(bodies), "proof": [in_base64(one) for one in path_to(number, bodies)],
            "checkpoint": self.checkpoint(bodies), "keys": [self.vkey],
        }  # fmt: skip


def entry(
    action: str, at: str, told: Mapping[str, object] = MappingProxyType({}), *, actor: str = "system",
    subject: str = "", study: str = STUDY, detail: str = "", **facts: object,
) -> bytes:  # fmt: skip
    """The body of an entry."""
    body = {
        "v": 1, "at": at, "actor": actor, "action": action, "study": study, "subject": subject, "detail": detail,
        "facts": {**told, **facts},
    }  # fmt: skip
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def written(folder: Path, bodies: Sequence[bytes], signer: Signer, checkpoint: str | None = None) -> Path:
    """A folder as a study hands it over."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "entries.jsonl").write_bytes(b"".join(body + b"\n" for body in bodies))
    note = signer.checkpoint(bodies) if checkpoint is None else checkpoint
    (folder / "log.checkpoint").write_text(note, encoding="utf-8")
    (folder / "log.vkey").write_text(signer.vkey + "\n", encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Verdict:
    """What the file said, and how it ended."""

    code: int
    said: str

    @property
    def wrong(self) -> list[str]:
        """The lines that name something wrong, each with the entry that it names."""
        lines = self.said.splitlines()
        return [
            " ".join([line.strip(), *(after.strip() for after in lines[at + 1 : at + 2] if "First:" in after)])
            for at, line in enumerate(lines)
            if line.strip().startswith("WRONG")
        ]


def verify(*arguments: object, python: Sequence[str] = (sys.executable, "-I", "-S")) -> Verdict:
    """The file is run as an auditor runs it: alone, with nothing installed."""
    found = subprocess.run(
        [*python, str(VERIFIER), *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in found.stderr, found.stderr
    return Verdict(found.returncode, found.stdout + found.stderr)


def lines_of(path: Path) -> list[bytes]:
    """The bodies in an entries.jsonl."""
    return path.read_bytes().splitlines()


def joined(bodies: Iterable[bytes]) -> bytes:
    """An entries.jsonl."""
    return b"".join(body + b"\n" for body in bodies)
