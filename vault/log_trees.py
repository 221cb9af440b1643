"""What is kept of the trees over the log: leaves, complete subtrees, checkpoints and the keys they were signed with.

One tree for each study, and one for the lines that belong to none. Nothing of it is ever changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault import tree
from vault.errors import Missing
from vault.ledger import LedgerEntry
from vault.store import NUMBER, AppendOnly, Base
from vault.tree import STEP, Subtree

INSTALLATION = UUID(int=0)  # stands for the study of lines that have none


class LogTree(AppendOnly, Base):
    """The tree over one study's lines. Its origin names the log for ever, whatever the server is called later."""

    __tablename__ = "log_tree"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True, init=False)
    study_id: Mapped[UUID] = mapped_column(unique=True)
    origin: Mapped[str] = mapped_column(unique=True)
    begun_at: Mapped[datetime]


class LogLeaf(AppendOnly, Base):
    """A line's place in its tree, counted from 0, and its hash as it was when it was put there."""

    __tablename__ = "log_leaf"

    tree: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False)
    entry: Mapped[int] = mapped_column(NUMBER, unique=True)
    hash: Mapped[bytes]


class LogNode(AppendOnly, Base):
    """The hash over a complete subtree of 256, 65,536 … leaves."""

    __tablename__ = "log_node"

    tree: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class LogKey(AppendOnly, Base):
    """What checkpoints from one size on are verified with."""

    __tablename__ = "log_key"

    tree: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    vkey: Mapped[str]
    since: Mapped[int] = mapped_column(NUMBER)  # the size of the first checkpoint that it signed


class LogCheckpoint(AppendOnly, Base):
    """A signed checkpoint, and what is needed to go on from it."""

    __tablename__ = "log_checkpoint"

    tree: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False)
    frontier: Mapped[bytes]
    generation: Mapped[int]  # of the newest key that signed it
    note: Mapped[str]
    deeds: Mapped[str]  # those among its new lines that auditors hear of at once, separated by spaces
    signed_at: Mapped[datetime]


def of_study(db: Session, study_id: UUID) -> LogTree | None:
    """The study's tree, or None while it has no leaf."""
    return db.scalar(select(LogTree).where(LogTree.study_id == study_id))


def newest(db: Session, number: int) -> LogCheckpoint | None:
    """The checkpoint over all leaves of the tree."""
    return db.scalar(
        select(LogCheckpoint).where(LogCheckpoint.tree == number).order_by(LogCheckpoint.size.desc()).limit(1)
    )


def first_over(db: Session, number: int, place: int) -> LogCheckpoint:
    """The oldest checkpoint over the leaf at ``place``, which is the same whenever somebody asks."""
    over = select(LogCheckpoint).where(LogCheckpoint.tree == number, LogCheckpoint.size > place)
    found = db.scalar(over.order_by(LogCheckpoint.size).limit(1))
    if found is None:
        raise Missing
    return found


def at_size(db: Session, number: int, size: int) -> LogCheckpoint:
    """The checkpoint of this size, or Missing."""
    found = db.get(LogCheckpoint, (number, size))
    if found is None:
        raise Missing
    return found


def keys(db: Session, number: int) -> Sequence[LogKey]:
    """Every key that signed, oldest first."""
    return db.scalars(select(LogKey).where(LogKey.tree == number).order_by(LogKey.generation)).all()


def leaf_of(db: Session, entry: int) -> LogLeaf | None:
    """Where the line stands, or None while it is no leaf."""
    return db.scalar(select(LogLeaf).where(LogLeaf.entry == entry))


def subtrees(db: Session, number: int) -> Subtree:
    """The hashes of complete subtrees, each from at most 255 rows of the level that is kept below it."""

    @cache
    def subtree(level: int, place: int) -> bytes:
        kept = level - level % STEP
        begin, count = place << (level - kept), 1 << (level - kept)
        if kept:
            rows = select(LogNode.hash).where(LogNode.tree == number, LogNode.level == kept)
            where = LogNode.place
        else:
            rows = select(LogLeaf.hash).where(LogLeaf.tree == number)
            where = LogLeaf.place
        hashes = db.scalars(rows.where(where >= begin, where < begin + count).order_by(where)).all()
        if len(hashes) != count:
            raise Missing
        return tree.folded(hashes)

    return subtree


@dataclass(frozen=True, slots=True)
class Papers:
    """What goes with the lines when a log is handed over: for each file its name and text."""

    size: int
    texts: Mapping[str, str]


def papers(db: Session, number: int) -> Papers:
    """The newest checkpoint, every key, and the checkpoints in which a key gave way to the next; Missing if none."""
    last, signers = newest(db, number), keys(db, number)
    if last is None:
        raise Missing
    texts = {"log.checkpoint": last.note, "log.vkey": "".join(f"{key.vkey}\n" for key in signers)}
    for turn, key in enumerate(signers[1:], start=1):
        texts[f"key-changes/{turn}.checkpoint"] = at_size(db, number, key.since).note
    return Papers(last.size, texts)


def bodies(db: Session, number: int, *, size: int, since: int = 0, at_once: int = 1000) -> Iterator[str]:
    """The lines as they are stored now, in the order of the leaves from ``since`` to before ``size``."""
    for begin in range(since, size, at_once):
        here = (LogLeaf.tree == number, LogLeaf.place >= begin, LogLeaf.place < min(begin + at_once, size))
        lines = select(LedgerEntry.body).join(LogLeaf, LogLeaf.entry == LedgerEntry.number)
        yield from db.scalars(lines.where(*here).order_by(LogLeaf.place))
