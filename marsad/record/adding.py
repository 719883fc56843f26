"""One report, with all that was read out of it, put in the place of what was there: what `Record.add` does in its
transaction.

A report that is already there changes nothing. A changed text under the same id or address becomes a new version; the
old one stays, and the current events are those of the newest version.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from marsad.link.model import EventSketch, ReportSketch
from marsad.model import Claim, CodedDocument, Document, Event, Participant, Problem, Story
from marsad.record.claims import claims_of
from marsad.record.linking import Linker
from marsad.record.members import Identity
from marsad.record.schema import (
    claims,
    document_words,
    documents,
    event_parties,
    event_places,
    events,
    problems,
    stories,
)
from marsad.record.statements import Statement, inserting

_to_json = msgspec.json.Encoder()

_VERSIONS = sa.select(*(documents.c[name] for name in ("key", "id", "hash", "published", "version"))).order_by(
    documents.c.version.desc()
)
_BY_ID = Statement(_VERSIONS.where(documents.c.id == sa.bindparam("id")))
_BY_ID_OR_URL = Statement(
    _VERSIONS.where(sa.or_(documents.c.id == sa.bindparam("id"), documents.c.url == sa.bindparam("url")))
)
_NEW_DOCUMENT = inserting(documents, numbered=True)
_NEW_WORDS = Statement(document_words.insert(), ["rowid", "words"])
_NEW_STORY = inserting(stories)
_NEW_PROBLEM = inserting(problems)
_NEW_EVENT = inserting(events, numbered=True)
_NEW_PLACE = inserting(event_places)
_NEW_PARTY = inserting(event_parties)
_NEW_CLAIM = inserting(claims, numbered=True)


class Added(msgspec.Struct, frozen=True):
    """What adding a report did: `state` is added, new-version or unchanged; `version` counts from 1; `is_copy` says that its
    text is a copy of another report's."""

    state: str
    version: int
    is_copy: bool = False


def versions(connection: sa.Connection, document: Document) -> list[Any]:
    """Return the rows under the same id or address, newest version first."""
    return (_BY_ID_OR_URL if document.url else _BY_ID).rows(connection, {"id": document.id, "url": document.url})


def unchanged(document: Document, known: list[Any]) -> Any | None:
    """Return the row that already holds this text, or None; a newly known publication date makes it another reading."""
    text_hash = _hash(document.text)
    for row in known:
        if row.hash == text_hash and document.published in (None, row.published):
            return row
    return None


def add(
    connection: sa.Connection,
    coded: CodedDocument,
    how: tuple[int, bool],
    fold: Callable[[str], str],
    linking: tuple[Linker, ReportSketch | None],
) -> Added:
    """Write a report under a run, and link it if it comes with its sketch; `how` is the key of the run, and whether the
    reading of a text that is there already is to be replaced.
    """
    document, (run, again) = coded.document, how
    known = versions(connection, document)
    same = unchanged(document, known)
    if same is not None and not again:
        return Added("unchanged", same.version)
    linker, sketch = linking
    before = _unlink(connection, [row.key for row in known], linker)
    if same is not None:
        _drop_parts(connection, same.key)
        connection.execute(documents.update().where(documents.c.key == same.key).values(run=run))
        keys = _add_parts(connection, coded, same.key, fold)
        _link(connection, (linker, sketch), same.key, keys, before)
        return Added("read-again", same.version)
    previous = known[0] if known else None
    if known:
        old = documents.c.key.in_([row.key for row in known])
        connection.execute(documents.update().where(old).values(current=False))
    version = previous.version + 1 if previous else 1
    key = _add_document(connection, coded, run, (version, previous.key if previous else None))
    words = fold(" ".join(filter(None, (document.title, document.text))))
    _NEW_WORDS.many(connection, [{"rowid": key, "words": words}])
    keys = _add_parts(connection, coded, key, fold)
    is_copy = _link(connection, (linker, sketch), key, keys, before)
    return Added("new-version" if previous else "added", version, is_copy)


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
        "received_at": now(),
    }
    for name in ("id", "text", "title", "published", "publisher", "url"):
        values[name] = getattr(document, name)
    return _NEW_DOCUMENT.insert(connection, values)


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
) -> bool:
    linker, sketch = linking
    is_copy = False
    if sketch is not None:
        is_copy = linker.add(connection, key, sketch, keys, heirs(before.events, sketch.events))
    if before.events:
        linker.finish(connection)
        linker.sweep(connection, before.incidents)
    return is_copy


def heirs(old: Sequence[tuple[EventSketch, int]], new: Sequence[EventSketch]) -> dict[str, Identity]:
    """Return which new events take over the identity of which old ones: those that share most of their mentions. What
    stands at just the same words under another category (a person changed it) is the same event too.
    """
    ranked = sorted(
        (
            (-_shared(a, b), a.type != b.type, i, j)
            for i, (a, _) in enumerate(old)
            for j, b in enumerate(new)
            if _shared(a, b) and (a.type == b.type or a.seats == b.seats)
        ),
    )
    found: dict[str, Identity] = {}
    taken: set[int] = set()
    for _, _, i, j in ranked:
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
    for table in (stories, problems):
        connection.execute(table.delete().where(table.c.document == document))


def _add_parts(connection: sa.Connection, coded: CodedDocument, key: int, fold: Callable[[str], str]) -> dict[str, int]:
    """Write stories, problems, events with places and parties, and claims; returns the keys of the events by id."""
    _NEW_STORY.many(connection, [_story_row(s, key, i) for i, s in enumerate(coded.stories)])
    _NEW_PROBLEM.many(connection, [_problem_row(p, key, i, fold) for i, p in enumerate(coded.problems)])
    keys: dict[str, int] = {}
    places: list[dict[str, Any]] = []
    parties: list[dict[str, Any]] = []
    for event in coded.events:
        keys[event.id] = event_key = _NEW_EVENT.insert(connection, _event_row(event, key))
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
    _NEW_PLACE.many(connection, places)
    _NEW_PARTY.many(connection, parties)
    _NEW_CLAIM.many(connection, [_claim_row(c, key, keys[c.event]) for c in claims_of(coded)])
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


def _problem_row(problem: Problem, document: int, position: int, fold: Callable[[str], str]) -> dict[str, Any]:
    where = {"start": problem.span.start, "end": problem.span.end}
    folded = fold(problem.span.text)
    return {"document": document, "position": position, **where, "reason": problem.reason, "folded": folded}


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


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def now() -> str:
    """Return this moment, as the record writes it: ISO 8601, UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
