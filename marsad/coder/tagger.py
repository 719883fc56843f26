"""A linear-chain tagger: scores labels of tokens by summed feature weights and decodes the best path.

The weights are trained offline (`eval/train.py`, conditional random field) and stored as readable data. The part that
depends on a word form alone is summed once per form and remembered, so that a report costs a few array additions.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from marsad.coder import features
from marsad.errors import ResourceError
from marsad.language import Sentence, Word

Scores = npt.NDArray[np.float32]
Extra = Sequence[Sequence[Sequence[str]]] | None  # further feature names, per sentence and token
_REMEMBERED = 20_000
# A label this far behind the best of its token is left out: on 60,000 training tokens 28 labels differ from no beam.
_BEAM = 3.0


class Tagged(NamedTuple):
    """Labels of a sentence's tokens, and each token's label scores (tokens × names, in the order of `names`)."""

    labels: list[str]
    scores: Scores
    names: list[str]


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
        self._known: dict[tuple[str, tuple[str, ...]], int] = {}
        self._pairs: dict[tuple[str, str], tuple[tuple[int, int], ...]] = {}

    def tag(self, sentences: Sequence[Sentence], extra: Extra = None) -> list[Tagged]:
        """Tag sentences; `extra` gives further feature names per sentence and token."""
        if len(self._known) > _REMEMBERED:
            self._forget()
        if not sentences:
            return []
        rows: list[int] = []
        starts: list[int] = []
        pad = [self._row(features.PAD)] * 3
        for sentence in sentences:
            rows += pad
            starts.append(len(rows))
            rows += [self._row(token.word) for token in sentence.tokens]
        rows += pad
        places = np.array(rows)
        total: Scores = np.zeros((len(rows), len(self.labels)), dtype=np.float32)
        for k, offset in enumerate(features.OFFSETS):
            low, high = max(0, -offset), len(rows) - max(0, offset)
            total[low:high] += self._table[places[low + offset : high + offset], k]
        at, which = self._context_rows(sentences, starts, extra)
        np.add.at(total, at, self._weights[which])
        for sentence, start in zip(sentences, starts, strict=True):
            shared = [self._rows[f] for f in features.sentence_features(sentence) if f in self._rows]
            if shared:
                total[start : start + len(sentence.tokens)] += self._weights[shared].sum(axis=0)
        ends = [start + len(sentence.tokens) for sentence, start in zip(sentences, starts, strict=True)]
        paths = self._decode(total, starts, ends)
        return [Tagged(paths[a:b], total[a:b], self.labels) for a, b in zip(starts, ends, strict=True)]

    def contributions(self, names: Sequence[str], label: str) -> list[tuple[str, float]]:
        """Return (feature, weight) of the named features for a label, heaviest first: the answer to "why"."""
        column = self._index[label]
        found = [(n, float(self._weights[self._rows[n], column])) for n in names if n in self._rows]
        return sorted((f for f in found if f[1]), key=lambda f: -abs(f[1]))

    def transition(self, before: str, label: str) -> float:
        """Return the weight of going from one label to the next."""
        return self._into[self._index[label]][self._index[before]]

    def _row(self, word: Word) -> int:
        """The row of the remembered table that holds a word form's summed weights, per offset."""
        key = (word.folded, word.marks)
        row = self._known.get(key)
        if row is None:
            row = self._known[key] = len(self._known)
            if row >= len(self._table):
                self._table = np.concatenate([self._table, np.zeros_like(self._table)])
            for k, offset in enumerate(features.OFFSETS):
                # The neighbour at +1 sees this word as its -1: features are named from the token's own seat.
                names = features.word_atoms(word, offset)
                found = [self._rows[n] for n in names if n in self._rows]
                if found:
                    self._table[row, k] = self._weights[found].sum(axis=0)
        return row

    def _context_rows(
        self, sentences: Sequence[Sentence], starts: list[int], extra: Extra
    ) -> tuple[list[int], list[int]]:
        """(token seat, weight row) of every context feature that the weights know."""
        at: list[int] = []
        which: list[int] = []
        rows, pairs = self._rows, self._pairs
        if len(pairs) > _REMEMBERED * 4:
            pairs.clear()
        for number, sentence in enumerate(sentences):
            seat = starts[number]
            before = ""
            for i, names in enumerate(features.context_features(sentence)):
                for name in names:
                    if name in rows:
                        at.append(seat)
                        which.append(rows[name])
                if extra:
                    for name in extra[number][i]:
                        if name in rows:
                            at.append(seat)
                            which.append(rows[name])
                light = sentence.tokens[i].word.light
                if i:
                    known = pairs.get((before, light))
                    if known is None:
                        known = pairs[before, light] = self._pair_rows(before, light)
                    for offset, row in known:
                        at.append(seat + offset)
                        which.append(row)
                before = light
                seat += 1
        return at, which

    def _pair_rows(self, left: str, right: str) -> tuple[tuple[int, int], ...]:
        """(offset from the right word, weight row) of the features of two neighbours."""
        pair = features.pair_name(left, right)
        named = ((0, "-" + pair), (-1, "+" + pair))
        return tuple((offset, self._rows[name]) for offset, name in named if name in self._rows)

    def _decode(self, scores: Scores, starts: list[int], ends: list[int]) -> list[str]:
        """The best label path of every sentence, in one list over all rows.

        Labels hopelessly behind at a token are left out (beam). A token that keeps O alone cuts the sentence: what stands
        between two such cuts is decoded on its own, which changes nothing and leaves little to do.
        """
        keep = self._kept(scores, starts, ends)
        paths = ["O"] * len(scores)
        unsure = np.nonzero(keep.sum(axis=1) > 1)[0].tolist()
        if not unsure:
            return paths
        lone = self._lone_labels(scores[unsure], keep[unsure], unsure, (set(starts), set(ends)))
        opens, closes = set(starts), set(ends)
        k = 0
        while k < len(unsure):
            last = k
            while last + 1 < len(unsure) and unsure[last + 1] == unsure[last] + 1:
                last += 1
            first, final = unsure[k], unsure[last]
            if first == final:
                paths[first] = self.labels[lone[k]]
            else:
                rows, kept = scores[first : final + 1].tolist(), keep[first : final + 1].tolist()
                options = [[j for j, is_kept in enumerate(row) if is_kept] for row in kept]
                run = self._best_path(rows, options, first in opens, final + 1 in closes)
                paths[first : final + 1] = [self.labels[j] for j in run]
            k = last + 1
        return paths

    def _kept(self, scores: Scores, starts: list[int], ends: list[int]) -> npt.NDArray[np.bool_]:
        """Which labels stay in play at each token: those within the beam; I-X only after B-X or I-X; O always."""
        keep: npt.NDArray[np.bool_] = scores >= (scores.max(axis=1) - _BEAM)[:, None]
        is_pad = np.ones(len(scores), dtype=bool)
        for start, end in zip(starts, ends, strict=True):
            is_pad[start:end] = False
        keep[is_pad] = False
        keep[starts[0], self._barred] = False
        keep[1:, self._barred] &= keep[:-1, self._barred] | keep[:-1, self._openers]
        keep[:, self._outside] = True
        return keep

    def _lone_labels(
        self, scores: Scores, keep: npt.NDArray[np.bool_], seats: list[int], edges: tuple[set[int], set[int]]
    ) -> list[int]:
        """The best label of each token as if O stood on both its sides."""
        opens, closes = edges
        enters = np.array([[seat not in opens] for seat in seats])
        leaves = np.array([[seat + 1 not in closes] for seat in seats])
        total = scores + enters * self._from_outside + leaves * self._to_outside
        total[~keep] = -1e9
        return [int(k) for k in total.argmax(axis=1)]

    def _best_path(self, rows: list[list[float]], kept: list[list[int]], is_first: bool, is_last: bool) -> list[int]:
        """The best path through some tokens; O stands before and after them unless the sentence begins or ends there."""
        before = 0.0 if is_first else 1.0
        reached = [(rows[0][k] + before * self._into[k][self._outside], k) for k in kept[0]]
        back: list[dict[int, int]] = []
        for row, options in zip(rows[1:], kept[1:], strict=True):
            arrived: list[tuple[float, int]] = []
            pointers: dict[int, int] = {}
            for k in options:
                into = self._into[k]
                top, origin = -1e9, reached[0][1]
                for score, j in reached:
                    if score + into[j] > top:
                        top, origin = score + into[j], j
                arrived.append((top + row[k], k))
                pointers[k] = origin
            reached = arrived
            back.append(pointers)
        if not is_last:
            reached = [(score + self._into[self._outside][k], k) for score, k in reached]
        path = [max(reached)[1]]
        for pointers in reversed(back):
            path.append(pointers[path[-1]])
        return path[::-1]


def feature_names(sentence: Sentence, extra: Sequence[Sequence[str]] | None = None) -> list[list[str]]:
    """Return every feature name of every token of a sentence: what training counts and `explain` prints."""
    tokens = sentence.tokens
    shared = features.sentence_features(sentence)
    found = []
    for i, names in enumerate(features.context_features(sentence)):
        row = [*shared, *names, *(extra[i] if extra else ())]
        for offset in features.OFFSETS:
            seat = i + offset
            word = tokens[seat].word if 0 <= seat < len(tokens) else features.PAD
            row += features.word_atoms(word, offset)
        if i:
            row.append("-" + features.pair_name(tokens[i - 1].word.light, tokens[i].word.light))
        if i + 1 < len(tokens):
            row.append("+" + features.pair_name(tokens[i].word.light, tokens[i + 1].word.light))
        found.append(row)
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
