"""Saved pages are found by whose they are: an index less to be written while somebody waits for the next page."""

from alembic import op

revision = "main_0022"
down_revision = "main_0021"


def upgrade() -> None:
    op.drop_index("page_record_of_response", table_name="page_record")
