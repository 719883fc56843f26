"""The incidents that the events of one component make, at a cost that stays small where hundreds tell of one happening.

A few events are all compared with each other. In a crowd the earliest ones stand for all: they are made incidents, and
every other event joins that of them to which it is closest. Who stands for all follows from the events alone, so the
order in which they arrived makes no difference.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from marsad.link import resolver
from marsad.link.model import EventSketch
from marsad.link.resolver import Pair, Score

CROWD = 60
"""In a component of more events, those of different reports that tell just the same count as one; if there are still
more, not all are compared with all."""
FIRST = 32
"""How many events stand for a crowd."""


_MOST_KNOWN = 100_000


class Memory:
    """What was worked out of components and crowds, so that an event that comes near asks little again: the incidents of a
    few events, and how close others are to each. It holds while no event and no score changes; `forget` else.
    """

    def __init__(self) -> None:
        self.groups: dict[tuple[str, ...], list[list[str]]] = {}
        self.near: dict[tuple[str, tuple[str, ...]], float] = {}

    def forget(self) -> None:
        """Forget all."""
        self.groups.clear()
        self.near.clear()

    def shrink(self) -> None:
        """Remember no more than there is room for."""
        if len(self.near) + FIRST * len(self.groups) > _MOST_KNOWN:
            self.forget()


def resolve(
    component: Collection[str],
    sketches: Mapping[str, EventSketch],
    settled: tuple[Sequence[Pair], Collection[Pair]],
    score: Score,
    memory: Memory,
) -> list[list[str]]:
    """Return the incidents that the events of a component make, each as sorted keys; `settled` is what people judged."""
    if len(component) <= CROWD:
        return _first_groups(component, settled, score, memory)
    alike = _alike([sketches[key] for key in component])
    heads = [key for key in component if alike.get(key, key) == key]
    together, apart = _within(component, settled)
    ties = [resolver.pair(alike[a], alike[b]) for a, b in together if alike[a] != alike[b]]
    bars = {resolver.pair(alike[a], alike[b]) for a, b in apart}
    of_head: dict[str, list[str]] = {}
    for key in sorted(component):
        of_head.setdefault(alike[key], []).append(key)
    groups = _in_turns(heads, sketches, (ties, bars), score, memory)
    return [sorted(key for head in group for key in of_head[head]) for group in groups]


def _within(
    component: Collection[str], settled: tuple[Sequence[Pair], Collection[Pair]]
) -> tuple[list[Pair], set[Pair]]:
    inside = set(component)
    together, apart = ([p for p in pairs if p[0] in inside and p[1] in inside] for pairs in settled)
    return together, set(apart)


def _in_turns(
    heads: list[str],
    sketches: Mapping[str, EventSketch],
    settled: tuple[Sequence[Pair], Collection[Pair]],
    score: Score,
    memory: Memory,
) -> list[list[str]]:
    """Make incidents of the first events, let the others join them, and go on with those that none is close to."""
    # What people judged is never left to those who stand for others.
    judged = {key for pairs in settled for p in pairs for key in p}
    left = sorted(heads, key=lambda key: (key not in judged, sketches[key].published or "", key))
    found: list[list[str]] = []
    while left:
        most = len(left) if len(left) <= CROWD else max(FIRST, len(judged.intersection(left)))
        first, others = left[:most], left[most:]
        groups = _first_groups(first, settled, score, memory)
        joined: list[list[str]] = [[] for _ in groups]
        left = [key for key in others if not _join(key, (groups, joined), sketches, score, memory)]
        found += [sorted(group + more) for group, more in zip(groups, joined, strict=True)]
    return found


def _first_groups(
    first: Collection[str], settled: tuple[Sequence[Pair], Collection[Pair]], score: Score, memory: Memory
) -> list[list[str]]:
    """The incidents of a few events that are all compared with each other, remembered where nobody judged them."""
    together, apart = _within(first, settled)
    if together or apart:
        return resolver.resolve(first, score, together, apart)
    name = tuple(sorted(first))
    known = memory.groups.get(name)
    if known is None:
        known = memory.groups[name] = resolver.resolve(first, score, together, apart)
    return known


def _join(
    key: str,
    into: tuple[list[list[str]], list[list[str]]],
    sketches: Mapping[str, EventSketch],
    score: Score,
    memory: Memory,
) -> bool:
    """Let an event join the incident of the first events that it is closest to; says whether there is one."""
    groups, joined = into
    ranked = sorted(
        (-near, group[0], i) for i, group in enumerate(groups) if (near := _closeness(key, group, score, memory)) > 0
    )
    for _, _, i in ranked:
        # A report may tell two of its own events apart.
        own = [other for other in joined[i] if sketches[other].report == sketches[key].report]
        if not any(score(key, other)[1] for other in own):
            joined[i].append(key)
            return True
    return False


def _closeness(key: str, group: Sequence[str], score: Score, memory: Memory) -> float:
    """How close an event is to a group in log-odds; 0 where it is not, or cannot be part of it."""
    name = key, tuple(group)
    known = memory.near.get(name)
    if known is None:
        known = memory.near[name] = _find_closeness(key, group, score)
    return known


def _find_closeness(key: str, group: Sequence[str], score: Score) -> float:
    best, total = 0.0, 0.0
    for other in group:
        value, cannot = score(key, other)
        if cannot or value < resolver.VETO:
            return 0.0
        best, total = max(best, value), total + value
    return round(resolver.closeness(best, total / len(group)), 9) if best > 0 else 0.0


def _alike(events: Sequence[EventSketch]) -> dict[str, str]:
    """For each event the first of another report that tells just the same, else itself; nobody need compare both."""
    first: dict[tuple[object, int], str] = {}
    count: dict[tuple[object, str], int] = {}
    found = {}
    for s in sorted(events, key=lambda event: event.anchor):
        totals = tuple((t.field, t.count) for t in s.tolls)
        told = (s.type, s.modes, s.status, s.start, s.end, s.told, s.spots, s.parties, s.weapons, s.objects, s.words)
        essence = (told, s.actors, s.marks, totals, (s.published or "")[:10])
        turn = count[essence, s.report] = count.get((essence, s.report), 0) + 1
        found[s.anchor] = first.setdefault((essence, turn), s.anchor)
    return found
