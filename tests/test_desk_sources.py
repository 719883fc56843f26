"""The desk's page of sources: who is early, whose figures did not hold, and who copies."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk import client_of
from desk_views import REPORTS
from incident_gold import add, read
from litestar.testing import TestClient

from marsad import pipeline
from marsad.model import Document
from marsad.record import open_record

COPY = REPORTS[3][3] + " وأضاف المصدر أن فرق الإنقاذ وصلت إلى المكان وأن التحقيق مستمر في أسباب الحادث حتى مساء اليوم."


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Any]]:
    path: Path = tmp_path_factory.mktemp("sources") / "r.db"
    reader = pipeline.load_reader()
    more = [("v7", "2025-07-24T06:00:00Z", "alpha", COPY), ("v8", "2025-07-24T15:00:00Z", "=gamma", COPY)]
    with open_record(str(path), pipeline.load_fold()) as record:
        reports = [Document(id=i, text=t, published=at, publisher=who) for i, at, who, t in (*REPORTS[:2], *more)]
        add(record, read(reader, reports).values())
    with client_of(path) as made:
        yield made


def rows_of(client: TestClient[Any]) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(client.get("/sources.csv").text.lstrip("\ufeff")))
    return {row["name"]: row for row in rows if row["kind"] == "publisher"}


def test_who_told_first_and_how_much_later_the_others_came(client: TestClient[Any]) -> None:
    rows = rows_of(client)
    assert rows["alpha"]["first"] == rows["alpha"]["shared"] != "0"
    assert rows["alpha"]["behind_hours"] == "0.0"
    assert (rows["beta"]["shared"], rows["beta"]["first"], rows["beta"]["behind_hours"]) == ("1", "0", "24.0")


def test_a_text_that_repeats_an_earlier_one_is_no_source_of_its_own(client: TestClient[Any]) -> None:
    rows = rows_of(client)
    assert rows["'=gamma"]["copied"] == "1"
    assert rows["'=gamma"]["copied_from"] == "alpha 1"
    assert rows["alpha"]["copied"] == "0"


@pytest.mark.parametrize(("lang", "words"), [("en", "Told first"), ("ar", "رواها أولا")])
def test_the_page_speaks_both_languages_and_leads_to_the_reports(
    client: TestClient[Any], lang: str, words: str
) -> None:
    page = client.get(f"/sources?lang={lang}").text
    assert words in page
    assert 'href="/?publisher=alpha"' in page
