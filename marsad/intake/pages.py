"""HTML pages: the report's own text without menus and adverts, and what the page's metadata says about it.

The publication date is taken from metadata alone (meta tags, JSON-LD, `<time>` of the article): dates guessed from
Arabic running text are silently wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from marsad.intake.charsets import decode
from marsad.intake.documents import Metadata, UnreadableError, check_published

_DATES = (
    "//meta[@property='article:published_time' or @property='og:article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//meta[@name='pubdate' or @name='publishdate' or @name='date']/@content",
    "//meta[@name='DC.date' or @name='dc.date.issued']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//article//time[@pubdate]/@datetime",
)
_TITLES = ("//article//h1", "//h1", "//meta[@property='og:title']/@content", "//title")
_URLS = ("//link[@rel='canonical']/@href", "//meta[@property='og:url']/@content")
_SITES = ("//meta[@property='og:site_name']/@content",)
_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a page holds: the report's text, its title first, what the page says of it, and what is odd about it."""

    text: str
    metadata: Metadata
    dated_by: str | None = None
    author: str | None = None
    marks: tuple[str, ...] = ()


def read_page(page: bytes | str, charset: str | None = None) -> Page:
    """Return the report on a page; `charset` is what the server or the mail declared it to be in.

    Raises:
        UnreadableError: the page is not HTML text, or holds no report.
    """
    import trafilatura  # takes a second to import, and most runs read no HTML

    markup = page if isinstance(page, str) else decode(page, _declared(page) or charset)
    if not markup.strip():
        raise UnreadableError("the page is empty", "give a page with a report on it")
    tree = trafilatura.load_html(markup)
    if tree is None:
        raise UnreadableError("it is not HTML", "save it as .txt if it is plain text")
    body = trafilatura.extract(markup, include_comments=False, with_metadata=False)
    if not body:
        raise UnreadableError("the page holds no report text", "check that the page was saved whole")
    metadata = Metadata(
        title=_first(tree, _TITLES),
        published=_published(tree),
        publisher=_first(tree, _SITES),
        url=_first(tree, _URLS),
    )
    title = metadata.title
    text = f"{title}\n\n{body}" if title and not _same_start(body, title) else body
    return Page(text=text, metadata=metadata, dated_by="metadata" if metadata.published else None)


def _declared(page: bytes) -> str | None:
    found = _CHARSET.search(page[:4096])
    return found[1].decode("ascii", "replace") if found else None


def _first(tree: Any, paths: tuple[str, ...]) -> str | None:
    for path in paths:
        for found in tree.xpath(path):
            text = found if isinstance(found, str) else found.text_content()
            if text.strip():
                return " ".join(text.split())
    return None


def _published(tree: Any) -> str | None:
    for value in (*(v for path in _DATES for v in tree.xpath(path)), *_linked_data_dates(tree)):
        try:
            return check_published(value.strip())
        except UnreadableError:
            # A date-time without zone still names its day.
            day = _DAY.match(value.strip())
            if day:
                try:
                    return check_published(day[0])
                except UnreadableError:
                    continue
    return None


def _linked_data_dates(tree: Any) -> Iterator[str]:
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            data: Any = json.loads(script)
        except (ValueError, RecursionError):
            continue
        items = data if isinstance(data, list) else [data]
        for item in items:
            for node in [item, *_graph(item)]:
                value = node.get("datePublished") if isinstance(node, dict) else None
                if isinstance(value, str):
                    yield value


def _graph(item: Any) -> list[Any]:
    graph = item.get("@graph") if isinstance(item, dict) else None
    return graph if isinstance(graph, list) else []


def _same_start(body: str, title: str) -> bool:
    return " ".join(body[: 2 * len(title)].split()).startswith(title)
