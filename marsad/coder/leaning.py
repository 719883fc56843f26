"""How far the words of a candidate lean to a role, whatever label won: whole log-odds against "no role"."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from marsad.coder.parts import Indexes
from marsad.coder.passage import Passage

_LEAST, _MOST = -5, 5


def leanings(
    passage: Passage, stretches: Sequence[tuple[int, int, int]], roles: tuple[str, ...]
) -> list[tuple[int, ...]]:
    """Return how far the likeliest word of each stretch (sentence, first and last token) leans to each role."""
    if not stretches:
        return []
    tags = passage.roles
    scores = np.concatenate([tagged.scores for tagged in tags])
    begin, inside, lacks = _columns(tuple(tags[0].names), roles)
    odds = np.full((len(scores) + 1, len(roles)), _LEAST, dtype=np.float32)
    np.subtract(np.maximum(scores.take(begin, axis=1), scores.take(inside, axis=1)), scores[:, :1], out=odds[:-1])
    odds[:, lacks] = _LEAST
    starts = [0]
    for tagged in tags:
        starts.append(starts[-1] + len(tagged.labels))
    edges = [edge for n, first, last in stretches for edge in (starts[n] + first, starts[n] + last + 1)]
    best = np.rint(np.maximum.reduceat(odds, edges, axis=0)[::2])
    return list(map(tuple, np.minimum(np.maximum(best, _LEAST), _MOST).astype(np.intp).tolist()))


@functools.lru_cache(maxsize=64)
def _columns(names: tuple[str, ...], roles: tuple[str, ...]) -> tuple[Indexes, Indexes, Indexes]:
    """The columns of each role's first and further words (one for both, where there is but one), and the roles without."""
    own = [[column for column, name in enumerate(names) if name[2:] == role] or [0] for role in roles]
    lacks = [k for k, columns in enumerate(own) if columns == [0]]
    begin, inside = ([columns[k] for columns in own] for k in (0, -1))
    return np.array(begin, dtype=np.intp), np.array(inside, dtype=np.intp), np.array(lacks, dtype=np.intp)
