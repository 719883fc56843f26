"""Whether a record is sound: the database's own checks, every quotation, no orphan, no duplicate."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from marsad.record import query
from marsad.record.schema import claims, documents, events, incidents, links, redirects, sketches


def examine(connection: sa.Connection) -> Iterator[str]:
    """Yield a sentence for every fault of a record; none if it is sound."""
    if connection.dialect.name == "sqlite":
        for row in connection.exec_driver_sql("PRAGMA integrity_check"):
            if row[0] != "ok":
                yield f"The database is damaged: {row[0]}."
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"Row {row[1]} of {row[0]} points at a row of {row[2]} that is not there."
    yield from _quotations(connection)
    yield from _reports(connection)
    yield from _incidents(connection)


def _quotations(connection: sa.Connection) -> Iterator[str]:
    select = sa.select(claims, documents.c.id.label("report"), documents.c.text.label("whole")).join(
        documents, documents.c.key == claims.c.document
    )
    for row in query.stream(connection, select):
        if row.whole[row.start : row.end] != row.text:
            yield f"Claim {row.key} of report {row.report} quotes {row.text!r}, which does not stand at {row.start}."


def _reports(connection: sa.Connection) -> Iterator[str]:
    twice = (
        sa.select(documents.c.id)
        .where(documents.c.current.is_(True))
        .group_by(documents.c.id)
        .having(sa.func.count() > 1)
    )
    for name in connection.scalars(twice):
        yield f"Report {name} is current twice."
    doubled = (
        sa.select(events.c.document, events.c.id).group_by(events.c.document, events.c.id).having(sa.func.count() > 1)
    )
    for row in connection.execute(doubled):
        yield f"Event {row.id} is there twice."


def _incidents(connection: sa.Connection) -> Iterator[str]:
    held = sa.select(sketches.c.incident).where(sketches.c.incident.is_not(None))
    for name in connection.scalars(sa.select(incidents.c.id).where(incidents.c.id.not_in(held))):
        yield f"Incident {name} holds no event; `marsad link` builds incidents anew."
    old = (
        sa.select(sketches.c.anchor)
        .join(documents, documents.c.key == sketches.c.document)
        .where(documents.c.current.is_(False))
    )
    for anchor in connection.scalars(old):
        yield f"Event {anchor} of a replaced report is still linked; `marsad link` builds incidents anew."
    known = sa.select(sketches.c.event)
    loose = sa.select(links.c.left, links.c.right).where(links.c.left.not_in(known) | links.c.right.not_in(known))
    for row in connection.execute(loose):
        yield f"The link of events {row.left} and {row.right} leads nowhere."
    there = sa.select(incidents.c.id)
    for name in connection.scalars(sa.select(redirects.c.old).where(redirects.c.new.not_in(there))):
        yield f"The old id {name} leads to an incident that is not there."
