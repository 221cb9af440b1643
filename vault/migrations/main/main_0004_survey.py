"""Responses, interviews, recruitment and what belongs to them."""

import sqlalchemy as sa
from alembic import op

from vault.store import append_only_triggers

revision = "main_0004"
down_revision = "main_0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

APPEND_ONLY = ["nomination", "status_event", "withdrawal"]


def upgrade() -> None:
    _frames()
    _recruitment()
    _responses()
    for table in APPEND_ONLY:
        for statement in append_only_triggers(table, op.get_bind().dialect.name):
            op.execute(statement)


def _frames() -> None:
    op.create_table(
        "stratum",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("cell", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("stratum_cell_once", "stratum", ["study_id", "cell"], unique=True)
    op.create_table(
        "quota",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.CheckConstraint("target >= 0", name="quota_asks_for_somebody_or_nobody"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("quota_of_part_once", "quota", ["study_id", "part"], unique=True)
    # Alembic would add the reference in a second statement, which SQLite does not have.
    kind = "CHAR(32)" if op.get_bind().dialect.name == "sqlite" else "UUID"
    op.execute(f"ALTER TABLE participant ADD COLUMN stratum_id {kind} REFERENCES stratum (id)")


def _recruitment() -> None:
    op.create_table(
        "status_event",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"]),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("status_event_of_participant", "status_event", ["participant_id", "number"])
    op.create_index("status_event_of_study", "status_event", ["study_id", "number"])
    op.create_table(
        "letter",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("queued_on", sa.Date(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_letter_participant_id"), "letter", ["participant_id"])
    op.create_index("letter_by_state", "letter", ["study_id", "state"])
    op.create_table(
        "enrolment_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("stratum_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("most IS NULL OR used <= most", name="enrolment_link_takes_at_most"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.ForeignKeyConstraint(["stratum_id"], ["stratum.id"]),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("word"),
    )
    op.create_index(op.f("ix_enrolment_link_study_id"), "enrolment_link", ["study_id"])
    op.create_table(
        "nomination",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["nominee_id"], ["participant.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_nomination_study_id"), "nomination", ["study_id"])
    op.create_index(op.f("ix_nomination_nominee_id"), "nomination", ["nominee_id"])
    op.create_table(
        "withdrawal",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index(op.f("ix_withdrawal_study_id"), "withdrawal", ["study_id"])
    op.create_index(op.f("ix_withdrawal_participant_id"), "withdrawal", ["participant_id"])


def _responses() -> None:
    op.create_table(
        "response",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("instrument_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.CheckConstraint("submitted_on IS NULL OR submitted_on >= begun_on", name="response_is_begun_first"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"]),
        sa.ForeignKeyConstraint(["instrument_id"], ["instrument.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["instrument_version.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("response_of_study", "response", ["study_id", "version_id"])
    op.create_index(
        "response_of_participant_once",
        "response",
        ["participant_id", "instrument_id", "kind"],
        unique=True,
        sqlite_where=sa.text("kind = 'self' OR submitted_on IS NULL"),
        postgresql_where=sa.text("kind = 'self' OR submitted_on IS NULL"),
    )
    op.create_table(
        "page_draft",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"]),
        sa.PrimaryKeyConstraint("response_id"),
    )
    op.create_table(
        "interview",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"]),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"]),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("response_id"),
    )
    op.create_index(op.f("ix_interview_study_id"), "interview", ["study_id"])
    op.create_index(op.f("ix_interview_participant_id"), "interview", ["participant_id"])
    op.create_index("interview_of_account", "interview", ["account_id", "state"])
