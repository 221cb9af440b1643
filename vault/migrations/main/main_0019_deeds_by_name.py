"""Lines of the log are found by study and deed, but for saved pages: an index of those would cost every save."""

import sqlalchemy as sa
from alembic import op

revision = "main_0019"
down_revision = "main_0018"

BUT_PAGES = sa.text("action <> 'answers.saved'")


def upgrade() -> None:
    op.drop_index("ix_ledger_entry_action", table_name="ledger_entry")
    op.create_index(
        "ledger_entry_of_deed",
        "ledger_entry",
        ["study_id", "action"],
        unique=False,
        sqlite_where=BUT_PAGES,
        postgresql_where=BUT_PAGES,
    )
