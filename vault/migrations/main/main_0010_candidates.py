"""Candidate questions with what was decided about them, and the key under which the team's words on them are sealed."""

import sqlalchemy as sa
from alembic import op

from vault.sealing import new_key
from vault.store import append_only_triggers
from vault.wraps import wrap

revision = "main_0010"
down_revision = "main_0009"

_KEYS = sa.table(
    "study_key",
    sa.column("study_id", sa.Uuid()),
    sa.column("scope", sa.String()),
    sa.column("epoch", sa.Integer()),
    sa.column("public", sa.LargeBinary()),
)
_SECRETS = sa.table(
    "study_secret",
    sa.column("study_id", sa.Uuid()),
    sa.column("scope", sa.String()),
    sa.column("epoch", sa.Integer()),
    sa.column("name", sa.String()),
    sa.column("blob", sa.LargeBinary()),
)


def upgrade() -> None:
    op.create_table(
        "candidate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"]),
    )
    op.create_index(op.f("ix_candidate_study_id"), "candidate", ["study_id"], unique=False)
    op.create_table(
        "candidate_verdict",
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=True),
        sa.Column("instrument_id", sa.Uuid(), nullable=True),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("candidate_id", "turn"),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"]),
        sa.ForeignKeyConstraint(["into_id"], ["candidate.id"]),
        sa.ForeignKeyConstraint(["instrument_id"], ["instrument.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"]),
        sa.CheckConstraint("(verdict = 'merged') = (into_id IS NOT NULL)", name="candidate_verdict_merged_into"),
        sa.CheckConstraint(
            "(verdict = 'accepted') = (instrument_id IS NOT NULL AND question <> '')",
            name="candidate_verdict_accepted_as",
        ),
    )
    op.create_index("candidate_verdict_of_question", "candidate_verdict", ["instrument_id", "question"], unique=False)
    for table in ("candidate", "candidate_verdict"):
        for statement in append_only_triggers(table, op.get_bind().dialect.name):
            op.execute(statement)
    _give_keys()


def _give_keys() -> None:
    """Every study that has keys already has this one as well, for whoever holds its responses in whichever epoch."""
    held = op.get_bind().execute(sa.select(_KEYS).where(_KEYS.c.scope == "responses")).all()
    secrets = {row.study_id: new_key() for row in held}
    made = [
        {
            "study_id": row.study_id,
            "scope": row.scope,
            "epoch": row.epoch,
            "name": "candidates",
            "blob": wrap(
                row.public, secrets[row.study_id], "study-secret", row.study_id, row.scope, row.epoch, "candidates"
            ),
        }
        for row in held
    ]
    if made:
        op.bulk_insert(_SECRETS, made)
