"""One row per event, for spreadsheets. Several values of a field share a cell, parted by "; "."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from typing import TextIO

from marsad.model import Document, Event, Participant, Quantity

Cell = str | int | float | None


def _of_document(name: str) -> Callable[[Document, Event], Cell]:
    return lambda document, _event: getattr(document, name)


def _of_event(read: Callable[[Event], Cell]) -> Callable[[Document, Event], Cell]:
    return lambda _document, event: read(event)


def _join(values: Iterable[str | None]) -> str:
    return "; ".join(dict.fromkeys(v for v in values if v))


def _names(parties: tuple[Participant, ...]) -> str:
    return _join(p.name or p.span.text for p in parties)


def _first(event: Event, name: str) -> Cell:
    return next((getattr(p, name) for p in event.places if p.lat is not None), None)


def _harm(event: Event, outcome: str, bound: str) -> Cell:
    """The largest figure given for an outcome; parts of a total are left out."""
    found = [getattr(c.quantity, bound) for c in event.casualties if c.outcome == outcome and not c.subset]
    return max((n for n in found if n is not None), default=None)


def figure(quantity: Quantity) -> str:
    """Return a count as people write it: 17, 17+, ≤17, 3-5, ~20, dozens; empty if nothing is known."""
    low, high = quantity.min, quantity.max
    if low is None and high is None:
        return quantity.vague or (f"{quantity.joint} (joint)" if quantity.joint is not None else "")
    about = "~" if quantity.approx else ""
    if low == high:
        return f"{about}{low}"
    if high is None:
        return f"{about}{low}+"
    return f"{about}≤{high}" if low is None else f"{about}{low}-{high}"


def _counted(kind: str, quantity: Quantity) -> str:
    return f"{kind} {figure(quantity)}".strip()


COLUMNS: Mapping[str, Callable[[Document, Event], Cell]] = {
    "id": _of_event(lambda e: e.id),
    "report": _of_document("id"),
    "published": _of_document("published"),
    "publisher": _of_document("publisher"),
    "url": _of_document("url"),
    "type": _of_event(lambda e: e.type),
    "modes": _of_event(lambda e: _join(e.modes)),
    "status": _of_event(lambda e: e.status),
    "generic": _of_event(lambda e: "yes" if e.generic else "no"),
    "confidence": _of_event(lambda e: round(e.confidence, 3)),
    "date_start": _of_event(lambda e: e.date.start if e.date else None),
    "date_end": _of_event(lambda e: e.date.end if e.date else None),
    "actors": _of_event(lambda e: _names(e.actor)),
    "actor_countries": _of_event(lambda e: _join(p.country for p in e.actor)),
    "actor_sectors": _of_event(lambda e: _join(p.sector for p in e.actor)),
    "recipients": _of_event(lambda e: _names(e.recipient)),
    "recipient_countries": _of_event(lambda e: _join(p.country for p in e.recipient)),
    "recipient_sectors": _of_event(lambda e: _join(p.sector for p in e.recipient)),
    "places": _of_event(lambda e: _join(p.name for p in e.places)),
    "countries": _of_event(lambda e: _join(p.country for p in e.places)),
    "lat": _of_event(lambda e: _first(e, "lat")),
    "lon": _of_event(lambda e: _first(e, "lon")),
    "killed_min": _of_event(lambda e: _harm(e, "killed", "min")),
    "killed_max": _of_event(lambda e: _harm(e, "killed", "max")),
    "injured_min": _of_event(lambda e: _harm(e, "injured", "min")),
    "injured_max": _of_event(lambda e: _harm(e, "injured", "max")),
    "casualties": _of_event(lambda e: _join(c.span.text for c in e.casualties)),
    "weapons": _of_event(lambda e: _join(_counted(w.kind, w.quantity) for w in e.weapons)),
    "damage": _of_event(lambda e: _join(_counted(d.object, d.quantity) for d in e.damage)),
    "money": _of_event(lambda e: e.money.span.text if e.money else None),
    "sources": _of_event(lambda e: _join(a.name or a.span.text for a in e.source)),
    "trigger": _of_event(lambda e: e.trigger.text),
    "start": _of_event(lambda e: e.trigger.start),
    "end": _of_event(lambda e: e.trigger.end),
}
"""Column name → how its cell is read. The order is the file's."""


def write_csv(events: Iterable[tuple[Document, Event]], stream: TextIO) -> int:
    """Write a header and one row per event; returns how many events."""
    rows = csv.writer(stream)
    rows.writerow(COLUMNS)
    count = 0
    for document, event in events:
        count += 1
        rows.writerow([_safe(read(document, event)) for read in COLUMNS.values()])
    return count


def _safe(cell: Cell) -> Cell:
    """Keep a spreadsheet from running a report's words as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
