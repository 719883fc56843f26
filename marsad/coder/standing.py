"""How a candidate stands among the others, once each has been weighed alone.

Whether "the governor" says so of one event hangs on who else could have said it, and on whom the events told beside it are
from. So the pairs of events and candidates are weighed twice (stacking, Wolpert 1992): first each alone, by the choice
`NAME:alone`, then with the scores of its rivals and of the same candidate for the events around, by the choice `NAME`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from marsad.coder.choices import Choices
from marsad.coder.pairs import Layout, Pairs, coded
from marsad.coder.parts import Column, Indexes, Table, count, flag, joined
from marsad.coder.weighing import Group, Weighed

Scores = npt.NDArray[np.float64]
ALONE = ":alone"
TWICE = frozenset({"actor", "source", "place"})  # recipients and days lose by it, measured on unseen reports
_RUNG = 0.7  # log-odds
_RUNGS = 10  # on each side of even
_HEIGHTS = (("none",), *((f"{rung:+d}",) for rung in range(-_RUNGS, _RUNGS + 1)))
_ABSENT = -1.0  # in place of a score


def with_alone(choices: Choices, *names: str) -> Group:
    """Return the choices of these names with, behind them, those that weigh each pair alone."""
    return choices.group(*names, *(name + ALONE for name in names if name in TWICE))


def weigh_again(alone: Weighed, name: str, layout: Layout, pairs: Pairs, keys: Indexes) -> Weighed:
    """Return how all pairs come out among the others, once the choice that weighs them alone has; `keys` as below."""
    names = [choice.name for choice in alone.group.choices]
    if name + ALONE not in names:
        return alone
    scores = np.array(alone.scores[names.index(name + ALONE)])
    return alone.group.weigh_more(alone, describe_standing(layout, pairs, keys, scores))


def describe_standing(layout: Layout, pairs: Pairs, keys: Indexes, scores: Scores) -> list[Table]:
    """Return the parts of features that tell how each pair stands among the others.

    `scores` (0-1) are those of the pairs weighed alone; candidates with equal `keys` (by candidate) are the same person,
    place or day.
    """
    told = _Told(layout, pairs, keys, scores)
    own, previous = _height(scores), _height(told.of_neighbour(-1))
    near, is_like = told.beside_previous()
    return [
        Table(_alone, (own, count(told.ranks(), 3))),
        Table(_rival, (own, _height(told.rival()))),
        Table(_again, (_height(told.again()), own, flag(pairs.is_here))),
        Table(_previous, (previous, joined(near, is_like))),
        Table(_before, (previous, _height(told.best_of_previous()))),
        Table(_around, (_height(told.of_neighbour(1)), _height(told.in_sentence()), _height(told.anywhere()))),
    ]


def _height(scores: Scores) -> Column:
    """The column of scores, in steps of log-odds; of those that are absent "none"."""
    safe = np.clip(scores, 1e-3, 1 - 1e-3)
    rungs = np.rint(np.log(safe / (1 - safe)) / _RUNG).astype(np.intp)
    return Column(_HEIGHTS, np.where(scores < 0, 0, rungs + _RUNGS + 1))


class _Told:
    """The best score of each event and key, and what can be asked of it for every pair."""

    def __init__(self, layout: Layout, pairs: Pairs, keys: Indexes, scores: Scores) -> None:
        self._pairs, self._scores, self._layout = pairs, scores, layout
        self._size = int(keys.max(initial=0)) + 1
        self._key = keys[pairs.item]
        # An entry is an event with a key.
        self._codes, self._entry = np.unique(pairs.event * self._size + self._key, return_inverse=True)
        self._best = np.full(len(self._codes), _ABSENT)
        np.maximum.at(self._best, self._entry, scores)
        self._event, self._key_of = np.divmod(self._codes, self._size)
        triggers = [(c.trigger.sentence, c.trigger.first) for c in layout.clusters]
        self._sentence, first = np.array(triggers, dtype=np.intp).reshape(-1, 2).T
        self._order = np.lexsort((first, self._sentence))
        self._place = np.empty_like(self._order)
        self._place[self._order] = np.arange(len(self._order))

    def _neighbour(self, step: int) -> Indexes:
        """The event told next (1) or before (-1), by event; -1 for none."""
        place = self._place + step
        is_there = (place >= 0) & (place < len(place))
        return np.where(is_there, self._order[np.clip(place, 0, len(place) - 1)], -1)

    def of_neighbour(self, step: int) -> Scores:
        """The same candidate's score for the event told next or before."""
        if not len(self._codes):
            return self._scores
        other = self._neighbour(step)[self._pairs.event]
        wanted = other * self._size + self._key
        at = np.minimum(self._codes.searchsorted(wanted), len(self._codes) - 1)
        return np.where((other >= 0) & (self._codes[at] == wanted), self._best[at], _ABSENT)

    def beside_previous(self) -> tuple[Column, Column]:
        """Whether the event before is told in this sentence or the last one, and whether it is of the same type."""
        other = self._neighbour(-1)
        types = coded(self._layout.types)
        near = (other >= 0) & (self._sentence - self._sentence[other] <= 1)
        like = (other >= 0) & (types == types[other])
        return flag(near[self._pairs.event]), flag(like[self._pairs.event])

    def best_of_previous(self) -> Scores:
        """The best score that any candidate has for the event before."""
        best = np.full(len(self._order) + 1, _ABSENT)
        np.maximum.at(best, self._event, self._best)
        return best[self._neighbour(-1)][self._pairs.event]

    def ranks(self) -> Indexes:
        """How many pairs of the same event have a better score."""
        order = np.lexsort((-self._scores, self._pairs.event))
        found = np.empty_like(order)
        found[order] = np.arange(len(order)) - self._pairs.event.searchsorted(self._pairs.event[order])
        return found

    def rival(self) -> Scores:
        """The best score of another candidate for the same event."""
        return _best_other(self._event, self._best, _ABSENT)[self._entry]

    def again(self) -> Scores:
        """The best score of the same candidate for the same event, told elsewhere."""
        return _best_other(self._entry, self._scores, _ABSENT)

    def in_sentence(self) -> Scores:
        """The best score of the same candidate for another event of the sentence."""
        return _best_other(self._sentence[self._event] * self._size + self._key_of, self._best, 0.0)[self._entry]

    def anywhere(self) -> Scores:
        """The best score of the same candidate for another event."""
        return _best_other(self._key_of, self._best, 0.0)[self._entry]


