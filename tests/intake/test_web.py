# ruff: noqa: E501
"""Addresses become reports: pages, and every item of feeds and sitemaps, each once."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator

import pytest
from intake_files import TEXT, page
from web_server import WebServer, running

from marsad.intake import InputProblem, Metadata, Taken, derive
from marsad.intake.addresses import name_of, same_page
from marsad.intake.feeds import read_feed
from marsad.intake.fetch import Fetcher
from marsad.intake.web import split_address

NOW = datetime.datetime(2025, 7, 23, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def web() -> Iterator[WebServer]:
    with running() as server:
        yield server


def visit(web: WebServer, path: str) -> list[Taken | InputProblem]:
    fetcher = Fetcher(
        lambda host, _: ["127.0.0.1"] if host == "news.example" else [], lambda _: True, ports=frozenset((web.port,))
    )
    found = split_address(web.url(path), Metadata(), fetcher, lambda: NOW)
    return [f if isinstance(f, InputProblem) else derive(f) for f in found]


def rss(web: WebServer, *paths: str) -> str:
    items = "".join(
        f"<item><title>خبر {i}</title><link>{web.url(p)}</link><pubDate>Tue, 22 Jul 2025 09:30:00 +0300</pubDate></item>"
        for i, p in enumerate(paths)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>وكالة</title>{items}</channel></rss>'


def test_a_page_is_a_report_with_its_proof(web: WebServer) -> None:
    web.serve("/p?utm_source=x", page(head=f'<link rel="canonical" href="{web.url("/p")}">'))
    (taken,) = visit(web, "/p?utm_source=x")
    assert isinstance(taken, Taken)
    assert taken.document.url == web.url("/p")
    assert TEXT in taken.document.text
    assert taken.received.at == "2025-07-23T12:00:00+00:00"
    assert dict(taken.received.headers)["Content-Type"] == "text/html; charset=utf-8"


def test_variants_of_an_address_get_one_id(web: WebServer) -> None:
    for path in ("/p?utm_source=x", "/p", "/p?fbclid=1"):
        web.serve(path, page())
    found = [visit(web, path)[0] for path in ("/p?utm_source=x", "/p", "/p?fbclid=1")]
    assert len({t.document.id for t in found if isinstance(t, Taken)}) == 1


@pytest.mark.parametrize("canonical", ["https://other.org/p", "http://news.example/"])
def test_a_page_cannot_speak_for_another_site_or_a_home_page(web: WebServer, canonical: str) -> None:
    web.serve("/p", page(head=f'<link rel="canonical" href="{canonical}">'))
    (taken,) = visit(web, "/p")
    assert isinstance(taken, Taken)
    assert taken.document.url == web.url("/p")


def test_a_feed_gives_its_items_once_and_fills_in_what_they_leave_open(web: WebServer) -> None:
    web.serve("/feed", rss(web, "/1", "/2", "/1?utm_source=rss", "/gone"), "application/rss+xml")
    web.serve("/1", page())
    web.serve("/2", page(head='<meta property="article:published_time" content="2025-07-21T08:00:00Z">'))
    first, second, gone = visit(web, "/feed")
    assert isinstance(first, Taken)
    assert isinstance(second, Taken)
    assert (first.document.published, first.dated_by, first.document.publisher) == (
        "2025-07-22T06:30:00Z",
        "feed",
        "وكالة",
    )
    assert (second.document.published, second.dated_by) == ("2025-07-21T08:00:00Z", "metadata")
    assert "no such page" in str(gone)


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>وكالة</title><entry><title>خبر</title><link href="/1"/><published>2025-07-22T06:30:00Z</published></entry></feed>'
SITEMAP = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://a.example/1</loc>'
    "<n:news><n:publication><n:name>وكالة</n:name></n:publication><n:publication_date>2025-07-22T06:30:00Z</n:publication_date><n:title>خبر</n:title></n:news></url></urlset>"
)
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "وكالة",
        "items": [{"url": "https://a.example/1", "title": "خبر", "date_published": "2025-07-22T06:30:00Z"}],
    }
)


@pytest.mark.parametrize("feed", [ATOM, SITEMAP, JSON], ids=["atom", "sitemap", "json"])
def test_every_kind_of_feed(feed: str) -> None:
    (item,) = read_feed(feed.encode(), "https://a.example/feed")
    assert item.url == "https://a.example/1"
    assert item.hints == Metadata(title="خبر", published="2025-07-22T06:30:00Z", publisher="وكالة")


def test_a_sitemap_of_sitemaps_is_followed_but_not_forever(web: WebServer) -> None:
    index = f"<sitemapindex><sitemap><loc>{web.url('/index')}</loc></sitemap><sitemap><loc>{web.url('/map')}</loc></sitemap></sitemapindex>"
    web.serve("/index", index, "application/xml")
    web.serve("/map", f"<urlset><url><loc>{web.url('/1')}</loc></url></urlset>", "application/xml")
    web.serve("/1", page())
    found = visit(web, "/index")
    assert sum(isinstance(t, Taken) for t in found) == 1
    assert len(web.asked) < 60


def test_pictures_are_no_reports(web: WebServer) -> None:
    web.serve("/a.jpg", b"\xff\xd8\xff", "image/jpeg")
    (found,) = visit(web, "/a.jpg")
    assert "image/jpeg" in str(found)


def test_addresses_that_are_none_are_named_and_trip_nobody() -> None:
    feed = "<rss><channel><item><link>http://[broken</link></item><item><link>https://a.example/1</link></item></channel></rss>"
    assert [item.url for item in read_feed(feed.encode(), "https://a.example/rss")][-1] == "https://a.example/1"
    assert same_page("http://[broken") == "http://[broken"
    assert name_of("http://[broken").startswith("page-")
