"""FollowTheMoney entities, one a line: what happened, who was part of it, and the reports that say so.

Ids follow from what they name, so that exports of several days fall together. A party of several events is one entity.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import msgspec

from marsad.export.exchange import load_exchange
from marsad.export.facts import Facts, Party, facts_of
from marsad.export.frame import Frame
from marsad.export.geo import places_of
from marsad.export.titles import title
from marsad.publication.items import Telling

_REMEMBERED = 100_000
"""Entities that are not written twice; what was forgotten comes again with the same id, which readers merge."""

_BODIES = {"GOV": "PublicBody", "MIL": "PublicBody", "COP": "PublicBody", "JUD": "PublicBody", "IGO": "Organization"}
_GROUPS = {"NGO": "Organization", "REB": "Organization", "PAR": "Organization", "PTY": "Organization", "BUS": "Company"}


def write_entities(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write the entities of each item; returns how many items."""
    count = 0
    seen: OrderedDict[str, None] = OrderedDict()
    for item in items:
        count += 1
        for entity in _entities(item, frame):
            if entity["id"] in seen:
                continue
            seen[entity["id"]] = None
            if len(seen) > _REMEMBERED:
                seen.popitem(last=False)
            stream.write(msgspec.json.encode(entity) + b"\n")
    return count


def _entities(item: Any, frame: Frame) -> Iterator[dict[str, Any]]:
    facts = facts_of(item)
    actors = [_party(p) for p in facts.actors if p.name]
    recipients = [_party(p) for p in facts.recipients if p.name]
    yield from actors
    yield from recipients
    report = _report(item) if isinstance(item, Telling) else None
    if report is not None:
        yield report
    yield _entity(
        "Event",
        ("event", facts.id),
        name=[title(item, frame.lang)],
        startDate=[facts.start],
        endDate=[facts.end],
        country=[_country(p.country) for p in places_of(item)],
        location=[p.name for p in places_of(item)],
        summary=[facts.notes],
        keywords=[facts.type, *facts.modes],
        involved=[e["id"] for e in (*actors, *recipients)],
        sourceUrl=[_web(facts)],
        proof=[report["id"]] if report else [],
    )


def _party(party: Party) -> dict[str, Any]:
    schema = _BODIES.get(party.sector or "") or _GROUPS.get(party.sector or "") or "LegalEntity"
    key = (schema, party.name, party.country or "")
    return _entity(schema, key, name=[party.name], country=[_country(party.country)])


def _report(item: Telling) -> dict[str, Any]:
    document = item.document
    web = document.url if document.url and document.url.startswith(("http://", "https://")) else None
    return _entity(
        "Article",
        ("report", document.id),
        title=[document.title or document.id],
        publisher=[document.publisher],
        publishedAt=[document.published[:10] if document.published else None],
        sourceUrl=[web],
    )


def _web(facts: Facts) -> str | None:
    return facts.url if facts.url and facts.url.startswith(("http://", "https://")) else None


def _country(code: str | None) -> str | None:
    return load_exchange().ftm.countries.get(code or "")


def _entity(schema: str, key: tuple[str, ...], **properties: list[str | None]) -> dict[str, Any]:
    given = {name: [v for v in values if v] for name, values in properties.items()}
    name = hashlib.sha1("\n".join(key).encode(), usedforsecurity=False).hexdigest()
    return {"id": name, "schema": schema, "properties": {k: list(dict.fromkeys(v)) for k, v in given.items() if v}}
