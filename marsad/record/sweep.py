"""Goes through all events in the order of their days: which are like which, and what hangs together.

Only those events are held that a later one may still meet, so that memory does not grow with the record.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from marsad.link import resolver
from marsad.link.blocks import blocks as blocks_of
from marsad.record.looking import Ties
from marsad.record.members import Member
from marsad.record.schema import blocks, sketches

NEVER = 1 << 30
_TIDY_DAYS = 8

Complete = tuple[list[Member], Ties]
"""Events that hang together, with the links between them that count."""


class Seat(NamedTuple):
    """Where an event stands in the order: the first and last day on which it may have happened."""

    key: int
    first: int
    last: int


def events_in_order(connection: sa.Connection) -> list[Seat]:
    """Return all events of the record in the order of their first days; those that stand in no block come last."""
    days = sa.func.min(blocks.c.first), sa.func.max(blocks.c.last)
    spans = sa.select(blocks.c.event, *days).group_by(blocks.c.event).order_by(days[0], blocks.c.event)
    dated = [Seat(*row) for row in connection.execute(spans)]
    rest = sa.select(sketches.c.event).where(sketches.c.event.not_in(sa.select(blocks.c.event)))
    return [*dated, *(Seat(key, NEVER, NEVER) for key in connection.scalars(rest.order_by(sketches.c.event)))]


class Nearby:
    """The events so far that one of the next days may meet, by the blocks in which they stand."""

    def __init__(self, tie: Callable[[Member, Member], float]) -> None:
        self._tie = tie
        self._held: dict[int, tuple[int, Member]] = {}
        self._blocks: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._tidied = 0

    def take(self, member: Member, seat: Seat, *, compare: bool = True) -> dict[int, float]:
        """Hold an event; returns which of those before it the machine holds for one incident with it, and how surely."""
        self._tidy(seat.first)
        stands, looks = blocks_of(member.sketch)
        found: dict[int, float] = {}
        if compare:
            near = {key for block in looks for last, key in self._blocks.get(block.key, ()) if last >= block.first}
            for key in sorted(near):
                score = self._tie(member, self._held[key][1])
                if score > 0:
                    found[key] = score
        if stands:
            self._held[member.key] = seat.last, member
        for block in stands:
            self._blocks[block.key].append((block.last, member.key))
        return found

    def _tidy(self, first: int) -> None:
        """Let go of what no event of this day or later can meet."""
        if first - self._tidied < _TIDY_DAYS:
            return
        self._tidied = first
        left = {key: [e for e in entries if e[0] >= first] for key, entries in self._blocks.items()}
        self._blocks = defaultdict(list, {key: entries for key, entries in left.items() if entries})
        self._held = {key: held for key, held in self._held.items() if held[0] >= first}


class Sweep:
    """Groups the events that hang together, and hands a group out as soon as no later event can have to do with it.

    `bonds` are for each event those with which it must be resolved whatever the machine says.
    """

    def __init__(self, bonds: Mapping[int, Sequence[int]]) -> None:
        self._bonds = bonds
        self._held: dict[int, Member] = {}
        self._ends: list[tuple[int, int]] = []
        self._ties: dict[int, dict[int, float]] = {}
        # Of each event that no later one can meet: its closest, and its group; of each group: events, and undecided ties.
        self._best: dict[str, tuple[float, str]] = {}
        self._head: dict[int, int] = {}
        self._groups: dict[int, list[int]] = {}
        self._waits: dict[int, int] = {}

    def take(self, member: Member, seat: Seat, ties: Mapping[int, float]) -> list[Complete]:
        """Add an event with its links to those before it; returns the groups that are complete."""
        complete = self._pass(seat.first)
        self._held[member.key] = member
        heapq.heappush(self._ends, (seat.last, member.key))
        self._ties[member.key] = dict(ties)
        for key, score in ties.items():
            self._ties[key][member.key] = score
        return complete

    def end(self) -> list[Complete]:
        """Return the groups that are left when there are no more events."""
        return self._pass(NEVER + 1)

    def _pass(self, first: int) -> list[Complete]:
        """Decide what follows once all events to come are of this day or later."""
        complete = []
        while self._ends and self._ends[0][0] < first:
            complete += self._decide(heapq.heappop(self._ends)[1])
        return complete

    def _decide(self, key: int) -> list[Complete]:
        """Group an event with those that it hangs together with; returns the groups that wait for nothing any more."""
        own = self._held[key].anchor
        ties = self._ties[key]
        ranked = ((-min(score, resolver.SURE), self._held[other].anchor) for other, score in ties.items())
        best = min(ranked, default=None)
        if best is not None:
            self._best[own] = -best[0], best[1]
        self._head[key], self._groups[key], self._waits[key] = key, [key], 0
        touched = {key}
        for other in (*ties, *self._bonds.get(key, ())):
            if other not in self._head:
                self._waits[self._find(key)] += 1
                continue
            self._waits[self._find(other)] -= 1
            touched.add(other)
            pair = resolver.pair(own, self._held[other].anchor)
            if other not in ties or resolver.is_active(pair, ties[other], self._best):
                self._join(key, other)
        heads = {self._find(k) for k in touched}
        return [self._hand_out(head) for head in sorted(heads) if not self._waits[head]]

    def _find(self, key: int) -> int:
        while (up := self._head[key]) != key:
            self._head[key] = self._head[up]
            key = up
        return key

    def _join(self, a: int, b: int) -> None:
        first, second = sorted((self._find(a), self._find(b)), key=lambda head: -len(self._groups[head]))
        if first != second:
            self._head[second] = first
            self._groups[first] += self._groups.pop(second)
            self._waits[first] += self._waits.pop(second)

    def _hand_out(self, head: int) -> Complete:
        keys = self._groups.pop(head)
        del self._waits[head]
        inside = set(keys)
        ties: Ties = {}
        for key in keys:
            for other, score in self._ties[key].items():
                if key < other and other in inside:
                    pair = resolver.pair(self._held[key].anchor, self._held[other].anchor)
                    if resolver.is_active(pair, score, self._best):
                        ties[key, other] = score
        members = [self._held.pop(key) for key in sorted(keys)]
        for member in members:
            del self._ties[member.key], self._head[member.key]
            self._best.pop(member.anchor, None)
        return members, ties
