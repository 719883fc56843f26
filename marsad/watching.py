"""Watching feeds: each at its own interval, with conditional requests, back-off and jitter, as robots.txt allows.

All that is known stands in the record, so that a stop at any moment loses nothing and repeats nothing. Time and chance are
handed in, so that a month can be tried in a second.
"""

from __future__ import annotations

import datetime
import random
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from marsad import pipeline
from marsad.errors import InputError
from marsad.intake import InputProblem, derive
from marsad.intake.addresses import is_sound, same_page
from marsad.intake.documents import Beside, Metadata, UnreadableError
from marsad.intake.feeds import Item, read_feed
from marsad.intake.fetch import AGENT, Answer, Fetcher, FetchError
from marsad.intake.web import received_of
from marsad.overlay import Overlay
from marsad.record import Record, watched, words
from marsad.record.watched import Feed, FeedItem

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SHORTEST_S = 60
_LONGEST_WAIT_S = 86_400
# Nothing is planned for a time that is further away, but by a clock that was wrong.
_LONGEST_PLAN_S = 8 * 86_400
_GAP_S = 2.0  # between two requests to one host
_TRIES = 9  # over three days: a site that is down is up again, most often
_AT_ONCE = 200
_EXAMPLE = '[[feed]]\nurl = "https://example.org/rss"\nname = "Example"\nevery = "15m"'
# A page is looked at again after so many seconds since it was kept: corrections come soon, or never.
_AGAIN_S = (3_600, 21_600, 86_400, 3 * 86_400)


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that a person wants to be watched, every so many seconds."""

    url: str
    name: str
    every_s: int


class Means(msgspec.Struct, frozen=True, kw_only=True):
    """What watching needs from outside: the network, the time, chance, and how to wait so many seconds."""

    fetcher: Fetcher
    now: Callable[[], datetime.datetime]
    dice: random.Random
    pause: Callable[[float], None]


def read_watchlist(path: str) -> list[Watched]:
    """Return the feeds that a TOML file names.

    Raises:
        InputError: it cannot be read; the message says what is wrong where.
    """
    try:
        listed = tomllib.loads(Path(path).read_text(encoding="utf-8")).get("feed")
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not TOML ({error}); write it like this:\n{_EXAMPLE}") from error
    if not isinstance(listed, list) or not listed:
        raise InputError(f"{path} names no feed; write it like this:\n{_EXAMPLE}")
    return [_watched(path, number, entry) for number, entry in enumerate(listed, 1)]


def _watched(path: str, number: int, entry: Any) -> Watched:
    url = entry.get("url") if isinstance(entry, dict) else None
    if not isinstance(url, str) or not url.startswith(("http://", "https://")) or not is_sound(url):
        raise InputError(f'{path}, feed {number}: there is no url; write url = "https://example.org/rss".')
    every = str(entry.get("every", "15m")).strip()
    if not every[:-1].isdigit() or every[-1:] not in _UNITS:
        raise InputError(f'{path}, feed {number}: {every!r} is no interval; write every = "15m", "2h" or "1d".')
    seconds = int(every[:-1]) * _UNITS[every[-1]]
    if seconds < _SHORTEST_S:
        raise InputError(f'{path}, feed {number}: asking more often than every minute is impolite; write "1m" or more.')
    return Watched(url=url, name=str(entry.get("name") or urlsplit(url).hostname), every_s=seconds)


Load = Callable[[Record], tuple[pipeline.Reads, Overlay]]


class Watcher:
    """Watches feeds for a record."""

    def __init__(self, record: Record, load: Load, listed: list[Watched], means: Means) -> None:
        """Take `load`, which gives the reader for a record with the record's own words."""
        self._record = record
        self._load = load
        self._listed = listed
        self._means = means
        self._reading: tuple[pipeline.Reads, int, int] | None = None
        self._last: dict[str, datetime.datetime] = {}
        self._robots: dict[str, tuple[datetime.datetime, Any]] = {}

    def step(self) -> Iterator[pipeline.Outcome]:
        """Do all that is due now; yields what became of each page, and the problem of each feed that failed."""
        now = self._now()
        for wanted in self._listed:
            feed = self._known(wanted.url)
            # What was tried in the future was tried by a clock that has been set right since.
            if feed is None or feed.next_at <= now or (feed.tried_at or now) > now:
                yield from self._ask_feed(wanted, feed or Feed(url=wanted.url, name=wanted.name, next_at=now))
        beyond = self._after(_LONGEST_PLAN_S)
        for item in self._record.look(lambda c: watched.due_items(c, (self._now(), beyond), _AT_ONCE)):
            yield from self._ask_item(item)

    def _known(self, url: str) -> Feed | None:
        return self._record.look(lambda c: watched.find_feed(c, url))

    def next_s(self) -> float:
        """Return after how many seconds something is due again."""
        listed = {w.url for w in self._listed}
        times = [f.next_at for f in self._record.look(watched.list_feeds) if f.url in listed]
        page = self._record.look(watched.next_time)
        soonest = min([*times, *([page] if page else [])], default=self._now())
        return max(0.0, (datetime.datetime.fromisoformat(soonest) - self._means.now()).total_seconds())

    def _ask_feed(self, wanted: Watched, feed: Feed) -> Iterator[pipeline.Outcome]:
        now = self._now()
        try:
            answer = self._get(feed.url, feed.etag, feed.modified)
            items = [] if answer.status == 304 else self._pages(answer)
        except (FetchError, UnreadableError) as why:
            failures = feed.failures + 1
            wait = self._wait(wanted.every_s, failures, getattr(why, "wait_s", None))
            failed = msgspec.structs.replace(
                feed, name=wanted.name, tried_at=now, failures=failures, next_at=self._after(wait), problem=why.reason
            )
            self._record.change(lambda c: watched.put_feed(c, failed))
            yield pipeline.Outcome(
                state="failed", problem=f"{feed.url}: {why.reason}; {why.remedy}.", reason=why.reason
            )
            return
        jitter = wanted.every_s * self._means.dice.uniform(0.95, 1.1)

        def keep(connection: Any) -> None:
            fresh = [i for i in items if not watched.has_item(connection, same_page(i.url))]
            for item in fresh:
                watched.put_item(connection, self._waiting(item, feed.url))
            fares = {
                "failures": 0,
                "problem": None,
                "items": feed.items + len(fresh),
                "tried_at": now,
                "succeeded_at": now,
            }
            if answer.status != 304:
                fares |= {"etag": answer.header("etag"), "modified": answer.header("last-modified")}
            done = msgspec.structs.replace(feed, name=wanted.name, next_at=self._after(jitter), **fares)
            watched.put_feed(connection, done)

        # The feed's new validators and the pages that it led to are written together: a stop loses neither.
        self._record.change(keep)

    def _pages(self, answer: Answer) -> list[Item]:
        """The pages of a feed, one for each page whatever variant of its address is given; further sitemaps are left."""
        return list(
            {
                same_page(i.url): i for i in read_feed(answer.body, answer.url) if not i.is_list and is_sound(i.url)
            }.values()
        )

    def _waiting(self, item: Item, feed: str) -> FeedItem:
        hints = item.hints
        tomorrow = (self._means.now() + datetime.timedelta(days=1)).date().isoformat()
        if hints.published and hints.published[:10] > tomorrow:
            # A clock that is wrong there must not date reports here.
            hints = msgspec.structs.replace(hints, published=None)
        stated = msgspec.json.encode([item.url, hints]).decode()
        return FeedItem(url=same_page(item.url), feed=feed, state="waiting", stated=stated, next_at=self._now())

    def _ask_item(self, item: FeedItem) -> Iterator[pipeline.Outcome]:
        url, hints = msgspec.json.decode(item.stated or "[]", type=tuple[str, Metadata])
        try:
            answer = self._get(url, item.etag, item.modified)
            if answer.status == 304:
                self._put(item, self._again(item))
                return
            found = derive(received_of(answer, Beside(hints=hints), self._means.now()))
        except FetchError as why:
            tries = item.failures + 1
            state = item.state if why.may_pass and tries < _TRIES else "given-up"
            wait = self._wait(900, tries, why.wait_s)
            self._put(item, {"state": state, "failures": tries, "next_at": self._after(wait)})
            yield pipeline.Outcome(state="failed", problem=f"{url}: {why.reason}; {why.remedy}.", reason=why.reason)
            return
        except UnreadableError as why:
            found = InputProblem(where=url, reason=why.reason, remedy=why.remedy)
        reader, run = self._ready()
        yield from pipeline.process([found], reader, self._record, run)
        validators = {"etag": answer.header("etag"), "modified": answer.header("last-modified")}
        # Written after the report: a stop in between fetches the page again, and finds the report unchanged.
        self._put(item, {**self._again(item), **validators})

    def _ready(self) -> tuple[pipeline.Reads, int]:
        """The reader and its run; loaded anew once people have changed the words of the record."""
        newest = self._record.look(words.newest)
        if self._reading is None or self._reading[2] != newest:
            reader, own = self._load(self._record)
            run = self._record.start_run(pipeline.coder_version(), pipeline.data_version(), own)
            self._reading = reader, run, newest
        return self._reading[:2]

    def _put(self, item: FeedItem, changes: dict[str, Any]) -> None:
        self._record.change(lambda c: watched.put_item(c, msgspec.structs.replace(item, **changes)))

    def _get(self, url: str, etag: str | None, modified: str | None) -> Answer:
        if not self._may_ask(url):
            raise FetchError(
                "robots.txt asks programs to stay away", "ask the publisher, or take the page out of the list"
            )
        self._keep_gap(url)
        headers = [("If-None-Match", etag)] if etag else []
        return self._means.fetcher.get(url, headers + ([("If-Modified-Since", modified)] if modified else []))

    def _keep_gap(self, url: str) -> None:
        host = urlsplit(url).hostname or ""
        now = self._means.now()
        since = (now - self._last[host]).total_seconds() if host in self._last else _GAP_S
        if since < _GAP_S:
            self._means.pause(min(_GAP_S, _GAP_S - since))
        self._last[host] = self._means.now()

    def _may_ask(self, url: str) -> bool:
        from protego import Protego  # only watching asks many pages of one host

        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        now = self._means.now()
        asked = self._robots.get(site)
        if asked is None or now - asked[0] > datetime.timedelta(days=1):
            try:
                rules = self._means.fetcher.get(f"{site}/robots.txt").body[:500_000].decode("utf-8", "replace")
            except FetchError as why:
                if why.may_pass:
                    raise
                rules = ""
            asked = self._robots[site] = (now, Protego.parse(rules))
        return bool(asked[1].can_fetch(url, AGENT.split("/")[0]))

    def _wait(self, usual_s: float, failures: int, asked_s: float | None) -> float:
        doubled: float = min(usual_s * 2 ** min(failures, 10), _LONGEST_WAIT_S) * self._means.dice.uniform(0.9, 1.1)
        return max(doubled, asked_s or 0.0)

    def _now(self) -> str:
        return self._means.now().isoformat(timespec="seconds")

    def _after(self, seconds: float) -> str:
        return (self._means.now() + datetime.timedelta(seconds=seconds)).isoformat(timespec="seconds")

    def _again(self, item: FeedItem) -> dict[str, Any]:
        """When a kept page is looked at again: `failures` then counts the looks; after the last one never."""
        looks = item.failures + 1 if item.state == "kept" else 1
        if looks > len(_AGAIN_S):
            return {"state": "given-up", "failures": 0}
        return {"state": "kept", "failures": looks, "next_at": self._after(_AGAIN_S[looks - 1])}
