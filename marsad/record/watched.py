"""What is watched: feeds with their health, and the pages that they led to. Times are ISO 8601 in UTC, so that they sort."""

from __future__ import annotations

from typing import TypeVar

import msgspec
import sqlalchemy as sa

from marsad.record.schema import feed_items, feeds

Row = TypeVar("Row", bound=msgspec.Struct)


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed and how it fares: `failures` since the last success, `items` that it led to in all."""

    url: str
    name: str
    next_at: str
    tried_at: str | None = None
    succeeded_at: str | None = None
    failures: int = 0
    items: int = 0
    etag: str | None = None
    modified: str | None = None
    problem: str | None = None


class FeedItem(msgspec.Struct, frozen=True, kw_only=True):
    """A page that a feed led to; `state` is waiting, kept or given-up, `stated` JSON of what the feed said of it."""

    url: str
    feed: str
    state: str
    next_at: str
    stated: str | None = None
    failures: int = 0
    etag: str | None = None
    modified: str | None = None


def put_feed(connection: sa.Connection, feed: Feed) -> None:
    """Write how a feed fares, in the place of what was there."""
    _put(connection, feeds, feed)


def put_item(connection: sa.Connection, item: FeedItem) -> None:
    """Write how a page fares, in the place of what was there."""
    _put(connection, feed_items, item)


def list_feeds(connection: sa.Connection) -> list[Feed]:
    """Return every feed that was ever watched, by name."""
    return [_as(Feed, row) for row in connection.execute(sa.select(feeds).order_by(feeds.c.name, feeds.c.url))]


def count_pages(connection: sa.Connection) -> dict[str, dict[str, int]]:
    """Return for each feed's address how many of the pages that it led to are in which state: waiting, kept, given-up."""
    # A page that was looked at for the last time is given up too, but without failures.
    lost = (feed_items.c.state != "given-up") | (feed_items.c.failures > 0)
    select = sa.select(feed_items.c.feed, feed_items.c.state, sa.func.count()).where(lost)
    found: dict[str, dict[str, int]] = {}
    for feed, state, count in connection.execute(select.group_by(feed_items.c.feed, feed_items.c.state)):
        found.setdefault(feed, {})[state] = count
    return found


def find_feed(connection: sa.Connection, url: str) -> Feed | None:
    """Return the feed at an address."""
    row = connection.execute(sa.select(feeds).where(feeds.c.url == url)).first()
    return _as(Feed, row) if row else None


def has_item(connection: sa.Connection, url: str) -> bool:
    """Say whether a page is known already."""
    return connection.scalar(sa.select(feed_items.c.url).where(feed_items.c.url == url)) is not None


def due_items(connection: sa.Connection, times: tuple[str, str], limit: int) -> list[FeedItem]:
    """Return the pages that are to be fetched by the first of `times`, or after the second, for which no sound clock plans;
    those that wait longest first."""
    now, beyond = times
    due = (feed_items.c.state != "given-up", (feed_items.c.next_at <= now) | (feed_items.c.next_at > beyond))
    select = sa.select(feed_items).where(*due).order_by(feed_items.c.next_at, feed_items.c.url).limit(limit)
    return [_as(FeedItem, row) for row in connection.execute(select)]


def next_time(connection: sa.Connection) -> str | None:
    """Return when the next page is to be fetched; None if there is none."""
    soonest = connection.scalar(sa.select(sa.func.min(feed_items.c.next_at)).where(feed_items.c.state != "given-up"))
    return str(soonest) if soonest else None


def _put(connection: sa.Connection, table: sa.Table, row: msgspec.Struct) -> None:
    values = msgspec.structs.asdict(row)
    changed = connection.execute(table.update().where(table.c.url == values["url"]).values(**values))
    if not changed.rowcount:
        connection.execute(table.insert(), values)


def _as(kind: type[Row], row: sa.Row[tuple[object, ...]]) -> Row:
    return kind(**{name: getattr(row, name) for name in kind.__struct_fields__})
