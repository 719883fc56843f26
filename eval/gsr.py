"""Detection of assaults and protests in newswire sentences, against what several annotators judged.

    python -m eval.gsr --tags FILE

Reads the visible half of a public benchmark (openeventdata/arabic_event_gsr, MIT) where it lies beside the repository, and
prints precision, recall and F1 per type. A sentence counts as found when it gives an event of the type that is `actual`
with at least some confidence; that confidence is chosen on four fifths of the documents and applied to the fifth. Many of
the sentences are among the newswire sentences that training holds: those are read by what was learned from the other folds
(FILE keeps the tags of unseen reports, see `eval.report`). Nothing else of this data is learned from, and nothing copied.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from eval.corpus import SHARED
from eval.report import cross_validate, load_unseen
from eval.unseen import FOLDS
from marsad import lang
from marsad.agreement import Json
from marsad.export.contract import to_contract
from marsad.model import Document
from marsad.pipeline import Reader, load_reader

FOLDER = SHARED.parent / "gsr"
TYPES = ("ASSAULT", "PROTEST")
# What is asked: unanimous yes against unanimous or mostly no; what annotators were divided on counts neither way.
ANSWERS = {"yes": True, "easy no": False, "difficult no": False}


class Judged(NamedTuple):
    """A sentence's document, whether it tells an event of the type, and with what confidence (0-1) one was read."""

    document: str
    answer: bool
    confidence: float


class Result(NamedTuple):
    """Precision, recall and F1 over sentences."""

    precision: float
    recall: float
    f1: float


def read_judged(reader: Reader, kind: str, unseen: dict[str, list[Json]]) -> list[Judged]:
    """Return the judged sentences of a type, read; `unseen` holds the events of those that training holds, by text."""
    with (FOLDER / f"{kind.lower()}.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] in ANSWERS]
    found = []
    for row in rows:
        events = unseen.get(row["text"].strip())
        if events is None:
            events = to_contract(reader.read(Document(id=row["id"], text=row["text"])))["events"]
        sure = [e["confidence"] for e in events if e["type"] == kind and e["status"] == "actual"]
        found.append(Judged(row["id"].rpartition("-")[0], ANSWERS[row["label"]], max(sure, default=0.0)))
    return found


def measure(pairs: Sequence[tuple[bool, bool]]) -> Result:
    """Return the figures of (answer, said) pairs."""
    right = sum(answer and said for answer, said in pairs)
    said, wanted = sum(s for _, s in pairs), sum(a for a, _ in pairs)
    return Result(right / max(1, said), right / max(1, wanted), 2 * right / max(1, said + wanted))


def best_threshold(judged: Sequence[Judged]) -> float:
    """Return the confidence from which saying yes has the best F1."""
    steps = [step / 100 for step in range(1, 100)]
    return max(steps, key=lambda least: measure([(j.answer, j.confidence >= least) for j in judged]).f1)


def cross_validated(judged: Sequence[Judged]) -> Result:
    """Return the figures when each fifth of the documents is judged by the threshold that the others choose."""
    documents = sorted({j.document for j in judged})
    fold = {document: k % FOLDS for k, document in enumerate(documents)}
    pairs = []
    for k in range(FOLDS):
        least = best_threshold([j for j in judged if fold[j.document] != k])
        pairs += [(j.answer, j.confidence >= least) for j in judged if fold[j.document] == k]
    return measure(pairs)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="eval.gsr", description="Score detection in judged newswire sentences.")
    parser.add_argument("--tags", type=Path, help="where the tags of unseen reports are kept")
    given = parser.parse_args()
    if not FOLDER.is_dir():
        print("These sentences are not on this machine.")
        return 0
    language = lang.load("ar")
    cases = cross_validate(load_unseen(given.tags, language), language, range(FOLDS))
    unseen = {case.text.strip(): case.predicted for case in cases}
    reader = load_reader()
    print("                    sentences   yes    any event                      confidence of the other folds")
    for kind in TYPES:
        judged = read_judged(reader, kind, unseen)
        plain, tuned = measure([(j.answer, j.confidence > 0) for j in judged]), cross_validated(judged)
        cells = [f"F1 {r.f1:.3f} (P {r.precision:.2f} R {r.recall:.2f})" for r in (plain, tuned)]
        yes = sum(j.answer for j in judged)
        print(f"  {kind:18}{len(judged):9d}{yes:6d}    {'    '.join(cells)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
