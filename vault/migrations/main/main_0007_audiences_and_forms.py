"""Instruments that are offered to some groups of the sampling frame only; forms that enrol people once."""

import sqlalchemy as sa
from alembic import op

revision = "main_0007"
down_revision = "main_0006"


def upgrade() -> None:
    op.create_table(
        "audience",
        sa.Column("instrument_id", sa.Uuid(), nullable=False),
        sa.Column("groups", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["instrument_id"], ["instrument.id"]),
        sa.PrimaryKeyConstraint("instrument_id"),
    )
    op.create_table(
        "enrolment_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
