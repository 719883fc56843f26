"""Writing: one report, with all that was read out of it, in one transaction.

A report that is already there changes nothing. A changed text under the same id or address becomes a new version; the
old one stays, and the current events are those of the newest version.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

import msgspec
import sqlalchemy as sa

from marsad.link.model import EventSketch, ReportSketch
from marsad.model import Claim, CodedDocument, Document, Event, Participant, Story
from marsad.record import doctor, judging, query, rebuild
from marsad.record import incidents as telling
from marsad.record.claims import claims_of
from marsad.record.database import explain, make_engine
from marsad.record.linking import Linker
from marsad.record.members import Identity
from marsad.record.schema import (
    claims,
    document_words,
    documents,
    event_parties,
    event_places,
    events,
    runs,
    stories,
)

_to_json = msgspec.json.Encoder()

Answer = TypeVar("Answer")


_VERSIONS = sa.select(*(documents.c[name] for name in ("key", "id", "hash", "published", "version"))).order_by(
    documents.c.version.desc()
)
_BY_ID = _VERSIONS.where(documents.c.id == sa.bindparam("id"))
_BY_ID_OR_URL = _VERSIONS.where(sa.or_(documents.c.id == sa.bindparam("id"), documents.c.url == sa.bindparam("url")))


class Added(msgspec.Struct, frozen=True):
    """What adding a report did: `state` is added, new-version or unchanged; `version` counts from 1."""

    state: str
    version: int


def open_record(location: str, fold: Callable[[str], str] = str.casefold, *, create: bool = True) -> Record:
    """Open the record at `location` (a path, or the URL of a PostgreSQL database), creating it if wanted; `fold` makes
    spellings alike for search.

    Raises:
        RecordError: it cannot be opened.
    """
    return Record(make_engine(location, create=create), location, fold)


class Record:
    """An open record. Use it in a `with` block, or close it."""

    def __init__(self, engine: sa.Engine, location: str, fold: Callable[[str], str]) -> None:
        self._engine = engine
        self._location = location
        self._fold = fold
        self._writer: sa.Connection | None = None
        self._reader: sa.Connection | None = None
        self._seen: object = None
        self.linker = Linker()

    def __enter__(self) -> Record:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(error, sa.exc.DBAPIError):
            raise explain(error, self._location) from error

    def close(self) -> None:
        """Close the connections."""
        for connection in (self._writer, self._reader):
            if connection is not None:
                connection.close()
        self._writer = self._reader = None
        self._engine.dispose()

    def start_run(self, coder: str, data: str) -> int:
        """Note that a coder version starts reading with a data version; returns the key of the run."""
        with self._transaction() as connection:
            return _insert_one(connection, runs, {"coder": coder, "data": data, "started_at": _now()})

    def has(self, document: Document) -> bool:
        """Say whether adding this report would change nothing."""
        # Only looks, so that programs that add at once do not wait for each other here; adding looks again.
        if self._reader is None:
            self._reader = self._engine.connect()
        with self._reader.begin():
            return _unchanged(document, _versions(self._reader, document)) is not None

    def add(self, coded: CodedDocument, run: int, sketch: ReportSketch | None = None) -> Added:
        """Write a report and its events, and link them to incidents if it comes with its sketch: all or nothing.

        Raises:
            RecordError: the record cannot be written.
        """
        return self._write(coded, run, sketch, again=False)

    def reread(self, coded: CodedDocument, run: int, sketch: ReportSketch | None = None) -> Added:
        """Put another reading of the same text in the place of the one that is there; judgements and incident ids stay.

        Raises:
            RecordError: the record cannot be written.
        """
        return self._write(coded, run, sketch, again=True)

    def _write(self, coded: CodedDocument, run: int, sketch: ReportSketch | None, *, again: bool) -> Added:
        try:
            with self._transaction() as connection:
                return _add(connection, coded, (run, again), self._fold, (self.linker, sketch))
        except sa.exc.DBAPIError as error:
            raise explain(error, self._location) from error

    def events(self, filters: query.Filters, *, latest_first: bool = False) -> Iterator[query.StoredEvent]:
        """Yield the current events that pass the filters, in the order of adding or latest first."""
        with self._engine.connect() as connection:
            yield from query.list_events(connection, filters, self._fold, latest_first=latest_first)

    def reports(self, filters: query.Filters) -> Iterator[query.StoredDocument]:
        """Yield the current reports that pass the filters (those with an event that does, where it is about events)."""
        with self._engine.connect() as connection:
            yield from query.list_documents(connection, filters, self._fold)

    def find(self, wanted: str) -> tuple[query.StoredDocument, CodedDocument, Event | None]:
        """Return the report with this id, and the event if it is an event's id.

        Raises:
            RecordError: the record holds neither.
        """
        with self._engine.connect() as connection:
            return query.find(connection, wanted)

    def incidents(self, filters: query.Filters, *, with_rejected: bool = False) -> Iterator[telling.StoredIncident]:
        """Yield the incidents that pass the filters, the latest first."""
        with self._engine.connect() as connection:
            yield from telling.list_incidents(connection, filters, self._fold, with_rejected=with_rejected)

    def copies(self) -> list[list[str]]:
        """Return the groups of reports that are copies of one text."""
        return self.look(telling.list_copies)

    def find_incident(self, wanted: str) -> telling.StoredIncident:
        """Return the incident with this id; an old id leads to what it became.

        Raises:
            RecordError: there is none.
        """
        return self.look(lambda connection: telling.find(connection, wanted))

    def explain_incident(self, wanted: str) -> telling.Explained:
        """Return why the events of an incident are linked, and why their neighbours are not.

        Raises:
            RecordError: there is no such incident.
        """
        return self.look(lambda connection: telling.explain(connection, self.linker, wanted))

    def judge(self, judgement: judging.StoredJudgement) -> int:
        """Write a judgement down; incidents follow it at once. Returns its number, by which it can be undone.

        Raises:
            RecordError: it names what is not there, or nothing that can be judged.
        """
        with self._transaction() as connection:
            return telling.judge(connection, self.linker, judgement)

    def unlinked(self) -> Iterator[CodedDocument]:
        """Yield the current reports that were read but never linked, as they were read."""
        yield from self._coded(rebuild.unlinked(self._engine))

    def current(self) -> Iterator[CodedDocument]:
        """Yield every current report that was read, with its text."""
        yield from self._coded(rebuild.current(self._engine))

    def _coded(self, names: list[str]) -> Iterator[CodedDocument]:
        for name in names:
            yield self.find(name)[1]

    def link(self, sketch: ReportSketch) -> None:
        """Link a report that is there but was never linked."""
        with self._transaction() as connection:
            rebuild.link_one(connection, self.linker, sketch)

    def relink(self) -> int:
        """Build all incidents anew from what is known of their events; returns how many there are."""
        with self._transaction() as connection:
            return rebuild.relink(connection, self.linker)

    def examine(self) -> list[str]:
        """Return a sentence for every fault of the record; none if it is sound."""
        return self.look(lambda connection: list(doctor.examine(connection)))

    def look(self, question: Callable[[sa.Connection], Answer]) -> Answer:
        """Return the answer to a question over the record, asked of one moment of it."""
        with self._engine.connect() as connection:
            return question(connection)

    def change(self, work: Callable[[sa.Connection], Answer]) -> Answer:
        """Do some work on the record, all or nothing, and return what comes of it."""
        with self._transaction() as connection:
            return work(connection)

    def judgements(self) -> list[judging.StoredJudgement]:
        """Return every judgement, the oldest first."""
        return self.look(judging.list_all)

    def _transaction(self) -> _Transaction:
        if self._writer is None:
            self._writer = self._engine.connect().execution_options(writes=True)
        return _Transaction(self._writer, self._look_around, self.linker.forget)

    def _look_around(self, connection: sa.Connection) -> None:
        """Forget what linking remembers if another program has written since; only SQLite tells."""
        now = None
        if connection.dialect.name == "sqlite":
            now = connection.exec_driver_sql("PRAGMA data_version").scalar()
        if now is None or now != self._seen:
            self.linker.forget()
        self._seen = now
        self.linker.shrink()


class _Transaction:
    """Begins on entering, commits on leaving, rolls back on an error; hands out the connection."""

    def __init__(
        self, connection: sa.Connection, begun: Callable[[sa.Connection], None], undone: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._begun = begun
        self._undone = undone

    def __enter__(self) -> sa.Connection:
        self._open = self._connection.begin()
        self._begun(self._connection)
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._open.commit()
        else:
            self._open.rollback()
            self._undone()


def _versions(connection: sa.Connection, document: Document) -> list[Any]:
    """The rows under the same id or address, newest version first."""
    select = _BY_ID_OR_URL if document.url else _BY_ID
    return list(
        connection.execute(select, {"id": document.id, "url": document.url} if document.url else {"id": document.id})
    )


def _unchanged(document: Document, versions: list[Any]) -> Any | None:
    """The row that already holds this text; a newly known publication date makes it another reading."""
    text_hash = _hash(document.text)
    for row in versions:
        if row.hash == text_hash and document.published in (None, row.published):
            return row
    return None


def _add(
    connection: sa.Connection,
    coded: CodedDocument,
    how: tuple[int, bool],
    fold: Callable[[str], str],
    linking: tuple[Linker, ReportSketch | None],
) -> Added:
    document, (run, again) = coded.document, how
    versions = _versions(connection, document)
    same = _unchanged(document, versions)
    if same is not None and not again:
        return Added("unchanged", same.version)
    linker, sketch = linking
    before = _unlink(connection, [row.key for row in versions], linker)
    if same is not None:
        _drop_parts(connection, same.key)
        connection.execute(documents.update().where(documents.c.key == same.key).values(run=run))
        keys = _add_parts(connection, coded, same.key, fold)
        _link(connection, (linker, sketch), same.key, keys, before)
        return Added("read-again", same.version)
    previous = versions[0] if versions else None
    if versions:
        old = documents.c.key.in_([row.key for row in versions])
        connection.execute(documents.update().where(old).values(current=False))
    version = previous.version + 1 if previous else 1
    key = _add_document(connection, coded, run, (version, previous.key if previous else None))
    words = fold(" ".join(filter(None, (document.title, document.text))))
    connection.execute(document_words.insert(), {"rowid": key, "words": words})
    keys = _add_parts(connection, coded, key, fold)
    _link(connection, (linker, sketch), key, keys, before)
    return Added("new-version" if previous else "added", version)


def _add_document(connection: sa.Connection, coded: CodedDocument, run: int, place: tuple[int, int | None]) -> int:
    """Insert the report's own row, given its version and the key of the one before; returns its key."""
    document = coded.document
    values = {
        "hash": _hash(document.text),
        "language": coded.language,
        "version": place[0],
        "previous": place[1],
        "current": True,
        "run": run,
        "received_at": _now(),
    }
    for name in ("id", "text", "title", "published", "publisher", "url"):
        values[name] = getattr(document, name)
    return _insert_one(connection, documents, values)


