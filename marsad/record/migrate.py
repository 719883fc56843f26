"""Runs the migrations under `migrations/versions/` on an open connection."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


def config(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration for the record."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def migrate(connection: sa.Connection) -> None:
    """Bring the record on `connection` to the newest version, inside the transaction that is open on it."""
    command.upgrade(config(connection), "head")
