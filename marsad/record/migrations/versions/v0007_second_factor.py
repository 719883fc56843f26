"""Second factors of accounts, scopes of tokens, webhooks with what they were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BEFORE = "read read:texts judge add export"


def upgrade() -> None:
    """Add columns to accounts and passes, create the tables."""
    op.add_column("accounts", sa.Column("totp", sa.String()))
    op.add_column("accounts", sa.Column("totp_on", sa.Boolean()))
    op.add_column("accounts", sa.Column("totp_step", sa.Integer()))
    op.add_column("passes", sa.Column("scopes", sa.String()))
    passes = sa.table("passes", sa.column("kind"), sa.column("scopes"))
    # A token of before had all the rights of its holder, and keeps what there is of them.
    op.execute(passes.update().where(passes.c.kind == "token").values(scopes=_BEFORE))
    op.create_table(
        "recovery_codes",
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.key"], name="fk_recovery_codes_account_accounts"),
        sa.PrimaryKeyConstraint("account", "hash", name="pk_recovery_codes"),
    )
    _create_webhooks()
    _create_webhook_incidents()
    _create_deliveries()


def _create_webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("seen_report", sa.Integer(), nullable=False),
        sa.Column("seen_judgement", sa.Integer(), nullable=False),
        sa.Column("seen_change", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_webhooks"),
    )


def _create_webhook_incidents() -> None:
    op.create_table(
        "webhook_incidents",
        sa.Column("hook", sa.Integer(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64)),
        sa.Column("again_at", sa.String()),
        sa.ForeignKeyConstraint(["hook"], ["webhooks.key"], name="fk_webhook_incidents_hook_webhooks"),
        sa.PrimaryKeyConstraint("hook", "incident", name="pk_webhook_incidents"),
    )
    op.create_index("ix_webhook_incidents_again_at", "webhook_incidents", ["again_at"])


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("hook", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.String()),
        sa.Column("status", sa.Integer()),
        sa.Column("problem", sa.Text()),
        sa.ForeignKeyConstraint(["hook"], ["webhooks.key"], name="fk_deliveries_hook_webhooks"),
        sa.PrimaryKeyConstraint("key", name="pk_deliveries"),
        sa.UniqueConstraint("id", name="uq_deliveries_id"),
    )
    op.create_index("ix_deliveries_hook", "deliveries", ["hook"])
    op.create_index("ix_deliveries_state", "deliveries", ["state", "next_at"])
