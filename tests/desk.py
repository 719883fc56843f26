"""What tests of the desk share: a record of our own reports, read and linked, and a way to ask the desk as a browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from incident_gold import OWN, add, documents, read
from litestar.testing import TestClient
from sqlalchemy import Connection

from marsad import pipeline
from marsad.model import Document
from marsad.record import open_record, watched
from marsad.record.watched import Feed, FeedItem
from marsad.web import make_app
from marsad.web.settings import DeskSettings

HOST = "127.0.0.1:8765"
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>\u202egnidnef\u202c\u200b"
    '"><style>*{display:none}</style>{{7*7}}'
)


def make_record(path: Path) -> None:
    """Fill a record with our own reports of incidents, and one that is hostile in every field."""
    reader = pipeline.load_reader()
    with open_record(str(path), pipeline.load_fold()) as record:
        reports = read(reader, [*documents(OWN), hostile()])
        add(record, reports.values())
        record.change(watch_feeds)


def watch_feeds(connection: Connection) -> None:
    """Feeds that are watched: one answers, one fails and is hostile, one was never asked."""
    then, soon = "2025-07-22T09:30:00+00:00", "2025-07-22T09:45:00+00:00"
    answers = Feed(
        url="https://alpha.example/rss", name="ألفا", next_at=soon, tried_at=then, succeeded_at=then, items=1240
    )
    problem = f"beta.example answers with status 503 {HOSTILE}"
    fails = Feed(
        url=f"https://beta.example/{HOSTILE}", name=f"Beta {HOSTILE}", next_at=soon, failures=3, problem=problem
    )
    for feed in (answers, fails, Feed(url="https://gamma.example/rss", name="Gamma", next_at=then)):
        watched.put_feed(connection, feed)
    for number, state in enumerate(("waiting", "waiting", "kept", "given-up")):
        page = FeedItem(
            url=f"https://alpha.example/{number}", feed=answers.url, state=state, next_at=soon, failures=number
        )
        watched.put_item(connection, page)


def hostile() -> Document:
    """A report that says what a browser would run."""
    told = "قُتل 7 أشخاص في قصف على مدينة سومي يوم الاثنين، وفق السلطات المحلية."
    text = f"{told}\n{HOSTILE}\nوأصيب 12 آخرون، حسب رئيس البلدية {HOSTILE}."
    return Document(
        id='h"><script>alert(9)</script>',
        text=text,
        title=f"قصف سومي {HOSTILE}",
        published="2025-07-22",
        publisher=f"p {HOSTILE}",
        url="javascript:alert(1)",
    )


@contextmanager
def client_of(record: Path, **settings: Any) -> Iterator[TestClient[Any]]:
    """A client of a desk over a copy of this record, on this machine."""
    app = make_app(DeskSettings(record=str(record), **settings))
    with TestClient(app, base_url=f"http://{HOST}") as client:
        yield client


def copy_of(record: Path, target: Path) -> Path:
    """A copy of a record that a test may change."""
    return Path(shutil.copy(record, target))


def seat(client: TestClient[Any], path: str = "/") -> str:
    """What a form on a page repeats, to show where it comes from."""
    found = re.search(r'data-seat="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]
