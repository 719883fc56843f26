"""What linking asks of the record for every report: statements built once, so that asking costs little.

A list of values is one parameter, however long it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from marsad.record.schema import (
    blocks,
    copies,
    copy_bands,
    documents,
    incidents,
    links,
    report_sketches,
    sketches,
    touched,
)
from marsad.record.statements import Statement, inserting

Kin = dict[tuple[int, int], str]
"""How reports are related by their texts: `copy` or `template`, by the keys of the two, the smaller first."""

Ties = dict[tuple[int, int], float]
"""Links of events with their log-odds, by the keys of the two, the smaller first."""

_MOST_VALUES = 450  # SQLite's older limit is 999, and some statements hold a list twice


class _List(sa.types.TypeDecorator[Any]):
    """A list as one parameter: JSON for SQLite, an array for PostgreSQL."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, kind: type[sa.types.TypeEngine[Any]]) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Return how the database takes the list."""
        return dialect.type_descriptor(sa.ARRAY(self.kind) if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        """Return the list as the database takes it."""
        values = sorted(value)
        return values if dialect.name == "postgresql" else msgspec.json.encode(values).decode()


class _Among(FunctionElement[Any]):
    """Whether a column holds one of the values of a list."""

    type = sa.types.NullType()  # a Boolean would be compared with 1, which no index serves
    inherit_cache = True


@compiles(_Among, "sqlite")
def _in_json(element: Any, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(_Among)
def _in_array(element: Any, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY ({values})"


def among(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """Return the condition that a column is among the values of the parameter `keys`."""
    kind = sa.String if isinstance(column.type, sa.String) else sa.BigInteger
    return _Among(column, sa.bindparam("keys", type_=_List(kind)))


_LINKS = Statement(sa.select(links).where(among(links.c.left) | among(links.c.right)))
_SKETCHES = Statement(sa.select(sketches).where(among(sketches.c.event)).order_by(sketches.c.event))
_KIN = Statement(sa.select(copies).where(among(copies.c.document) | among(copies.c.other)))
_IN_BLOCKS = Statement(
    sa.select(blocks.c.event)
    .where(among(blocks.c.block))
    .where(blocks.c.first.between(sa.bindparam("earliest"), sa.bindparam("last")))
    .where(blocks.c.last >= sa.bindparam("first"))
    .distinct()
)
_IN_BANDS = Statement(
    sa.select(copy_bands.c.document)
    .where(among(copy_bands.c.band), copy_bands.c.day.between(sa.bindparam("since"), sa.bindparam("until")))
    .distinct()
)
_TEXTS = Statement(
    sa.select(report_sketches, documents.c.published, documents.c.publisher, documents.c.id)
    .join(documents, documents.c.key == report_sketches.c.document)
    .where(among(report_sketches.c.document))
)
_SHINGLES = Statement(
    sa.select(report_sketches.c.shingles).where(report_sketches.c.document == sa.bindparam("document"))
)
_EXISTING = Statement(sa.select(incidents.c.id).where(among(incidents.c.id)))
_HELD = Statement(sa.select(sketches.c.incident).where(among(sketches.c.incident)).distinct())
_OF_INCIDENTS = Statement(sa.select(sketches.c.event).where(among(sketches.c.incident)))
_ANCHORED = Statement(sa.select(sketches.c.event).where(among(sketches.c.anchor)))
_EVENTS_IN = Statement(sa.select(sketches.c.event).where(sketches.c.document == sa.bindparam("document")))
_UNTIE = Statement(links.delete().where(links.c.left == sa.bindparam("one"), links.c.right == sa.bindparam("other")))
_TIE = inserting(links)
_NEW_INCIDENT = inserting(incidents)
_DROP = Statement(incidents.delete().where(among(incidents.c.id)))
_TOUCH = inserting(touched, numbered=True)
_REWRITE = Statement(
    incidents.update().where(incidents.c.id == sa.bindparam("name")),
    [c.name for c in incidents.columns if c.name != "id"],
)
_MOVE = Statement(
    sketches.update().where(sketches.c.event == sa.bindparam("key")).values(incident=sa.bindparam("name"))
)
_NEW_SKETCH = inserting(sketches)
_NEW_BLOCK = inserting(blocks)
_NEW_TEXT = inserting(report_sketches)
_NEW_COPY = inserting(copies)
_NEW_BAND = inserting(copy_bands)


def links_of(connection: sa.Connection, keys: Collection[int]) -> Ties:
    """Return the links of events with their scores."""
    if not keys:
        return {}
    return {(left, right): score for left, right, score in _LINKS.rows(connection, {"keys": keys})}


def change_links(connection: sa.Connection, before: Ties, after: Ties) -> None:
    """Make the links that the record holds these."""
    _UNTIE.many(connection, [{"one": a, "other": b} for a, b in before.keys() - after.keys()])
    new = sorted(after.keys() - before.keys())
    _TIE.many(connection, [{"left": a, "right": b, "score": after[a, b]} for a, b in new])


def events_of(connection: sa.Connection, names: Collection[str]) -> set[int]:
    """Return the events of these incidents."""
    return set(_OF_INCIDENTS.column(connection, {"keys": names})) if names else set()


def events_in(connection: sa.Connection, document: int) -> list[int]:
    """Return the events of a report."""
    return _EVENTS_IN.column(connection, {"document": document})


def anchored(connection: sa.Connection, anchors: Collection[str]) -> set[int]:
    """Return the events with these anchors."""
    return set(_ANCHORED.column(connection, {"keys": anchors})) if anchors else set()


def put_in(connection: sa.Connection, document: int, shingles: bytes, facts: str) -> None:
    """Write what linking knows of a report's text."""
    _NEW_TEXT.many(connection, [{"document": document, "shingles": shingles, "facts": facts}])


def put_in_events(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write what linking knows of new events."""
    _NEW_SKETCH.many(connection, rows)


def put_in_blocks(connection: sa.Connection, stands: Sequence[tuple[Any, int]]) -> None:
    """Write in which blocks events stand."""
    _NEW_BLOCK.many(
        connection, [{"block": b.key, "first": b.first, "last": b.last, "event": event} for b, event in stands]
    )


def put_in_copies(connection: sa.Connection, kin: Kin, bands: Sequence[int], seat: tuple[int, int]) -> None:
    """Write to which texts a report is kin, and the bands in which it stands; `seat` is its day and its key."""
    _NEW_COPY.many(connection, [{"document": a, "other": b, "kind": kind} for (a, b), kind in kin.items()])
    _NEW_BAND.many(connection, [{"band": band, "day": seat[0], "document": seat[1]} for band in bands])


def shingles_of(connection: sa.Connection, document: int) -> bytes:
    """Return the shingles of a report's text; none if linking does not know it."""
    return b"".join(_SHINGLES.column(connection, {"document": document}))


def take_out(connection: sa.Connection, document: int, keys: Sequence[int], bands: Sequence[int]) -> None:
    """Delete what linking knows of a report, of its events and of the bands in which it stands."""
    connection.execute(links.delete().where(among(links.c.left) | among(links.c.right)), {"keys": keys})
    for table in (blocks, sketches):
        connection.execute(table.delete().where(among(table.c.event)), {"keys": keys})
    connection.execute(copies.delete().where((copies.c.document == document) | (copies.c.other == document)))
    connection.execute(
        copy_bands.delete().where(among(copy_bands.c.band), copy_bands.c.document == document), {"keys": bands}
    )
    connection.execute(report_sketches.delete().where(report_sketches.c.document == document))


def rows_of(connection: sa.Connection, keys: Collection[int]) -> Iterator[Any]:
    """Yield the rows of events' sketches."""
    yield from _SKETCHES.rows(connection, {"keys": keys})


def kin_of(connection: sa.Connection, reports: Collection[int]) -> Kin:
    """Return the pairs of copies and of template reports that these reports are part of, by their keys."""
    return {(document, other): kind for document, other, kind in _KIN.rows(connection, {"keys": reports})}


def in_blocks(connection: sa.Connection, keys: list[int], days: tuple[int, int], longest: int) -> list[int]:
    """Return the events that stand in any of these blocks on any of these days; no block is longer than `longest`."""
    values = {"keys": keys, "earliest": days[0] - longest, "first": days[0], "last": days[1]}
    return _IN_BLOCKS.column(connection, values)


def in_bands(connection: sa.Connection, keys: list[int], since: int, until: int) -> list[int]:
    """Return the reports of these days whose texts share a band, by their keys."""
    return _IN_BANDS.column(connection, {"keys": keys, "since": since, "until": until})


def texts_of(connection: sa.Connection, documents: Collection[int]) -> list[Any]:
    """Return the texts of reports as linking compares them, with what is known of the reports."""
    return _TEXTS.rows(connection, {"keys": documents})


def existing(connection: sa.Connection, names: Collection[str]) -> set[str]:
    """Return which of these incidents there are."""
    return set(_EXISTING.column(connection, {"keys": names}))


def empty_of(connection: sa.Connection, names: Collection[str]) -> set[str]:
    """Return which of these incidents hold no event."""
    return set(names) - set(_HELD.column(connection, {"keys": names}))


def write_incidents(connection: sa.Connection, rows: Sequence[dict[str, Any]], there: Collection[str]) -> None:
    """Write the rows of incidents; `there` are those that the record holds already."""
    _TOUCH.many(connection, [{"incident": row["id"]} for row in rows])
    _REWRITE.many(connection, [{**row, "name": row["id"]} for row in rows if row["id"] in there])
    _NEW_INCIDENT.many(connection, [row for row in rows if row["id"] not in there])


def drop_incidents(connection: sa.Connection, names: Collection[str]) -> None:
    """Delete the rows of incidents that hold nothing any more."""
    if names:
        _TOUCH.many(connection, [{"incident": name} for name in sorted(names)])
        _DROP.many(connection, [{"keys": names}])


def move(connection: sa.Connection, moves: Sequence[tuple[int, str]]) -> None:
    """Make events part of incidents."""
    _MOVE.many(connection, [{"key": key, "name": name} for key, name in moves])
