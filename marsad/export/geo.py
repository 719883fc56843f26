"""Files for maps: GeoJSON, whole or one feature a line, and KML.

GeoJSON has one feature per place; what has no coordinates keeps a null geometry. KML has one placemark per item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO
from xml.sax.saxutils import escape, quoteattr

import msgspec

from marsad.export.columns import plain
from marsad.export.frame import Frame, text_into
from marsad.export.titles import title
from marsad.model import Place
from marsad.publication.items import Telling

_NOT_PROPERTIES = {"lat", "lon", "places", "countries", "place_ids", "levels"}
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KML = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n'


def places_of(item: Any) -> tuple[Any, ...]:
    """Return the places of an event or incident."""
    found: tuple[Any, ...] = item.event.places if isinstance(item, Telling) else item.summary.places
    return found


def features(item: Any, frame: Frame) -> Iterator[dict[str, Any]]:
    """Yield a GeoJSON feature for each place, without geometry where it has no coordinates; one where there is no place."""
    properties = plain((c for c in frame.columns if c.name not in _NOT_PROPERTIES), item)
    for place in places_of(item) or [None]:
        yield _feature(properties, place)


def _feature(properties: dict[str, Any], place: Any) -> dict[str, Any]:
    if place is None:
        return {"type": "Feature", "geometry": None, "properties": properties}
    where = {"place": place.name, "place_id": place.id, "country": place.country}
    if isinstance(place, Place):
        where |= {"level": place.level, "place_text": place.span.text}
    is_located = place.lat is not None and place.lon is not None
    point = {"type": "Point", "coordinates": [place.lon, place.lat]} if is_located else None
    return {"type": "Feature", "geometry": point, "properties": properties | where}


def write_geojson(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write a FeatureCollection, one feature a line; returns how many items."""
    stream.write(b'{"type":"FeatureCollection","features":[')
    count, separator = 0, b"\n"
    for item in items:
        count += 1
        for feature in features(item, frame):
            stream.write(separator + msgspec.json.encode(feature))
            separator = b",\n"
    stream.write(b"\n]}\n")
    return count


def write_geojson_lines(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write one feature a line and nothing around them; returns how many items."""
    count = 0
    for item in items:
        count += 1
        for feature in features(item, frame):
            stream.write(msgspec.json.encode(feature) + b"\n")
    return count


def write_kml(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write a placemark per item, with its days and all its columns; returns how many."""
    count = 0
    with text_into(stream) as text:
        text.write(_KML + f"<name>Marsad: {xml(frame.subject)}</name>\n")
        for item in items:
            count += 1
            text.write(_placemark(item, frame))
        text.write("</Document>\n</kml>\n")
    return count


def _placemark(item: Any, frame: Frame) -> str:
    values = plain(frame.columns, item)
    points = [p for p in places_of(item) if p.lat is not None and p.lon is not None]
    shapes = "".join(f"<Point><coordinates>{p.lon},{p.lat}</coordinates></Point>" for p in points)
    if len(points) > 1:
        shapes = f"<MultiGeometry>{shapes}</MultiGeometry>"
    begin, end = values.get("date_start"), values.get("date_end")
    span = f"<TimeSpan><begin>{begin}</begin><end>{end}</end></TimeSpan>" if begin else ""
    data = "".join(
        f"<Data name={quoteattr(name)}><value>{xml(value)}</value></Data>"
        for name, value in values.items()
        if value is not None
    )
    name = f"<name>{xml(title(item, frame.lang))}</name>"
    # The order of the parts is that of the schema.
    return f"<Placemark>{name}{span}<ExtendedData>{data}</ExtendedData>{shapes}</Placemark>\n"


def xml(value: Any) -> str:
    """Return a value as text of an XML element, without the characters that XML forbids."""
    return escape(_NOT_IN_XML.sub("", str(value)))
