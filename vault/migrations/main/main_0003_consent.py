"""Consent documents, their draft, and what participants decided."""

import sqlalchemy as sa
from alembic import op

from vault.store import append_only_triggers

revision = "main_0003"
down_revision = "main_0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

APPEND_ONLY = ["consent_document", "consent_occasion", "decision"]


def upgrade() -> None:
    op.create_table(
        "consent_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("rendered", sa.String(), nullable=False),
        sa.Column("approval", NUMBER, nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approval"], ["approval.number"]),
        sa.ForeignKeyConstraint(["published_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("consent_document_number_once", "consent_document", ["study_id", "number"], unique=True)
    op.create_index("consent_document_fingerprint_once", "consent_document", ["study_id", "fingerprint"], unique=True)
    op.create_table(
        "consent_draft",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("edit", sa.Integer(), nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["edited_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.PrimaryKeyConstraint("study_id"),
    )
    op.create_table(
        "consent_occasion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("read_by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("mode <> 'spoken' OR read_by IS NOT NULL", name="consent_spoken_was_read_by_somebody"),
        sa.CheckConstraint("mode <> 'typed' OR read_by IS NULL", name="consent_typed_was_read_by_the_participant"),
        sa.CheckConstraint(
            "mode = 'withdrawal' OR (document IS NOT NULL AND language IS NOT NULL)", name="consent_has_a_text"
        ),
        sa.ForeignKeyConstraint(["read_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_consent_occasion_participant_id"), "consent_occasion", ["participant_id"], unique=False)
    op.create_index(op.f("ix_consent_occasion_study_id"), "consent_occasion", ["study_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("occasion_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("document IS NOT NULL OR NOT agreed", name="decision_yes_needs_a_text"),
        sa.ForeignKeyConstraint(["occasion_id"], ["consent_occasion.id"]),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("decision_once_on_an_occasion", "decision", ["occasion_id", "scope"], unique=True)
    op.create_index(op.f("ix_decision_participant_id"), "decision", ["participant_id"], unique=False)
    op.create_index(op.f("ix_decision_study_id"), "decision", ["study_id"], unique=False)
    for table in APPEND_ONLY:
        for statement in append_only_triggers(table, op.get_bind().dialect.name):
            op.execute(statement)
