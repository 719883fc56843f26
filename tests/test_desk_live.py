"""Live arrival: whoever looks at a view hears of what came in since, in their language, if it passes the filters."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from desk import client_of, copy_of
from desk_server import serving
from incident_gold import OWN, Read, add, documents, read
from litestar.testing import TestClient

from marsad import pipeline
from marsad.record import open_record

LISTENERS = 50


@pytest.fixture(scope="module")
def reports() -> list[Read]:
    return list(read(pipeline.load_reader(), documents(OWN)).values())


@pytest.fixture(scope="module")
def half(reports: list[Read], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("live") / "r.db"
    with open_record(str(path), pipeline.load_fold()) as record:
        add(record, reports[:6])
    return path


@pytest.fixture
def record(half: Path, tmp_path: Path) -> Path:
    return copy_of(half, tmp_path / "r.db")


@pytest.fixture
def client(record: Path) -> Iterator[TestClient[Any]]:
    with client_of(record) as made:
        yield made


def stamp_of(page: str) -> str:
    found = re.search(r'data-stamp="(\d+)"', page)
    assert found is not None
    return found[1]


def come_in(path: Path, reports: list[Read]) -> None:
    """Add reports as another program does."""
    with open_record(str(path), pipeline.load_fold()) as record:
        add(record, reports)


def count_of(client: TestClient[Any], query: str = "") -> int:
    found = re.search(r"<strong>(\d+) incident", client.get(f"/?lang=en&{query}").text)
    assert found is not None
    return int(found[1])


def asked(client: TestClient[Any], after: str, query: str = "") -> Any:
    """What is new, as soon as the desk has noticed it."""
    time.sleep(0.6)
    return client.get(f"/new?after={after}&{query}").json()


def test_only_what_passes_the_filters_of_a_view_is_new(
    client: TestClient[Any], record: Path, reports: list[Read]
) -> None:
    after = stamp_of(client.get("/").text)
    before = count_of(client), count_of(client, "type=ASSAULT")
    assert asked(client, after) == {"count": 0, "said": ""}
    come_in(record, reports[6:])
    news = asked(client, after, "lang=en")
    assert news["said"] == f"{news['count']} new incidents."
    assert news["count"] == count_of(client) - before[0] > 0
    assert asked(client, after, "type=ASSAULT")["count"] == count_of(client, "type=ASSAULT") - before[1] < news["count"]
    assert "جديدة" in asked(client, after, "lang=ar")["said"]


def test_fifty_listeners_hear_of_it_and_the_desk_still_stops(record: Path, reports: list[Read]) -> None:
    heard: list[Any] = []
    ended = []

    def listen(address: str, after: str) -> None:
        with (
            httpx.Client(timeout=60) as client,
            client.stream("GET", f"{address}/live?after={after}&lang=en") as stream,
        ):
            for line in stream.iter_lines():
                if line.startswith("data: {"):
                    heard.append(json.loads(line[5:]))
        ended.append(True)

    with serving(record) as address:
        after = stamp_of(httpx.get(f"{address}/", timeout=60).text)
        threads = [threading.Thread(target=listen, args=(address, after), daemon=True) for _ in range(LISTENERS)]
        for thread in threads:
            thread.start()
        come_in(record, reports[6:])
        until = time.monotonic() + 60
        while len(heard) < LISTENERS and time.monotonic() < until:
            assert httpx.get(f"{address}/?type=ASSAULT", timeout=60).status_code == 200
            time.sleep(0.2)
        assert len(heard) >= LISTENERS
        assert {news["said"] for news in heard[-1:]} == {f"{heard[-1]['count']} new incidents."}
    for thread in threads:
        thread.join(timeout=20)
    assert len(ended) == LISTENERS, "every stream was ended, none cut off"
