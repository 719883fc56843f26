"""Incidents as they would be without the reports of some publishers: summed up anew from what the others tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from marsad.link import copies as copying
from marsad.link.model import EventSketch
from marsad.link.summary import Ruled, summarize
from marsad.publication.items import Happening
from marsad.record import looking
from marsad.record.schema import documents, sketches

_sketch = msgspec.json.Decoder(EventSketch)


def spelled(connection: sa.Connection, silent: Collection[str]) -> list[str]:
    """Return the publishers of the record whose names in small letters are among these."""
    if not silent:
        return []
    names = connection.scalars(sa.select(documents.c.publisher).distinct())
    return [name for name in names if name is not None and name.casefold() in silent]


def without(connection: sa.Connection, found: Mapping[str, Happening], silent: Sequence[str]) -> dict[str, Happening]:
    """Return the incidents by id as the other publishers alone tell them; those that nobody else tells are left out."""
    if not silent:
        return dict(found)
    rows: dict[str, list[Any]] = {name: [] for name in found}
    select = (
        sa.select(
            sketches.c.incident, sketches.c.sketch, sketches.c.document, documents.c.publisher, documents.c.published
        )
        .join(documents, documents.c.key == sketches.c.document)
        .where(sketches.c.incident.in_(list(found)))
    )
    for row in connection.execute(select):
        rows[row.incident].append(row)
    told = {}
    for name, item in found.items():
        kept = [row for row in rows[name] if row.publisher not in silent]
        if len(kept) == len(rows[name]):
            told[name] = item
        elif kept:
            told[name] = _summed_up(connection, item, kept)
    return told


def _summed_up(connection: sa.Connection, item: Happening, rows: Sequence[Any]) -> Happening:
    events = [_sketch.decode(row.sketch) for row in rows]
    names = {row.document: event.report for row, event in zip(rows, events, strict=True)}
    kin = looking.kin_of(connection, set(names))
    pairs = [(names[a], names[b]) for (a, b), kind in kin.items() if kind == "copy" and a in names and b in names]
    copied = {report: group[0] for group in copying.groups(pairs) for report in group}
    figures = item.summary.reckoning.figures.items()
    ruled = Ruled({field: figure.best for field, figure in figures if figure.judged}, item.verdict)
    summary = summarize(events, copied, ruled)
    return Happening(
        id=item.id,
        summary=summary,
        reports=len(names),
        sources=summary.reckoning.sources,
        contradicted=summary.reckoning.contradicted,
        verdict=item.verdict,
        reported=max((row.published for row in rows if row.published), default=None),
    )
