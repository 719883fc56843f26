"""How publishers and the sources that they cite fare: how much they say, how early, and how often it did not hold.

Only incidents that several publishers tell say who was early; only figures that others give too say what held.
"""

from __future__ import annotations

import datetime
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from marsad.link.summary import Summary
from marsad.record.schema import copies, documents, incidents

MOST = 20_000
"""Incidents that are looked at, the latest."""
_AT_ONCE = 450
_MOST_COPIED = 3
_summary = msgspec.json.Decoder(Summary)


class Fared(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a publisher or a cited source.

    `reports` it published, or that cite it; `shared` incidents that others tell as well, of which it told `first` so many;
    `behind_hours` the median time after the first report, None where unknown. `figures` it gave, of which `disputed` stand
    in incidents whose sources contradict each other and differ from the best one, and `withdrawn` were taken back.
    `copied` reports repeat an earlier report of another publisher, `copied_from` those publishers with how many of each.
    """

    name: str
    reports: int
    shared: int = 0
    first: int = 0
    behind_hours: float | None = None
    figures: int = 0
    disputed: int = 0
    withdrawn: int = 0
    copied: int = 0
    publishers: int = 0
    copied_from: tuple[tuple[str, int], ...] = ()


class Fares(NamedTuple):
    """Publishers and cited sources, those with most reports first, and over how many incidents they were compared."""

    publishers: list[Fared]
    cited: list[Fared]
    incidents: int


class _Tally:
    """What is counted of one publisher or source."""

    def __init__(self) -> None:
        self.reports: set[str] = set()
        self.publishers: set[str] = set()
        self.shared = self.first = self.figures = self.disputed = self.withdrawn = 0
        self.behind: list[float] = []

    def fared(self, name: str, reports: int, whose: Mapping[int, str] | None = None) -> Fared:
        behind = round(statistics.median(self.behind), 1) if self.behind else None
        counted = {key: getattr(self, key) for key in ("shared", "first", "figures", "disputed", "withdrawn")}
        several = len(self.publishers)
        copied = whose or {}
        return Fared(
            name=name,
            reports=reports,
            behind_hours=behind,
            publishers=several,
            copied=len(copied),
            copied_from=tuple(Counter(copied.values()).most_common(_MOST_COPIED)),
            **counted,
        )


class _Told(NamedTuple):
    publisher: str
    published: str | None


def fares(connection: sa.Connection, most: int = MOST) -> Fares:
    """Return how publishers and cited sources fared over the latest incidents that people did not reject."""
    publishers: dict[str, _Tally] = defaultdict(_Tally)
    cited: dict[str, _Tally] = defaultdict(_Tally)
    looked = 0
    for some in _incidents(connection, most):
        looked += len(some)
        known = _reports(connection, {m[0] for s in some for m in s.mentions})
        for summary in some:
            _timing(summary, known, publishers)
            _figures(summary, known, publishers, cited)
    counts = _published(connection)
    repeated = _copied(connection)
    own = [publishers[name].fared(name, count, repeated.get(name)) for name, count in counts.items()]
    others = [tally.fared(name, len(tally.reports)) for name, tally in cited.items()]
    return Fares(_ordered(own), _ordered(others), looked)


def _ordered(found: Iterable[Fared]) -> list[Fared]:
    return sorted(found, key=lambda f: (-f.reports, f.name))


def _incidents(connection: sa.Connection, most: int) -> Iterable[list[Summary]]:
    select = (
        sa.select(incidents.c.incident)
        .where(incidents.c.verdict.is_(None) | (incidents.c.verdict != "rejected"))
        .order_by(incidents.c.date_start.desc(), incidents.c.id)
        .limit(most)
    )
    for rows in connection.execute(select).partitions(_AT_ONCE):
        yield [_summary.decode(row.incident) for row in rows]


def _reports(connection: sa.Connection, wanted: set[str]) -> dict[str, _Told]:
    names = sorted(wanted)
    found: dict[str, _Told] = {}
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        select = sa.select(documents.c.id, documents.c.publisher, documents.c.published)
        rows = connection.execute(select.where(documents.c.id.in_(some), documents.c.current.is_(True)))
        found |= {row.id: _Told(row.publisher, row.published) for row in rows if row.publisher}
    return found


def _timing(summary: Summary, known: dict[str, _Told], publishers: dict[str, _Tally]) -> None:
    """Who told an incident first, and how long after the first report the others came."""
    earliest: dict[str, str] = {}
    for report in {m[0] for m in summary.mentions}:
        told = known.get(report)
        if told and told.published:
            earliest[told.publisher] = min(told.published, earliest.get(told.publisher, told.published))
    if len(earliest) < 2:
        return
    first = min(earliest.values())
    for publisher, at in earliest.items():
        tally = publishers[publisher]
        tally.shared += 1
        tally.first += at == first and list(earliest.values()).count(first) == 1
        tally.behind.append(_hours(first, at))


def _hours(first: str, at: str) -> float:
    """Hours between two moments; where only the day of one is known, whole days."""
    if "T" not in first or "T" not in at:
        first, at = first[:10], at[:10]
    start, end = (datetime.datetime.fromisoformat(moment) for moment in (first, at))
    start, end = (m if m.tzinfo else m.replace(tzinfo=datetime.UTC) for m in (start, end))
    return (end - start).total_seconds() / 3600


def _figures(
    summary: Summary, known: dict[str, _Told], publishers: dict[str, _Tally], cited: dict[str, _Tally]
) -> None:
    reckoning = summary.reckoning
    for total in reckoning.totals:
        told = known.get(total.report)
        best = reckoning.figures.get(total.field)
        differs = reckoning.contradicted and best is not None and total.count != best.best
        tallies = [publishers[told.publisher]] if told else []
        if total.source:
            tallies.append(cited[total.source])
            cited[total.source].reports.add(total.report)
            cited[total.source].publishers.update([told.publisher] if told else [])
        for tally in tallies:
            tally.figures += 1
            tally.withdrawn += total.withdrawn
            tally.disputed += differs and not total.withdrawn


def _published(connection: sa.Connection) -> dict[str, int]:
    select = sa.select(documents.c.publisher, sa.func.count()).where(
        documents.c.publisher.is_not(None), documents.c.current.is_(True)
    )
    return {row[0]: row[1] for row in connection.execute(select.group_by(documents.c.publisher))}


def _copied(connection: sa.Connection) -> dict[str, dict[int, str]]:
    """For each publisher the reports that repeat an earlier one of another, with whose is the earliest."""
    one, other = documents.alias(), documents.alias()
    earliest: dict[tuple[str, int], tuple[str, int, str]] = {}
    select = (
        sa.select(one.c.key, one.c.publisher, one.c.published, other.c.key, other.c.publisher, other.c.published)
        .select_from(copies)
        .join(one, one.c.key == copies.c.document)
        .join(other, other.c.key == copies.c.other)
        .where(copies.c.kind == "copy", one.c.current.is_(True), other.c.current.is_(True))
    )
    for row in connection.execute(select):
        first, second = sorted((_stamp(row[0:3]), _stamp(row[3:6])))
        if first[2] and second[2] and first[2] != second[2]:
            seat = second[2], second[1]
            earliest[seat] = min(first, earliest.get(seat, first))
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for (publisher, report), first in earliest.items():
        found[publisher][report] = first[2]
    return found


def _stamp(row: Sequence[object]) -> tuple[str, int, str]:
    key, publisher, published = row
    return str(published or "9999"), int(str(key)), str(publisher or "")
