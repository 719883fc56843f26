"""All incidents at a glance: what a desk filters, sorts and counts by, held in memory as columns of numbers.

A `Glance` is one moment of the record and never changes, so any number of readers may look at it at once. `Keeper` keeps the
latest: it reads anew just those incidents that were written since (`touched` in the record), whoever wrote them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from marsad.record.looking import among
from marsad.record.schema import documents, event_places, events, incidents, sketches, touched
from marsad.record.statements import Statement

Answer = TypeVar("Answer")
Look = Callable[[Callable[[sa.Connection], Any]], Any]
Column = npt.NDArray[Any]

NONE = -1
"""Stands for an unknown number; days and counts are never below 0."""
NO_DAY = -(10**6)
EXACT = ("settlement", "facility")
"""Levels of places that are a point on a map; any other is an area."""
VERDICTS = (None, "confirmed", "rejected")
PRIORITY = 1000
"""Priorities are whole numbers, so many to one."""
_FRESH_S = 0.5
_AT_ONCE = 400
_MANY = 20_000
"""From so many touched incidents on all are read anew."""
_ROOM = 65_536
EPOCH = 719_163
"""The ordinal of the first day of 1970."""

_HEAD = tuple(
    incidents.c[name]
    for name in (
        *("id", "type", "date_start", "date_end", "killed", "verdict", "contradicted", "country"),
        *("lat", "lon", "level", "harmed", "priority", "modes"),
    )
)


_ALL = Statement(sa.select(*_HEAD))
_HELD = Statement(
    sa.select(sketches.c.incident, sketches.c.event)
    .where(sketches.c.incident.is_not(None))
    .order_by(sketches.c.incident)
)
_TOLD = Statement(sa.select(events.c.key, events.c.document, events.c.confidence, events.c.status))
_PRINTED = Statement(sa.select(documents.c.key, documents.c.publisher).where(documents.c.publisher.is_not(None)))
_PLACED = Statement(sa.select(event_places.c.folded, event_places.c.name).distinct())


class Codes:
    """Numbers for words, in the order in which they came; they only ever grow, so that every moment may share them."""

    def __init__(self) -> None:
        self.words: list[str | None] = []
        self._numbers: dict[str | None, int] = {}

    def number(self, word: str | None) -> int:
        """Return the number of a word, a new one if need be."""
        known = self._numbers.get(word)
        if known is None:
            known = self._numbers[word] = len(self.words)
            self.words.append(word)
        return known

    def numbers(self, words: Iterable[str | None]) -> Column:
        """Return the numbers of words."""
        every = list(words)
        for word in set(every).difference(self._numbers):
            self.number(word)
        return np.array([self._numbers[word] for word in every], np.int32)

    def find(self, is_wanted: Callable[[str | None], bool]) -> list[int]:
        """Return the numbers of the words that are wanted."""
        return [number for number, word in enumerate(list(self.words)) if is_wanted(word)]


class Words(NamedTuple):
    """The words behind the numbers."""

    types: Codes
    countries: Codes
    modes: Codes
    publishers: Codes
    statuses: Codes
    places: Codes


class Incidents(NamedTuple):
    """A row for each incident; `is_there` is false where it was deleted since. Days count from 1970; `born` is the row of
    `touched` by which it first came in, 0 for those that were there from the start.
    """

    ids: Column
    is_there: Column
    type: Column
    start: Column
    end: Column
    killed: Column
    verdict: Column
    contradicted: Column
    country: Column
    lat: Column
    lon: Column
    is_exact: Column
    harmed: Column
    priority: Column
    modes: Column
    born: Column


class Events(NamedTuple):
    """By the key of an event: the row of its incident (or NONE), the key of its report, its confidence and status; by the
    key of a report its publisher.
    """

    incident: Column
    document: Column
    confidence: Column
    status: Column
    publisher: Column


class Glance(NamedTuple):
    """One moment; `stamp` is the newest row of `touched` that it knows. `events` is None until somebody asks for them."""

    stamp: int
    words: Words
    incidents: Incidents
    events: Events | None


class Keeper:
    """Keeps the latest glance at a record; `look` asks the record a question about one moment of it."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._turn = threading.RLock()
        self._glance: Glance | None = None
        self._looked = 0.0
        self._sorted: Column = np.zeros(0, "S1")
        self._added: dict[bytes, int] = {}

    def now(self, *, at_once: bool = False, with_events: bool = False) -> Glance:
        """Return all incidents, at most half a second old, or as they are right now with `at_once`."""
        known = self._glance
        is_whole = known is not None and (known.events is not None or not with_events)
        if known is not None and is_whole and not at_once:
            if time.monotonic() - self._looked < _FRESH_S or not self._turn.acquire(blocking=False):
                return known
        else:
            while not self._turn.acquire(timeout=0.05):
                # Somebody reads the events, which takes longest, and incidents were all that was asked for.
                if known is None and self._glance is not None and not with_events:
                    return self._glance
        try:
            found: Glance = self._look(lambda connection: self._read(connection, with_events))
            self._glance, self._looked = found, time.monotonic()
            return found
        finally:
            self._turn.release()

    def _read(self, connection: sa.Connection, with_events: bool) -> Glance:
        known = self._glance
        newest, oldest = connection.execute(sa.select(sa.func.max(touched.c.key), sa.func.min(touched.c.key))).one()
        if known is not None and (newest or 0) != known.stamp:
            is_cut = newest is None or oldest > known.stamp + 1 or newest < known.stamp
            known = None if is_cut else self._follow(connection, known, newest)
        if known is None:
            known = self._load(connection, newest or 0)
        if with_events and known.events is None:
            numbers = {name.decode(): number for number, name in enumerate(known.incidents.ids.tolist())}
            known = known._replace(events=load_events(connection, numbers, known.words))
        return known

    def _load(self, connection: sa.Connection, stamp: int) -> Glance:
        words = Words(*(Codes() for _ in Words._fields))
        rows = sorted((row for some in _ALL.portions(connection, _ROOM) for row in some), key=lambda row: row[0])
        held = columns_of(rows, words, 0)
        self._sorted, self._added = held.ids, {}
        return Glance(stamp, words, held, None)

    def _follow(self, connection: sa.Connection, known: Glance, newest: int) -> Glance | None:
        """The next moment, of what was touched since; None if that is too much."""
        since = touched.c.key > known.stamp
        count = connection.scalar(sa.select(sa.func.count()).where(since)) or 0
        if count > _MANY:
            return None
        names = sorted(set(connection.scalars(sa.select(touched.c.incident).where(since, touched.c.key <= newest))))
        rows = [row for some in _portions(names) for row in _named(connection, sa.select(*_HEAD), incidents.c.id, some)]
        held = self._put(known, names, rows, newest)
        moved = known.events
        if moved is not None:
            moved = self._move(connection, names, moved, known.words)
        return Glance(newest, known.words, held, moved)

    def _put(self, known: Glance, names: Sequence[str], rows: Sequence[Any], stamp: int) -> Incidents:
        """The columns with these rows in their places, new ones at the end, and without what is gone."""
        held = known.incidents
        old = [row for row in rows if self._row_of(row.id) != NONE]
        new = [row for row in rows if self._row_of(row.id) == NONE]
        for number, row in enumerate(new, len(held.ids)):
            self._added[row.id.encode()] = number
        fresh = columns_of([*old, *new], known.words, stamp)
        at = np.fromiter((self._row_of(row.id) for row in old), np.int64, len(old))
        made = []
        for name, column, values in zip(Incidents._fields, held, fresh, strict=True):
            whole = np.concatenate([column, values[len(old) :]])
            if name != "born":
                whole[at] = values[: len(old)]
            made.append(whole)
        found = Incidents(*made)
        there = {row.id for row in rows}
        gone = [number for name in names if name not in there and (number := self._row_of(name)) != NONE]
        found.is_there[gone] = False
        return found

    def _move(self, connection: sa.Connection, names: Sequence[str], held: Events, words: Words) -> Events:
        """Which events the incidents hold now that were touched."""
        select = sa.select(
            sketches.c.event, sketches.c.incident, events.c.document, events.c.confidence, events.c.status
        )
        select = select.join(events, events.c.key == sketches.c.event)
        rows = [row for some in _portions(names) for row in _named(connection, select, sketches.c.incident, some)]
        most = max((row.event for row in rows), default=0), max((row.document for row in rows), default=0)
        found = Events(
            *(_roomy(column, most[1] if name == "publisher" else most[0]) for name, column in held._asdict().items())
        )
        numbers = [number for name in names if (number := self._row_of(name)) != NONE]
        found.incident[np.isin(found.incident, numbers)] = NONE
        for row in rows:
            found.incident[row.event] = self._row_of(row.incident)
            found.document[row.event] = row.document
            found.confidence[row.event] = row.confidence
            found.status[row.event] = words.statuses.number(row.status)
        of_publishers = sa.select(documents.c.key, documents.c.publisher)
        for some in _portions(sorted({row.document for row in rows})):
            for row in _named(connection, of_publishers, documents.c.key, some):
                found.publisher[row.key] = words.publishers.number(row.publisher)
        of_places = sa.select(event_places.c.folded, event_places.c.name)
        for some in _portions([row.event for row in rows]):
            for row in _named(connection, of_places, event_places.c.event, some):
                words.places.number(place_word(row.folded, row.name))
        return found

    def _row_of(self, name: str) -> int:
        wanted = name.encode()
        known = self._added.get(wanted)
        if known is not None:
            return known
        at = int(np.searchsorted(self._sorted, wanted))
        return at if at < len(self._sorted) and self._sorted[at] == wanted else NONE


