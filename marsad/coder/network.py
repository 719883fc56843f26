"""A small convolutional network that looks at eight tokens on each side of a token, across sentences.

It scores event labels, with which the linear-chain tagger's scores are joined, and role labels, which it decides alone. What
a word form puts in is summed once per form and remembered. Layers are gated convolutions over dilated neighbours (Dauphin et
al. 2017; Strubell et al. 2017), trained in `eval/network.py`.

All that is summed over many numbers is summed in whole numbers of a grid, which is exact in any order, and nothing needs a
logarithm or an exponential: the same text gives the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from marsad import packed, resources
from marsad.coder import features
from marsad.coder.parts import Indexes, Run, names_of
from marsad.coder.tagger import Beside, Tagged
from marsad.errors import ResourceError
from marsad.language import Sentence

Scores = npt.NDArray[np.float32]
_Whole = npt.NDArray[np.int16]

# Steps of the grids: what goes in, what stands between layers, what layers are given, their weights.
IN, BETWEEN, GIVEN, WEIGHT = 64, 256, 32, 256
# How far those numbers reach; with these bounds a sum over a layer's inputs stays within the 24 bits of a float32.
IN_MOST, GIVEN_MOST, WEIGHT_MOST = 2.0, 7.0, 1.0
SMALL = 1e-5
DILATIONS = (1, 2, 4, 1)
_REACH = sum(DILATIONS)
_WINDOW = 4096  # tokens that are looked at in one go
_FORMS = 25_000  # word forms and parts that are remembered
_CODE = (Path(__file__), Path(__file__).with_name("features.py"))


class Weights(NamedTuple):
    """What training found, in whole steps of the grids: `table` has a row a feature, in the order of `names`.

    `given`, `layers` and `biases` have an entry a layer; a layer's matrix is (3 × size) × (2 × size), for the tokens before,
    at and after. `out` is (2 × size) × labels, those of events first.
    """

    names: list[str]
    labels: tuple[list[str], list[str]]
    table: npt.NDArray[np.int8]
    base: _Whole
    scales: _Whole
    layers: _Whole
    biases: _Whole
    out: _Whole
    out_bias: _Whole


class Marks(NamedTuple):
    """What the network says of sentences: event scores of all their tokens, and role labels per sentence."""

    events: Beside
    roles: list[Tagged]


class Network:
    """Scores the tokens of sentences that stand in a row in one text."""

    def __init__(self, weights: Weights) -> None:
        """Take the weights; nothing is computed before the first text."""
        self.event_labels, self.role_labels = weights.labels
        self._rows = {name: row for row, name in enumerate(weights.names)}
        self._table = weights.table
        self._size = weights.table.shape[1]
        self._base: Scores = (weights.base / IN).astype(np.float32)
        self._scales: Scores = (weights.scales / WEIGHT).astype(np.float32)
        self._layers: Scores = (weights.layers / WEIGHT).astype(np.float32)
        self._biases: Scores = (weights.biases / WEIGHT).astype(np.float32)
        self._out = weights.out / WEIGHT
        self._out_bias = weights.out_bias / WEIGHT
        self._forget()

    def _forget(self) -> None:
        self._known: dict[Hashable, int] = {}
        self._sums: Scores = np.zeros((0, self._size), dtype=np.float32)

    def mark(self, sentences: Sequence[Sentence]) -> Marks:
        """Score the tokens of sentences in the order of the text, and choose their role labels."""
        if not sentences:
            return Marks(Beside(np.zeros((0, len(self.event_labels)), dtype=np.float32), self.event_labels), [])
        given = self._put_in(sentences)
        size = len(given)
        windows = [
            self._look(given[max(0, a - _REACH) : a + _WINDOW + _REACH])[min(a, _REACH) :][:_WINDOW]
            for a in range(0, size, _WINDOW)
        ]
        scores = np.concatenate(windows) if len(windows) > 1 else windows[0]
        events, roles = np.split(scores, [len(self.event_labels)], axis=1)
        ends = np.cumsum([len(s.tokens) for s in sentences]).tolist()
        paths = _label(roles, self.role_labels, [0, *ends[:-1]])
        tagged = [Tagged(paths[a:b], roles[a:b], self.role_labels) for a, b in pairwise([0, *ends])]
        return Marks(Beside(events, self.event_labels), tagged)

    def _put_in(self, sentences: Sequence[Sentence]) -> Scores:
        """What each token's word and runs put in, within bounds."""
        words = [token.word for sentence in sentences for token in sentence.tokens]
        given: Scores = self._sums_of(words, features.word_names) + self._base
        starts = np.cumsum([0, *(len(s.tokens) for s in sentences)])
        runs: list[Run] = []
        seats: list[int] = []
        for sentence, start in zip(sentences, starts.tolist(), strict=False):
            own = features.sentence_runs(sentence)
            runs += own
            seats += [start] * len(own)
        if runs:
            sums = self._sums_of([part for _, _, part in runs], lambda part: names_of((part,)))
            firsts = np.array([run[0] for run in runs], dtype=np.intp) + seats
            lengths = np.array([run[1] - run[0] + 1 for run in runs], dtype=np.intp)
            np.add.at(given, _spread(firsts, lengths), np.repeat(sums, lengths, axis=0))
        return np.clip(given, -IN_MOST, IN_MOST, out=given)

    def _sums_of(self, things: Sequence[Any], name: Callable[[Any], list[str]]) -> Scores:
        """The summed rows of the features that each thing names."""
        known = self._known
        numbers = list(map(known.get, things))
        if None in numbers:
            new = [thing for thing in dict.fromkeys(things) if thing not in known]
            if len(known) + len(new) > _FORMS:
                self._forget()
                known, new = self._known, list(dict.fromkeys(things))
            self._learn(new, list(map(name, new)))
            numbers = list(map(known.__getitem__, things))
        return self._sums[np.array(numbers, dtype=np.intp)]

    def _learn(self, things: Sequence[Hashable], names: list[list[str]]) -> None:
        get, start = self._rows.get, len(self._known)
        self._known.update(zip(things, range(start, start + len(things)), strict=True))
        rows = np.array([get(name, -1) for name in chain.from_iterable(names)], dtype=np.intp)
        of = np.repeat(np.arange(start, start + len(things)), list(map(len, names)))
        if start + len(things) > len(self._sums):
            room = np.zeros((2 * (start + len(things)), self._size), dtype=np.float32)
            room[: len(self._sums)] = self._sums
            self._sums = room
        has = rows >= 0
        np.add.at(self._sums, of[has], self._table[rows[has]].astype(np.float32) / IN)

    def _look(self, given: Scores) -> Scores:
        """The scores of tokens in a row, from what was put in for each."""
        seen = given
        for scale, layer, bias, reach in zip(self._scales, self._layers, self._biases, DILATIONS, strict=True):
            inner = _levelled(seen, scale)
            padded = np.zeros((len(inner) + 2 * reach, self._size), dtype=np.float32)
            padded[reach:-reach] = inner
            row = np.concatenate([padded[: -2 * reach], inner, padded[2 * reach :]], axis=1)
            found = row @ layer + bias
            gate = np.clip(found[:, self._size :] * np.float32(0.25) + np.float32(0.5), 0, 1)
            seen = _on_grid(seen + np.maximum(found[:, : self._size], 0) * gate, BETWEEN)
        both = np.concatenate([seen, given], axis=1).astype(np.float64)
        return (both @ self._out + self._out_bias).astype(np.float32)


