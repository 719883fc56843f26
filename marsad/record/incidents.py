"""Reading incidents: listed with filters, found by id through redirects, and explained pair by pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from marsad.errors import RecordError
from marsad.link import copies
from marsad.link.blocks import is_linkable
from marsad.link.compare import Verdict
from marsad.link.summary import Summary
from marsad.record import judging, looking, query
from marsad.record.linking import Linker
from marsad.record.looking import Kin
from marsad.record.members import Member
from marsad.record.schema import changes, documents, events, incidents, redirects, sketches
from marsad.record.schema import copies as copy_table

_summary = msgspec.json.Decoder(Summary)
_NEAREST = 5
_LEAST_RIVAL = -6.0
"""Log-odds below which an event that was not linked is no rival worth a word."""


class StoredIncident(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as the record keeps it; `verdict` is confirmed or rejected where a person judged so."""

    id: str
    summary: Summary
    reports: int
    sources: int
    contradicted: bool
    verdict: str | None = None


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """What the machine holds of two events: the log-odds that they are one incident, and why."""

    event: str
    other: str
    incident: str | None
    verdict: Verdict


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """Why an incident is one: for each event its closest other one, the nearest events outside, what happened to it."""

    incident: StoredIncident
    within: tuple[Tie, ...]
    outside: tuple[Tie, ...]
    log: tuple[dict[str, Any], ...]
    judgements: tuple[judging.StoredJudgement, ...]


def list_incidents(
    connection: sa.Connection, filters: query.Filters, fold: query.Fold, *, with_rejected: bool = False
) -> Iterator[StoredIncident]:
    """Yield the incidents that pass, the latest first; those that people rejected only if asked for."""
    select = select_incidents(filters, fold, with_rejected=with_rejected)
    select = select.order_by(sa.nulls_last(incidents.c.date_start.desc()), incidents.c.id).limit(filters.limit)
    for row in query.stream(connection, select):
        yield stored(row)


def select_incidents(
    filters: query.Filters, fold: query.Fold, *, with_rejected: bool, silent: Sequence[str] = ()
) -> sa.Select[Any]:
    """Return the query for the incidents that pass, in no order yet; events of `silent` publishers let none pass."""
    select = sa.select(incidents)
    if not with_rejected:
        select = select.where(incidents.c.verdict.is_(None) | (incidents.c.verdict != "rejected"))
    if filters.since:
        select = select.where(incidents.c.date_end >= filters.since)
    if filters.until:
        select = select.where(incidents.c.date_start <= filters.until)
    if filters.min_killed is not None:
        select = select.where(incidents.c.killed >= filters.min_killed)
    if filters.types:
        select = select.where(incidents.c.type.in_(filters.types))
    for conditions in query.event_filters(filters, fold):
        held = sa.select(sketches.c.incident).join(events, events.c.key == sketches.c.event)
        held = held.join(documents, documents.c.key == events.c.document)
        if silent:
            held = held.where(sa.func.coalesce(documents.c.publisher, "").not_in(silent))
        select = select.where(incidents.c.id.in_(held.where(sketches.c.incident.is_not(None), conditions)))
    return select


def list_copies(connection: sa.Connection) -> list[list[str]]:
    """Return the groups of current reports that are copies of one text, by id."""
    one, other = documents.alias(), documents.alias()
    select = (
        sa.select(one.c.id, other.c.id)
        .select_from(copy_table)
        .join(one, one.c.key == copy_table.c.document)
        .join(other, other.c.key == copy_table.c.other)
        .where(copy_table.c.kind == "copy", one.c.current.is_(True), other.c.current.is_(True))
    )
    return copies.groups([(a, b) for a, b in connection.execute(select)])


def resolve_id(connection: sa.Connection, wanted: str) -> str | None:
    """Return the present id of an incident, an old id's included, or None."""
    if connection.scalar(sa.select(incidents.c.id).where(incidents.c.id == wanted)) is not None:
        return wanted
    return connection.scalar(sa.select(redirects.c.new).where(redirects.c.old == wanted))


def find(connection: sa.Connection, wanted: str) -> StoredIncident:
    """Return the incident with this id, or that an old id led to.

    Raises:
        RecordError: there is none.
    """
    name = resolve_id(connection, wanted)
    row = connection.execute(sa.select(incidents).where(incidents.c.id == name)).first()
    if row is None:
        said = f"The record holds no incident {wanted!r}; `marsad incidents` lists the ids."
        raise RecordError(said).known_as("no_incident", name=wanted)
    return stored(row)


def incident_of(connection: sa.Connection, event: str) -> str | None:
    """Return the incident that a current event is part of, or None."""
    select = (
        sa.select(sketches.c.incident)
        .join(events, events.c.key == sketches.c.event)
        .join(documents, documents.c.key == events.c.document)
        .where(events.c.id == event, documents.c.current.is_(True))
    )
    return connection.scalar(select)


