"""Blocks: under which keys and days an event is found by those that may be the same incident."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from marsad.link.facets import MOST_SPOTS, POINTS, Days, window
from marsad.link.model import EventSketch, Spot

LINKED_STATUSES = ("actual", "negated", "historical")
TALKS = frozenset({"CONSULT", "RETREAT", "AGREE", "COOPERATE"})
_CELLS_PER_DEGREE = 2
_MAX_PARTIES = 6
_MOST_SAID = 24
"""Words by which an event without any place is found by the names of places."""


class Block(NamedTuple):
    """Where an event is found: a key (62 bits) and the first and last day, as ordinals."""

    key: int
    first: int
    last: int


def is_linkable(event: EventSketch) -> bool:
    """Say whether an event can be part of an incident: it happened, or is denied or recalled, and is one act."""
    return not event.generic and event.status in LINKED_STATUSES


def blocks(event: EventSketch) -> tuple[list[Block], list[Block]]:
    """Return the blocks that an event stands in, and those that hold whatever may be the same incident."""
    days = window(event)
    if days is None or not is_linkable(event):
        return [], []
    stands = dict.fromkeys((f"report:{event.report}", *_stands(event)))
    looks = dict.fromkeys((f"report:{event.report}", *_looks(event)))
    return [_block(event.type, key, days) for key in stands], [_block(event.type, key, days) for key in looks]


def _block(kind: str, key: str, days: Days) -> Block:
    text = f"{kind}|{key}".encode()
    return Block(zlib.crc32(text) << 30 | zlib.adler32(text) & 0x3FFFFFFF, *days)


def _stands(event: EventSketch) -> Iterator[str]:
    points = _points(event)
    for spot in points:
        yield _cell(spot, 0, 0)
    for spot in event.spots[:MOST_SPOTS]:
        yield from (f"in:{outer}" for outer in spot.within)
        yield from (f"word:{word}" for word in spot.words)
        if spot.level not in POINTS and spot.id:
            yield f"at:{spot.id}"
        if spot.country:
            yield f"country:{spot.country}"
    for party in _ids(event):
        yield f"party:{party}"
        if not points:
            yield f"placeless:{party}"
    if not event.spots:
        yield from (f"said:{word}" for word in event.words[:_MOST_SAID])
    if not points:
        yield from (f"wide:{spot.country}" for spot in event.spots[:MOST_SPOTS] if spot.country)


def _looks(event: EventSketch) -> Iterator[str]:
    points = _points(event)
    for spot in points:
        yield from (_cell(spot, y, x) for y in (-1, 0, 1) for x in (-1, 0, 1))
    for spot in event.spots[:MOST_SPOTS]:
        yield from (f"at:{outer}" for outer in spot.within)
        yield from (f"word:{word}" for word in spot.words)
        if spot.level not in POINTS and spot.id:
            yield f"at:{spot.id}"
            yield f"in:{spot.id}"
        if spot.country:
            yield f"wide:{spot.country}"
            if not points:
                yield f"country:{spot.country}"
    for spot in event.spots[:MOST_SPOTS]:
        yield from (f"said:{word}" for word in spot.words)
    if not event.spots:
        yield from (f"word:{word}" for word in event.words[:_MOST_SAID])
    for party in _ids(event):
        yield f"placeless:{party}"
        if not points or event.type in TALKS:
            yield f"party:{party}"


def _points(event: EventSketch) -> list[Spot]:
    return [s for s in event.spots[:MOST_SPOTS] if s.level in POINTS and s.lat is not None and s.lon is not None]


def _ids(event: EventSketch) -> list[str]:
    """The parties by which an event without a place is found: ids, and the countries of its actors."""
    named = [p for p in event.parties if ":" in p][:_MAX_PARTIES]
    return [*named, *(p for p in event.actors if len(p) == 3 and p.isupper())]


def _cell(spot: Spot, y: int, x: int) -> str:
    lat = math.floor((spot.lat or 0.0) * _CELLS_PER_DEGREE) + y
    lon = math.floor((spot.lon or 0.0) * _CELLS_PER_DEGREE) + x
    return f"cell:{lat}:{(lon + 180 * _CELLS_PER_DEGREE) % (360 * _CELLS_PER_DEGREE)}"
