"""Events as linking holds them: what the record knows of each, looked up once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from marsad.link.facets import Facets
from marsad.link.model import EventSketch
from marsad.record import looking

_sketch = msgspec.json.Decoder(EventSketch)
_MOST = 20_000
"""Events to remember, at about 6 KB each."""


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
        """Return the event as a row of `sketches` that is part of no incident yet."""
        named = {"event": self.key, "document": self.document, "anchor": self.anchor, "born": self.born}
        return {**named, "incident": None, "sketch": self._raw}

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
        self._known: dict[int, Member] = {}

    def of(self, connection: sa.Connection, keys: Sequence[int]) -> list[Member]:
        """Return these events, in the order of their keys."""
        missing = [k for k in keys if k not in self._known]
        found = {k: self._known[k] for k in keys if k in self._known}
        for row in looking.rows_of(connection, missing) if missing else ():
            found[row.event] = self._known[row.event] = Member(row)
        return [found[k] for k in sorted(found)]

    def of_document(self, connection: sa.Connection, document: int) -> list[Member]:
        """Return the events of a report, in the order of their keys."""
        return self.of(connection, looking.events_in(connection, document))

    def put(self, member: Member) -> None:
        """Remember an event that was just written."""
        self._known[member.key] = member

    def drop(self, keys: Sequence[int]) -> None:
        """Forget events that were taken out."""
        for key in keys:
            self._known.pop(key, None)

    def forget(self) -> None:
        """Forget all, for others may have written."""
        self._known.clear()

    def shrink(self) -> None:
        """Make room, between transactions."""
        if len(self._known) > _MOST:
            self._known.clear()
