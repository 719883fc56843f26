"""The reports of which people judged an event or put words right, each with what they said of it: the ground of gold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec
import sqlalchemy as sa

from marsad.model import CodedDocument
from marsad.record import judging, query, revising
from marsad.record.schema import documents, events, judgements, machine_readings, sketches

_ANSWERS = ("confirm", "reject")
CONFIRMED, REJECTED, DISPUTED = "confirmed", "rejected", "disputed"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What people said of an event: `verdict` is confirmed, rejected, disputed where they differ, or None where nobody
    said; `values` the figures they put right; `tellers` how many events tell of its incident.
    """

    verdict: str | None
    values: dict[str, int]
    tellers: int


class ReviewedReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it holds now, with what people said of its words in force; as the machine read it; and what people said of
    its events, by id.
    """

    coded: CodedDocument
    machine: CodedDocument
    said: dict[str, Said]


def reports(connection: sa.Connection) -> Iterator[ReviewedReport]:
    """Yield the current reports of which people confirmed, rejected or put right an event, or spoke of words, by id.

    The last answer of each person counts. What is judged of an incident counts for the event that the judgement names, the
    first of the incident unless another was chosen: nobody who confirms an incident has checked all of its reports.
    """
    answers, values = _judged(connection)
    by_report = _by_report(connection, {*answers, *values})
    for name in sorted({*by_report, *_worded(connection)}):
        found = by_report.get(name, ())
        _, coded, _ = query.find(connection, name)
        said = {}
        for event, anchor, tellers in found:
            given = set(answers.get(anchor, {}).values())
            said[event] = Said(verdict=_verdict(given), values=values.get(anchor, {}), tellers=tellers)
        yield ReviewedReport(coded=coded, machine=revising.read_by_machine(connection, coded), said=said)


def _worded(connection: sa.Connection) -> set[str]:
    """The reports whose reading people put right by its words, as far as that holds for the text of now."""
    select = sa.select(documents.c.id).join(machine_readings, machine_readings.c.document == documents.c.key)
    return set(connection.scalars(select.where(documents.c.current.is_(True))))


def _verdict(given: set[str]) -> str | None:
    if len(given) > 1:
        return DISPUTED
    return {"confirm": CONFIRMED, "reject": REJECTED}[next(iter(given))] if given else None


def _judged(connection: sa.Connection) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, int]]]:
    """The answers in force by anchor and author, and the figures in force by anchor and field."""
    undone = judging.undone_keys(connection)
    answers: dict[str, dict[str, str]] = defaultdict(dict)
    values: dict[str, dict[str, int]] = defaultdict(dict)
    select = sa.select(judgements).where(judgements.c.kind.in_((*_ANSWERS, "correct"))).order_by(judgements.c.key)
    for row in connection.execute(select).all():
        for anchor in () if row.key in undone else judging.anchors_of(connection, row.key):
            if row.kind == "correct":
                values[anchor][row.field] = row.value
            else:
                answers[anchor][row.author] = row.kind
    return answers, values


def _by_report(connection: sa.Connection, anchors: set[str]) -> dict[str, list[tuple[str, str, int]]]:
    """The judged events by report: id, anchor, and how many events tell of the incident."""
    other = sketches.alias()
    tellers = sa.select(sa.func.count()).where(other.c.incident == sketches.c.incident).scalar_subquery()
    found: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    wanted = sorted(anchors)
    for start in range(0, len(wanted), _AT_ONCE):
        select = (
            sa.select(documents.c.id, events.c.id.label("event"), sketches.c.anchor, tellers.label("tellers"))
            .select_from(sketches)
            .join(events, events.c.key == sketches.c.event)
            .join(documents, documents.c.key == events.c.document)
            .where(sketches.c.anchor.in_(wanted[start : start + _AT_ONCE]), documents.c.current.is_(True))
        )
        for row in connection.execute(select):
            found[row.id].append((row.event, row.anchor, max(1, row.tellers)))
    return found


_AT_ONCE = 500
