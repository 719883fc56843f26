"""What linking asks of the record for every report: statements built once, so that asking costs little.

Long lists of values go in portions, for databases limit how many values one statement may hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from marsad.record.schema import blocks, copies, copy_bands, documents, incidents, links, report_sketches, sketches

Kin = dict[tuple[int, int], str]
"""How reports are related by their texts: `copy` or `template`, by the keys of the two, the smaller first."""

Ties = dict[tuple[int, int], float]
"""Links of events with their log-odds, by the keys of the two, the smaller first."""

_MOST_VALUES = 450  # SQLite's older limit is 999, and some statements hold a list twice


def _list(name: str) -> Any:
    return sa.bindparam(name, expanding=True)


_LINKS = sa.select(links).where(links.c.left.in_(_list("keys")) | links.c.right.in_(_list("keys")))
_SKETCHES = sa.select(sketches).where(sketches.c.event.in_(_list("keys"))).order_by(sketches.c.event)
_KIN = sa.select(copies).where(copies.c.document.in_(_list("keys")) | copies.c.other.in_(_list("keys")))
_IN_BLOCKS = (
    sa.select(blocks.c.event)
    .where(blocks.c.block.in_(_list("keys")))
    .where(blocks.c.first.between(sa.bindparam("earliest"), sa.bindparam("last")))
    .where(blocks.c.last >= sa.bindparam("first"))
    .distinct()
)
_IN_BANDS = sa.select(copy_bands.c.document).where(
    copy_bands.c.band.in_(_list("keys")), copy_bands.c.day.between(sa.bindparam("since"), sa.bindparam("until"))
)
_TEXTS = (
    sa.select(report_sketches, documents.c.published, documents.c.publisher, documents.c.id)
    .join(documents, documents.c.key == report_sketches.c.document)
    .where(report_sketches.c.document.in_(_IN_BANDS.distinct()))
)
_EXISTING = sa.select(incidents.c.id).where(incidents.c.id.in_(_list("keys")))
_OF_INCIDENTS = sa.select(sketches.c.event).where(sketches.c.incident.in_(_list("keys")))
_ANCHORED = sa.select(sketches.c.event).where(sketches.c.anchor.in_(_list("keys")))
EVENTS_IN = sa.select(sketches.c.event).where(sketches.c.document == sa.bindparam("document"))
_UNTIE = links.delete().where(links.c.left == sa.bindparam("one"), links.c.right == sa.bindparam("other"))
_MOVE = sketches.update().where(sketches.c.event == sa.bindparam("key")).values(incident=sa.bindparam("name"))


def portions(values: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield the values in lists short enough for one statement."""
    for start in range(0, len(values), _MOST_VALUES):
        yield list(values[start : start + _MOST_VALUES])


def links_of(connection: sa.Connection, keys: Collection[int]) -> Ties:
    """Return the links of events with their scores."""
    found: Ties = {}
    for some in portions(sorted(keys)):
        for left, right, score in connection.execute(_LINKS, {"keys": some}):
            found[left, right] = score
    return found


def change_links(connection: sa.Connection, before: Ties, after: Ties) -> None:
    """Make the links that the record holds these."""
    gone = [{"one": a, "other": b} for a, b in before.keys() - after.keys()]
    if gone:
        connection.execute(_UNTIE, gone)
    new = [{"left": a, "right": b, "score": after[a, b]} for a, b in sorted(after.keys() - before.keys())]
    if new:
        connection.execute(links.insert(), new)


def events_of(connection: sa.Connection, names: Collection[str]) -> set[int]:
    """Return the events of these incidents."""
    return {k for some in portions(sorted(names)) for k in connection.scalars(_OF_INCIDENTS, {"keys": some})}


def anchored(connection: sa.Connection, anchors: Collection[str]) -> set[int]:
    """Return the events with these anchors."""
    return {k for some in portions(sorted(anchors)) for k in connection.scalars(_ANCHORED, {"keys": some})}


def take_out(connection: sa.Connection, document: int, keys: Sequence[int]) -> None:
    """Delete what linking knows of a report and its events."""
    for some in portions(keys):
        connection.execute(links.delete().where(links.c.left.in_(some) | links.c.right.in_(some)))
        connection.execute(blocks.delete().where(blocks.c.event.in_(some)))
        connection.execute(sketches.delete().where(sketches.c.event.in_(some)))
    connection.execute(copies.delete().where((copies.c.document == document) | (copies.c.other == document)))
    connection.execute(copy_bands.delete().where(copy_bands.c.document == document))
    connection.execute(report_sketches.delete().where(report_sketches.c.document == document))


def rows_of(connection: sa.Connection, keys: Collection[int]) -> Iterator[Any]:
    """Yield the rows of events' sketches."""
    for some in portions(sorted(keys)):
        yield from connection.execute(_SKETCHES, {"keys": some})


def kin_of(connection: sa.Connection, reports: Collection[int]) -> Kin:
    """Return the pairs of copies and of template reports that these reports are part of, by their keys."""
    found: Kin = {}
    for some in portions(sorted(reports)):
        for document, other, kind in connection.execute(_KIN, {"keys": some}):
            found[document, other] = kind
    return found


def in_blocks(connection: sa.Connection, keys: list[int], days: tuple[int, int], longest: int) -> list[int]:
    """Return the events that stand in any of these blocks on any of these days; no block is longer than `longest`."""
    values = {"keys": keys, "earliest": days[0] - longest, "first": days[0], "last": days[1]}
    return list(connection.scalars(_IN_BLOCKS, values))


def in_bands(connection: sa.Connection, keys: list[int], since: int, until: int) -> list[Any]:
    """Return the texts that share a band, of reports of these days, with what is known of the reports."""
    return list(connection.execute(_TEXTS, {"keys": keys, "since": since, "until": until}))


def existing(connection: sa.Connection, names: Collection[str]) -> set[str]:
    """Return which of these incidents there are."""
    found: set[str] = set()
    for some in portions(sorted(names)):
        found |= set(connection.scalars(_EXISTING, {"keys": some}))
    return found


def move(connection: sa.Connection, keys: Sequence[int], name: str) -> None:
    """Make events part of an incident."""
    if keys:
        connection.execute(_MOVE, [{"key": key, "name": name} for key in keys])
