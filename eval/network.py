"""Trains the convolutional network that reads beside the tagger (`marsad/coder/network.py`), with JAX.

One network learns event labels and role labels at once. Much is left out at random while it learns (features, whole tokens,
inner values), and what is kept is a running mean of its weights: both hold it from learning reports by heart. The same texts
and seed give the same bytes on the same machine.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
import optax
from scipy import sparse

from marsad.coder.network import (
    DILATIONS,
    GIVEN_MOST,
    IN,
    IN_MOST,
    SMALL,
    WEIGHT,
    WEIGHT_MOST,
    Weights,
)

SIZE = 96
EPOCHS = 12
_LEAST_SEEN = 2  # a feature seen once is learnt by heart
_BATCH, _LENGTH, _OVERLAP, _STEP = 16, 256, 40, 64
_RATE, _WARM_UP, _DECAY, _MEAN = 3e-3, 200, 0.01, 0.998
_DROP_FEATURE, _DROP_TOKEN, _DROP_INNER = 0.15, 0.03, 0.3
_SEED = 1

Params = dict[str, Any]


class Text(NamedTuple):
    """A text to learn from, token by token: names of features, event label, role label."""

    names: list[list[str]]
    events: list[str]
    roles: list[str]


class _Piece(NamedTuple):
    """Tokens in a row, many rows: event and role label numbers, 1 where there is a token."""

    events: npt.NDArray[np.int32]
    roles: npt.NDArray[np.int32]
    mask: npt.NDArray[np.float32]


class _Cut(NamedTuple):
    """A stretch of a text: the numbers of each token's features, and its labels' numbers."""

    features: list[list[int]]
    events: list[int]
    roles: list[int]


def train_network(texts: Sequence[Text], *, epochs: int = EPOCHS) -> Weights:
    """Learn a network from texts and return its weights on the grids that reading uses."""
    counts = Counter(name for text in texts for names in text.names for name in set(names))
    known = sorted(name for name, count in counts.items() if count >= _LEAST_SEEN)
    numbers = {name: k for k, name in enumerate(known)}
    labels = _labels(text.events for text in texts), _labels(text.roles for text in texts)
    cuts = [cut for text in texts for cut in _cut(text, numbers, labels)]
    params = _learn(cuts, (len(labels[0]), len(labels[1])), _Table(len(known)), epochs)
    return _on_grids(params, known, labels)


def _labels(told: Iterator[list[str]]) -> list[str]:
    return sorted({label for own in told for label in own} | {"O"}, key=lambda name: (name != "O", name[2:], name))


def _cut(text: Text, numbers: dict[str, int], labels: tuple[list[str], list[str]]) -> Iterator[_Cut]:
    """A text in stretches of bounded length that overlap."""
    features = [[numbers[name] for name in names if name in numbers] for names in text.names]
    events, roles = [labels[0].index(label) for label in text.events], [labels[1].index(label) for label in text.roles]
    for start in range(0, max(1, len(features) - _OVERLAP), _LENGTH - _OVERLAP):
        own = slice(start, start + _LENGTH)
        yield _Cut(features[own], events[own], roles[own])


def _batches(cuts: list[_Cut], draw: random.Random) -> Iterator[list[_Cut]]:
    """Stretches of about one length together, in random order."""
    ordered = sorted(cuts, key=lambda cut: len(cut.events) + draw.random() * 20)
    groups = [ordered[k : k + _BATCH] for k in range(0, len(ordered), _BATCH)]
    draw.shuffle(groups)
    yield from groups


def _piece(group: list[_Cut]) -> _Piece:
    """A batch filled up with nothing to one of few shapes."""
    length = -(-max(len(cut.events) for cut in group) // _STEP) * _STEP
    events, roles = np.zeros((2, _BATCH, length), dtype=np.int32)
    mask = np.zeros((_BATCH, length), dtype=np.float32)
    for k, cut in enumerate(group):
        size = len(cut.events)
        events[k, :size], roles[k, :size], mask[k, :size] = cut.events, cut.roles, 1
    return _Piece(events, roles, mask)


def _kept(group: list[_Cut], length: int, width: int, draw: np.random.Generator) -> sparse.csr_matrix:
    """Which features each token of a batch has, with some left out: (batch × length) × features."""
    counts = np.zeros((_BATCH, length), dtype=np.int64)
    for k, cut in enumerate(group):
        counts[k, : len(cut.features)] = list(map(len, cut.features))
    at = np.fromiter((n for cut in group for own in cut.features for n in own), dtype=np.int32)
    rows = np.repeat(np.arange(_BATCH * length), counts.reshape(-1))
    kept = (draw.random(len(at)) >= _DROP_FEATURE) & (draw.random(_BATCH * length) >= _DROP_TOKEN)[rows]
    ones = np.ones(int(kept.sum()), dtype=np.float32)
    return sparse.csr_matrix((ones, (rows[kept], at[kept])), shape=(_BATCH * length, width))


class _Table:
    """What features put in, learnt by Adam, of which each step moves only the rows that it met."""

    def __init__(self, features: int) -> None:
        self.values = np.random.default_rng(_SEED).normal(0, 0.08, (features, SIZE)).astype(np.float32)
        self.mean = self.values.copy()
        self._first = np.zeros_like(self.values)
        self._second = np.zeros_like(self.values)
        self._times = np.zeros((features, 1), dtype=np.float32)

    def move(self, rows: npt.NDArray[np.intp], slope: npt.NDArray[np.float32], rate: float) -> None:
        """Descend along the slope of some rows."""
        self._times[rows] += 1
        self._first[rows] = first = 0.9 * self._first[rows] + 0.1 * slope
        self._second[rows] = second = 0.999 * self._second[rows] + 0.001 * slope * slope
        times = self._times[rows]
        step = first / (1 - 0.9**times) / (np.sqrt(second / (1 - 0.999**times)) + 1e-8)
        self.values[rows] -= rate * (step + _DECAY * self.values[rows])

    def remember(self, keep: float) -> None:
        """Move the running mean."""
        self.mean *= keep
        self.mean += (1 - keep) * self.values


def _begin(labels: int) -> Params:
    """Random weights to begin with."""
    first, second = jax.random.split(jax.random.PRNGKey(_SEED), 2)
    return {
        "base": jnp.zeros(SIZE),
        "scales": jnp.ones((len(DILATIONS), SIZE)),
        "layers": jax.random.normal(first, (len(DILATIONS), 3 * SIZE, 2 * SIZE)) / np.sqrt(3 * SIZE),
        "biases": jnp.zeros((len(DILATIONS), 2 * SIZE)),
        "out": jax.random.normal(second, (2 * SIZE, labels)) * 0.05,
        "out_bias": jnp.zeros(labels),
    }


def _scores(params: Params, given: Any, mask: Any, key: Any) -> Any:
    """The scores of all labels while learning, with much left out: what `coder.network` computes on grids."""
    keys = jax.random.split(key, 1 + len(DILATIONS))
    mask = mask[..., None]
    given = _thinned(jnp.clip(given + params["base"], -IN_MOST, IN_MOST), keys[-1]) * mask
    seen = given
    for k, reach in enumerate(DILATIONS):
        inner = seen * params["scales"][k] * jax.lax.rsqrt((seen * seen).mean(-1, keepdims=True) + SMALL)
        inner = jnp.clip(inner, -GIVEN_MOST, GIVEN_MOST) * mask
        row = jnp.concatenate([_moved(inner, reach), inner, _moved(inner, -reach)], -1)
        value, gate = jnp.split(row @ params["layers"][k] + params["biases"][k], 2, -1)
        found = jax.nn.relu(value) * jnp.clip(gate * 0.25 + 0.5, 0, 1)
        seen = (seen + _thinned(found, keys[k])) * mask
    return jnp.concatenate([seen, given], -1) @ params["out"] + params["out_bias"]


def _thinned(values: Any, key: Any) -> Any:
    return values * (jax.random.uniform(key, values.shape) > _DROP_INNER) / (1 - _DROP_INNER)


def _moved(values: Any, by: int) -> Any:
    """What stands `by` tokens before each token; nothing stands beyond the ends."""
    if by > 0:
        return jnp.pad(values, ((0, 0), (by, 0), (0, 0)))[:, :-by]
    return jnp.pad(values, ((0, 0), (0, -by), (0, 0)))[:, -by:]


def _learn(cuts: list[_Cut], labels: tuple[int, int], table: _Table, epochs: int) -> Params:
    """Descend; returns the running mean of the weights, that of the table stands in it."""
    steps = epochs * -(-len(cuts) // _BATCH)
    rate = optax.warmup_cosine_decay_schedule(0, _RATE, min(_WARM_UP, steps // 2), steps, 1e-5)
    rule = optax.adamw(rate, weight_decay=_DECAY)

    def loss(params: Params, given: Any, piece: Any, key: Any) -> Any:
        scores = _scores(params, given, piece.mask, key)
        cost = optax.softmax_cross_entropy_with_integer_labels
        lost = cost(scores[..., : labels[0]], piece.events) + cost(scores[..., labels[0] :], piece.roles)
        return (lost * piece.mask).sum() / piece.mask.sum()

    @jax.jit
    def step(kept: Any, given: Any, piece: Any, key: Any, keep: Any) -> Any:
        params, state, mean = kept
        lost, (slope, wanted) = jax.value_and_grad(loss, argnums=(0, 1))(params, given, piece, key)
        change, state = rule.update(slope, state, params)
        params = optax.apply_updates(params, change)
        mean = jax.tree.map(lambda old, new: old * keep + new * (1 - keep), mean, params)
        return (params, state, mean), wanted, lost

    params = _begin(sum(labels))
    kept, order, draw = (params, rule.init(params), params), random.Random(_SEED), np.random.default_rng(_SEED)
    key, done = jax.random.PRNGKey(_SEED + 1), 0
    for epoch in range(epochs):
        losses = []
        for group in _batches(cuts, order):
            piece = _piece(group)
            seen = _kept(group, piece.mask.shape[1], len(table.values), draw)
            rows = np.unique(seen.indices)
            seen = seen[:, rows]
            given = (seen @ table.values[rows]).reshape(*piece.mask.shape, SIZE)
            key, own = jax.random.split(key)
            done += 1
            keep = min(_MEAN, done / (done + 10))
            kept, wanted, lost = step(kept, given, piece, own, np.float32(keep))
            table.move(rows, seen.T @ np.asarray(wanted).reshape(-1, SIZE), float(rate(done - 1)))
            table.remember(keep)
            losses.append(lost)
        print(f"network, epoch {epoch + 1} of {epochs}: loss {float(np.mean(losses)):.3f}", flush=True)
    return kept[2] | {"table": table.mean}


def _on_grids(params: Params, names: list[str], labels: tuple[list[str], list[str]]) -> Weights:
    """The weights rounded to the grids of reading."""
    return Weights(
        names=names,
        labels=labels,
        table=_rounded(params["table"], IN, IN_MOST).astype(np.int8),
        base=_rounded(params["base"], IN, IN_MOST),
        scales=_rounded(params["scales"], WEIGHT, GIVEN_MOST),
        layers=_rounded(params["layers"], WEIGHT, WEIGHT_MOST),
        biases=_rounded(params["biases"], WEIGHT, GIVEN_MOST),
        out=_rounded(params["out"], WEIGHT, GIVEN_MOST),
        out_bias=_rounded(params["out_bias"], WEIGHT, GIVEN_MOST),
    )


def _rounded(values: Any, steps: int, most: float) -> npt.NDArray[np.int16]:
    return np.clip(np.rint(np.asarray(values) * steps), -most * steps + 1, most * steps - 1).astype(np.int16)
