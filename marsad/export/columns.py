"""The columns that events and incidents have in tables: name, kind of value, HXL hashtag, and how the value is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from marsad.export.figures import figure
from marsad.link.model import FIELDS
from marsad.model import Event, Participant, Quantity
from marsad.publication.items import Happening, Telling


class Column(msgspec.Struct, frozen=True):
    """One column. `kind` is text, texts (a list), whole, number, flag or day; `read` gives None where a value is unknown.

    What a column means stands in `data/columns.yaml`, in both languages.
    """

    name: str
    kind: str
    read: Callable[[Any], Any]
    hxl: str = ""


def joined(values: Iterable[str | None]) -> list[str]:
    """Return the values that are there, each once."""
    return list(dict.fromkeys(v for v in values if v))


def first_point(places: Iterable[Any]) -> Any:
    """Return the first place with coordinates, or None."""
    return next((p for p in places if p.lat is not None and p.lon is not None), None)


def harm(event: Event, outcome: str, bound: str) -> int | None:
    """Return the largest figure given for an outcome; parts of a total are left out."""
    found = [getattr(c.quantity, bound) for c in event.casualties if c.outcome == outcome and not c.subset]
    return max((n for n in found if n is not None), default=None)


def _document(name: str) -> Callable[[Telling], Any]:
    return lambda t: getattr(t.document, name)


def _point(name: str) -> Callable[[Telling], Any]:
    return lambda t: getattr(first_point(t.event.places), name, None)


def _harm(outcome: str, bound: str) -> Callable[[Telling], Any]:
    return lambda t: harm(t.event, outcome, bound)


def _names(parties: tuple[Participant, ...]) -> list[str]:
    return joined(p.name or p.span.text for p in parties)


def _rounded(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, 3)


def _counted(kind: str, quantity: Quantity) -> str:
    return f"{kind} {figure(quantity)}".strip()


EVENT_COLUMNS: tuple[Column, ...] = (
    Column("id", "text", lambda t: t.event.id, "#event+id"),
    Column("report", "text", _document("id"), "#meta+report+id"),
    Column("published", "text", _document("published"), "#date+reported"),
    Column("publisher", "text", _document("publisher"), "#meta+publisher+name"),
    Column("url", "text", _document("url"), "#meta+url"),
    Column("type", "text", lambda t: t.event.type, "#event+type+code"),
    Column("modes", "texts", lambda t: list(t.event.modes), "#event+mode+code"),
    Column("status", "text", lambda t: t.event.status, "#status+event"),
    Column("generic", "flag", lambda t: t.event.generic, "#indicator+generic"),
    Column("confidence", "number", lambda t: _rounded(t.event.confidence), "#indicator+confidence+num"),
    Column("people", "texts", lambda t: list(t.event.people), "#meta+people"),
    Column("date_start", "day", lambda t: t.event.date.start if t.event.date else None, "#date+occurred+start"),
    Column("date_end", "day", lambda t: t.event.date.end if t.event.date else None, "#date+occurred+end"),
    Column("actors", "texts", lambda t: _names(t.event.actor), "#org+actor+name"),
    Column("actor_countries", "texts", lambda t: joined(p.country for p in t.event.actor), "#country+actor+code"),
    Column("actor_sectors", "texts", lambda t: joined(p.sector for p in t.event.actor), "#org+actor+type+code"),
    Column("recipients", "texts", lambda t: _names(t.event.recipient), "#org+recipient+name"),
    Column(
        "recipient_countries",
        "texts",
        lambda t: joined(p.country for p in t.event.recipient),
        "#country+recipient+code",
    ),
    Column(
        "recipient_sectors", "texts", lambda t: joined(p.sector for p in t.event.recipient), "#org+recipient+type+code"
    ),
    Column("places", "texts", lambda t: joined(p.name for p in t.event.places), "#loc+name"),
    Column("place_ids", "texts", lambda t: joined(p.id for p in t.event.places), "#loc+code"),
    Column("levels", "texts", lambda t: joined(p.level for p in t.event.places), "#loc+type"),
    Column("countries", "texts", lambda t: joined(p.country for p in t.event.places), "#country+code"),
    Column("lat", "number", _point("lat"), "#geo+lat"),
    Column("lon", "number", _point("lon"), "#geo+lon"),
    Column("killed_min", "whole", _harm("killed", "min"), "#affected+killed+min"),
    Column("killed_max", "whole", _harm("killed", "max"), "#affected+killed+max"),
    Column("injured_min", "whole", _harm("injured", "min"), "#affected+injured+min"),
    Column("injured_max", "whole", _harm("injured", "max"), "#affected+injured+max"),
    Column("casualties", "texts", lambda t: joined(c.span.text for c in t.event.casualties), "#description+casualties"),
    Column(
        "weapons", "texts", lambda t: joined(_counted(w.kind, w.quantity) for w in t.event.weapons), "#item+weapon+code"
    ),
    Column(
        "damage",
        "texts",
        lambda t: joined(_counted(d.object, d.quantity) for d in t.event.damage),
        "#impact+damage+code",
    ),
    Column("money", "text", lambda t: t.event.money.span.text if t.event.money else None, "#value+text"),
    Column("sources", "texts", lambda t: joined(a.name or a.span.text for a in t.event.source), "#meta+source+name"),
    Column("trigger", "text", lambda t: t.event.trigger.text, "#description+trigger"),
    Column("start", "whole", lambda t: t.event.trigger.start, "#meta+start"),
    Column("end", "whole", lambda t: t.event.trigger.end, "#meta+end"),
    Column("incident", "text", lambda t: t.incident, "#event+incident+id"),
    Column("verdict", "text", lambda t: t.verdict, "#status+verdict"),
)
"""The order is the file's."""


