"""Consent documents and decisions."""

revision = "main_0003"
down_revision = "main_0002"


def upgrade() -> None:
    """Tables follow."""
