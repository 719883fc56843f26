"""What the desk needs: where incidents are and how soon to look at them, accounts, the audit log."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000


def upgrade() -> None:
    """Add columns to incidents and fill them, create the tables."""
    for column in (
        sa.Column("country", sa.String()),
        sa.Column("lat", sa.Float()),
        sa.Column("lon", sa.Float()),
        sa.Column("level", sa.String()),
        sa.Column("harmed", sa.Integer()),
        sa.Column("priority", sa.Float()),
    ):
        op.add_column("incidents", column)
    _fill(op.get_bind())
    op.create_index("ix_incidents_country", "incidents", ["country", "date_start"])
    op.create_index("ix_incidents_lat", "incidents", ["lat", "lon"])
    op.create_index("ix_incidents_priority", "incidents", ["priority"])
    _create_accounts()
    _create_passes()
    _create_audit()


def _fill(connection: sa.Connection) -> None:
    columns = ("id", "incident", "country", "lat", "lon", "harmed", "priority")
    table = sa.table("incidents", *(sa.column(name) for name in columns))
    change = table.update().where(table.c.id == sa.bindparam("name"))
    names = list(connection.scalars(sa.select(table.c.id)))
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        rows = connection.execute(sa.select(table.c.id, table.c.incident).where(table.c.id.in_(some))).all()
        connection.execute(change, [{"name": row.id, **_values(msgspec.json.decode(row.incident))} for row in rows])


def _values(summary: dict[str, Any]) -> dict[str, Any]:
    where = (summary["places"] or [{}])[0]
    figures, reckoning = summary["reckoning"]["figures"], summary["reckoning"]
    best, high = ([figures.get(f, {}).get(k, 0) for f in ("killed", "injured")] for k in ("best", "high"))
    spread = max(((f["high"] - f["low"]) / f["high"] for f in figures.values() if f["high"]), default=0.0)
    doubt = 0.05 + 0.35 * reckoning["contradicted"] + 0.25 * (reckoning["sources"] < 2) + 0.25 * spread
    doubt += 0.1 * (summary["start"] is None) + 0.1 * (not summary["places"])
    place = {name: where.get(name) for name in ("country", "lat", "lon")}
    return {**place, "harmed": sum(best), "priority": round((1 + math.log2(1 + 3 * high[0] + high[1])) * doubt, 3)}


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_accounts"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
    )


def _create_passes() -> None:
    op.create_table(
        "passes",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String()),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("until", sa.String()),
        sa.ForeignKeyConstraint(["account"], ["accounts.key"], name="fk_passes_account_accounts"),
        sa.PrimaryKeyConstraint("hash", name="pk_passes"),
    )
    op.create_index("ix_passes_account", "passes", ["account"])


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("target", sa.String()),
        sa.Column("details", sa.Text()),
        sa.PrimaryKeyConstraint("key", name="pk_audit"),
    )
