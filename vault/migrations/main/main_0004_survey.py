"""Responses, interviews, recruitment and what belongs to them."""

revision = "main_0004"
down_revision = "main_0003"


def upgrade() -> None:
    """Tables follow."""
