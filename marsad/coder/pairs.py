"""Which candidates stand in reach of which events, and how: arrays over all (event, candidate) pairs of a passage.

A step lays its candidates out by sentence and token; what an event and a candidate are to each other (distance, whose
event word stands nearest, how many stand between) is then worked out for all pairs at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from marsad.coder.parts import Column, Facts, Flags, Indexes, count, flag
from marsad.coder.passage import ELSEWHERE, Cluster, Passage

# Where the names of distances change, and the names; then those for what stands some sentences before.
_EDGES = np.array([-12, -6, -3, -2, -1, 0, 1, 2, 3, 4, 7, 13])
_HERE = ("-13+", "-7-12", "-4-6", "-3", "-2", "-1", "+0", "+1", "+2", "+3", "+4-6", "+7-12", "+13+")
_SIDES = tuple((name,) for name in (*_HERE, "back-1", "back0", "back1", "back2", "back3", "back4"))
_NEARER = (("none",), ("own",), ("other",))


class Seats(NamedTuple):
    """Where candidates stand, in order: tokens first to last (inclusive) of a sentence."""

    sentence: Indexes
    first: Indexes
    last: Indexes


def seats_of(places: Iterable[tuple[int, int, int]]) -> Seats:
    """Return the seats of candidates given as (sentence, first, last), sorted by sentence."""
    return Seats(*np.array(list(places), dtype=np.intp).reshape(-1, 3).T)


Reach = tuple[Indexes, Indexes]  # events, and for each a sentence that is in its reach


def _reach(found: list[tuple[int, int]]) -> Reach:
    events, sentences = zip(*found, strict=True)
    return np.array(events, dtype=np.intp), np.array(sentences, dtype=np.intp)


class Wish(NamedTuple):
    """What candidates are to be paired with events: those that stand in the sentences within the events' `reach`.

    `afar`, if given, says which candidates count where no mention of the event stands in their sentence; `more` gives
    (events, candidates) out of reach that are paired all the same.
    """

    seats: Seats
    reach: Reach
    afar: Flags | None = None
    more: tuple[Indexes, Indexes] | None = None


class Layout:
    """Where the events of a passage are told: their mentions, and every word that the tagger opens an event at."""

    def __init__(self, passage: Passage, clusters: Sequence[Cluster]) -> None:
        """Lay the mentions out in order of event and sentence."""
        self.passage = passage
        self.clusters = clusters
        self.mentions = [m for cluster in clusters for m in cluster.mentions]
        self.event = np.repeat(np.arange(len(clusters)), [len(cluster.mentions) for cluster in clusters])
        self.told = seats_of((m.sentence, m.first, m.last) for m in self.mentions)
        self._reached: dict[int, Reach] = {}
        self.types: list[Facts] = [(cluster.trigger.type,) for cluster in clusters]
        self.first_sentence = np.array([cluster.mentions[0].sentence for cluster in clusters], dtype=np.intp)
        sizes = [len(sentence.tokens) for sentence in passage.sentences]
        self.starts = np.cumsum([0, *sizes])
        opens = [start + i for k, start in enumerate(self.starts[:-1].tolist()) for i in passage.event_seats(k)]
        self._opens = np.array(opens, dtype=np.intp)
        self._opened = self._opens.searchsorted(np.arange(self.starts[-1] + 2))

    def reach(self, back: int) -> Reach:
        """Return (event, sentence) for its own sentences, some before its first, and the headline, in order."""
        known = self._reached.get(back)
        if known is not None:
            return known
        found: list[tuple[int, int]] = []
        for k, cluster in enumerate(self.clusters):
            own = {m.sentence for m in cluster.mentions}
            first = min(own)
            found += [(k, sentence) for sentence in sorted({0, *range(max(0, first - back), first), *own})]
        self._reached[back] = _reach(found)
        return self._reached[back]

    def aftermath(self, on: int) -> Reach:
        """Return (event, sentence) for its own sentences and some after each, in order."""
        last = len(self.passage.sentences)
        found: list[tuple[int, int]] = []
        for k, cluster in enumerate(self.clusters):
            own = {m.sentence + step for m in cluster.mentions for step in range(on + 1)}
            found += [(k, sentence) for sentence in sorted(own) if sentence < last]
        return _reach(found)

    def gap(self, mention: Indexes, seats: Seats) -> Indexes:
        """Return the tokens between mentions and seats of one sentence: negative when these stand before, 0 overlap."""
        first, last = self.told.first[mention], self.told.last[mention]
        return np.where(seats.last < first, seats.last - first, np.maximum(seats.first - last, 0))

    def nearest_word(self, seats: Seats) -> Indexes:
        """Return the token at which the event nearest to each seat opens in its sentence; -1: none within reach."""
        if not len(self._opens):
            return np.full(len(seats.first), -1)
        start, end = self.starts[seats.sentence], self.starts[seats.sentence + 1]
        after = self._opens.searchsorted(start + seats.first)
        left = self._opens[np.maximum(after - 1, 0)] - start
        right = self._opens[np.minimum(after, len(self._opens) - 1)] - start
        to_left = np.where((after > 0) & (left >= 0), seats.first - left, ELSEWHERE)
        is_right = (after < len(self._opens)) & (right < end - start)
        to_right = np.where(is_right, np.maximum(right - seats.last, 0), ELSEWHERE)
        nearest = np.where(to_left <= to_right, left, right)
        return np.where(np.minimum(to_left, to_right) < ELSEWHERE, nearest, -1)

    def between(self, sentence: Indexes, a: Indexes, b: Indexes) -> Indexes:
        """Return how many events open strictly between two tokens of a sentence."""
        low, high = self.starts[sentence] + np.minimum(a, b), self.starts[sentence] + np.maximum(a, b)
        found: Indexes = np.maximum(self._opened[high] - self._opened[low + 1], 0)
        return found


class Pairs(NamedTuple):
    """All pairs of an event and a candidate, by event, the nearest candidates first.

    `mention` is the event's mention nearest to the candidate (an index of the layout's), `apart` the tokens between
    (`ELSEWHERE`: none in its sentence), `back` how many sentences before the mention the candidate stands, `nearer` whose
    event word stands nearest to the candidate, `between` how many stand between it and the mention.
    """

    event: Indexes
    item: Indexes
    mention: Indexes
    apart: Indexes
    back: Indexes
    nearer: Indexes
    between: Indexes

    @property
    def is_here(self) -> Flags:
        """Whether a mention of the event stands in the candidate's sentence."""
        found: Flags = self.apart != ELSEWHERE
        return found

    def take(self, order: Indexes) -> Pairs:
        """Return these pairs, in this order."""
        return Pairs(*[field[order] for field in self])

    def of_item(self, facts: Sequence[Facts], *, is_open: bool = False) -> Column:
        """Return the column of facts that are given by candidate."""
        return Column(facts, self.item, is_open)

    def of_event(self, facts: Sequence[Facts]) -> Column:
        """Return the column of facts that are given by event."""
        return Column(facts, self.event)

    def side(self, back: Indexes) -> Column:
        """Return on which side of the mention a candidate stands and how far, or `back` (-1 to 4), as a few names."""
        here = _EDGES.searchsorted(self.apart, side="right")
        return Column(_SIDES, np.where(self.is_here, here, len(_HERE) + 1 + back))

    def rival(self) -> Column:
        """Return whose event word stands nearest to a candidate: "own", "other", or "none" there."""
        return Column(_NEARER, self.nearer)

    def follows(self) -> Column:
        """Return whether the candidate stands after the mention."""
        return flag(self.apart > 0)

    def bounds(self, events: int) -> list[int]:
        """Return where the pairs of each event begin, and the end."""
        bounds: list[int] = self.event.searchsorted(np.arange(events + 1)).tolist()
        return bounds


