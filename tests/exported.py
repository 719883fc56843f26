"""What tests of exports share: events and incidents with every field, with none, and with words that are hard to write."""

from __future__ import annotations

from typing import Any

import msgspec
from standin import TEXT, make_event, span_in

from marsad.link.figures import Figure, Reckoning, Total
from marsad.link.summary import Summary, Where
from marsad.model import Casualty, Damage, Document, Event, Money, Place, Quantity, Span
from marsad.publication.items import Happening, Telling

MOMENT = "2025-08-01T12:00:00Z"
# A formula, a quotation mark, a line break, a control character, an ampersand, a letter beyond the first plane.
HARD = '=HYPERLINK("x")\n\x0b<&>; 𐤀 «قصف»'

DOCUMENT = Document(
    id="r1",
    text=TEXT,
    title="عنوان",
    published="2025-07-22T10:00:00+03:00",
    publisher="a.example",
    url="https://a.example/1",
)


def full_event() -> Event:
    """An event with several values of a field, a part of a total, money, and two places."""
    span = span_in(TEXT, "مبنى")
    event = make_event("r1")
    other = Place(
        span=span, name="Konotop", country="UKR", lat=51.24, lon=33.2, level="settlement", id="geonames:705135"
    )
    child = Casualty(span=span, outcome="killed", who="child", quantity=Quantity(min=1, max=1), subset=True)
    return msgspec.structs.replace(
        event,
        places=(*event.places, other),
        casualties=(*event.casualties, child),
        damage=(*event.damage, Damage(span=span, object="house", quantity=Quantity(min=20, max=20, approx=True))),
        money=Money(span=span, min=5, max=None, currency="USD"),
    )


def hard_event() -> Event:
    """An event whose names are hard to write down."""
    event = make_event("r1")
    actor = msgspec.structs.replace(event.actor[0], name=HARD)
    return msgspec.structs.replace(event, id="r1:e2", actor=(actor,), places=())


TELLINGS = (
    Telling(document=DOCUMENT, event=full_event(), incident="i-1", verdict="confirmed", text_hash="ab"),
    Telling(document=DOCUMENT, event=hard_event(), incident="i-2"),
    Telling(document=Document(id="r2", text=TEXT), event=Event(id="r2:e1", type="AID", trigger=Span(0, 4, TEXT[:4]))),
)

_TOTALS = (
    Total(report="r1", event="r1:e1", field="killed", count=3, start=64, end=76, source="TASS", said="2025-07-22"),
    Total(report="r3", event="r3:e1", field="killed", count=5, start=0, end=4, source="counter", said="2025-07-23"),
)
HAPPENINGS = (
    Happening(
        id="i-1",
        summary=Summary(
            type="ASSAULT",
            start="2025-07-21",
            end="2025-07-22",
            places=(
                Where(name="Sumy", country="UKR", lat=50.92, lon=34.8, id="geonames:692194"),
                Where(name="Konotop", country="UKR", lat=51.24, lon=33.2, id="geonames:705135"),
            ),
            modes=("heavy-weapons",),
            statuses=("actual",),
            actors=("RUS",),
            mentions=(("r1", "r1:e1", 0, 4), ("r3", "r3:e1", 0, 4)),
            reckoning=Reckoning(
                figures={"killed": Figure(best=5, low=3, high=5, by="counter")},
                totals=_TOTALS,
                sources=2,
                contradicted=True,
            ),
        ),
        reports=2,
        sources=2,
        contradicted=True,
        verdict="confirmed",
    ),
    Happening(
        id="i-2",
        summary=Summary(
            type="PROTEST",
            start=None,
            end=None,
            places=(),
            modes=(),
            statuses=("actual",),
            actors=(),
            mentions=(),
            reckoning=Reckoning(figures={}, totals=(), sources=1, contradicted=False),
        ),
        reports=1,
        sources=1,
        contradicted=False,
    ),
)
ITEMS: dict[str, tuple[Any, ...]] = {"events": TELLINGS, "incidents": HAPPENINGS}
