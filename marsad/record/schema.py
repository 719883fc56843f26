"""The tables, and how a record file is opened and brought to the current version.

Types and constraints are those that SQLite and PostgreSQL share; only the full-text shadow table is SQLite's own.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from marsad.errors import RecordError

VERSION = "0003"
"""The newest migration; a record at this version needs no migrating."""

BUSY_MS = 10_000
"""How long to wait for another program that is writing, in milliseconds."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("coder", sa.String, nullable=False),
    sa.Column("data", sa.String, nullable=False),
    sa.Column("started_at", sa.String, nullable=False),
)

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("id", sa.String, nullable=False, index=True),
    sa.Column("hash", sa.String(64), nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("published", sa.String, index=True),
    sa.Column("publisher", sa.String, index=True),
    sa.Column("url", sa.String, index=True),
    sa.Column("language", sa.String),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("previous", sa.Integer, sa.ForeignKey("documents.key")),
    sa.Column("current", sa.Boolean(create_constraint=False), nullable=False, index=True),
    sa.Column("run", sa.Integer, sa.ForeignKey("runs.key"), nullable=False),
    sa.Column("received_at", sa.String, nullable=False),
)

stories = sa.Table(
    "stories",
    metadata,
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("published", sa.String),
    sa.Column("noise", sa.Text, nullable=False),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("id", sa.String, nullable=False, index=True),
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), nullable=False, index=True),
    sa.Column("type", sa.String, nullable=False, index=True),
    sa.Column("status", sa.String, nullable=False, index=True),
    sa.Column("generic", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("date_start", sa.String(10), index=True),
    sa.Column("date_end", sa.String(10), index=True),
    sa.Column("killed", sa.Integer, index=True),
    sa.Column("event", sa.Text, nullable=False),
)

event_places = sa.Table(
    "event_places",
    metadata,
    sa.Column("event", sa.Integer, sa.ForeignKey("events.key"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("name", sa.String, nullable=False, index=True),
    sa.Column("folded", sa.String, nullable=False, index=True),
    sa.Column("country", sa.String, index=True),
    sa.Column("place", sa.String, index=True),
)

event_parties = sa.Table(
    "event_parties",
    metadata,
    sa.Column("event", sa.Integer, sa.ForeignKey("events.key"), primary_key=True),
    sa.Column("role", sa.String, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("name", sa.String, index=True),
    sa.Column("folded", sa.String, nullable=False, index=True),
    sa.Column("country", sa.String, index=True),
    sa.Column("sector", sa.String),
)

claims = sa.Table(
    "claims",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), nullable=False, index=True),
    sa.Column("event", sa.Integer, sa.ForeignKey("events.key"), nullable=False, index=True),
    sa.Column("field", sa.String, nullable=False, index=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("source", sa.String),
)

sketches = sa.Table(
    "sketches",
    metadata,
    sa.Column("event", sa.Integer, sa.ForeignKey("events.key"), primary_key=True),
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), nullable=False, index=True),
    sa.Column("anchor", sa.String, nullable=False, index=True),
    sa.Column("born", sa.Integer, nullable=False),
    sa.Column("incident", sa.String, sa.ForeignKey("incidents.id"), index=True),
    sa.Column("sketch", sa.Text, nullable=False),
)
"""What linking knows of each current event. `anchor` names the event through every re-reading, `born` numbers events in the
order in which they first arrived."""

report_sketches = sa.Table(
    "report_sketches",
    metadata,
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), primary_key=True),
    sa.Column("shingles", sa.LargeBinary, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
)

copy_bands = sa.Table(
    "copy_bands",
    metadata,
    sa.Column("band", sa.BigInteger, primary_key=True),
    sa.Column("day", sa.Integer, primary_key=True),
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

copies = sa.Table(
    "copies",
    metadata,
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), primary_key=True),
    sa.Column("other", sa.Integer, sa.ForeignKey("documents.key"), primary_key=True, index=True),
    sa.Column("kind", sa.String, nullable=False),
)
"""Pairs of reports that are copies of one text (`copy`) or made from one template; the smaller key stands first."""

