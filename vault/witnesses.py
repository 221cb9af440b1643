"""The auditors' mailboxes: who is sent which checkpoint. A log that is rewritten fails against what they keep.

A checkpoint is due at once after a deed that a board wants to hear of, and once a day if anything was done at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault import log_trees
from vault.accounts import Account
from vault.log_trees import LogCheckpoint, LogTree
from vault.store import NUMBER, AppendOnly, Base
from vault.studies import Member, Role

DAILY = timedelta(days=1)
PAUSE = timedelta(minutes=1)  # deeds that follow each other within it share one mail


class CheckpointSent(AppendOnly, Base):
    """The mail server took this checkpoint for this auditor."""

    __tablename__ = "checkpoint_sent"

    tree: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False)
    sent_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Due:
    """One mail that should go out: the newest checkpoint, and the deeds since the last one that are the reason."""

    tree: LogTree
    checkpoint: LogCheckpoint
    account: Account
    deeds: tuple[str, ...]


def due(db: Session, *, now: datetime) -> list[Due]:
    """Every mail that should go out now."""
    auditors = (
        select(LogTree, Account)
        .join(Member, Member.study_id == LogTree.study_id)
        .join(Account, Account.id == Member.account_id)
        .where(Member.role == Role.AUDITOR, Member.left_at.is_(None), Account.closed_at.is_(None))
    )
    found = []
    for tree, account in db.execute(auditors.order_by(LogTree.number, Account.id)).all():
        one = _due(db, tree, account, now)
        if one is not None:
            found.append(one)
    return found


def _due(db: Session, tree: LogTree, account: Account, now: datetime) -> Due | None:
    newest, last = log_trees.newest(db, tree.number), _last(db, tree.number, account.id)
    if newest is None or (last is not None and newest.size <= last.size):
        return None
    # A clock that was set back must not silence the log: only time that has passed for certain makes it wait.
    passed = abs(now - last.sent_at) if last is not None else DAILY
    if passed < PAUSE:
        return None
    since = (LogCheckpoint.tree == tree.number, LogCheckpoint.size > (last.size if last else 0))
    deeds = db.scalars(select(LogCheckpoint.deeds).where(*since, LogCheckpoint.deeds != "")).all()
    if not deeds and passed < DAILY:
        return None
    return Due(tree, newest, account, tuple(sorted({deed for several in deeds for deed in several.split()})))


def _last(db: Session, tree: int, account_id: UUID) -> CheckpointSent | None:
    sent = select(CheckpointSent).where(CheckpointSent.tree == tree, CheckpointSent.account_id == account_id)
    return db.scalar(sent.order_by(CheckpointSent.size.desc()).limit(1))


def sent(db: Session, one: Due, *, now: datetime) -> None:
    """The mail is gone, and is not sent again."""
    db.add(CheckpointSent(tree=one.tree.number, account_id=one.account.id, size=one.checkpoint.size, sent_at=now))
    db.flush()


def sizes_sent(db: Session, tree: int) -> Sequence[int]:
    """The sizes at which a checkpoint of the tree reached some auditor, the smallest first."""
    query = select(CheckpointSent.size).where(CheckpointSent.tree == tree).distinct().order_by(CheckpointSent.size)
    return db.scalars(query).all()


def last_sent(db: Session, study_id: UUID) -> Sequence[tuple[str, int, datetime]]:
    """To whom in the study which size was sent last, and when."""
    newest = (
        select(CheckpointSent.account_id, func.max(CheckpointSent.size).label("size"))
        .join(LogTree, LogTree.number == CheckpointSent.tree)
        .where(LogTree.study_id == study_id)
        .group_by(CheckpointSent.account_id)
        .subquery()
    )
    rows = db.execute(
        select(Account.name, CheckpointSent.size, CheckpointSent.sent_at)
        .join(newest, (newest.c.account_id == CheckpointSent.account_id) & (newest.c.size == CheckpointSent.size))
        .join(LogTree, (LogTree.number == CheckpointSent.tree) & (LogTree.study_id == study_id))
        .join(Account, Account.id == CheckpointSent.account_id)
        .order_by(Account.name)
    )
    return [(name, size, at) for name, size, at in rows]
