"""Watching feeds through thirty days of a server that misbehaves: every report is there once, and nobody is pestered."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from intake_files import MORE, TEXT, page
from standin import StandIn
from web_server import MISBEHAVIOUR, Reply, WebServer, running, sends

from marsad.errors import InputError
from marsad.intake.fetch import Fetcher
from marsad.overlay import NOTHING
from marsad.record import Filters, Record, StoredDocument, open_record, watched
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


def test_thirty_days_in_which_everything_goes_wrong_at_once(folder: Path, web: WebServer) -> None:
    """Two feeds that share pages; pages that reset, break off, ask to wait; corrections; wrong clocks; stops."""
    clock, dice = Clock(), random.Random(11)
    count = 60

    def told(number: int, correction: str = "") -> Reply:
        body = f"<p>{TEXT} {MORE}</p><p>{'رقم ' * (number + 1)}</p>{correction}"
        return sends(page(f"خبر رقم {number}", body), Date="Fri, 01 Jan 2038 00:00:00 GMT")

    corrected = set(range(0, count, 7))
    wrongs = [
        MISBEHAVIOUR["/reset"],
        MISBEHAVIOUR["/cut"],
        MISBEHAVIOUR["/nothing"],
        sends("", status=503, Retry_After="5400"),
    ]
    wrongs.append(
        sends("", status=503, Retry_After="Fri, 01 Jan 2038 00:30:00 GMT", Date="Fri, 01 Jan 2038 00:00:00 GMT")
    )
    with open_record(str(folder / "r.db")) as record:
        for day in range(30):
            shown = [f"/n/{i}" for i in range(max(0, 2 * day - 8), 2 * day + 2)]
            for path in shown:
                number = int(path[3:])
                is_new = number >= 2 * day
                late = "<p>وارتفعت الحصيلة لاحقا إلى خمسة قتلى.</p>" if number in corrected and not is_new else ""
                web.replies[path] = dice.choice(wrongs) if is_new and day % 2 else told(number, late)
            date = dice.choice(["Tue, 01 Jul 2025 09:30:00 +0300", "Tue, 01 Jul 2036 09:30:00 +0300", "yesterday"])
            for feed, half in (("/a", shown), ("/b", [f"{p}?utm_source=b" for p in shown[::-1]])):
                web.replies.update((p, web.replies[p.split("?")[0]]) for p in half)
                sound = sends(rss(web, *half, date=date), "application/rss+xml", ETag=f'"{day}"')
                web.replies[feed] = dice.choice([sound, sound, dice.choice(wrongs)])
            clock.now += datetime.timedelta(hours=dice.choice([0, 0, -3, 3]))  # it is set right, or wrong
            watching = watcher(record, web, clock, "/a", "/b", every_s=3 * 3600)
            run(watching, clock, 0.6)
            for path in shown:
                if web.replies[path] in wrongs:
                    web.replies[path] = web.replies[f"{path}?utm_source=b"] = told(int(path[3:]))
            next(watching.step(), None)  # stopped in the middle of it
            run(watcher(record, web, clock, "/a", "/b", every_s=3 * 3600), clock, 0.4)
        for path in ("/a", "/b"):
            web.replies[path] = sends(rss(web, *shown), "application/rss+xml")
        run(watcher(record, web, clock, "/a", "/b", every_s=3 * 3600), clock, 5)
        found = sorted(record.reports(Filters()), key=_number)
        late = {_number(r) for r in found if "ارتفعت الحصيلة" in record.find(r.id)[1].document.text}
    assert [_number(r) for r in found] == list(range(count)), "every report is there once"
    assert late == corrected, "every correction came in"
    assert {_number(r) for r in found if r.version > 1} <= corrected, "what did not change has one version"
    assert all((r.published or "2025") < "2026" for r in found), "no clock of theirs dates a report"


def _number(report: StoredDocument) -> int:
    return int((report.url or "").split("/n/")[1].split("?")[0])


def test_a_clock_that_was_years_ahead_stops_nothing(folder: Path, web: WebServer) -> None:
    clock = Clock()
    web.serve("/feed", rss(web, "/1"), "application/rss+xml")
    web.replies["/1"] = sends("", status=503)
    with open_record(str(folder / "r.db")) as record:
        clock.now += datetime.timedelta(days=3650)
        run(watcher(record, web, clock, "/feed"), clock, 0.01)
        clock.now = START
        web.serve("/1", page())
        run(watcher(record, web, clock, "/feed"), clock, 0.1)
        assert len(reports(record)) == 1


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
