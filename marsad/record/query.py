"""Reading: reports and events out of the record, filtered and streamed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from marsad.errors import RecordError
from marsad.model import CodedDocument, Document, Event, Problem, Span, Story
from marsad.record.schema import document_words, documents, event_parties, event_places, events, problems, stories

Fold = Callable[[str], str]

_event = msgspec.json.Decoder(Event)
_noise = msgspec.json.Decoder(tuple[tuple[int, int], ...])
_HEAD = ("id", "title", "published", "publisher", "url")
_SHORTEST = 3  # the index holds pieces of three letters


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What to list. Dates are ISO days; `text` words must all stand in the report, each also inside
    a longer word; `country` is where an event happened or, if it names no place, where a party is from.
    """

    types: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    country: str | None = None
    place: str | None = None
    actor: str | None = None
    since: str | None = None
    until: str | None = None
    min_killed: int | None = None
    text: str | None = None
    limit: int | None = None

    def about_events(self) -> bool:
        """Say whether any filter looks at events rather than reports."""
        wanted = (self.types, self.statuses, self.country, self.place, self.actor)
        return any(wanted) or self.min_killed is not None


class StoredDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A report as the record keeps it; `events` is how many were read in it, `versions` how many texts it has had."""

    id: str
    title: str | None
    published: str | None
    publisher: str | None
    url: str | None
    language: str | None
    version: int
    received_at: str
    first_words: str
    events: int


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event with what identifies its report; `document.text` is left empty."""

    document: Document
    event: Event


def list_events(
    connection: sa.Connection, filters: Filters, fold: Fold, *, latest_first: bool
) -> Iterator[StoredEvent]:
    """Yield the current events that pass."""
    columns = [documents.c[name] for name in _HEAD]
    select = sa.select(events.c.event, *columns).join(documents, documents.c.key == events.c.document)
    select = select.where(documents.c.current.is_(True), *conditions(filters, fold))
    if latest_first:
        select = select.order_by(sa.nulls_last(events.c.date_start.desc()), events.c.key)
    else:
        select = select.order_by(events.c.key)
    for row in stream(connection, select.limit(filters.limit)):
        head = {name: getattr(row, name) for name in _HEAD}
        yield StoredEvent(document=Document(text="", **head), event=_event.decode(row.event))


def list_documents(connection: sa.Connection, filters: Filters, fold: Fold) -> Iterator[StoredDocument]:
    """Yield the current reports that pass; `since` and `until` look at the day of publication."""
    select = _document_select().where(documents.c.current.is_(True))
    if filters.since:
        select = select.where(documents.c.published >= filters.since)
    if filters.until:
        # A date-time of that day sorts after the day alone.
        select = select.where(sa.func.substr(documents.c.published, 1, 10) <= filters.until)
    if filters.about_events():
        wanted = msgspec.structs.replace(filters, since=None, until=None)
        found = sa.select(events.c.document).where(*_event_conditions(wanted, fold))
        select = select.where(documents.c.key.in_(found))
    if filters.text is not None:
        select = select.where(has_words(filters.text, fold))
    select = select.order_by(sa.nulls_last(documents.c.published.desc()), documents.c.key)
    for row in stream(connection, select.limit(filters.limit)):
        yield _stored(row)


def find(connection: sa.Connection, wanted: str) -> tuple[StoredDocument, CodedDocument, Event | None]:
    """Return the report, and the event if `wanted` is an event's id."""
    newest = documents.c.version.desc()
    key = connection.scalar(sa.select(documents.c.key).where(documents.c.id == wanted).order_by(newest).limit(1))
    is_event = key is None
    if is_event:
        select = sa.select(documents.c.key).join(events, events.c.document == documents.c.key)
        key = connection.scalar(select.where(events.c.id == wanted).order_by(newest).limit(1))
    if key is None:
        said = f"The record holds no report or event {wanted!r}; `marsad reports` lists the ids."
        raise RecordError(said).known_as("no_report", name=wanted)
    row = connection.execute(_document_select().add_columns(documents.c.text).where(documents.c.key == key)).one()
    coded = _coded(connection, row, int(key))
    event = next((e for e in coded.events if e.id == wanted), None) if is_event else None
    return _stored(row), coded, event


def _coded(connection: sa.Connection, row: Any, key: int) -> CodedDocument:
    head = {name: getattr(row, name) for name in _HEAD}
    of_events = sa.select(events.c.event).where(events.c.document == key).order_by(events.c.key)
    of_stories = sa.select(stories).where(stories.c.document == key).order_by(stories.c.position)
    of_problems = sa.select(problems).where(problems.c.document == key).order_by(problems.c.position)
    return CodedDocument(
        document=Document(text=row.text, language=row.language, **head),
        language=row.language,
        stories=tuple(
            Story(start=s.start, end=s.end, published=s.published, noise=_noise.decode(s.noise))
            for s in connection.execute(of_stories)
        ),
        events=tuple(_event.decode(e) for e in connection.scalars(of_events)),
        problems=tuple(
            Problem(Span(p.start, p.end, row.text[p.start : p.end]), p.reason) for p in connection.execute(of_problems)
        ),
    )


def _document_select() -> sa.Select[Any]:
    count = sa.select(sa.func.count()).where(events.c.document == documents.c.key).scalar_subquery()
    columns = [documents.c[name] for name in (*_HEAD, "language", "version", "received_at")]
    first_words = sa.func.substr(documents.c.text, 1, 200).label("first_words")
    return sa.select(*columns, first_words, count.label("events"))