def _figure(outcome: str, name: str) -> Callable[[Happening], Any]:
    return lambda h: getattr(h.summary.reckoning.figures.get(outcome), name, None)


INCIDENT_COLUMNS: tuple[Column, ...] = (
    Column("id", "text", lambda h: h.id, "#event+id"),
    Column("type", "text", lambda h: h.summary.type, "#event+type+code"),
    Column("modes", "texts", lambda h: list(h.summary.modes), "#event+mode+code"),
    Column("statuses", "texts", lambda h: list(h.summary.statuses), "#status+event"),
    Column("date_start", "day", lambda h: h.summary.start, "#date+occurred+start"),
    Column("date_end", "day", lambda h: h.summary.end, "#date+occurred+end"),
    Column("actors", "texts", lambda h: list(h.summary.actors), "#org+actor+code"),
    Column("places", "texts", lambda h: joined(p.name for p in h.summary.places), "#loc+name"),
    Column("place_ids", "texts", lambda h: joined(p.id for p in h.summary.places), "#loc+code"),
    Column("countries", "texts", lambda h: joined(p.country for p in h.summary.places), "#country+code"),
    Column("lat", "number", lambda h: getattr(first_point(h.summary.places), "lat", None), "#geo+lat"),
    Column("lon", "number", lambda h: getattr(first_point(h.summary.places), "lon", None), "#geo+lon"),
    *(
        Column(f"{outcome}_{name}", "whole", _figure(outcome, name), f"#affected+{outcome}+{name}")
        for outcome in FIELDS
        for name in ("best", "low", "high")
    ),
    Column("reports", "whole", lambda h: h.reports, "#meta+reports+num"),
    Column("sources", "whole", lambda h: h.sources, "#meta+sources+num"),
    Column("contradicted", "flag", lambda h: h.contradicted, "#indicator+contradicted"),
    Column("report_ids", "texts", lambda h: joined(m[0] for m in h.summary.mentions), "#meta+report+id"),
    Column("event_ids", "texts", lambda h: joined(m[1] for m in h.summary.mentions), "#event+part+id"),
    Column("verdict", "text", lambda h: h.verdict, "#status+verdict"),
)
"""The order is the file's."""

COLUMNS = {"events": EVENT_COLUMNS, "incidents": INCIDENT_COLUMNS}
"""What is exported → its columns."""


def plain(columns: Iterable[Column], item: Any) -> dict[str, Any]:
    """Return the values of an item with the names of their columns; several values of one are one text, parted by "; "."""
    return {c.name: cell(c, c.read(item)) for c in columns}


def cell(column: Column, value: Any) -> Any:
    """Return a value as one cell holds it."""
    return "; ".join(value) or None if column.kind == "texts" else value
