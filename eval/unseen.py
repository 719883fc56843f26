"""Reports tagged by taggers that have not seen them: what every later choice learns from, and is measured on.

What a later step learns from is what the earlier step says of reports it has not seen (five folds), so training meets the
errors that reading will meet.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from eval import align
from eval.crf import train_tagger
from eval.network import Text, train_network
from marsad.coder import stories
from marsad.coder.features import token_names
from marsad.coder.network import Network, write_weights
from marsad.coder.passage import Passage
from marsad.coder.tagger import Tagged, Tagger, feature_names
from marsad.language import Sentence
from marsad.scoring import GoldCase

FOLDS = 5
WORKERS = min(2, os.cpu_count() or 1)
EVENT_SETTINGS = {"rounds": 90, "l1": 0.05, "l2": 0.4}


class Report(NamedTuple):
    """A gold report read as far as no training is needed: its passages (tags and roles still empty) and its gold."""

    case: GoldCase
    fold: int
    passages: list[Passage]
    spans: dict[str, list[tuple[int, int]]]


def folds_of(cases: list[GoldCase]) -> list[int]:
    """Return the fold of every case, drawn by a fixed seed."""
    order = list(range(len(cases)))
    random.Random(7).shuffle(order)
    fold = {k: n % FOLDS for n, k in enumerate(order)}
    return [fold[k] for k in range(len(cases))]


def prepare(cases: list[GoldCase], language: Any) -> list[Report]:
    """Read sentences and stories of every case."""
    reports = []
    for case, fold in zip(cases, folds_of(cases), strict=True):
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
        reports.append(Report(case, fold, passages, {e["id"]: align.anchors(text, e) for e in case.events}))
    return reports


def event_rows(reports: list[Report]) -> list[tuple[list[list[str]], list[str]]]:
    """Training sentences of the event tagger."""
    rows = []
    for report in reports:
        spans = align.event_spans(report.case.document.text, report.case.events)
        rows += [(feature_names(s), align.token_labels(s, spans)) for p in report.passages for s in p.sentences]
    return rows


def network_texts(reports: list[Report]) -> list[Text]:
    """Training texts of the network, whole reports with labels of events and of roles."""
    texts = []
    for report in reports:
        text, gold = report.case.document.text, report.case.events
        events, roles = align.event_spans(text, gold), align.role_spans(text, gold)
        own = Text([], [], [])
        for sentence in _sentences(report):
            own.names.extend(token_names(sentence))
            own.events.extend(align.token_labels(sentence, events))
            own.roles.extend(align.token_labels(sentence, roles))
        if own.names:
            texts.append(own)
    return texts


def _sentences(report: Report) -> list[Sentence]:
    return [s for passage in report.passages for s in passage.sentences]


def train_readers(reports: list[Report], out: Path, note: str = "") -> tuple[Tagger, Network]:
    """Train the event tagger and the network on reports and write both into a folder."""
    weights = train_network(network_texts(reports))
    write_weights(out / "network.tsv", weights, note)
    return train_tagger(event_rows(reports), out / "tagger_events.tsv", note=note, **EVENT_SETTINGS), Network(weights)


def mark(report: Report, tagger: Tagger, network: Network) -> None:
    """Give a report's passages the labels that reading would."""
    sentences = _sentences(report)
    marks = network.mark(sentences)
    tags = iter(tagger.tag(sentences, marks.events))
    roles = iter(marks.roles)
    for passage in report.passages:
        passage.tags = [next(tags) for _ in passage.sentences]
        passage.roles = [next(roles) for _ in passage.sentences]


def tag_unseen(reports: list[Report]) -> None:
    """Give every passage the event and role labels of a tagger and a network that have not seen its report."""
    # Each worker trains without one fold and sends back how it marked that.
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as pool:
        jobs = [pool.submit(_mark_fold, reports, fold) for fold in range(FOLDS)]
        for fold, job in enumerate(jobs):
            own = [r for r in reports if r.fold == fold]
            for report, marked in zip(own, job.result(), strict=True):
                for passage, (tags, roles) in zip(report.passages, marked, strict=True):
                    passage.tags, passage.roles = tags, roles
            print(f"tagger and network without fold {fold}", flush=True)


def _mark_fold(reports: list[Report], fold: int) -> list[list[tuple[list[Tagged], list[Tagged]]]]:
    with tempfile.TemporaryDirectory() as scratch:
        readers = train_readers([r for r in reports if r.fold != fold], Path(scratch))
    own = [r for r in reports if r.fold == fold]
    for report in own:
        mark(report, *readers)
    return [[(p.tags, p.roles) for p in r.passages] for r in own]
