"""Incidents at a glance: how many pass, a page of them, how many per period, where they are; all counted by the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from marsad.record import query
from marsad.record.incidents import StoredIncident, stored
from marsad.record.schema import claims, documents, events, incidents, sketches

REVIEWS = ("open", "confirmed", "rejected", "contradicted")
EXACT = ("settlement", "facility")
"""Levels of places that are a point on a map; any other is an area."""
_LONGEST_BY_DAY = 92
_LONGEST_BY_MONTH = 3700


class Wanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which incidents: as `query.Filters` says, and also by publisher or cited source of any of their reports, by the
    likelihood (0-1) that an event of theirs was rightly read, and by what people said of them (`REVIEWS`).
    """

    types: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    country: str | None = None
    place: str | None = None
    actor: str | None = None
    publisher: str | None = None
    source: str | None = None
    since: str | None = None
    until: str | None = None
    min_killed: int | None = None
    confidence: float | None = None
    review: str | None = None
    text: str | None = None


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """Incidents that a map shows as one: how many, the people harmed, the middle of their places, counts by type.

    `exact` says that the places are points rather than areas; `id` is the incident where there is only one.
    """

    lat: float
    lon: float
    count: int
    harmed: int
    exact: bool
    types: dict[str, int]
    id: str | None


def conditions(wanted: Wanted, fold: query.Fold) -> list[sa.ColumnElement[bool]]:
    """Return what the database must check of an incident."""
    table = incidents.c
    found: list[sa.ColumnElement[bool]] = []
    if wanted.review in ("confirmed", "rejected"):
        found.append(table.verdict == wanted.review)
    else:
        found.append(table.verdict.is_(None) if wanted.review == "open" else _is_listed())
    if wanted.review == "contradicted":
        found.append(table.contradicted.is_(True))
    if wanted.types:
        found.append(table.type.in_(wanted.types))
    if wanted.country:
        found.append(table.country == wanted.country)
    if wanted.since:
        found.append(table.date_end >= wanted.since)
    if wanted.until:
        found.append(table.date_start <= wanted.until)
    if wanted.min_killed is not None:
        found.append(table.killed >= wanted.min_killed)
    if wanted.modes:
        found.append(sa.or_(*(table.incident.contains(f'"{mode}"', autoescape=True) for mode in wanted.modes)))
    return [*found, *_by_events(wanted, fold)]


def _is_listed() -> sa.ColumnElement[bool]:
    return incidents.c.verdict.is_(None) | (incidents.c.verdict != "rejected")


def _by_events(wanted: Wanted, fold: query.Fold) -> Iterable[sa.ColumnElement[bool]]:
    """The conditions that look at the events and reports of an incident, each met by any of these."""
    filters = query.Filters(statuses=wanted.statuses, place=wanted.place, actor=wanted.actor, text=wanted.text or None)
    own = list(query.event_filters(filters, fold))
    if wanted.publisher:
        own.append(documents.c.publisher == wanted.publisher)
    if wanted.source:
        own.append(sa.exists().where(claims.c.event == events.c.key, claims.c.source == wanted.source))
    if wanted.confidence is not None:
        own.append(events.c.confidence >= wanted.confidence)
    held = sa.select(sketches.c.incident).join(events, events.c.key == sketches.c.event)
    held = held.join(documents, documents.c.key == events.c.document).where(sketches.c.incident.is_not(None))
    for condition in own:
        yield incidents.c.id.in_(held.where(condition))


def count(connection: sa.Connection, wanted: Wanted, fold: query.Fold) -> int:
    """Return how many incidents pass."""
    select = sa.select(sa.func.count()).select_from(incidents).where(*conditions(wanted, fold))
    return int(connection.scalar(select) or 0)


def page(
    connection: sa.Connection, wanted: Wanted, fold: query.Fold, portion: tuple[int, int], order: str = "date"
) -> list[StoredIncident]:
    """Return a portion (how many to pass over, how many to give) of the incidents that pass.

    `order` is date (the latest first), harm, or doubt (what a person should look at first).
    """
    by = {
        "date": sa.nulls_last(incidents.c.date_start.desc()),
        "harm": sa.nulls_last(incidents.c.harmed.desc()),
        "doubt": sa.nulls_last(incidents.c.priority.desc()),
    }[order]
    select = sa.select(incidents).where(*conditions(wanted, fold)).order_by(by, incidents.c.id)
    return [stored(row) for row in connection.execute(select.offset(portion[0]).limit(portion[1]))]