def place_word(folded: str, name: str) -> str:
    """Return the folded words of a place and its name as one word, as `Words.places` holds them."""
    return f"{folded}\0{name}"


def columns_of(rows: Sequence[Any], words: Words, born: int) -> Incidents:
    """Return rows of incidents as columns."""
    if rows:
        (ids, types, starts, ends, killed, verdict, contradicted, country, lat, lon, level, harmed, priority, modes) = (
            zip(*rows, strict=True)
        )
    else:
        ids = types = starts = ends = killed = verdict = contradicted = country = lat = lon = level = ()
        harmed = priority = modes = ()
    of_verdict = {word: number for number, word in enumerate(VERDICTS)}
    weights = np.array([NONE if p is None else p * PRIORITY for p in priority], np.float64)
    return Incidents(
        ids=np.array([name.encode() for name in ids], "S24"),
        is_there=np.ones(len(rows), bool),
        type=words.types.numbers(types),
        start=_days(starts),
        end=_days(ends),
        killed=_counts(killed),
        verdict=np.array([of_verdict.get(v, 0) for v in verdict], np.int8),
        contradicted=np.array(contradicted, bool),
        country=words.countries.numbers(country),
        lat=np.array(lat, np.float64),
        lon=np.array(lon, np.float64),
        is_exact=np.array([one is None or one in EXACT for one in level], bool),
        harmed=_counts(harmed),
        priority=np.rint(weights).astype(np.int64),
        modes=words.modes.numbers(modes),
        born=np.full(len(rows), born, np.int64),
    )


