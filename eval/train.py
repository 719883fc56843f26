"""Trains everything that Marsad learns, with one command: `python eval/train.py`.

Event tagger, role tagger and the weights of all choices, from the gold reports of this project and, where they lie beside
it, third-party sentences. What a later step learns from is what the earlier step says of reports it has not seen (five
folds), so training meets the errors that reading will meet. The same corpus gives the same bytes.

    python eval/train.py                      write marsad/data/ar/{tagger_events,tagger_roles,weights}.tsv
    python eval/train.py --out DIR            write elsewhere
    python eval/train.py --without FOLD       leave out fold FOLD (0-4), to be scored on
    python eval/train.py --tags FILE          keep the tags of unseen reports; where FILE exists, learn the choices only
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import pickle
import random
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

import align
from corpus import training_cases
from crf import train_tagger
from weights import Examples, write_weights

from marsad import coder, lang
from marsad.coder import (
    events,
    factuality,
    ownership,
    participants,
    places,
    quantities,
    roles,
    stories,
    times,
    triggers,
)
from marsad.coder.choices import Choices, load_choices, names_of
from marsad.coder.passage import Cluster, Figure, Passage
from marsad.coder.tagger import Tagged, feature_names
from marsad.scoring import GoldCase

FOLDS = 5
WORKERS = min(2, os.cpu_count() or 1)
DATA = Path(__file__).resolve().parent.parent / "marsad" / "data" / "ar"
EVENT_SETTINGS = {"rounds": 90, "l1": 0.05, "l2": 0.4}
ROLE_SETTINGS = {"rounds": 80, "l1": 0.05, "l2": 0.4}


class Report(NamedTuple):
    """A gold report read as far as no training is needed: its passages (tags and roles still empty) and its gold."""

    case: GoldCase
    fold: int
    passages: list[Passage]
    spans: dict[str, list[tuple[int, int]]]


def prepare(cases: list[GoldCase], language: Any) -> list[Report]:
    """Read sentences and stories of every case; folds are drawn by a fixed seed."""
    order = list(range(len(cases)))
    random.Random(7).shuffle(order)
    fold = {k: n % FOLDS for n, k in enumerate(order)}
    reports = []
    for k, case in enumerate(cases):
        document = case.document
        text = document.text
        noise = language.find_noise(text)
        sentences = [
            s for s in language.read_sentences(text, 0, len(text)) if not any(a <= s.start < b for a, b in noise)
        ]
        passages = []
        for n, story in enumerate(stories.find_stories(document, sentences, noise, language)):
            own = [s for s in sentences if story.start <= s.start < story.end]
            passages.append(Passage(text, n, story.published or document.published, own, [], []))
        reports.append(Report(case, fold[k], passages, {e["id"]: align.anchors(text, e) for e in case.events}))
    return reports


def event_rows(reports: list[Report]) -> list[tuple[list[list[str]], list[str]]]:
    """Training sentences of the event tagger."""
    rows = []
    for report in reports:
        spans = align.event_spans(report.case.document.text, report.case.events)
        rows += [(feature_names(s), align.token_labels(s, spans)) for p in report.passages for s in p.sentences]
    return rows


def role_rows(reports: list[Report]) -> list[tuple[list[list[str]], list[str]]]:
    """Training sentences of the role tagger; the passages carry event tags already."""
    rows = []
    for report in reports:
        spans = align.role_spans(report.case.document.text, report.case.events)
        for passage in report.passages:
            extra = roles.extra_features(passage)
            for sentence, more in zip(passage.sentences, extra, strict=True):
                rows.append((feature_names(sentence, more), align.token_labels(sentence, spans)))
    return rows


def tag_unseen(reports: list[Report], scratch: Path) -> None:
    """Give every passage the event and role labels of taggers that have not seen its report."""
    for name in ("events", "roles"):
        # Forked workers see the reports as they are now; each trains one fold and sends back what it tagged.
        with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("fork")) as pool:
            folds = [pool.submit(_tag_fold, reports, name, fold, scratch) for fold in range(FOLDS)]
            for fold, job in enumerate(folds):
                passages = (p for r in reports if r.fold == fold for p in r.passages)
                for passage, tagged in zip(passages, job.result(), strict=True):
                    setattr(passage, "tags" if name == "events" else "roles", tagged)
                print(f"{name} tagger, fold {fold}", flush=True)


def _tag_fold(reports: list[Report], name: str, fold: int, scratch: Path) -> list[list[Tagged]]:
    seen = [r for r in reports if r.fold != fold]
    rows = event_rows(seen) if name == "events" else role_rows(seen)
    settings = EVENT_SETTINGS if name == "events" else ROLE_SETTINGS
    tagger = train_tagger(rows, scratch / f"{name}{fold}.tsv", **settings)
    (scratch / f"{name}{fold}.tsv").unlink()
    passages = [p for r in reports if r.fold == fold for p in r.passages]
    if name == "events":
        return [tagger.tag(p.sentences) for p in passages]
    return [tagger.tag(p.sentences, roles.extra_features(p)) for p in passages]


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


def learn_fields(reports: list[Report], language: Any, kit: coder.Kit, choices: Choices) -> dict[str, Examples]:
    """Examples of every choice that fills a field of an event."""
    found: dict[str, Examples] = defaultdict(Examples)
    for report in reports:
        for passage in report.passages:
            mentions = triggers.find_mentions(passage, choices)
            clusters = events.join_mentions(passage, mentions, choices)
            pairs = [(c, align.gold_of_cluster(passage, c, report.case.events, report.spans)) for c in clusters]
            _learn_figures(found, passage, pairs, report.fold)
            sites = places.find_sites(passage, kit.gazetteer)
            moments = times.find_moments(passage, language)
            parties = participants.find_parties(passage, kit.actors)
            for cluster, gold in pairs:
                if gold is not None:
                    _learn_parties(found, passage, cluster, parties, gold, report.fold)
                    _learn_where(found, passage, cluster, sites, gold, report.fold)
                    _learn_when(found, passage, cluster, moments, gold, report.fold)
                    _learn_facts(found, passage, cluster, gold, report.fold)
    return found


def _learn_parties(found: Any, passage: Passage, cluster: Cluster, parties: Any, gold: Any, fold: int) -> None:
    country = next((p["country"] for p in gold["places"] if p["country"]), None)
    for party, parts in participants.candidates(passage, cluster, parties):
        features = names_of(parts)
        for role in ("actor", "recipient", "source"):
            item = next((i for i in gold.get(role) or () if align.is_party(passage, party, i)), None)
            found[role].add(features, item is not None, fold)
            if item is not None and role != "source" and party.country is None and party.name is None and country:
                home = names_of([participants.home_part(party, role, cluster.trigger.type)])
                found["home"].add(home, item["country"] == country, fold)


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


def _learn_facts(found: Any, passage: Passage, cluster: Cluster, gold: Any, fold: int) -> None:
    dates = None
    if gold["date"]:
        from marsad.model import DateRange

        dates = DateRange(gold["date"]["start"], gold["date"]["end"])
    features = names_of(*factuality.status_features(passage, cluster, dates))
    for status in factuality.STATUSES:
        found[f"status:{status}"].add(features, gold["status"] == status, fold)
    found["generic"].add(features, bool(gold.get("generic")), fold)
    kinds = [w["kind"] for w in gold["weapons"]] + [d["object"] for d in gold["damage"]]
    features = factuality.mode_features(passage, cluster, kinds)
    for mode in MODES.get(gold["type"], ()):
        found[f"mode:{gold['type']}:{mode}"].add(features, mode in gold["modes"], fold)


MODES: dict[str, list[str]] = {}


def corpus_digest(cases: list[GoldCase]) -> str:
    """A hash over all training texts and events."""
    digest = hashlib.sha256()
    for case in cases:
        digest.update(f"{case.document.id}\0{case.document.text}\0{case.events!r}\0".encode())
    return digest.hexdigest()[:16]


def train(cases: list[GoldCase], out: Path, tags: Path | None = None) -> None:
    """Train all and write the three weight files to `out`; with `tags` that exist, the choices alone."""
    out.mkdir(parents=True, exist_ok=True)
    language = lang.load("ar")
    note = f"trained by eval/train.py on {len(cases)} texts, corpus {corpus_digest(cases)}"
    for case in cases:
        for event in case.events:
            for mode in event["modes"]:
                if mode not in MODES.setdefault(event["type"], []):
                    MODES[event["type"]].append(mode)
    if tags is not None and tags.exists():
        reports = pickle.loads(tags.read_bytes())
    else:
        reports = prepare(cases, language)
        tag_unseen(reports, out)
        if tags is not None:
            tags.write_bytes(pickle.dumps(reports))
        train_tagger(event_rows(reports), out / "tagger_events.tsv", note=note, **EVENT_SETTINGS)
        train_tagger(role_rows(reports), out / "tagger_roles.tsv", note=note, **ROLE_SETTINGS)
    learned = learn_keep_and_same(reports)
    write_weights(out / "weights.tsv", learned)
    kit = coder.Kit(None, None, load_choices(out / "weights.tsv"), language.actors, language.gazetteer)  # type: ignore[arg-type]
    learned.update(learn_fields(reports, language, kit, kit.choices))
    write_weights(out / "weights.tsv", learned)


def main() -> None:
    """Train on all cases, or on all but one fold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=DATA)
    parser.add_argument("--without", type=int)
    parser.add_argument("--tags", type=Path)
    given = parser.parse_args()
    cases = training_cases()
    if given.without is not None:
        order = list(range(len(cases)))
        random.Random(7).shuffle(order)
        left_out = {k for n, k in enumerate(order) if n % FOLDS == given.without}
        cases = [c for k, c in enumerate(cases) if k not in left_out]
    train(cases, given.out, given.tags)


if __name__ == "__main__":
    main()
