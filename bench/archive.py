"""Fills a fresh record with an archive for the benchmark of linking, in large portions and not linked yet."""

from __future__ import annotations

import hashlib
import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from bench.stream import Made
from marsad.link import copies
from marsad.link.blocks import blocks
from marsad.record import Record, schema
from marsad.record.claims import claims_of
from marsad.record.statements import Statement, inserting

AT_ONCE = 2_000
_TIDY_DAYS = 8
_to_json = msgspec.json.Encoder()
_INSERT = {name: inserting(table, numbered=name == "claims") for name, table in schema.metadata.tables.items()} | {
    "document_words": Statement(schema.document_words.insert(), ["rowid", "words"])
}


def fill(record: Record, run: int, made: Iterable[Made]) -> None:
    """Write reports with one event each to a fresh record in a file, with what linking needs; the rebuild links them."""
    meeting = _Meeting()
    numbered = enumerate(made, 1)
    while portion := list(itertools.islice(numbered, AT_ONCE)):
        rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for key, one in portion:
            bands = _add(rows, key, one, run)
            rows["copies"] += meeting.kin(key, one, bands)
        # In the order of their keys they change fewer pages.
        rows["copy_bands"].sort(key=lambda row: int(row["band"]))
        rows["blocks"].sort(key=lambda row: int(row["block"]))
        with record._transaction() as connection:
            for name, some in rows.items():
                _INSERT[name].many(connection, some)


def _add(rows: dict[str, list[dict[str, Any]]], key: int, made: Made, run: int) -> list[dict[str, Any]]:
    document, (event,), sketch = made.coded.document, made.coded.events, made.sketch
    text_hash = hashlib.sha256(document.text.encode()).hexdigest()
    head = {name: getattr(document, name) for name in ("id", "text", "title", "published", "publisher", "url")}
    state = {"version": 1, "previous": None, "current": True, "run": run, "received_at": document.published}
    rows["documents"].append({"key": key, "hash": text_hash, "language": "ar", **head, **state})
    rows["document_words"].append({"rowid": key, "words": document.text})
    day = event.date.start if event.date else None
    coded = {"type": event.type, "status": event.status, "generic": False, "confidence": 1.0, "killed": None}
    dated = {"date_start": day, "date_end": day, "event": _to_json.encode(event).decode()}
    rows["events"].append({"key": key, "id": event.id, "document": key, **coded, **dated})
    place = event.places[0]
    where = {"name": place.name, "folded": place.name, "country": place.country, "place": place.id}
    rows["event_places"].append({"event": key, "position": 0, **where})
    rows["claims"] += [
        {
            **{"document": key, "event": key, "field": c.field, "value": _to_json.encode(c.value).decode()},
            **{"start": c.span.start, "end": c.span.end, "text": c.span.text, "source": c.source},
        }
        for c in claims_of(made.coded)
    ]
    (told,) = sketch.events
    known = {"anchor": told.anchor, "born": key, "incident": None, "sketch": _to_json.encode(told).decode()}
    rows["sketches"].append({"event": key, "document": key, **known})
    stands = blocks(told)[0]
    rows["blocks"] += [{"block": b.key, "first": b.first, "last": b.last, "event": key} for b in stands]
    facts = _to_json.encode(sketch.facts).decode()
    rows["report_sketches"].append({"document": key, "shingles": sketch.shingles, "facts": facts})
    on = copies.day(sketch)
    bands = [{"band": b, "day": on, "document": key} for b in sorted(set(copies.bands(sketch.signature)))]
    rows["copy_bands"] += bands
    return bands


class _Meeting:
    """Finds copies as adding does: reports of the same days that share a band."""

    def __init__(self) -> None:
        self._bands: dict[int, list[int]] = defaultdict(list)
        self._known: dict[int, copies.Gist] = {}
        self._day = 0

    def kin(self, key: int, made: Made, stands: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        gist = copies.Gist(made.sketch)
        day = gist.day
        if day - self._day >= _TIDY_DAYS:
            self._day = day
            self._known = {k: s for k, s in self._known.items() if s.day >= day - copies.WINDOW_DAYS}
            left = ((b, [k for k in keys if k in self._known]) for b, keys in self._bands.items())
            self._bands = defaultdict(list, {b: keys for b, keys in left if keys})
        bands = [row["band"] for row in stands]
        near = sorted({k for band in bands for k in self._bands[band]})
        found = [(k, copies.kinship(gist, self._known[k])) for k in near]
        self._known[key] = gist
        for band in bands:
            self._bands[band].append(key)
        return [{"document": k, "other": key, "kind": kind} for k, kind in found if kind]
