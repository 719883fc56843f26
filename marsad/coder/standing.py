"""How a candidate stands among the others, once each has been weighed alone.

Whether "the governor" says so of one event hangs on who else could have said it, and on whom the events told beside it are
from. So the pairs of events and candidates are weighed twice (stacking, Wolpert 1992): first each alone, by the choice
`NAME:alone`, then with the scores of its rivals and of the same candidate for the events around, by the choice `NAME`.
"""

from __future__ import annotations

from collections.abc import Sequence

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
_ABSENT, _LOWEST = 0, 1  # heights


def with_alone(choices: Choices, *names: str) -> Group:
    """Return the choices of these names with, behind them, those that weigh each pair alone."""
    return choices.group(*names, *(name + ALONE for name in names if name in TWICE))


def weigh_again(alone: Weighed, names: Sequence[str], layout: Layout, pairs: Pairs, keys: Indexes) -> list[Weighed]:
    """Return, for each choice of these names, how all pairs come out among the others, once they have been weighed alone.

    `keys` as below. What is weighed once only comes out as it did.
    """
    known = [choice.name for choice in alone.group.choices]
    twice = [name for name in names if name + ALONE in known]
    if not twice:
        return [alone for _ in names]
    scores = np.array([alone.scores[known.index(name + ALONE)] for name in twice])
    again = iter(alone.group.weigh_more(alone, describe_standing(layout, pairs, keys, scores), len(twice)))
    return [next(again) if name in twice else alone for name in names]


def describe_standing(layout: Layout, pairs: Pairs, keys: Indexes, scores: Scores) -> list[Table]:
    """Return the parts of features that tell how each pair stands among the others, for one choice after the other.

    `scores` (0-1) are those of the pairs weighed alone, a row for each choice; candidates with equal `keys` (by candidate)
    are the same person, place or day.
    """
    heights = _heights(scores)
    told = _Told(layout, pairs, keys, heights)
    own, previous = _column(heights), _column(told.of_neighbour(told.previous))
    ranks = _ranks(pairs.event, scores)
    return [
        Table(_alone, (own, count(ranks.reshape(-1), 3))),
        Table(_rival, (own, _column(told.rival()))),
        Table(_again, (_column(told.again()), own, _repeated(flag(pairs.is_here), len(scores)))),
        Table(_previous, (previous, _repeated(told.beside_previous(), len(scores)))),
        Table(_before, (previous, _column(told.best_of_previous()))),
        Table(
            _around, (_column(told.of_neighbour(told.following)), _column(told.in_sentence()), _column(told.anywhere()))
        ),
    ]


def _heights(scores: Scores) -> Indexes:
    """Scores in steps of log-odds, from 1. What is best among scores is best among heights."""
    safe = np.minimum(np.maximum(scores, 1e-3), 1 - 1e-3)
    found: Indexes = np.rint(np.log(safe / (1 - safe)) / _RUNG).astype(np.intp) + (_RUNGS + 1)
    return found


def _column(heights: Indexes) -> Column:
    return Column(_HEIGHTS, heights.reshape(-1))


def _repeated(column: Column, times: int) -> Column:
    return column._replace(which=np.concatenate([column.which] * times))


def _ranks(events: Indexes, scores: Scores) -> Indexes:
    """How many pairs of the same event have a better score, by choice."""
    before = events.searchsorted(events)
    found = np.empty(scores.shape, dtype=np.intp)
    for own, ranks in zip(scores, found, strict=True):
        ranks[np.lexsort((-own, events))] = np.arange(len(events)) - before
    return found


