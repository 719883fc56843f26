"""The overview: what the record holds, filtered by the address; the map's incidents, gathered by the server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from litestar import Request, Response, get
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from marsad.codebook import load_codebook
from marsad.record import overview as record_view
from marsad.record.glance import Glance
from marsad.record.overview import REVIEWS, Found
from marsad.resources import DATA, read_tsv
from marsad.web import charts
from marsad.web.cards import Card, cards_of
from marsad.web.desk import Desk, desk_of, needs
from marsad.web.labels import Labels
from marsad.web.templating import labels_of, page
from marsad.web.view import ORDERS, PER_PAGE, View, view_of


class MapPlaceRow(msgspec.Struct, frozen=True):
    """A row of `map_places.tsv`: a name on the map; `size` is country, capital or town."""

    id: str
    en: str
    ar: str
    size: str
    lat: float
    lon: float
    population: int
    source: str


_CELLS_ACROSS = 14
_FRESH_S = 15.0
_CHOICES_S = 300.0
READER = [needs("reader")]


@get("/", guards=READER, sync_to_thread=True)
def overview(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the overview, or only what changes with the filters where a script asks for that."""
    desk, view, labels = desk_of(request), view_of(request), labels_of(request)
    found = desk.find(view.wanted)
    total, unit, bars = desk.remember(("counted", view.wanted, found.glance.stamp), lambda _: counted(found), _FRESH_S)
    portion = (view.page - 1) * PER_PAGE, PER_PAGE

    def shown(connection: sa.Connection) -> list[Card]:
        return cards_of(connection, record_view.page(connection, found, portion, view.order), labels)

    values = {
        "view": view,
        "total": total,
        "cards": desk.look(shown),
        "chart": charts.draw_histogram(bars, unit, labels),
        "pages": -(-total // PER_PAGE),
        "stamp": found.glance.stamp,
        "is_empty": not len(found.glance.incidents.ids),
        "choices": _choices(desk, found.glance, labels),
        "chips": list(chips(view, labels)),
    }
    return page(request, "results.html" if "hx-request" in request.headers else "overview.html", values)


def counted(found: Found) -> tuple[int, str, list[tuple[str, str, int]]]:
    """Return how many incidents pass, and how many by period and type, with the unit of the periods."""
    days = record_view.extent(found)
    unit = record_view.unit_of(_span(days)) if days else "day"
    return len(found.rows), unit, record_view.histogram(found, unit)


def _span(days: tuple[str, str]) -> int:
    import datetime

    first, last = (datetime.date.fromisoformat(day) for day in days)
    return (last - first).days


def _choices(desk: Desk, glance: Glance, labels: Labels) -> dict[str, list[tuple[str, str]]]:
    """What the filter form offers, each a code with its name."""
    book = load_codebook()
    countries = desk.remember("countries", lambda _: record_view.countries(glance), _CHOICES_S)
    publishers = desk.remember("publishers", record_view.publishers, _CHOICES_S)
    return {
        "type": [(code, labels.code("type", code)) for code in book.types],
        "status": [(code, labels.code("status", code)) for code in book.statuses],
        "country": sorted(((code, labels.country(code)) for code in countries), key=lambda choice: choice[1]),
        "publisher": [(name, name) for name in publishers],
        "review": [(code, labels.say(f"review_{code}")) for code in REVIEWS],
        "order": [(code, labels.say(f"order_{code}")) for code in ORDERS],
    }


def chips(view: View, labels: Labels) -> Iterable[tuple[str, str]]:
    """Yield the filters that are set, each with the address of the view without it."""
    for name, values in view.pairs():
        if name in ("order", "page", "at"):
            continue
        for value in values:
            left = [v for v in values if v != value]
            yield f"{labels.say(f'filter_{name}')}: {_shown(name, value, labels)}", "/" + view.query(**{name: left})


def _shown(name: str, value: str, labels: Labels) -> str:
    if name in ("type", "status"):
        return labels.code(name, value)
    if name == "country":
        return labels.country(value)
    if name in ("since", "until"):
        return labels.day(value)
    return labels.say(f"review_{value}") if name == "review" else value


@get("/map.json", guards=READER, sync_to_thread=True)
def map_cells(request: Request[Any, Any, Any], box: FromQuery[str], zoom: FromQuery[float]) -> Response[bytes]:
    """Return the incidents of a view in the box of a map (west,south,east,north), gathered as the zoom needs."""
    desk, view, labels = desk_of(request), view_of(request), labels_of(request)
    corners = _corners(box)
    size = max(0.02, 360 / 2 ** max(0.0, min(zoom, 18.0)) / _CELLS_ACROSS * 2)
    found = desk.find(view.wanted)
    asked = ("cells", view.wanted, corners, round(size, 4), found.glance.stamp)
    cells = desk.remember(asked, lambda _: record_view.cells(found, corners, size), _FRESH_S)
    rows = [_cell(cell, labels) for cell in cells]
    return Response(msgspec.json.encode({"cells": rows}), media_type="application/json")


def _corners(box: str) -> tuple[float, float, float, float]:
    from marsad.errors import InputError

    try:
        west, south, east, north = (float(part) for part in box.split(","))
    except ValueError as error:
        raise InputError(f"{box[:60]!r} is no box; give west,south,east,north.") from error
    return max(-180.0, west), max(-90.0, south), min(180.0, east), min(90.0, north)


def _cell(cell: record_view.Cell, labels: Labels) -> dict[str, Any]:
    book = load_codebook()
    families: dict[str, int] = {}
    for code, count in cell.types.items():
        families[book.quad(code)] = families.get(book.quad(code), 0) + count
    top = max(families, key=lambda family: (families[family], family))
    said = labels.say("map_cell", count=cell.count)
    if cell.harmed:
        said = labels.join([said, labels.say("map_harmed", count=cell.harmed)])
    if not cell.exact:
        said = labels.join([said, labels.say("map_area")])
    return {
        "lat": round(cell.lat, 4),
        "lon": round(cell.lon, 4),
        "count": cell.count,
        "shown": labels.number(cell.count),
        "harmed": cell.harmed,
        "exact": cell.exact,
        "family": top,
        "id": cell.id,
        "said": said,
    }


@get("/map-places.json", guards=READER, sync_to_thread=True)
def map_places(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the names on the map: countries, capitals, large towns, the larger ones first."""
    lang = labels_of(request).lang
    rows = sorted(read_tsv(DATA / "desk" / "map_places.tsv", MapPlaceRow), key=lambda row: -row.population)
    named = [{"name": getattr(r, lang), "size": r.size, "lat": r.lat, "lon": r.lon} for r in rows]
    return Response(msgspec.json.encode(named), media_type="application/json")


ROUTES: tuple[ControllerRouterHandler, ...] = (overview, map_cells, map_places)