def _levelled(seen: Scores, scale: Scores) -> Scores:
    """What stands between layers, brought to one size (root mean square), on the grid that layers are given."""
    exact = seen.astype(np.float64)
    size = np.sqrt(np.add.reduce(exact * exact, axis=1, keepdims=True) / exact.shape[1] + SMALL)
    return np.clip(_on_grid((exact / size).astype(np.float32) * scale, GIVEN), -GIVEN_MOST, GIVEN_MOST)


def _on_grid(values: Scores, steps: int) -> Scores:
    found: Scores = np.rint(values * np.float32(steps)) / np.float32(steps)
    return found


def _spread(firsts: Indexes, lengths: Indexes) -> Indexes:
    """The numbers from each first on, as many as its length says, one stretch after the other."""
    ends = np.cumsum(lengths)
    found: Indexes = np.arange(ends[-1]) + np.repeat(firsts - (ends - lengths), lengths)
    return found


def _label(scores: Scores, labels: Sequence[str], starts: Sequence[int]) -> list[str]:
    """The best label of each token, from left to right; I-X stands only after B-X or I-X."""
    best = scores.argmax(axis=1)
    found = ["O"] * len(best)
    opens = set(starts)
    for i in np.flatnonzero(best).tolist():
        label = labels[best[i]]
        if label[0] == "I":
            before = "" if i in opens else found[i - 1][2:]
            if label[2:] != before:
                allowed = [k for k, name in enumerate(labels) if name[0] != "I" or name[2:] == before]
                label = labels[max(allowed, key=scores[i].__getitem__)]
        found[i] = label
    return found


