"""How a record is opened, on SQLite or PostgreSQL, and brought to the current version; what a database error means.

On both, those who write come one after the other and those who read see one moment of the record.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from marsad.errors import RecordError
from marsad.record.schema import VERSION

BUSY_MS = 10_000
"""How long to wait for another program that is writing, in milliseconds."""

_CONNECT_S = 10
_CHECKPOINT_PAGES = 8_000
_CACHE_KIB = 64_000
_KEPT, _AT_MOST = 4, 200
_WRITERS = 0x6D617273  # the number of the lock that writers of a record on PostgreSQL take in turn
_SERVER = ("postgresql:", "postgres:", "postgresql+psycopg:")


def make_engine(location: str, *, create: bool) -> sa.Engine:
    """Return an engine on the record at `location`, a path or a `postgresql://` URL, at the current schema version.

    Raises:
        RecordError: there is no record and `create` is false, or it cannot be opened, or a newer Marsad made it.
    """
    engine = _engine_on_server(location) if is_on_server(location) else _engine_on_file(location, create=create)
    try:
        _bring_up_to_date(engine, shown(location), create=create)
    except sa.exc.DBAPIError as error:
        engine.dispose()
        raise explain(error, location) from error
    except RecordError:
        engine.dispose()
        raise
    return engine


def is_on_server(location: str) -> bool:
    """Say whether a record's name is the URL of a PostgreSQL database rather than a path."""
    return location.startswith(_SERVER)


def shown(location: str) -> str:
    """Return a record's name as it may be shown: without a password."""
    return _url(location).set(drivername="postgresql").render_as_string() if is_on_server(location) else location


# ---- what an error means --------------------------------------------------------------------------------------------


def explain(error: sa.exc.DBAPIError, location: str) -> RecordError:
    """Return what a database error means to the person at the keyboard."""
    cause = " ".join(str(error.orig).split())
    name = shown(location)
    return RecordError(_of_server(error, cause, name) if is_on_server(location) else _of_file(cause, name))


def _of_file(cause: str, location: str) -> str:
    if "not a database" in cause:
        return f"{location} is not a Marsad record; give --record another path."
    if "locked" in cause:
        return f"Another program is writing to {location}; wait for it to end, and try again."
    if "readonly" in cause or "unable to open" in cause:
        return f"The record {location} cannot be written; check the permissions of the file and its folder."
    if "malformed" in cause:
        return f"The record {location} is damaged ({cause}); restore it from a copy."
    if "full" in cause:
        return f"The disk of {location} is full; make room, and add the reports again."
    return f"The record {location} cannot be used ({cause}); check the file and its disk."


def _of_server(error: sa.exc.DBAPIError, cause: str, location: str) -> str:
    state = getattr(error.orig, "sqlstate", None) or ""
    database = _url(location).database
    if state == "3D000" or ("FATAL" in cause and f'database "{database}" does not exist' in cause):
        return f"There is no database for {location}; create it with `createdb {database}`, or name another."
    if state.startswith("28") or ("FATAL" in cause and ("authentication" in cause or "pg_hba" in cause)):
        return f"The server does not let you in to {location} ({cause}); check the user and the password."
    if isinstance(error.orig, _driver().OperationalError) and not state:
        return f"The server of {location} cannot be reached ({cause}); start it, or check its address."
    if state == "55P03":
        return f"Another program is writing to {location}; wait for it to end, and try again."
    if state in ("42501", "25006"):
        return f"The record {location} cannot be written ({cause}); ask whoever keeps the database for the right."
    if state == "53100":
        return f"The disk of {location} is full; make room, and add the reports again."
    if state[:2] in ("57", "08", "53"):
        return f"The server of {location} broke off ({cause}); what was added so far is in the record, try again."
    return f"The record {location} cannot be used ({cause}); check the database."


# ---- SQLite ---------------------------------------------------------------------------------------------------------


def _engine_on_file(location: str, *, create: bool) -> sa.Engine:
    path = Path(location)
    if not create and not path.exists():
        raise _missing(location)
    if path.is_dir():
        raise RecordError(f"{location} is a folder; give --record the path of a file.")
    if not path.parent.is_dir():
        raise RecordError(f"The folder {path.parent} does not exist; create it, or give --record another path.")
    # Whoever closes the last connection to a file waits for its log to be written back, so some stay open.
    engine = sa.create_engine(f"sqlite:///{path}", pool_size=_KEPT, max_overflow=_AT_MOST)
    sa.event.listen(engine, "connect", _configure_file)
    sa.event.listen(engine, "begin", _begin_on_file)
    return engine


def _missing(location: str) -> RecordError:
    return RecordError(f"There is no record at {location}; add reports with `marsad add`, or name it with --record.")


def _configure_file(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling commits before DDL; `_begin_on_file` opens transactions instead.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")


def _begin_on_file(connection: sa.Connection) -> None:
    begin = "BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN"
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(begin)
    except sqlite3.Error as error:
        raise sa.exc.DBAPIError.instance(begin, None, error, sqlite3.Error, dialect=connection.dialect) from error


# ---- PostgreSQL -----------------------------------------------------------------------------------------------------


def _url(location: str) -> sa.URL:
    try:
        return sa.make_url("postgresql+psycopg:" + location.split(":", 1)[1])
    except (sa.exc.ArgumentError, ValueError) as error:
        raise RecordError(
            f"{location.split('@')[-1]} is no address of a PostgreSQL database; write postgresql://user@host/database."
        ) from error


def _driver() -> Any:
    try:
        import psycopg  # an extra: only records on PostgreSQL need it
    except ImportError as error:
        raise RecordError(
            "A record on PostgreSQL needs the driver psycopg; install it with `pip install 'marsad[postgres]'`."
        ) from error
    return psycopg


def _engine_on_server(location: str) -> sa.Engine:
    url = _url(location)
    _driver()
    waits = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_S}
    engine = sa.create_engine(url, connect_args=waits)
    sa.event.listen(engine, "connect", _configure_session)
    sa.event.listen(engine, "begin", _begin_on_server)
    return engine


def _configure_session(connection: Any, _record: Any) -> None:
    connection.execute(f"SET lock_timeout = {BUSY_MS}")
    connection.commit()


def _begin_on_server(connection: sa.Connection) -> None:
    if not connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return
    try:
        # What the writer before wrote must be seen, so the moment of the record is not fixed before the lock is there.
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")
    except sa.exc.DBAPIError:
        connection.connection.rollback()
        raise


# ---- versions -------------------------------------------------------------------------------------------------------


def _bring_up_to_date(engine: sa.Engine, location: str, *, create: bool) -> None:
    with engine.connect() as connection:
        version = _version(connection, location)
    if version == VERSION:
        return
    if version is None and not create:
        raise _missing(location)
    if version is not None and version > VERSION:
        raise RecordError(
            f"{location} was made by a newer Marsad (schema {version}, this one knows {VERSION}); upgrade marsad."
        )
    from marsad.record.migrate import migrate  # Alembic takes a second to import, and a current record needs none of it

    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            connection.exec_driver_sql("BEGIN")
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if _version(connection, location) != VERSION:
            migrate(connection)


def _version(connection: sa.Connection, location: str) -> str | None:
    """The migration that the record is at; None for an empty file or database."""
    tables = set(connection.scalars(sa.text(_TABLES[connection.dialect.name])))
    if "alembic_version" in tables and "documents" in tables:
        return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")))
    if tables:
        raise RecordError(f"{location} is a database of another program; give --record another one.")
    return None


_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}
