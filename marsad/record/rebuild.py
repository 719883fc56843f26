"""Builds all incidents anew from the sketches that the record keeps.

What comes out is what adding the reports one by one makes. Events are taken in the order of the days on which they may have
happened, and only those are held in memory that still may have to do with one to come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa

from marsad.errors import RecordError
from marsad.link import resolver
from marsad.link.blocks import is_linkable
from marsad.link.model import ReportSketch
from marsad.record import judging, looking
from marsad.record.comparing import Helpers, compare_all
from marsad.record.linking import Linker
from marsad.record.members import Member
from marsad.record.schema import documents, events, incidents, links, report_sketches, sketches, touched
from marsad.record.sweep import Complete, Sweep, events_in_order

_AT_ONCE = 1_000


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


def relink(connection: sa.Connection, linker: Linker, helpers: Helpers | None = None) -> int:
    """Compare all events anew and resolve all incidents; returns how many incidents there are. With `helpers` other
    processes compare, if there is enough to compare.
    """
    linker.forget()
    connection.execute(links.delete())
    # The log of single incidents says nothing once all of them are made anew.
    newest = connection.scalar(sa.select(sa.func.max(touched.c.key))) or 0
    connection.execute(touched.delete().where(touched.c.key < newest))
    sweep = Sweep(_bonds(connection))
    judged = judging.reports(connection)
    done: list[Complete] = []
    order = events_in_order(connection)
    if helpers is not None and len(order) > helpers.portion:
        compared = helpers.compare(order, linker.weights)
    else:
        compared = compare_all(connection, order, linker)
    for start in range(0, len(order), _AT_ONCE):
        some = order[start : start + _AT_ONCE]
        found = {row.event: Member(row) for row in looking.rows_of(connection, [seat.key for seat in some])}
        for seat in some:
            done += sweep.take(found[seat.key], seat, next(compared))
        if len(done) >= _AT_ONCE:
            _write(connection, linker, done, judged)
            done = []
    _write(connection, linker, [*done, *sweep.end()], judged)
    linker.forget()
    return int(connection.scalar(sa.select(sa.func.count()).select_from(incidents)) or 0)


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
    linker.save(connection, groups, kin, (rulings, dict.fromkeys((m.key for m in members), "link")))
