"""The runs of one participant are found without reading everybody's."""

from alembic import op

revision = "main_0006"
down_revision = "main_0005"


def upgrade() -> None:
    op.create_index("response_of_participant", "response", ["participant_id"], unique=False)
