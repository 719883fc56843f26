"""A linear-chain tagger: scores labels of tokens by summed feature weights and decodes the best path.

The weights are trained offline (`eval/train.py`, conditional random field) and stored as readable data. The part that
depends on a word form alone is summed once per form and remembered, so that a report costs a few array additions.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from marsad.coder import features
from marsad.coder.features import View
from marsad.coder.parts import Indexes, Part, Run, names_of
from marsad.errors import ResourceError
from marsad.language import Sentence, Word

Scores = npt.NDArray[np.float32]
Extra = Sequence[Sequence[Run]] | None  # further features, per sentence
_REMEMBERED = 12_000
# A label this far behind the best of its token is left out: on 60,000 training tokens 28 labels differ from no beam.
_BEAM = 3.0


class Tagged(NamedTuple):
    """Labels of a sentence's tokens, and each token's label scores (tokens × names, in the order of `names`)."""

    labels: list[str]
    scores: Scores
    names: list[str]


class _Remembered(dict[Any, Any]):
    """Values by key, each made the first time it is asked for."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self._make = make

    def __missing__(self, key: Hashable) -> Any:
        value = self[key] = self._make(key)
        return value


class Tagger:
    """Tags the tokens of sentences with labels `O`, `B-X`, `I-X`."""

    def __init__(
        self, labels: Sequence[str], weights: dict[str, dict[str, float]], transitions: dict[tuple[str, str], float]
    ) -> None:
        """Put together labels, weights (feature → label → weight) and transition weights."""
        self.labels = list(labels)
        self._index = {label: k for k, label in enumerate(self.labels)}
        self._rows = {name: row for row, name in enumerate(weights)}
        self._weights: Scores = np.zeros((len(weights) + 1, len(self.labels)), dtype=np.float32)
        for row, by_label in enumerate(weights.values()):
            for label, weight in by_label.items():
                self._weights[row, self._index[label]] = weight
        matrix = np.zeros((len(self.labels), len(self.labels)), dtype=np.float32)
        for (a, b), weight in transitions.items():
            matrix[self._index[a], self._index[b]] = weight
        for column, label in enumerate(self.labels):
            if label.startswith("I-"):
                for row, before in enumerate(self.labels):
                    if before[2:] != label[2:]:
                        matrix[row, column] = -1000.0
        # Kept by the label that is entered: into[b][a].
        self._into: list[list[float]] = matrix.T.tolist()
        self._barred = [k for k, label in enumerate(self.labels) if label.startswith("I-")]
        self._openers = [self._index["B" + self.labels[k][1:]] for k in self._barred]
        self._outside = self._index["O"]
        self._from_outside: Scores = matrix[self._outside]
        self._to_outside: Scores = matrix[:, self._outside]
        self._forget()

    def weigh(self, names: list[str], counts: list[int], labels: list[str], weights: list[float]) -> None:
        """Use these weights instead: feature k weighs `counts[k]` of the labels that follow, in order."""
        self._rows = dict(zip(names, range(len(names)), strict=True))
        self._weights = np.zeros((len(names) + 1, len(self.labels)), dtype=np.float32)
        columns = [self._index[label] for label in labels]
        self._weights[np.repeat(np.arange(len(names)), counts), columns] = weights
        self._forget()

    def _forget(self) -> None:
        self._table: Scores = np.zeros((256, len(features.OFFSETS), len(self.labels)), dtype=np.float32)
        self._words: dict[Word, int] = {}
        self._pairs = _Remembered(self._pair_rows)
        self._parts = _Remembered(self._part_rows)

    def tag(self, view: View, extra: Extra = None) -> list[Tagged]:
        """Tag sentences; `extra` gives further features per sentence."""
        if len(self._words) > _REMEMBERED or len(self._pairs) > 4 * _REMEMBERED or len(self._parts) > 4 * _REMEMBERED:
            self._forget()
        if not view.sentences:
            return []
        total: Scores = np.zeros((len(view.words), len(self.labels)), dtype=np.float32)
        self._add_words(total, view.words)
        self._add_runs(total, [*view.runs, *(extra or ())], view.starts if extra is None else view.starts * 2)
        self._add_pairs(total, view.words)
        self._add_shared(total, view)
        paths = self._decode(total, view.starts, view.ends)
        return [Tagged(paths[a:b], total[a:b], self.labels) for a, b in zip(view.starts, view.ends, strict=True)]

    def _add_words(self, total: Scores, words: list[Word]) -> None:
        """Add what each word gives itself and its neighbours."""
        known = self._words
        new = [word for word in dict.fromkeys(words) if word not in known]
        if new:
            self._learn(new)
        given = self._table.take([known[word] for word in words], axis=0)
        for k, offset in enumerate(features.OFFSETS):
            low, high = max(0, -offset), len(words) - max(0, offset)
            total[low:high] += given[low + offset : high + offset, k]

    def _add_runs(self, total: Scores, runs: Sequence[Sequence[Run]], starts: list[int]) -> None:
        """Add what runs of tokens, by the start of their sentence, give their tokens, in order."""
        seated = [
            (start + first, last - first + 1, rows)
            for own, start in zip(runs, starts, strict=True)
            for first, last, part in own
            if (rows := self._parts[part]) and first <= last
        ]
        if not seated:
            return
        firsts, lengths, found = zip(*seated, strict=True)
        sizes = np.array(list(map(len, found)))
        # A run of n tokens and k rows becomes n * k cells, token by token.
        cells = sizes * np.array(lengths)
        run = np.repeat(np.arange(len(sizes)), cells)
        token, row = np.divmod(np.arange(len(run)) - (np.cumsum(cells) - cells)[run], sizes[run])
        weights = self._weights.take([*chain.from_iterable(found), -1], axis=0)
        _add(total, np.array(firsts)[run] + token, weights, (np.cumsum(sizes) - sizes)[run] + row)

    def _add_pairs(self, total: Scores, words: list[Word]) -> None:
        """Add what two neighbours give each other."""
        rows = np.array(list(map(self._pairs.__getitem__, pairwise([word.light for word in words]))))
        for column, step in ((0, 1), (1, 0)):
            at = np.flatnonzero(rows[:, column] >= 0)
            total[at + step] += self._weights.take(rows[at, column], axis=0)

    def _add_shared(self, total: Scores, view: View) -> None:
        """Add what all tokens of a sentence share."""
        rows = [(k, self._rows[f]) for k, names in enumerate(view.shared) for f in names if f in self._rows]
        if rows:
            sums: Scores = np.zeros((len(view.shared), len(self.labels)), dtype=np.float32)
            at, which = np.array(rows).T
            _add(sums, at, self._weights, which)
            for own, start, end in zip(sums, view.starts, view.ends, strict=True):
                total[start:end] += own

    def contributions(self, names: Sequence[str], label: str) -> list[tuple[str, float]]:
        """Return (feature, weight) of the named features for a label, heaviest first: the answer to "why"."""
        column = self._index[label]
        found = [(n, float(self._weights[self._rows[n], column])) for n in names if n in self._rows]
        return sorted((f for f in found if f[1]), key=lambda f: -abs(f[1]))

    def transition(self, before: str, label: str) -> float:
        """Return the weight of going from one label to the next."""
        return self._into[self._index[label]][self._index[before]]

    def _learn(self, words: list[Word]) -> None:
        """Remember the summed weights that word forms give, per offset."""
        start, size = len(self._words), len(features.OFFSETS)
        while start + len(words) > len(self._table):
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])
        found = []
        for number, word in enumerate(words):
            self._words[word] = start + number
            for k, names in enumerate(features.word_atoms(word)):
                found += [(number * size + k, self._rows[name]) for name in names if name in self._rows]
        if found:
            at, rows = np.array(found).T
            own = self._table[start : start + len(words)].reshape(-1, len(self.labels))
            _add(own, at, self._weights, rows)

    def _pair_rows(self, pair: tuple[str, str]) -> tuple[int, ...]:
        """The weight rows of the features of two neighbours, -1 for what has none."""
        return tuple([self._rows.get(name, -1) for name in features.pair_names(*pair)])

    def _part_rows(self, part: Part) -> tuple[int, ...]:
        """The weight rows of a part's features."""
        return tuple([self._rows[name] for name in names_of((part,)) if name in self._rows])

    def _decode(self, scores: Scores, starts: list[int], ends: list[int]) -> list[str]:
        """The best label path of every sentence, in one list over all rows.

        Labels hopelessly behind at a token are left out (beam). A token that keeps O alone cuts the sentence: what stands
        between two such cuts is decoded on its own, which changes nothing and leaves little to do.
        """
        keep = self._kept(scores, starts, ends)
        counts = np.count_nonzero(keep, axis=1)
        unsure = np.flatnonzero(counts > 1)
        paths = ["O"] * len(scores)
        if not len(unsure):
            return paths
        # Stretches of unsure tokens, by their first and last place among these.
        cuts = np.flatnonzero(np.diff(unsure) > 1)
        first, last = np.append(0, cuts + 1), np.append(cuts, len(unsure) - 1)
        lone = unsure[first[first == last]]
        for seat, k in zip(lone.tolist(), self._lone_labels(scores, keep, lone, (starts, ends)), strict=True):
            paths[seat] = self.labels[k]
        rows, columns = np.nonzero(keep[unsure])
        options = list(zip(scores[unsure[rows], columns].tolist(), columns.tolist(), strict=True))
        bounds = [0, *np.cumsum(counts[unsure]).tolist()]
        opens, closes = set(starts), set(ends)
        for k, end in zip(first[first < last].tolist(), last[first < last].tolist(), strict=True):
            kept = [options[a:b] for a, b in pairwise(bounds[k : end + 2])]
            seat = int(unsure[k])
            run = self._best_path(kept, seat in opens, seat + len(kept) in closes)
            paths[seat : seat + len(kept)] = [self.labels[j] for j in run]
        return paths

    def _kept(self, scores: Scores, starts: list[int], ends: list[int]) -> npt.NDArray[np.bool_]:
        """Which labels stay in play at each token: those within the beam; I-X only after B-X or I-X; O always."""
        keep: npt.NDArray[np.bool_] = scores >= (scores.max(axis=1) - _BEAM)[:, None]
        for start, end in zip([0, *ends], [*starts, len(scores)], strict=True):
            keep[start:end] = False
        keep[starts[0], self._barred] = False
        keep[1:, self._barred] &= keep[:-1, self._barred] | keep[:-1, self._openers]
        keep[:, self._outside] = True
        return keep

    def _lone_labels(
        self, scores: Scores, keep: npt.NDArray[np.bool_], seats: Indexes, edges: tuple[list[int], list[int]]
    ) -> list[int]:
        """The best label of each token as if O stood on both its sides."""
        starts, ends = edges
        inside = np.ones((2, len(scores) + 1, 1), dtype=bool)
        inside[0, starts] = inside[1, ends] = False
        total = scores[seats] + inside[0, seats] * self._from_outside + inside[1, seats + 1] * self._to_outside
        total[~keep[seats]] = -1e9
        best: list[int] = total.argmax(axis=1).tolist()
        return best

    def _best_path(self, kept: list[list[tuple[float, int]]], is_first: bool, is_last: bool) -> list[int]:
        """The best path through tokens, given the (score, label) that each keeps.

        O stands before and after them unless the sentence begins or ends there.
        """
        before = 0.0 if is_first else 1.0
        reached = [(score + before * self._into[k][self._outside], k) for score, k in kept[0]]
        back: list[dict[int, int]] = []
        for options in kept[1:]:
            arrived: list[tuple[float, int]] = []
            pointers: dict[int, int] = {}
            for own, k in options:
                into = self._into[k]
                top, origin = -1e9, reached[0][1]
                for score, j in reached:
                    if score + into[j] > top:
                        top, origin = score + into[j], j
                arrived.append((top + own, k))
                pointers[k] = origin
            reached = arrived
            back.append(pointers)
        if not is_last:
            reached = [(score + self._into[self._outside][k], k) for score, k in reached]
        path = [max(reached)[1]]
        for pointers in reversed(back):
            path.append(pointers[path[-1]])
        return path[::-1]


