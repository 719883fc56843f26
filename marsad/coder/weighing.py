"""Weighs many things at once: rows of summed weights, found by the facts of a part, added up by numpy.

A row holds, by choice, the summed weights of one part's features, or the weights of one feature that is told alone. The same
facts come back in every report, so that most rows are there already.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from marsad.coder.parts import Facts, Indexes, Own, Table, Told, names_of
from marsad.model import Why

_REMEMBERED = 25_000  # rows
_IDLE = 10_000  # features without a weight
_CELLS = 4_000_000  # of one part over tables
_SELDOM = 16  # weighings before it is looked whether there is too much
_TOLD = 6  # features told in a why
_UNKNOWN = "\0"  # stands for every word that no weight names
_NOTHING, _BIAS = 0, 1  # rows
_Share = tuple[float, tuple[str, float]]  # how heavy a feature is; its name and weight
_WEIGHT, _SCORE = itemgetter(0), itemgetter(1)


class Choice:
    """A binary choice with its bias and the probability (0-1) from which it says yes."""

    def __init__(self, name: str, weights: Mapping[str, float]) -> None:
        """Take the weights by feature; `@threshold` among them sets where yes begins (default 0.5)."""
        self.name = name
        self.threshold = weights.get("@threshold", 0.5)
        self.bias = weights.get("bias", 0.0)


class _Weights:
    """The weights of several choices by feature, in a tenth of the room that lists of them take."""

    def __init__(self, weights: Sequence[Mapping[str, float]]) -> None:
        by_feature: dict[str, list[tuple[int, float]]] = {}
        for k, own in enumerate(weights):
            for feature, weight in own.items():
                if feature not in ("@threshold", "bias"):
                    by_feature.setdefault(feature, []).append((k, weight))
        self.features = dict(zip(by_feature, range(len(by_feature)), strict=True))
        self._ends = array("l", accumulate(map(len, by_feature.values()), initial=0))
        self._choices = array("H", [k for pairs in by_feature.values() for k, _ in pairs])
        self._weights = array("d", [weight for pairs in by_feature.values() for _, weight in pairs])

    def of(self, feature: str) -> Iterator[tuple[int, float]]:
        """Return the choices, by number, for which a feature weighs anything, and how much."""
        at = self.features.get(feature)
        own = slice(0, 0) if at is None else slice(self._ends[at], self._ends[at + 1])
        return zip(self._choices[own], self._weights[own], strict=True)


class Weighed(NamedTuple):
    """How the choices of a group came out over many things: scores (0-1) by choice and thing, and out of which rows."""

    scores: list[list[float]]
    rows: Indexes
    group: Group

    def ranked(self, choice: int, start: int, end: int, least: float) -> list[tuple[float, int]]:
        """Return (score, place) of a stretch of things, the best first, of equals the last; none if none reaches `least`."""
        own = self.scores[choice][start:end]
        if not own or max(own) < least:
            return []
        return sorted(zip(own, range(start, end), strict=True), reverse=True)

    def why(self, choice: int, at: int, words: str, lost: Sequence[tuple[str, float]] = (), read: str = "") -> Why:
        """Say how a choice came out for the thing at a place: score, the heaviest features, the alternatives that lost.

        `read` says how the value itself was read: a lexicon row, a rule.
        """
        shares = self.group.shares(choice, self.rows[:, at].tolist())
        rule = f"choice:{self.group.choices[choice].name}"
        return Why(
            rule=f"{rule}; {read}" if read else rule,
            words=words,
            score=round(self.scores[choice][at], 3),
            features=shares,
            lost=tuple([(text, round(s, 3)) for text, s in sorted(lost, key=_SCORE, reverse=True)[:3]]) if lost else (),
        )


class _Codes(dict[Facts, int]):
    """A number from 1 for each facts met in a column; words that no weight names share one."""

    def __init__(self, known: Collection[str] | None) -> None:
        self.facts: list[Facts] = [()]
        self.constant: dict[int, tuple[Sequence[Facts], Indexes]] = {}
        self._known = known

    def __missing__(self, facts: Facts) -> int:
        known = self._known
        plain = facts if known is None else tuple([_plain(value, known) for value in facts])
        if plain != facts:
            code = self[facts] = self[plain]
            return code
        code = self[facts] = len(self.facts)
        self.facts.append(facts)
        return code

    def of(self, values: Sequence[Facts]) -> Indexes:
        """Return the codes of a column's values; a tuple of values is a constant, coded once."""
        if not isinstance(values, tuple):
            return np.array(list(map(self.__getitem__, values)), dtype=np.intp)
        found = self.constant.get(id(values))
        if found is None:
            found = self.constant[id(values)] = values, np.array([self[facts] for facts in values], dtype=np.intp)
        return found[1]


