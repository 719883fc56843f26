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

from marsad import pipeline
from marsad.model import Document
from marsad.record import open_record
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
