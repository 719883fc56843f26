"""The facets of an event that are compared: its sketch taken apart once, into days as numbers and sets of values.

An event is compared with dozens of others, so nothing of it is worked out twice.
"""

from __future__ import annotations

import datetime
import functools

from marsad.link.model import EventSketch, Spot

MAX_SPAN_DAYS = 16
"""Days beyond which a date says too little to look for an incident by it."""
STATEMENT_DAYS = 3
EARLY_DAYS = 14
LONGEST_DAYS = MAX_SPAN_DAYS + EARLY_DAYS + 2
"""No window is longer."""
MOST_SPOTS = 4
POINTS = frozenset({"settlement", "facility"})
COUNTED = ("killed", "injured", "released")
_UNDATED_DAYS = 10
_PARTS = ("night", "morning", "noon", "evening")
_VAGUE_OBJECTS = frozenset({"other", "building"})
_VAGUE_WEAPONS = frozenset({"other"})

Days = tuple[int, int]
"""A first and a last day, as ordinals."""


@functools.lru_cache(maxsize=4096)
def ordinal(day: str) -> int:
    """Return the number of a day (ISO date or date-time), counted from year 1."""
    return datetime.date.fromisoformat(day[:10]).toordinal()


def days_of(event: EventSketch) -> Days | None:
    """Return the first and last day that an event is dated to; None if it is not, or too vaguely."""
    if event.start is None or event.end is None:
        return None
    first, last = ordinal(event.start), ordinal(event.end)
    return None if last - first > MAX_SPAN_DAYS else (first, last)


def window(event: EventSketch) -> Days | None:
    """Return the first and last day an event may have happened on; None if it cannot be said."""
    published = ordinal(event.published) if event.published else None
    days = days_of(event)
    if days is None:
        return None if published is None else (published - _UNDATED_DAYS, published)
    first, last = days
    for start, end in event.told:
        low, high = ordinal(start), ordinal(end)
        if high - low <= STATEMENT_DAYS and last - EARLY_DAYS <= low <= last + 1:
            first, last = min(first, low), max(last, high)
    if published is not None and last >= published - 1:
        first = min(first, last - STATEMENT_DAYS)
    return max(first, last - LONGEST_DAYS), last


class Site:
    """A place of an event; a `point` is a town or something in one, `at` its position in degrees where that is known."""

    __slots__ = ("at", "country", "id", "is_point", "level", "within", "words")

    def __init__(self, spot: Spot) -> None:
        self.id = spot.id
        self.level = spot.level
        self.country = spot.country
        self.is_point = spot.level in POINTS
        self.at = (spot.lat, spot.lon) if spot.lat is not None and spot.lon is not None else None
        self.within = frozenset(spot.within)
        self.words = frozenset(spot.words)


@functools.lru_cache(maxsize=8_192)
def site(spot: Spot) -> Site:
    """Return a place as it is compared: the same value for the same place told in the same words."""
    return Site(spot)


class Facets:
    """What is compared of one event; `told` are the short spans among the days that its sentences name."""

    __slots__ = (
        "actors",
        "counts",
        "day_parts",
        "days",
        "is_near",
        "names",
        "objects",
        "parties",
        "published",
        "sites",
        "sketch",
        "told",
        "weapons",
        "window",
        "words",
    )

    def __init__(self, sketch: EventSketch) -> None:
        self.sketch = sketch
        self.days = days_of(sketch)
        self.window = window(sketch)
        self.published = ordinal(sketch.published) if sketch.published else None
        told = [(ordinal(start), ordinal(end)) for start, end in sketch.told]
        self.told = [(low, high) for low, high in told if high - low <= STATEMENT_DAYS]
        self.day_parts = {_PARTS.index(mark) for mark in sketch.marks if mark in _PARTS}
        self.sites = [site(spot) for spot in sketch.spots[:MOST_SPOTS]]
        self.is_near = any(spot.near for spot in sketch.spots[:MOST_SPOTS])
        self.names = frozenset(word for spot in sketch.spots for word in spot.words)
        self.words = frozenset(sketch.words)
        self.actors = frozenset(sketch.actors)
        self.parties = frozenset(sketch.parties)
        self.weapons = frozenset(sketch.weapons) - _VAGUE_WEAPONS
        self.objects = frozenset(sketch.objects) - _VAGUE_OBJECTS
        self.counts: dict[str, set[int]] = {}
        for toll in sketch.tolls:
            if toll.field in COUNTED:
                self.counts.setdefault(toll.field, set()).add(toll.count)


def day_part(number: int) -> str:
    """Return the name of a part of the day, counted from the night."""
    return _PARTS[number]