blocks = sa.Table(
    "blocks",
    metadata,
    sa.Column("block", sa.BigInteger, primary_key=True),
    sa.Column("first", sa.Integer, primary_key=True),
    sa.Column("event", sa.Integer, sa.ForeignKey("events.key"), primary_key=True, index=True),
    sa.Column("last", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("left", sa.Integer, sa.ForeignKey("events.key"), primary_key=True),
    sa.Column("right", sa.Integer, sa.ForeignKey("events.key"), primary_key=True, index=True),
    sa.Column("score", sa.Float, nullable=False),
)
"""Pairs of events that the machine holds for one incident, with the log-odds; the smaller key stands first."""

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("type", sa.String, nullable=False, index=True),
    sa.Column("date_start", sa.String(10), index=True),
    sa.Column("date_end", sa.String(10), index=True),
    sa.Column("killed", sa.Integer, index=True),
    sa.Column("reports", sa.Integer, nullable=False),
    sa.Column("sources", sa.Integer, nullable=False),
    sa.Column("contradicted", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("verdict", sa.String),
    sa.Column("incident", sa.Text, nullable=False),
)
"""Incidents as last resolved; `verdict` is confirmed or rejected where a person judged so."""

redirects = sa.Table(
    "redirects",
    metadata,
    sa.Column("old", sa.String, primary_key=True),
    sa.Column("new", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
)

changes = sa.Table(
    "changes",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("incident", sa.String, nullable=False, index=True),
    sa.Column("other", sa.String, nullable=False, index=True),
    sa.Column("cause", sa.String),
)
"""The log of splits and merges: `incident` was merged into or split off from `other`; `cause`: the report or judgement."""

judgements = sa.Table(
    "judgements",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("left_report", sa.String, nullable=False, index=True),
    sa.Column("left_seats", sa.Text, nullable=False),
    sa.Column("right_report", sa.String, index=True),
    sa.Column("right_seats", sa.Text),
    sa.Column("field", sa.String),
    sa.Column("value", sa.Integer),
    sa.Column("reason", sa.Text),
    sa.Column("undoes", sa.Integer, sa.ForeignKey("judgements.key")),
)
"""What people judged, never changed: a later row may undo an earlier one. Events are named by their report and the words
of their mentions, so that a judgement outlives another reading."""

agreements = sa.Table(
    "agreements",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("agreement", sa.Integer, sa.ForeignKey("agreements.key"), index=True),
    sa.Column("terms", sa.Text),
    sa.Column("day", sa.String(10)),
    sa.Column("reason", sa.Text),
)
"""What people registered of agreements, never changed: a row that adds one gives its terms, later rows end it on a `day` or
remove it. An agreement is known by the key of the row that added it."""

document_words = sa.table("document_words", sa.column("rowid"), sa.column("words"))
"""SQLite's full-text index (FTS5) over folded text; its rows are numbered by `documents.key`."""


def make_engine(location: str, *, create: bool) -> sa.Engine:
    """Return an engine on the record at `location`, at the current schema version.

    Raises:
        RecordError: there is no record and `create` is false, or it cannot be opened, or a newer Marsad made it.
    """
    if location.startswith(("postgresql://", "postgresql+")):
        raise RecordError("PostgreSQL records are not supported yet; give --record the path of a SQLite file.")
    path = Path(location)
    if not create and not path.exists():
        raise RecordError(f"There is no record at {location}; add reports with `marsad add`, or name it with --record.")
    if path.is_dir():
        raise RecordError(f"{location} is a folder; give --record the path of a file.")
    if not path.parent.is_dir():
        raise RecordError(f"The folder {path.parent} does not exist; create it, or give --record another path.")
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "begin", _begin)
    try:
        _bring_up_to_date(engine, location)
    except sa.exc.DatabaseError as error:
        raise explain(error, location) from error
    return engine


def explain(error: sa.exc.DBAPIError, location: str) -> RecordError:
    """Return what a database error means to the person at the keyboard."""
    cause = str(error.orig)
    if "not a database" in cause:
        return RecordError(f"{location} is not a Marsad record; give --record another path.")
    if "locked" in cause:
        return RecordError(f"Another program is writing to {location}; wait for it to end, and try again.")
    if "readonly" in cause or "unable to open" in cause:
        return RecordError(
            f"The record {location} cannot be written; check the permissions of the file and its folder."
        )
    if "malformed" in cause:
        return RecordError(f"The record {location} is damaged ({cause}); restore it from a copy.")
    if "full" in cause:
        return RecordError(f"The disk of {location} is full; make room, and add the reports again.")
    return RecordError(f"The record {location} cannot be used ({cause}); check the file and its disk.")


def _configure(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling commits before DDL; `_begin` opens transactions instead.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bring_up_to_date(engine: sa.Engine, location: str) -> None:
    with engine.connect() as connection:
        version = _version(connection, location)
    if version == VERSION:
        return
    if version is not None and version > VERSION:
        raise RecordError(
            f"{location} was made by a newer Marsad (schema {version}, this one knows {VERSION}); upgrade marsad."
        )
    from marsad.record.migrate import migrate  # Alembic takes a second to import, and a current record needs none of it

    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        connection.exec_driver_sql("BEGIN")
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if _version(connection, location) != VERSION:
            migrate(connection)


def _version(connection: sa.Connection, location: str) -> str | None:
    """The migration that the record is at; None for an empty file."""
    tables = set(connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    if "alembic_version" in tables and "documents" in tables:
        return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")))
    if tables:
        raise RecordError(f"{location} is a database of another program; give --record another path.")
    return None
