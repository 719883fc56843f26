"""What notebooks show: a report with its evidence marked, tables, a map and a timeline. Nothing is fetched, nothing runs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from marsad.export.geo import places_of
from marsad.export.page import FIELDS, Mark, escape, mark_up
from marsad.export.titles import title
from marsad.export.wording import Wording
from marsad.model import CodedDocument
from marsad.publication.items import Telling

_COLOURS = {
    "trigger": "#ffd6d6",
    "actor": "#ffe3c2",
    "recipient": "#fff3b0",
    "place": "#d5f0d0",
    "date": "#d0ecf0",
    "casualties": "#f5c9e4",
    "source": "#dcdcf7",
}
_OTHER = "#e6e6e6"
_STYLE = (
    ".marsad table{border-collapse:collapse}"
    ".marsad td,.marsad th{padding:.2em .6em;text-align:start;border-bottom:1px solid #ccc}"
    ".marsad .text{line-height:2;white-space:pre-wrap}.marsad mark{color:inherit;border-radius:3px}"
) + "".join(f".marsad mark.{field}{{background:{_COLOURS.get(field, _OTHER)}}}" for field in FIELDS)
_WIDTH, _HEIGHT = 720, 400
_MARGIN = 30


class Picture(msgspec.Struct, frozen=True):
    """A drawing as SVG, which notebooks show."""

    svg: str

    def _repr_html_(self) -> str:
        return self.svg


def show_reading(coded: CodedDocument, wording: Wording) -> str:
    """Return a report as HTML that runs the way its language does: the text with its evidence, then its events."""
    marks, rows = [], []
    for number, event in enumerate(coded.events):
        values = list(wording.values(event))
        marks += [Mark(v.span.start, v.span.end, v.field, f"m{number}") for v in values]
        told = "".join(
            f"<div><small>{escape(wording.say(v.field))}</small> <bdi>{escape(v.text)}</bdi> "
            f"«<bdi>{escape(v.span.text)}</bdi>»</div>"
            for v in values
            if v.field != "trigger"
        )
        head = escape(wording.label("type", event.type))
        rows.append(f"<tr><th>{head}<br>«{escape(event.trigger.text)}»</th><td>{told}</td></tr>")
    noise = [span for story in coded.stories for span in story.noise]
    text = mark_up(coded.document.text, marks, noise, [s.start for s in coded.stories])
    return (
        f'<div class="marsad" dir="{escape(wording.say("direction"))}" lang="{escape(wording.lang)}"><style>{_STYLE}</style>'
        f'<div class="text" dir="auto">{text}</div><table>{"".join(rows)}</table></div>'
    )


def show_table(names: list[str], rows: list[list[Any]], most: int) -> str:
    """Return rows as an HTML table, without the columns that are empty; more rows than `most` are only hinted at."""
    filled = [n for n in range(len(names)) if any(row[n] not in (None, "") for row in rows)]
    head = "".join(f"<th>{escape(names[n])}</th>" for n in filled)
    body = "".join(
        "<tr>" + "".join(f'<td dir="auto">{_shown(row[n])}</td>' for n in filled) + "</tr>" for row in rows[:most]
    )
    more = "<p>…</p>" if len(rows) > most else ""
    return f'<div class="marsad"><style>{_STYLE}</style><table><tr>{head}</tr>{body}</table>{more}</div>'


def _shown(value: Any) -> str:
    return "" if value is None else escape(str(value))


def draw_map(items: Iterable[Any]) -> Picture:
    """Return the places of items as circles in their geographic order, larger where more happened."""
    found: Counter[tuple[float, float, str]] = Counter()
    titles: dict[tuple[float, float, str], list[str]] = {}
    for item in items:
        for place in places_of(item):
            if place.lat is not None and place.lon is not None:
                key = (place.lon, place.lat, place.name)
                found[key] += 1
                titles.setdefault(key, []).append(title(item, "en"))
    if not found:
        return Picture(_frame('<text x="30" y="40">No place has coordinates.</text>'))
    west, east = min(p[0] for p in found), max(p[0] for p in found)
    south, north = min(p[1] for p in found), max(p[1] for p in found)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = min(
        (_WIDTH - 2 * _MARGIN) / max((east - west) * squeeze, 0.5), (_HEIGHT - 2 * _MARGIN) / max(north - south, 0.5)
    )
    parts = []
    for (lon, lat, name), count in found.items():
        x, y = _MARGIN + (lon - west) * squeeze * scale, _MARGIN + (north - lat) * scale
        told = escape("\n".join(titles[lon, lat, name][:5]))
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{4 + 2 * math.sqrt(count):.1f}" fill="#b3261e" fill-opacity="0.5">'
            f'<title>{told}</title></circle><text x="{x + 8:.1f}" y="{y + 4:.1f}">{escape(name)}</text>'
        )
    return Picture(_frame("".join(parts)))


def draw_timeline(items: Iterable[Any]) -> Picture:
    """Return a bar for each day on which something began."""
    days = Counter(d for i in items if (d := _first_day(i)))
    if not days:
        return Picture(_frame('<text x="30" y="40">No day is known.</text>'))
    ordered, most = sorted(days), max(days.values())
    step = (_WIDTH - 2 * _MARGIN) / len(ordered)
    parts = []
    for number, day in enumerate(ordered):
        height = (_HEIGHT - 4 * _MARGIN) * days[day] / most
        x, y = _MARGIN + number * step, _HEIGHT - 2 * _MARGIN - height
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(step - 2, 1):.1f}" height="{height:.1f}" fill="#1b6b75">'
            f"<title>{day}: {days[day]}</title></rect>"
        )
    ends = f'<text x="{_MARGIN}" y="{_HEIGHT - _MARGIN}">{ordered[0]}</text>'
    if len(ordered) > 1:
        ends += f'<text x="{_WIDTH - _MARGIN}" y="{_HEIGHT - _MARGIN}" text-anchor="end">{ordered[-1]}</text>'
    return Picture(_frame("".join(parts) + ends))


def _first_day(item: Any) -> str | None:
    if isinstance(item, Telling):
        return item.event.date.start if item.event.date else None
    day: str | None = item.summary.start
    return day


def _frame(inside: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'font-family="sans-serif" font-size="12"><rect width="{_WIDTH}" height="{_HEIGHT}" fill="#f7f7f4"/>{inside}</svg>'
    )