def find_pairs(layout: Layout, wishes: Sequence[Wish]) -> list[Pairs]:
    """Return, for each wish, the pairs of events and candidates that it asks for; how they stand is worked out together."""
    starts = [0, *accumulate(len(wish.seats.first) for wish in wishes)]
    found = [_reached(wish, start) for wish, start in zip(wishes, starts, strict=False)]
    event, item = (np.concatenate([own[k] for own in found]) for k in (0, 1))
    number = np.repeat(np.arange(len(wishes)), [len(own[0]) for own in found])
    seats = Seats(*[np.concatenate(fields) for fields in zip(*[wish.seats for wish in wishes], strict=True)])
    size = len(layout.passage.sentences)
    told, wanted = layout.event * size + layout.told.sentence, event * size + seats.sentence[item]
    start, stop = told.searchsorted(wanted), told.searchsorted(wanted, side="right")
    if any(wish.afar is not None for wish in wishes):
        kept = (stop > start) | np.concatenate([_afar(wish) for wish in wishes])[item]
        event, item, start, stop, number = event[kept], item[kept], start[kept], stop[kept], number[kept]
    pairs = _stand(layout, seats, (event, item), (start, stop))
    order = np.lexsort((np.abs(pairs.apart), event, number))
    bounds = number.searchsorted(np.arange(len(wishes) + 1)).tolist()
    pairs = pairs.take(order)
    return [
        Pairs(pairs.event[a:b], pairs.item[a:b] - first, *[field[a:b] for field in pairs[2:]])
        for (a, b), first in zip(pairwise(bounds), starts, strict=False)
    ]


