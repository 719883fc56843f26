"""Relations of two parties over time: what incidents between them weigh, by day or week, each incident counted once.

A point is a period and a direction. Its score is the sum and the mean of the codebook's scores (-10 fighting to +10
cooperation) of its incidents, each once however many reports tell of it: the sum grows with how much happens, the mean
tells of what kind it is. An incident counts on the first day on which it may have happened; where no report gives a day, on
that of its first report. What both do together (talks, an exchange, a clash) counts in either direction, and once in `both`.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """An incident between two parties.

    `forth` says that the first did it to the second, `back` the reverse; `by_place` that nobody is named to whom it was
    done, and the country in which it happened stands for them; `by_report` that `day` is that of the first report.
    """

    id: str
    type: str
    score: float
    day: str
    forth: bool
    back: bool
    by_place: bool
    by_report: bool
    reports: int
    sources: int
    contradicted: bool
    mentions: tuple[tuple[str, str, int, int], ...]


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A period in a direction: its first and last day, how many incidents, their scores' sum and mean (None without any)."""

    period: str
    start: str
    end: str
    direction: str
    incidents: int
    sum: float
    mean: float | None
    types: dict[str, int]
    ids: tuple[str, ...]


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of two parties: the points in time, the incidents behind them, and what was left out and why."""

    parties: tuple[str, str]
    by: str
    points: tuple[Point, ...]
    acts: tuple[Act, ...]
    left_out: dict[str, int]


def directions(parties: tuple[str, str]) -> tuple[str, str, str]:
    """Return the names of the three directions: first to second, second to first, both together."""
    first, second = parties
    return f"{first}>{second}", f"{second}>{first}", "both"


def period_of(day: str, by: str) -> tuple[str, str, str]:
    """Return the name, the first and the last day of the day or ISO week that a day (ISO date) lies in."""
    date = datetime.date.fromisoformat(day)
    if by == "day":
        return day, day, day
    year, week, weekday = date.isocalendar()
    monday = date - datetime.timedelta(days=weekday - 1)
    return f"{year}-W{week:02d}", monday.isoformat(), (monday + datetime.timedelta(days=6)).isoformat()


def points(acts: Iterable[Act], parties: tuple[str, str], by: str, *, with_empty: bool = False) -> list[Point]:
    """Return the points of the acts in order of time; periods in between without any only if asked for."""
    forth, back, both = directions(parties)
    held: dict[tuple[str, str, str], dict[str, list[Act]]] = defaultdict(lambda: defaultdict(list))
    for act in acts:
        period = period_of(act.day, by)
        for name, counts in ((forth, act.forth), (back, act.back), (both, True)):
            if counts:
                held[period][name].append(act)
    periods = _every(held, by) if with_empty else sorted(held, key=lambda p: p[1])
    found = []
    for period in periods:
        of_period: Mapping[str, list[Act]] = held.get(period, {})
        for name in (forth, back, both):
            if with_empty or name in of_period:
                found.append(_point(period, name, of_period.get(name, ())))
    return found


def _every(held: Iterable[tuple[str, str, str]], by: str) -> list[tuple[str, str, str]]:
    known = sorted(p[1] for p in held)
    if not known:
        return []
    day, last = (datetime.date.fromisoformat(known[k]) for k in (0, -1))
    step = datetime.timedelta(days=1 if by == "day" else 7)
    found = []
    while day <= last:
        found.append(period_of(day.isoformat(), by))
        day += step
    return found


def _point(period: tuple[str, str, str], direction: str, acts: Sequence[Act]) -> Point:
    total = round(sum(a.score for a in acts), 2)
    return Point(
        period=period[0],
        start=period[1],
        end=period[2],
        direction=direction,
        incidents=len(acts),
        sum=total,
        mean=round(total / len(acts), 2) if acts else None,
        types=dict(sorted(Counter(a.type for a in acts).items())),
        ids=tuple(sorted(a.id for a in acts)),
    )
