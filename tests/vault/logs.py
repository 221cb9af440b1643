"""A log that grows, and what an auditor would do with it."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from tests.vault.test_tree import shows_inclusion
from vault import checkpoints, ledger, log_trees, tree
from vault.log_trees import INSTALLATION, LogTree
from vault.sequencer import Sequencer
from vault.store import Stores
from vault.tree import Frontier
from web.kit.sequencing import Sequencing

MENTORS, NURSES = uuid4(), uuid4()


def sequencing(stores: Stores, now: datetime) -> Sequencing:
    """The sequencer of a process that has just begun."""
    return Sequencing(stores, Sequencer("study.example.org"), lambda: now)


def write(stores: Stores, now: datetime, *studies: UUID | None, action: str = "study.looked-at") -> None:
    """A committed line for each of these studies."""
    with stores.work() as work:
        for number, study in enumerate(studies):
            ledger.append(work.db, action, actor=ledger.SYSTEM, now=now, study=study, number=number)
        work.commit()


def tree_of(db: Session, study: UUID = MENTORS) -> LogTree:
    """The study's tree."""
    found = log_trees.of_study(db, study)
    assert found is not None
    return found


def lines_of(db: Session, study: UUID = MENTORS) -> list[str]:
    """Its lines in the order of their leaves."""
    found = log_trees.of_study(db, study)
    newest = log_trees.newest(db, found.number) if found else None
    return list(log_trees.bodies(db, found.number, size=newest.size)) if found and newest else []


def root_over(bodies: Sequence[str]) -> bytes:
    """What the root has to be."""
    frontier = Frontier()
    for body in bodies:
        list(frontier.add(tree.leaf_hash(body)))
    return frontier.root()


def audit(stores: Stores, study: UUID = MENTORS) -> int:
    """Every check that can be made of what is stored for a study; returns how many leaves it has."""
    with stores.work(reading=True) as work:
        grown, bodies = tree_of(work.db, study), lines_of(work.db, study)
        assert all(json.loads(body)["study"] == ("" if study == INSTALLATION else str(study)) for body in bodies)
        keys = {key.generation: key for key in log_trees.keys(work.db, grown.number)}
        newest = log_trees.newest(work.db, grown.number)
        assert newest is not None
        said = checkpoints.verified(newest.note, keys[newest.generation].vkey)
        assert (said.origin, said.size, said.root) == (grown.origin, len(bodies), root_over(bodies))
        subtree = log_trees.subtrees(work.db, grown.number)
        for index in {0, said.size // 2, said.size - 1}:
            proof = tree.inclusion(subtree, index, said.size)
            assert shows_inclusion(tree.leaf_hash(bodies[index]), index, said.size, proof, said.root)
        return said.size
