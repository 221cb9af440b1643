"""Instruments, their drafts, versions and changes."""

import sqlalchemy as sa
from alembic import op

from vault.store import append_only_triggers

revision = "main_0002"
down_revision = "main_0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

APPEND_ONLY = ["instrument_version", "instrument_change"]


def upgrade() -> None:
    op.create_table(
        "instrument",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("instrument_key_once", "instrument", ["study_id", "key"], unique=True)
    op.create_table(
        "instrument_draft",
        sa.Column("instrument_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["edited_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["instrument_id"], ["instrument.id"]),
        sa.PrimaryKeyConstraint("instrument_id"),
    )
    op.create_table(
        "instrument_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instrument_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("approval", NUMBER, nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name="instrument_version_counts_from_one"),
        sa.ForeignKeyConstraint(["approval"], ["approval.number"]),
        sa.ForeignKeyConstraint(["instrument_id"], ["instrument.id"]),
        sa.ForeignKeyConstraint(["published_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("instrument_version_once", "instrument_version", ["instrument_id", "number"], unique=True)
    op.create_index(op.f("ix_instrument_version_fingerprint"), "instrument_version", ["fingerprint"], unique=False)
    op.create_index(op.f("ix_instrument_version_study_id"), "instrument_version", ["study_id"], unique=False)
    op.create_table(
        "instrument_change",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["instrument_version.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_instrument_change_version_id"), "instrument_change", ["version_id"], unique=False)
    for table in APPEND_ONLY:
        for statement in append_only_triggers(table, op.get_bind().dialect.name):
            op.execute(statement)
