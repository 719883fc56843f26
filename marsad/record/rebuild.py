"""Builds all incidents anew from the sketches that the record keeps.

What comes out is what adding the reports one by one makes. Events are taken in the order of the days on which they may have
happened, and only those are held in memory that still may have to do with one to come.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

import sqlalchemy as sa

from marsad.errors import RecordError
from marsad.link import resolver
from marsad.link.blocks import blocks as blocks_of
from marsad.link.blocks import is_linkable
from marsad.link.model import ReportSketch
from marsad.record import judging, looking
from marsad.record.linking import Linker
from marsad.record.looking import Ties
from marsad.record.members import Member
from marsad.record.schema import blocks, copies, documents, events, incidents, links, report_sketches, sketches

_AT_ONCE = 1_000
_NEVER = (1 << 30, 1 << 30)
_TIDY_DAYS = 8


def unlinked(engine: sa.Engine) -> list[str]:
    """Return the ids of current reports that were read but have no sketch."""
    known = sa.select(report_sketches.c.document)
    wanted = (documents.c.current.is_(True), documents.c.language.is_not(None), documents.c.key.not_in(known))
    with engine.connect() as connection:
        return list(connection.scalars(sa.select(documents.c.id).where(*wanted).order_by(documents.c.key)))


def current(engine: sa.Engine) -> list[str]:
    """Return the ids of all current reports that were read, in the order of adding."""
    wanted = (documents.c.current.is_(True), documents.c.language.is_not(None))
    with engine.connect() as connection:
        return list(connection.scalars(sa.select(documents.c.id).where(*wanted).order_by(documents.c.key)))


def link_one(connection: sa.Connection, linker: Linker, report: ReportSketch) -> None:
    """Link a report that is in the record already.

    Raises:
        RecordError: it is not there.
    """
    wanted = (documents.c.id == report.report, documents.c.current.is_(True))
    key = connection.scalar(sa.select(documents.c.key).where(*wanted))
    if key is None:
        raise RecordError(f"The record holds no current report {report.report!r}; add it first.")
    rows = connection.execute(sa.select(events.c.id, events.c.key).where(events.c.document == key))
    linker.add(connection, key, report, {row.id: row.key for row in rows})


def relink(connection: sa.Connection, linker: Linker) -> int:
    """Compare all events anew and resolve all incidents; returns how many incidents there are."""
    linker.forget()
    connection.execute(links.delete())
    kin = {(row.document, row.other): row.kind for row in connection.execute(sa.select(copies))}
    sweep = Sweep(lambda a, b: linker.weigh(a, b, kin), _bonds(connection))
    judged = judging.reports(connection)
    done: list[Complete] = []
    for member, days in _in_order_of_days(connection):
        done += sweep.take(member, days)
        if len(done) >= _AT_ONCE:
            _write(connection, linker, done, judged)
            done = []
    _write(connection, linker, [*done, *sweep.end()], judged)
    linker.forget()
    return int(connection.scalar(sa.select(sa.func.count()).select_from(incidents)) or 0)


def _in_order_of_days(connection: sa.Connection) -> Iterator[tuple[Member, tuple[int, int]]]:
    """Every event with the first and last day on which it may have happened; those in no block come last."""
    spans = sa.select(blocks.c.event, sa.func.min(blocks.c.first), sa.func.max(blocks.c.last)).group_by(blocks.c.event)
    days = {key: (first, last) for key, first, last in connection.execute(spans)}
    keys = sorted(connection.scalars(sa.select(sketches.c.event)), key=lambda key: (days.get(key, _NEVER), key))
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        found = {row.event: Member(row) for row in looking.rows_of(connection, some)}
        for key in some:
            yield found[key], days.get(key, _NEVER)


def _bonds(connection: sa.Connection) -> dict[int, list[int]]:
    """For each event those with which it must be resolved whatever the machine says: people held both for one incident,
    or both were of one before, whose events hang on its first one."""
    select = sa.select(sketches.c.incident, sketches.c.event).where(sketches.c.incident.is_not(None))
    first: dict[str, int] = {}
    pairs = [(first.setdefault(name, key), key) for name, key in connection.execute(select)]
    judged = judging.reports(connection)
    if judged:
        keys = {row.anchor: row.event for row in connection.execute(sa.select(sketches.c.anchor, sketches.c.event))}
        together, _ = resolver.settle(judging.load(connection, judged).pairs)
        pairs += [(keys[a], keys[b]) for a, b in together if a in keys and b in keys]
    found: dict[int, list[int]] = defaultdict(list)
    for a, b in pairs:
        if a != b:
            found[a].append(b)
            found[b].append(a)
    return found


def _write(connection: sa.Connection, linker: Linker, done: Sequence[Complete], judged: set[str]) -> None:
    """Make incidents of groups that are complete, and write them with the links that hold them together."""
    rows: list[dict[str, object]] = []
    groups: list[list[Member]] = []
    members = [member for group, _ in done for member in group]
    reports = judged & {m.sketch.report for m in members} if judged else set()
    rulings = judging.load(connection, reports) if reports else judging.Rulings()
    kin = looking.kin_of(connection, {m.document for m in members})
    for group, ties in done:
        anchors = {m.key: m.anchor for m in group}
        named = {resolver.pair(anchors[a], anchors[b]): (a, b) for a, b in ties}
        kept = resolver.slim({pair: ties[keys] for pair, keys in named.items()})
        rows += [{"left": named[p][0], "right": named[p][1], "score": score} for p, score in kept.items()]
        every = {m.anchor: m for m in group if m.incident or is_linkable(m.sketch)}
        groups += linker.incidents_of(every, kept, rulings, kin)
    if rows:
        connection.execute(links.insert(), rows)
    linker.save(connection, groups, kin, (rulings, "link"))


Complete = tuple[list[Member], Ties]
"""Events that hang together, with the links between them that count."""


class Sweep:
    """Goes through the events in the order of their first days, and hands out what hangs together as soon as no later event
    can have to do with it; only the rest is held in memory.
    """

    def __init__(
        self, weigh: Callable[[Member, Member], tuple[float, bool]], bonds: Mapping[int, Sequence[int]]
    ) -> None:
        self._weigh = weigh
        self._bonds = bonds
        self._blocks: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._first = 0
        self._held: dict[int, Member] = {}
        self._ends: list[tuple[int, int]] = []
        self._ties: dict[int, dict[int, float]] = {}
        # Of each event that no later one can meet: its closest, and its group; of each group: events, and undecided ties.
        self._best: dict[str, tuple[float, str]] = {}
        self._head: dict[int, int] = {}
        self._groups: dict[int, list[int]] = {}
        self._waits: dict[int, int] = {}

    def take(self, member: Member, days: tuple[int, int]) -> list[Complete]:
        """Compare an event with those before it; returns the groups that are complete."""
        complete = self._pass(days[0])
        own = self._ties[member.key] = {}
        self._held[member.key] = member
        heapq.heappush(self._ends, (days[1], member.key))
        stands, looks = blocks_of(member.sketch)
        near = {key for block in looks for last, key in self._blocks.get(block.key, ()) if last >= block.first}
        for key in near:
            score, cannot = self._weigh(member, self._held[key])
            if score > 0 and not cannot:
                own[key] = self._ties[key][member.key] = round(score, 6)
        for block in stands:
            self._blocks[block.key].append((block.last, member.key))
        return complete

    def end(self) -> list[Complete]:
        """Return the groups that are left when there are no more events."""
        return self._pass(_NEVER[0] + 1)

    def _pass(self, first: int) -> list[Complete]:
        """Decide what follows once all events to come are of this day or later."""
        if first - self._first >= _TIDY_DAYS:
            self._first = first
            left = {key: [e for e in entries if e[0] >= first] for key, entries in self._blocks.items()}
            self._blocks = defaultdict(list, {key: entries for key, entries in left.items() if entries})
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