def extent(connection: sa.Connection, wanted: Wanted, fold: query.Fold) -> tuple[str, str] | None:
    """Return the first and last day on which an incident that passes began; None if none has a day."""
    select = sa.select(sa.func.min(incidents.c.date_start), sa.func.max(incidents.c.date_start))
    first, last = connection.execute(select.where(*conditions(wanted, fold))).one()
    return (first, last) if first and last else None


def unit_of(days: int) -> str:
    """Return the period that a histogram over so many days counts by: day, month or year."""
    return "day" if days <= _LONGEST_BY_DAY else "month" if days <= _LONGEST_BY_MONTH else "year"


def histogram(connection: sa.Connection, wanted: Wanted, fold: query.Fold, unit: str) -> list[tuple[str, str, int]]:
    """Return period ("2025", "2025-07" or "2025-07-22"), type and number of the incidents that pass, in order of periods."""
    period = sa.func.substr(incidents.c.date_start, 1, {"year": 4, "month": 7, "day": 10}[unit])
    select = sa.select(period, incidents.c.type, sa.func.count()).where(*conditions(wanted, fold))
    select = select.where(incidents.c.date_start.is_not(None)).group_by(period, incidents.c.type).order_by(period)
    return [(row[0], row[1], row[2]) for row in connection.execute(select)]


def cells(connection: sa.Connection, wanted: Wanted, fold: query.Fold, box: Sequence[float], size: float) -> list[Cell]:
    """Return the incidents that pass in a box (west, south, east, north; degrees), gathered in squares of `size` degrees."""
    table = incidents.c
    west, south, east, north = box
    across = sa.cast((table.lon + 180) / size, sa.Integer)
    up = sa.cast((table.lat + 90) / size, sa.Integer)
    exact = sa.case((table.level.in_(EXACT) | table.level.is_(None), 1), else_=0)
    inside = (table.lat.between(south, north), table.lon.between(west, east))
    # Areas that share a square are still different areas; their middle tells them apart.
    area = sa.case((exact == 1, sa.null()), else_=table.lat * 1000 + table.lon)
    group = (across, up, exact, area, table.type)
    select = sa.select(
        across.label("across"),
        up.label("up"),
        exact.label("exact"),
        area.label("area"),
        table.type,
        sa.func.count().label("count"),
        sa.func.coalesce(sa.func.sum(table.harmed), 0).label("harmed"),
        sa.func.avg(table.lat).label("lat"),
        sa.func.avg(table.lon).label("lon"),
        sa.func.min(table.id).label("id"),
    )
    select = select.where(*conditions(wanted, fold), *inside).group_by(*group)
    held: dict[tuple[Any, ...], list[Any]] = {}
    for row in connection.execute(select):
        held.setdefault((row.across, row.up, row.exact, row.area), []).append(row)
    return [_cell(rows) for rows in held.values()]


def _cell(rows: Sequence[Any]) -> Cell:
    total = sum(r.count for r in rows)
    return Cell(
        lat=sum(r.lat * r.count for r in rows) / total,
        lon=sum(r.lon * r.count for r in rows) / total,
        count=total,
        harmed=int(sum(r.harmed for r in rows)),
        exact=bool(rows[0].exact),
        types={r.type: r.count for r in rows},
        id=rows[0].id if total == 1 else None,
    )


def countries(connection: sa.Connection) -> list[tuple[str, int]]:
    """Return the countries of incidents with how many each has, the most first."""
    select = sa.select(incidents.c.country, sa.func.count()).where(incidents.c.country.is_not(None), _is_listed())
    select = select.group_by(incidents.c.country).order_by(sa.func.count().desc(), incidents.c.country)
    return [(row[0], row[1]) for row in connection.execute(select)]


def publishers(connection: sa.Connection) -> list[tuple[str, int]]:
    """Return the publishers of current reports with how many each has, by name."""
    select = sa.select(documents.c.publisher, sa.func.count()).where(
        documents.c.publisher.is_not(None), documents.c.current.is_(True)
    )
    select = select.group_by(documents.c.publisher).order_by(documents.c.publisher)
    return [(row[0], row[1]) for row in connection.execute(select)]


def newest(connection: sa.Connection) -> int:
    """Return the key of the report that came in last; 0 if there is none."""
    return int(connection.scalar(sa.select(sa.func.max(documents.c.key))) or 0)


def newer(connection: sa.Connection, key: int) -> int:
    """Return how many reports came in after the one with this key."""
    return int(connection.scalar(sa.select(sa.func.count()).where(documents.c.key > key)) or 0)
