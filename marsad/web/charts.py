"""Charts that the server draws: plain numbers for an SVG that a template writes. Time runs as the language is read."""

from __future__ import annotations

import datetime
import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from marsad.codebook import load_codebook
from marsad.web.labels import Labels

FAMILIES = ("material-conflict", "verbal-conflict", "verbal-cooperation", "material-cooperation")
"""The four families of categories, in the order in which a bar stacks them."""
_MOST_BARS = 400
_TICKS = (1, 2, 5)


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A coloured part of a bar."""

    family: str
    y: float
    height: float
    count: int


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One period: its first and last day, where it stands and what it is made of."""

    period: str
    label: str
    since: str
    until: str
    x: float
    width: float
    total: int
    pieces: tuple[Piece, ...]


class Histogram(msgspec.Struct, frozen=True, kw_only=True):
    """A stacked histogram over time in a box of `width` by `height`, which a page stretches; along the axes stands text
    of the page: `across` the labels of time in the order of reading (`is_each` where every bar has one, else from the first
    to the last), `up` those of the height, the highest first.
    """

    width: int
    height: int
    bars: tuple[Bar, ...]
    across: tuple[str, ...]
    is_each: bool
    up: tuple[str, ...]
    unit: str
    families: tuple[str, ...]


def draw_histogram(counted: Sequence[tuple[str, str, int]], unit: str, labels: Labels) -> Histogram | None:
    """Return a histogram of (period, type, number) by family of categories; None where there is nothing to draw."""
    if not counted:
        return None
    book = load_codebook()
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for period, code, count in counted:
        sums[period][book.quad(code)] += count
    periods = list(_periods(counted[0][0], counted[-1][0], unit))[-_MOST_BARS:]
    width, height = 1000, 150
    most = max(sum(parts.values()) for parts in sums.values())
    step = nice_step(most)
    top = step * -(-most // step)
    scale = height / top
    slot = width / len(periods)
    bars = []
    for number, period in enumerate(periods):
        parts = sums.get(period, {})
        x = number * slot
        since, until = days_of(period)
        bars.append(
            Bar(
                period=period,
                label=_label(period, labels),
                since=since,
                until=until,
                x=round(_mirror(x, slot, width, labels), 2),
                width=round(max(slot * 0.86, 0.8), 2),
                total=sum(parts.values()),
                pieces=tuple(_pieces(parts, float(height), scale)),
            )
        )
    seen = tuple(f for f in FAMILIES if any(f in parts for parts in sums.values()))
    return Histogram(
        width=width,
        height=height,
        bars=tuple(bars),
        across=tuple(dict.fromkeys(bars[k].label for k in _spread(len(bars)))),
        is_each=len(bars) <= len(_spread(len(bars))),
        up=tuple(labels.number(value) for value in range(top, -1, -step)),
        unit=unit,
        families=seen,
    )


def _spread(count: int) -> list[int]:
    """Which of so many bars have their label written: four at most, the first and the last among them."""
    return sorted({round(k * (count - 1) / 3) for k in range(4)})


class Toll(msgspec.Struct, frozen=True, kw_only=True):
    """How one outcome's totals grew or fell: dots in a box of 100 by 40, the line through the highest so far said."""

    name: str
    dots: tuple[tuple[float, float], ...]
    line: str
    first: str
    last: str
    low: str
    high: str


def draw_toll(said: Sequence[tuple[str, str | None, int]], labels: Labels) -> list[Toll]:
    """Return a chart for each outcome that is counted at two moments or more; `said` are outcome, moment, number."""
    found = []
    for field in dict.fromkeys(f for f, _, _ in said):
        points = sorted((at, count) for f, at, count in said if f == field and at)
        moments = sorted({at for at, _ in points})
        counts = [count for _, count in points]
        if len(moments) < 2 or min(counts) == max(counts):
            continue
        first, span = _seconds(moments[0]), max(_seconds(moments[-1]) - _seconds(moments[0]), 1.0)
        low, high = min(counts), max(counts)
        dots = [(3 + 94 * (_seconds(at) - first) / span, 36 - 32 * (n - low) / (high - low)) for at, n in points]
        if labels.direction == "rtl":
            dots = [(100 - x, y) for x, y in dots]
        found.append(
            Toll(
                name=labels.code("outcome", field),
                dots=tuple((round(x, 1), round(y, 1)) for x, y in dots),
                line=" ".join(f"{x:.1f},{y:.1f}" for x, y in dots),
                first=labels.moment(moments[0]),
                last=labels.moment(moments[-1]),
                low=labels.number(low),
                high=labels.number(high),
            )
        )
    return found


def _seconds(at: str) -> float:
    moment = datetime.datetime.fromisoformat(at)
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()


def _pieces(parts: dict[str, int], base: float, scale: float) -> Iterable[Piece]:
    y = base
    for family in FAMILIES:
        if parts.get(family):
            height = parts[family] * scale
            y -= height
            yield Piece(family=family, y=round(y, 2), height=round(height, 2), count=parts[family])


def _mirror(x: float, slot: float, width: int, labels: Labels) -> float:
    """Where a bar stands: from the right where the language is read from there."""
    return width - x - slot + slot * 0.14 if labels.direction == "rtl" else x


def nice_step(most: int) -> int:
    """Return a round step that divides an axis up to `most` into four parts or so."""
    for scale in itertools.count():
        for tick in _TICKS:
            if tick * 10**scale * 4 >= most:
                return int(tick * 10**scale)
    raise AssertionError


def _periods(first: str, last: str, unit: str) -> Iterable[str]:
    if unit == "year":
        yield from (f"{year:04}" for year in range(int(first), int(last) + 1))
    elif unit == "month":
        start, end = (int(p[:4]) * 12 + int(p[5:7]) - 1 for p in (first, last))
        yield from (f"{month // 12:04}-{month % 12 + 1:02}" for month in range(start, end + 1))
    else:
        day, end_day = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
        yield from ((day + datetime.timedelta(n)).isoformat() for n in range((end_day - day).days + 1))


def days_of(period: str) -> tuple[str, str]:
    """Return the first and last day of a period."""
    if len(period) == 10:
        return period, period
    if len(period) == 4:
        return f"{period}-01-01", f"{period}-12-31"
    following = datetime.date(int(period[:4]) + int(period[5:7]) // 12, int(period[5:7]) % 12 + 1, 1)
    return f"{period}-01", (following - datetime.timedelta(1)).isoformat()


def _label(period: str, labels: Labels) -> str:
    return labels.day(period) if len(period) == 10 else labels.month(period) if len(period) == 7 else period
