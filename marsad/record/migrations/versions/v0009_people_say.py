"""Words that people add to the lexicon, what they say of the text of reports, and what the machine read before they did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, add the columns."""
    op.create_table(
        "words",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("entry", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("undoes", sa.Integer()),
        sa.ForeignKeyConstraint(["undoes"], ["words.key"], name="fk_words_undoes_words"),
        sa.PrimaryKeyConstraint("key", name="pk_words"),
    )
    op.create_table(
        "machine_readings",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.key"], name="fk_machine_readings_document_documents"),
        sa.PrimaryKeyConstraint("document", name="pk_machine_readings"),
    )
    op.add_column("runs", sa.Column("words", sa.Integer()))
    op.add_column("judgements", sa.Column("detail", sa.Text()))
