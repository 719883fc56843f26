"""The desk's page of negotiations: the steps in order, who with whom about what, in the words of the reports."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from desk import client_of
from desk_views import make_record
from litestar.testing import TestClient

PAIR = "party=RUS&party=UKR"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Any]]:
    path = tmp_path_factory.mktemp("processes") / "r.db"
    make_record(path)
    with client_of(path) as made:
        yield made


def test_without_a_choice_the_page_says_who_negotiates_with_whom(client: TestClient[Any]) -> None:
    page = client.get("/processes?lang=en").text
    assert 'href="/processes?party=RUS&amp;party=UKR&amp;topic=ceasefire"' in page


def test_the_steps_stand_in_order_with_who_and_their_words(client: TestClient[Any]) -> None:
    page = client.get(f"/processes?{PAIR}&lang=en").text
    steps = re.findall(r'<span class="what">([^<]+)</span>', page)
    assert steps[0] in ("met", "talks through a mediator")
    assert "refused" in steps[1:]
    assert "<mark>التقى</mark>" in page
    assert "about: " in page


def test_a_step_may_be_asked_for_by_its_kind(client: TestClient[Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"/processes.csv?{PAIR}&step=refused").text.lstrip("\ufeff"))))
    assert [(r["day"], r["step"], r["who"]) for r in rows] == [("2025-07-24", "refused", "Ukraine")]


def test_arabic_names_its_parties_in_arabic(client: TestClient[Any]) -> None:
    page = client.get(f"/processes?{PAIR}&lang=ar").text
    assert "<bdi>روسيا</bdi>" in page
    assert ">Russia<" not in page


@pytest.mark.parametrize("query", ["topic=weather", "step=danced", "since=soon"])
def test_what_makes_no_sense_is_said(client: TestClient[Any], query: str) -> None:
    assert client.get(f"/processes?{query}").status_code == 400