def _stored(row: Any) -> StoredDocument:
    return StoredDocument(**{name: getattr(row, name) for name in StoredDocument.__struct_fields__})


def _event_conditions(filters: Filters, fold: Fold) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if filters.types:
        conditions.append(events.c.type.in_(filters.types))
    if filters.statuses:
        conditions.append(events.c.status.in_(filters.statuses))
    if filters.since:
        conditions.append(events.c.date_end >= filters.since)
    if filters.until:
        conditions.append(events.c.date_start <= filters.until)
    if filters.min_killed is not None:
        conditions.append(events.c.killed >= filters.min_killed)
    if filters.country:
        conditions.append(_in_country(filters.country.upper()))
    if filters.place:
        folded = event_places.c.folded.contains(fold(filters.place), autoescape=True)
        conditions.append(_exists(event_places, folded | event_places.c.name.icontains(filters.place, autoescape=True)))
    if filters.actor:
        conditions.append(_exists(event_parties, by_actor(filters.actor, fold)))
    return conditions


def by_actor(actor: str, fold: Fold) -> sa.ColumnElement[bool]:
    """Return the condition that a party acts and is named so, or comes from the country with this code."""
    folded = event_parties.c.folded.contains(fold(actor), autoescape=True)
    is_named = folded | event_parties.c.name.icontains(actor, autoescape=True)
    return (event_parties.c.role == "actor") & (is_named | (event_parties.c.country == actor.upper()))


def _in_country(country: str) -> sa.ColumnElement[bool]:
    happened_there = _exists(event_places, event_places.c.country == country)
    party_from_there = _exists(event_parties, event_parties.c.country == country)
    return happened_there | (~_exists(event_places, sa.true()) & party_from_there)


def _exists(table: sa.Table, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(table.c.event == events.c.key, condition)


def has_words(text: str, fold: Fold) -> sa.ColumnElement[bool]:
    """Return the condition that a report's text holds all these words, each perhaps inside a longer one; in SQLite words of
    one or two letters stand at the beginning or the end of one, because the index knows pieces of three.
    """
    words = re.findall(r"\w+", fold(text))
    if not words:
        return sa.false()
    match = sa.and_(*(_HasPiece(sa.literal(_asked(word)), sa.literal(word)) for word in words))
    return documents.c.key.in_(sa.select(document_words.c.rowid).where(match))


def having_words(connection: sa.Connection, text: str, fold: Fold, after: int = 0) -> Keys:
    """Return the keys, above one, of the reports that hold all these words."""
    words = re.findall(r"\w+", fold(text))
    if connection.dialect.name != "sqlite" or not words:
        return keys(connection, sa.select(documents.c.key).where(has_words(text, fold), documents.c.key > after))
    asked = sa.literal(" AND ".join(map(_asked, words)))
    matches = document_words.c.words.op("MATCH")(asked)
    return keys(connection, sa.select(document_words.c.rowid).where(matches, document_words.c.rowid > after))


def _asked(word: str) -> str:
    """A word in the language of SQLite's full text: quoted, so that no word is read as an operator."""
    if len(word) >= _SHORTEST:
        return f'"{word}"'
    return f'" {word} "' if len(word) == 1 else f'(" {word}" OR "{word} ")'


Keys = npt.NDArray[np.int64]


def keys(connection: sa.Connection, select: sa.Select[Any], values: Mapping[str, Any] | None = None) -> Keys:
    """Return the first column of a query, whole numbers, however many there are.

    SQLite hands them over as one text: row by row, a million would wait a million times for other threads to yield.
    """
    if connection.dialect.name != "sqlite":
        return np.array(connection.scalars(select, values).all(), np.int64)
    text = connection.scalar(sa.select(sa.func.group_concat(select.subquery().c[0])), values)
    return np.fromstring(text or "", np.int64, sep=",")


class _HasPiece(FunctionElement[Any]):
    """Whether a row of `document_words` holds a word, asked so that the database uses its index of pieces."""

    type = sa.types.NullType()  # a Boolean would be compared with 1, which no index serves
    inherit_cache = True


@compiles(_HasPiece, "sqlite")
def _in_full_text(element: Any, compiler: Any, **options: Any) -> str:
    # A table has one MATCH, and so one word stands in each subquery.
    asked = compiler.process(next(iter(element.clauses)), **options)
    return f"document_words.rowid IN (SELECT rowid FROM document_words WHERE words MATCH {asked})"


@compiles(_HasPiece)
def _in_words(element: Any, compiler: Any, **options: Any) -> str:
    word = compiler.process(list(element.clauses)[1], **options)
    return f"document_words.words LIKE '%%' || replace({word}, '_', '\\_') || '%%'"


def conditions(filters: Filters, fold: Fold) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on events and their reports that the filters set."""
    words = [] if filters.text is None else [has_words(filters.text, fold)]
    return [*_event_conditions(filters, fold), *words]


def event_filters(filters: Filters, fold: Fold) -> Iterator[sa.ColumnElement[bool]]:
    """Yield the conditions on events that the filters set beyond type, days and number of killed."""
    wanted = msgspec.structs.replace(filters, types=(), since=None, until=None, min_killed=None)
    yield from _event_conditions(wanted, fold)
    if filters.text is not None:
        yield has_words(filters.text, fold)


def stream(connection: sa.Connection, select: sa.Select[Any]) -> Iterator[Any]:
    """Yield the rows of a query a portion at a time."""
    with connection.execute(select.execution_options(yield_per=200)) as rows:  # closed where nobody reads to the end
        yield from rows
