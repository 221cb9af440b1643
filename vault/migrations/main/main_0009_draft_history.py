"""What a draft was before each of its last savings, and to which of these undoing goes back."""

import sqlalchemy as sa
from alembic import op

revision = "main_0009"
down_revision = "main_0008"


def upgrade() -> None:
    op.add_column("instrument_draft", sa.Column("undo_to", sa.Integer(), nullable=True))
    op.create_table(
        "instrument_draft_before",
        sa.Column("instrument_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undo_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["edited_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["instrument_id"], ["instrument.id"]),
        sa.PrimaryKeyConstraint("instrument_id", "number"),
    )
