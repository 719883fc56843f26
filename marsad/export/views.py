"""Views over incidents as JSON and CSV: the steps of negotiations, relations of two parties. Every key is always present."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TextIO

from marsad.codebook import load_codebook
from marsad.export.tables import safe
from marsad.link.relations import Relation
from marsad.link.talks import Process, Step, Who

Quote = Callable[[str, int, int], str]
"""Gives the words of a report, by its id, from start to end."""

_RELATION_COLUMNS = ("period", "start", "end", "direction", "incidents", "score_sum", "score_mean")


def step_to_json(step: Step, quote: Quote) -> dict[str, Any]:
    """Return one step of a negotiation with the words that tell it."""
    return {
        "id": step.id,
        "step": step.step,
        "type": step.type,
        "modes": list(step.modes),
        "date": {"start": step.day, "end": step.until or step.day} if step.day else None,
        "dated_by": None if step.day is None else "report" if step.by_report else "incident",
        "denied": step.denied,
        "who": [_who(w) for w in step.who],
        "with": [_who(w) for w in step.with_whom],
        "topics": list(step.topics),
        "about": [
            {"topic": a.topic, "doc": a.report, "start": a.start, "end": a.end, "text": quote(a.report, a.start, a.end)}
            for a in step.about
        ],
        "places": [{"name": p.name, "country": p.country, "lat": p.lat, "lon": p.lon, "id": p.id} for p in step.places],
        "mentions": mentions_to_json(step.mentions, quote),
        "reports": step.reports,
        "sources": step.sources,
    }


def _who(who: Who) -> dict[str, str | None]:
    return {"name": who.name, "country": who.country, "sector": who.sector, "id": who.id, "text": who.words}


def mentions_to_json(mentions: Iterable[tuple[str, str, int, int]], quote: Quote) -> list[dict[str, Any]]:
    """Return the words that tell an incident, each with its report and its place there."""
    return [
        {"doc": report, "event": event, "start": start, "end": end, "text": quote(report, start, end)}
        for report, event, start, end in mentions
    ]


def process_to_json(process: Process) -> dict[str, Any]:
    """Return what two parties negotiate about one topic, as ids of steps in order."""
    return {
        "parties": list(process.parties),
        "topic": process.topic,
        "steps": list(process.steps),
        "kinds": process.kinds,
        "first": process.first,
        "last": process.last,
        "latest": process.latest,
    }


def relation_to_json(relation: Relation, quote: Quote) -> dict[str, Any]:
    """Return the points in time of two parties, and the incidents behind them with the words that tell them."""
    first, second = relation.parties
    return {
        "parties": [first, second],
        "by": relation.by,
        "points": [
            {
                "period": p.period,
                "start": p.start,
                "end": p.end,
                "direction": p.direction,
                "incidents": p.incidents,
                "score": {"sum": p.sum, "mean": p.mean},
                "types": p.types,
                "ids": list(p.ids),
            }
            for p in relation.points
        ],
        "incidents": [
            {
                "id": a.id,
                "type": a.type,
                "score": a.score,
                "day": a.day,
                "dated_by": "report" if a.by_report else "incident",
                "directions": [
                    d for d, is_so in ((f"{first}>{second}", a.forth), (f"{second}>{first}", a.back)) if is_so
                ],
                "recipient_by": "place" if a.by_place else "words",
                "reports": a.reports,
                "sources": a.sources,
                "contradicted": a.contradicted,
                "mentions": mentions_to_json(a.mentions, quote),
            }
            for a in relation.acts
        ],
        "left_out": {key: relation.left_out.get(key, 0) for key in ("denied", "rejected", "undated")},
    }


def write_relation(relation: Relation, stream: TextIO) -> None:
    """Write the points as CSV: a row for each period and direction, a column for each category, the ids of incidents."""
    types = tuple(load_codebook().types)
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow((*_RELATION_COLUMNS, *types, "ids"))
    for p in relation.points:
        counts: Mapping[str, int] = p.types
        head = (p.period, p.start, p.end, p.direction, p.incidents, p.sum, "" if p.mean is None else p.mean)
        writer.writerow([safe(c) for c in (*head, *(counts.get(t, 0) for t in types), " ".join(p.ids))])