class _Before(NamedTuple):
    """What an earlier reading of a report leaves: its events with the order of their birth, and their incidents."""

    events: list[tuple[EventSketch, int]]
    incidents: set[str]


def _unlink(connection: sa.Connection, keys: list[int], linker: Linker) -> _Before:
    found = _Before([], set())
    for key in keys:
        old = linker.remove(connection, key)
        found.events.extend((m.sketch, m.born) for m in old)
        found.incidents.update(m.incident for m in old if m.incident)
    return found


def _link(
    connection: sa.Connection,
    linking: tuple[Linker, ReportSketch | None],
    key: int,
    keys: dict[str, int],
    before: _Before,
) -> None:
    linker, sketch = linking
    if sketch is not None:
        linker.add(connection, key, sketch, keys, heirs(before.events, sketch.events))
    elif before.events:
        linker.resolve(connection, [], "")
    if before.incidents:
        linker.sweep(connection, before.incidents)


def heirs(old: Sequence[tuple[EventSketch, int]], new: Sequence[EventSketch]) -> dict[str, Identity]:
    """Return which new events take over the identity of which old ones: those that share most of their mentions."""
    ranked = sorted(
        (
            (-_shared(a, b), i, j)
            for i, (a, _) in enumerate(old)
            for j, b in enumerate(new)
            if a.type == b.type and _shared(a, b)
        ),
    )
    found: dict[str, Identity] = {}
    taken: set[int] = set()
    for _, i, j in ranked:
        if i not in taken and new[j].event not in found:
            taken.add(i)
            found[new[j].event] = Identity(old[i][0].anchor, old[i][1])
    return found


