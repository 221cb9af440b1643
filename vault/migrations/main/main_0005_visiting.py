"""Participants' visits."""

import sqlalchemy as sa
from alembic import op

revision = "main_0005"
down_revision = "main_0004"


def upgrade() -> None:
    op.create_table(
        "visiting",
        sa.Column("id_hash", sa.LargeBinary(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id_hash"),
    )
    op.create_index(op.f("ix_visiting_participant_id"), "visiting", ["participant_id"], unique=False)
