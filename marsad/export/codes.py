"""The layouts of conflict data sets: like ACLED's, like UCDP's GED, and PLOVER's as POLECAT publishes it.

They are layouts, not those data sets: rows were coded by Marsad, not by these projects' coders.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO, NamedTuple

import msgspec

from marsad.codebook import load_codebook
from marsad.export.exchange import load_exchange
from marsad.export.facts import Facts, Party, country_name, days_between, division_name, facts_of, place_text
from marsad.export.frame import Frame, text_into
from marsad.export.tables import safe
from marsad.export.titles import label
from marsad.model import Span
from marsad.publication.items import Telling

_WEEK, _MONTH = 7, 31
_VIOLENCE = "ASSAULT"


class _Asked(NamedTuple):
    """An item with what its row is made from."""

    facts: Facts
    frame: Frame
    item: Any
    acled: tuple[str, str] | None


class Field(NamedTuple):
    """A column of a layout and how its value is made."""

    name: str
    read: Callable[[_Asked], Any]


def _ask(item: Any, frame: Frame) -> _Asked:
    facts = facts_of(item)
    status = "actual" if facts.is_actual else "negated"
    return _Asked(facts, frame, item, load_codebook().acled(facts.type, facts.modes, status))


# ---- ACLED ----------------------------------------------------------------------------------------------------------


def _time_precision(asked: _Asked) -> int | None:
    """1 the day is known, 2 the week, 3 the month or less."""
    facts = asked.facts
    if facts.start is None or facts.end is None:
        return None
    days = days_between(facts.start, facts.end)
    return 1 if days == 0 else 2 if days < _WEEK else 3


def _party(parties: Iterable[Party], number: int) -> Party | None:
    return next((p for n, p in enumerate(parties) if n == number), None)


def _inter(asked: _Asked, parties: tuple[Party, ...], *, is_actor: bool) -> str | None:
    codes = load_exchange().acled
    party = _party(parties, 0)
    if party is None:
        return None
    if is_actor and asked.acled and asked.acled[0] in codes.by_event:
        return codes.by_event[asked.acled[0]]
    kind = codes.inter.get(party.sector or "")
    where = asked.facts.place.country if asked.facts.place else None
    is_abroad = party.country is not None and where is not None and party.country != where
    return codes.abroad if kind == codes.inter["GOV"] and is_abroad else kind


def _named(parties: tuple[Party, ...], number: int) -> str | None:
    party = _party(parties, number)
    return _name(party) if party else None


def _name(party: Party) -> str | None:
    """A party by its name, or where none is known or published, by its sector and country."""
    if party.name:
        return party.name
    sector = label("sector", party.sector, "en") if party.sector else None
    return " of ".join(v for v in (sector, party.country) if v) or None


def _others(parties: tuple[Party, ...]) -> str | None:
    return "; ".join(n for p in parties[1:] if (n := _name(p))) or None


def _interaction(asked: _Asked) -> str | None:
    first = _inter(asked, asked.facts.actors, is_actor=True)
    second = _inter(asked, asked.facts.recipients, is_actor=False)
    if first is None:
        return None
    return f"{first}-{second}" if second else f"Sole {first.lower()} action"


def _is_on_civilians(asked: _Asked) -> str | None:
    on_civilians = _inter(asked, asked.facts.recipients, is_actor=False) == "Civilians"
    return "Civilian targeting" if on_civilians and asked.facts.type == _VIOLENCE else None


def _place(name: str) -> Callable[[_Asked], Any]:
    return lambda a: getattr(a.facts.place, name, None)


ACLED: tuple[Field, ...] = (
    Field("event_id_cnty", lambda a: a.facts.id),
    Field("event_date", lambda a: a.facts.start),
    Field("year", lambda a: int(a.facts.start[:4]) if a.facts.start else None),
    Field("time_precision", _time_precision),
    Field("disorder_type", lambda a: load_exchange().acled.disorder.get(a.acled[0]) if a.acled else None),
    Field("event_type", lambda a: a.acled[0] if a.acled else None),
    Field("sub_event_type", lambda a: a.acled[1] if a.acled else None),
    Field("actor1", lambda a: _named(a.facts.actors, 0)),
    Field("assoc_actor_1", lambda a: _others(a.facts.actors)),
    Field("inter1", lambda a: _inter(a, a.facts.actors, is_actor=True)),
    Field("actor2", lambda a: _named(a.facts.recipients, 0)),
    Field("assoc_actor_2", lambda a: _others(a.facts.recipients)),
    Field("inter2", lambda a: _inter(a, a.facts.recipients, is_actor=False)),
    Field("interaction", _interaction),
    Field("civilian_targeting", _is_on_civilians),
    Field("iso3", _place("country")),
    Field("country", lambda a: country_name(a.frame.atlas, getattr(a.facts.place, "country", None))),
    Field("admin1", lambda a: division_name(a.frame.atlas, a.facts.place)),
    Field("location", _place("name")),
    Field("latitude", _place("lat")),
    Field("longitude", _place("lon")),
    Field("geo_precision", lambda a: load_exchange().acled.geo_precision.get(a.facts.level or "")),
    Field("source", lambda a: "; ".join(a.facts.reports) or None),
    Field("notes", lambda a: a.facts.notes),
    Field("fatalities", lambda a: a.facts.low or 0),
    Field("timestamp", lambda a: a.facts.published),
)


def write_acled(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write what ACLED would record, in its columns: what happened, of types that it has. Returns how many rows.

    Fatalities follow ACLED's conservative rule: the lowest figure that anyone gave, and none where nobody gave one.
    """
    return _write(ACLED, (a for i in items if (a := _ask(i, frame)).acled is not None), stream)


