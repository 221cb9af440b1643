"""What approvals are about in figures, what was published within what they let change, and enrolments beyond them."""

import sqlalchemy as sa
from alembic import op

from vault.store import append_only_triggers

revision = "main_0015"
down_revision = "main_0014"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_TEXTS = ("protocol", "instruments", "documents", "texts", "conditions", "freedoms", "sections", "sentence")


def upgrade() -> None:
    # Of a decision that was recorded before nothing of this is known: it limits nothing and lets nothing be changed.
    for name in _TEXTS:
        op.add_column("approval", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("approval", sa.Column("sample_size", sa.Integer(), nullable=True))
    op.add_column("approval", sa.Column("keep_until", sa.Date(), nullable=True))
    # What was published before was published under a decision of its own.
    for table in ("instrument_version", "consent_document"):
        op.add_column(table, sa.Column("within", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "enrolment_beyond",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("approval", NUMBER, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.ForeignKeyConstraint(["approval"], ["approval.number"]),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"]),
    )
    op.create_index(op.f("ix_enrolment_beyond_study_id"), "enrolment_beyond", ["study_id"], unique=False)
    for statement in append_only_triggers("enrolment_beyond", op.get_bind().dialect.name):
        op.execute(statement)
