"""Events and texts as linking holds them: what the record knows of each, looked up once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from marsad.link import copies as copying
from marsad.link.facets import Facets
from marsad.link.model import EventSketch, ReportSketch
from marsad.record import looking
from marsad.record.remembering import Recent

_sketch = msgspec.json.Decoder(EventSketch)
_facts = msgspec.json.Decoder(tuple[str, ...])
_MOST = 6_000
"""Events to remember, at about 6 KB each, and at most twice as many."""
_MOST_TEXTS = 2_500
"""Texts to remember, at 5 to 20 KB each, and at most twice as many."""


class Identity(NamedTuple):
    """By what an event is known through every re-reading, and when it first arrived."""

    anchor: str
    born: int


class Member:
    """An event with what the record knows of it; its sketch is decoded when it is first looked at."""

    __slots__ = ("_facets", "_raw", "_sketch", "anchor", "born", "document", "incident", "key", "stamp")

    def __init__(self, row: Any) -> None:
        self.key: int = row.event
        self.document: int = row.document
        self.anchor: str = row.anchor
        self.born: int = row.born
        self.incident: str | None = row.incident
        self.stamp = hash(row.sketch)
        self._raw: str = row.sketch
        self._sketch: EventSketch | None = None
        self._facets: Facets | None = None

    def row(self) -> dict[str, object]:
        """Return the event as a row of `sketches`."""
        named = {"event": self.key, "document": self.document, "anchor": self.anchor, "born": self.born}
        return {**named, "incident": self.incident, "sketch": self._raw}

    @property
    def sketch(self) -> EventSketch:
        """What linking knows of the event."""
        if self._sketch is None:
            self._sketch = _sketch.decode(self._raw)
        return self._sketch

    @property
    def facets(self) -> Facets:
        """What is compared of the event."""
        if self._facets is None:
            self._facets = Facets(self.sketch)
        return self._facets


class Members:
    """The events of a record that were looked at, remembered while nobody else writes."""

    def __init__(self) -> None:
        self._known: Recent[int, Member] = Recent(_MOST)

    def of(self, connection: sa.Connection, keys: Sequence[int]) -> list[Member]:
        """Return these events, in the order of their keys."""
        found: dict[int, Member] = {}
        missing = []
        for key in keys:
            member = self._known.get(key)
            if member is None:
                missing.append(key)
            else:
                found[key] = member
        for row in looking.rows_of(connection, missing) if missing else ():
            found[row.event] = member = Member(row)
            self._known.put(row.event, member)
        return [found[k] for k in sorted(found)]

    def of_document(self, connection: sa.Connection, document: int) -> list[Member]:
        """Return the events of a report, in the order of their keys."""
        return self.of(connection, looking.events_in(connection, document))

    def put(self, member: Member) -> None:
        """Remember an event that was just written."""
        self._known.put(member.key, member)

    def drop(self, keys: Sequence[int]) -> None:
        """Forget events that were taken out."""
        self._known.drop(keys)

    def forget(self) -> None:
        """Forget all, for others may have written."""
        self._known.forget()

    def shrink(self) -> None:
        """Make room, between transactions."""
        self._known.shrink()


class Texts:
    """The texts of a record that were looked at, as they are compared; remembered while nobody else writes."""

    def __init__(self) -> None:
        self._known: Recent[int, copying.Gist] = Recent(_MOST_TEXTS)

    def of(self, connection: sa.Connection, documents: Sequence[int]) -> dict[int, copying.Gist]:
        """Return these texts by their keys."""
        found: dict[int, copying.Gist] = {}
        missing = []
        for key in documents:
            gist = self._known.get(key)
            if gist is None:
                missing.append(key)
            else:
                found[key] = gist
        for row in looking.texts_of(connection, missing) if missing else ():
            named = {"report": row.id, "published": row.published, "publisher": row.publisher}
            sketch = ReportSketch(**named, shingles=row.shingles, facts=_facts.decode(row.facts))
            found[row.document] = gist = copying.Gist(sketch)
            self._known.put(row.document, gist)
        return found

    def put(self, document: int, gist: copying.Gist) -> None:
        """Remember a text that was just written."""
        self._known.put(document, gist)

    def drop(self, document: int) -> None:
        """Forget a text that was taken out."""
        self._known.drop([document])

    def forget(self) -> None:
        """Forget all, for others may have written."""
        self._known.forget()

    def shrink(self) -> None:
        """Make room, between transactions."""
        self._known.shrink()
