"""Publication policies that people save for a record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "policies",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("policy", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("undoes", sa.Integer()),
        sa.ForeignKeyConstraint(["undoes"], ["policies.key"], name="fk_policies_undoes_policies"),
        sa.PrimaryKeyConstraint("key", name="pk_policies"),
    )
