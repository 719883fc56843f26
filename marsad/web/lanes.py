"""A chart of steps over time: a lane for each kind of step, a mark for each step on its day."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import msgspec

from marsad.web.labels import Labels

WIDTH = 1000
LANE = 30
"""The height of a lane."""


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A step on its lane, with what it says when one points at it."""

    id: str
    x: float
    said: str


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """The steps of one kind."""

    kind: str
    stops: tuple[Stop, ...]


class Lanes(msgspec.Struct, frozen=True, kw_only=True):
    """Lanes over the same time; `across` the labels of time in the order of reading."""

    lanes: tuple[Lane, ...]
    across: tuple[str, ...]


def draw_lanes(told: Sequence[tuple[str, str, str, str]], kinds: Sequence[str], labels: Labels) -> Lanes | None:
    """Return the chart of steps (kind, day, id, what it says), the lanes in the order of `kinds`; None without any."""
    if not told:
        return None
    days = [datetime.date.fromisoformat(day) for _, day, _, _ in told]
    first, span = min(days), max((max(days) - min(days)).days, 1)

    def place(day: str) -> float:
        part = (datetime.date.fromisoformat(day) - first).days / span
        x = 12 + part * (WIDTH - 24)
        return round(WIDTH - x if labels.direction == "rtl" else x, 1)

    lanes = [
        Lane(kind=kind, stops=tuple(Stop(id=i, x=place(day), said=said) for k, day, i, said in told if k == kind))
        for kind in kinds
    ]
    marks = [first + datetime.timedelta(days=round(span * k / 3)) for k in range(4)]
    return Lanes(
        lanes=tuple(lane for lane in lanes if lane.stops),
        across=tuple(dict.fromkeys(labels.day(day.isoformat()) for day in marks)),
    )
