"""What a penetration test tries on the desk, a test for each class of finding that no other file of tests has."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from desk import HOST, HOSTILE, client_of, copy_of, hostile, make_record, seat
from desk_views import REPORTS
from incident_gold import add, read
from litestar.testing import TestClient

from marsad.model import Document
from marsad.pipeline import load_fold, load_reader
from marsad.record import open_record

FORMULA = '=HYPERLINK("http://evil.example/","open me")'
MARKUP = ("<script>alert", "<img src=x", "<svg onload", "<style>*", '="javascript:', ">49")
VIEWS = (
    "/",
    "/review",
    "/relations?first=RUS&second=UKR",
    "/processes?party=RUS",
    "/agreements",
    "/agreements/1",
    "/sources",
    "/feeds",
    "/words",
    "/log",
    "/accounts",
    "/webhooks",
    "/accuracy",
    f"/reports/{quote(hostile().id)}",
    f"/relations?first={quote(HOSTILE)}&second=UKR",
    f"/processes?party={quote(HOSTILE)}",
    f"/?text={quote(HOSTILE)}",
    f"/{quote(HOSTILE)}",
)
TABLES = (
    "/incidents.csv",
    "/histogram.csv",
    "/sources.csv",
    "/words.tsv",
    "/relations.csv?first=RUS&second=UKR",
    "/processes.csv",
    "/agreements/1/breaches.csv",
)
PICTURES = (
    "/histogram.svg",
    f"/histogram.svg?text={quote(HOSTILE)}",
    "/relations.svg?first=RUS&second=UKR",
    "/processes.svg?party=RUS&party=UKR",
    "/agreements/1/breaches.svg",
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record that is hostile wherever somebody else may write: reports, publishers, feeds, agreements, notes."""
    path = tmp_path_factory.mktemp("attacks") / "r.db"
    make_record(path)
    reader = load_reader()
    reports = [Document(id=i, text=t, published=day, publisher=FORMULA, title=FORMULA) for i, day, _, t in REPORTS]
    with open_record(str(path), load_fold()) as record:
        add(record, read(reader, reports).values())
    terms = {"name": HOSTILE, "parties": "RUS\nUKR", "since": "2025-07-20", "forbids": "ASSAULT", "reason": HOSTILE}
    with client_of(path) as client:
        assert client.post("/agreements/register", data={"_seat": seat(client), **terms}).status_code == 200
        name = re.findall(r'href="/incidents/([^"]+)"', client.get("/?country=UKR").text)[0]
        note = {"_seat": seat(client), "kind": "note", "reason": HOSTILE}
        assert client.post(f"/incidents/{name}/judge", data=note).status_code == 200
        assert client.post(f"/incidents/{name}/judge", data={**note, "reason": FORMULA}).status_code == 200
        word = {"_seat": seat(client), "kind": "place-name", "name": "الشعبي وسط", "id": "Kharkiv", "reason": FORMULA}
        client.post("/words/add", data=word)
    return path


@pytest.fixture
def client(template: Path, tmp_path: Path) -> Iterator[TestClient[Any]]:
    with client_of(copy_of(template, tmp_path / "r.db")) as made:
        yield made


# ---- stored and reflected cross-site scripting ------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_what_others_wrote_is_text_on_every_page(client: TestClient[Any], lang: str) -> None:
    pages = [*VIEWS, *incidents(client)]
    for path in pages:
        page = client.get(path, headers={"cookie": f"marsad_lang={lang}"}).text
        assert [m for m in MARKUP if m in page] == [], path
        assert "\u202e" not in re.sub(r'(value|content)="[^"]*"', "", page), f"{path}: text that turns a line around"


def incidents(client: TestClient[Any]) -> list[str]:
    return re.findall(r'class="opens" href="(/incidents/[^"]+)"', client.get("/?country=UKR").text)


