"""Turns judgements about pairs of events into incidents: the machine's scores, and above them what people judged.

Pure, and blind to the order in which anything arrived: the same events and judgements give the same incidents.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec

Pair = tuple[str, str]
"""Two events by their keys, the smaller first."""

Score = Callable[[str, str], tuple[float, bool]]
"""Gives the log-odds that two events are one incident, and whether they cannot be, whatever else is known."""

VETO = -8.0
"""Log-odds at which one pair keeps two groups apart whatever their other pairs say."""
_BEST, _MEAN = 0.6, 0.4
"""How much the closest pair and the mean of all pairs count when two groups are compared."""
CLOSE = 0.5
"""Log-odds by which a link may fall behind the closest one of both its ends and still count; where hundreds of reports a
day tell of one war, more would tie the strikes on its towns into one chain of hundreds."""
SURE = 4.0
"""Log-odds beyond which one link is no closer than another: a copy is no better evidence than a clear account."""
STRONG = SURE - CLOSE
"""Log-odds from which a link counts whatever other links its ends have or get."""
MAX_GROUP = 400
"""A component of more events is cut at its weakest links before it is resolved, if that leaves larger pieces."""
PIECE = 0.1
"""The share of a component that makes a larger piece."""
_MOST_CUT = 20
"""Log-odds beyond which no link is cut."""


class Ruling(msgspec.Struct, frozen=True):
    """What a person judged of two events, named by their keys: `same` or not; `order` counts up with time."""

    left: str
    right: str
    same: bool
    order: int


def pair(a: str, b: str) -> Pair:
    """Return the two keys, the smaller first."""
    return (a, b) if a <= b else (b, a)


def settle(rulings: Sequence[Ruling]) -> tuple[list[Pair], set[Pair]]:
    """Return which pairs people hold for one incident and which for two; where rulings contradict, the latest win."""
    together: list[Pair] = []
    apart: set[Pair] = set()
    seen: set[Pair] = set()
    groups = Groups()
    for ruling in sorted(rulings, key=lambda r: -r.order):
        key = pair(ruling.left, ruling.right)
        if key in seen:
            continue
        seen.add(key)
        heads = groups.find(key[0]), groups.find(key[1])
        if ruling.same:
            if not any({groups.find(a), groups.find(b)} == set(heads) for a, b in apart):
                groups.join(*key)
                together.append(key)
        elif heads[0] != heads[1]:
            apart.add(key)
    return together, apart


class Groups:
    """Keys joined into groups; each group is known by its smallest key."""

    def __init__(self) -> None:
        self._head: dict[str, str] = {}

    def find(self, key: str) -> str:
        """Return the smallest key of the group that a key is in."""
        head = key
        while (up := self._head.get(head, head)) != head:
            head = up
        if head != key:
            self._head[key] = head
        return head

    def join(self, a: str, b: str) -> None:
        """Make one group of two."""
        first, second = sorted((self.find(a), self.find(b)))
        self._head[second] = first


def closest(links: Mapping[Pair, float]) -> dict[str, tuple[float, str]]:
    """Return for each event that has links the score of its closest one and that event; the smallest key breaks ties."""
    best: dict[str, tuple[float, str]] = {}
    for (a, b), value in links.items():
        score = min(value, SURE)
        for one, other in ((a, b), (b, a)):
            known = best.get(one)
            if known is None or (-score, other) < (-known[0], known[1]):
                best[one] = score, other
    return best


def is_active(key: Pair, score: float, best: Mapping[str, tuple[float, str]]) -> bool:
    """Say whether a link counts: it leads from an event to its closest one, or is among the closest for both ends.

    At a place that is struck every day each event is a little like many; without this they would hang together in one
    chain, and the cost of a new event would grow with the archive.
    """
    a, b = key
    if best[a][1] == b or best[b][1] == a:
        return True
    return min(score, SURE) >= max(best[a][0], best[b][0]) - CLOSE


def slim(links: Mapping[Pair, float]) -> dict[Pair, float]:
    """Return the few links that the components follow from, now and when more links come: at most about one an event.

    A strong link counts for ever, so of strong links a maximum spanning forest says how strongly any two events hang
    together. A weaker one that does not count now, or lies within such a tree, never counts again while links only come. So
    `slim(slim(a) | b)` is `slim(a | b)`, and both have the components of `a | b`.
    """
    best = closest(links)
    groups = Groups()
    kept: dict[Pair, float] = {}
    for key, score in sorted(links.items(), key=lambda link: (-link[1], link[0])):
        if groups.find(key[0]) == groups.find(key[1]):
            continue
        if score >= STRONG:
            groups.join(*key)
            kept[key] = score
        elif is_active(key, score, best):
            kept[key] = score
    return kept


def components(keys: Collection[str], links: Mapping[Pair, float], together: Sequence[Pair]) -> list[list[str]]:
    """Return the groups of events that active links or people's judgements tie, each sorted; larger ones are cut."""
    best = closest(links)
    links = {key: score for key, score in links.items() if is_active(key, score, best)}
    found = []
    queue = [(part, 0) for part in _parts(keys, 0, links, together)]
    while queue:
        part, least = queue.pop()
        pieces = _cut(part, least, links, together) if len(part) > MAX_GROUP else []
        queue += pieces
        if not pieces:
            found.append(part)
    return sorted(found)


