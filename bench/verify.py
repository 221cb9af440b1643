"""Checking a log of a million entries with the file that an auditor is handed, as the auditor runs it."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.figure import Figure
from exports import evidence
from vault.checkpoints import Checkpoint, Signer, signed
from vault.tree import Frontier, leaf_hash

ENTRIES = 1_000_000
SECONDS, MIB = 10, 200
_EACH = 100  # entries for each participant
_STUDY, _LEAD = "5b0c1d3e-0000-4000-8000-000000000001", "staff:5b0c1d3e-0000-4000-8000-000000000002"
_TEXT, _SITE = "0" * 64, "5b0c1d3e-0000-4000-8000-000000000003"
_VERSIONS = [f"5b0c1d3e-0000-4000-8000-00000000010{number}" for number in range(8)]
_ROUND = timedelta(seconds=20)


def _line(action: str, at: datetime, actor: str, subject: str = "", detail: str = "", **facts: object) -> str:
    body = {
        "v": 1, "at": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "actor": actor, "action": action, "study": _STUDY,
        "subject": subject, "detail": detail, "facts": facts,
    }  # fmt: skip
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _beginning(at: datetime) -> Iterator[str]:
    who = _LEAD[6:]
    yield _line("study.founded", at, _LEAD, reference="REF-1")
    yield _line("member.joined", at, _LEAD, account=who, role="lead")
    for scope in ("responses", "audio", "linkage"):
        yield _line("key.granted", at, _LEAD, account=who, scope=scope, epoch=1, fingerprint="x")
    yield _line(
        "approval.recorded", at, _LEAD, approval=1, board="The board", reference="REB-1", site="", replaces=0,
        effective="2026-01-01", expires="2027-12-31", instruments=[], documents=[], texts=[],
    )  # fmt: skip
    yield _line("consent.published", at, _LEAD, document=_TEXT, number=1, approval=1, mark="m")
    for number, version in enumerate(_VERSIONS):
        yield _line(
            "instrument.published", at, _LEAD, instrument=f"survey-{number}", version=1, fingerprint=f"f{number}",
            approval=1, id=version, of=f"i{number}",
        )  # fmt: skip


def _participant(number: int, at: datetime) -> Iterator[tuple[int, str]]:
    """The entries of one participant, each with the place at which it comes among those of everybody."""
    subject = hashlib.sha256(str(number).encode()).hexdigest()
    self, place = f"participant:{subject}", 0

    def said(action: str, actor: str = self, **facts: object) -> tuple[int, str]:
        nonlocal place
        place += 1
        detail = hashlib.sha256(f"{number} {place}".encode()).hexdigest() if action == "consent.decided" else ""
        moment = at + place * _ROUND
        if action == "answers.saved":
            moment = moment.replace(hour=0, minute=0, second=0)
        return place, _line(action, moment, actor, subject, detail, **facts)

    yield said("participant.enrolled", _LEAD, approval=1, site=_SITE, taken=number + 1, most=0)
    yield said("identity.read", _LEAD, why="letter")
    yield said("letter.sent", _LEAD, kind="invitation")
    yield said(
        "consent.decided", document=_TEXT, language="en", mode="typed", number=1, yes=["take-part", "quoted"], no=[]
    )
    for version in _VERSIONS:
        yield said("response.begun", kind="self", version=version, number=1, approval=1)
        for _ in range(10):
            yield said("answers.saved", kind="self", version=version)
        yield said("response.submitted", kind="self", version=version)


def write(folder: Path, entries: int = ENTRIES) -> None:
    """A log of about so many entries, of many who answer side by side, is in the folder as a study hands it over."""
    origin, at = f"study.example.org/studies/{_STUDY}", datetime(2026, 2, 1, 8, tzinfo=UTC)
    frontier, signer = Frontier(), Signer(origin, hashlib.sha256(b"bench").digest())

    def note() -> str:
        return signed(Checkpoint(origin, frontier.size, frontier.root()), [signer])

    with (folder / "entries.jsonl").open("w", encoding="utf-8", newline="\n") as out:

        def add(body: str) -> None:
            out.write(body + "\n")
            for _ in frontier.add(leaf_hash(body)):
                pass

        for body in _beginning(at):
            add(body)
        number = 0
        while frontier.size < entries:
            # A hundred at a time, whose entries alternate.
            crowd = [list(_participant(number + one, at)) for one in range(_EACH)]
            for _, body in sorted((step for steps in crowd for step in steps), key=lambda step: step[0]):
                add(body)
            number, at = number + _EACH, at + timedelta(hours=1)
            if number == 50 * _EACH:
                (folder / "kept.checkpoint").write_text(note(), encoding="utf-8")
    (folder / "log.checkpoint").write_text(note(), encoding="utf-8")
    (folder / "log.vkey").write_text(signer.vkey + "\n", encoding="utf-8")


def measure() -> Iterator[Figure]:
    """Seconds and memory for a million entries, with one checkpoint that was kept."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write(folder)
        verifier = Path(evidence.__file__).parent / "verify_log.py"
        kept = folder / "kept.checkpoint"
        run = subprocess.Popen(
            [sys.executable, "-I", "-S", str(verifier), str(folder), str(kept)], stdout=subprocess.PIPE
        )
        assert run.stdout is not None
        said = run.stdout.read().decode()
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        if run.returncode != 0:
            raise RuntimeError(said)
        seconds, mib = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
        entries = sum(1 for _ in (folder / "entries.jsonl").open("rb"))
        yield Figure(
            f"checking a log of {entries:,} entries", seconds * 1000, "ms of processor time", goal=f"≤ {SECONDS} s",
            holds=seconds <= SECONDS,
        )  # fmt: skip
        yield Figure("memory for it", mib, "MiB at its peak", goal=f"≤ {MIB} MiB", holds=mib <= MIB)
