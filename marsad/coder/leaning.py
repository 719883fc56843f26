"""How far the words of a candidate lean to a role, whatever label won: whole log-odds against "no role"."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from marsad.coder.passage import Passage

_LEAST, _MOST = -5, 5


def leanings(
    passage: Passage, stretches: Sequence[tuple[int, int, int]], roles: Sequence[str]
) -> list[tuple[int, ...]]:
    """Return how far the likeliest word of each stretch (sentence, first and last token) leans to each role."""
    if not stretches:
        return []
    scores = np.concatenate([tagged.scores for tagged in passage.roles])
    names = passage.roles[0].names
    odds = np.full((len(scores) + 1, len(roles)), _LEAST, dtype=np.float32)
    for k, role in enumerate(roles):
        own = [column for column, name in enumerate(names) if name[2:] == role]
        if own:
            odds[:-1, k] = scores[:, own].max(axis=1) - scores[:, 0]
    starts = np.cumsum([0, *(len(tagged.labels) for tagged in passage.roles)])
    edges = np.array([(starts[n] + first, starts[n] + last + 1) for n, first, last in stretches], dtype=np.intp)
    best = np.maximum.reduceat(odds, edges.reshape(-1), axis=0)[::2]
    return list(map(tuple, np.clip(np.rint(best), _LEAST, _MOST).astype(np.intp).tolist()))