def _cut(
    part: list[str], least: int, links: Mapping[Pair, float], together: Sequence[Pair]
) -> list[tuple[list[str], int]]:
    """Cut a component where it falls into pieces of some size, as the days of a town that is struck every day do; a crowd
    that tells of one happening only sheds single events, and stays whole. Returns the pieces with the score of the cut.
    """
    for score in range(least + 1, _MOST_CUT + 1):
        pieces = _parts(part, score, links, together)
        if sum(len(piece) >= PIECE * len(part) for piece in pieces) > 1:
            return [(piece, score) for piece in pieces]
    return []


def _parts(
    keys: Collection[str], least: float, links: Mapping[Pair, float], together: Sequence[Pair]
) -> list[list[str]]:
    """The groups that people's judgements and links of more than this score tie, each sorted."""
    inside = set(keys)
    groups = Groups()
    for (a, b), score in links.items():
        if score > least and a in inside and b in inside:
            groups.join(a, b)
    for a, b in together:
        if a in inside and b in inside:
            groups.join(a, b)
    parts: dict[str, list[str]] = {}
    for key in sorted(keys):
        parts.setdefault(groups.find(key), []).append(key)
    return list(parts.values())


def closeness(best: float, mean: float) -> float:
    """Return how close two groups are, in log-odds, from their closest pair and the mean of all their pairs."""
    return _BEST * best + _MEAN * mean


def resolve(keys: Collection[str], score: Score, together: Sequence[Pair], apart: Collection[Pair]) -> list[list[str]]:
    """Return the incidents that the events of one component make, each as sorted keys.

    The closest two groups are joined, again and again, while they are more likely one incident than two; people's
    judgements come first, and what cannot be one incident never is.
    """
    groups = Groups()
    for a, b in together:
        groups.join(a, b)
    members: dict[str, list[str]] = {}
    for key in sorted(keys):
        members.setdefault(groups.find(key), []).append(key)
    tables = _Tables(sorted(members.values()), score, {pair(a, b) for a, b in apart})
    return tables.run()


class _Tables:
    """The groups in the making, with the closest pair, the sum and the number of the pairs between any two of them."""

    def __init__(self, groups: list[list[str]], score: Score, apart: set[Pair]) -> None:
        self._groups: dict[int, list[str]] = dict(enumerate(groups))
        self._between: dict[tuple[int, int], tuple[float, float, int, bool]] = {}
        self._heap: list[tuple[float, str, str, int, int]] = []
        for i, one in enumerate(groups):
            for j in range(i + 1, len(groups)):
                if len(one) == len(groups[j]) == 1 and not apart:  # as nearly all are
                    value, cannot = score(one[0], groups[j][0])
                    blocked = cannot or value < VETO
                    self._between[i, j] = value, value, 1, blocked
                    if value > 0 and not blocked:
                        self._push(i, j)
                    continue
                best, total, count, blocked = -99.0, 0.0, 0, False
                for a in one:
                    for b in groups[j]:
                        value, cannot = score(a, b)
                        best, total, count = max(best, value), total + value, count + 1
                        blocked = blocked or cannot or value < VETO or (bool(apart) and pair(a, b) in apart)
                self._between[i, j] = best, total, count, blocked
                if best > 0 and not blocked:
                    self._push(i, j)

    def run(self) -> list[list[str]]:
        """Join the closest groups until none is close, and return them."""
        fresh, between = len(self._groups), self._between
        while self._heap:
            _, _, _, i, j = heapq.heappop(self._heap)
            if i not in self._groups or j not in self._groups:
                continue
            joined = sorted(self._groups.pop(i) + self._groups.pop(j))
            near = []
            for k in self._groups:
                one = between.pop((i, k) if i < k else (k, i))
                other = between.pop((j, k) if j < k else (k, j))
                best, blocked = one[0] if one[0] > other[0] else other[0], one[3] or other[3]
                between[k, fresh] = best, one[1] + other[1], one[2] + other[2], blocked
                if best > 0 and not blocked:
                    near.append(k)
            self._groups[fresh] = joined
            for k in near:
                self._push(k, fresh)
            fresh += 1
        return sorted(self._groups.values())

    def _push(self, i: int, j: int) -> None:
        """Note that two groups may be joined, if they are more likely one than two."""
        best, total, count, _ = self._between[i, j]
        near = closeness(best, total / count)
        if near > 0:
            # The smallest keys break ties, so that numbering never shows.
            first, second = sorted((self._groups[i][0], self._groups[j][0]))
            heapq.heappush(self._heap, (-round(near, 9), first, second, i, j))
