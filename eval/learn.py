"""What every choice learns from: examples of its features with the right answer, made from annotated reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from eval import align
from eval.unseen import Report
from eval.weights import Examples
from marsad import coder
from marsad.coder import events, factuality, ownership, participants, places, quantities, times, triggers
from marsad.coder.choices import Choices
from marsad.coder.pairs import Layout, find_pairs
from marsad.coder.parts import names_at, names_of
from marsad.coder.passage import Cluster, Figure, Passage
from marsad.model import DateRange

Modes = dict[str, list[str]]  # the modes that each type has in the corpus


def modes_of(reports: list[Report]) -> Modes:
    """Return the modes of each type, in the order in which they first come."""
    found: Modes = {}
    for report in reports:
        for event in report.case.events:
            own = found.setdefault(event["type"], [])
            own += [mode for mode in event["modes"] if mode not in own]
    return found


def learn_keep_and_same(reports: list[Report]) -> dict[str, Examples]:
    """Examples of which proposed mentions are events, and which mentions name the same event."""
    keep, same = Examples(), Examples()
    for report in reports:
        gold = report.case.events
        for passage in report.passages:
            proposed = triggers.propose_mentions(passage)
            ids = [align.gold_of(passage, m, gold, report.spans) for m in proposed]
            for mention, found in zip(proposed, ids, strict=True):
                keep.add(names_of(triggers.keep_parts(passage, mention)), found is not None, report.fold)
            likely = [(m, i) for m, i in zip(proposed, ids, strict=True) if i is not None or m.decoded]
            mentions = [m for m, _ in likely]
            for k, (_, own) in enumerate(likely):
                for j in range(max(0, k - 24), k):
                    if own is not None and likely[j][1] is not None and events.may_be_same(mentions[j], mentions[k]):
                        same.add(names_of(events.same_parts(passage, mentions, j, k)), own == likely[j][1], report.fold)
    return {"keep": keep, "same": same}


def learn_fields(reports: list[Report], language: Any, choices: Choices, modes: Modes) -> dict[str, Examples]:
    """Examples of every choice that fills a field of an event; `choices` holds keep and same already."""
    found: dict[str, Examples] = defaultdict(Examples)
    for report in reports:
        for passage in report.passages:
            mentions = triggers.find_mentions(passage, choices)
            clusters = events.join_mentions(passage, mentions, choices)
            pairs = [(c, align.gold_of_cluster(passage, c, report.case.events, report.spans)) for c in clusters]
            golds = [gold for _, gold in pairs]
            if clusters:
                layout = Layout(passage, clusters)
                sites = places.find_sites(passage, language.gazetteer)
                parties = participants.find_parties(passage, language.actors)
                home = coder.home_country(sites, parties)
                _learn_figures(found, layout, golds, report.fold)
                _learn_parties(found, layout, parties, golds, (report.fold, home))
                _learn_where(found, layout, sites, golds, report.fold)
                _learn_when(found, layout, times.find_moments(passage, language), golds, report.fold)
            for cluster, gold in pairs:
                if gold is not None:
                    _learn_facts(found, passage, cluster, gold, (report.fold, modes))
    return found


def _examples(pairs: Any, tables: Any, items: Any, golds: Any) -> Iterator[tuple[int, Any, Any, list[str]]]:
    """(event, candidate, gold event, names of features) of each pair."""
    for at, (k, item) in enumerate(zip(pairs.event.tolist(), pairs.item.tolist(), strict=True)):
        yield k, items[item], golds[k], names_at(tables, at)


def _learn_parties(found: Any, layout: Layout, parties: Any, golds: Any, given: tuple[int, str | None]) -> None:
    fold, home = given
    (pairs,) = find_pairs(layout, [participants.wish_for(layout, parties)])
    tables = participants.describe_parties(layout, parties, pairs)
    for k, party, gold, features in _examples(pairs, tables, parties, golds):
        if gold is None:
            continue
        own = next((p["country"] for p in gold["places"] if p["country"]), None)
        country, known_by = (own, "place") if own else (home, "story")
        for role in ("actor", "recipient", "source"):
            item = next((i for i in gold.get(role) or () if align.is_party(layout.passage, party, i)), None)
            found[role].add(features, item is not None, fold)
            if item is not None and role != "source" and party.country is None and party.name is None and country:
                part = participants.home_part(party, role, layout.clusters[k].trigger.type, known_by)
                found["home"].add(names_of([part]), item["country"] == country, fold)


def _learn_where(found: Any, layout: Layout, sites: Any, golds: Any, fold: int) -> None:
    (pairs,) = find_pairs(layout, [places.wish_for(layout, sites)])
    for _, site, gold, features in _examples(pairs, places.describe_sites(layout, sites, pairs), sites, golds):
        if gold is not None:
            found["place"].add(features, any(align.is_place(site, item) for item in gold["places"]), fold)


def _learn_when(found: Any, layout: Layout, moments: Any, golds: Any, fold: int) -> None:
    (pairs,) = find_pairs(layout, [times.wish_for(layout, moments)])
    for _, moment, gold, features in _examples(pairs, times.describe_moments(layout, moments, pairs), moments, golds):
        if gold is None or (moment.dates is None and gold["date"]):
            continue
        dates, wanted = moment.dates, gold["date"]
        right = bool(wanted) and dates is not None and (dates.start, dates.end) == (wanted["start"], wanted["end"])
        found["date"].add(features, right, fold)


def _learn_figures(found: Any, layout: Layout, golds: Any, fold: int) -> None:
    passage, figures = layout.passage, quantities.find_figures(layout.passage)
    pairs = ownership.by_figure(find_pairs(layout, [ownership.wish_for(layout, figures)])[0])
    tables = ownership.describe_figures(layout, figures, pairs)
    for _, figure, gold, features in _examples(pairs, tables, figures, golds):
        found["figure"].add(features, gold is not None and align.is_figure(passage, figure, gold), fold)
    before: list[Figure] = []
    for figure in figures:
        part = next(
            (
                i
                for g in golds
                if g
                for role in ("casualties", "weapons", "damage")
                for i in g.get(role) or ()
                if align.touches(passage, figure.chunk, i["text"])
            ),
            None,
        )
        if part is not None and before:
            found["subset"].add(
                names_of(ownership.subset_features(passage, figure, before)), bool(part.get("subset")), fold
            )
        before.append(figure)


def _learn_facts(found: Any, passage: Passage, cluster: Cluster, gold: Any, given: tuple[int, Modes]) -> None:
    fold, modes = given
    dates = None
    if gold["date"]:
        dates = DateRange(gold["date"]["start"], gold["date"]["end"])
    features = names_of(factuality.status_features(passage, cluster, dates))
    for status in factuality.STATUSES:
        found[f"status:{status}"].add(features, gold["status"] == status, fold)
    found["generic"].add(features, bool(gold.get("generic")), fold)
    kinds = [w["kind"] for w in gold["weapons"]] + [d["object"] for d in gold["damage"]]
    features = factuality.mode_features(passage, cluster, kinds)
    for mode in modes.get(gold["type"], ()):
        found[f"mode:{gold['type']}:{mode}"].add(features, mode in gold["modes"], fold)
