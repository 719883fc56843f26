"""The chart of a relation: the scores of its incidents by period, what cooperates above the line and what fights below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from marsad.codebook import load_codebook
from marsad.link.relations import Point, Relation, directions
from marsad.web.charts import FAMILIES, nice_step
from marsad.web.labels import Labels

WIDTH, HEIGHT = 1000, 150
"""The box that a panel is drawn in; a page stretches it."""
MOST_PERIODS = 400
_WAYS = ("forth", "back", "both")


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """What the incidents of one family add to a column."""

    family: str
    y: float
    height: float


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One period in one direction; `net` is where the sum of its scores stands."""

    period: str
    label: str
    x: float
    width: float
    net: float
    incidents: int
    sum: str
    slices: tuple[Slice, ...]


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """One direction: forth (the first does it to the second), back or both."""

    way: str
    columns: tuple[Column, ...]
    zero: float


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """The panels of a relation over the same time and the same scale; `up` the labels of the scale from above, `across`
    those of time in the order of reading (`is_each` where every period has one, else from the first to the last); `dropped`
    periods are too early to be drawn.
    """

    panels: tuple[Panel, ...]
    up: tuple[str, ...]
    across: tuple[str, ...]
    is_each: bool
    families: tuple[str, ...]
    dropped: int


def signed(value: float) -> str:
    """Return a score with its sign and one place after the point."""
    rounded = round(value, 1)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else ''}{abs(rounded):,.1f}"


def draw_scores(relation: Relation, labels: Labels) -> Chart | None:
    """Return the chart of a relation whose points hold every period in between; None where there are none."""
    if not relation.points:
        return None
    names = directions(relation.parties)
    every = list(dict.fromkeys(p.period for p in relation.points))
    periods = every[-MOST_PERIODS:]
    kept = set(periods)
    points = [p for p in relation.points if p.period in kept]
    ends = [_ends(p) for p in points]
    high, low = max(e[1] for e in ends), min(e[0] for e in ends)
    step = max(1, nice_step(int(high - low) + 1))
    above, below = -int(-high // step), -int(low // step)
    scale = HEIGHT / ((above + below) * step)
    zero = above * step * scale
    by_way = {way: {p.period: p for p in points if p.direction == name} for way, name in zip(_WAYS, names, strict=True)}
    panels = tuple(
        Panel(
            way=way,
            columns=tuple(_columns([by_way[way].get(period) for period in periods], zero, scale, labels)),
            zero=round(zero, 2),
        )
        for way in _WAYS
    )
    shown = [labels.days(p.start, p.end) for p in _firsts(points, periods)]
    seen = {f for p in points for f in _by_family(p)}
    return Chart(
        panels=panels,
        up=tuple(_axis(value * step) for value in range(above, -below - 1, -1)),
        across=tuple(dict.fromkeys(shown)),
        is_each=len(shown) == len(periods),
        families=tuple(f for f in FAMILIES if f in seen),
        dropped=len(every) - len(periods),
    )


def _axis(value: int) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(value):,}"


def _firsts(points: Iterable[Point], periods: Sequence[str]) -> list[Point]:
    """A point of each period whose label is written: four at most, the first and the last among them."""
    wanted = sorted({round(k * (len(periods) - 1) / 3) for k in range(4)})
    by_period = {p.period: p for p in points}
    return [by_period[periods[k]] for k in wanted]


def _by_family(point: Point) -> dict[str, float]:
    """What the incidents of each family add up to, in the order of the families."""
    book = load_codebook()
    sums = dict.fromkeys(FAMILIES, 0.0)
    for code, count in point.types.items():
        sums[book.quad(code)] += count * book.score(code)
    return {family: total for family, total in sums.items() if total}


def _ends(point: Point) -> tuple[float, float]:
    """How far the stack of a point reaches down and up."""
    sums = _by_family(point).values()
    return sum(v for v in sums if v < 0), sum(v for v in sums if v > 0)


def _columns(points: Sequence[Point | None], zero: float, scale: float, labels: Labels) -> Iterable[Column]:
    slot = WIDTH / len(points)
    for number, point in enumerate(points):
        if point is None or not point.incidents:
            continue
        width = max(min(slot * 0.86, 60.0), 1.0)
        middle = (number + 0.5) * slot
        yield Column(
            period=point.period,
            label=labels.days(point.start, point.end),
            x=round((WIDTH - middle if labels.direction == "rtl" else middle) - width / 2, 2),
            width=round(width, 2),
            net=round(zero - point.sum * scale, 2),
            incidents=point.incidents,
            sum=signed(point.sum),
            slices=tuple(_slices(point, zero, scale)),
        )


def _slices(point: Point, zero: float, scale: float) -> Iterable[Slice]:
    """The families that fight from the line down, those that cooperate from it up, the material ones outermost."""
    up = down = zero
    found = _by_family(point)
    for family in ("verbal-cooperation", "material-cooperation", "verbal-conflict", "material-conflict"):
        total = found.get(family, 0.0)
        height = abs(total) * scale
        if total > 0:
            up -= height
            yield Slice(family=family, y=round(up, 2), height=round(height, 2))
        elif total < 0:
            yield Slice(family=family, y=round(down, 2), height=round(height, 2))
            down += height
