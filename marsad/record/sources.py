"""Names in the record that the lexicon does not know: parties and places."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from marsad.model import UNKNOWN_PLACE, Participant
from marsad.record.schema import documents, event_parties, events, problems

_MOST = 200
_SPARE = 3
_CIVILIANS = "CVL"


class Unknown(NamedTuple):
    """A party or place that nobody listed: its folded words, how many reports name it, and the words of one of them."""

    folded: str
    reports: int
    words: str
    report: str


class _Parties(msgspec.Struct):
    actor: tuple[Participant, ...] = ()
    recipient: tuple[Participant, ...] = ()


_parties = msgspec.json.Decoder(_Parties)


def unknown(connection: sa.Connection) -> list[Unknown]:
    """Return the parties that reports name and nobody listed, those in most reports first; not those of which the words tell
    enough: a country ("Pakistani forces"), civilians, a number of people.
    """
    number = sa.func.count(sa.distinct(events.c.document))
    select = (
        sa.select(event_parties.c.folded, number, sa.func.min(event_parties.c.event).label("event"))
        .join(events, events.c.key == event_parties.c.event)
        .where(event_parties.c.name.is_(None), event_parties.c.country.is_(None))
        .where(sa.func.coalesce(event_parties.c.sector, "") != _CIVILIANS)
        .group_by(event_parties.c.folded)
        .order_by(number.desc(), event_parties.c.folded)
        .limit(_SPARE * _MOST)
    )
    rows = [row for row in connection.execute(select) if not any(map(str.isdigit, row.folded))][:_MOST]
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


def unknown_places(connection: sa.Connection) -> list[Unknown]:
    """Return the places that reports name and the gazetteer lacks, those in most reports first."""
    number = sa.func.count(sa.distinct(problems.c.document))
    current = documents.c.current.is_(True)
    select = (
        sa.select(problems.c.folded, number, sa.func.min(problems.c.document).label("document"))
        .join(documents, documents.c.key == problems.c.document)
        .where(problems.c.reason == UNKNOWN_PLACE, current)
        .group_by(problems.c.folded)
        .order_by(number.desc(), problems.c.folded)
        .limit(_MOST)
    )
    rows = connection.execute(select).all()
    length = sa.cast(problems.c.end - problems.c.start, sa.Integer)
    words = sa.func.substr(documents.c.text, problems.c.start + 1, length).label("words")
    told = sa.select(problems.c.document, problems.c.folded, words, documents.c.id)
    told = told.join(documents, documents.c.key == problems.c.document)
    keys = sorted({row.document for row in rows})
    known = {(r.document, r.folded): r for r in connection.execute(told.where(problems.c.document.in_(keys)))}
    found = ((row, known[row.document, row.folded]) for row in rows)
    return [Unknown(row.folded, row[1], one.words, one.id) for row, one in found]
