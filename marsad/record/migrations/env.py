"""Runs migrations on the connection that `marsad.record.migrate` hands in."""

from __future__ import annotations

from alembic import context

from marsad.record.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
    render_as_batch=True,
)
context.run_migrations()
