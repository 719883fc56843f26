"""The one mechanism behind every choice: a weighted sum of named features, squashed to a probability.

Weights are rows of `weights.tsv` (choice, feature, weight), trained by `eval/train.py` on annotated reports. A choice can
always say which features decided it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from marsad import resources
from marsad.model import Why


class WeightRow(msgspec.Struct, frozen=True):
    """One weight: the choice it belongs to, the feature's name, log-odds. The feature `bias` is always present."""

    choice: str
    feature: str
    weight: float


class Choice:
    """A binary choice with its weights and the probability (0-1) from which it says yes."""

    def __init__(self, name: str, weights: dict[str, float]) -> None:
        """Take the weights by feature; `@threshold` among them sets where yes begins (default 0.5)."""
        self.name = name
        self.threshold = weights.get("@threshold", 0.5)
        self._weights = weights
        self._bias = weights.get("bias", 0.0)

    def score(self, features: Iterable[str]) -> float:
        """Return the probability (0-1) of yes."""
        weights = self._weights
        total = self._bias
        for feature in features:
            weight = weights.get(feature)
            if weight is not None:
                total += weight
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def why(self, features: Iterable[str], words: str, lost: Sequence[tuple[str, float]] = ()) -> Why:
        """Say how the choice came out: score, the heaviest features and the alternatives that lost."""
        chosen = list(features)
        known = sorted(((f, w) for f in chosen if (w := self._weights.get(f))), key=lambda fw: -abs(fw[1]))
        heaviest = tuple((f, round(w, 2)) for f, w in known[:6])
        ranked = tuple((text, round(score, 3)) for text, score in sorted(lost, key=lambda ts: -ts[1])[:3])
        return Why(rule=f"choice:{self.name}", words=words, score=round(self.score(chosen), 3), features=heaviest, lost=ranked)


class Choices:
    """All choices by name; an untrained one says no."""

    def __init__(self, rows: Iterable[WeightRow]) -> None:
        """Group the weights by choice."""
        grouped: dict[str, dict[str, float]] = {}
        for row in rows:
            grouped.setdefault(row.choice, {})[row.feature] = row.weight
        self._choices = {name: Choice(name, weights) for name, weights in grouped.items()}

    def __getitem__(self, name: str) -> Choice:
        """Return the choice of that name."""
        found = self._choices.get(name)
        return found if found is not None else Choice(name, {"bias": -9.0})

    def names(self, start: str) -> list[str]:
        """Return the names of the choices that begin so, sorted."""
        return sorted(name for name in self._choices if name.startswith(start))


def load_choices(path: Path) -> Choices:
    """Read the weights of all choices.

    Raises:
        ResourceError: the file is missing or broken.
    """
    return Choices(resources.read_tsv(path, WeightRow))
