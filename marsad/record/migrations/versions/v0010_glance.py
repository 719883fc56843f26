"""What lets the desk hold a million incidents at a glance: indexes of all that it looks at, modes, a log of what changed."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000
_GLANCE = (
    *("id", "type", "date_start", "date_end", "killed", "verdict", "contradicted", "country"),
    *("lat", "lon", "level", "harmed", "priority", "modes"),
)


class _Modes(msgspec.Struct):
    modes: tuple[str, ...]


_modes = msgspec.json.Decoder(_Modes)


def upgrade() -> None:
    """Add the column and fill it, create the log, exchange indexes for those that need no look into the rows."""
    op.add_column("incidents", sa.Column("modes", sa.String()))
    _fill(op.get_bind())
    op.create_table(
        "touched",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_touched"),
    )
    for name, table in (
        ("ix_incidents_counted", "incidents"),
        ("ix_incidents_lat", "incidents"),
        ("ix_events_document", "events"),
        ("ix_event_places_folded", "event_places"),
        ("ix_documents_current", "documents"),  # nearly all are, so that it only led queries astray
    ):
        op.drop_index(name, table)
    op.create_index("ix_incidents_glance", "incidents", list(_GLANCE))
    op.create_index("ix_events_document", "events", ["document", "confidence", "status"])
    op.create_index("ix_event_places_folded", "event_places", ["folded", "name", "event"])
    cites = sa.text("source IS NOT NULL")
    columns = ["source", "event", "document"]
    op.create_index("ix_claims_source", "claims", columns, sqlite_where=cites, postgresql_where=cites)


def _fill(connection: sa.Connection) -> None:
    table = sa.table("incidents", *(sa.column(name) for name in ("id", "incident", "modes")))
    change = table.update().where(table.c.id == sa.bindparam("name"))
    names = list(connection.scalars(sa.select(table.c.id).where(table.c.incident.not_like('%"modes":[]%'))))
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        rows = connection.execute(sa.select(table.c.id, table.c.incident).where(table.c.id.in_(some))).all()
        values = [{"name": row.id, "modes": " ".join(_modes.decode(row.incident).modes) or None} for row in rows]
        connection.execute(change, values)
