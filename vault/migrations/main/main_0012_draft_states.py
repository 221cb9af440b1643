"""A draft's states are kept as what each saving changed; what was kept before is kept as wholes."""

import sqlalchemy as sa
from alembic import op

revision = "main_0012"
down_revision = "main_0011"


def upgrade() -> None:
    op.create_table(
        "instrument_draft_state",
        sa.Column("instrument_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.Uuid(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undo_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["edited_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["instrument_id"], ["instrument.id"]),
        sa.PrimaryKeyConstraint("instrument_id", "number"),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    # A number that nobody ever draws again, for each row.
    mark = "lower(hex(randomblob(16)))" if sqlite else "gen_random_uuid()"
    for table in ("instrument_draft_before", "instrument_draft"):
        op.execute(
            "INSERT INTO instrument_draft_state "  # noqa: S608 - nothing in it is anybody's
            "(instrument_id, number, mark, whole, text, edited_by, edited_at, undo_to) "
            f"SELECT instrument_id, number, {mark}, true, text, edited_by, edited_at, undo_to FROM {table}"
        )
    op.add_column("instrument_draft", sa.Column("mark", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE instrument_draft SET mark = (SELECT state.mark FROM instrument_draft_state AS state "
        "WHERE state.instrument_id = instrument_draft.instrument_id AND state.number = instrument_draft.number)"
    )
    with op.batch_alter_table("instrument_draft") as draft:
        draft.alter_column("mark", existing_type=sa.Uuid(), nullable=False)
        draft.drop_column("text")
    op.drop_table("instrument_draft_before")
