"""The trees over the log: leaves, complete subtrees, checkpoints with their keys, and whom they were sent to."""

import sqlalchemy as sa
from alembic import op

from vault.store import append_only_triggers

revision = "main_0014"
down_revision = "main_0013"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

APPEND_ONLY = ["log_tree", "log_leaf", "log_node", "log_key", "log_checkpoint", "checkpoint_sent"]


def upgrade() -> None:
    op.create_table(
        "log_tree",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("study_id"),
        sa.UniqueConstraint("origin"),
    )
    op.create_table(
        "log_leaf",
        sa.Column("tree", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", NUMBER, autoincrement=False, nullable=False),
        sa.Column("entry", NUMBER, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tree", "place"),
        sa.UniqueConstraint("entry"),
    )
    op.create_table(
        "log_node",
        sa.Column("tree", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", NUMBER, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tree", "level", "place"),
    )
    op.create_table(
        "log_key",
        sa.Column("tree", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("vkey", sa.String(), nullable=False),
        sa.Column("since", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("tree", "generation"),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("tree", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", NUMBER, autoincrement=False, nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("deeds", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tree", "size"),
    )
    op.create_table(
        "checkpoint_sent",
        sa.Column("tree", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("size", NUMBER, autoincrement=False, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tree", "account_id", "size"),
    )
    for table in APPEND_ONLY:
        for statement in append_only_triggers(table, op.get_bind().dialect.name):
            op.execute(statement)
