"""The first tables: runs, documents, stories, events with their places and parties, claims, folded words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_runs()
    _create_documents()
    _create_events()
    _create_stories()
    _create_claims()
    _create_event_parties()
    _create_event_places()
    if op.get_bind().dialect.name == "sqlite":
        # Three-letter pieces find a word under any prefix or suffix; SQLite's word tokeniser would not.
        op.execute("CREATE VIRTUAL TABLE document_words USING fts5(words, content='', tokenize='trigram')")
    else:
        _create_document_words()


def _create_document_words() -> None:
    op.create_table(
        "document_words",
        sa.Column(
            "rowid",
            sa.Integer,
            sa.ForeignKey("documents.key", name="fk_document_words_rowid_documents"),
            nullable=False,
        ),
        sa.Column("words", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("rowid", name="pk_document_words"),
    )
    try:
        with op.get_bind().begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            op.execute("CREATE INDEX ix_document_words_words ON document_words USING gin (words gin_trgm_ops)")
    except sa.exc.DBAPIError:
        pass  # a server without the extension, or a user without the right: words are found all the same, only slower


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("coder", sa.String, nullable=False),
        sa.Column("data", sa.String, nullable=False),
        sa.Column("started_at", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_runs"),
    )


def _create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("published", sa.String),
        sa.Column("publisher", sa.String),
        sa.Column("url", sa.String),
        sa.Column("language", sa.String),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("previous", sa.Integer, sa.ForeignKey("documents.key", name="fk_documents_previous_documents")),
        sa.Column("current", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.key", name="fk_documents_run_runs"), nullable=False),
        sa.Column("received_at", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_documents"),
    )
    op.create_index("ix_documents_current", "documents", ["current"])
    op.create_index("ix_documents_hash", "documents", ["hash"])
    op.create_index("ix_documents_id", "documents", ["id"])
    op.create_index("ix_documents_published", "documents", ["published"])
    op.create_index("ix_documents_publisher", "documents", ["publisher"])
    op.create_index("ix_documents_url", "documents", ["url"])


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column(
            "document", sa.Integer, sa.ForeignKey("documents.key", name="fk_events_document_documents"), nullable=False
        ),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("generic", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("date_start", sa.String(10)),
        sa.Column("date_end", sa.String(10)),
        sa.Column("killed", sa.Integer),
        sa.Column("event", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_events"),
    )
    op.create_index("ix_events_date_end", "events", ["date_end"])
    op.create_index("ix_events_date_start", "events", ["date_start"])
    op.create_index("ix_events_document", "events", ["document"])
    op.create_index("ix_events_id", "events", ["id"])
    op.create_index("ix_events_killed", "events", ["killed"])
    op.create_index("ix_events_status", "events", ["status"])
    op.create_index("ix_events_type", "events", ["type"])


def _create_stories() -> None:
    op.create_table(
        "stories",
        sa.Column(
            "document", sa.Integer, sa.ForeignKey("documents.key", name="fk_stories_document_documents"), nullable=False
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("published", sa.String),
        sa.Column("noise", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("document", "position", name="pk_stories"),
    )


def _create_claims() -> None:
    op.create_table(
        "claims",
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column(
            "document", sa.Integer, sa.ForeignKey("documents.key", name="fk_claims_document_documents"), nullable=False
        ),
        sa.Column("event", sa.Integer, sa.ForeignKey("events.key", name="fk_claims_event_events"), nullable=False),
        sa.Column("field", sa.String, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("source", sa.String),
        sa.PrimaryKeyConstraint("key", name="pk_claims"),
    )
    op.create_index("ix_claims_document", "claims", ["document"])
    op.create_index("ix_claims_event", "claims", ["event"])
    op.create_index("ix_claims_field", "claims", ["field"])


def _create_event_parties() -> None:
    op.create_table(
        "event_parties",
        sa.Column(
            "event", sa.Integer, sa.ForeignKey("events.key", name="fk_event_parties_event_events"), nullable=False
        ),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String),
        sa.Column("folded", sa.String, nullable=False),
        sa.Column("country", sa.String),
        sa.Column("sector", sa.String),
        sa.PrimaryKeyConstraint("event", "role", "position", name="pk_event_parties"),
    )
    op.create_index("ix_event_parties_country", "event_parties", ["country"])
    op.create_index("ix_event_parties_folded", "event_parties", ["folded"])
    op.create_index("ix_event_parties_name", "event_parties", ["name"])


def _create_event_places() -> None:
    op.create_table(
        "event_places",
        sa.Column(
            "event", sa.Integer, sa.ForeignKey("events.key", name="fk_event_places_event_events"), nullable=False
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("folded", sa.String, nullable=False),
        sa.Column("country", sa.String),
        sa.Column("place", sa.String),
        sa.PrimaryKeyConstraint("event", "position", name="pk_event_places"),
    )
    op.create_index("ix_event_places_country", "event_places", ["country"])
    op.create_index("ix_event_places_folded", "event_places", ["folded"])
    op.create_index("ix_event_places_name", "event_places", ["name"])
    op.create_index("ix_event_places_place", "event_places", ["place"])
