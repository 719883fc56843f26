"""Builds all incidents anew: from the sketches that the record keeps, in memory, a slice of time at once.

What comes out is what adding the reports one by one makes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict

import sqlalchemy as sa

from marsad.errors import RecordError
from marsad.link import compare, resolver
from marsad.link.model import ReportSketch
from marsad.record import judging
from marsad.record.linking import Linker
from marsad.record.looking import Kin
from marsad.record.members import Member
from marsad.record.schema import copies, documents, events, incidents, links, report_sketches, sketches

_AT_ONCE = 5_000


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
    kin = {(row.document, row.other): row.kind for row in connection.execute(sa.select(copies))}
    connection.execute(links.delete())
    keys = list(connection.scalars(sa.select(sketches.c.event).order_by(sketches.c.event)))
    members: list[Member] = []
    for start in range(0, len(keys), _AT_ONCE):
        members += linker.members(connection, keys[start : start + _AT_ONCE])
    found = _compare_all(linker, members, kin)
    rows = [{"left": a, "right": b, "score": score} for (a, b), score in sorted(found.items())]
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(links.insert(), rows[start : start + _AT_ONCE])
    groups = _components(members, found, ties_of_people(connection, members))
    done: set[int] = set()
    for group in groups:
        if group[0] not in done:
            linker.resolve(connection, group, "link")
            done.update(group)
    return int(connection.scalar(sa.select(sa.func.count()).select_from(incidents)) or 0)


def ties_of_people(connection: sa.Connection, members: list[Member]) -> list[tuple[int, int]]:
    """Return the pairs of events that people held for one incident."""
    if not judging.has_any(connection):
        return []
    by_anchor = {m.sketch.anchor: m.key for m in members}
    rulings = judging.load(connection, {m.sketch.report for m in members})
    together, _ = resolver.settle(rulings.pairs)
    return [(by_anchor[a], by_anchor[b]) for a, b in together if a in by_anchor and b in by_anchor]


def _compare_all(linker: Linker, members: list[Member], kin: Kin) -> dict[tuple[int, int], float]:
    """The pairs that the machine holds for one incident, found block by block."""
    stands: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for number, member in enumerate(members):
        for block in compare.blocks(member.sketch)[0]:
            stands[block.key].append((block.first, block.last, number))
    for entries in stands.values():
        entries.sort()
    found: dict[tuple[int, int], float] = {}
    for number, member in enumerate(members):
        near: set[int] = set()
        for block in compare.blocks(member.sketch)[1]:
            near.update(_near(stands.get(block.key, []), block))
        for other in near:
            if other <= number or members[other].sketch.type != member.sketch.type:
                continue
            verdict = linker.compare(member, members[other], kin)
            if verdict.score > 0 and not verdict.cannot:
                a, b = sorted((member.key, members[other].key))
                found[a, b] = round(verdict.score, 6)
    return found


def _near(entries: list[tuple[int, int, int]], block: compare.Block) -> list[int]:
    """The events of a block whose days meet those looked for; entries are sorted by their first day."""
    low = bisect_left(entries, (block.first - compare.LONGEST_DAYS,))
    high = bisect_right(entries, (block.last, 1 << 40, 1 << 40))
    return [number for _, last, number in entries[low:high] if last >= block.first]


def _components(
    members: list[Member], found: dict[tuple[int, int], float], tied: list[tuple[int, int]]
) -> list[list[int]]:
    """The events that belong together in any way, so that each group can be resolved by itself."""
    head: dict[int, int] = {}

    def root(key: int) -> int:
        while (up := head.get(key, key)) != key:
            head[key] = head.get(up, up)
            key = up
        return key

    held: dict[str, int] = {}
    before = [(held.setdefault(m.incident, m.key), m.key) for m in members if m.incident]
    for a, b in (*found, *tied, *before):
        first, second = sorted((root(a), root(b)))
        head[second] = first
    groups: dict[int, list[int]] = defaultdict(list)
    for member in members:
        groups[root(member.key)].append(member.key)
    return [groups[key] for key in sorted(groups)]
