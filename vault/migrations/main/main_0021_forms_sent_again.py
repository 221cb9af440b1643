"""Forms that were used keep their answer, sealed, for whoever sends them again at once."""

import sqlalchemy as sa
from alembic import op

revision = "main_0021"
down_revision = "main_0020"


def upgrade() -> None:
    op.add_column("enrolment_form", sa.Column("answer", sa.LargeBinary(), nullable=True))