def _reached(wish: Wish, start: int) -> tuple[Indexes, Indexes]:
    """The events and candidates that a wish pairs, the candidates numbered from `start`."""
    events, sentences = wish.reach
    low = wish.seats.sentence.searchsorted(sentences)
    counts = wish.seats.sentence.searchsorted(sentences, side="right") - low
    event = np.repeat(events, counts)
    item = np.arange(start, start + len(event)) - np.repeat(np.cumsum(counts) - counts - low, counts)
    if wish.more is not None:
        event, item = np.append(event, wish.more[0]), np.append(item, wish.more[1] + start)
    return event, item


def _afar(wish: Wish) -> Flags:
    return np.ones(len(wish.seats.first), dtype=bool) if wish.afar is None else wish.afar


def _stand(layout: Layout, seats: Seats, pairs: tuple[Indexes, Indexes], told: tuple[Indexes, Indexes]) -> Pairs:
    """How each pair stands; `told` bounds the event's mentions in the candidate's sentence."""
    (event, item), (start, stop) = pairs, told
    own = Seats(*[field[item] for field in seats])
    word = layout.nearest_word(seats)[item]
    has_told = stop > start
    mention = np.where(has_told, start, _nearest_sentence(layout, event, own.sentence, start))
    apart = layout.gap(mention, own)
    covers = (layout.told.first[mention] <= word) & (word <= layout.told.last[mention])
    for step in range(1, int((stop - start).max(initial=0))):
        other = np.where(start + step < stop, start + step, mention)
        gap = layout.gap(other, own)
        is_nearer = np.abs(gap) < np.abs(apart)
        mention, apart = np.where(is_nearer, other, mention), np.where(is_nearer, gap, apart)
        covers |= (layout.told.first[other] <= word) & (word <= layout.told.last[other])
    return Pairs(
        event,
        item,
        mention,
        np.where(has_told, apart, ELSEWHERE),
        layout.told.sentence[mention] - own.sentence,
        np.where(word < 0, 0, np.where(covers & has_told, 1, 2)),
        layout.between(own.sentence, np.where(has_told, layout.told.first[mention], own.first), own.first),
    )


def _nearest_sentence(layout: Layout, event: Indexes, sentence: Indexes, start: Indexes) -> Indexes:
    """The last mention before a sentence or the first after it, whichever is nearer."""
    before, after = np.maximum(start - 1, 0), np.minimum(start, len(layout.event) - 1)
    far = len(layout.passage.sentences) + 1
    to_before = np.where((start > 0) & (layout.event[before] == event), sentence - layout.told.sentence[before], far)
    is_after = (start < len(layout.event)) & (layout.event[after] == event)
    to_after = np.where(is_after, layout.told.sentence[after] - sentence, far)
    return np.where(to_before <= to_after, before, after)


def flags_between(layout: Layout, pairs: Pairs, seats: Seats, flags: Sequence[Sequence[bool]]) -> Indexes:
    """Return how many flagged tokens stand between each candidate and the event's mention in its sentence.

    `flags` says it of every token, by sentence.
    """
    sums = np.cumsum([0, *(flag for own in flags for flag in own)])
    first, last = seats.first[pairs.item], seats.last[pairs.item]
    told_first, told_last = layout.told.first[pairs.mention], layout.told.last[pairs.mention]
    is_after = first > told_last
    low, high = np.where(is_after, told_last, last) + 1, np.where(is_after, first, told_first)
    start = layout.starts[seats.sentence[pairs.item]]
    is_apart = pairs.is_here & (high > low)
    low, high = np.where(is_apart, low, 0), np.where(is_apart, high, 0)
    found: Indexes = sums[start + high] - sums[start + low]
    return found


def marks_between(layout: Layout, pairs: Pairs, seats: Seats) -> Column:
    """Return how many marks (0, 1, 2 and more) stand between each candidate and the event's mention in its sentence."""
    is_mark = [[token.word.kind == "mark" for token in sentence.tokens] for sentence in layout.passage.sentences]
    return count(flags_between(layout, pairs, seats, is_mark), 2)


def ranks(groups: Indexes) -> Indexes:
    """Return each member's place (from 0) in its group."""
    order = np.argsort(groups, kind="stable")
    own = groups[order]
    found = np.empty_like(groups)
    found[order] = np.arange(len(groups)) - own.searchsorted(own)
    return found


def is_among(codes: Indexes, known: Indexes, size: int) -> Flags:
    """Return which codes (below `size`) are among the known ones."""
    found = np.zeros(size, dtype=bool)
    found[known] = True
    return found[codes]


def last_of(groups: Indexes, items: Indexes, size: int) -> Indexes:
    """Return the highest item of each of `size` groups, -1 for one without."""
    found = np.full(size, -1)
    np.maximum.at(found, groups, items)
    return found


def coded(values: Iterable[object]) -> Indexes:
    """Return a number for each value, equal for equal ones."""
    codes: dict[object, int] = {}
    return np.array([codes.setdefault(value, len(codes)) for value in values], dtype=np.intp)
