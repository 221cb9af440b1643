"""Instruments, their drafts, versions and changes."""

revision = "main_0002"
down_revision = "main_0001"


def upgrade() -> None:
    """Tables follow."""
