"""Reconciles what the reports of one incident count: best, lowest, highest, and every claim behind them.

The rule: `best` is the latest total of the most authoritative source: first those who count the victims where it happened
(hospitals, rescue services, mayors), then an army on losses of its own side, then witnesses and media, last an attacker on
losses that it says it inflicted. `low` and `high` are the lowest and highest total that anyone gave at any time; a total
that a correction took back leaves the range. What people correct stands above all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from marsad.link.model import FIELDS, RANKS, EventSketch, Toll


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reconciled total. `by` is who gave the best one; `judged` says that a person set it."""

    best: int
    low: int
    high: int
    by: str | None = None
    judged: bool = False


class Total(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One total that one report gives: who said it, when the report appeared, its rank, and if it was taken back."""

    report: str
    event: str
    field: str
    count: int
    start: int
    end: int
    source: str | None = None
    said: str | None = None
    rank: str = "media"
    withdrawn: bool = False


class Reckoning(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an incident's numbers: figures by outcome, the totals behind them by time, how many independent
    sources there are, and whether sources contradict each other.
    """

    figures: dict[str, Figure]
    totals: tuple[Total, ...]
    sources: int
    contradicted: bool


def reconcile(
    events: Sequence[EventSketch],
    copied: Mapping[str, str],
    corrections: Mapping[str, int] | None = None,
    rejected: Collection[tuple[str, int]] = (),
) -> Reckoning:
    """Return the reckoning of an incident from its events.

    `copied` names for each report that has copies the one that stands for all of them; `corrections` are values that people
    set, `rejected` totals (outcome, number) that people struck out.
    """
    ordered = sorted(events, key=lambda e: (e.published or "", e.report, e.anchor))
    totals = _without_parts([t for event in ordered for t in _totals(event)])
    taken_back = _taken_back(ordered)
    totals = [_withdraw(t, taken_back, rejected) for t in totals]
    figures: dict[str, Figure] = {}
    for field in FIELDS:
        figure = _figure([t for t in totals if t.field == field and not t.withdrawn])
        wanted = (corrections or {}).get(field)
        if wanted is not None:
            low, high = (figure.low, figure.high) if figure else (wanted, wanted)
            figure = Figure(best=wanted, low=min(low, wanted), high=max(high, wanted), judged=True)
        if figure is not None:
            figures[field] = figure
    return Reckoning(
        figures=figures,
        totals=tuple(totals),
        sources=len(_sources(ordered, copied)),
        contradicted=any(e.status == "negated" for e in ordered) or _sides_differ(totals),
    )


def _totals(event: EventSketch) -> list[Total]:
    """The totals of one event in one report: of each source and outcome the highest, for the others are parts of it."""
    if not event.tolls:
        return []  # most events: nobody was harmed, or nobody counted
    best: dict[tuple[str, str, bool], Toll] = {}
    for toll in event.tolls:
        key = (toll.field, toll.rank, toll.withdrawn)
        known = best.get(key)
        if known is None or (toll.count, toll.source is not None) > (known.count, known.source is not None):
            best[key] = toll
    ranked = {field: {k[1] for k in best if k[0] == field and not k[2]} for field in FIELDS}
    found = []
    for (field, rank, withdrawn), toll in best.items():
        # A headline repeats without a source what a source says below.
        if rank == "media" and toll.source is None and not withdrawn:
            said = {t.count for (f, r, w), t in best.items() if f == field and r != "media" and not w}
            if toll.count in said or (ranked[field] - {"media"} and toll.count <= max(said, default=0)):
                continue
        found.append(_total(event, toll))
    return sorted(found, key=lambda t: t.start)


def _without_parts(totals: Sequence[Total]) -> list[Total]:
    """Without what is part of another total: a smaller number that a report gives unsourced beside a sourced one, and one
    side's share of an exchange.
    """
    sourced: dict[tuple[str, str], int] = {}
    for total in totals:
        if total.rank != "media" and not total.withdrawn:
            key = total.report, total.field
            sourced[key] = max(sourced.get(key, 0), total.count)
    released = {t.count for t in totals if t.field == "released" and not t.withdrawn}
    whole = max(released, default=0)
    return [
        t
        for t in totals
        if not (t.rank == "media" and not t.withdrawn and t.count < sourced.get((t.report, t.field), 0))
        and not (t.field == "released" and t.count < whole and whole - t.count in released)
    ]


def _total(event: EventSketch, toll: Toll) -> Total:
    return Total(
        report=event.report,
        event=event.event,
        field=toll.field,
        count=toll.count,
        start=toll.start,
        end=toll.end,
        source=toll.source,
        said=event.published,
        rank=toll.rank,
        withdrawn=toll.withdrawn,
    )


def _taken_back(events: Sequence[EventSketch]) -> dict[tuple[str, int], str]:
    """For each outcome and number that reports take back, when the latest of these appeared."""
    found: dict[tuple[str, int], str] = {}
    for event in events:
        for toll in event.tolls:
            if toll.withdrawn:
                key = toll.field, toll.count
                found[key] = max(found.get(key, ""), event.published or "")
    return found


def _withdraw(total: Total, taken_back: Mapping[tuple[str, int], str], rejected: Collection[tuple[str, int]]) -> Total:
    """Mark a total that a later report takes back, or that a person struck out."""
    key = total.field, total.count
    later = taken_back.get(key)
    if not total.withdrawn and ((later is not None and later >= (total.said or "")) or key in rejected):
        return msgspec.structs.replace(total, withdrawn=True)
    return total


def _figure(totals: Sequence[Total]) -> Figure | None:
    if not totals:
        return None
    counts = [t.count for t in totals]
    first = min(RANKS.index(t.rank) for t in totals)
    chosen = max(
        (t for t in totals if RANKS.index(t.rank) == first), key=lambda t: (t.said or "", t.count, t.report, t.start)
    )
    return Figure(best=chosen.count, low=min(counts), high=max(counts), by=chosen.source)


def _sources(events: Sequence[EventSketch], copied: Mapping[str, str]) -> set[str]:
    """The independent sources: whom the reports cite, and each report that cites nobody; copies count as one."""
    found = set()
    for event in events:
        cited = {t.source for t in event.tolls if t.source} - {"counter", "army", "party", "witness"}
        found |= cited or {f"report {copied.get(event.report, event.report)}"}
    return found


def _sides_differ(totals: Sequence[Total]) -> bool:
    """Whether those who count victims and a party to the fight give different totals for one outcome."""
    for field in FIELDS:
        sides: dict[str, set[int]] = {}
        for total in totals:
            if total.field == field and not total.withdrawn and total.rank != "media":
                sides.setdefault(total.rank, set()).add(total.count)
        if len(sides) > 1 and len({frozenset(s) for s in sides.values()}) > 1:
            return True
    return False
