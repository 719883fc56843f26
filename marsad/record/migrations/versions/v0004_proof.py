"""Received bytes, how texts came to be of them, and what is watched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "received",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("hash", name="pk_received"),
    )
    op.create_table(
        "receipts",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("received", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("beside", sa.Text(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("extractor", sa.String(), nullable=False),
        sa.Column("dated_by", sa.String()),
        sa.Column("author", sa.Text()),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.key"], name="fk_receipts_document_documents"),
        sa.ForeignKeyConstraint(["received"], ["received.hash"], name="fk_receipts_received_received"),
        sa.PrimaryKeyConstraint("key", name="pk_receipts"),
    )
    op.create_index("ix_receipts_document", "receipts", ["document"])
    op.create_index("ix_receipts_received", "receipts", ["received"])
    op.create_table(
        "feeds",
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("next_at", sa.String(), nullable=False),
        sa.Column("tried_at", sa.String()),
        sa.Column("succeeded_at", sa.String()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("modified", sa.Text()),
        sa.Column("problem", sa.Text()),
        sa.PrimaryKeyConstraint("url", name="pk_feeds"),
    )
    op.create_table(
        "feed_items",
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stated", sa.Text()),
        sa.Column("next_at", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("modified", sa.Text()),
        sa.PrimaryKeyConstraint("url", name="pk_feed_items"),
    )
    op.create_index("ix_feed_items_feed", "feed_items", ["feed"])
    op.create_index("ix_feed_items_next_at", "feed_items", ["next_at"])
