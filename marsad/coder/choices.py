"""The one mechanism behind every choice: a weighted sum of named features, squashed to a probability.

Weights are rows of `weights.tsv` (choice, feature, weight), trained by `eval/train.py` on annotated reports. A choice can
always say which features decided it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

import msgspec
import numpy as np

from marsad import packed, resources
from marsad.coder.weighing import Choice, Group

_UNTRAINED = {"bias": -9.0}


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

    def take(self, weights: Mapping[str, dict[str, float]]) -> None:
        """Use these weights, by choice and feature, instead."""
        self._weights = weights
        self._choices: dict[str, Choice] = {}
        self._groups: dict[tuple[str, ...], Group] = {}
        self._starts: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, name: str) -> Choice:
        """Return the choice of that name."""
        found = self._choices.get(name)
        if found is None:
            found = self._choices[name] = Choice(name, self.weights(name))
        return found

    def group(self, *names: str) -> Group:
        """Return the choices of these names as a group; the same group for the same names."""
        found = self._groups.get(names)
        if found is None:
            found = self._groups[names] = Group([self[name] for name in names], list(map(self.weights, names)))
        return found

    def weights(self, name: str) -> Mapping[str, float]:
        """Return the weights of the choice of that name by feature, with its `bias` and its `@threshold`."""
        return self._weights.get(name, _UNTRAINED)

    def names(self, start: str) -> tuple[str, ...]:
        """Return the names of the choices that begin so, sorted."""
        found = self._starts.get(start)
        if found is None:
            found = self._starts[start] = tuple(sorted(name for name in self._weights if name.startswith(start)))
        return found


def load_choices(path: Path) -> Choices:
    """Read the weights of all choices.

    Raises:
        ResourceError: the file is missing or broken.
    """
    choices = Choices(())
    choices.take(_Packed(packed.derived("choices", (path,), (Path(__file__),), lambda: _pack(_read_weights(path)))))
    return choices


def read_choices(path: Path) -> Choices:
    """Do as `load_choices` does, without looking for or keeping anything packed."""
    choices = Choices(())
    choices.take(_read_weights(path))
    return choices


class _Packed(Mapping[str, dict[str, float]]):
    """The weights of each choice by feature, unpacked when asked for: a report needs few of them."""

    def __init__(self, arrays: dict[str, packed.Array]) -> None:
        self._arrays = arrays
        names = packed.as_text(arrays["choices"]).split("\n")
        self._numbers = {name: number for number, name in enumerate(names)}

    def __getitem__(self, name: str) -> dict[str, float]:
        number, arrays = self._numbers[name], self._arrays
        start, end = arrays["text_ends"][number : number + 2]
        features = packed.as_text(arrays["features"][start:end]).split("\n")
        start, end = arrays["weight_ends"][number : number + 2]
        return dict(zip(features, arrays["weights"][start:end].tolist(), strict=True))

    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def _pack(weights: dict[str, dict[str, float]]) -> dict[str, packed.Array]:
    """The weights of all choices as arrays."""
    texts = [packed.as_bytes("\n".join(own)) for own in weights.values()]
    return {
        "choices": packed.as_bytes("\n".join(weights)),
        "features": np.concatenate(texts),
        "text_ends": np.cumsum([0, *map(len, texts)]),
        "weights": np.array([weight for own in weights.values() for weight in own.values()]),
        "weight_ends": np.cumsum([0, *map(len, weights.values())]),
    }


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