def _add(total: Scores, at: Indexes, weights: Scores, rows: Indexes) -> None:
    """Add weights[rows[k]] to total[at[k]], one after the other: in another order sums differ in the last digit.

    The last row of the weights is all zeros.
    """
    order = np.argsort(at, kind="stable")
    at, rows = at[order], rows[order]
    turn = np.arange(len(at)) - np.searchsorted(at, at)
    grid = np.full((turn.max() + 1, len(total)), len(weights) - 1)
    grid[turn, at] = rows
    for own in grid:
        total += weights.take(own, axis=0)


def feature_names(sentence: Sentence, extra: Sequence[Run] = ()) -> list[list[str]]:
    """Return every feature name of every token of a sentence: what training counts and `explain` prints."""
    tokens = sentence.tokens
    found = [features.sentence_features(sentence) for _ in tokens]
    for first, last, part in (*features.context_runs(sentence), *extra):
        for row in found[first : last + 1]:
            row += names_of((part,))
    pad = features.word_atoms(features.PAD)
    atoms = [features.word_atoms(token.word) for token in tokens]
    for i, row in enumerate(found):
        for k, offset in enumerate(features.OFFSETS):
            row += (atoms[i + offset] if 0 <= i + offset < len(tokens) else pad)[k]
    for i, (left, right) in enumerate(pairwise(token.word.light for token in tokens)):
        seen_right, seen_left = features.pair_names(left, right)
        found[i + 1].append(seen_right)
        found[i].append(seen_left)
    return found


