"""The desk's page of relations: what two parties did, weighed, with the incidents behind each point."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest
from desk import client_of
from desk_views import make_record
from litestar.testing import TestClient

PAIR = "first=RUS&second=UKR"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Any]]:
    path = tmp_path_factory.mktemp("relations") / "r.db"
    make_record(path)
    with client_of(path) as made:
        yield made


def rows_of(client: TestClient[Any], query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/relations.csv?{query}").content.decode("utf-8-sig"))))


def test_without_parties_the_page_offers_those_of_the_record(client: TestClient[Any]) -> None:
    page = client.get("/relations?lang=en").text
    assert 'href="/relations?first=RUS&amp;second=UKR"' in page


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ["Russia", "Ukraine", "14–20 July 2025"]), ("ar", ["روسيا", "أوكرانيا", "يوليو"])]
)
def test_the_page_speaks_both_languages(client: TestClient[Any], lang: str, words: list[str]) -> None:
    page = client.get(f"/relations?{PAIR}&lang={lang}").text
    assert [w for w in words if w not in page] == []


@pytest.mark.parametrize(("first", "second"), [("روسيا", "أوكرانيا"), ("Russia", "ukraine"), ("state:RUS", "UKR")])
def test_parties_may_be_named_in_either_language(client: TestClient[Any], first: str, second: str) -> None:
    named = client.get("/relations", params={"first": first, "second": second, "lang": "en"}).text
    coded = client.get(f"/relations?{PAIR}&lang=en").text
    assert named.count('class="bar') == coded.count('class="bar') > 3


def test_an_incident_that_two_reports_tell_counts_once_in_its_direction(client: TestClient[Any]) -> None:
    first = next(r for r in rows_of(client, PAIR) if r["period"] == "2025-W29" and r["direction"] == "RUS>UKR")
    assert (first["incidents"], first["ASSAULT"]) == ("1", "1")
    page = client.get(f"/relations?{PAIR}&period=2025-W29&lang=en").text
    assert page.count('<article class="card') == 1
    assert "2 reports" in page


def test_each_point_leads_to_exactly_its_incidents(client: TestClient[Any]) -> None:
    for row in rows_of(client, f"{PAIR}&by=day"):
        if row["direction"] != "both" or row["incidents"] == "0":
            continue
        page = client.get(f"/relations?{PAIR}&by=day&period={row['period']}").text
        assert set(re.findall(r'href="/incidents/([^"]+)"', page)) == set(row["ids"].split())


def test_days_bound_what_is_counted(client: TestClient[Any]) -> None:
    rows = rows_of(client, f"{PAIR}&by=day&since=2025-07-22&until=2025-07-23")
    assert {r["period"] for r in rows} == {"2025-07-22", "2025-07-23"}


def test_the_chart_is_a_picture_of_its_own_with_every_column_named(client: TestClient[Any]) -> None:
    answer = client.get(f"/relations.svg?{PAIR}&lang=en")
    root = ET.fromstring(answer.content)
    named = {"{http://www.w3.org/2000/svg}title"}
    titles = [e.text or "" for e in root.iter() if e.tag in named]
    assert any(t.startswith("14–20 July 2025: −9.7, 1 incident") for t in titles)
    assert "attachment" in answer.headers["content-disposition"]
    assert re.search(r"(href|src|url\()", answer.text) is None


def test_a_name_that_a_spreadsheet_would_run_stays_text(client: TestClient[Any]) -> None:
    raw = client.get("/relations.csv", params={"first": "=cmd|' /C calc'!A0", "second": "RUS"}).text
    assert not re.search(r"(^|,)\"?[=@]", raw, re.MULTILINE)
    page = client.get("/relations", params={"first": "<script>alert(1)</script>", "second": "RUS", "lang": "en"}).text
    assert "<script>alert" not in page
    assert "holds no incident between" in page


@pytest.mark.parametrize("query", ["first=RUS&second=russia", f"{PAIR}&by=hour", f"{PAIR}&period=2025-W99"])
def test_what_makes_no_sense_is_said(client: TestClient[Any], query: str) -> None:
    assert client.get(f"/relations?{query}").status_code == 400
