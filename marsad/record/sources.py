"""What the record tells of publishers, cited sources, and names that the lexicon does not know."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from marsad.model import Participant
from marsad.record.schema import claims, copies, documents, event_parties, events, incidents, sketches

_MOST = 200


class Publisher(NamedTuple):
    """A publisher: current reports, of these copies of an earlier text, incidents of several reports that it told
    first, and incidents that sources contradict.
    """

    name: str
    reports: int
    copies: int
    first: int
    contradicted: int


class Unknown(NamedTuple):
    """A party that nobody listed: its folded words, how many reports name it, and the words of one of them."""

    folded: str
    reports: int
    words: str
    report: str


class _Parties(msgspec.Struct):
    actor: tuple[Participant, ...] = ()
    recipient: tuple[Participant, ...] = ()


_parties = msgspec.json.Decoder(_Parties)


def publishers(connection: sa.Connection) -> list[Publisher]:
    """Return every publisher, those of most reports first."""
    named = documents.c.publisher.is_not(None) & documents.c.current.is_(True)
    count = sa.func.count
    reports = sa.select(documents.c.publisher, count()).where(named).group_by(documents.c.publisher)
    copied = (
        sa.select(documents.c.publisher, count(sa.distinct(documents.c.key)))
        .join(copies, copies.c.other == documents.c.key)
        .where(named, copies.c.kind == "copy")
        .group_by(documents.c.publisher)
    )
    told = sa.select(sketches.c.incident, sa.func.min(documents.c.published).label("first")).join(
        documents, documents.c.key == sketches.c.document
    )
    told = told.group_by(sketches.c.incident).having(count(sa.distinct(sketches.c.document)) > 1)
    earliest = told.where(sketches.c.incident.is_not(None)).subquery()
    first = (
        sa.select(documents.c.publisher, count(sa.distinct(sketches.c.incident)))
        .join(sketches, sketches.c.document == documents.c.key)
        .join(earliest, earliest.c.incident == sketches.c.incident)
        .where(named, documents.c.published == earliest.c.first)
        .group_by(documents.c.publisher)
    )
    against = (
        sa.select(documents.c.publisher, count(sa.distinct(sketches.c.incident)))
        .join(sketches, sketches.c.document == documents.c.key)
        .join(incidents, incidents.c.id == sketches.c.incident)
        .where(named, incidents.c.contradicted.is_(True))
        .group_by(documents.c.publisher)
    )
    held: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for place, select in enumerate((reports, copied, first, against)):
        for name, number in connection.execute(select):
            held[name][place] = number
    found = [Publisher(name, *numbers) for name, numbers in held.items()]
    return sorted(found, key=lambda p: (-p.reports, p.name))[:_MOST]


def cited(connection: sa.Connection) -> list[tuple[str, int, int]]:
    """Return the sources that reports cite, with how many reports cite each and how many values each gives."""
    number = sa.func.count(sa.distinct(claims.c.document))
    select = sa.select(claims.c.source, number, sa.func.count()).where(claims.c.source.is_not(None))
    select = select.group_by(claims.c.source).order_by(number.desc(), claims.c.source).limit(_MOST)
    return [(row[0], row[1], row[2]) for row in connection.execute(select)]


def unknown(connection: sa.Connection) -> list[Unknown]:
    """Return the parties that reports name and nobody listed, those in most reports first."""
    number = sa.func.count(sa.distinct(events.c.document))
    select = (
        sa.select(event_parties.c.folded, number, sa.func.min(event_parties.c.event).label("event"))
        .join(events, events.c.key == event_parties.c.event)
        .where(event_parties.c.name.is_(None))
        .group_by(event_parties.c.folded)
        .order_by(number.desc(), event_parties.c.folded)
        .limit(_MOST)
    )
    rows = connection.execute(select).all()
    told = sa.select(events.c.key, events.c.event, documents.c.id).join(documents, documents.c.key == events.c.document)
    known = {r.key: r for r in connection.execute(told.where(events.c.key.in_([row.event for row in rows])))}
    found = []
    for folded, reports, event in rows:
        row = known[event]
        both = _parties.decode(row.event)
        nameless = [p.span.text for p in (*both.actor, *both.recipient) if p.name is None]
        length = len(folded.strip())
        words = min(nameless, key=lambda text: abs(len(text) - length), default=folded.strip())
        found.append(Unknown(folded.strip(), reports, words, row.id))
    return found
