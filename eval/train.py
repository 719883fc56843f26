"""Trains everything that Marsad learns, with one command: `python -m eval.train`.

Event tagger, network and the weights of all choices, from the gold reports of this project and, where they lie beside
it, third-party sentences. The same corpus gives the same bytes.

    python -m eval.train                      write marsad/data/ar/{tagger_events,network,weights}.tsv
    python -m eval.train --out DIR            write elsewhere
    python -m eval.train --without FOLD       leave out fold FOLD (0-4), to be scored on
    python -m eval.train --tags FILE          keep the tags of unseen reports; where FILE exists, learn the choices only
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
from pathlib import Path
from typing import Any

from eval.corpus import training_cases
from eval.learn import learn_fields, learn_keep_and_same, modes_of
from eval.unseen import Report, folds_of, prepare, tag_unseen, train_readers
from eval.weights import write_weights
from marsad import lang
from marsad.coder.choices import read_choices
from marsad.scoring import GoldCase

DATA = Path(__file__).resolve().parent.parent / "marsad" / "data" / "ar"


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
    if tags is not None and tags.exists():
        reports = pickle.loads(tags.read_bytes())
    else:
        reports = prepare(cases, language)
        tag_unseen(reports)
        if tags is not None:
            tags.write_bytes(pickle.dumps(reports))
        train_readers(reports, out, note)
    learn_choices(reports, language, out / "weights.tsv")


def learn_choices(reports: list[Report], language: Any, path: Path, *, is_quiet: bool = False) -> None:
    """Learn the weights of all choices from tagged reports and write them."""
    first = learn_keep_and_same(reports)
    write_weights(path, first, is_quiet=True)
    write_weights(
        path, first | learn_fields(reports, language, read_choices(path), modes_of(reports)), is_quiet=is_quiet
    )


def main() -> None:
    """Train on all cases, or on all but one fold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=DATA)
    parser.add_argument("--without", type=int)
    parser.add_argument("--tags", type=Path)
    given = parser.parse_args()
    cases = training_cases()
    if given.without is not None:
        cases = [c for c, fold in zip(cases, folds_of(cases), strict=True) if fold != given.without]
    train(cases, given.out, given.tags)


if __name__ == "__main__":
    main()
