"""Claims: each value of each event as its sources give it, the unit of evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from marsad.model import Claim, CodedDocument, Event, Span


def claims_of(coded: CodedDocument) -> Iterator[Claim]:
    """Yield each value of each event as a claim by each source of the event; with none, by the report alone (None)."""
    for event in coded.events:
        sources = dict.fromkeys(a.name or a.span.text for a in event.source) or (None,)
        for field, value, span in _values(event):
            for source in sources:
                yield Claim(
                    document=coded.document.id, event=event.id, field=field, value=value, span=span, source=source
                )


def _values(event: Event) -> Iterator[tuple[str, Any, Span]]:
    yield "type", {"type": event.type, "modes": list(event.modes)}, event.trigger
    yield "status", event.status, event.trigger
    for role, parties in (("actor", event.actor), ("recipient", event.recipient)):
        for party in parties:
            yield role, {"name": party.name, "country": party.country, "sector": party.sector}, party.span
    for place in event.places:
        yield "place", {"name": place.name, "country": place.country, "id": place.id, "level": place.level}, place.span
    if event.date is not None:
        yield "date", {"start": event.date.start, "end": event.date.end}, event.date_text or event.trigger
    for weapon in event.weapons:
        yield "weapon", {"kind": weapon.kind, **_plain(weapon.quantity)}, weapon.span
    for casualty in event.casualties:
        value = {"who": casualty.who, "subset": casualty.subset, **_plain(casualty.quantity)}
        yield casualty.outcome, value, casualty.span
    for damage in event.damage:
        yield "damage", {"object": damage.object, "subset": damage.subset, **_plain(damage.quantity)}, damage.span
    if event.money is not None:
        money = event.money
        yield "money", {"min": money.min, "max": money.max, "currency": money.currency}, money.span


def _plain(value: msgspec.Struct) -> dict[str, Any]:
    return dict(msgspec.to_builtins(value))
