"""Feeds and lists of pages: RSS, Atom, JSON Feed, sitemaps (news).

What they say of an item fills in what its page leaves open.
"""

from __future__ import annotations

import calendar
import datetime
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from marsad.intake.addresses import joined
from marsad.intake.documents import Metadata, UnreadableError
from marsad.intake.office import parse_xml
from marsad.intake.page_facts import sound_date

_MAX_ITEMS = 2_000
_MAX_FEED = 10_000_000
_XML = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?[^>]{0,200}>|<!--[^>]{0,2000}-->|\s)*<(rss|feed|rdf:RDF|urlset|sitemapindex)\b", re.DOTALL
)
_REMEDY = "give the address of an RSS, Atom or JSON feed, or of a sitemap"


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A page that a feed leads to, with what the feed says of it; `is_list` marks another sitemap."""

    url: str
    hints: Metadata = Metadata()
    is_list: bool = False


def is_feed(content: bytes, kind: str = "") -> bool:
    """Say whether an answer is a feed or sitemap rather than a page."""
    if _XML.match(content[:5000]):
        return True
    return "json" in kind and b'"items"' in content and b"jsonfeed.org" in content[:2000]


def read_feed(content: bytes, url: str) -> Iterator[Item]:
    """Yield the pages that a feed leads to, the newest first as feeds have it.

    Raises:
        UnreadableError: it is no feed.
    """
    if len(content) > _MAX_FEED:
        raise UnreadableError(f"the feed is longer than {_MAX_FEED // 1_000_000} MB", _REMEDY)
    found = _XML.match(content[:5000])
    if found is None:
        items = _read_json(content)
    elif found[1] in (b"urlset", b"sitemapindex"):
        items = _read_sitemap(content)
    else:
        items = _read_xml(content)
    seen: set[str] = set()
    for item in items:
        address = joined(url, item.url)
        if address is not None and address.startswith(("http://", "https://")) and address not in seen:
            seen.add(address)
            yield msgspec.structs.replace(item, url=address)
        if len(seen) >= _MAX_ITEMS:
            return


def _read_xml(content: bytes) -> Iterator[Item]:
    import feedparser  # only what reads feeds needs it

    if b"<!ENTITY" in content:
        raise UnreadableError("the feed declares entities, which no feed needs", _REMEDY)
    feed = feedparser.parse(content)
    publisher = _words(feed.feed.get("title"))
    for entry in feed.entries:
        link = entry.get("link")
        if isinstance(link, str) and link:
            title = _words(re.sub(r"<[^>]{0,200}>", "", entry.get("title") or ""))
            yield Item(url=link, hints=Metadata(title=title, published=_moment(entry), publisher=publisher))


def _moment(entry: Any) -> str | None:
    """When an entry was published, in UTC; its day alone where it gives no time of day."""
    name = "published" if "published" in entry else "updated"
    stated, moment = entry.get(name) or "", entry.get(f"{name}_parsed")
    if moment is None:
        return sound_date(stated)
    try:
        found = datetime.datetime.fromtimestamp(calendar.timegm(moment), datetime.UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return sound_date(found.isoformat().replace("+00:00", "Z") if ":" in stated else found.date().isoformat())


def _read_sitemap(content: bytes) -> Iterator[Item]:
    root = parse_xml(content)
    for entry in root:
        if not isinstance(entry.tag, str):
            continue
        known = {_local(e.tag): (e.text or "").strip() for e in entry.iter() if isinstance(e.tag, str)}
        if not known.get("loc"):
            continue
        hints = Metadata(
            title=_words(known.get("title")),
            published=sound_date(known.get("publication_date")),
            publisher=_words(known.get("name")),
        )
        yield Item(url=known["loc"], hints=hints, is_list=_local(entry.tag) == "sitemap")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _read_json(content: bytes) -> Iterator[Item]:
    try:
        feed: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("it is no feed", _REMEDY) from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise UnreadableError("it is no feed", _REMEDY)
    for item in items:
        link = (item.get("url") or item.get("external_url")) if isinstance(item, dict) else None
        if isinstance(link, str):
            hints = Metadata(
                title=_words(item.get("title")),
                published=sound_date(item.get("date_published")),
                publisher=_words(feed.get("title")),
            )
            yield Item(url=link, hints=hints)


def _words(value: Any) -> str | None:
    return " ".join(value.split())[:500] or None if isinstance(value, str) else None
