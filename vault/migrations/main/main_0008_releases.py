"""Releases: what was asked for, the sealed pieces of the file, who is in it, who fetched it, and who builds it."""

import sqlalchemy as sa
from alembic import op

from vault.store import append_only_triggers

revision = "main_0008"
down_revision = "main_0007"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "release_worker",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("asked_for", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("found_out", sa.String(), nullable=False),
        sa.Column("replaced", sa.LargeBinary(), nullable=True),
        sa.Column("replaced_key", sa.LargeBinary(), nullable=True),
        sa.Column("replaced_epoch", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("built", sa.Uuid(), nullable=True),
        sa.Column("file_key", sa.LargeBinary(), nullable=True),
        sa.Column("lengths", sa.LargeBinary(), nullable=True),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("job", sa.String(length=32), nullable=True),
        sa.Column("attempt", sa.Uuid(), nullable=True),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["checked_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"]),
        sa.CheckConstraint(
            "state <> 'approved' OR (decided_by IS NOT NULL AND (decided_by <> asked_by OR alone))",
            name="release_approved_by_another_or_alone",
        ),
        sa.CheckConstraint(
            "state <> 'built' OR (file_key IS NOT NULL AND lengths IS NOT NULL AND expires_at IS NOT NULL)",
            name="release_built_has_a_file",
        ),
    )
    op.create_index(op.f("ix_release_study_id"), "release", ["study_id"], unique=False)
    op.create_table(
        "release_piece",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", "attempt", "number"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"]),
    )
    op.create_table(
        "release_case",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", "participant_id"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"]),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"]),
    )
    op.create_index(op.f("ix_release_case_participant_id"), "release_case", ["participant_id"], unique=False)
    op.create_table(
        "release_fetch",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"]),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
    )
    op.create_index(op.f("ix_release_fetch_release_id"), "release_fetch", ["release_id"], unique=False)
    for table in ("release_case", "release_fetch"):
        for statement in append_only_triggers(table, op.get_bind().dialect.name):
            op.execute(statement)
