"""The desk's page of agreements: a truce is registered, and what lies in its scope is listed with why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from desk import client_of, seat
from desk_views import make_record
from litestar.testing import TestClient

TRUCE = {
    "name": "هدنة خاركيف",
    "parties": "روسيا\nUkraine",
    "areas": "خاركيف",
    "since": "2025-07-20",
    "forbids": "ASSAULT",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Any]]:
    path = tmp_path_factory.mktemp("agreements") / "r.db"
    make_record(path)
    with client_of(path) as made:
        yield made


def register(client: TestClient[Any], **changed: str) -> Any:
    return client.post("/agreements/register", data={"_seat": seat(client), **TRUCE, **changed}, follow_redirects=True)


def breaches(client: TestClient[Any], at: str) -> list[dict[str, str]]:
    text = client.get(f"{at}/breaches.csv?lang=en").text.lstrip("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_truce_lists_what_happened_in_its_scope_alone_and_says_why(client: TestClient[Any]) -> None:
    answer = register(client)
    at, page = answer.url.path, answer.text
    # Before it began (14 July) and elsewhere (Belgorod) is out of scope.
    assert [(b["from"], b["scope"]) for b in breaches(client, at)] == [("2025-07-26", "in")]
    assert page.count('<div class="listed') == 1
    assert "<mark>قتل</mark>" in page
    english = client.get(f"{at}?lang=en").text
    assert "it happened in Kharkiv" in english
    assert "reports name Russia, a party, as the one who did it" in english
    assert "it happened on 26 July 2025" in english
    assert "for people to judge" in english


def test_why_an_incident_is_listed_names_places_in_the_readers_language(client: TestClient[Any]) -> None:
    page = client.get(f"{register(client).url.path}?lang=ar").text
    assert "Kharkiv" not in page
    assert "وقعت في خاركيف" in page


def test_what_was_understood_is_shown_in_the_readers_language(client: TestClient[Any]) -> None:
    at = register(client).url.path
    told = {"en": ["Russia, Ukraine", "Kharkiv", "20 July 2025"], "ar": ["روسيا، أوكرانيا", "20 يوليو 2025"]}
    for lang, words in told.items():
        page = client.get(f"{at}?lang={lang}").text
        assert [w for w in words if w not in page] == []


def test_an_agreement_that_ended_covers_nothing_later_and_the_log_says_who_said_so(client: TestClient[Any]) -> None:
    at = register(client).url.path
    form = {"_seat": seat(client), "kind": "end", "day": "2025-07-24", "reason": "it was renounced"}
    page = client.post(f"{at}/end", data=form, follow_redirects=True).text
    assert breaches(client, at) == []
    assert "it was renounced" in page


def test_a_removed_agreement_is_off_the_list(client: TestClient[Any]) -> None:
    at = register(client, name="a truce to be removed").url.path
    client.post(f"{at}/end", data={"_seat": seat(client), "kind": "remove"})
    register(client)
    listed = client.get("/agreements").text
    assert TRUCE["name"] in listed
    assert "a truce to be removed" not in listed
    assert client.get(at).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"parties": " "}, {"areas": "qqqxyz"}, {"forbids": "DANCE"}, {"until": "2025-07-01"}, {"since": "soon"}]
)
def test_terms_that_make_no_sense_are_refused_and_nothing_is_kept(
    client: TestClient[Any], wrong: dict[str, str]
) -> None:
    assert register(client, name="no truce", **wrong).status_code in (400, 409)
    listed = client.get("/agreements?lang=en")
    assert listed.status_code == 200
    assert "no truce" not in listed.text


def test_markup_in_a_name_is_shown_as_text(client: TestClient[Any]) -> None:
    page = register(client, name='<script>alert(1)</script>"').text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_form_from_elsewhere_registers_nothing(client: TestClient[Any]) -> None:
    assert client.post("/agreements/register", data=TRUCE).status_code == 403