def _days(days: Sequence[str | None]) -> Column:
    found = np.array(days, "datetime64[D]")
    numbers = found.astype(np.int64)
    return np.where(np.isnat(found), NO_DAY, numbers).astype(np.int32)


def _counts(numbers: Sequence[int | None]) -> Column:
    return np.array([NONE if n is None else n for n in numbers], np.int64)


def load_events(connection: sa.Connection, numbers_of: Mapping[str, int], words: Words) -> Events:
    """Return which event is part of which incident, told by which report and publisher; note all words of places."""
    most_events = connection.scalar(sa.select(sa.func.max(events.c.key))) or 0
    most_documents = connection.scalar(sa.select(sa.func.max(documents.c.key))) or 0
    found = Events(
        incident=np.full(most_events + _ROOM, NONE, np.int32),
        document=np.zeros(most_events + _ROOM, np.int32),
        confidence=np.zeros(most_events + _ROOM, np.float32),
        status=np.full(most_events + _ROOM, NONE, np.int16),
        publisher=np.full(most_documents + _ROOM, NONE, np.int32),
    )
    name, number = None, NONE
    for rows in _HELD.portions(connection, _ROOM):
        numbers = []
        for incident, _ in rows:
            if incident != name:
                name, number = incident, numbers_of[incident]
            numbers.append(number)
        found.incident[[key for _, key in rows]] = numbers
    for rows in _TOLD.portions(connection, _ROOM):
        keys, reports, confidence, status = zip(*rows, strict=True)
        at = np.array(keys)
        found.document[at], found.confidence[at] = reports, confidence
        found.status[at] = words.statuses.numbers(status)
    for rows in _PRINTED.portions(connection, _ROOM):
        keys, names = zip(*rows, strict=True)
        found.publisher[np.array(keys)] = words.publishers.numbers(names)
    for rows in _PLACED.portions(connection, _ROOM):
        for folded, place in rows:
            words.places.number(place_word(folded, place))
    return found


def _roomy(column: Column, most: int) -> Column:
    """A copy of a column that has room for a key."""
    if most < len(column):
        return column.copy()
    return np.concatenate([column, np.full(most + _ROOM - len(column), NONE, column.dtype)])


def _portions(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))


def _named(
    connection: sa.Connection, select: sa.Select[Any], column: sa.Column[Any], keys: Collection[Any]
) -> Sequence[sa.Row[Any]]:
    return connection.execute(select.where(among(column)), {"keys": keys}).all()
