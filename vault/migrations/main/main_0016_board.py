"""What the ethics board asks and is answered, and the last day of an auditor."""

import sqlalchemy as sa
from alembic import op

from vault.store import append_only_triggers

revision = "main_0016"
down_revision = "main_0015"


def upgrade() -> None:
    op.add_column("member", sa.Column("ends_on", sa.Date(), nullable=True))
    op.create_table(
        "board_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("concern", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"]),
    )
    op.create_index("board_question_once", "board_question", ["study_id", "number"], unique=True)
    op.create_table(
        "board_answer",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("from_board", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("said_by", sa.Uuid(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("question_id", "turn"),
        sa.ForeignKeyConstraint(["question_id"], ["board_question.id"]),
        sa.ForeignKeyConstraint(["said_by"], ["account.id"]),
    )
    for table in ("board_question", "board_answer"):
        for statement in append_only_triggers(table, op.get_bind().dialect.name):
            op.execute(statement)
