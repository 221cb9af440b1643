"""Wraps, salts, ways in and the blind index."""

import sqlalchemy as sa
from alembic import op

revision = "keyring_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "access",
        sa.Column("locator", sa.String(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("locator"),
        sa.UniqueConstraint("participant_id"),
    )
    op.create_table(
        "blind",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("participant_id"),
    )
    op.create_index(op.f("ix_blind_study_id"), "blind", ["study_id"], unique=False)
    op.create_index(op.f("ix_blind_token"), "blind", ["token"], unique=False)
    op.create_table(
        "salt",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("participant_id"),
    )
    op.create_index(op.f("ix_salt_study_id"), "salt", ["study_id"], unique=False)
    op.create_table(
        "wrap",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("study_id", "participant_id", "scope", "kind", "recipient", "epoch"),
    )
    op.create_index(op.f("ix_wrap_participant_id"), "wrap", ["participant_id"], unique=False)
