"""Incidents as the JSON that other programs rely on, every key always present."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marsad.link.compare import Verdict
from marsad.link.figures import Reckoning
from marsad.link.summary import Summary


def incident_to_contract(name: str, summary: Summary, verdict: str | None = None) -> dict[str, Any]:
    """Return one incident as the contract's object; `verdict` is confirmed or rejected where a person judged so."""
    reckoning = summary.reckoning
    return {
        "id": name,
        "type": summary.type,
        "modes": list(summary.modes),
        "statuses": list(summary.statuses),
        "date": {"start": summary.start, "end": summary.end} if summary.start else None,
        "places": [
            {"name": p.name, "country": p.country, "lat": p.lat, "lon": p.lon, "id": p.id} for p in summary.places
        ],
        "mentions": [
            {"doc": report, "event": event, "start": start, "end": end}
            for report, event, start, end in summary.mentions
        ],
        "figures": {
            field: {"best": f.best, "low": f.low, "high": f.high, "by": f.by, "judged": f.judged}
            for field, f in reckoning.figures.items()
        },
        "claims": [_claim(total) for total in reckoning.totals],
        "toll": toll(reckoning),
        "sources": reckoning.sources,
        "contradicted": reckoning.contradicted,
        "verdict": verdict,
    }


def _claim(total: Any) -> dict[str, Any]:
    return {
        "doc": total.report,
        "event": total.event,
        "field": total.field,
        "value": {"min": total.count, "max": total.count},
        "source": total.source,
        "rank": total.rank,
        "said": total.said,
        "start": total.start,
        "end": total.end,
        "withdrawn": total.withdrawn,
    }


def toll(reckoning: Reckoning) -> dict[str, list[dict[str, Any]]]:
    """Return for each outcome how its total grew or fell from report to report, in order of publication."""
    found: dict[str, list[dict[str, Any]]] = {}
    for total in reckoning.totals:
        if not total.withdrawn:
            found.setdefault(total.field, []).append({"said": total.said, "count": total.count, "doc": total.report})
    return found


def verdict_to_json(event: str, other: str, incident: str | None, verdict: Verdict) -> dict[str, Any]:
    """Return what the machine holds of two events: score in log-odds, and each reason with its weight."""
    return {
        "event": event,
        "other": other,
        "incident": incident,
        "score": round(verdict.score, 3),
        "cannot": verdict.cannot,
        "reasons": [{"feature": c.name, "weight": c.weight, "seen": c.seen} for c in verdict.clues],
    }


def reasons(verdict: Verdict, most: int = 6) -> str:
    """Return the heaviest reasons on one line."""
    heaviest: Sequence[Any] = sorted(verdict.clues, key=lambda c: -abs(c.weight))[:most]
    return ", ".join(f"{c.name} {c.weight:+.1f}" + (f" ({c.seen})" if c.seen else "") for c in heaviest)
