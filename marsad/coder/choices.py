"""The one mechanism behind every choice: a weighted sum of named features, squashed to a probability.

Weights are rows of `weights.tsv` (choice, feature, weight), trained by `eval/train.py` on annotated reports. A choice can
always say which features decided it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from marsad import packed, resources
from marsad.coder.parts import Facts, Flags, Indexes, Part, Table
from marsad.model import Why


class WeightRow(msgspec.Struct, frozen=True):
    """One weight: the choice it belongs to, the feature's name, log-odds. The feature `bias` is always present."""

    choice: str
    feature: str
    weight: float


Features = tuple[Sequence[Part], Sequence[str]]  # parts, and loose names that hardly ever come back
_REMEMBERED = 25_000
_CODE_BITS = 20
_TOLD = 6  # features told in a why
_Share = tuple[float, tuple[str, float]]  # how heavy a feature is; its name and weight
_WEIGHT, _SCORE = itemgetter(0), itemgetter(1)


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
        self._weighed: dict[Part, tuple[_Share, ...]] = {}

    def why(
        self, score: float, features: Features, words: str, lost: Sequence[tuple[str, float]] = (), read: str = ""
    ) -> Why:
        """Say how the choice came out: score, the heaviest features, the alternatives that lost.

        `read` says how the value itself was read: a lexicon row, a rule.
        """
        parts, loose = features
        known = [share for part in parts for share in self._weigh(part)]
        known += self._shares(loose)
        known.sort(key=_WEIGHT, reverse=True)
        heaviest = tuple([share for _, share in known[:_TOLD]])
        ranked = tuple([(text, round(s, 3)) for text, s in sorted(lost, key=_SCORE, reverse=True)[:3]])
        rule = f"choice:{self.name}; {read}" if read else f"choice:{self.name}"
        return Why(rule=rule, words=words, score=round(score, 3), features=heaviest, lost=ranked)

    def _weigh(self, part: Part) -> tuple[_Share, ...]:
        """The features of a part that have a weight here."""
        found = self._weighed.get(part)
        if found is None:
            if len(self._weighed) > _REMEMBERED:
                self._weighed.clear()
            make, facts = part
            found = self._weighed[part] = tuple(self._shares(make(*facts)))
        return found

    def _shares(self, names: Iterable[str]) -> list[_Share]:
        get = self.weights.get
        return [(abs(weight), (name, round(weight, 2))) for name in names if (weight := get(name))]


class Weighed(NamedTuple):
    """How the choices of a group came out over many things: scores (0-1) by choice and thing, and of which parts."""

    scores: list[list[float]]
    rows: Indexes
    known: Sequence[Part]

    def parts(self, at: int) -> list[Part]:
        """Return the parts of the thing at a place."""
        return [self.known[row] for row in self.rows[:, at].tolist() if row]

    def ranked(self, choice: int, start: int, end: int, least: float) -> list[tuple[float, int]]:
        """Return (score, place) of a stretch of things, the best first, of equals the last; none if none reaches `least`."""
        own = self.scores[choice][start:end]
        if max(own, default=0.0) < least:
            return []
        return sorted(zip(own, range(start, end), strict=True), reverse=True)


class _Numbers(dict[Facts, int]):
    """A number for each facts met, from 0."""

    def __missing__(self, facts: Facts) -> int:
        number = self[facts] = len(self)
        return number


class Group:
    """Choices over the same features, scored in one pass; the summed weights of each part met are remembered."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        """Put the weights of the choices side by side, by feature."""
        self.choices = list(choices)
        self._start = [choice.bias for choice in choices]
        self._weights: dict[str, list[tuple[int, float]]] = {}
        for k, choice in enumerate(choices):
            for feature, weight in choice.weights.items():
                self._weights.setdefault(feature, []).append((k, weight))
        self._forget()

    def _forget(self) -> None:
        self._known: dict[Part, int] = {}
        # Row 0 stands for a part that a thing does not have.
        self._parts: list[Part] = [(list, ())]
        self._sums = np.zeros((256, len(self.choices)))
        self._heavy: list[tuple[tuple[int, float], ...]] = [()]  # the same without zeros
        self._codes: dict[tuple[Callable[..., list[str]], int], _Numbers] = {}
        self._coded: dict[Callable[..., list[str]], dict[int, int]] = {}

    def _tidy(self) -> None:
        if len(self._parts) > _REMEMBERED or any(len(codes) > _REMEMBERED for codes in self._codes.values()):
            self._forget()

    def scores(self, parts: Iterable[Part], loose: Iterable[str] = ()) -> list[float]:
        """Return each choice's probability (0-1) of yes."""
        totals = list(self._start)
        for part in parts:
            row = self._known.get(part)
            if row is None:
                self._tidy()
                row = self._row(part)
            for k, weight in self._heavy[row]:
                totals[k] += weight
        get = self._weights.get
        for feature in loose:
            for k, weight in get(feature, ()):
                totals[k] += weight
        return [_squash(total) for total in totals]

    def weigh(self, tables: Sequence[Table], size: int) -> Weighed:
        """Return the probabilities (0-1) of yes of each choice for that many things at once."""
        self._tidy()
        rows = np.zeros((len(tables), size), dtype=np.intp)
        for own, table in zip(rows, tables, strict=True):
            where = slice(None) if table.where is None else table.where
            own[where] = self._table_rows(table, where)
        totals = np.tile(self._start, (size, 1))
        for own in rows:
            totals += self._sums.take(own, axis=0)
        scores = 1.0 / (1.0 + np.exp(-totals.clip(-30.0, 30.0)))
        return Weighed(scores.T.tolist(), rows, self._parts)

    def _table_rows(self, table: Table, where: slice | Flags) -> Indexes:
        """The remembered rows of a table's parts, for the things that have it."""
        keys = np.zeros(1, dtype=np.intp)
        for position, (values, which) in enumerate(table.columns):
            codes = self._codes.setdefault((table.make, position), _Numbers())
            own = np.array(list(map(codes.__getitem__, values)), dtype=np.intp)
            keys = keys << _CODE_BITS | own[which[where]]
        known = self._coded.setdefault(table.make, {})
        listed = keys.tolist()
        rows = list(map(known.get, listed))
        if None in rows:
            things = np.arange(len(table.columns[0].which))[where].tolist()
            for key, row, thing in zip(listed, rows, things, strict=True):
                if row is None and key not in known:
                    known[key] = self._row((table.make, table.facts(thing)))
            rows = list(map(known.get, listed))
        return np.array(rows, dtype=np.intp)

    def _row(self, part: Part) -> int:
        """The row that now holds the summed weights of a part's features, by choice."""
        found = self._known.get(part)
        if found is not None:
            return found
        row = self._known[part] = len(self._parts)
        self._parts.append(part)
        if row >= len(self._sums):
            self._sums = np.concatenate([self._sums, np.zeros_like(self._sums)])
        sums = [0.0] * len(self.choices)
        make, facts = part
        for name in make(*facts):
            for k, weight in self._weights.get(name, ()):
                sums[k] += weight
        self._sums[row] = sums
        self._heavy.append(tuple([(k, weight) for k, weight in enumerate(sums) if weight]))
        return row


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
            found = self._choices[name] = Choice(name, self._weights.get(name, {"bias": -9.0}))
        return found

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
