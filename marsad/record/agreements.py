"""Agreements that people register, an append-only log, and the incidents in their scope: possible breaches, no verdicts."""

from __future__ import annotations

import datetime
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from marsad.errors import RecordError
from marsad.link import truces
from marsad.link.model import EventSketch
from marsad.link.summary import Summary
from marsad.link.truces import Agreement, Breach
from marsad.record.schema import agreements, incidents, sketches

_summary = msgspec.json.Decoder(Summary)
_sketch = msgspec.json.Decoder(EventSketch)
_terms = msgspec.json.Decoder(Agreement)
_to_json = msgspec.json.Encoder()


class Signed(NamedTuple):
    """Who puts something down, and why."""

    author: str
    reason: str | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the log: `kind` is add, end (on `day`) or remove."""

    at: str
    author: str
    kind: str
    day: str | None
    reason: str | None


class StoredAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement as it stands: its number, its terms with the day on which it ended, and all that was put down of it."""

    number: int
    terms: Agreement
    removed: bool
    log: tuple[Entry, ...]


def add(connection: sa.Connection, terms: Agreement, signed: Signed) -> int:
    """Register an agreement; returns its number.

    Raises:
        RecordError: it ends before it begins, or names nobody or nothing that is forbidden.
    """
    if not terms.parties or not terms.forbids:
        raise RecordError("An agreement needs a party and something that it forbids.")
    if terms.until is not None and terms.until < terms.since:
        raise RecordError(f"The agreement would end on {terms.until}, before it begins on {terms.since}.")
    return _append(connection, "add", signed, terms=_to_json.encode(terms).decode())


def end(connection: sa.Connection, number: int, day: str, signed: Signed) -> None:
    """Say that an agreement ended on a day (its last one); said again, the later word counts.

    Raises:
        RecordError: there is none with this number, or it began later.
    """
    known = find(connection, number)
    if day < known.terms.since:
        raise RecordError(f"Agreement {number} began on {known.terms.since}; it cannot have ended on {day}.")
    _append(connection, "end", signed, agreement=number, day=day)


def remove(connection: sa.Connection, number: int, signed: Signed) -> None:
    """Take an agreement off the list; the log keeps it.

    Raises:
        RecordError: there is none with this number.
    """
    find(connection, number)
    _append(connection, "remove", signed, agreement=number)


def _append(connection: sa.Connection, kind: str, signed: Signed, **values: Any) -> int:
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    row = {"at": at, "author": signed.author, "kind": kind, "reason": signed.reason, **values}
    made = connection.execute(agreements.insert(), row).inserted_primary_key
    return int(made[0]) if made else 0


def list_all(connection: sa.Connection, *, with_removed: bool = False) -> list[StoredAgreement]:
    """Return the agreements in the order in which they were registered."""
    rows = list(connection.execute(sa.select(agreements).order_by(agreements.c.key)))
    found = [_stored(row, [r for r in rows if r.agreement == row.key]) for row in rows if row.kind == "add"]
    return [a for a in found if with_removed or not a.removed]


def find(connection: sa.Connection, number: int) -> StoredAgreement:
    """Return the agreement with this number, if nobody removed it.

    Raises:
        RecordError: there is none.
    """
    found = next((a for a in list_all(connection) if a.number == number), None)
    if found is None:
        raise RecordError(f"There is no agreement number {number}; `marsad agreements list` lists them.")
    return found


def _stored(row: Any, later: list[Any]) -> StoredAgreement:
    terms = _terms.decode(row.terms)
    for word in later:
        if word.kind == "end":
            terms = msgspec.structs.replace(terms, until=word.day)
    return StoredAgreement(
        number=row.key,
        terms=terms,
        removed=any(word.kind == "remove" for word in later),
        log=tuple(Entry(at=r.at, author=r.author, kind=r.kind, day=r.day, reason=r.reason) for r in (row, *later)),
    )


def breaches(connection: sa.Connection, terms: Agreement) -> list[Breach]:
    """Return the incidents in the scope of an agreement from the day on which it begins, in order of their days.

    What people rejected is left out; what they confirmed says so.
    """
    types = sorted({code.partition(".")[0] for code in terms.forbids})
    select = (
        sa.select(incidents, sketches.c.sketch)
        .join(sketches, sketches.c.incident == incidents.c.id)
        .where(incidents.c.type.in_(types))
        .where(incidents.c.verdict.is_(None) | (incidents.c.verdict != "rejected"))
        .where(incidents.c.date_end.is_(None) | (incidents.c.date_end >= terms.since))
        .order_by(incidents.c.id, sketches.c.anchor)
    )
    if terms.until is not None:
        select = select.where(incidents.c.date_start.is_(None) | (incidents.c.date_start <= terms.until))
    found = []
    rows = connection.execute(select.execution_options(yield_per=200))
    for name, group in groupby(rows, key=lambda row: row.id):
        told = list(group)
        row = told[0]
        summary = _summary.decode(row.incident)
        grounds = truces.weigh(terms, summary, [_sketch.decode(r.sketch) for r in told])
        if grounds is not None:
            breach = Breach(
                incident=name,
                summary=summary,
                scope=truces.scope_of(grounds),
                grounds=grounds,
                reports=row.reports,
                sources=row.sources,
                contradicted=row.contradicted,
                verdict=row.verdict,
            )
            found.append(breach)
    return sorted(found, key=lambda b: (b.summary.start is None, b.summary.start or "", b.incident))
