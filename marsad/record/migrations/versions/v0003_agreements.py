"""Agreements that people register."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "agreements",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("agreement", sa.Integer()),
        sa.Column("terms", sa.Text()),
        sa.Column("day", sa.String(length=10)),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["agreement"], ["agreements.key"], name="fk_agreements_agreement_agreements"),
        sa.PrimaryKeyConstraint("key", name="pk_agreements"),
    )
    op.create_index("ix_agreements_agreement", "agreements", ["agreement"])
