"""The one mechanism behind every choice: a weighted sum of named features, squashed to a probability.

Weights are rows of `weights.tsv` (choice, feature, weight), trained by `eval/train.py` on annotated reports. A choice can
always say which features decided it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import msgspec

from marsad import resources
from marsad.coder.weighing import Choice, Group


class WeightRow(msgspec.Struct, frozen=True):
    """One weight: the choice it belongs to, the feature's name, log-odds. The feature `bias` is always present."""

    choice: str
    feature: str
    weight: float


class Choices:
    """All choices by name; an untrained one says no."""

    def __init__(self, rows: Iterable[WeightRow]) -> None:
        """Group the weights by choice."""
        grouped: dict[str, dict[str, float]] = {}
        for row in rows:
            grouped.setdefault(row.choice, {})[row.feature] = row.weight
        self.take(grouped)

    def take(self, weights: dict[str, dict[str, float]]) -> None:
        """Use these weights, by choice and feature, instead."""
        self._choices = {name: Choice(name, own) for name, own in weights.items()}
        self._groups: dict[tuple[str, ...], Group] = {}
        self._starts: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, name: str) -> Choice:
        """Return the choice of that name."""
        found = self._choices.get(name)
        return found if found is not None else Choice(name, {"bias": -9.0})

    def group(self, *names: str) -> Group:
        """Return the choices of these names as a group; the same group for the same names."""
        found = self._groups.get(names)
        if found is None:
            found = self._groups[names] = Group([self[name] for name in names])
        return found

    def names(self, start: str) -> tuple[str, ...]:
        """Return the names of the choices that begin so, sorted."""
        found = self._starts.get(start)
        if found is None:
            found = self._starts[start] = tuple(sorted(name for name in self._choices if name.startswith(start)))
        return found


def load_choices(path: Path) -> Choices:
    """Read the weights of all choices.

    Raises:
        ResourceError: the file is missing or broken.
    """
    choices = Choices(())
    choices.take(_read_weights(path))
    return choices


def _read_weights(path: Path) -> dict[str, dict[str, float]]:
    """The weights by choice and feature, read in bulk: the file is the longest of all."""
    head, _, body = resources.read_text(path).partition("\n")
    lines = body.removesuffix("\n").split("\n")
    if head == "choice\tfeature\tweight" and all(line.count("\t") == 2 for line in lines):
        cells = "\t".join(lines).split("\t")
        try:
            weights = list(map(float, cells[2::3]))
        except ValueError:
            weights = []
        if weights and all(cells):
            grouped: dict[str, dict[str, float]] = {}
            at = 0
            for name, run in groupby(cells[::3]):
                end = at + len(list(run))
                grouped.setdefault(name, {}).update(zip(cells[3 * at + 1 : 3 * end : 3], weights[at:end], strict=True))
                at = end
            return grouped
    # Something is wrong: read row by row to say what and where.
    found: dict[str, dict[str, float]] = {}
    for row in resources.read_tsv(path, WeightRow):
        found.setdefault(row.choice, {})[row.feature] = row.weight
    return found
