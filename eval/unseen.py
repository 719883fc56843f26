"""Reports tagged by taggers that have not seen them: what every later choice learns from, and is measured on.

What a later step learns from is what the earlier step says of reports it has not seen (five folds), so training meets the
errors that reading will meet.
"""

from __future__ import annotations

import multiprocessing
import os
import random
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from eval import align
from eval.crf import train_tagger
from marsad.coder import roles, stories
from marsad.coder.features import view
from marsad.coder.passage import Passage
from marsad.coder.tagger import Tagged, feature_names
from marsad.scoring import GoldCase

FOLDS = 5
WORKERS = min(2, os.cpu_count() or 1)
EVENT_SETTINGS = {"rounds": 90, "l1": 0.05, "l2": 0.4}
ROLE_SETTINGS = {"rounds": 80, "l1": 0.05, "l2": 0.4}


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


def role_rows(reports: list[Report]) -> list[tuple[list[list[str]], list[str]]]:
    """Training sentences of the role tagger; the passages carry event tags already."""
    rows = []
    for report in reports:
        spans = align.role_spans(report.case.document.text, report.case.events)
        for passage in report.passages:
            extra = roles.extra_runs(passage.sentences, passage.tags)
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
        return [tagger.tag(tagger.sums.add_up(view(p.sentences))) for p in passages]
    return [tagger.tag(tagger.sums.add_up(view(p.sentences)), roles.extra_runs(p.sentences, p.tags)) for p in passages]
