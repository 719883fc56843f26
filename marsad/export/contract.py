"""The JSON that other programs rely on: one object per report, with every key always present."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

import msgspec

from marsad.export.frame import Frame
from marsad.export.incidents import incident_to_contract
from marsad.model import (
    Attribution,
    Casualty,
    CodedDocument,
    Damage,
    Document,
    Event,
    Money,
    Participant,
    Place,
    Quantity,
    Span,
    Weapon,
)
from marsad.publication.items import Telling


def to_contract(coded: CodedDocument) -> dict[str, Any]:
    """Return the report as the contract's object: keys in the contract's order, unknown as None or []."""
    document = coded.document
    return {
        "id": document.id,
        "published": document.published,
        "publisher": document.publisher,
        "language": coded.language,
        "stories": [{"start": s.start, "end": s.end, "published": s.published} for s in coded.stories],
        "events": [event_to_contract(event) for event in coded.events],
    }


def event_to_contract(event: Event) -> dict[str, Any]:
    """Return one event as the contract's object."""
    return {
        "id": event.id,
        "type": event.type,
        "modes": list(event.modes),
        "status": event.status,
        "generic": event.generic,
        "confidence": None if event.confidence is None else round(event.confidence, 4),
        "trigger": _span(event.trigger, text_last=True),
        "mentions": [_span(m, text_last=True) for m in event.mentions],
        "actor": [_participant(p) for p in event.actor],
        "recipient": [_participant(p) for p in event.recipient],
        "places": [_place(p) for p in event.places],
        "date": {"start": event.date.start, "end": event.date.end} if event.date else None,
        "date_text": _span(event.date_text, text_last=True) if event.date_text else None,
        "weapons": [_weapon(w) for w in event.weapons],
        "casualties": [_casualty(c) for c in event.casualties],
        "damage": [_damage(d) for d in event.damage],
        "money": _money(event.money) if event.money else None,
        "source": [_attribution(a) for a in event.source],
        # Only where people had a say, as other marks.
        **({"people": list(event.people)} if event.people else {}),
    }


def event_line(document: Document, event: Event) -> dict[str, Any]:
    """Return one event as an object that also says which report it is from."""
    head = {
        "report": document.id,
        "published": document.published,
        "publisher": document.publisher,
        "url": document.url,
    }
    return head | event_to_contract(event)


def telling_line(item: Telling) -> dict[str, Any]:
    """Return an event with its report and its incident."""
    return event_line(item.document, item.event) | {"incident": item.incident, "verdict": item.verdict}


def line_of(item: Any) -> dict[str, Any]:
    """Return an event or an incident as the object that stands on a line of its own."""
    if isinstance(item, Telling):
        return telling_line(item)
    return incident_to_contract(item.id, item.summary, item.verdict)


def write_json_lines(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write one event or incident a line, without the columns that the frame drops; returns how many."""
    count = 0
    for item in items:
        count += 1
        stream.write(msgspec.json.encode({k: v for k, v in line_of(item).items() if k not in frame.drop}) + b"\n")
    return count


def _span(span: Span, *, text_last: bool = False) -> dict[str, Any]:
    if text_last:
        return {"start": span.start, "end": span.end, "text": span.text}
    return {"text": span.text, "start": span.start, "end": span.end}


def _participant(party: Participant) -> dict[str, Any]:
    codes = {"name": party.name, "country": party.country, "sector": party.sector}
    return _span(party.span, text_last=True) | codes | _inferred(party.inferred)


def _place(place: Place) -> dict[str, Any]:
    found = {
        "name": place.name,
        "country": place.country,
        "lat": place.lat,
        "lon": place.lon,
        "level": place.level,
        "id": place.id,
    }
    return _span(place.span, text_last=True) | found | _inferred(place.inferred)


def _weapon(weapon: Weapon) -> dict[str, Any]:
    return _span(weapon.span) | {"kind": weapon.kind} | _quantity(weapon.quantity) | _subset(weapon.subset)


def _casualty(casualty: Casualty) -> dict[str, Any]:
    quantity = _quantity(casualty.quantity)
    bounds = {"min": quantity.pop("min"), "max": quantity.pop("max")}
    who = {"who": casualty.who, "subset": casualty.subset}
    return _span(casualty.span) | {"outcome": casualty.outcome} | bounds | who | quantity


def _damage(damage: Damage) -> dict[str, Any]:
    return _span(damage.span) | {"object": damage.object} | _quantity(damage.quantity) | _subset(damage.subset)


def _money(money: Money) -> dict[str, Any]:
    return _span(money.span) | {"min": money.min, "max": money.max, "currency": money.currency}


def _attribution(attribution: Attribution) -> dict[str, Any]:
    return _span(attribution.span) | {"name": attribution.name} | _inferred(attribution.inferred)


def _quantity(quantity: Quantity) -> dict[str, Any]:
    """The bounds, and the marks that are set."""
    found: dict[str, Any] = {"min": quantity.min, "max": quantity.max}
    if quantity.approx:
        found["approx"] = True
    if quantity.vague is not None:
        found["vague"] = quantity.vague
    if quantity.joint is not None:
        found["joint"] = quantity.joint
    return found


def _inferred(inferred: bool) -> dict[str, Any]:
    return {"inferred": True} if inferred else {}


def _subset(subset: bool) -> dict[str, Any]:
    return {"subset": True} if subset else {}