# ---- UCDP -----------------------------------------------------------------------------------------------------------


def _date_prec(asked: _Asked) -> int | None:
    """1 the day, 2 up to six days, 3 a week, 4 a month, 5 more."""
    facts = asked.facts
    if facts.start is None or facts.end is None:
        return None
    days = days_between(facts.start, facts.end)
    return 1 if days == 0 else 2 if days < _WEEK - 1 else 3 if days < _WEEK else 4 if days < _MONTH else 5


def _kind_of_violence(asked: _Asked) -> int | None:
    """1 state-based, 2 between others, 3 one-sided; None where the sectors do not tell."""
    codes = load_exchange().ucdp
    actors, recipients = (
        {p.sector for p in parties if p.sector} for parties in (asked.facts.actors, asked.facts.recipients)
    )
    if not actors or not recipients:
        return None
    if recipients <= codes.civilian:
        return 3
    if not (actors | recipients) <= codes.state | codes.armed:
        return None
    return 1 if (actors | recipients) & codes.state else 2


def _unknown_deaths(asked: _Asked) -> int | None:
    best = asked.facts.best
    return None if best is None else max(0, best - (asked.facts.civilians or 0))


UCDP: tuple[Field, ...] = (
    Field("id", lambda a: a.facts.id),
    Field("year", lambda a: int(a.facts.start[:4]) if a.facts.start else None),
    Field("type_of_violence", _kind_of_violence),
    Field("side_a", lambda a: _named(a.facts.actors, 0)),
    Field("side_b", lambda a: _named(a.facts.recipients, 0)),
    Field("number_of_sources", lambda a: 1 if isinstance(a.item, Telling) else a.item.sources),
    Field("source_article", lambda a: "; ".join(a.facts.reports) or None),
    Field("source_date", lambda a: (a.facts.published or "")[:10] or None),
    Field("source_original", lambda a: "; ".join(a.facts.said_by) or None),
    Field("where_prec", lambda a: load_exchange().ucdp.where_prec.get(a.facts.level or "")),
    Field("where_coordinates", _place("name")),
    Field("where_description", lambda a: place_text(a.facts.place)),
    Field("adm_1", lambda a: division_name(a.frame.atlas, a.facts.place)),
    Field("latitude", _place("lat")),
    Field("longitude", _place("lon")),
    Field("geom_wkt", lambda a: _point(a.facts.place)),
    Field("country", lambda a: country_name(a.frame.atlas, getattr(a.facts.place, "country", None))),
    Field("date_prec", _date_prec),
    Field("date_start", lambda a: a.facts.start),
    Field("date_end", lambda a: a.facts.end),
    Field("deaths_civilians", lambda a: a.facts.civilians),
    Field("deaths_unknown", _unknown_deaths),
    Field("best", lambda a: a.facts.best),
    Field("low", lambda a: a.facts.low),
    Field("high", lambda a: a.facts.high),
)


