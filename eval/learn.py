"""What every choice learns from: examples of its features with the right answer, made from annotated reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from eval import align
from eval.unseen import Report
from eval.weights import Examples
from marsad import coder
from marsad.coder import events, factuality, ownership, participants, places, quantities, sites, times, triggers
from marsad.coder.choices import Choices
from marsad.coder.pairs import Layout, Pairs, find_pairs
from marsad.coder.parties import find_parties
from marsad.coder.parts import Indexes, Own, Table, names_at, names_of
from marsad.coder.passage import Cluster, Figure, Passage
from marsad.coder.standing import ALONE, TWICE, describe_standing
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


class Weighable(NamedTuple):
    """The pairs of events and candidates of one passage, what is told of them, and what is right by choice.

    An answer is None where gold does not have the event.
    """

    layout: Layout
    pairs: Pairs
    keys: Indexes
    tables: Sequence[Table | Own]
    answers: dict[str, list[bool | None]]
    fold: int


def learn_fields(reports: list[Report], language: Any, choices: Choices, modes: Modes) -> dict[str, Examples]:
    """Examples of every choice that fills a field of an event; `choices` holds keep and same already."""
    found: dict[str, Examples] = defaultdict(Examples)
    weighed: list[Weighable] = []
    for report in reports:
        for passage in report.passages:
            mentions = triggers.find_mentions(passage, choices)
            clusters = events.join_mentions(passage, mentions, choices)
            pairs = [(c, align.gold_of_cluster(passage, c, report.case.events, report.spans)) for c in clusters]
            golds = [gold for _, gold in pairs]
            if clusters:
                layout = Layout(passage, clusters)
                named = sites.find_sites(passage, language.gazetteer)
                parties = find_parties(passage, language.actors)
                home = coder.home_country(named, parties)
                _learn_figures(found, layout, golds, report.fold)
                _learn_homes(found, layout, parties, golds, (report.fold, home))
                weighed += [
                    _of_parties(layout, parties, golds, report.fold),
                    _of_sites(layout, named, golds, report.fold),
                    _of_moments(layout, times.find_moments(passage, language), golds, report.fold),
                ]
            for cluster, gold in pairs:
                if gold is not None:
                    _learn_facts(found, passage, cluster, gold, (report.fold, modes))
    _learn_pairs(found, weighed)
    return found


def _learn_pairs(found: dict[str, Examples], weighed: list[Weighable]) -> None:
    """Examples of the choices that weigh pairs alone, and of those that see how the pairs came out then."""
    told = [[names_at(own.tables, at) for at in range(len(own.pairs.event))] for own in weighed]
    for own, features in zip(weighed, told, strict=True):
        for name, answers in own.answers.items():
            first = found[name + ALONE if name in TWICE else name]
            for names, answer in zip(features, answers, strict=True):
                if answer is not None or name in TWICE:
                    first.add(names, answer, own.fold)
    at: dict[str, int] = defaultdict(int)
    for own, features in zip(weighed, told, strict=True):
        for name in TWICE.intersection(own.answers):
            answers = own.answers[name]
            scores = found[name + ALONE].fitted(name + ALONE).unseen[at[name] : at[name] + len(answers)]
            at[name] += len(answers)
            more = describe_standing(own.layout, own.pairs, own.keys, np.array([scores]))
            for k, answer in enumerate(answers):
                if answer is not None:
                    found[name].add(features[k] + names_at(more, k), answer, own.fold)


def _answers(pairs: Pairs, items: Any, golds: Any, is_right: Callable[[Any, Any], bool | None]) -> list[bool | None]:
    """What is right of each pair; None where gold does not have the event."""
    return [
        None if (gold := golds[event]) is None else is_right(items[item], gold)
        for event, item in zip(pairs.event.tolist(), pairs.item.tolist(), strict=True)
    ]


def _of_parties(layout: Layout, parties: Any, golds: Any, fold: int) -> Weighable:
    def plays(role: str) -> Callable[[Any, Any], bool]:
        return lambda party, gold: any(align.is_party(layout.passage, party, i) for i in gold.get(role) or ())

    (pairs,) = find_pairs(layout, [participants.wish_for(layout, parties)])
    answers = {role: _answers(pairs, parties, golds, plays(role)) for role in participants.ROLES}
    tables = participants.describe_parties(layout, parties, pairs)
    return Weighable(layout, pairs, participants.keys_of(parties), tables, answers, fold)


def _learn_homes(found: Any, layout: Layout, parties: Any, golds: Any, given: tuple[int, str | None]) -> None:
    """Examples of which parties without a country take that of the event's place or of the story."""
    fold, home = given
    (pairs,) = find_pairs(layout, [participants.wish_for(layout, parties)])
    for k, item in zip(pairs.event.tolist(), pairs.item.tolist(), strict=True):
        gold, party = golds[k], parties[item]
        if gold is None or party.country is not None or party.name is not None:
            continue
        own = next((p["country"] for p in gold["places"] if p["country"]), None)
        country, known_by = (own, "place") if own else (home, "story")
        for role in ("actor", "recipient"):
            told = next((i for i in gold.get(role) or () if align.is_party(layout.passage, party, i)), None)
            if told is not None and country:
                part = participants.home_part(party, role, layout.clusters[k].trigger.type, known_by)
                found["home"].add(names_of([part]), told["country"] == country, fold)


def _of_sites(layout: Layout, named: Any, golds: Any, fold: int) -> Weighable:
    (pairs,) = find_pairs(layout, [places.wish_for(layout, named)])
    answers = _answers(pairs, named, golds, lambda site, gold: any(align.is_place(site, i) for i in gold["places"]))
    return Weighable(
        layout, pairs, places.keys_of(named), places.describe_sites(layout, named, pairs), {"place": answers}, fold
    )


def _of_moments(layout: Layout, moments: Any, golds: Any, fold: int) -> Weighable:
    def is_right(moment: Any, gold: Any) -> bool | None:
        dates, wanted = moment.dates, gold["date"]
        if dates is None:
            return None if wanted else False  # nobody knows whether unresolved words would give these days
        return bool(wanted) and (dates.start, dates.end) == (wanted["start"], wanted["end"])

    (pairs,) = find_pairs(layout, [times.wish_for(layout, moments)])
    answers = {"date": _answers(pairs, moments, golds, is_right)}
    tables = times.describe_moments(layout, moments, pairs)
    return Weighable(layout, pairs, np.arange(len(moments)), tables, answers, fold)


def _learn_figures(found: Any, layout: Layout, golds: Any, fold: int) -> None:
    passage, figures = layout.passage, quantities.find_figures(layout.passage)
    pairs = ownership.by_figure(find_pairs(layout, [ownership.wish_for(layout, figures)])[0])
    tables = ownership.describe_figures(layout, figures, pairs)
    for at, (event, item) in enumerate(zip(pairs.event.tolist(), pairs.item.tolist(), strict=True)):
        gold = golds[event]
        is_right = gold is not None and align.is_figure(passage, figures[item], gold)
        found["figure"].add(names_at(tables, at), is_right, fold)
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
