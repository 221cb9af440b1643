"""The evidence package: everything by which a board can see, offline, that a study did what was approved.

The same state of the databases makes the same bytes. Nobody's answers and nobody's name but the team's are in it.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from consent import typesetting
from exports import evidence, zips
from exports.dataset import Sink
from exports.evidence import access, consents, facts, manifests, processing, texts
from exports.evidence.facts import Section
from exports.zips import Archive
from vault import ledger, log_trees, studies, witnesses
from vault.errors import Missing
from vault.log_trees import LogTree
from vault.settings import Settings
from vault.studies import Study

_HERE = Path(evidence.__file__).parent
VERIFIER = _HERE / "verify_log.py"
COMPLIANCE = "compliance.md"


class NoLogYet(Missing):
    """Without a checkpoint there is nothing to prove."""

    public = "The study's log is being signed for the first time. Wait a few seconds and try again."


def taken(db: Session, study_id: UUID, *, actor: str, now: datetime) -> None:
    """The log says that the evidence was taken along."""
    ledger.append(db, "evidence.taken", actor=actor, now=now, study=study_id)


def write(db: Session, study_id: UUID, sink: Sink, settings: Settings, *, version: str) -> None:
    """The package as a zip, from an installation with these settings and a program of this version.

    NoLogYet before the first checkpoint.
    """
    study, tree = studies.find(db, study_id), log_trees.of_study(db, study_id)
    newest = log_trees.newest(db, tree.number) if tree else None
    if tree is None or newest is None:
        raise NoLogYet
    at = newest.signed_at
    review = access.review(log_trees.bodies(db, tree.number, size=newest.size))
    told = facts.sections(db, study_id, review, now=at)
    with zips.archive(sink, at.date()) as zipped:
        zipped.add("README.txt", _readme(study, newest.size, version).encode())
        zipped.add("overview.pdf", _overview(study, told, newest.size, at))
        for section in told:
            zipped.add(f"records/{section.name}.json", _json(facts.table(section)))
        for name, data in texts.files(db, study_id):
            zipped.add(name, data)
        for name, data in manifests.files(db, study_id, now=at):
            zipped.add(name, data)
        zipped.add("records/processing.json", _processing(db, study_id, settings, at))
        for pseudonym, record in consents.records(db, study, f"{settings.public_url}/p/leave"):
            zipped.add(f"consents/{pseudonym}.json", record)
        _log(db, tree, zipped)
        zipped.add(COMPLIANCE, (files("exports.evidence") / COMPLIANCE).read_bytes())


def _log(db: Session, tree: LogTree, zipped: Archive) -> None:
    papers = log_trees.papers(db, tree.number)
    with zipped.open("log/entries.jsonl") as out:
        for body in log_trees.bodies(db, tree.number, size=papers.size):
            out.write(body.encode() + b"\n")
    for name, text in papers.texts.items():
        zipped.add(f"log/{name}", text.encode())
    for size in witnesses.sizes_sent(db, tree.number):
        zipped.add(f"log/sent/{size}.checkpoint", log_trees.at_size(db, tree.number, size).note.encode())
    zipped.add(f"log/{VERIFIER.name}", VERIFIER.read_bytes())


def _processing(db: Session, study_id: UUID, settings: Settings, at: datetime) -> bytes:
    """The record of GDPR article 30 and where data flow."""
    return _json(
        {
            "record": {
                str(entry.asks): [str(sentence) for sentence in entry.told]
                for entry in processing.record(db, study_id, settings, now=at)
            },
            "flows": [
                {"from": str(flow.source), "to": str(flow.target), "what": str(flow.what), "form": str(flow.form)}
                for flow in processing.flows(settings)
            ],
        }
    )


def _overview(study: Study, told: tuple[Section, ...], size: int, at: datetime) -> bytes:
    template = (_HERE / "templates" / "overview.typ").read_text(encoding="utf-8")
    data: Mapping[str, typesetting.Data] = {
        "title": "What was approved and what was done",
        "over": f"{study.title}, {study.reference}",
        "footer": f"{study.reference}, as of {at:%Y-%m-%d %H:%M UTC}",
        "lead": [
            f"This is how the study stood when its log had {size:,} lines. The folder log holds every line, and the "
            "program verify_log.py that checks them without trusting whoever runs the server."
        ],
        "sections": [
            {
                "heading": section.heading,
                "sentences": list(section.sentences) if section.rows else [*section.sentences, "Nothing yet."],
                "heads": list(section.heads),
                "rows": [list(row) for row in section.rows],
            }
            for section in told
        ],
    }
    return typesetting.pdf(template, data, at=at)


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _readme(study: Study, size: int, version: str) -> str:
    return f"""The evidence of a study
=======================

{study.title} ({study.reference}), made by Verbatim {version}.

What is here
------------
overview.pdf        what was approved and what was done, to be read and printed
records/            the same as tables for programs (JSON), and the record of processing of GDPR article 30
instruments/        every version of every survey and guide as it was asked, with the reason for each change
consent/            every consent text, and what changed from one to the next; the SHA-256 of a document's file is
                    the fingerprint that stands in each decision
releases/           for each release what it holds, for whom, who decided, and the SHA-256 of the manifest inside of it
consents/           what each participant decided, by pseudonym (ISO/IEC TS 27560:2023), but of those who were erased
log/                the study's log, {size:,} lines, its checkpoint and keys, and verify_log.py; in log/sent the
                    checkpoints that were mailed to auditors, to be compared with what arrived
compliance.md       which test of the program shows which requirement of 21 CFR 11, ICH E6(R3), TCPS 2 and GDPR

Nobody's answers and no participant's name are in it. A number under five is not shown, nor one that would give it away.

How to check it
---------------
You need Python 3.9 or later and nothing else; nothing is sent anywhere.

    python3 log/verify_log.py log

It recomputes every hash, checks the signatures, and checks the rules: nothing asked before consent or after a
withdrawal, no version in use before its approval or after its end, every release approved by another than asked for it,
every look at names and answers by somebody who held the key. It says in plain words what it checked and what it cannot
know, and ends with 0 if nothing is wrong, with 1 if something is.

The one thing that this package cannot prove by itself is that it was not made anew as a whole. If you kept a
checkpoint, from a mail or on paper, give it along, and that is found as well:

    python3 log/verify_log.py log kept.checkpoint
"""
