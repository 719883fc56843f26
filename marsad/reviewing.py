"""Gold out of the review: what people confirmed, rejected and put right, as cases that the reading is scored against.

A case says of each event of its report what people said of it. A confirmed event stands as it was read, with the figures
that people put right; a rejected one is left out, so that reading it is an error. What people said of words of the text
holds too: values that they set, events that they added, or took out; who puts a value of an event right vouches for the
event. What nobody answered, and what two people answered differently, carries `generic`, which counts neither way, and
`unreviewed`. Scored is what the machine read, without what people put right.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import msgspec
import sqlalchemy as sa

from marsad.agreement import Counts, Figure
from marsad.corrections import ADDED
from marsad.export.contract import event_to_contract
from marsad.export.gold import gold_case, gold_event
from marsad.model import Event
from marsad.record import reviewed
from marsad.record.reviewed import CONFIRMED, REJECTED, ReviewedReport, Said
from marsad.scoring import Case, Result, score_cases

FEW = 30
"""Fewer comparisons than this say little; whoever shows them says so."""

_Z = 1.959964
_NOTHING_SAID = Said(verdict=None, values={}, tellers=1)


class Reviewed(msgspec.Struct, frozen=True, kw_only=True):
    """How much gold there is: reports, and of their events how many people confirmed, rejected or took out, put right,
    added, answered differently, or left open.
    """

    reports: int
    confirmed: int
    rejected: int
    corrected: int
    added: int
    disputed: int
    open: int


def cases(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """Yield the cases of gold that the review has made so far, by the id of their report."""
    for report in reviewed.reports(connection):
        if _has_answers(report):
            yield _case(report)


def write_cases(found: Iterable[dict[str, Any]], stream: BinaryIO) -> int:
    """Write cases, one a line, as `marsad score` reads them; returns how many."""
    count = 0
    for case in found:
        stream.write(msgspec.json.encode(case) + b"\n")
        count += 1
    return count


def measure(connection: sa.Connection) -> tuple[Reviewed, Result]:
    """Return how much was reviewed, and the reading of those reports, as it stands in the record, scored against it."""
    scored, counts = [], dict.fromkeys(("confirmed", "rejected", "corrected", "added", "disputed", "open"), 0)
    for report in reviewed.reports(connection):
        if not _has_answers(report):
            continue
        for event in report.coded.events:
            said = report.said.get(event.id, _NOTHING_SAID)
            counts[_state(event, said)] += 1
            counts["corrected"] += bool(_is_answered(event, said) and (_values(said) or {*event.people} - {ADDED}))
        counts["rejected"] += len(_taken_out(report))
        document = report.coded.document
        read = [event_to_contract(event) for event in report.machine.events]
        gold = _case(report)["events"]
        scored.append(Case(name=document.id, text=document.text, gold=gold, predicted=read))
    return Reviewed(reports=len(scored), **counts), score_cases(scored)


def _has_answers(report: ReviewedReport) -> bool:
    events = report.coded.events
    answered = (_is_answered(event, report.said.get(event.id, _NOTHING_SAID)) for event in events)
    return any(answered) or bool(_taken_out(report))


def _taken_out(report: ReviewedReport) -> set[str]:
    """The events that the machine read and people said are none, or are no part of the report."""
    return {event.id for event in report.machine.events} - {event.id for event in report.coded.events}


def _state(event: Event, said: Said) -> str:
    if _is_answered(event, said):
        if said.verdict == REJECTED:
            return "rejected"
        return "added" if ADDED in event.people else "confirmed"
    return "disputed" if said.verdict == reviewed.DISPUTED else "open"


def _is_answered(event: Event, said: Said) -> bool:
    put_right = bool(_values(said)) or bool(event.people)
    return said.verdict in (CONFIRMED, REJECTED) or (said.verdict is None and put_right)


def _values(said: Said) -> dict[str, int]:
    """The figures that say what the report itself tells: those of an incident that several tell may be another's."""
    return said.values if said.tellers == 1 else {}


def _case(report: ReviewedReport) -> dict[str, Any]:
    made = []
    for event in report.coded.events:
        said = report.said.get(event.id, _NOTHING_SAID)
        if said.verdict == REJECTED:
            continue
        found = gold_event(event, report.coded.document.text)
        if _is_answered(event, said):
            found["casualties"] = _put_right(found["casualties"], _values(said), event)
        else:
            found |= {"generic": True, "unreviewed": True}
        made.append(found)
    return gold_case(report.coded, made)


def _put_right(casualties: list[dict[str, Any]], values: dict[str, int], event: Event) -> list[dict[str, Any]]:
    """The casualties with totals that people put right in place of those that were read; 0 takes them out."""
    for outcome, count in values.items():
        totals = [c for c in casualties if c["outcome"] == outcome and not c["subset"]]
        base = totals[0] if totals else {"text": event.trigger.text, "who": "person"}
        right = {"text": base["text"], "outcome": outcome, "min": count, "max": count, "who": base["who"]}
        kept = [c for c in casualties if c not in totals]
        casualties = [*([right | {"subset": False}] if count else []), *kept]
    return casualties


# ---- how sure a share is --------------------------------------------------------------------------------------------


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """`right` of `of`, with the ends of the interval in which the share lies 19 times of 20."""

    right: int
    of: int
    low: float
    high: float

    @property
    def is_few(self) -> bool:
        """Whether too little was compared to say much."""
        return self.of < FEW


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A field with its shares: `right` of what was read, `found` of what there is (None for a field with one value)."""

    field: str
    right: Share
    found: Share | None = None


def share(right: int, of: int) -> Share:
    """Return a share with its interval. Source: E. B. Wilson, 1927."""
    if not of:
        return Share(right=0, of=0, low=0.0, high=1.0)
    p, square = right / of, _Z * _Z
    middle = (p + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * math.sqrt(p * (1 - p) / of + square / (4 * of * of))
    return Share(right=right, of=of, low=max(0.0, middle - half), high=min(1.0, middle + half))


def lines(result: Result) -> list[Line]:
    """Return the figures of a result as lines for people: events first, then the fields of those that were found."""
    fields: dict[str, Figure] = {"events": result.events, **result.attributes}
    return [line for name, figure in fields.items() if (line := _line(name, figure)).right.of or line.found]


def _line(name: str, figure: Figure) -> Line:
    if isinstance(figure, Counts):
        found = share(figure.tp, figure.tp + figure.fn)
        return Line(field=name, right=share(figure.tp, figure.tp + figure.fp), found=found if found.of else None)
    return Line(field=name, right=share(figure.right, figure.of))
