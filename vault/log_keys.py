"""The keys that sign the checkpoints of the log: one for each tree, in the keyring, and another after a change."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vault.sealing import new_key
from vault.store import KeyringBase

Seeds = Mapping[int, bytes]


class SigningKey(KeyringBase):
    """The seed of an Ed25519 key. ``tree`` is the study's id; see ``log_trees`` for the installation's."""

    __tablename__ = "signing_key"

    tree: Mapped[UUID] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seed: Mapped[bytes]
    made_on: Mapped[date]


def seeds(rings: Session, trees: Collection[UUID]) -> dict[UUID, Seeds]:
    """The seeds of each of these trees by generation; a tree without any is not among them."""
    found: dict[UUID, dict[int, bytes]] = {}
    for row in rings.scalars(select(SigningKey).where(SigningKey.tree.in_(trees))):
        found.setdefault(row.tree, {})[row.generation] = row.seed
    return dict(found)


def make_first(rings: Session, trees: Collection[UUID], *, now: datetime) -> None:
    """Each of these trees has a key; whoever comes second makes none."""
    for tree in set(trees) - seeds(rings, trees).keys():
        make(rings, tree, after=0, now=now)


def make(rings: Session, tree: UUID, *, after: int, now: datetime) -> bytes:
    """The tree has a key of a generation after ``after`` and after all that it has; returns its seed."""
    generation = max([after, *seeds(rings, [tree]).get(tree, {})]) + 1
    row = SigningKey(tree=tree, generation=generation, seed=new_key(), made_on=now.date())
    rings.add(row)
    rings.flush()
    return row.seed


def forget(rings: Session, tree: UUID, *, but: int) -> int:
    """Of the tree's keys only that of generation ``but`` is left; returns how many went. ``keyring.scrub`` follows."""
    others = rings.scalars(select(SigningKey).where(SigningKey.tree == tree, SigningKey.generation != but)).all()
    rings.execute(delete(SigningKey).where(SigningKey.tree == tree, SigningKey.generation != but))
    return len(others)
