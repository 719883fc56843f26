"""Adds up what named features weigh for every token, for all labels of the tagger at once.

Weights lie in columns, one a label. A feature that a word gives to its neighbours too ("1|s=x",
"-2|s=x") is kept once, under its bare name, with a cell for each place and label that has a weight. So a new word form costs
one look-up for each of its names, and what it gives is remembered as one row; all else is a few operations on arrays.
Everything is added in the order in which the names are told: in another order sums differ in the last digit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from marsad import packed
from marsad.coder import features
from marsad.coder.features import View
from marsad.coder.parts import Part, Run, names_of
from marsad.language import Word

Scores = npt.NDArray[np.float32]
_Numbers = npt.NDArray[np.int64]
# Word forms and parts that are remembered; 2 kB each for words.
_WORDS, _PARTS = 25_000, 60_000
_PLACES = len(features.OFFSETS)
_SEEN_FROM = re.compile(r"(-?\d)\|")
# A pair's name begins like that of a run beside the token ("-1p:B:…").
_RUN_BESIDE = re.compile("[-+]1[pqd]")
_PAIR = " "


class Weighed(NamedTuple):
    """The weights of a tagger as they are stored: feature k weighs `counts[k]` of the `labels` that follow, in order."""

    names: list[str]
    counts: list[int]
    labels: list[str]
    weights: list[float]


class Layout(NamedTuple):
    """Weights as `Sums` looks at them: the cells of name k are `cells[starts[k]:starts[k + 1]]`, with their `weights`.

    A cell is place * columns + column. Cells before `own[k]` are those of the token itself. Behind the names come the pairs
    of neighbours, whose places are 0, the left one, and 1: pair k is lemmas `pairs[k] // n` and `pairs[k] % n` of n, sorted.
    """

    names: npt.NDArray[np.uint8]  # UTF-8, one a line
    columns: npt.NDArray[np.int32]  # how many: one number
    starts: npt.NDArray[np.int32]
    own: npt.NDArray[np.int32]
    cells: npt.NDArray[np.uint16]
    weights: Scores
    lemmas: npt.NDArray[np.uint8]  # UTF-8, one a line
    pairs: npt.NDArray[np.int64]
    pair_rows: npt.NDArray[np.int32]


def lay_out(labels: Sequence[str], given: Weighed) -> Layout:
    """Put the weights of a tagger in order."""
    columns = len(labels)
    rows: dict[str, int] = {}
    index = {label: k for k, label in enumerate(labels)}
    split = list(map(_key, given.names))
    counts = np.array(given.counts, dtype=np.int64)
    row = np.repeat(np.array([rows.setdefault(key, len(rows)) for key, _ in split], dtype=np.int64), counts)
    cell = np.repeat(np.array([place for _, place in split], dtype=np.int64), counts) * columns
    cell += np.array([index[label] for label in given.labels], dtype=np.int64)
    weights = np.array(given.weights, dtype=np.float32)
    # What a token has itself comes first.
    here = features.OFFSETS.index(0) * columns
    is_pair = np.array([key[0] == _PAIR for key in rows], dtype=bool)[row]
    is_own = ~is_pair & (here <= cell) & (cell < here + columns)
    # Pairs stand behind the names.
    old = sorted(rows.values(), key=[key[0] == _PAIR for key in rows].__getitem__)
    renumbered = np.empty(len(rows), dtype=np.int64)
    renumbered[old] = np.arange(len(rows))
    row = renumbered[row]
    keys = list(rows)
    ordered = [keys[k] for k in old]
    singles = len(ordered) - sum(name[0] == _PAIR for name in ordered)
    order = np.lexsort((cell, ~is_own, row))
    sizes = np.bincount(row, minlength=len(rows))
    starts = np.append(0, np.cumsum(sizes))
    own = starts[:-1] + np.bincount(row, is_own, minlength=len(rows)).astype(np.int64)
    return Layout(
        packed.as_bytes("\n".join(ordered[:singles])),
        np.array([columns], dtype=np.int32),
        starts.astype(np.int32),
        own.astype(np.int32),
        cell[order].astype(np.uint16),
        weights[order].astype(np.float32),
        *_pair_table(ordered[singles:], singles),
    )


def _pair_table(
    names: Sequence[str], first: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """The lemmas of all pairs, which two of them each pair is, and its row; the names stand in rows from `first` on."""
    lemmas: dict[str, int] = {}
    found: list[tuple[int, int, int]] = []
    for row, name in enumerate(names, first):
        pair = name[len(_PAIR) :]
        # A mark "_" of the text makes two readings of one name, and either is meant.
        for cut in (k for k, letter in enumerate(pair) if letter == "_"):
            left, right = (lemmas.setdefault(lemma, len(lemmas)) for lemma in (pair[:cut], pair[cut + 1 :]))
            found.append((left, right, row))
    codes = np.array([left * len(lemmas) + right for left, right, _ in found], dtype=np.int64)
    order = np.argsort(codes, kind="stable")
    rows = np.array([row for _, _, row in found], dtype=np.int32)
    return packed.as_bytes("\n".join(lemmas)), codes[order], rows[order]


def _key(name: str) -> tuple[str, int]:
    """The name that a feature is kept under, and its place."""
    seen = _SEEN_FROM.match(name)
    if seen:
        return name[seen.end() :], features.OFFSETS.index(int(seen[1]))
    if name[:1] in ("-", "+") and not _RUN_BESIDE.match(name):
        return _PAIR + name[1:], int(name[0] == "-")
    return name, features.OFFSETS.index(0)


class _Grown:
    """An array that grows at its end; what lies behind `size` means nothing."""

    def __init__(self, values: npt.NDArray[Any]) -> None:
        self.values, self.size = values, len(values)

    def extend(self, more: npt.NDArray[Any]) -> None:
        end = self.size + len(more)
        if end > len(self.values):
            grown = np.zeros(max(2 * end, 1024), dtype=self.values.dtype)
            grown[: self.size] = self.values[: self.size]
            self.values = grown
        self.values[self.size : end] = more
        self.size = end


class Sums:
    """Adds up weights; remembers the sums of word forms and the weights of parts, which come back in every report."""

    def __init__(self, layout: Layout) -> None:
        """Take the weights; nothing is computed before the first text."""
        self._columns = int(layout.columns[0])
        self._rows = _numbered(layout.names)
        self._lemmas = _numbered(layout.lemmas)
        # One more pair that no words make keeps every search within bounds.
        self._pairs = np.append(layout.pairs, np.iinfo(np.int64).max)
        self._pair_rows = np.append(layout.pair_rows, 0).astype(np.int64)
        self._starts = layout.starts.astype(np.int64)
        self._own_ends = layout.own.astype(np.int64)
        self._cells, self._weights = layout.cells, layout.weights
        self._here = features.OFFSETS.index(0) * self._columns
        self._forget_words(0)
        self._forget_parts()

    def _forget_words(self, room: int) -> None:
        self._words: dict[Word, int] = {}
        # Pages that no word has reached yet take no memory.
        size = max(room, _WORDS)
        self._given: Scores = np.zeros((size, _PLACES * self._columns), dtype=np.float32)
        self._lemma_of = np.zeros(size, dtype=np.int64)

    def _forget_parts(self) -> None:
        self._parts: dict[Part, int] = {}
        self._part_starts = _Grown(np.zeros(1, dtype=np.int64))  # of each part's cells, and where the last one ends
        self._part_cells = _Grown(np.zeros(0, dtype=np.int64))
        self._part_weights = _Grown(np.zeros(0, dtype=np.float32))

    def add_up(self, view: View) -> Scores:
        """Return the sums over all rows of a view: words, runs, pairs, then what whole sentences share."""
        numbers = self._number_words(view.words)
        scores = self._add_words(numbers)
        self._add_runs(scores, view.runs, view.starts)
        self._add_pairs(scores, numbers)
        scores += self._shared(view).take(view.rows, axis=0)
        return scores

    def _add_runs(self, scores: Scores, runs: Sequence[Sequence[Run]], starts: list[int]) -> None:
        """Add what runs of tokens, by the start of their sentence, give their tokens, in order."""
        numbers = self._number([run[2] for own in runs for run in own])
        if not len(numbers):
            return
        seats = np.repeat(np.array(starts), list(map(len, runs)))
        firsts = np.array([run[0] for own in runs for run in own])
        lasts = np.array([run[1] for own in runs for run in own])
        begins = self._part_starts.values[numbers]
        sizes = self._part_starts.values[numbers + 1] - begins
        lengths = np.where(sizes > 0, np.maximum(lasts - firsts + 1, 0), 0)
        tokens = _spread(seats + firsts, lengths)
        sizes = np.repeat(sizes, lengths)
        found = _spread(np.repeat(begins, lengths), sizes)
        at = np.repeat(tokens * self._columns, sizes) + self._part_cells.values[found]
        np.add.at(scores.reshape(-1), at, self._part_weights.values[found])

    def weight(self, name: str, column: int) -> float:
        """Return what a feature weighs in a column."""
        key, place = _key(name)
        row = self._pair_row(key[len(_PAIR) :]) if key.startswith(_PAIR) else self._rows.get(key)
        if row is None:
            return 0.0
        own = slice(self._starts[row], self._starts[row + 1])
        return float(self._weights[own][self._cells[own] == place * self._columns + column].sum())

    def _pair_row(self, pair: str) -> int | None:
        """The row of two lemmas joined by "_", if it has weights."""
        for cut in (k for k, letter in enumerate(pair) if letter == "_"):
            left, right = self._lemmas.get(pair[:cut]), self._lemmas.get(pair[cut + 1 :])
            if left is not None and right is not None:
                code = left * len(self._lemmas) + right
                at = int(np.searchsorted(self._pairs, code))
                if self._pairs[at] == code:
                    return int(self._pair_rows[at])
        return None

    def _number_words(self, words: list[Word]) -> _Numbers:
        """The numbers of words, new ones learnt now."""
        known = self._words
        numbers = list(map(known.get, words))
        if None in numbers:
            new = [word for word in dict.fromkeys(words) if word not in known]
            if len(known) + len(new) > len(self._given):
                new = list(dict.fromkeys(words))
                self._forget_words(len(new))
            self._learn(new)
            numbers = list(map(self._words.__getitem__, words))
        return np.array(numbers, dtype=np.int64)

    def _add_words(self, numbers: _Numbers) -> Scores:
        """What each word gives itself and its neighbours."""
        size = len(numbers)
        given = self._given.take(numbers, axis=0).reshape(size, _PLACES, self._columns)
        scores: Scores = np.zeros((size, self._columns), dtype=np.float32)
        for k, offset in enumerate(features.OFFSETS):
            low, high = max(0, -offset), size - max(0, offset)
            scores[low:high] += given[low + offset : high + offset, k]
        return scores

    def _learn(self, words: list[Word]) -> None:
        """Remember the summed weights that word forms give, per offset."""
        start, get = len(self._words), self._rows.get
        self._words.update(zip(words, range(start, start + len(words)), strict=True))
        lemma = self._lemmas.get
        self._lemma_of[start : start + len(words)] = [lemma(word.light, -1) for word in words]
        names = list(map(features.word_names, words))
        rows, of = _known(chain.from_iterable(names), list(map(len, names)), get)
        sizes = self._starts[rows + 1] - self._starts[rows]
        found = _spread(self._starts[rows], sizes)
        at = np.repeat((start + of) * (_PLACES * self._columns), sizes) + self._cells[found]
        np.add.at(self._given.reshape(-1), at, self._weights[found])

    def _number(self, parts: list[Part]) -> _Numbers:
        """The numbers of parts, those of new ones given now."""
        known = self._parts
        numbers = list(map(known.get, parts))
        if None in numbers:
            new = [part for part in dict.fromkeys(parts) if part not in known]
            if len(known) + len(new) > _PARTS:
                self._forget_parts()
                new = list(dict.fromkeys(parts))
            self._learn_parts(new)
            numbers = list(map(self._parts.__getitem__, parts))
        return np.array(numbers, dtype=np.int64)

    def _learn_parts(self, parts: list[Part]) -> None:
        """Remember the weights of parts for the token itself."""
        start = len(self._parts)
        self._parts.update(zip(parts, range(start, start + len(parts)), strict=True))
        names = [names_of((part,)) for part in parts]
        rows, of = _known(chain.from_iterable(names), list(map(len, names)), self._rows.get)
        sizes = self._own_ends[rows] - self._starts[rows]
        found = _spread(self._starts[rows], sizes)
        self._part_starts.extend(np.cumsum(np.bincount(of, sizes, len(parts)).astype(np.int64)) + self._part_cells.size)
        self._part_cells.extend(self._cells[found].astype(np.int64) - self._here)
        self._part_weights.extend(self._weights[found])

    def _add_pairs(self, scores: Scores, numbers: _Numbers) -> None:
        """Add what two neighbours give each other."""
        lemmas = self._lemma_of[numbers]
        left = np.flatnonzero((lemmas[:-1] >= 0) & (lemmas[1:] >= 0))
        codes = lemmas[left] * len(self._lemmas) + lemmas[left + 1]
        places = np.searchsorted(self._pairs, codes)
        is_known = self._pairs[places] == codes
        rows = self._pair_rows[places[is_known]]
        sizes = self._starts[rows + 1] - self._starts[rows]
        found = _spread(self._starts[rows], sizes)
        at = np.repeat(left[is_known] * self._columns, sizes) + self._cells[found].astype(np.int64)
        np.add.at(scores.reshape(-1), at, self._weights[found])

    def _shared(self, view: View) -> Scores:
        """What all tokens of a sentence share."""
        rows, of = _known(chain.from_iterable(view.shared), list(map(len, view.shared)), self._rows.get)
        sizes = self._own_ends[rows] - self._starts[rows]
        found = _spread(self._starts[rows], sizes)
        sums: Scores = np.zeros((len(view.shared) + 1, self._columns), dtype=np.float32)
        at = np.repeat(of * self._columns, sizes) + self._cells[found] - self._here
        np.add.at(sums.reshape(-1), at, self._weights[found])
        return sums


def _numbered(lines: npt.NDArray[np.uint8]) -> dict[str, int]:
    """Lines with their numbers, from 0."""
    names = packed.as_text(lines).split("\n") if len(lines) else []
    return dict(zip(names, range(len(names)), strict=True))


def _known(names: Any, counts: list[int], get: Any) -> tuple[_Numbers, _Numbers]:
    """The rows of the names that have any, and which thing each belongs to: thing k has the next `counts[k]` names."""
    rows = np.array([get(name, -1) for name in names], dtype=np.int64)
    of = np.repeat(np.arange(len(counts)), counts)
    has = rows >= 0
    return rows[has], of[has]


def _spread(starts: _Numbers, sizes: _Numbers) -> _Numbers:
    """The numbers from each start on, as many as its size says, one stretch after the other."""
    ends = np.cumsum(sizes)
    found: _Numbers = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - sizes), sizes)
    return found
