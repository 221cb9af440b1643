"""Incidents of a study, with what was done about each and who was told."""

import sqlalchemy as sa
from alembic import op

from vault.store import append_only_triggers

revision = "main_0011"
down_revision = "main_0010"


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sort", sa.String(length=32), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"]),
        sa.CheckConstraint("number >= 1", name="incident_counts_from_one"),
    )
    op.create_index("incident_once", "incident", ["study_id", "number"], unique=True)
    op.create_table(
        "incident_step",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("deed", sa.String(length=32), nullable=False),
        sa.Column("whom", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "turn"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"]),
        sa.ForeignKeyConstraint(["written_by"], ["account.id"]),
        sa.CheckConstraint("(deed = 'duty') = (due_at IS NOT NULL)", name="incident_step_duty_has_its_time"),
        sa.CheckConstraint("(deed = 'report') = (told_at IS NOT NULL)", name="incident_step_report_has_its_time"),
        sa.CheckConstraint("deed NOT IN ('duty', 'report') OR whom <> ''", name="incident_step_tells_somebody"),
    )
    for table in ("incident", "incident_step"):
        for statement in append_only_triggers(table, op.get_bind().dialect.name):
            op.execute(statement)