def load_tagger(path: Path) -> Tagger:
    """Read a tagger's weights: lines `feature TAB label:weight …`, with `@labels` and `@transition` lines before.

    Raises:
        ResourceError: the file is missing or broken.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ResourceError(f"{path} cannot be read: {error.strerror}. Reinstall marsad.") from error
    labels: list[str] = []
    transitions: dict[tuple[str, str], float] = {}
    at = 0
    for at, line in enumerate(lines, 1):
        head, _, rest = line.partition("\t")
        cells = rest.split(" ")
        try:
            if head == "@labels":
                labels = cells
            elif head == "@transition":
                transitions[cells[0], cells[1]] = float(cells[2])
            elif not head.startswith("#"):
                at -= 1
                break
        except (ValueError, IndexError) as error:
            raise ResourceError(f"{path.name}:{at} is not `@transition TAB a b weight`. Reinstall marsad.") from error
    tagger = Tagger(labels, {}, transitions)
    tagger.weigh(*_read_weights(path, lines[at:], at + 1))
    return tagger


def _read_weights(path: Path, lines: list[str], first: int) -> tuple[list[str], list[int], list[str], list[float]]:
    """(features, how many labels each weighs, those labels, their weights) from the lines of a weight file, in bulk."""
    names, counts, cells = [], [], []
    for number, line in enumerate(lines, first):
        name, _, rest = line.partition("\t")
        names.append(name)
        counts.append(rest.count(" ") + 1)
        if rest.count(":") != counts[-1]:
            raise ResourceError(f"{path.name}:{number} is not `feature TAB label:weight …`. Reinstall marsad.")
        cells.append(rest)
    flat = " ".join(cells).replace(":", " ").split(" ") if cells else []
    try:
        return names, counts, flat[::2], list(map(float, flat[1::2]))
    except ValueError as error:
        raise ResourceError(f"{path.name} has a weight that is no number: {error}. Reinstall marsad.") from error
