"""What every choice learns from: examples of its features with the right answer, made from annotated reports."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from eval import align
from eval.unseen import Report
from eval.weights import Examples
from marsad import coder
from marsad.coder import events, factuality, ownership, participants, places, quantities, times, triggers
from marsad.coder.choices import Choices, names_of
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
            _learn_figures(found, passage, pairs, report.fold)
            sites = places.find_sites(passage, language.gazetteer)
            moments = times.find_moments(passage, language)
            parties = participants.find_parties(passage, language.actors)
            home = coder.home_country(sites, parties)
            for cluster, gold in pairs:
                if gold is not None:
                    _learn_parties(found, passage, cluster, parties, gold, (report.fold, home))
                    _learn_where(found, passage, cluster, sites, gold, report.fold)
                    _learn_when(found, passage, cluster, moments, gold, report.fold)
                    _learn_facts(found, passage, cluster, gold, (report.fold, modes))
    return found


def _learn_parties(
    found: Any, passage: Passage, cluster: Cluster, parties: Any, gold: Any, given: tuple[int, str | None]
) -> None:
    fold, home = given
    own = next((p["country"] for p in gold["places"] if p["country"]), None)
    country, known_by = (own, "place") if own else (home, "story")
    for party, parts in participants.candidates(passage, cluster, parties):
        features = names_of(parts)
        for role in ("actor", "recipient", "source"):
            item = next((i for i in gold.get(role) or () if align.is_party(passage, party, i)), None)
            found[role].add(features, item is not None, fold)
            if item is not None and role != "source" and party.country is None and party.name is None and country:
                part = participants.home_part(party, role, cluster.trigger.type, known_by)
                found["home"].add(names_of([part]), item["country"] == country, fold)


def _learn_where(found: Any, passage: Passage, cluster: Cluster, sites: Any, gold: Any, fold: int) -> None:
    for site, parts in places.candidates(passage, cluster, sites):
        found["place"].add(names_of(parts), any(align.is_place(site, item) for item in gold["places"]), fold)


def _learn_when(found: Any, passage: Passage, cluster: Cluster, moments: Any, gold: Any, fold: int) -> None:
    for moment, parts in times.candidates(passage, cluster, moments):
        features = names_of(parts)
        dates, wanted = moment.dates, gold["date"]
        if dates is not None or not wanted:
            right = bool(wanted) and dates is not None and (dates.start, dates.end) == (wanted["start"], wanted["end"])
            found["date"].add(features, right, fold)


def _learn_figures(found: Any, passage: Passage, pairs: Any, fold: int) -> None:
    clusters = [c for c, _ in pairs]
    before: list[Figure] = []
    told = ownership.by_sentence(clusters)
    for figure in quantities.find_figures(passage):
        for k, parts in ownership.owners(passage, clusters, figure, told):
            features = names_of(parts)
            gold = pairs[k][1]
            found["figure"].add(features, gold is not None and align.is_figure(passage, figure, gold), fold)
        part = next(
            (
                i
                for _, g in pairs
                if g
                for role in ("casualties", "weapons", "damage")
                for i in g.get(role) or ()
                if align.touches(passage, figure.chunk, i["text"])
            ),
            None,
        )
        if part is not None and before:
            found["subset"].add(
                names_of(*ownership.subset_features(passage, figure, before)), bool(part.get("subset")), fold
            )
        before.append(figure)


def _learn_facts(found: Any, passage: Passage, cluster: Cluster, gold: Any, given: tuple[int, Modes]) -> None:
    fold, modes = given
    dates = None
    if gold["date"]:
        dates = DateRange(gold["date"]["start"], gold["date"]["end"])
    features = names_of(*factuality.status_features(passage, cluster, dates))
    for status in factuality.STATUSES:
        found[f"status:{status}"].add(features, gold["status"] == status, fold)
    found["generic"].add(features, bool(gold.get("generic")), fold)
    kinds = [w["kind"] for w in gold["weapons"]] + [d["object"] for d in gold["damage"]]
    features = factuality.mode_features(passage, cluster, kinds)
    for mode in modes.get(gold["type"], ()):
        found[f"mode:{gold['type']}:{mode}"].add(features, mode in gold["modes"], fold)