def load_network(path: Path) -> Network:
    """Read the network's weights.

    Raises:
        ResourceError: the file is missing or broken.
    """
    arrays = packed.derived("network", [path], _CODE, lambda: _pack(read_weights(path)))
    labels = [line.split(" ") for line in packed.as_text(arrays["labels"]).split("\n")]
    names = packed.as_text(arrays["names"]).split("\n")
    size = len(arrays["base"])
    return Network(
        Weights(
            names,
            (labels[0], labels[1]),
            arrays["table"].reshape(-1, size),
            arrays["base"],
            arrays["scales"].reshape(-1, size),
            arrays["layers"].reshape(len(DILATIONS), 3 * size, 2 * size),
            arrays["biases"].reshape(-1, 2 * size),
            arrays["out"].reshape(2 * size, -1),
            arrays["out_bias"],
        )
    )


def _pack(weights: Weights) -> dict[str, packed.Array]:
    arrays = {name: np.asarray(value).reshape(-1) for name, value in weights._asdict().items() if name not in _TEXTS}
    arrays["labels"] = packed.as_bytes("\n".join(map(" ".join, weights.labels)))
    arrays["names"] = packed.as_bytes("\n".join(weights.names))
    return arrays


_TEXTS = ("names", "labels")
_HEADS = ("base", "scales", "layers", "biases", "out", "out_bias")


def write_weights(path: Path, weights: Weights, note: str) -> None:
    """Write weights as lines: `@events` and `@roles` with labels, `@NAME` with numbers, then `feature TAB numbers`."""
    lines = [
        f"# {note}",
        *(f"@{k}\t{' '.join(own)}" for k, own in zip(("events", "roles"), weights.labels, strict=True)),
    ]
    for name in _HEADS:
        array = getattr(weights, name)
        rows = array.reshape(-1, array.shape[-1])
        lines += [f"@{name}\t{' '.join(map(str, row))}" for row in rows.tolist()]
    rows = zip(weights.names, weights.table.tolist(), strict=True)
    lines += [f"{name}\t{' '.join(map(str, row))}" for name, row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def read_weights(path: Path) -> Weights:
    """Read what `write_weights` wrote.

    Raises:
        ResourceError: the file is missing or broken.
    """
    heads: dict[str, list[str]] = {}
    names: list[str] = []
    rows: list[str] = []
    for line in resources.read_text(path).splitlines():
        head, _, rest = line.partition("\t")
        if head.startswith("@"):
            heads.setdefault(head[1:], []).append(rest)
        elif not head.startswith("# "):
            names.append(head)
            rows.append(rest)
    try:
        arrays = {name: _numbers(heads[name]) for name in _HEADS}
        size = len(arrays["base"])
        labels = heads["events"][0].split(" "), heads["roles"][0].split(" ")
        return Weights(
            names,
            labels,
            _numbers(rows).astype(np.int8).reshape(len(names), size),
            arrays["base"],
            arrays["scales"].reshape(len(DILATIONS), size),
            arrays["layers"].reshape(len(DILATIONS), 3 * size, 2 * size),
            arrays["biases"].reshape(len(DILATIONS), 2 * size),
            arrays["out"].reshape(2 * size, len(labels[0]) + len(labels[1])),
            arrays["out_bias"],
        )
    except (KeyError, ValueError, OverflowError) as error:
        raise ResourceError(
            f"{path.name} holds no network of the shape that is read: {error}. Reinstall marsad."
        ) from error


def _numbers(rows: list[str]) -> _Whole:
    """The whole numbers in rows, up to the first thing that is none."""
    return np.fromstring(" ".join(rows), dtype=np.int16, sep=" ")
