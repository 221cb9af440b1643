"""Time stamps of checkpoints, as an authority signed them."""

import sqlalchemy as sa
from alembic import op

from vault.store import append_only_triggers

revision = "main_0020"
down_revision = "main_0019"


def upgrade() -> None:
    op.create_table(
        "log_stamp",
        sa.Column("tree", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tree", "size"),
    )
    for statement in append_only_triggers("log_stamp", op.get_bind().dialect.name):
        op.execute(statement)
