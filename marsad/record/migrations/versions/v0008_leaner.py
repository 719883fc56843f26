"""Indexes that no question needs: every added report paid for them, and they were a fifth of the record."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the indexes."""
    op.drop_index("ix_copy_bands_document", "copy_bands")
    op.drop_index("ix_claims_field", "claims")
