"""Linking: sketches, copies, blocks, links, incidents, judgements, redirects, the log of changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_changes()
    _create_incidents()
    _create_judgements()
    _create_redirects()
    _create_copies()
    _create_copy_bands()
    _create_report_sketches()
    _create_blocks()
    _create_links()
    _create_sketches()


def _create_changes() -> None:
    op.create_table(
        "changes",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("cause", sa.String()),
        sa.PrimaryKeyConstraint("key", name="pk_changes"),
    )
    op.create_index("ix_changes_incident", "changes", ["incident"])
    op.create_index("ix_changes_other", "changes", ["other"])


def _create_incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("date_start", sa.String(length=10)),
        sa.Column("date_end", sa.String(length=10)),
        sa.Column("killed", sa.Integer()),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("sources", sa.Integer(), nullable=False),
        sa.Column("contradicted", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String()),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index("ix_incidents_date_end", "incidents", ["date_end"])
    op.create_index("ix_incidents_date_start", "incidents", ["date_start"])
    op.create_index("ix_incidents_killed", "incidents", ["killed"])
    op.create_index("ix_incidents_type", "incidents", ["type"])


def _create_judgements() -> None:
    op.create_table(
        "judgements",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("left_report", sa.String(), nullable=False),
        sa.Column("left_seats", sa.Text(), nullable=False),
        sa.Column("right_report", sa.String()),
        sa.Column("right_seats", sa.Text()),
        sa.Column("field", sa.String()),
        sa.Column("value", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.Column("undoes", sa.Integer()),
        sa.ForeignKeyConstraint(["undoes"], ["judgements.key"], name="fk_judgements_undoes_judgements"),
        sa.PrimaryKeyConstraint("key", name="pk_judgements"),
    )
    op.create_index("ix_judgements_left_report", "judgements", ["left_report"])
    op.create_index("ix_judgements_right_report", "judgements", ["right_report"])


def _create_redirects() -> None:
    op.create_table(
        "redirects",
        sa.Column("old", sa.String(), nullable=False),
        sa.Column("new", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("old", name="pk_redirects"),
    )


def _create_copies() -> None:
    op.create_table(
        "copies",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.key"], name="fk_copies_document_documents"),
        sa.ForeignKeyConstraint(["other"], ["documents.key"], name="fk_copies_other_documents"),
        sa.PrimaryKeyConstraint("document", "other", name="pk_copies"),
    )
    op.create_index("ix_copies_other", "copies", ["other"])


def _create_copy_bands() -> None:
    op.create_table(
        "copy_bands",
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.key"], name="fk_copy_bands_document_documents"),
        sa.PrimaryKeyConstraint("band", "day", "document", name="pk_copy_bands"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_copy_bands_document", "copy_bands", ["document"])


def _create_report_sketches() -> None:
    op.create_table(
        "report_sketches",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("shingles", sa.LargeBinary(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.key"], name="fk_report_sketches_document_documents"),
        sa.PrimaryKeyConstraint("document", name="pk_report_sketches"),
    )


def _create_blocks() -> None:
    op.create_table(
        "blocks",
        sa.Column("block", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.key"], name="fk_blocks_event_events"),
        sa.PrimaryKeyConstraint("block", "first", "event", name="pk_blocks"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_blocks_event", "blocks", ["event"])


def _create_links() -> None:
    op.create_table(
        "links",
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["left"], ["events.key"], name="fk_links_left_events"),
        sa.ForeignKeyConstraint(["right"], ["events.key"], name="fk_links_right_events"),
        sa.PrimaryKeyConstraint("left", "right", name="pk_links"),
    )
    op.create_index("ix_links_right", "links", ["right"])


def _create_sketches() -> None:
    op.create_table(
        "sketches",
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(), nullable=False),
        sa.Column("born", sa.Integer(), nullable=False),
        sa.Column("incident", sa.String()),
        sa.Column("sketch", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.key"], name="fk_sketches_document_documents"),
        sa.ForeignKeyConstraint(["event"], ["events.key"], name="fk_sketches_event_events"),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name="fk_sketches_incident_incidents"),
        sa.PrimaryKeyConstraint("event", name="pk_sketches"),
    )
    op.create_index("ix_sketches_anchor", "sketches", ["anchor"])
    op.create_index("ix_sketches_document", "sketches", ["document"])
    op.create_index("ix_sketches_incident", "sketches", ["incident"])
