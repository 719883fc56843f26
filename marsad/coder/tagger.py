"""A linear-chain tagger: scores labels of tokens by summed feature weights and decodes the best path.

The weights are trained offline (`eval/train.py`, conditional random field) and stored as readable data. What they give to a
token is added up in `sums`; here the best path is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from marsad import packed, resources
from marsad.coder import features
from marsad.coder.parts import Indexes, names_of
from marsad.coder.sums import Layout, Scores, Sums, Weighed, lay_out
from marsad.errors import ResourceError
from marsad.language import Sentence

# A label this far behind the best of its token is left out: on 60,000 training tokens 28 labels differ from no beam.
_BEAM = 3.0
# What the form of packed weights depends on beside the weights.
_CODE = tuple(Path(__file__).with_name(name) for name in ("features.py", "sums.py", "tagger.py"))


class Tagged(NamedTuple):
    """Labels of a sentence's tokens, and each token's label scores (tokens × names, in the order of `names`)."""

    labels: list[str]
    scores: Scores
    names: list[str]


class Beside(NamedTuple):
    """Another reader's scores of all tokens of some sentences in a row (tokens × names)."""

    scores: Scores
    names: list[str]


class Tagger:
    """Tags the tokens of sentences with labels `O`, `B-X`, `I-X`; its weights are columns of `sums`."""

    def __init__(self, labels: Sequence[str], transitions: Scores, sums: Sums) -> None:
        """Take labels, transition weights (from × to), and the sums that have a column for each label."""
        self.labels = list(labels)
        self.sums = sums
        self._index = {label: k for k, label in enumerate(self.labels)}
        matrix = transitions.copy()
        for column, label in enumerate(self.labels):
            if label.startswith("I-"):
                for row, before in enumerate(self.labels):
                    if before[2:] != label[2:]:
                        matrix[row, column] = -1000.0
        # Kept by the label that is entered: into[b][a].
        self._into: list[list[float]] = matrix.T.tolist()
        barred = [k for k, label in enumerate(self.labels) if label.startswith("I-")]
        self._barred: Indexes = np.array(barred, dtype=np.intp)
        self._openers: Indexes = np.array([self._index["B" + self.labels[k][1:]] for k in barred], dtype=np.intp)
        self._outside = self._index["O"]
        self._from_outside: Scores = matrix[self._outside]
        self._to_outside: Scores = matrix[:, self._outside]

    def tag(self, sentences: Sequence[Sentence], beside: Beside | None = None) -> list[Tagged]:
        """Tag sentences.

        `beside` is what another reader says of the same tokens: it counts as much, and the scores are the mean of both.
        """
        if not sentences:
            return []
        view = features.view(sentences)
        scores = self.sums.add_up(view)
        if beside is not None:
            self._join(scores, view.rows < len(view.starts), beside)
        paths = self._decode(scores, view.starts, view.ends)
        if beside is not None:
            scores /= 2
        return [Tagged(paths[a:b], scores[a:b], self.labels) for a, b in zip(view.starts, view.ends, strict=True)]

    def _join(self, scores: Scores, seats: npt.NDArray[np.bool_], beside: Beside) -> None:
        """Add another reader's scores, label by label."""
        other = {label: k for k, label in enumerate(beside.names)}
        mine = [k for k, label in enumerate(self.labels) if label in other]
        rows: Indexes = np.flatnonzero(seats)
        scores[rows[:, None], mine] += beside.scores[:, [other[self.labels[k]] for k in mine]]

    def contributions(self, names: Sequence[str], label: str) -> list[tuple[str, float]]:
        """Return (feature, weight) of the named features for a label, heaviest first: the answer to "why"."""
        column = self._index[label]
        found = [(name, self.sums.weight(name, column)) for name in names]
        return sorted((f for f in found if f[1]), key=lambda f: -abs(f[1]))

    def transition(self, before: str, label: str) -> float:
        """Return the weight of going from one label to the next."""
        return self._into[self._index[label]][self._index[before]]

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
        inside = keep.take(self._barred, axis=1)
        inside[1:] &= inside[:-1] | keep[:-1].take(self._openers, axis=1)
        keep[:, self._barred] = inside
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


def feature_names(sentence: Sentence) -> list[list[str]]:
    """Return every feature name of every token of a sentence: what training counts and `explain` prints."""
    tokens = sentence.tokens
    found = [features.sentence_features(sentence) for _ in tokens]
    for first, last, part in features.context_runs(sentence):
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


def make_tagger(
    labels: Sequence[str], weights: dict[str, dict[str, float]], transitions: dict[tuple[str, str], float]
) -> Tagger:
    """Put together a tagger from labels, weights (feature → label → weight) and transition weights."""
    cells = [cell for own in weights.values() for cell in own.items()]
    counts = [len(own) for own in weights.values()]
    weighed = Weighed(list(weights), counts, [label for label, _ in cells], [weight for _, weight in cells])
    return Tagger(labels, _matrix(labels, transitions), Sums(lay_out(labels, weighed)))


def load_tagger(path: Path) -> Tagger:
    """Read the weights of a tagger: lines `feature TAB label:weight …`, with `@labels` and `@transition` lines before.

    Raises:
        ResourceError: the file is missing or broken.
    """
    return _unpack(packed.derived("tagger", [path], _CODE, lambda: _pack(path)))


def read_tagger(path: Path) -> Tagger:
    """Do as `load_tagger` does, without looking for or keeping anything packed."""
    return _unpack(_pack(path))


def _unpack(arrays: dict[str, packed.Array]) -> Tagger:
    labels = packed.as_text(arrays["labels"]).split(" ")
    sums = Sums(Layout(*[arrays[name] for name in Layout._fields]))
    return Tagger(labels, arrays["transitions"].reshape(len(labels), len(labels)), sums)


def _pack(path: Path) -> dict[str, packed.Array]:
    """The weights of a tagger as arrays."""
    labels, matrix, weighed = _read_file(path)
    arrays: dict[str, packed.Array] = lay_out(labels, weighed)._asdict()
    arrays["labels"] = packed.as_bytes(" ".join(labels))
    arrays["transitions"] = matrix.reshape(-1)
    return arrays


def _matrix(labels: Sequence[str], transitions: dict[tuple[str, str], float]) -> Scores:
    index = {label: k for k, label in enumerate(labels)}
    matrix: Scores = np.zeros((len(labels), len(labels)), dtype=np.float32)
    for (a, b), weight in transitions.items():
        matrix[index[a], index[b]] = weight
    return matrix


def _read_file(path: Path) -> tuple[list[str], Scores, Weighed]:
    """The labels, transitions and weights in a file."""
    lines = resources.read_text(path).splitlines()
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
    weighed = _read_weights(path, lines[at:], at + 1)
    unknown = {*weighed.labels, *chain.from_iterable(transitions)}.difference(labels)
    if unknown:
        raise ResourceError(f"{path.name} weighs {min(unknown)!r}, which `@labels` lacks. Reinstall marsad.")
    return labels, _matrix(labels, transitions), weighed


def _read_weights(path: Path, lines: list[str], first: int) -> Weighed:
    """The weights in the lines of a file, in bulk."""
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
        return Weighed(names, counts, flat[::2], list(map(float, flat[1::2])))
    except ValueError as error:
        raise ResourceError(f"{path.name} has a weight that is no number: {error}. Reinstall marsad.") from error
