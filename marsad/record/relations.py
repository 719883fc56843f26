"""Reads out of the record what two parties did to each other and together, an incident once however many reports tell it.

Who did it to whom is what most of an incident's reports say: a direction that fewer than half as many events give as the
other is left out. Where an event of material conflict names nobody to whom it was done, the country in which it happened
stands for them, and the act is marked so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from marsad.actors import Party
from marsad.codebook import load_codebook
from marsad.link.relations import Act, Relation, points
from marsad.link.summary import Summary
from marsad.record.schema import documents, event_parties, event_places, events, incidents, sketches

_summary = msgspec.json.Decoder(Summary)
_HAPPENED = ("actual", "historical")
_AT_ONCE = 450
_NEWEST = 100_000


class Asked(NamedTuple):
    """What is asked of two parties: by `day` or `week`, from and to which day, of which types, empty periods too."""

    by: str = "week"
    since: str | None = None
    until: str | None = None
    types: tuple[str, ...] = ()
    with_empty: bool = False


def relate(connection: sa.Connection, parties: tuple[Party, Party], asked: Asked) -> Relation:
    """Return how two parties relate: incidents that happened, were not rejected by people, and have both as parties."""
    ways = _ways(connection, parties)
    left: Counter[str] = Counter()
    acts = []
    for row in _rows(connection, list(ways), asked):
        forth, back, by_place = ways[row.id]
        summary = _summary.decode(row.incident)
        day = row.date_start or (row.first or "")[:10]
        if row.verdict == "rejected":
            left["rejected"] += 1
        elif not set(summary.statuses) & set(_HAPPENED):
            left["denied"] += 1
        elif not day:
            left["undated"] += 1
        elif (asked.since or "") <= day <= (asked.until or "9999"):
            act = Act(
                id=row.id,
                type=row.type,
                score=load_codebook().score(row.type),
                day=day,
                forth=forth,
                back=back,
                by_place=by_place,
                by_report=row.date_start is None,
                reports=row.reports,
                sources=row.sources,
                contradicted=row.contradicted,
                mentions=summary.mentions,
            )
            acts.append(act)
    acts.sort(key=lambda a: (a.day, a.id))
    names = parties[0].label, parties[1].label
    return Relation(
        parties=names,
        by=asked.by,
        points=tuple(points(acts, names, asked.by, with_empty=asked.with_empty)),
        acts=tuple(acts),
        left_out=dict(left),
    )


def pairs(connection: sa.Connection, most: int) -> list[tuple[str, str, int]]:
    """Return the countries that most often take part in one event, of the newest events, with how many."""
    newest = sa.select(sa.func.max(event_parties.c.event) - _NEWEST).scalar_subquery()
    one, other = event_parties.alias(), event_parties.alias()
    count = sa.func.count(sa.distinct(one.c.event))
    select = (
        sa.select(one.c.country, other.c.country, count)
        .join(other, (other.c.event == one.c.event) & (one.c.country < other.c.country))
        .where(one.c.event > sa.func.coalesce(newest, 0))
        .group_by(one.c.country, other.c.country)
        .order_by(count.desc(), one.c.country, other.c.country)
        .limit(most)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(select)]


def _rows(connection: sa.Connection, names: list[str], asked: Asked) -> Iterable[Any]:
    first = (
        sa.select(sa.func.min(documents.c.published))
        .join(sketches, sketches.c.document == documents.c.key)
        .where(sketches.c.incident == incidents.c.id)
        .scalar_subquery()
    )
    for some in _portions(sorted(names)):
        select = sa.select(incidents, first.label("first")).where(incidents.c.id.in_(some))
        if asked.types:
            select = select.where(incidents.c.type.in_(asked.types))
        yield from connection.execute(select)


def _ways(connection: sa.Connection, parties: tuple[Party, Party]) -> dict[str, tuple[bool, bool, bool]]:
    """For each incident that has both as parties: first to second, second to first, and whether only by its place."""
    sides: dict[tuple[str, int], set[tuple[str, int]]] = defaultdict(set)
    for row in _participants(connection, parties):
        side = _side(row, parties)
        if side is not None:
            sides[row.incident, row.event].add((row.role, side))
    placed = _by_place(connection, sides, parties)
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for (incident, event), roles in sides.items():
        together = {("actor", 0), ("actor", 1)} <= roles
        if together or {("actor", 0), ("recipient", 1)} <= roles:
            votes[incident]["forth"] += 1
        if together or {("actor", 1), ("recipient", 0)} <= roles:
            votes[incident]["back"] += 1
        for side in (0, 1):
            if (event, 1 - side) in placed and ("actor", side) in roles and ("actor", 1 - side) not in roles:
                votes[incident]["forth placed" if side == 0 else "back placed"] += 1
    return {incident: _direction(votes[incident]) for incident in votes}


def _direction(votes: Counter[str]) -> tuple[bool, bool, bool]:
    by_place = not votes["forth"] and not votes["back"]
    forth, back = (votes["forth placed"], votes["back placed"]) if by_place else (votes["forth"], votes["back"])
    return 2 * forth >= max(forth, back) > 0, 2 * back >= max(forth, back) > 0, by_place


def _participants(connection: sa.Connection, parties: tuple[Party, Party]) -> Iterable[Any]:
    wanted = sa.or_(*(_is(party) for party in parties))
    select = (
        sa.select(sketches.c.incident, event_parties)
        .join(sketches, sketches.c.event == event_parties.c.event)
        .join(events, events.c.key == event_parties.c.event)
        .where(sketches.c.incident.is_not(None), events.c.status.in_(("actual", "historical", "negated")), wanted)
    )
    return connection.execute(select)


def _portions(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values in lists that every database takes in one statement."""
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))


def _is(party: Party) -> sa.ColumnElement[bool]:
    if party.country is not None:
        return event_parties.c.country == party.country
    if party.id is not None:
        return event_parties.c.name == party.name
    return event_parties.c.folded.contains(party.folded or "", autoescape=True)


def _side(row: Any, parties: tuple[Party, Party]) -> int | None:
    """Which of the two a participant is; one that is a party by its own name is not also one by its country."""
    ranks = [party.rank((row.name, row.country), row.folded) for party in parties]
    return None if not any(ranks) else ranks.index(max(ranks))


def _by_place(
    connection: sa.Connection, sides: Iterable[tuple[str, int]], parties: tuple[Party, Party]
) -> set[tuple[int, int]]:
    """Events of material conflict that name no recipient, with the side in whose country they happened."""
    book = load_codebook()
    fights = [name for name, entry in book.types.items() if entry.quad == "material-conflict"]
    countries = {party.country: k for k, party in enumerate(parties) if party.country}
    found: set[tuple[int, int]] = set()
    if not countries:
        return found
    named = sa.select(event_parties.c.event).where(event_parties.c.role == "recipient")
    for some in _portions(sorted({event for _, event in sides})):
        select = (
            sa.select(event_places.c.event, event_places.c.country)
            .join(events, events.c.key == event_places.c.event)
            .where(event_places.c.event.in_(some), event_places.c.country.in_(list(countries)))
            .where(events.c.type.in_(fights), event_places.c.event.not_in(named))
        )
        found |= {(row.event, countries[row.country]) for row in connection.execute(select)}
    return found
