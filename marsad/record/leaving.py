"""What leaves the record for exports, releases and the web: events and incidents, filtered, streamed, from any place on.

Each comes with its place in the order, so that a reader who was given a part can ask for the rest.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Generator, Iterable, Iterator
from typing import Any

import msgspec
import sqlalchemy as sa

from marsad.link.summary import Summary
from marsad.model import Document, Event
from marsad.publication.items import Happening, Telling
from marsad.record import incidents as telling
from marsad.record import query, silencing
from marsad.record.schema import documents, events, incidents, sketches, touched

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
"""Where an incident stands in the order: its first day (empty where unknown, or where ids alone are ordered) and its id."""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How incidents are gone through: from behind the place `after`, those that meet the condition `only`; `by_id` in the
    order of their ids, which says nothing; `with_rejected` those too that people rejected; `silent` as if the reports of
    these publishers (in small letters) were not there.
    """

    after: Place | None = None
    only: Any = None
    by_id: bool = False
    with_rejected: bool = False
    silent: Collection[str] = ()


ALL = Way()


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
    connection: sa.Connection, filters: query.Filters, fold: query.Fold, way: Way = ALL
) -> Generator[tuple[Place, Happening], None, None]:
    """Yield the incidents that pass, but for rejected ones, the latest first, each with its place; `way` changes that."""
    silent = silencing.spelled(connection, way.silent)
    every = telling.select_incidents(filters, fold, with_rejected=way.with_rejected, silent=silent)
    passing: sa.Select[Any] = every.with_only_columns(incidents.c.date_start, incidents.c.id)
    if way.only is not None:
        passing = passing.where(way.only)
    places = itertools.chain.from_iterable(query.stream(connection, s) for s in _in_order(passing, way))
    for portion in _portions(itertools.islice(places, filters.limit)):
        select = sa.select(incidents, _REPORTED).where(incidents.c.id.in_([row.id for row in portion]))
        found = {row.id: happening(row) for row in connection.execute(select)}
        if silent:
            found = silencing.without(connection, found, silent)
        for row in portion:
            if row.id in found:  # another program may have merged it meanwhile
                yield ("" if way.by_id else row.date_start or "", row.id), found[row.id]


def among(names: Iterable[str]) -> sa.ColumnElement[bool]:
    """Return the condition that an incident is one of these."""
    return incidents.c.id.in_(list(names))


def of_days(first: str, last: str) -> sa.ColumnElement[bool]:
    """Return the condition that an incident ended on one of these days or, where its days are unknown, was last reported."""
    reported = sa.func.substr(_REPORTED.element, 1, 10)
    return incidents.c.date_end.between(first, last) | (incidents.c.date_end.is_(None) & reported.between(first, last))


def _in_order(passing: sa.Select[Any], way: Way) -> Iterator[sa.Select[Any]]:
    """The queries that give the places behind `after`, one after the other: those with a day by index, then the others."""
    day, name, after = incidents.c.date_start, incidents.c.id, way.after
    if way.by_id:
        yield (passing if after is None else passing.where(name > after[1])).order_by(name)
        return
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


def find(connection: sa.Connection, wanted: str, silent: Collection[str] = ()) -> Happening | None:
    """Return the incident with this id, or that an old id led to, or None; `silent` as in `Way`."""
    name = telling.resolve_id(connection, wanted)
    row = connection.execute(sa.select(incidents, _REPORTED).where(incidents.c.id == name)).first()
    if row is None:
        return None
    found = {row.id: happening(row)}
    return silencing.without(connection, found, silencing.spelled(connection, silent)).get(row.id)


def publishers(connection: sa.Connection) -> list[str]:
    """Return who published the reports of the record."""
    return [name for name in connection.scalars(sa.select(documents.c.publisher).distinct()) if name]


def newest(connection: sa.Connection) -> int:
    """Return the number of the last time that an incident was written or deleted; 0 where none was."""
    return connection.scalar(sa.select(sa.func.max(touched.c.key))) or 0


def touched_since(connection: sa.Connection, since: int, most: int) -> tuple[int, list[str]]:
    """Return up to which number was looked, and the incidents that were written or deleted from behind `since` to it."""
    select = sa.select(touched).where(touched.c.key > since).order_by(touched.c.key).limit(most)
    rows = connection.execute(select).all()
    return (rows[-1].key if rows else since), list(dict.fromkeys(row.incident for row in rows))