def explain(connection: sa.Connection, linker: Linker, wanted: str) -> Explained:
    """Return why the events of an incident are linked, and why their nearest neighbours are not.

    Raises:
        RecordError: there is no such incident.
    """
    stored = find(connection, wanted)
    linker.forget()
    keys = list(connection.scalars(sa.select(sketches.c.event).where(sketches.c.incident == stored.id)))
    members = linker.members(connection, keys)
    kin = looking.kin_of(connection, {m.document for m in members})
    within = [tie for m in members if (tie := _closest(linker, m, [o for o in members if o is not m], kin))]
    rivals: dict[int, Tie] = {}
    for member in members:
        for other in linker.candidates(connection, member.key):
            if other.incident == stored.id or other.sketch.type != member.sketch.type:
                continue
            tie = _closest(linker, member, [other], kin)
            known = rivals.get(other.key)
            if tie and tie.verdict.score > _LEAST_RIVAL and (known is None or tie.verdict.score > known.verdict.score):
                rivals[other.key] = tie
    nearest = sorted(rivals.values(), key=lambda t: (-t.verdict.score, t.other))[:_NEAREST]
    own = (changes.c.incident == stored.id) | (changes.c.other == stored.id)
    log = connection.execute(sa.select(changes).where(own).order_by(changes.c.key))
    reports = {m.sketch.report for m in members}
    judged = [j for j in judging.list_all(connection) if j.left in reports or (j.right or "") in reports]
    return Explained(
        incident=stored,
        within=tuple(within),
        outside=tuple(nearest),
        log=tuple(dict(row._mapping) for row in log),
        judgements=tuple(judged),
    )


def find_event(connection: sa.Connection, linker: Linker, wanted: str) -> Member:
    """Return the current event with this id, or the first event of the incident with this id.

    Raises:
        RecordError: there is neither.
    """
    linker.forget()
    select = (
        sa.select(events.c.key)
        .join(documents, documents.c.key == events.c.document)
        .join(sketches, sketches.c.event == events.c.key)
        .where(events.c.id == wanted, documents.c.current.is_(True))
    )
    key = connection.scalar(select)
    if key is None:
        name = resolve_id(connection, wanted)
        first = sa.select(sketches.c.event).where(sketches.c.incident == name).order_by(sketches.c.born).limit(1)
        key = connection.scalar(first) if name else None
    if key is None:
        said = f"The record holds no event or incident {wanted!r}; `marsad incidents` lists the ids."
        raise RecordError(said).known_as("no_incident", name=wanted)
    return linker.members(connection, [key])[0]


def _closest(linker: Linker, member: Member, others: Sequence[Member], kin: Kin) -> Tie | None:
    ties = [
        Tie(
            event=member.sketch.event,
            other=o.sketch.event,
            incident=o.incident,
            verdict=linker.compare(member, o, kin),
        )
        for o in others
        if is_linkable(o.sketch)
    ]
    return max(ties, key=lambda t: (t.verdict.score, t.other), default=None)


def judge(connection: sa.Connection, linker: Linker, judgement: judging.StoredJudgement) -> int:
    """Write a judgement down and resolve anew what it touches; returns its number.

    Raises:
        RecordError: it names what is not there, or nothing that can be judged.
    """
    if judgement.kind == "undo":
        undone = judging.get(connection, judgement.undoes or 0)
        key = judging.write(connection, judgement, None, None)
        anchors = judging.anchors_of(connection, undone.key)
        touched = connection.scalars(sa.select(sketches.c.event).where(sketches.c.anchor.in_(list(anchors)))).all()
        linker.forget()
        linker.resolve(connection, dict.fromkeys(touched, f"judgement {key}"))
        return key
    left = find_event(connection, linker, judgement.left)
    right = find_event(connection, linker, judgement.right) if judgement.right else None
    if right is not None and left.key == right.key:
        said = f"{judgement.left} and {judgement.right} are one event; name two."
        raise RecordError(said).known_as("one_event")
    if not all(is_linkable(m.sketch) for m in (left, right) if m is not None):
        said = "Only events that happened, or are denied or recalled, can be judged; this one is a plan or many."
        raise RecordError(said).known_as("not_judged")
    key = judging.write(connection, judgement, left.sketch, right.sketch if right else None)
    judged = [member.key for member in (left, right) if member is not None]
    linker.resolve(connection, dict.fromkeys(judged, f"judgement {key}"))
    return key


def stored(row: sa.Row[Any]) -> StoredIncident:
    """Return the incident in a row of the table."""
    return StoredIncident(
        id=row.id,
        summary=_summary.decode(row.incident),
        reports=row.reports,
        sources=row.sources,
        contradicted=row.contradicted,
        verdict=row.verdict,
    )
