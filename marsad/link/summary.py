"""Sums up an incident from the events that tell of it: its days, its most specific places, its reckoning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from marsad.link.facets import MAX_SPAN_DAYS, ordinal
from marsad.link.figures import Reckoning, reconcile
from marsad.link.model import EventSketch, Spot

_LEVELS = ("facility", "settlement", "admin", "area", "country")
_MOST_PLACES = 2


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """A place of an incident; `level` is None where an older Marsad summed it up."""

    name: str
    country: str | None
    lat: float | None
    lon: float | None
    id: str | None
    level: str | None = None


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """An incident: what was read in all its reports, in order of publication, and what follows from it."""

    type: str
    start: str | None
    end: str | None
    places: tuple[Where, ...]
    modes: tuple[str, ...]
    statuses: tuple[str, ...]
    actors: tuple[str, ...]
    mentions: tuple[tuple[str, str, int, int], ...]
    reckoning: Reckoning


class Ruled(msgspec.Struct, frozen=True):
    """What people set for an incident: values by outcome, and its verdict (confirmed, rejected)."""

    values: dict[str, int] = {}
    verdict: str | None = None


def summarize(events: Sequence[EventSketch], copied: Mapping[str, str], ruled: Ruled) -> Summary:
    """Return the summary of an incident; the same for the same events in any order."""
    ordered = sorted(events, key=lambda e: (e.published or "", e.report, e.anchor))
    days = _days(ordered)
    return Summary(
        type=ordered[0].type,
        start=days[0] if days else None,
        end=days[1] if days else None,
        places=tuple(_places(ordered)),
        modes=tuple(sorted({m for e in ordered for m in e.modes})),
        statuses=tuple(sorted({e.status for e in ordered})),
        actors=tuple(sorted({a for e in ordered for a in e.actors})),
        mentions=tuple((e.report, e.event, start, end) for e in ordered for start, end, _ in e.seats),
        reckoning=reconcile(ordered, copied, ruled.values),
    )


def _days(events: Sequence[EventSketch]) -> tuple[str, str] | None:
    """The days that most reports give; a day on which a report only speaks of it yields to an earlier one."""
    votes: Counter[tuple[str, str]] = Counter()
    for event in events:
        given = {(event.start, event.end)} if event.start and event.end else set()
        for start, end in (*event.told, *given):
            if start and end and ordinal(end) - ordinal(start) <= MAX_SPAN_DAYS:
                votes[start, end] += 2 if (start, end) in given else 1
    if not votes:
        return None
    # What the first report tells of had happened when it appeared; a later day is one on which somebody spoke of it.
    known = min((ordinal(e.published) for e in events if e.published), default=None)
    timely = [days for days in votes if known is None or ordinal(days[0]) <= known]
    return min(timely or votes, key=lambda days: (-votes[days], days))


def _places(events: Sequence[EventSketch]) -> list[Where]:
    votes: Counter[str] = Counter()
    known: dict[str, Spot] = {}
    for event in events:
        for spot in event.spots:
            key = spot.id or spot.name
            known.setdefault(key, spot)
            votes[key] += 2 if spot.near else 1
    if not votes:
        return []
    finest = min((_LEVELS.index(s.level) if s.level in _LEVELS else 9) for s in known.values())
    points = [k for k in votes if known[k].level in ("facility", "settlement")] or [
        k for k in votes if _LEVELS.index(known[k].level) == finest
    ]
    chosen = sorted(points, key=lambda k: (-votes[k], k))[:_MOST_PLACES]
    least = votes[chosen[0]] / 2
    return [
        Where(name=s.name, country=s.country, lat=s.lat, lon=s.lon, id=s.id, level=s.level)
        for k in chosen
        if votes[k] >= least
        for s in (known[k],)
    ]
