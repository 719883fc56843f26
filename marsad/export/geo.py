"""GeoJSON for maps: one point per event and place; events without coordinates have a null geometry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TextIO

import msgspec

from marsad.export.tables import COLUMNS
from marsad.model import Document, Event, Place

_NOT_PROPERTIES = {"lat", "lon", "places", "countries"}


def write_geojson(events: Iterable[tuple[Document, Event]], stream: TextIO) -> int:
    """Write a FeatureCollection, one feature a line; returns how many events."""
    stream.write('{"type":"FeatureCollection","features":[')
    count, separator = 0, "\n"
    for document, event in events:
        count += 1
        properties = {name: read(document, event) for name, read in COLUMNS.items() if name not in _NOT_PROPERTIES}
        places: list[Place | None] = [p for p in event.places if p.lat is not None]
        for place in places or [None]:
            stream.write(separator + msgspec.json.encode(_feature(properties, place)).decode())
            separator = ",\n"
    stream.write("\n]}\n")
    return count


def _feature(properties: dict[str, Any], place: Place | None) -> dict[str, Any]:
    if place is None:
        return {"type": "Feature", "geometry": None, "properties": properties}
    point = {"type": "Point", "coordinates": [place.lon, place.lat]}
    where = {"place": place.name, "country": place.country, "level": place.level, "place_text": place.span.text}
    return {"type": "Feature", "geometry": point, "properties": properties | where}
