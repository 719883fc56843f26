"""Where an incident happened, as its reports name it: each place with its precision, and how far apart they are."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from marsad.gazetteer import distance_km
from marsad.link.summary import Where
from marsad.model import Place
from marsad.record.schema import events, sketches
from marsad.web.cards import AREAS, place_name
from marsad.web.labels import Labels

_MOST_EVENTS = 500
_MOST_PLACES = 9


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A place that reports of an incident name, with what it is, in how many reports, and how far it is from the first of
    the list, in whole kilometres; None for the first itself, and where either has no point.
    """

    name: str
    country: str
    kind: str
    is_area: bool
    lat: float | None
    lon: float | None
    reports: int
    km: int | None


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """The places of an incident, those of most reports first; `farthest` are the two that lie farthest apart and the
    kilometres between them, and whether one of the two is an area; `more` are not shown.
    """

    named: tuple[Named, ...]
    farthest: tuple[str, str, int, bool] | None
    more: int


class _Told(msgspec.Struct):
    places: tuple[Place, ...] = ()


_told = msgspec.json.Decoder(_Told)


def places_of(connection: sa.Connection, incident: str, labels: Labels) -> Places:
    """Return the places that the reports of an incident name."""
    select = sa.select(events.c.document, events.c.event).join(sketches, sketches.c.event == events.c.key)
    select = select.where(sketches.c.incident == incident).order_by(sketches.c.born).limit(_MOST_EVENTS)
    known: dict[str, Place] = {}
    told: dict[str, set[int]] = {}
    for row in connection.execute(select):
        for place in _told.decode(row.event).places:
            if not place.inferred:
                name = place.id or f"{place.country} {place.name}"
                known.setdefault(name, place)
                told.setdefault(name, set()).add(row.document)
    # A point before an area that as many name: distances are measured from it.
    order = sorted(known, key=lambda name: (known[name].lat is None, -len(told[name]), known[name].level in AREAS))
    shown = [known[name] for name in order[:_MOST_PLACES]]
    return Places(
        named=tuple(_named(place, len(told[name]), shown, labels) for name, place in zip(order, shown, strict=False)),
        farthest=_farthest(shown, labels),
        more=len(order) - len(shown),
    )


def _named(place: Place, reports: int, shown: Sequence[Place], labels: Labels) -> Named:
    first = shown[0]
    return Named(
        name=_name(place, labels),
        country="" if place.level == "country" else labels.country(place.country),
        kind=labels.code("level", place.level),
        is_area=place.level in AREAS,
        lat=place.lat,
        lon=place.lon,
        reports=reports,
        km=None if place is first else _apart(first, place),
    )


def _name(place: Place, labels: Labels) -> str:
    where = Where(name=place.name, country=place.country, lat=None, lon=None, id=place.id, level=place.level)
    return place_name(where, labels, {place.id: place.span.text} if place.id else {})


def _apart(one: Place, other: Place) -> int | None:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    return round(distance_km(one.lat, one.lon, other.lat, other.lon))


def _farthest(shown: Sequence[Place], labels: Labels) -> tuple[str, str, int, bool] | None:
    pairs = [(km, a, b) for n, a in enumerate(shown) for b in shown[n + 1 :] if (km := _apart(a, b)) is not None]
    if len(pairs) < 2:
        return None
    km, one, other = max(pairs, key=lambda pair: pair[0])
    return _name(one, labels), _name(other, labels), km, one.level in AREAS or other.level in AREAS
