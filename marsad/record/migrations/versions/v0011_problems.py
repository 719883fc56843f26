"""What was odd while reports were read, among it the places that they name and the gazetteer does not know."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; reports that were read before fill it when they are read again."""
    op.create_table(
        "problems",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.key"], name="fk_problems_document_documents"),
        sa.PrimaryKeyConstraint("document", "position", name="pk_problems"),
    )
    op.create_index("ix_problems_reason", "problems", ["reason", "folded", "document"])
