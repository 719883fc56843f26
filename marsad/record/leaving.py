"""What leaves the record for exports, releases and the web: events and incidents, filtered, streamed, from any place on.

Each comes with its place in the order, so that a reader who was given a part can ask for the rest.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable, Iterator
from typing import Any

import msgspec
import sqlalchemy as sa

from marsad.link.summary import Summary
from marsad.model import Document, Event
from marsad.publication.items import Happening, Telling
from marsad.record import incidents as telling
from marsad.record import query
from marsad.record.schema import documents, events, incidents, sketches

_event = msgspec.json.Decoder(Event)
_summary = msgspec.json.Decoder(Summary)
_PORTION = 200
_HEAD = ("id", "title", "published", "publisher", "url")

_REPORTED = (
    sa.select(sa.func.max(documents.c.published))
    .join(sketches, sketches.c.document == documents.c.key)
    .where(sketches.c.incident == incidents.c.id)
    .correlate(incidents)
    .scalar_subquery()
    .label("reported")
)

Place = tuple[str, str]
"""Where an incident stands in the order: its first day (empty where unknown) and its id."""


def tellings(
    connection: sa.Connection,
    filters: query.Filters,
    fold: query.Fold,
    *,
    with_text: bool = False,
    after: int = 0,
) -> Generator[tuple[int, Telling], None, None]:
    """Yield the current events that pass, in the order of adding, from behind the key `after`; each with its key."""
    # The order of the events leads, not the index of current reports: whoever reads on must not sort all that follows.
    is_current = sa.func.coalesce(documents.c.current, sa.false()).is_(True)
    passing = (
        sa.select(events.c.key)
        .join(documents, documents.c.key == events.c.document)
        .where(is_current, events.c.key > after, *query.conditions(filters, fold))
        .order_by(events.c.key)
        .limit(filters.limit)
    )
    head = [documents.c[name] for name in (*_HEAD, "hash")]
    select = (
        sa.select(events.c.key, events.c.event, sketches.c.incident, incidents.c.verdict, *head)
        .select_from(events)
        .join(documents, documents.c.key == events.c.document)
        .outerjoin(sketches, sketches.c.event == events.c.key)
        .outerjoin(incidents, incidents.c.id == sketches.c.incident)
        .order_by(events.c.key)
    )
    if with_text:
        select = select.add_columns(documents.c.text)
    for portion in _portions(query.stream(connection, passing)):
        wanted = [row.key for row in portion]
        for row in connection.execute(select.where(events.c.key.in_(wanted))):
            yield row.key, _telling(row, with_text=with_text)


def _telling(row: Any, *, with_text: bool) -> Telling:
    about = {name: getattr(row, name) for name in _HEAD}
    return Telling(
        document=Document(text=row.text if with_text else "", **about),
        event=_event.decode(row.event),
        incident=row.incident,
        verdict=row.verdict,
        text_hash=row.hash,
    )


def happenings(
    connection: sa.Connection,
    filters: query.Filters,
    fold: query.Fold,
    *,
    after: Place | None = None,
    told_by: range | None = None,
) -> Generator[tuple[Place, Happening], None, None]:
    """Yield the incidents that pass, but for rejected ones, the latest first, from behind `after`, each with its place;
    `told_by` keeps to those that reports with these keys tell.
    """
    every = telling.select_incidents(filters, fold, with_rejected=False)
    passing: sa.Select[Any] = every.with_only_columns(incidents.c.date_start, incidents.c.id)
    if told_by is not None:
        told = sa.select(sketches.c.incident).where(
            sketches.c.document >= told_by.start, sketches.c.document < told_by.stop, sketches.c.incident.is_not(None)
        )
        passing = passing.where(incidents.c.id.in_(told))
    places = itertools.chain.from_iterable(query.stream(connection, s) for s in _in_order(passing, after))
    for portion in _portions(itertools.islice(places, filters.limit)):
        select = sa.select(incidents, _REPORTED).where(incidents.c.id.in_([row.id for row in portion]))
        found = {row.id: row for row in connection.execute(select)}
        for row in portion:
            if row.id in found:  # another program may have merged it meanwhile
                yield (row.date_start or "", row.id), happening(found[row.id])


def _in_order(passing: sa.Select[Any], after: Place | None) -> Iterator[sa.Select[Any]]:
    """The queries that give the places behind `after`, one after the other: those with a day by index, then the others."""
    day, name = incidents.c.date_start, incidents.c.id
    dated = passing.where(day.is_not(None)).order_by(day.desc(), name)
    undated = passing.where(day.is_(None)).order_by(name)
    if after is None:
        yield from (dated, undated)
    elif after[0]:
        yield from (dated.where(day <= after[0], (day < after[0]) | (name > after[1])), undated)
    else:
        yield undated.where(name > after[1])


def _portions(rows: Iterable[Any]) -> Iterator[list[Any]]:
    # Only keys are sorted, and rows are fetched by them: a row is a hundred times as large.
    pending = iter(rows)
    while portion := list(itertools.islice(pending, _PORTION)):
        yield portion


def happening(row: sa.Row[tuple[object, ...]]) -> Happening:
    """Return a row of the table of incidents as an item."""
    return Happening(
        id=row.id,
        summary=_summary.decode(row.incident),
        reports=row.reports,
        sources=row.sources,
        contradicted=bool(row.contradicted),
        verdict=row.verdict,
        reported=row.reported,
    )


def find(connection: sa.Connection, wanted: str) -> Happening | None:
    """Return the incident with this id, or that an old id led to, or None."""
    name = telling.resolve_id(connection, wanted)
    row = connection.execute(sa.select(incidents, _REPORTED).where(incidents.c.id == name)).first()
    return None if row is None else happening(row)


def newest(connection: sa.Connection) -> int:
    """Return the key of the last report that was added; 0 where there is none."""
    return connection.scalar(sa.select(sa.func.max(documents.c.key))) or 0
