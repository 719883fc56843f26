"""Incidents at a glance: how many pass, a page of them, how many per period, where they are.

What passes is a mask over the columns of `glance.Glance`; only words, places, parties and cited sources are asked of the
database.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import sqlalchemy as sa

from marsad.record import query
from marsad.record.glance import EPOCH, NO_DAY, NONE, VERDICTS, Column, Events, Glance
from marsad.record.holding import Holding
from marsad.record.incidents import StoredIncident, stored
from marsad.record.looking import among
from marsad.record.schema import claims, documents, event_parties, event_places, incidents

REVIEWS = ("open", "confirmed", "rejected", "contradicted")
ORDERS = ("date", "harm", "doubt")
_LONGEST_BY_DAY = 92
_LONGEST_BY_MONTH = 3700
_UNITS = {"day": "D", "month": "M", "year": "Y"}


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

    def by_events(self) -> bool:
        """Say whether any filter looks at the events of an incident or their reports."""
        of_events = (self.statuses, self.place, self.actor, self.publisher, self.source, self.text)
        return any(of_events) or self.confidence is not None


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


class Asking(NamedTuple):
    """A connection to the record, what makes spellings alike, and what was found for words before."""

    connection: sa.Connection
    fold: query.Fold
    holding: Holding


class Found(NamedTuple):
    """The incidents of a glance that pass: their rows, in no order."""

    glance: Glance
    rows: Column


# ---- which pass -----------------------------------------------------------------------------------------------------


def find(glance: Glance, wanted: Wanted, asking: Asking | None = None) -> Found:
    """Return the incidents that pass; filters by events need a glance that holds them, and to ask the record."""
    passes = _by_incident(glance, wanted)
    if wanted.by_events():
        if glance.events is None or asking is None:
            raise ValueError("filters by events need a glance with events and a record to ask")
        for rows in _by_events(asking, glance, glance.events, wanted):
            held = np.zeros(len(passes), bool)
            held[rows[rows != NONE]] = True
            passes &= held
    return Found(glance, np.flatnonzero(passes).astype(np.int32))


def _by_incident(glance: Glance, wanted: Wanted) -> Column:
    table, words = glance.incidents, glance.words
    passes = table.is_there.copy()
    if wanted.review in ("confirmed", "rejected"):
        passes &= table.verdict == VERDICTS.index(wanted.review)
    elif wanted.review == "open":
        passes &= table.verdict == 0
    else:
        passes &= table.verdict != VERDICTS.index("rejected")
    if wanted.review == "contradicted":
        passes &= table.contradicted
    if wanted.types:
        passes &= np.isin(table.type, words.types.find(lambda word: word in wanted.types))
    if wanted.country:
        passes &= np.isin(table.country, words.countries.find(lambda word: word == wanted.country))
    if wanted.since:
        passes &= table.end >= _day(wanted.since)
    if wanted.until:
        passes &= (table.start <= _day(wanted.until)) & (table.start != NO_DAY)
    if wanted.min_killed is not None:
        passes &= table.killed >= wanted.min_killed
    if wanted.modes:
        asked = set(wanted.modes)
        passes &= np.isin(table.modes, words.modes.find(lambda word: not asked.isdisjoint((word or "").split())))
    return passes


def _day(day: str) -> int:
    return datetime.date.fromisoformat(day).toordinal() - EPOCH


def _by_events(asking: Asking, glance: Glance, held: Events, wanted: Wanted) -> list[Column]:
    """For each condition the rows of the incidents with an event that meets it."""
    words, found, (connection, fold, holding) = glance.words, [], asking
    if wanted.statuses:
        known = words.statuses.find(lambda word: word in wanted.statuses)
        found.append(held.incident[np.isin(held.status, known)])
    if wanted.confidence is not None:
        found.append(held.incident[held.confidence >= np.float32(wanted.confidence)])
    if wanted.publisher:
        number = words.publishers.find(lambda word: word == wanted.publisher)
        found.append(held.incident[np.isin(held.publisher, number)[held.document]])
    if wanted.text:
        is_in = np.zeros(len(held.publisher), bool)
        is_in[_within(holding.find(connection, wanted.text, fold), len(is_in))] = True
        found.append(held.incident[is_in[held.document]])
    if wanted.place:
        found.append(_incidents_of(held, _at_place(connection, glance, wanted.place, fold)))
    if wanted.actor:
        condition = query.by_actor(wanted.actor, fold)
        found.append(_incidents_of(held, query.keys(connection, sa.select(event_parties.c.event).where(condition))))
    if wanted.source:
        cites = sa.select(claims.c.event).where(claims.c.source == wanted.source)
        found.append(_incidents_of(held, query.keys(connection, cites)))
    return found


def _incidents_of(held: Events, keys: Column) -> Column:
    return held.incident[_within(keys, len(held.incident))]


def _within(keys: Column, length: int) -> Column:
    """Keys that a glance can know: what came in since is of the next one."""
    return keys[keys < length]


def _at_place(connection: sa.Connection, glance: Glance, place: str, fold: query.Fold) -> Column:
    """The events at places whose words hold these."""
    folded, name = fold(place), place.casefold()
    every = glance.words.places

    def is_meant(word: str | None) -> bool:
        one, _, other = (word or "").partition("\0")
        return folded in one or name in other.casefold()

    names = sorted({(every.words[number] or "").partition("\0")[0] for number in every.find(is_meant)})
    if not names:
        return np.zeros(0, np.int64)
    return query.keys(connection, sa.select(event_places.c.event).where(among(event_places.c.folded)), {"keys": names})


# ---- what is told of them -------------------------------------------------------------------------------------------


def page(
    connection: sa.Connection, found: Found, portion: tuple[int, int], order: str = "date"
) -> list[StoredIncident]:
    """Return a portion (how many to pass over, how many to give) of the incidents that pass.

    `order` is date (the latest first), harm, or doubt (what a person should look at first); the latest first among equals.
    """
    table = found.glance.incidents
    first, last = portion[0], min(sum(portion), len(found.rows))
    if first >= last:
        return []
    zero = np.zeros(len(found.rows), np.int64)
    by = {"date": zero, "harm": table.harmed[found.rows], "doubt": table.priority[found.rows]}[order]
    rank = by * 2**24 + table.start[found.rows].astype(np.int64)
    # Only what stands before the end of the portion is put in order; ties with its last one are settled by id.
    least = np.partition(rank, len(rank) - last)[len(rank) - last]
    rows, rank = found.rows[rank >= least], rank[rank >= least]
    rows = rows[np.lexsort((table.ids[rows], -rank))][first:last]
    names = [name.decode() for name in table.ids[rows].tolist()]
    known = {}
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        for row in connection.execute(sa.select(incidents).where(among(incidents.c.id)), {"keys": some}):
            known[row.id] = stored(row)
    return [known[name] for name in names if name in known]


_AT_ONCE = 1_000


def extent(found: Found) -> tuple[str, str] | None:
    """Return the first and last day on which an incident that passes began; None if none has a day."""
    days = _starts(found)[1]
    return (_iso(days.min()), _iso(days.max())) if len(days) else None


def _starts(found: Found) -> tuple[Column, Column]:
    """The rows that have a day, and their days."""
    days = found.glance.incidents.start[found.rows]
    return found.rows[days != NO_DAY], days[days != NO_DAY]


def _iso(day: int) -> str:
    return datetime.date.fromordinal(int(day) + EPOCH).isoformat()


def unit_of(days: int) -> str:
    """Return the period that a histogram over so many days counts by: day, month or year."""
    return "day" if days <= _LONGEST_BY_DAY else "month" if days <= _LONGEST_BY_MONTH else "year"


def histogram(found: Found, unit: str) -> list[tuple[str, str, int]]:
    """Return period ("2025", "2025-07" or "2025-07-22"), type and number of the incidents that pass, in order of periods."""
    rows, days = _starts(found)
    if not len(rows):
        return []
    periods = days.astype("datetime64[D]").astype(f"datetime64[{_UNITS[unit]}]")
    numbers = periods.astype(np.int64)
    types, first = found.glance.words.types.words, int(numbers.min())
    wide = len(types)
    counts = np.bincount((numbers - first) * wide + found.glance.incidents.type[rows])
    filled = np.flatnonzero(counts)
    names = np.datetime_as_string((filled // wide + first).astype(f"datetime64[{_UNITS[unit]}]")).tolist()
    told = zip(names, (filled % wide).tolist(), counts[filled].tolist(), strict=True)
    return [(period, types[number] or "", count) for period, number, count in told]


def cells(found: Found, box: Sequence[float], size: float) -> list[Cell]:
    """Return the incidents that pass in a box (west, south, east, north; degrees), gathered in squares of `size` degrees."""
    table, words = found.glance.incidents, found.glance.words
    west, south, east, north = box
    lat, lon = table.lat[found.rows], table.lon[found.rows]
    inside = (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)
    rows, lat, lon = found.rows[inside], lat[inside], lon[inside]
    exact = table.is_exact[rows]
    across, up = ((lon + 180) / size).astype(np.int64), ((lat + 90) / size).astype(np.int64)
    # Areas that share a square are still different areas; their middle tells them apart.
    area = -1 - (np.rint((lat + 90) * 1000).astype(np.int64) * 360_001 + np.rint((lon + 180) * 1000).astype(np.int64))
    square = np.where(exact, across * 1_000_000 + up, area)
    _, first, of = np.unique(square, return_index=True, return_inverse=True)
    counts = np.bincount(of)
    harmed = np.bincount(of, np.maximum(table.harmed[rows], 0))
    middle = np.bincount(of, lat) / counts, np.bincount(of, lon) / counts
    wide = len(words.types.words)
    kinds = np.bincount(of * wide + table.type[rows], minlength=len(counts) * wide).reshape(len(counts), wide)
    return [
        Cell(
            lat=float(middle[0][n]),
            lon=float(middle[1][n]),
            count=int(counts[n]),
            harmed=int(harmed[n]),
            exact=bool(exact[first[n]]),
            types={words.types.words[k] or "": int(kinds[n, k]) for k in np.flatnonzero(kinds[n]).tolist()},
            id=table.ids[rows[first[n]]].decode() if counts[n] == 1 else None,
        )
        for n in np.argsort(-counts, kind="stable")[:MOST_CELLS].tolist()
    ]


MOST_CELLS = 300
"""Cells that a map shows at most, those of most incidents."""


def countries(glance: Glance) -> list[str]:
    """Return the countries of incidents, those with most of them first."""
    table = glance.incidents
    known = table.country[_by_incident(glance, Wanted())]
    counts = np.bincount(known, minlength=1)
    words = glance.words.countries.words
    return [word for n in np.argsort(-counts, kind="stable").tolist() if counts[n] and (word := words[n]) is not None]


def publishers(connection: sa.Connection) -> list[str]:
    """Return the publishers of reports, by name."""
    # From one name to the next in the index: a million reports have few publishers.
    name = documents.c.publisher
    walk = sa.select(sa.func.min(name).label("name")).cte("walk", recursive=True)
    following = sa.select(sa.func.min(name)).where(name > walk.c.name).scalar_subquery()
    walk = walk.union_all(sa.select(following).where(walk.c.name.is_not(None)))
    return sorted(word for word in connection.scalars(sa.select(walk.c.name)) if word is not None)


def newest(connection: sa.Connection) -> int:
    """Return the key of the report that came in last; 0 if there is none."""
    return int(connection.scalar(sa.select(sa.func.max(documents.c.key))) or 0)


def born_since(found: Found, stamp: int) -> int:
    """Return how many of the incidents that pass came in after the moment of this stamp."""
    return int(np.count_nonzero(found.glance.incidents.born[found.rows] > stamp))