def _shared(a: EventSketch, b: EventSketch) -> int:
    return sum(any(s < t_end and t < s_end for t, t_end, _ in b.seats) for s, s_end, _ in a.seats)


def _drop_parts(connection: sa.Connection, document: int) -> None:
    """Take out what an earlier reading found in a report."""
    own = sa.select(events.c.key).where(events.c.document == document)
    connection.execute(claims.delete().where(claims.c.document == document))
    connection.execute(event_places.delete().where(event_places.c.event.in_(own)))
    connection.execute(event_parties.delete().where(event_parties.c.event.in_(own)))
    connection.execute(events.delete().where(events.c.document == document))
    connection.execute(stories.delete().where(stories.c.document == document))


def _add_parts(connection: sa.Connection, coded: CodedDocument, key: int, fold: Callable[[str], str]) -> dict[str, int]:
    """Write stories, events with places and parties, and claims; returns the keys of the events by id."""
    _insert(connection, stories, [_story_row(s, key, i) for i, s in enumerate(coded.stories)])
    keys: dict[str, int] = {}
    places: list[dict[str, Any]] = []
    parties: list[dict[str, Any]] = []
    for event in coded.events:
        keys[event.id] = event_key = _insert_one(connection, events, _event_row(event, key))
        places += [
            {
                "event": event_key,
                "position": i,
                "name": p.name,
                "folded": fold(f"{p.name}\n{p.span.text}"),
                "country": p.country,
                "place": p.id,
            }
            for i, p in enumerate(event.places)
        ]
        parties += _party_rows(event_key, "actor", event.actor, fold)
        parties += _party_rows(event_key, "recipient", event.recipient, fold)
    _insert(connection, event_places, places)
    _insert(connection, event_parties, parties)
    _insert(connection, claims, [_claim_row(c, key, keys[c.event]) for c in claims_of(coded)])
    return keys


