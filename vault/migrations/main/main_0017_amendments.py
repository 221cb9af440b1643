"""Amendments with their steps, the board's letters with the key that seals them, and who was told of an ending."""

import sqlalchemy as sa
from alembic import op

from vault.sealing import new_key
from vault.store import append_only_triggers
from vault.wraps import wrap

revision = "main_0017"
down_revision = "main_0016"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

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
        "amendment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("approval", NUMBER, nullable=False),
        sa.Column("instrument_id", sa.Uuid(), nullable=True),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("reasons", sa.LargeBinary(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("reconsent", sa.Boolean(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.ForeignKeyConstraint(["approval"], ["approval.number"]),
        sa.ForeignKeyConstraint(["instrument_id"], ["instrument.id"]),
        sa.ForeignKeyConstraint(["drafted_by"], ["account.id"]),
    )
    op.create_index("amendment_number_once", "amendment", ["study_id", "number"], unique=True)
    op.create_table(
        "amendment_step",
        sa.Column("amendment_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("approval", NUMBER, nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("amendment_id", "turn"),
        sa.ForeignKeyConstraint(["amendment_id"], ["amendment.id"]),
        sa.ForeignKeyConstraint(["approval"], ["approval.number"]),
        sa.ForeignKeyConstraint(["by"], ["account.id"]),
        sa.CheckConstraint("(state = 'approved') = (approval IS NOT NULL)", name="amendment_approved_by_a_decision"),
    )
    op.create_table(
        "decision_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("approval", NUMBER, nullable=True),
        sa.Column("amendment_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_by", sa.Uuid(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"]),
        sa.ForeignKeyConstraint(["approval"], ["approval.number"]),
        sa.ForeignKeyConstraint(["amendment_id"], ["amendment.id"]),
        sa.ForeignKeyConstraint(["kept_by"], ["account.id"]),
        sa.CheckConstraint("(approval IS NULL) <> (amendment_id IS NULL)", name="decision_letter_about_one_thing"),
    )
    op.create_index(op.f("ix_decision_letter_study_id"), "decision_letter", ["study_id"], unique=False)
    op.create_table(
        "renewal_notice",
        sa.Column("approval", NUMBER, nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("approval", "days", "account_id"),
        sa.ForeignKeyConstraint(["approval"], ["approval.number"]),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
    )
    for table in ("amendment", "amendment_step", "decision_letter"):
        for statement in append_only_triggers(table, op.get_bind().dialect.name):
            op.execute(statement)
    _give_keys()


def _give_keys() -> None:
    """Every study that has keys already has this one as well, for whoever holds its linkage scope in any epoch."""
    held = op.get_bind().execute(sa.select(_KEYS).where(_KEYS.c.scope == "linkage")).all()
    secrets = {row.study_id: new_key() for row in held}
    made = [
        {
            "study_id": row.study_id,
            "scope": row.scope,
            "epoch": row.epoch,
            "name": "decision-letters",
            "blob": wrap(
                row.public, secrets[row.study_id], "study-secret", row.study_id, row.scope, row.epoch,
                "decision-letters",
            ),
        }
        for row in held
    ]  # fmt: skip
    if made:
        op.bulk_insert(_SECRETS, made)