@pytest.mark.parametrize("path", PICTURES)
def test_pictures_hold_hostile_words_as_words_and_are_kept_not_opened(client: TestClient[Any], path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert [m for m in MARKUP if m in answer.text] == []
    assert re.findall(r"<(?:script|foreignObject|a|image|use)\b|<[^>]*\son\w+=", answer.text) == []


@pytest.mark.parametrize("path", ["/map.json?box=-180,-90,180,90&zoom=2", "/map-places.json", "/new?after=0"])
def test_what_scripts_ask_for_is_data(client: TestClient[Any], path: str) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_scripts_of_the_desk_make_no_markup_of_text() -> None:
    own = sorted((Path(__file__).parent.parent / "marsad/web/static").glob("*.js"))
    assert own
    for path in own:
        text = path.read_text(encoding="utf-8")
        found = re.findall(
            r"\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function|setHTML", text
        )
        assert found == [], path.name


# ---- cells that a spreadsheet would run -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TABLES)
def test_no_cell_is_a_formula(client: TestClient[Any], path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    tab = "\t" if path.endswith(".tsv") else ","
    cells = [c for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=tab) for c in row]
    assert cells
    assert [c for c in cells if re.match(r"\s*[=@]|[+\-](?![\d.]+$)|[\t\r]", c)] == []


# ---- names of files, headers, redirects -------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", ['x"\r\nset-cookie: a=b', "../../etc/passwd", "‮gpj.exe", "a;b=c"])
def test_names_of_files_are_plain(client: TestClient[Any], wanted: str) -> None:
    answer = client.get("/histogram.csv", params={"place": wanted})
    assert re.fullmatch(r'attachment; filename="[A-Za-z0-9.-]+"', answer.headers["content-disposition"])
    assert "a" not in answer.cookies


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example", "/%0d%0alocation:%20http://evil.example"])
def test_no_address_leads_to_another_host(client: TestClient[Any], path: str) -> None:
    answer = client.get(f"http://{HOST}{path}", follow_redirects=False)
    assert answer.status_code in (400, 404)
    assert "evil" not in answer.headers.get("location", "")
    links = re.findall(r'(?:href|src|action|hx-get)="([^"]*)"', answer.text)
    assert links
    assert [link for link in links if not re.match(r"/(?![/\\\\])|[?#]|$", link)] == []


# ---- questions that break a database ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field", ["text", "place", "actor", "source", "publisher", "country", "type", "status", "order"]
)
@pytest.mark.parametrize(
    "asked", ["' OR 1=1 --", '"; DROP TABLE incidents; --', '" OR * NEAR(', "%", "_", "\x00", "\ud7ff" * 400]
)
def test_no_question_reaches_the_database_as_a_command(client: TestClient[Any], field: str, asked: str) -> None:
    assert client.get("/", params={field: asked}).status_code in (200, 400)
    assert client.get("/").text.count('class="opens"') > 5


@pytest.mark.parametrize(
    "path", ["/incidents/{}", "/reports/{}", "/agreements/{}", "/incidents/{}/why", "/public/incidents/{}"]
)
@pytest.mark.parametrize("name", ["%00", "..%2f..%2fetc%2fpasswd", "' OR '1'='1", "9" * 400, "%e2%80%ae", "{{7*7}}"])
def test_no_id_opens_what_it_does_not_name(client: TestClient[Any], path: str, name: str) -> None:
    answer = client.get(path.format(name))
    assert answer.status_code in (400, 401, 404)
    assert ">49" not in answer.text


# ---- too much, and what leads elsewhere --------------------------------------------------------------------------------


def test_no_form_is_larger_than_it_need_be(client: TestClient[Any]) -> None:
    form = {"_seat": seat(client), "kind": "note", "reason": "x" * 3_000_000}
    assert client.post("/incidents/i-none/judge", data=form).status_code == 413


def test_adding_a_report_asks_no_address_that_it_names(
    client: TestClient[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("the desk asked for an address")

    inside = "http://169.254.169.254/latest/"
    body = {"id": inside, "text": f"{REPORTS[0][3]} {inside} <img src={inside}>", "publisher": inside}
    proof = {"x-marsad-seat": seat(client)}
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    answer = client.post("/api/v1/reports", json=body, headers=proof)
    assert answer.status_code in (200, 201), answer.text
    assert client.post("/api/v1/reports", json={**body, "url": inside}, headers=proof).status_code == 400


def test_nothing_may_frame_or_sniff_or_hear_where_people_were(client: TestClient[Any]) -> None:
    for path in ("/", "/nowhere", "/incidents.csv", "/static/desk.css", "/map-places.json"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "no-store" in client.get("/").headers["cache-control"]


def test_a_failure_tells_nothing_of_the_programs_insides(
    client: TestClient[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from marsad.web import overview

    def fail(*_args: Any) -> Any:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(overview, "view_of", fail)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "secret inside" not in answer.text
    assert "Traceback" not in answer.text
