"""Finds gold values in a report read by the coder: which tokens a gold quote covers, which candidate a gold value is."""

from __future__ import annotations

from typing import Any

from marsad.agreement import is_same_name as same_name
from marsad.coder.parties import Party
from marsad.coder.passage import OUTCOMES, Cluster, Figure, Mention, Passage
from marsad.coder.sites import Site
from marsad.gazetteer import distance_km
from marsad.language import Sentence

Json = dict[str, Any]
Located = tuple[int, int]

LABELS = {outcome: label for label, outcome in OUTCOMES.items()}
NEAR_KM = {"settlement": 25, "facility": 25}


def anchors(text: str, event: Json) -> list[Located]:
    """The spans of an event's trigger and mentions."""
    found = []
    for item in (event["trigger"], *(event.get("mentions") or ())):
        start = text.index(item["context"]) + item["context"].index(item["text"])
        found.append((start, start + len(item["text"])))
    return found


def locate(text: str, quote: str, near: list[Located]) -> Located | None:
    """The occurrence of a quote nearest to some spans."""
    best, at = None, text.find(quote)
    while at >= 0:
        apart = min(abs(at - start) for start, _ in near)
        if best is None or apart < best[0]:
            best = (apart, at)
        at = text.find(quote, at + 1)
    return (best[1], best[1] + len(quote)) if best else None


def event_spans(text: str, events: list[Json]) -> list[tuple[int, int, str]]:
    """(start, end, type) of every trigger and mention."""
    return [(start, end, event["type"]) for event in events for start, end in anchors(text, event)]


def role_spans(text: str, events: list[Json]) -> list[tuple[int, int, str]]:
    """(start, end, role label) of every argument, in the order in which labels win where they overlap."""
    ranked: list[tuple[int, int, int, str]] = []
    order = {"casualties": 0, "weapons": 1, "damage": 2, "actor": 3, "recipient": 4, "source": 5, "places": 6}
    plain = {"weapons": "WPN", "damage": "DMG", "actor": "ACT", "recipient": "REC", "source": "SRC", "places": "PLC"}
    for event in events:
        near = anchors(text, event)
        for role, rank in order.items():
            for item in event.get(role) or ():
                span = locate(text, item["text"], near)
                if span:
                    ranked.append((rank, *span, LABELS[item["outcome"]] if role == "casualties" else plain[role]))
    return [(start, end, label) for _, start, end, label in sorted(ranked)]


def token_labels(sentence: Sentence, spans: list[tuple[int, int, str]]) -> list[str]:
    """B-X, I-X or O for each token; earlier spans win."""
    out = ["O"] * len(sentence.tokens)
    for start, end, label in spans:
        if end <= sentence.start or start >= sentence.end:
            continue
        mark = "B-"
        for i, token in enumerate(sentence.tokens):
            if token.start < end and token.end > start and out[i] == "O":
                out[i], mark = mark + label, "I-"
    return out


def gold_of(
    passage: Passage, mention: Mention, events: list[Json], spans: dict[str, list[Located]], typed: bool = True
) -> str | None:
    """The id of the gold event that a mention's words name."""
    span = passage.span(mention.sentence, mention.first, mention.last)
    for event in events:
        if typed and event["type"] != mention.type:
            continue
        if any(span.start < end and start < span.end for start, end in spans[event["id"]]):
            return str(event["id"])
    return None


def gold_of_cluster(
    passage: Passage, cluster: Cluster, events: list[Json], spans: dict[str, list[Located]]
) -> Json | None:
    """The gold event that most of a cluster's mentions name."""
    ids = [gold_of(passage, m, events, spans) for m in (cluster.trigger, *cluster.mentions)]
    known = [i for i in ids if i]
    best = max(dict.fromkeys(known), key=known.count) if known else None
    return next((e for e in events if e["id"] == best), None)


def touches(passage: Passage, chunk: Any, quote: str) -> bool:
    """Say whether a quote and a chunk share their words."""
    words = passage.span(chunk.sentence, chunk.first, chunk.last).text
    return bool(quote) and (quote in words or words in quote)


def is_party(passage: Passage, party: Party, item: Json) -> bool:
    """Say whether a party is a gold participant or source."""
    if party.name and item.get("name"):
        if same_name(party.name, item["name"]):
            return True
        if party.kind in ("named", "state"):
            return False
    if not touches(passage, party.chunk, item["text"]):
        return False
    return not (party.country and item.get("country") and party.country != item["country"])


def is_place(site: Site, item: Json) -> bool:
    """Say whether a site is a gold place: near enough for its level."""
    entry = site.entry
    if item.get("country") and entry.country and item["country"] != entry.country:
        return False
    if item["level"] == "country" and entry.level == "country":
        return item.get("country") == entry.country
    if item.get("lat") is None or entry.lat is None:
        return same_name(item.get("name"), entry.name)
    return distance_km(item["lat"], item["lon"], entry.lat, entry.lon) <= NEAR_KM.get(item["level"], 150)


def is_figure(passage: Passage, figure: Figure, event: Json) -> bool:
    """Say whether a gold event holds a figure: the same words and code, or the same code and count."""
    role = "casualties" if figure.chunk.label in OUTCOMES else "weapons" if figure.chunk.label == "WPN" else "damage"
    key = {"casualties": "outcome", "weapons": "kind", "damage": "object"}[role]
    for item in event.get(role) or ():
        shares = touches(passage, figure.chunk, item["text"])
        if shares and (role != "casualties" or item[key] == figure.code):
            return True
        if item[key] == figure.code and (item["min"], item["max"]) == (figure.quantity.min, figure.quantity.max):
            return True
    return False
