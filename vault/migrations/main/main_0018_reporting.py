"""What the team says to the items of reporting checklists."""

import sqlalchemy as sa
from alembic import op

from vault.store import append_only_triggers

revision = "main_0018"
down_revision = "main_0017"


def upgrade() -> None:
    op.create_table(
        "reporting_remark",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("checklist", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.ForeignKeyConstraint(["written_by"], ["account.id"]),
    )
    op.create_index("reporting_remark_of_study", "reporting_remark", ["study_id", "checklist"], unique=False)
    for statement in append_only_triggers("reporting_remark", op.get_bind().dialect.name):
        op.execute(statement)
