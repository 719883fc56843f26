"""Agreements and possible breaches as the JSON that other programs rely on, every key always present."""

from __future__ import annotations

from typing import Any

import msgspec

from marsad.export.incidents import incident_to_contract
from marsad.export.views import Quote, mentions_to_json
from marsad.export.wording import Wording
from marsad.link.truces import Agreement, Breach, Ground


def terms_to_json(number: int, terms: Agreement, *, removed: bool, log: Any) -> dict[str, Any]:
    """Return an agreement; `log` are the rows of who put down what, as structs."""
    return {
        "number": number,
        "name": terms.name,
        "parties": [{"name": p.label, "country": p.country, "id": p.id} for p in terms.parties],
        "areas": [{"id": a.id, "name": a.name, "level": a.level, "country": a.country} for a in terms.areas],
        "from": terms.since,
        "until": terms.until,
        "forbids": list(terms.forbids),
        "targets": list(terms.targets),
        "removed": removed,
        "log": msgspec.to_builtins(log),
    }


def breach_to_json(breach: Breach, wording: Wording, quote: Quote) -> dict[str, Any]:
    """Return a possible breach: the incident as `marsad incidents` gives it, why it is listed, the words that tell it."""
    whole = incident_to_contract(breach.incident, breach.summary, breach.verdict)
    whole["mentions"] = mentions_to_json(breach.summary.mentions, quote)
    grounds = [
        {"about": g.about, "scope": g.scope, "code": g.key, "text": ground_text(g, wording), "values": g.values}
        for g in breach.grounds
    ]
    return {"incident": breach.incident, "scope": breach.scope, "grounds": grounds, "evidence": whole}


def ground_text(ground: Ground, wording: Wording) -> str:
    """Return why an incident is listed, as a sentence in the interface language."""
    values = dict(ground.values)
    for key, kind in (("type", "type"), ("mode", "mode"), ("object", "object")):
        if key in values:
            values[key] = wording.label(kind, values[key])
    for key in ("level", "area_level"):
        if key in values:
            values[key] = wording.label("level", values[key])
    return wording.say(ground.key, **values)
