"""The one mechanism behind every choice: a weighted sum of named features, squashed to a probability.

Weights are rows of `weights.tsv` (choice, feature, weight), trained by `eval/train.py` on annotated reports. A choice can
always say which features decided it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from marsad import resources
from marsad.model import Why


class WeightRow(msgspec.Struct, frozen=True):
    """One weight: the choice it belongs to, the feature's name, log-odds. The feature `bias` is always present."""

    choice: str
    feature: str
    weight: float


# Features come in parts: a function that names features, and the few facts it names them from. The same facts come back
# in every report, so a part's summed weights are remembered under it.
Part = tuple[Callable[..., list[str]], tuple[Hashable, ...]]
Features = tuple[Sequence[Part], Sequence[str]]  # parts, and loose names that hardly ever come back
_REMEMBERED = 30_000


def names_of(parts: Iterable[Part], loose: Iterable[str] = ()) -> list[str]:
    """Return the names of all features of some parts, and the loose ones after them."""
    return [name for make, facts in parts for name in make(*facts)] + list(loose)


def _squash(total: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


class Choice:
    """A binary choice with its weights and the probability (0-1) from which it says yes."""

    def __init__(self, name: str, weights: dict[str, float]) -> None:
        """Take the weights by feature; `@threshold` among them sets where yes begins (default 0.5)."""
        self.name = name
        self.threshold = weights.get("@threshold", 0.5)
        self.weights = {f: w for f, w in weights.items() if f not in ("@threshold", "bias")}
        self.bias = weights.get("bias", 0.0)
        self._weighed: dict[Part, tuple[tuple[float, str], ...]] = {}

    def why(
        self, score: float, features: Features, words: str, lost: Sequence[tuple[str, float]] = (), read: str = ""
    ) -> Why:
        """Say how the choice came out: score, the heaviest features, the alternatives that lost.

        `read` says how the value itself was read: a lexicon row, a rule.
        """
        parts, loose = features
        known = [weighed for part in parts for weighed in self._weigh(part)]
        known += [(weight, name) for name in loose if (weight := self.weights.get(name))]
        known.sort(key=_size, reverse=True)
        heaviest = tuple([(name, round(weight, 2)) for weight, name in known[:6]])
        ranked = tuple([(text, round(s, 3)) for text, s in sorted(lost, key=_second, reverse=True)[:3]])
        rule = f"choice:{self.name}; {read}" if read else f"choice:{self.name}"
        return Why(rule=rule, words=words, score=round(score, 3), features=heaviest, lost=ranked)

    def _weigh(self, part: Part) -> tuple[tuple[float, str], ...]:
        """The features of a part that have a weight here."""
        found = self._weighed.get(part)
        if found is None:
            if len(self._weighed) > _REMEMBERED:
                self._weighed.clear()
            make, facts = part
            found = tuple((weight, name) for name in make(*facts) if (weight := self.weights.get(name)))
            self._weighed[part] = found
        return found


def _size(weighed: tuple[float, str]) -> float:
    return abs(weighed[0])


def _second(pair: tuple[str, float]) -> float:
    return pair[1]


class Group:
    """Choices over the same features, scored in one pass."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        """Put the weights of the choices side by side, by feature."""
        self.choices = list(choices)
        self._start = [choice.bias for choice in choices]
        self._weights: dict[str, list[tuple[int, float]]] = {}
        for k, choice in enumerate(choices):
            for feature, weight in choice.weights.items():
                self._weights.setdefault(feature, []).append((k, weight))
        self._known: dict[Part, tuple[tuple[int, float], ...]] = {}

    def scores(self, parts: Iterable[Part], loose: Iterable[str] = ()) -> list[float]:
        """Return each choice's probability (0-1) of yes."""
        totals = list(self._start)
        known = self._known
        for part in parts:
            sums = known.get(part)
            if sums is None:
                sums = self._sum(part)
            for k, weight in sums:
                totals[k] += weight
        get = self._weights.get
        for feature in loose:
            for k, weight in get(feature, ()):
                totals[k] += weight
        return [_squash(total) for total in totals]

    def _sum(self, part: Part) -> tuple[tuple[int, float], ...]:
        """The summed weights of a part's features, by choice."""
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        totals: dict[int, float] = {}
        make, facts = part
        for name in make(*facts):
            for k, weight in self._weights.get(name, ()):
                totals[k] = totals.get(k, 0.0) + weight
        sums = self._known[part] = tuple(totals.items())
        return sums


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
