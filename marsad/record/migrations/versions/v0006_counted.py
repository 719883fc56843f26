"""An index that holds all that a histogram over time looks at, so that counting opens no incident."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    op.create_index("ix_incidents_counted", "incidents", ["date_start", "date_end", "type", "verdict"])
