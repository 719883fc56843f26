"""Watching feeds through thirty days of a server that misbehaves: every report is there once, and nobody is pestered."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from intake_files import MORE, TEXT, page
from standin import StandIn
from web_server import WebServer, running, sends

from marsad.errors import InputError
from marsad.intake.fetch import Fetcher
from marsad.overlay import NOTHING
from marsad.record import Filters, Record, open_record, watched
from marsad.watching import Means, Watched, Watcher, read_watchlist

START = datetime.datetime(2025, 7, 1, tzinfo=datetime.UTC)


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def advance(self, seconds: float) -> None:
        self.now += datetime.timedelta(seconds=seconds)


@pytest.fixture
def web() -> Iterator[WebServer]:
    with running() as server:
        server.replies.clear()
        yield server


def watcher(record: Record, web: WebServer, clock: Clock, *paths: str, every_s: int = 6 * 3600) -> Watcher:
    fetcher = Fetcher(lambda _host, _port: ["127.0.0.1"], lambda _: True, ports=frozenset((web.port,)))
    means = Means(fetcher=fetcher, now=lambda: clock.now, dice=random.Random(1), pause=clock.advance)
    listed = [Watched(url=web.url(path), name=path, every_s=every_s) for path in paths]
    return Watcher(record, lambda _: (StandIn(), NOTHING), listed, means)


def rss(web: WebServer, *paths: str, date: str = "Tue, 01 Jul 2025 09:30:00 +0300") -> str:
    items = "".join(f"<item><title>x</title><link>{web.url(p)}</link><pubDate>{date}</pubDate></item>" for p in paths)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>وكالة</title>{items}</channel></rss>'


def reports(record: Record) -> list[str]:
    return [r.url or "" for r in record.reports(Filters())]


def run(watching: Watcher, clock: Clock, days: float) -> list[str]:
    end = clock.now + datetime.timedelta(days=days)
    problems: list[str] = []
    while clock.now < end:
        problems += [o.problem for o in watching.step() if o.problem]
        clock.advance(max(watching.next_s(), 60))
    return problems


def test_thirty_days_of_a_misbehaving_server(folder: Path, web: WebServer) -> None:
    clock, dice = Clock(), random.Random(7)
    pages = [f"/n/{i}" for i in range(30)]
    for i, path in enumerate(pages):
        web.serve(path, page(f"خبر رقم {i}", f"<p>{TEXT} {MORE}</p><p>{'رقم ' * (i + 1)}</p>"))
    with open_record(str(folder / "r.db")) as record:
        for day in range(30):
            shown = [f"{p}?utm_source=rss{dice.randrange(9)}" for p in pages[max(0, day - 4) : day + 1]]
            for path in shown:
                web.replies[path] = web.replies[path.split("?")[0]]
            sound = sends(rss(web, *shown), "application/rss+xml", ETag=f'"{day}"')
            broken = [sends("", status=503, Retry_After="7200"), sends("<html>error</html>"), sends("", status=404)]
            web.replies["/feed"] = dice.choice(broken) if day % 3 == 1 else sound
            # Every day a new watcher, as after a stop.
            run(watcher(record, web, clock, "/feed"), clock, 1)
        found = reports(record)
        (feed,) = record.look(watched.list_feeds)
        assert len(found) == len(set(found))
        assert sorted(u.split("/n/")[1].split("?")[0] for u in found) == sorted(str(i) for i in range(30))
        assert feed.succeeded_at is not None
        assert feed.items == 30
    asked = [path for path, _ in web.asked if path == "/feed"]
    assert len(asked) < 30 * 8, "nobody is pestered"


def test_a_changed_page_becomes_a_version(folder: Path, web: WebServer) -> None:
    clock = Clock()
    web.serve("/feed", rss(web, "/1"), "application/rss+xml")
    web.serve("/1", page())
    with open_record(str(folder / "r.db")) as record:
        watching = watcher(record, web, clock, "/feed")
        run(watching, clock, 0.01)
        web.serve("/1", page(body=f"<p>{TEXT}</p><p>وأضافت الوكالة في تحديث لاحق أن الحصيلة ارتفعت إلى خمسة قتلى.</p>"))
        run(watching, clock, 1)
        ((_, version),) = [(r.url, r.version) for r in record.reports(Filters())]
        assert version == 2


def test_requests_are_conditional(folder: Path, web: WebServer) -> None:
    clock = Clock()
    web.serve("/feed", rss(web), "application/rss+xml", ETag='"7"', Last_Modified="Tue, 01 Jul 2025 00:00:00 GMT")
    with open_record(str(folder / "r.db")) as record:
        run(watcher(record, web, clock, "/feed"), clock, 0.6)
    sent = [headers for path, headers in web.asked if path == "/feed"]
    assert "if-none-match" not in sent[0]
    assert sent[1]["if-none-match"] == '"7"'
    assert sent[1]["if-modified-since"] == "Tue, 01 Jul 2025 00:00:00 GMT"


def test_a_server_is_given_the_time_that_it_asks_for(folder: Path, web: WebServer) -> None:
    clock = Clock()
    web.replies["/feed"] = sends("", status=503, Retry_After="80000")
    with open_record(str(folder / "r.db")) as record:
        problems = run(watcher(record, web, clock, "/feed", every_s=600), clock, 0.9)
        (feed,) = record.look(watched.list_feeds)
    assert len([path for path, _ in web.asked if path == "/feed"]) == 1
    assert len(problems) == 1
    assert (feed.failures, feed.succeeded_at) == (1, None)
    assert "status 503" in (feed.problem or "")


def test_robots_are_obeyed(folder: Path, web: WebServer) -> None:
    clock = Clock()
    web.serve("/robots.txt", "User-agent: *\nDisallow: /private/\n", "text/plain")
    web.serve("/feed", rss(web, "/private/1", "/1"), "application/rss+xml")
    web.serve("/1", page())
    web.serve("/private/1", page())
    with open_record(str(folder / "r.db")) as record:
        problems = run(watcher(record, web, clock, "/feed"), clock, 0.1)
        assert [u.rsplit("/", 1)[1] for u in reports(record)] == ["1"]
    assert "robots.txt" in problems[0]
    assert "/private/1" not in [path for path, _ in web.asked]


def test_requests_to_one_host_keep_their_distance(folder: Path, web: WebServer) -> None:
    clock = Clock()
    web.serve("/feed", rss(web, *(f"/{i}" for i in range(10))), "application/rss+xml")
    for i in range(10):
        web.serve(f"/{i}", page(f"خبر {i}"))
    with open_record(str(folder / "r.db")) as record:
        list(watcher(record, web, clock, "/feed").step())
    assert (clock.now - START).total_seconds() >= 20


def test_a_wrong_clock_there_dates_nothing_here(folder: Path, web: WebServer) -> None:
    clock = Clock()
    web.serve("/feed", rss(web, "/1", date="Tue, 01 Jul 2035 09:30:00 +0300"), "application/rss+xml")
    web.serve("/1", page())
    with open_record(str(folder / "r.db")) as record:
        run(watcher(record, web, clock, "/feed"), clock, 0.01)
        (report,) = record.reports(Filters())
    assert report.published is None


BAD_LISTS = [
    ("[[feed]", "not TOML"),
    ("", "names no feed"),
    ("[[feed]]\nname = 'x'", "feed 1: there is no url"),
    ("[[feed]]\nurl = 'ftp://x'", "feed 1: there is no url"),
    ("[[feed]]\nurl = 'https://a.example'\nevery = 'often'", "is no interval"),
    ("[[feed]]\nurl = 'https://a.example'\nevery = '5s'", "impolite"),
]


@pytest.mark.parametrize(("text", "reason"), BAD_LISTS)
def test_a_bad_list_of_feeds_is_named(folder: Path, text: str, reason: str) -> None:
    (folder / "s.toml").write_text(text)
    with pytest.raises(InputError, match=reason):
        read_watchlist("s.toml")


def test_a_list_of_feeds(folder: Path) -> None:
    (folder / "s.toml").write_text('[[feed]]\nurl = "https://a.example/rss"\nevery = "2h"\n')
    assert read_watchlist("s.toml") == [Watched(url="https://a.example/rss", name="a.example", every_s=7200)]