def _story_row(story: Story, document: int, position: int) -> dict[str, Any]:
    return {
        "document": document,
        "position": position,
        "start": story.start,
        "end": story.end,
        "published": story.published,
        "noise": _to_json.encode(story.noise).decode(),
    }


def _event_row(event: Event, key: int) -> dict[str, Any]:
    killed = [c.quantity.min for c in event.casualties if c.outcome == "killed" and c.quantity.min is not None]
    return {
        "id": event.id,
        "document": key,
        "type": event.type,
        "status": event.status,
        "generic": event.generic,
        "confidence": event.confidence,
        "date_start": event.date.start if event.date else None,
        "date_end": event.date.end if event.date else None,
        "killed": max(killed, default=None),
        "event": _to_json.encode(event).decode(),
    }


def _party_rows(
    key: int, role: str, parties: tuple[Participant, ...], fold: Callable[[str], str]
) -> list[dict[str, Any]]:
    return [
        {
            "event": key,
            "role": role,
            "position": i,
            "name": p.name,
            "folded": fold(f"{p.name or ''}\n{p.span.text}"),
            "country": p.country,
            "sector": p.sector,
        }
        for i, p in enumerate(parties)
    ]


def _claim_row(claim: Claim, document: int, event: int) -> dict[str, Any]:
    return {
        "document": document,
        "event": event,
        "field": claim.field,
        "value": _to_json.encode(claim.value).decode(),
        "start": claim.span.start,
        "end": claim.span.end,
        "text": claim.span.text,
        "source": claim.source,
    }


def _insert_one(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> int:
    """Insert a row and return its key."""
    key = connection.execute(table.insert(), row).inserted_primary_key
    return int(key[0]) if key else 0


def _insert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(table.insert(), rows)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