def _best_other(groups: Indexes, scores: Scores, absent: float) -> Scores:
    """The best score among the others of each one's group; `absent` where there are none."""
    order = np.lexsort((-scores, groups))
    own = groups[order]
    start = own.searchsorted(own)
    second = np.minimum(start + 1, len(own) - 1)
    has_second = own[second] == own
    is_best = np.arange(len(own)) == start
    ranked = scores[order]
    found = np.empty_like(scores)
    found[order] = np.where(is_best, np.where(has_second & (second > start), ranked[second], absent), ranked[start])
    return found


def _alone(own: str, rank: int) -> list[str]:
    """Features of a pair's score, weighed alone."""
    return [f"alone={own}", f"rank-alone={rank}/{own}"]


def _rival(own: str, other: str) -> list[str]:
    """Features of the best score of another candidate for the event."""
    return [f"rival-alone={other}", f"rival-alone={other}/{own}"]


def _again(other: str, own: str, is_here: bool) -> list[str]:
    """Features of the same candidate told elsewhere, and of whether this one is told beside the event."""
    return [f"again={other}", f"here-alone={is_here}/{own}"]


def _previous(score: str, near: bool, is_like: bool) -> list[str]:
    """Features of the same candidate's score for the event told before."""
    return [f"previous={score}/{near}", f"previous-like={score}/{is_like}"]


def _before(score: str, best: str) -> list[str]:
    """Features of the best score of the event told before, beside the candidate's own."""
    return [f"previous-best={best}/{score}"]


def _around(following: str, in_sentence: str, anywhere: str) -> list[str]:
    """Features of the same candidate's scores for the event told next, the others of the sentence and all others."""
    return [f"next={following}", f"in-sentence={in_sentence}", f"anywhere={anywhere}"]
