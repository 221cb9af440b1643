"""Turns committed lines of the log into leaves and signs checkpoints. Any number of processes may try at once.

Lines are committed in another order than they are numbered, and clocks are set back; so a line waits if it is no leaf,
and nothing else is concluded. Each ``advance`` is one transaction: it happened, or it did not.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Row, bindparam, func, insert, select, text
from sqlalchemy.orm import Session, aliased

from vault import checkpoints, tree
from vault.checkpoints import Checkpoint, Signer
from vault.errors import Conflict
from vault.ledger import AT_ONCE, LedgerEntry
from vault.log_keys import Seeds
from vault.log_trees import INSTALLATION, LogCheckpoint, LogKey, LogLeaf, LogNode, LogTree
from vault.prepared import Prepared, dialect_of
from vault.store import Base
from vault.tree import Frontier

KEY_CHANGED = "log.key-changed"

_MOST = 5000  # lines in one transaction, so that nobody waits long for the lock
_LOCK = 0x7665726261746D6C  # "verbatml": PostgreSQL knows such locks by number


class SigningKeyGone(Conflict):
    """The newest key of a log is not in the keyring, as after an older keyring was restored."""

    public = (
        "The key that signs the log of a study is not in the keyring. Restore a newer backup of the keyring, or run "
        "'verbatim log change-key' with --lost for that study."
    )


_WAITING = (
    LedgerEntry.number > bindparam("settled"),
    ~select(LogLeaf.entry).where(LogLeaf.entry == LedgerEntry.number).exists(),
)
_WHOSE = select(LedgerEntry.study_id).where(*_WAITING).distinct()
_LINES = (
    select(LedgerEntry.number, LedgerEntry.study_id, LedgerEntry.action, LedgerEntry.body)
    .where(*_WAITING, func.coalesce(LedgerEntry.study_id, INSTALLATION).in_(bindparam("trees", expanding=True)))
    .order_by(LedgerEntry.number)
    .limit(_MOST)
)


class _Tree(NamedTuple):
    number: int
    origin: str


class _Former(NamedTuple):
    """The newest checkpoint of a tree, and what it is verified with."""

    size: int
    frontier: bytes
    generation: int
    vkey: str


_TREE = Prepared(select(LogTree.number, LogTree.origin).where(LogTree.study_id == bindparam("study_id")))
_LARGEST = aliased(LogCheckpoint)
_FORMER = Prepared(
    select(LogCheckpoint.size, LogCheckpoint.frontier, LogCheckpoint.generation, LogKey.vkey)
    .join(LogKey, (LogKey.tree == LogCheckpoint.tree) & (LogKey.generation == LogCheckpoint.generation))
    .where(
        LogCheckpoint.tree == bindparam("tree"),
        LogCheckpoint.size
        == select(func.max(_LARGEST.size)).where(_LARGEST.tree == bindparam("tree")).scalar_subquery(),
    )
)
_CHECKPOINT: Prepared[()] = Prepared(
    insert(LogCheckpoint).inline(), ["tree", "size", "frontier", "generation", "note", "deeds", "signed_at"]
)
_LEAVES, _NODES = (insert(Base.metadata.tables[one.__tablename__]) for one in (LogLeaf, LogNode))

_Line = Row[int, UUID | None, str, str]
_InForce = tuple[int, list[Signer]]


@dataclass(slots=True)
class Grown:
    """What one ``advance`` did."""

    lines: int = 0
    gone: set[UUID] = field(default_factory=set)  # trees whose key is missing
    rest: bool = False  # lines that were committed before are waiting still
    newest: int = 0


@dataclass(slots=True)
class Sequencer:
    """One process's view. ``settled`` is a number up to which every line is a leaf, for certain: looked at from there,
    the longest log is quickly looked through. It starts at nothing with each process.
    """

    host: str
    settled: int = 0
    _mark: int | None = None
    _marked: float = 0.0
    _fence: int | None = None
    _ripe: bool = False

    def waiting(self, db: Session) -> set[UUID]:
        """The trees that have lines which are no leaves yet."""
        self._ripe = self._is_ripe(db)
        return {study_id or INSTALLATION for study_id in db.scalars(_WHOSE, {"settled": self.settled})}

    def nothing_waits(self, newest: int) -> None:
        """Every line that was there when ``waiting`` was asked is a leaf now, for good; ``newest`` is one."""
        if self._ripe and self._mark is not None:
            self.settled, self._mark = self._mark, None
        if self._mark is None and newest > self.settled:
            self._mark, self._marked, self._fence = newest, time.monotonic(), None

    def _is_ripe(self, db: Session) -> bool:
        """Whether every line up to the mark is either committed or will never be."""
        if self._mark is None:
            return False
        if dialect_of(db).name == "sqlite":
            return True  # writers come one after the other, and numbers with them
        # Who had drawn a lower number when the mark was seen is in a transaction after a second, and before the fence.
        if time.monotonic() - self._marked < 1:
            return False
        oldest, next_one = db.execute(
            text("SELECT pg_snapshot_xmin(s)::text, pg_snapshot_xmax(s)::text FROM pg_current_snapshot() AS s")
        ).one()
        if self._fence is None:
            self._fence = int(next_one)
            return False
        return int(oldest) >= self._fence

    def without_key(self, db: Session, keys: Mapping[UUID, Seeds], trees: set[UUID]) -> tuple[set[UUID], set[UUID]]:
        """Which of ``trees`` need their first key, and which have lost the one they had."""
        lacking = trees - keys.keys()
        begun = set(db.scalars(select(LogTree.study_id).where(LogTree.study_id.in_(lacking)))) if lacking else set()
        return lacking - begun, begun

    def advance(self, db: Session, keys: Mapping[UUID, Seeds], *, now: datetime) -> Grown:
        """The first lines that waited are leaves, and each tree that grew has a signed checkpoint over all of them.

        ``keys`` are those of the trees in ``waiting``; lines of other trees wait on. Nothing is done while another
        process is at it.
        """
        if dialect_of(db).name != "sqlite" and not db.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
            return Grown(rest=True)
        lines = db.execute(_LINES, {"settled": self.settled, "trees": list(keys)}).all()
        grown = Grown(rest=len(lines) == _MOST, newest=lines[-1].number if lines else 0)
        by_tree: dict[UUID, list[_Line]] = {}
        for line in lines:
            by_tree.setdefault(line.study_id or INSTALLATION, []).append(line)
        for study_id, theirs in by_tree.items():
            taken = _up_to_change(theirs)
            try:
                _grow(db, self._tree(db, study_id, now), taken, keys[study_id], now=now)
                grown.lines += len(taken)
                grown.rest = grown.rest or len(taken) < len(theirs)
            except SigningKeyGone:
                grown.gone.add(study_id)
        return grown

    def _tree(self, db: Session, study_id: UUID, now: datetime) -> _Tree:
        for row in _TREE.rows(db, study_id=study_id):
            return _Tree(*row)
        place = "installation" if study_id == INSTALLATION else f"studies/{study_id}"
        begun = LogTree(study_id=study_id, origin=f"{self.host}/{place}", begun_at=now)
        db.add(begun)
        db.flush()
        return _Tree(begun.number, begun.origin)


def late(db: Session, *, before: datetime) -> int:
    """How many lines that say they are older than ``before`` are no leaves: all of them are looked through."""
    waiting = db.scalars(select(LedgerEntry.body).where(*_WAITING), {"settled": 0})
    return sum(datetime.fromisoformat(json.loads(body)["at"]) < before for body in waiting)


def _up_to_change(lines: list[_Line]) -> list[_Line]:
    """The lines up to the first that announces another key; what follows it is signed by that one."""
    changes = (place for place, line in enumerate(lines, start=1) if line.action == KEY_CHANGED)
    return lines[: next(changes, len(lines))]


def _grow(db: Session, grows: _Tree, lines: list[_Line], seeds: Seeds, *, now: datetime) -> None:
    former = next((_Former(*row) for row in _FORMER.rows(db, tree=grows.number)), None)
    frontier = Frontier.unpacked(former.size, former.frontier) if former else Frontier()
    generation, signers = _signers(grows, lines[-1], seeds, former)
    leaves, nodes = [], []
    for line in lines:
        leaf = tree.leaf_hash(line.body)
        leaves.append({"tree": grows.number, "place": frontier.size, "entry": line.number, "hash": leaf})
        nodes += [
            {"tree": grows.number, "level": level, "place": place, "hash": made}
            for level, place, made in frontier.add(leaf)
        ]
    # The tables themselves and not their classes: there may be thousands of rows, of which nobody needs an object.
    db.connection().execute(_LEAVES, leaves)
    if nodes:
        db.connection().execute(_NODES, nodes)
    if former is None or former.generation != generation:
        db.add(LogKey(tree=grows.number, generation=generation, vkey=signers[-1].vkey, since=frontier.size))
    _CHECKPOINT.write(
        db, tree=grows.number, size=frontier.size, frontier=frontier.packed(), generation=generation,
        note=checkpoints.signed(Checkpoint(grows.origin, frontier.size, frontier.root()), signers),
        deeds=" ".join(sorted({line.action for line in lines} & AT_ONCE)), signed_at=now,
    )  # fmt: skip


def _signers(grows: _Tree, last: _Line, seeds: Seeds, former: _Former | None) -> _InForce:
    """The generation that is in force from now on, and who signs: at a change, the former key and then the new one."""
    known = {generation: Signer(grows.origin, seed) for generation, seed in seeds.items()}
    now = former.generation if former else min(known)
    in_force = [known[now]] if now in known and (former is None or known[now].vkey == former.vkey) else []
    if last.action != KEY_CHANGED:
        if not in_force:
            raise SigningKeyGone
        return now, in_force
    facts = json.loads(last.body)["facts"]
    for generation, signer in known.items():
        if signer.vkey == facts["key"] and (facts["lost"] or in_force):
            return generation, [signer] if facts["lost"] else [*in_force, signer]
    raise SigningKeyGone
