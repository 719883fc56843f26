"""What leaves the record for exports, releases and the web: events and incidents, filtered, streamed, from any place on.

Each comes with its place in the order, so that a reader who was given a part can ask for the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Generator

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
    head = [documents.c[name] for name in (*_HEAD, "hash")]
    select = (
        sa.select(events.c.key, events.c.event, sketches.c.incident, incidents.c.verdict, *head)
        .select_from(events)
        .join(documents, documents.c.key == events.c.document)
        .outerjoin(sketches, sketches.c.event == events.c.key)
        .outerjoin(incidents, incidents.c.id == sketches.c.incident)
        .where(documents.c.current.is_(True), events.c.key > after, *query.conditions(filters, fold))
        .order_by(events.c.key)
        .limit(filters.limit)
    )
    if with_text:
        select = select.add_columns(documents.c.text)
    for row in query.stream(connection, select):
        about = {name: getattr(row, name) for name in _HEAD}
        document = Document(text=row.text if with_text else "", **about)
        yield (
            row.key,
            Telling(
                document=document,
                event=_event.decode(row.event),
                incident=row.incident,
                verdict=row.verdict,
                text_hash=row.hash,
            ),
        )


def happenings(
    connection: sa.Connection,
    filters: query.Filters,
    fold: query.Fold,
    *,
    after: Place | None = None,
    among: Collection[str] | None = None,
) -> Generator[tuple[Place, Happening], None, None]:
    """Yield the incidents that pass, but for rejected ones, the latest first, from behind `after`, each with its place;
    `among` keeps to these ids.
    """
    day = sa.func.coalesce(incidents.c.date_start, "")
    select = telling.select_incidents(filters, fold, with_rejected=False).add_columns(_REPORTED)
    if among is not None:
        select = select.where(incidents.c.id.in_(list(among)))
    if after is not None:
        select = select.where((day < after[0]) | ((day == after[0]) & (incidents.c.id > after[1])))
    select = select.order_by(day.desc(), incidents.c.id).limit(filters.limit)
    for row in query.stream(connection, select):
        yield (row.date_start or "", row.id), happening(row)


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


def told_since(connection: sa.Connection, since: int) -> list[str]:
    """Return the ids of the incidents that a report behind the key `since` tells."""
    select = sa.select(sketches.c.incident).where(sketches.c.document > since, sketches.c.incident.is_not(None))
    return list(connection.scalars(select.distinct()))