def _plain(value: Hashable, known: Collection[str]) -> Hashable:
    """The value, or what stands for it if no feature that has a weight can name it."""
    is_known = not isinstance(value, str) or value in known or "/" in value or "=" in value
    return value if is_known else _UNKNOWN


class _Cells:
    """The rows of one part over tables: a cell for each combination of its columns' codes, -1 for one not met yet."""

    def __init__(self, table: Table, known: Collection[str]) -> None:
        self.codes = [_Codes(known if column.is_open else None) for column in table.columns]
        self._size = [16] * len(self.codes)
        self.rows: npt.NDArray[np.int32] = self._empty()

    def _empty(self) -> npt.NDArray[np.int32]:
        rows = np.full(math.prod(self._size), -1, dtype=np.int32)
        rows[0] = _NOTHING
        return rows

    def keys(self, table: Table) -> Indexes:
        """Return the cell of each thing's facts; things that do not have the part are in cell 0."""
        own = [codes.of(column.values) for codes, column in zip(self.codes, table.columns, strict=True)]
        for codes, size in zip(self.codes, self._size, strict=True):
            if len(codes.facts) > size:
                self._grow()
        keys = own[0].take(table.columns[0].which)
        for k in range(1, len(own)):
            keys *= self._size[k]
            keys += own[k].take(table.columns[k].which)
        if table.where is not None:
            keys *= table.where
        return keys

    def _grow(self) -> None:
        before, shape = self.rows.reshape(self._size), tuple([slice(size) for size in self._size])
        for k, codes in enumerate(self.codes):
            while len(codes.facts) > self._size[k]:
                self._size[k] *= 2
        self.rows = self._empty()
        self.rows.reshape(self._size)[shape] = before

    def facts(self, key: int) -> Facts:
        """Return the facts of a cell."""
        found: list[Facts] = []
        for codes, size in zip(reversed(self.codes), reversed(self._size), strict=True):
            key, code = divmod(key, size)
            found.append(codes.facts[code])
        return tuple(chain.from_iterable(reversed(found)))

    @property
    def is_full(self) -> bool:
        """Whether it is time to begin anew."""
        return len(self.rows) > _CELLS or any(len(codes) > _REMEMBERED for codes in self.codes)


class _Rows(dict[Told, int]):
    """The row of each part and feature met; a feature without a weight has that of nothing."""

    def __init__(self, weights: Collection[str], add: Callable[[Told], int]) -> None:
        self._weights = weights
        self._add = add

    def __missing__(self, told: Told) -> int:
        is_idle = isinstance(told, str) and told not in self._weights
        row = self[told] = _NOTHING if is_idle else self._add(told)
        return row