def _point(place: Any) -> str | None:
    return f"POINT ({place.lon} {place.lat})" if place is not None and place.lat is not None else None


def write_ucdp(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write violence that killed someone, in columns of UCDP's GED with best, low and high. Returns how many rows."""
    asked = (_ask(item, frame) for item in items)
    return _write(UCDP, (a for a in asked if a.facts.type == _VIOLENCE and a.facts.is_actual and a.facts.high), stream)


def _write(layout: tuple[Field, ...], rows: Iterable[_Asked], stream: BinaryIO) -> int:
    with text_into(stream, "utf-8-sig") as text:
        lines = csv.writer(text)
        lines.writerow(field.name for field in layout)
        count = 0
        for asked in rows:
            count += 1
            lines.writerow([safe(field.read(asked)) for field in layout])
    return count


# ---- PLOVER ---------------------------------------------------------------------------------------------------------


def _intensity(asked: _Asked) -> float:
    return load_codebook().score(asked.facts.type)


def _quad(asked: _Asked) -> str:
    quad = load_codebook().quad(asked.facts.type)
    return load_exchange().plover.quads.get(quad, quad)


def _all(name: str, role: str) -> Callable[[_Asked], Any]:
    return lambda a: [v for p in getattr(a.facts, role) if (v := getattr(p, name))]


def _trigger(asked: _Asked) -> str | None:
    span: Span | None = asked.item.event.trigger if isinstance(asked.item, Telling) else None
    return span.text or None if span else None


PLOVER: tuple[Field, ...] = (
    Field("Event ID", lambda a: a.facts.id),
    Field("Event Date", lambda a: a.facts.start),
    Field("Event Type", lambda a: a.facts.type),
    Field("Event Mode", lambda a: list(a.facts.modes)),
    Field("Intensity", _intensity),
    Field("Quad Code", _quad),
    Field("Status", lambda a: a.item.event.status if isinstance(a.item, Telling) else list(a.item.summary.statuses)),
    Field("Actor Name", _all("name", "actors")),
    Field("Actor Country", _all("country", "actors")),
    Field("Actor Sectors", _all("sector", "actors")),
    Field("Recipient Name", _all("name", "recipients")),
    Field("Recipient Country", _all("country", "recipients")),
    Field("Recipient Sectors", _all("sector", "recipients")),
    Field("Placename", _place("name")),
    Field("Province", lambda a: division_name(a.frame.atlas, a.facts.place)),
    Field("Country", _place("country")),
    Field("Latitude", _place("lat")),
    Field("Longitude", _place("lon")),
    Field("GeoNames ID", lambda a: _geonames(a.facts.place)),
    Field("Raw Placename", lambda a: place_text(a.facts.place)),
    Field("Fatalities", lambda a: {"best": a.facts.best, "low": a.facts.low, "high": a.facts.high}),
    Field("Event Text", _trigger),
    Field("Source", lambda a: list(a.facts.said_by)),
    Field("Publisher", lambda a: list(a.facts.reports)),
    Field("Publication Date", lambda a: a.facts.published),
    Field("URL", lambda a: a.facts.url),
)


def _geonames(place: Any) -> int | None:
    kind, _, number = (getattr(place, "id", None) or "").partition(":")
    return int(number) if kind == "geonames" and number.isdigit() else None


def write_plover(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write one JSON object a line with PLOVER's codes, in POLECAT's column names; returns how many."""
    count = 0
    for item in items:
        count += 1
        asked = _ask(item, frame)
        row: Mapping[str, Any] = {field.name: field.read(asked) for field in PLOVER}
        stream.write(msgspec.json.encode(row) + b"\n")
    return count


LAYOUTS = {"acled": ACLED, "ucdp": UCDP, "plover": PLOVER}
"""Format → its columns."""
