"""Trains a linear-chain tagger with python-crfsuite and writes its weights as readable data."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pycrfsuite

from marsad.coder.tagger import Tagger, read_tagger

# A weight below this (log-odds) is left out: that moves the figures on unseen reports by less than a hundredth, and reading
# starts sooner.
LEAST = 0.1
Row = tuple[list[list[str]], list[str]]  # features per token, label per token of one sentence


def train_tagger(rows: Iterable[Row], out: Path, *, rounds: int, l1: float, l2: float, note: str = "") -> Tagger:
    """Train on sentences, write the weights to `out` (see `coder.tagger.read_tagger`) and return the tagger."""
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params(
        {"c1": l1, "c2": l2, "max_iterations": rounds, "feature.possible_transitions": False, "feature.minfreq": 1}
    )
    for names, labels in rows:
        trainer.append(names, labels)
    handle, scratch = tempfile.mkstemp(suffix=".crf")
    os.close(handle)
    try:
        trainer.train(scratch)
        model = pycrfsuite.Tagger()
        model.open(scratch)
        info = model.info()
    finally:
        Path(scratch).unlink()
    labels = sorted(info.labels, key=lambda label: (label != "O", label[2:], label))
    weights: dict[str, list[str]] = {}
    for (name, label), weight in sorted(info.state_features.items()):
        if abs(weight) >= LEAST:
            weights.setdefault(name, []).append(f"{label}:{weight:.2f}")
    lines = [f"# {note}", "@labels\t" + " ".join(labels)]
    lines += [f"@transition\t{a} {b} {w:.2f}" for (a, b), w in sorted(info.transitions.items())]
    lines += [f"{name}\t{' '.join(cells)}" for name, cells in sorted(weights.items())]
    out.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return read_tagger(out)
