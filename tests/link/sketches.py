"""Short ways to make what linking compares."""

from __future__ import annotations

from typing import Any

from marsad.link.model import EventSketch, Spot, Toll


def place(name: str, lat: float, lon: float, level: str = "settlement") -> Spot:
    """A place of Afghanistan that stands beside its event."""
    words = (name.lower(),) if level == "settlement" else ()
    return Spot(id=f"p:{name.lower()}", name=name, level=level, country="AFG", lat=lat, lon=lon, words=words, near=True)


KHOST = place("Khost", 33.34, 69.92)
GARDEZ = place("Gardez", 33.6, 69.22)
PROVINCE = place("Province", 33.4, 69.9, "admin")


def event(name: str, **values: Any) -> EventSketch:
    """An event "report:number"; an air strike on Khost on 10 October unless told otherwise."""
    report = name.split(":")[0]
    known: dict[str, Any] = {
        "event": name,
        "report": report,
        "anchor": f"{name}:ASSAULT",
        "type": "ASSAULT",
        "published": "2025-10-10T12:00:00Z",
        "start": "2025-10-10",
        "end": "2025-10-10",
        "spots": (KHOST,),
        "actors": ("PAK",),
        "parties": ("PAK",),
        "weapons": ("aircraft",),
        "objects": ("house",),
        "words": ("family", "house", "village", "night"),
        "marks": ("new",),
        "seats": (
            (int(name.split(":")[1][1:]) * 100, int(name.split(":")[1][1:]) * 100 + 5, int(name.split(":")[1][1:])),
        ),
    }
    return EventSketch(**{**known, **values})


def toll(field: str, count: int, **values: Any) -> Toll:
    """A total at no particular place."""
    return Toll(field=field, count=count, start=values.pop("start", 0), end=5, **values)
