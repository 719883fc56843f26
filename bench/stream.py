"""A synthetic stream of reports: Zipf places, bursts, copies, updates, background mentions; the same on every run."""

from __future__ import annotations

import datetime
import itertools
import random
from collections.abc import Iterator
from typing import NamedTuple

from marsad.link import copies
from marsad.link.model import EventSketch, ReportSketch, Spot, Toll
from marsad.model import CodedDocument, DateRange, Document, Event, Place, Span

PLACES = 3_000
EVENTS_A_DAY = 200
BURST = 0.78  # the chance that one more report tells of an incident
_START = datetime.date(2015, 1, 1)
_KINDS = ("drone", "missile", "artillery", "aircraft", "car-bomb", "firearm")
_OBJECTS = ("market", "house", "school", "vehicle", "hospital", "factory", "road", "power-station")
_ACTORS = tuple(f"group:g{i}" for i in range(40))
_VOCABULARY = tuple(f"word{i}" for i in range(20_000))


class Made(NamedTuple):
    """A report of the stream, as read and as linking sees it."""

    coded: CodedDocument
    sketch: ReportSketch


class Happening(NamedTuple):
    """An incident of the stream, as it happened."""

    day: datetime.date
    spot: Spot
    actor: str
    kind: str
    object: str
    words: tuple[str, ...]
    killed: int
    background: float


def stream(events: int, seed: int = 1, first: int = 0) -> Iterator[Made]:
    """Yield reports with one event each, in the order in which they appear, numbered from `first`."""
    rng = random.Random(seed)
    spots = [_spot(i, rng) for i in range(PLACES)]
    weights = [1 / (i + 1) for i in range(PLACES)]
    cumulative = list(itertools.accumulate(weights))
    open_now: list[tuple[Happening, list[str]]] = []
    for number in range(first, first + events):
        day = _START + datetime.timedelta(days=number // EVENTS_A_DAY)
        open_now = [(h, w) for h, w in open_now if (day - h.day).days <= 3]
        if open_now and rng.random() < BURST:
            happening, text = rng.choice(open_now[-12:])
        else:
            happening, text = _happening(day, rng.choices(spots, cum_weights=cumulative)[0], rng), []
            open_now.append((happening, text))
        yield _report(number, day, happening, text, rng)


def _spot(number: int, rng: random.Random) -> Spot:
    country = f"C{number % 12:02}"
    return Spot(
        id=f"place:{number}",
        name=f"Place {number}",
        level="settlement",
        country=country,
        lat=round(rng.uniform(-30, 55), 3),
        lon=round(rng.uniform(-10, 75), 3),
        within=(f"admin:{number % 200}",),
        words=(f"place{number}",),
        near=True,
    )


def _happening(day: datetime.date, spot: Spot, rng: random.Random) -> Happening:
    return Happening(
        day,
        spot,
        rng.choice(_ACTORS),
        rng.choice(_KINDS),
        rng.choice(_OBJECTS),
        tuple(rng.sample(_VOCABULARY, 10)),
        rng.randint(0, 12),
        rng.random(),
    )


def _report(number: int, day: datetime.date, told: Happening, text: list[str], rng: random.Random) -> Made:
    name = f"s{number}"
    is_copy = bool(text) and rng.random() < 0.2
    words = text if is_copy else [*rng.sample(_VOCABULARY, 40), *told.words]
    text[:] = words
    published = f"{day.isoformat()}T{rng.randint(0, 23):02}:00:00Z"
    spot = told.spot if rng.random() < 0.95 else None
    dated = rng.random() < 0.9
    killed = told.killed + rng.randint(0, 2)
    hashed = copies.shingles(words)
    event = EventSketch(
        event=f"{name}:e1",
        report=name,
        anchor=f"{name}:0:ASSAULT",
        type="ASSAULT",
        published=published,
        start=told.day.isoformat() if dated else None,
        end=told.day.isoformat() if dated else None,
        spots=(spot,) if spot else (),
        actors=(told.actor,),
        parties=(told.actor,),
        weapons=(told.kind,) if rng.random() < 0.8 else (),
        objects=(told.object,) if rng.random() < 0.7 else (),
        words=tuple(sorted({*rng.sample(told.words, 6), *rng.sample(_VOCABULARY, 6)})),
        marks=("new",),
        tolls=(Toll(field="killed", count=killed, start=0, end=4, source=f"source {number % 50}", rank="counter"),),
        seats=((0, 4, 0),),
    )
    sketch = ReportSketch(
        report=name,
        published=published,
        publisher=f"publisher{number % 30}.example",
        shingles=hashed,
        signature=copies.signature(hashed),
        facts=(f"b:n:{killed}", f"b:p:{told.spot.id}", f"b:d:{told.day}"),
        events=(event,),
    )
    return Made(_coded(name, published, told, number), sketch)


def _coded(name: str, published: str, told: Happening, number: int) -> CodedDocument:
    text = f"word and more of report {number}"
    span = Span(0, 4, text[:4])
    day, spot = told.day.isoformat(), told.spot
    where = Place(span=span, name=spot.name, country=spot.country, lat=spot.lat, lon=spot.lon, level=spot.level)
    event = Event(id=f"{name}:e1", type="ASSAULT", trigger=span, places=(where,), date=DateRange(day, day))
    document = Document(id=name, text=text, published=published, publisher=f"publisher{number % 30}.example")
    return CodedDocument(document=document, language="ar", events=(event,))
