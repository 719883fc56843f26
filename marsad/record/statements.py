"""Statements that run for every report: compiled once for each kind of database, then handed straight to its driver.

A report takes some two dozen, and preparing a statement anew each time costs several times what the database does with it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

_NOTHING: Mapping[str, Any] = {}


class _Compiled(NamedTuple):
    """A statement as the driver takes it: what puts the values in its order (None: it takes them by name), how to convert
    them, and those that are always the same.
    """

    text: str
    order: Callable[[Mapping[str, Any]], Any] | None
    convert: Mapping[str, Callable[[Any], Any]]
    fixed: Mapping[str, Any]


class Statement:
    """A statement with named values; `columns` are those that it writes, `key` the one that the database numbers by itself.

    What it selects must need no converting: numbers, strings, bytes.
    """

    def __init__(
        self,
        statement: sa.Select[Any] | sa.Insert | sa.Update | sa.Delete | sa.TextClause,
        columns: Sequence[str] | None = None,
        key: sa.Column[Any] | None = None,
    ) -> None:
        self._statement = statement
        self._columns = columns
        self._key = key
        self._known: dict[str, _Compiled] = {}
        names = [c.name for c in statement.selected_columns] if isinstance(statement, sa.Select) else []
        make: Any = namedtuple  # of names that only the statement knows
        self._row = make("Row", names)._make

    def rows(self, connection: sa.Connection, values: Mapping[str, Any] = _NOTHING) -> list[Any]:
        """Return the rows that are selected, their columns by name."""
        return list(map(self._row, self._execute(connection, values).fetchall()))

    def column(self, connection: sa.Connection, values: Mapping[str, Any] = _NOTHING) -> list[Any]:
        """Return the first column of the rows that are selected."""
        return [row[0] for row in self._execute(connection, values).fetchall()]

    def portions(self, connection: sa.Connection, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows that are selected, so many at a time, as the driver gives them."""
        cursor = self._execute(connection, _NOTHING)
        while some := cursor.fetchmany(size):
            yield some

    def insert(self, connection: sa.Connection, values: Mapping[str, Any]) -> int:
        """Insert a row that the database numbers; returns its key."""
        cursor = self._execute(connection, values)
        return int(cursor.lastrowid if connection.dialect.name == "sqlite" else cursor.fetchone()[0])

    def many(self, connection: sa.Connection, every: Iterable[Mapping[str, Any]]) -> None:
        """Run it for each of these; does nothing if there are none."""
        compiled = self._compiled(connection)
        some = [_ordered(compiled, values) for values in every]
        if not some:
            return
        cursor = _cursor(connection)
        try:
            cursor.executemany(compiled.text, some) if len(some) > 1 else cursor.execute(compiled.text, some[0])
        except _driver(connection).Error as error:
            raise _as_usual(connection, compiled, error) from error

    def _execute(self, connection: sa.Connection, values: Mapping[str, Any]) -> Any:
        compiled = self._compiled(connection)
        cursor = _cursor(connection)
        try:
            cursor.execute(compiled.text, _ordered(compiled, values))
        except _driver(connection).Error as error:
            raise _as_usual(connection, compiled, error) from error
        return cursor

    def _compiled(self, connection: sa.Connection) -> _Compiled:
        dialect = connection.dialect
        known = self._known.get(dialect.name)
        if known is None:
            statement = self._statement
            if self._key is not None and isinstance(statement, sa.Insert) and dialect.name != "sqlite":
                statement = statement.returning(self._key)  # SQLite's driver knows it without being asked
            made: Any = statement.compile(dialect=dialect, column_keys=self._columns)
            makers = {
                name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in made.binds.items()
            }
            convert = {name: maker for name, maker in makers.items() if maker is not None}
            order = _picker(made.positiontup) if made.positional else None
            fixed = {name: bind.value for name, bind in made.binds.items() if not bind.required}
            known = self._known[dialect.name] = _Compiled(made.string, order, convert, fixed)
        return known


def inserting(table: sa.Table, *, numbered: bool = False) -> Statement:
    """Return the statement that inserts rows of all columns, without the key if the database numbers them."""
    columns = [c.name for c in table.columns if not (numbered and c.name == "key")]
    return Statement(table.insert(), columns, table.c.key if numbered else None)


def _ordered(compiled: _Compiled, given: Mapping[str, Any]) -> Any:
    values = given
    if compiled.fixed or compiled.convert:
        values = {**compiled.fixed, **given}
        values |= {name: make(values[name]) for name, make in compiled.convert.items()}
    return values if compiled.order is None else compiled.order(values)


def _picker(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Any]:
    """Return what picks these values, always as a sequence."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: [values[name] for name in names]


def _cursor(connection: sa.Connection) -> Any:
    if not connection.in_transaction():
        connection.begin()  # as whatever is executed on a connection does
    return connection.connection.cursor()


def _driver(connection: sa.Connection) -> Any:
    return connection.dialect.loaded_dbapi


def _as_usual(connection: sa.Connection, compiled: _Compiled, error: Exception) -> Exception:
    """The driver's error as whoever works on a connection expects it."""
    base = _driver(connection).Error
    return sa.exc.DBAPIError.instance(compiled.text, None, error, base, dialect=connection.dialect)
