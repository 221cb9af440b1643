"""Catch-ups: questions that came later, offered to those who had answered before, and the runs in which they answer."""

import sqlalchemy as sa
from alembic import op

from vault.store import append_only_triggers

revision = "main_0013"
down_revision = "main_0012"


def upgrade() -> None:
    op.create_table(
        "catch_up_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("instrument_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("questions", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("says", sa.String(), nullable=False),
        sa.Column("offered_by", sa.Uuid(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.ForeignKeyConstraint(["instrument_id"], ["instrument.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["instrument_version.id"]),
        sa.ForeignKeyConstraint(["offered_by"], ["account.id"]),
    )
    op.create_index("catch_up_offer_once", "catch_up_offer", ["instrument_id", "number"], unique=True)
    op.create_index(op.f("ix_catch_up_offer_study_id"), "catch_up_offer", ["study_id"], unique=False)
    op.create_table(
        "catch_up_closing",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("offer_id"),
        sa.ForeignKeyConstraint(["offer_id"], ["catch_up_offer.id"]),
        sa.ForeignKeyConstraint(["closed_by"], ["account.id"]),
    )
    op.create_table(
        "catch_up_run",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("follows_id", sa.Uuid(), nullable=False),
        sa.Column("questions", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("response_id"),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"]),
        sa.ForeignKeyConstraint(["offer_id"], ["catch_up_offer.id"]),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"]),
        sa.ForeignKeyConstraint(["follows_id"], ["response.id"]),
    )
    op.create_index("catch_up_run_once", "catch_up_run", ["offer_id", "participant_id"], unique=True)
    op.create_index(op.f("ix_catch_up_run_participant_id"), "catch_up_run", ["participant_id"], unique=False)
    for table in ("catch_up_offer", "catch_up_closing", "catch_up_run"):
        for statement in append_only_triggers(table, op.get_bind().dialect.name):
            op.execute(statement)
