"""What the layouts of others ask of an event or incident, worked out once for both."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from marsad.export.columns import harm, joined
from marsad.export.exchange import load_exchange
from marsad.export.figures import figure
from marsad.export.titles import label, title
from marsad.model import Event, Place
from marsad.publication.atlas import Atlas
from marsad.publication.items import Happening, Telling

KILLED = "killed"


class Party(msgspec.Struct, frozen=True):
    """Who did it, or to whom it was done."""

    name: str
    country: str | None = None
    sector: str | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """An event or incident. `best`, `low` and `high` are killed people; None is unknown, not zero."""

    id: str
    type: str
    modes: tuple[str, ...]
    is_actual: bool
    start: str | None
    end: str | None
    place: Any
    level: str | None
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    best: int | None
    low: int | None
    high: int | None
    civilians: int | None
    said_by: tuple[str, ...]
    reports: tuple[str, ...]
    url: str | None
    published: str | None
    notes: str


def facts_of(item: Any) -> Facts:
    """Return the facts of an event or incident."""
    return _of_event(item) if isinstance(item, Telling) else _of_incident(item)


def _of_event(item: Telling) -> Facts:
    event, document = item.event, item.document
    low, high = harm(event, KILLED, "min"), harm(event, KILLED, "max")
    if low is None and high is None:
        low = _vaguely(event)
    place = next(iter(event.places), None)
    said_by = tuple(joined(a.name or a.span.text for a in event.source))
    return Facts(
        id=event.id,
        type=event.type,
        modes=event.modes,
        is_actual=event.status == "actual" and not event.generic,
        start=event.date.start if event.date else None,
        end=event.date.end if event.date else None,
        place=place,
        level=place.level if place else None,
        actors=tuple(Party(p.name or p.span.text, p.country, p.sector) for p in event.actor),
        recipients=tuple(Party(p.name or p.span.text, p.country, p.sector) for p in event.recipient),
        best=low if low is not None else high,
        low=low if low is not None else high,
        high=high if high is not None else low,
        civilians=_civilians(event),
        said_by=said_by,
        reports=tuple(joined((document.publisher or document.id,))),
        url=document.url,
        published=document.published,
        notes=_notes(title(item, "en"), _harm_told(event), said_by, (document.publisher or document.id,)),
    )


def _of_incident(item: Happening) -> Facts:
    summary = item.summary
    killed = summary.reckoning.figures.get(KILLED)
    place = next(iter(summary.places), None)
    said_by = tuple(joined(t.source for t in summary.reckoning.totals))
    reports = tuple(joined(m[0] for m in summary.mentions))
    told = [
        f"{label('outcome', field, 'en')} {f.best}" + (f" ({f.low}-{f.high})" if f.low != f.high else "")
        for field, f in summary.reckoning.figures.items()
    ]
    disputed = ["Sources contradict each other."] if item.contradicted else []
    return Facts(
        id=item.id,
        type=summary.type,
        modes=summary.modes,
        is_actual="actual" in summary.statuses,
        start=summary.start,
        end=summary.end,
        place=place,
        level=place.level or _level(place) if place else None,
        actors=tuple(Party(a) for a in summary.actors),
        recipients=(),
        best=killed.best if killed else None,
        low=killed.low if killed else None,
        high=killed.high if killed else None,
        civilians=None,
        said_by=said_by,
        reports=reports,
        url=None,
        published=item.reported,
        notes=" ".join([_notes(title(item, "en"), told, said_by, reports), *disputed]),
    )


def _level(place: Any) -> str:
    """The level of a place of an incident that an older Marsad summed up: exact, if it has coordinates of its own."""
    return "settlement" if place.lat is not None else "area"


def _vaguely(event: Event) -> int | None:
    vague = load_exchange().acled.vague
    told = [c.quantity.vague for c in event.casualties if c.outcome == KILLED and not c.subset]
    return max((vague[word] for word in told if word in vague), default=None)


def _civilians(event: Event) -> int | None:
    kinds = load_exchange().ucdp.civilian_victims
    found = [c.quantity.min for c in event.casualties if c.outcome == KILLED and c.who in kinds]
    return max((n for n in found if n is not None), default=None)


def _harm_told(event: Event) -> list[str]:
    return [
        f"{label('outcome', c.outcome, 'en')} {figure(c.quantity)}".strip() for c in event.casualties if not c.subset
    ]


def _notes(head: str, told: Iterable[str], said_by: Iterable[str], reports: Iterable[str]) -> str:
    """Sentences on what happened, the harm, who says so, and where it was told."""
    sentences = [head, ", ".join(dict.fromkeys(told))]
    sources, printed = ", ".join(said_by), ", ".join(reports)
    sentences += [f"Said by: {sources}" if sources else "", f"Told by: {printed}" if printed else ""]
    return " ".join(f"{s}." for s in sentences if s)


def days_between(start: str, end: str) -> int:
    """Return how many days lie between two days; 0 for one and the same."""
    import datetime

    return (datetime.date.fromisoformat(end) - datetime.date.fromisoformat(start)).days


def division_name(atlas: Atlas | None, place: Any) -> str | None:
    """Return the name of the first-level division of a place."""
    if atlas is None or place is None:
        return None
    entry = atlas.division(place.id)
    return entry.name if entry else None


def country_name(atlas: Atlas | None, code: str | None) -> str | None:
    """Return the English name of a country, or its code where nobody knows more."""
    entry = atlas.country(code) if atlas is not None and code else None
    return entry.name if entry else code


def place_text(place: Any) -> str | None:
    """Return a place as the report writes it, where that is known."""
    return place.span.text or None if isinstance(place, Place) else None
