"""The keys that sign the checkpoints of the log."""

import sqlalchemy as sa
from alembic import op

revision = "keyring_0002"
down_revision = "keyring_0001"


def upgrade() -> None:
    op.create_table(
        "signing_key",
        sa.Column("tree", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("tree", "generation"),
    )
