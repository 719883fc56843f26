"""Filters as people write them: codes and names in both languages, wherever one may ask; slips are refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from desk import client_of
from litestar.testing import TestClient
from standin import TEXT, Ran, StandIn

import marsad as library
from marsad.errors import CodebookError, InputError
from marsad.filtering import CountryRow, checked, country_code, mode_code
from marsad.model import Document
from marsad.record import Filters, open_record
from marsad.resources import DATA, read_tsv

UKRAINE = ("UKR", "ukr", "ukraine", "Ukraine", " UKRAINE ", "أوكرانيا", "اوكرانيا")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("filters") / "marsad.db"
    with open_record(str(made)) as record:
        coded = StandIn().read(Document(id="r1", text=TEXT, published="2025-07-22"))
        record.add(coded, record.start_run("1", "d"))
    return made


@pytest.fixture
def client(path: Path) -> Iterator[TestClient[Any]]:
    with client_of(path) as made:
        yield made


@pytest.mark.parametrize("text", UKRAINE)
def test_a_country_is_a_code_or_a_name_in_either_language(text: str) -> None:
    assert country_code(text) == "UKR"


def test_every_country_is_found_by_all_its_names() -> None:
    rows = list(read_tsv(DATA / "desk" / "countries.tsv", CountryRow))
    wrong = [(r.code, n, country_code(n)) for r in rows for n in (r.code, r.en, r.ar) if country_code(n) != r.code]
    assert wrong == []


@pytest.mark.parametrize("text", ["Palestine", "Côte d'Ivoire", "روسيا", "الولايات المتحدة", "UK"])
def test_names_that_people_use_beside_the_official_ones_are_known(text: str) -> None:
    assert len(country_code(text)) == 3


def test_a_slip_is_refused_with_what_comes_nearest() -> None:
    with pytest.raises(InputError, match=r"'ukrane' is no country; nearest: Ukraine \(UKR\)"):
        country_code("ukrane")
    with pytest.raises(InputError, match="write its ISO code"):
        country_code("zzzzzzzz")
    with pytest.raises(CodebookError, match="nearest: ASSAULT"):
        checked(Filters(types=("assualt",)))
    with pytest.raises(CodebookError, match="nearest: actual"):
        checked(Filters(statuses=("actuel",)))
    with pytest.raises(CodebookError, match="nearest: drone"):
        mode_code("drones")


def test_the_command_line_takes_names_and_refuses_slips(marsad: Callable[..., Ran], folder: Path, path: Path) -> None:
    asked = ("--record", str(path), "--format", "jsonl")
    for text in UKRAINE:
        assert len(marsad("events", "--country", text, *asked).out.splitlines()) == 1, text
    for command in ("events", "reports", "incidents"):
        ran = marsad(command, "--country", "ukrane", "--record", str(path))
        assert ran.code == 2
        assert "Ukraine (UKR)" in ran.err
    assert marsad("export", "x.csv", "--country", "ukrane", "--record", str(path)).code == 2
    assert not (folder / "x.csv").exists()


@pytest.mark.parametrize("text", UKRAINE)
def test_api_and_desk_take_names(client: TestClient[Any], text: str) -> None:
    assert len(client.get("/api/v1/events", params={"country": text}).json()["items"]) == 1
    assert client.get("/", params={"country": text}).status_code == 200
    assert client.get("/public", params={"country": text}).status_code == 200


@pytest.mark.parametrize(
    ("name", "slip", "nearest"),
    [("country", "ukrane", "Ukraine"), ("type", "ASSUALT", "ASSAULT"), ("status", "actuel", "actual")],
)
def test_api_and_desk_refuse_slips_by_name(client: TestClient[Any], name: str, slip: str, nearest: str) -> None:
    for address in ("/api/v1/events", "/api/v1/incidents", "/api/v1/incidents.atom"):
        answer = client.get(address, params={name: slip})
        assert answer.status_code == 400, address
        said = json.loads(answer.text)["error"]["message"]
        assert slip in said
        assert nearest in said
    for lang in ("en", "ar"):
        answer = client.get("/", params={name: slip, "lang": lang})
        assert answer.status_code == 400
        assert slip in answer.text


def test_the_desk_refuses_modes_reviews_and_orders_that_there_are_not(client: TestClient[Any]) -> None:
    for asked in ("mode=drones", "review=opne", "order=dates"):
        assert client.get(f"/?{asked}").status_code == 400, asked


def test_the_library_takes_names_and_refuses_slips(path: Path) -> None:
    with library.open_record(str(path)) as record:
        assert len(record.events(country="Ukraine")) == 1
        with pytest.raises(InputError, match="Ukraine"):
            record.events(country="ukrane")