class _Groups:
    """Things that have equal codes together."""

    def __init__(self, codes: Indexes) -> None:
        self._order = codes.argsort(kind="stable")
        own = codes[self._order]
        is_first = np.ones(len(own), dtype=bool)
        np.not_equal(own[1:], own[:-1], out=is_first[1:])
        self._starts = is_first.nonzero()[0]
        self.of = np.empty_like(self._order)  # the number of each thing's group, in the order of codes
        self.of[self._order] = is_first.cumsum() - 1
        self.first = self._order[self._starts]  # of each group

    def best(self, heights: Indexes) -> Indexes:
        """The best height of each group, row by row."""
        found: Indexes = np.maximum.reduceat(heights.take(self._order, axis=1), self._starts, axis=1)
        return found

    def best_other(self, heights: Indexes, absent: int) -> Indexes:
        """The best height among the others of each thing's group; `absent` where there are none."""
        best = self.best(heights).take(self.of, axis=1)
        is_best = heights == best
        ordered = is_best.take(self._order, axis=1)
        is_alone = np.add.reduceat(ordered, self._starts, axis=1, dtype=np.intp) == 1
        second = self.best(np.where(is_best, absent, heights))
        return np.where(is_best & is_alone.take(self.of, axis=1), second.take(self.of, axis=1), best)


class _Told:
    """The best height of each event and key, and what can be asked of it for every pair, by choice."""

    def __init__(self, layout: Layout, pairs: Pairs, keys: Indexes, heights: Indexes) -> None:
        self._pairs, self._heights, self._layout = pairs, heights, layout
        self._size = int(keys.max(initial=0)) + 1
        self._key = keys[pairs.item]
        # An entry is an event with a key.
        codes = pairs.event * self._size + self._key
        self._entries = _Groups(codes)
        first = self._entries.first
        self._best = self._entries.best(heights)
        self._codes, self._event, self._key_of = codes[first], pairs.event[first], self._key[first]
        self._of_event = _Groups(self._event)
        triggers = [(c.trigger.sentence, c.trigger.first) for c in layout.clusters]
        self._sentence, start = np.array(triggers, dtype=np.intp).reshape(-1, 2).T
        order = np.lexsort((start, self._sentence))
        # The events told next and before, by event; -1 for none.
        self.following, self.previous = np.full((2, len(order)), -1)
        self.following[order[:-1]], self.previous[order[1:]] = order[1:], order[:-1]

    def of_neighbour(self, neighbour: Indexes) -> Indexes:
        """The same candidate's height for the event told next or before."""
        wanted = neighbour[self._pairs.event] * self._size + self._key
        at = np.minimum(self._codes.searchsorted(wanted), len(self._codes) - 1)
        return np.where(self._codes[at] == wanted, self._best.take(at, axis=1), _ABSENT)

    def beside_previous(self) -> Column:
        """Whether the event before is told in this sentence or the last one, and whether it is of the same type."""
        other, types = self.previous, coded(self._layout.types)
        near = (other >= 0) & (self._sentence - self._sentence[other] <= 1)
        like = (other >= 0) & (types == types[other])
        return joined(flag(near[self._pairs.event]), flag(like[self._pairs.event]))

    def best_of_previous(self) -> Indexes:
        """The best height that any candidate has for the event before."""
        best = np.full((len(self._best), len(self.previous) + 1), _ABSENT)
        best[:, self._event[self._of_event.first]] = self._of_event.best(self._best)
        return best.take(self.previous[self._pairs.event], axis=1)

    def rival(self) -> Indexes:
        """The best height of another candidate for the same event."""
        return self._of_event.best_other(self._best, _ABSENT).take(self._entries.of, axis=1)

    def again(self) -> Indexes:
        """The best height of the same candidate for the same event, told elsewhere."""
        return self._entries.best_other(self._heights, _ABSENT)

    def in_sentence(self) -> Indexes:
        """The best height of the same candidate for another event of the sentence."""
        groups = _Groups(self._sentence[self._event] * self._size + self._key_of)
        return groups.best_other(self._best, _LOWEST).take(self._entries.of, axis=1)

    def anywhere(self) -> Indexes:
        """The best height of the same candidate for another event."""
        return _Groups(self._key_of).best_other(self._best, _LOWEST).take(self._entries.of, axis=1)


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
