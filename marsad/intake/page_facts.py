"""What a page says of itself in its metadata: linked data (JSON-LD), meta tags, microdata.

The publication date is taken from metadata, or from a date that stands by the headline (`page_dates`): dates guessed from
Arabic running text are silently wrong. Where two sources disagree on which article they mean, there is no date.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from marsad.intake.documents import UnreadableError, check_published
from marsad.intake.page_titles import find_title

_DATES = (
    "//meta[@property='article:published_time' or @property='og:article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//meta[@name='pubdate' or @name='publishdate' or @name='date' or @name='parsely-pub-date']/@content",
    "//meta[@name='DC.date' or @name='dc.date.issued' or @name='DC.date.issued']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//*[@itemprop='datePublished']/@title",
    "//article//time[@pubdate]/@datetime",
)
_ASIDE = "ancestor::aside or ancestor::nav or ancestor::footer or ancestor::li"
_TIMES = f"//time[@datetime][not({_ASIDE})]"
_URLS = ("//link[@rel='canonical']/@href", "//meta[@property='og:url']/@content")
_SITES = ("//meta[@property='og:site_name']/@content", "//meta[@name='application-name']/@content")
_AUTHORS = (
    "//*[@itemprop='author']//*[@itemprop='name']",
    "//meta[@name='author' or @property='article:author' or @name='parsely-author']/@content",
    "//*[@rel='author']",
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EARLIEST = "1990"
_MAX_DATA = 3_000_000
_MAX_NODES = 2_000
_CLASS = re.compile(r"\.([\w-]{1,60})")
_MUCH = 400


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What metadata says: unknown is None; `body` is the article's text if linked data holds it, `stories` the first words
    and dates of the entries of a live blog, `is_free` False behind a paywall."""

    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    url: str | None = None
    author: str | None = None
    body: str | None = None
    stories: tuple[tuple[str, str], ...] = ()
    is_free: bool = True


def read_facts(tree: Any) -> Facts:
    """Return what the metadata of a parsed page says."""
    described = list(_described(tree))
    nodes = [node for node in described if _is_article(node)]
    site = _first(tree, _SITES)
    title = find_title(tree, site)
    node = _main_node(nodes, title)
    address = _first(tree, _URLS)
    return Facts(
        title=title or _text_of(node.get("headline")),
        published=_published(tree, nodes, node),
        publisher=site or _name(_named(node.get("publisher"), described)),
        url=address if address and address.startswith(("http://", "https://")) else None,
        author=_name(_named(node.get("author"), described)) or _first(tree, _AUTHORS),
        body=_text_of(node.get("articleBody"), 0),
        stories=_stories(node),
        is_free=str(node.get("isAccessibleForFree", True)).lower() != "false" or _shows_what_is_paid(tree, node),
    )


def sound_date(value: Any) -> str | None:
    """Return a publication date as it stands, its day where it has no zone, None where it is no date."""
    if not isinstance(value, str) or value.strip()[:4] < _EARLIEST or len(value) > 60:
        return None
    try:
        return check_published(value)
    except UnreadableError:
        # A date-time without zone still names its day.
        day = _DAY.match(value.strip())
    try:
        return check_published(day[0]) if day else None
    except UnreadableError:
        return None


def _published(tree: Any, nodes: list[dict[str, Any]], node: dict[str, Any]) -> str | None:
    for path in _DATES:
        for value in tree.xpath(path):
            if found := sound_date(value):
                return found
    if found := sound_date(node.get("datePublished")):
        return found
    stated = {d for d in (sound_date(n.get("datePublished")) for n in nodes) if d}
    if stated:
        # Several articles are described, and none of them is plainly this one.
        return stated.pop() if len(stated) == 1 else None
    times = [t for t in tree.xpath(_TIMES) if not _is_beside(t)]
    days = {d for d in (sound_date(t.get("datetime")) for t in times) if d}
    return days.pop() if len(days) == 1 else None


_BESIDE = re.compile(
    r"relat|widget|sidebar|most|latest|recent|popular|recommend|comment|also|more|next|message", re.IGNORECASE
)


def _is_beside(element: Any) -> bool:
    """Whether an element stands in a box of other news."""
    return any(
        _BESIDE.search(f"{e.get('class') or ''} {e.get('id') or ''}") for e in (element, *element.iterancestors())
    )


def _shows_what_is_paid(tree: Any, node: dict[str, Any]) -> bool:
    """Whether the part that is said to be for subscribers stands on the page."""
    parts = node.get("hasPart")
    for part in (parts if isinstance(parts, list) else [parts])[:20]:
        chosen = _CLASS.fullmatch(str(part.get("cssSelector", ""))) if isinstance(part, dict) else None
        if chosen:
            path = f"//*[contains(concat(' ', @class, ' '), ' {chosen[1]} ')]//p"
            if sum(len(p.text_content()) for p in tree.xpath(path)[:_MAX_NODES]) > _MUCH:
                return True
    return False


def _named(value: Any, described: list[dict[str, Any]]) -> Any:
    """What a node says of a person or body, or what another node says where it only refers to that one."""
    if isinstance(value, list):
        return [_named(item, described) for item in value[:20] if not isinstance(item, list)]
    if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
        return next((n for n in described if n.get("@id") == value["@id"] and "name" in n), value)
    return value


def _described(tree: Any) -> Iterator[dict[str, Any]]:
    """The nodes of linked data."""
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            data: Any = json.loads(script, strict=False) if len(script) <= _MAX_DATA else None
        except (ValueError, RecursionError):
            continue
        waiting = [data]
        seen = 0
        while waiting and seen < _MAX_NODES:
            item = waiting.pop(0)
            seen += 1
            if isinstance(item, list):
                waiting = item + waiting
            elif isinstance(item, dict):
                yield item
                waiting.extend(item[name] for name in ("@graph", "mainEntity", "mainEntityOfPage") if name in item)


def _is_article(node: dict[str, Any]) -> bool:
    kinds = node.get("@type", "")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(n, str) and n.endswith(("Article", "Posting", "Report")) for n in names) or (
        "datePublished" in node and not kinds
    )


def _main_node(nodes: list[dict[str, Any]], title: str | None) -> dict[str, Any]:
    """The article that bears the page's headline, or the only one."""
    words = _words(title)
    for node in nodes:
        headline = _words(_text_of(node.get("headline")))
        if headline and words and (headline in words or words in headline):
            return node
    return nodes[0] if len(nodes) == 1 else {}


def _words(text: str | None) -> str:
    return " ".join(re.findall(r"\w+", text or ""))


def _stories(node: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    updates = node.get("liveBlogUpdate")
    found: list[tuple[str, str]] = []
    for update in updates[:_MAX_NODES] if isinstance(updates, list) else []:
        if not isinstance(update, dict):
            continue
        words = _text_of(update.get("headline")) or _text_of(update.get("articleBody"), 60)
        date = sound_date(update.get("datePublished"))
        if words and date:
            found.append((words, date))
    return tuple(found)


def _name(value: Any) -> str | None:
    """The name of a person or body, or of several."""
    items = value if isinstance(value, list) else [value]
    names = (_text_of(item.get("name")) if isinstance(item, dict) else _text_of(item) for item in items[:20])
    return "، ".join(n for n in names if n) or None


def _text_of(value: Any, limit: int = 1000) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.encode("utf-8", "replace").decode()
    return " ".join(text.split())[:limit] if limit else text.strip()


def _first(tree: Any, paths: tuple[str, ...]) -> str | None:
    for path in paths:
        for found in tree.xpath(path):
            text = _text_of(found if isinstance(found, str) else found.text_content())
            if text:
                return text
    return None
