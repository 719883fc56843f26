"""Names in the record that the lexicon does not know."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from marsad.model import Participant
from marsad.record.schema import documents, event_parties, events

_MOST = 200


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