class Group:
    """Choices over the same features, scored in one pass; the summed weights of each part met are remembered."""

    def __init__(self, choices: Sequence[Choice], weights: Sequence[Mapping[str, float]]) -> None:
        """Put the weights of the choices side by side, by feature."""
        self.choices = list(choices)
        self._start = [choice.bias for choice in choices]
        self._weights = _Weights(weights)
        self._words: frozenset[str] | None = None
        self._weighings = 0
        self._forget()

    def _forget(self) -> None:
        self._rows = _Rows(self._weights.features, self._add)
        self._told: list[Told] = ["", "bias"]
        self._new: list[list[float]] = [[0.0] * len(self.choices), self._start]
        self._sums: npt.NDArray[np.float64] = np.zeros((256, len(self.choices)))
        self._shares: list[dict[int, tuple[_Share, ...]]] = [{_NOTHING: (), _BIAS: ()} for _ in self.choices]
        self._cells: dict[Callable[..., list[str]], _Cells] = {}

    def _tidy(self) -> None:
        self._weighings += 1
        if self._weighings % _SELDOM:  # to look costs as much as to weigh a few things
            return
        if len(self._told) > _REMEMBERED or any(cells.is_full for cells in self._cells.values()):
            self._forget()
        elif len(self._rows) > len(self._told) + _IDLE:
            for told in [told for told, row in self._rows.items() if row == _NOTHING]:
                del self._rows[told]

    def weigh(self, tables: Sequence[Table | Own], size: int) -> Weighed:
        """Return the probabilities (0-1) of yes of each choice for that many things at once.

        What is told of candidates alone is weighed before the tables, and named first by `Weighed.why`.
        """
        self._tidy()
        return self._weighed(self._rows_over(tables, size))

    def weigh_more(self, weighed: Weighed, tables: Sequence[Table], times: int) -> list[Weighed]:
        """Weigh things of this group again, so many times, with what more can be told of them now that they were weighed.

        The tables tell it of all things for the first time, then of all for the second, and so on.
        """
        size = weighed.rows.shape[1]
        more = self._rows_over(tables, size * times)
        again = self._weighed(np.concatenate([np.concatenate([weighed.rows] * times, axis=1), more[1:]]))
        parts = [slice(size * k, size * (k + 1)) for k in range(times)]
        return [Weighed([own[part] for own in again.scores], again.rows[:, part], self) for part in parts]

    def _rows_over(self, tables: Sequence[Table | Own], size: int) -> Indexes:
        """The rows of that many things, by part and thing: first the bias, then what is told of candidates alone."""
        given = [self._rows_of(table.told).take(table.which, axis=1) for table in tables if isinstance(table, Own)]
        described = [table for table in tables if isinstance(table, Table)]
        rows = np.empty((len(described) + 1, size), dtype=np.intp)
        rows[0] = _BIAS
        met = []
        for number, table in enumerate(described, 1):
            cells = self._cells.get(table.make)
            if cells is None:
                cells = self._cells[table.make] = _Cells(table, self._known_words())
            keys = cells.keys(table)
            rows[number] = cells.rows.take(keys)
            met.append((cells, table.make, keys))
        if np.minimum.reduce(rows, axis=None, initial=0) < 0:
            for own, (cells, make, keys) in zip(rows[1:], met, strict=True):
                for key in set(keys[own < 0].tolist()):
                    cells.rows[key] = self._rows[make, cells.facts(key)]
                own[:] = cells.rows.take(keys)
        return np.concatenate([rows[:1], *given, rows[1:]]) if given else rows

    def _rows_of(self, things: Sequence[Sequence[Told]]) -> Indexes:
        """The rows of all that is told of each thing, by place and thing."""
        lengths = np.fromiter(map(len, things), dtype=np.intp, count=len(things))
        has_place = np.arange(lengths.max(initial=0)) < lengths[:, None]
        rows = np.full(has_place.shape, _NOTHING)
        rows[has_place] = list(map(self._rows.__getitem__, chain.from_iterable(things)))
        return rows.T

    def weigh_each(self, things: Sequence[Sequence[Told]]) -> Weighed:
        """Return the same for things given by what is told of each: parts, and features told alone."""
        self._tidy()
        return self._weighed(np.concatenate([np.full((1, len(things)), _BIAS), self._rows_of(things)]))

    def _weighed(self, rows: Indexes) -> Weighed:
        self._flush()
        totals = np.add.reduce(self._sums.take(rows, axis=0), axis=0)
        scores = 1.0 / (1.0 + np.exp(-np.minimum(np.maximum(totals, -30.0), 30.0)))
        return Weighed(scores.T.tolist(), rows, self)

    def scores(self, told: Sequence[Told]) -> list[float]:
        """Return each choice's probability (0-1) of yes for one thing."""
        self._tidy()
        rows = [self._rows[own] for own in told]
        self._flush()
        totals = list(self._start)
        for row in rows:
            totals = [total + own for total, own in zip(totals, self._sums[row].tolist(), strict=True)]
        return [1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total)))) for total in totals]

    def _add(self, told: Told) -> int:
        """Make a row of the summed weights of what is told, by choice."""
        sums = [0.0] * len(self.choices)
        for name in names_of((told,)):
            for k, weight in self._weights.of(name):
                sums[k] += weight
        self._told.append(told)
        self._new.append(sums)
        return len(self._told) - 1

    def _flush(self) -> None:
        """Put new rows in place."""
        if not self._new:
            return
        end = len(self._told)
        while end > len(self._sums):
            self._sums = np.concatenate([self._sums, np.zeros_like(self._sums)])
        self._sums[end - len(self._new) : end] = self._new
        self._new = []

    def shares(self, choice: int, rows: Sequence[int]) -> tuple[tuple[str, float], ...]:
        """Return the heaviest features of some rows with their weights for a choice."""
        known: list[_Share] = []
        own = self._shares[choice]
        for row in rows:
            found = own.get(row)
            known += self._shares_of(choice, row) if found is None else found
        known.sort(key=_WEIGHT, reverse=True)
        return tuple([share for _, share in known[:_TOLD]])

    def _shares_of(self, choice: int, row: int) -> tuple[_Share, ...]:
        """The heaviest features of a row for a choice."""
        names = names_of((self._told[row],))
        found = [
            (abs(w), (name, round(w, 2))) for name in names for k, w in self._weights.of(name) if k == choice and w
        ]
        found.sort(key=_WEIGHT, reverse=True)
        shares = self._shares[choice][row] = tuple(found[:_TOLD])
        return shares

    def _known_words(self) -> frozenset[str]:
        """What the weights' features may have been made of."""
        if self._words is None:
            self._words = frozenset(
                cell for name in self._weights.features for value in name.split("=") for cell in value.split("/")
            )
        return self._words
