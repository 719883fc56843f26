"""The desk as a browser asks it: both languages, filters in the address, hostile text, who is let in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk import HOST, client_of, make_record
from litestar.testing import TestClient


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("desk") / "r.db"
    make_record(path)
    return path


@pytest.fixture
def client(record: Path) -> Iterator[TestClient[Any]]:
    with client_of(record) as made:
        yield made


@pytest.mark.parametrize(("lang", "direction", "word"), [("en", "ltr", "Overview"), ("ar", "rtl", "نظرة عامة")])
def test_the_overview_speaks_both_languages(client: TestClient[Any], lang: str, direction: str, word: str) -> None:
    page = client.get(f"/?lang={lang}").text
    assert f'<html lang="{lang}" dir="{direction}">' in page
    assert word in page
    assert page.count('<article class="card') > 5


def test_filters_stand_in_the_address(client: TestClient[Any]) -> None:
    every = client.get("/?lang=en").text.count('<article class="card')
    some = client.get("/?lang=en&type=ASSAULT&min_killed=5").text
    assert 0 < some.count('<article class="card') < every
    assert 'value="5"' in some
    assert '<option value="ASSAULT" selected>' in some


def test_words_are_found_however_they_are_spelt(client: TestClient[Any]) -> None:
    plain, marked = (client.get("/", params={"text": word}).text for word in ("انفجار", "إنفجار"))
    assert plain.count('<article class="card') == marked.count('<article class="card') > 0


@pytest.mark.parametrize("query", ["type=NONE", "since=yesterday", "min_killed=-1", "review=maybe", "page=x"])
def test_an_address_that_makes_no_sense_says_so(client: TestClient[Any], query: str) -> None:
    answer = client.get(f"/?{query}&lang=en")
    assert answer.status_code == 400
    assert "This did not work" in answer.text


def test_only_the_desks_own_names_are_answered(client: TestClient[Any]) -> None:
    assert client.get("/", headers={"host": HOST}).status_code == 200
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize("path", ["/", "/map.json?box=-180,-90,180,90&zoom=2", "/static/desk.css", "/nowhere"])
def test_every_answer_forbids_inline_script_and_other_hosts(client: TestClient[Any], path: str) -> None:
    policy = client.get(path).headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_the_map_gathers_what_stands_close(client: TestClient[Any]) -> None:
    whole = "-180,-90,180,90"
    far, near = (client.get(f"/map.json?box={whole}&zoom={zoom}").json()["cells"] for zoom in (1, 10))
    assert sum(c["count"] for c in far) == sum(c["count"] for c in near) > 5
    assert len(far) < len(near)
