"""Receipts: one line of the log with the proof that it is there, to be kept by whom it is about.

It holds what every auditor can read anyway and no salt, so it does not tell which other lines are of the same person.
"""

import base64
import json
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from vault import log_trees, tree
from vault.ledger import BUT_PAGES, LedgerEntry
from vault.log_trees import LogLeaf, LogTree

FORMAT = "verbatim-receipt/1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A line, its place, and the oldest checkpoint over it with the hashes that lead there."""

    kind: str
    body: str
    place: int
    size: int
    proof: tuple[bytes, ...]
    checkpoint: str
    keys: tuple[str, ...]

    @property
    def text(self) -> str:
        """The receipt as the file that ``verify_log.py`` reads."""
        return (
            json.dumps(
                {
                    "format": FORMAT,
                    "kind": self.kind,
                    "body": self.body,
                    "index": self.place,
                    "size": self.size,
                    "proof": [base64.b64encode(one).decode() for one in self.proof],
                    "checkpoint": self.checkpoint,
                    "keys": list(self.keys),
                },
                ensure_ascii=False,
                indent=1,
            )
            + "\n"
        )


def entry(db: Session, study_id: UUID, action: str, *phrases: str) -> int | None:
    """The number of the oldest line of this deed whose body has all of these phrases, or None."""
    here = (LedgerEntry.study_id == study_id, LedgerEntry.action == action, BUT_PAGES)
    said = [LedgerEntry.body.contains(phrase, autoescape=True) for phrase in phrases]
    return db.scalar(select(LedgerEntry.number).where(*here, *said).order_by(LedgerEntry.number).limit(1))


def of_line(db: Session, grown: LogTree, place: int) -> Receipt | None:
    """The receipt for the line at this place of a tree, whatever it says; None if there is none."""
    leaf = db.get(LogLeaf, (grown.number, place))
    return receipt(db, "line", leaf.entry) if leaf else None


def receipt(db: Session, kind: str, number: int) -> Receipt | None:
    """The receipt for the line with this number, the same whenever somebody asks; None while it is no leaf."""
    leaf = log_trees.leaf_of(db, number)
    if leaf is None:
        return None
    grown, line = db.get_one(LogTree, leaf.tree), db.get_one(LedgerEntry, number)
    over = log_trees.first_over(db, leaf.tree, leaf.place)
    return Receipt(
        kind=kind,
        body=line.body,
        place=leaf.place,
        size=over.size,
        proof=tuple(tree.inclusion(log_trees.subtrees(db, grown.number), leaf.place, over.size)),
        checkpoint=over.note,
        keys=tuple(key.vkey for key in log_trees.keys(db, grown.number) if key.generation <= over.generation),
    )
