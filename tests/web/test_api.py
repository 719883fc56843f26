"""The API as a program asks it: pages, tags, errors, who may see what, and no input that makes it fail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from litestar import Litestar
from litestar.middleware.rate_limit import RateLimitMiddleware
from litestar.testing import TestClient
from standin import TEXT, StandIn, make_event

from marsad.model import CodedDocument, Document
from marsad.pipeline import load_fold
from marsad.publishing import View
from marsad.record import Filters, open_record
from marsad.web import accounts, api, make_app
from marsad.web.settings import DeskSettings

HERE = "http://127.0.0.1:8765"
PRIVATE = "Qqzamir Privatov"


def coded(name: str) -> CodedDocument:
    document = Document(id=name, text=TEXT, published="2025-07-22", publisher="a.example")
    event = make_event(name)
    actor = msgspec.structs.replace(event.actor[0], name=PRIVATE)
    return msgspec.structs.replace(StandIn().read(document), events=(msgspec.structs.replace(event, actor=(actor,)),))


@pytest.fixture
def path(tmp_path: Path) -> str:
    from marsad import pipeline

    location = str(tmp_path / "r.db")
    reader = pipeline.load_reader()
    with open_record(location, load_fold()) as record:
        run = record.start_run("1", "d")
        for n in range(5):
            item = coded(f"r{n}")
            record.add(item, run, reader.sketch(item))
    return location


def client(app: Litestar) -> TestClient[Litestar]:
    return TestClient(app, base_url=HERE)


@pytest.fixture
def here(path: str) -> Iterator[TestClient[Litestar]]:
    """Whoever sits at this machine."""
    with client(make_app(DeskSettings(record=path))) as asking:
        yield asking


@pytest.fixture
def outside(path: str) -> Iterator[TestClient[Litestar]]:
    """Whoever has not logged in, where the desk answers everybody under the careful policy."""
    with client(make_app(DeskSettings(record=path, accounts=True, public="careful"))) as asking:
        yield asking


def test_pages_hold_everything_once(here: TestClient[Litestar]) -> None:
    for what, wanted in (("events", 5), ("incidents", None)):
        seen: list[str] = []
        cursor = None
        while True:
            page = here.get(f"/api/v1/{what}", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
            seen += [row["id"] for row in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen))
        assert wanted is None or len(seen) == wanted


def test_filters_are_those_of_the_command_line(here: TestClient[Litestar]) -> None:
    assert len(here.get("/api/v1/events?type=assault&country=UKR&since=2025-07-01&min_killed=3").json()["items"]) == 5
    assert here.get("/api/v1/events?until=2025-07-01").json()["items"] == []


def test_what_has_not_changed_is_not_sent_again(here: TestClient[Litestar]) -> None:
    first = here.get("/api/v1/incidents")
    again = here.get("/api/v1/incidents", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/api/v1/events?type=ASSALT", 400, "ASSAULT"),
        ("/api/v1/events?cursor=zzz", 400, "cursor"),
        ("/api/v1/events?limit=0", 400, ""),
        ("/api/v1/events?since=yesterday", 400, ""),
        ("/api/v1/incidents/i-nothing", 404, "no such incident"),
        ("/api/v1/nothing", 404, ""),
    ],
)
def test_errors_have_one_shape(here: TestClient[Litestar], address: str, status: int, says: str) -> None:
    found = here.get(address)
    assert found.status_code == status
    assert set(found.json()) == {"error"}
    assert found.json()["error"]["status"] == status
    assert says in found.json()["error"]["message"]


def test_a_posted_report_is_read(here: TestClient[Litestar]) -> None:
    found = here.post("/api/v1/read", json={"text": TEXT, "published": "2025-07-22"})
    assert found.status_code == 200
    assert found.json()["events"][0]["type"] == "ASSAULT"
    assert here.post("/api/v1/read", json={"text": TEXT, "published": "soon"}).status_code == 400


def test_a_saved_search_is_a_feed(here: TestClient[Litestar]) -> None:
    feed = here.get("/api/v1/incidents.atom?country=UKR")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert b"country=UKR" in feed.content
    assert b"<entry>" in feed.content


def test_without_a_login_the_careful_policy_holds(outside: TestClient[Litestar]) -> None:
    told = "".join(
        outside.get(f"/api/v1/{what}").text
        for what in ("events", "incidents", "incidents.atom", "events?actor=Qqzamir")
    )
    assert "Sumy" in told
    assert "rivatov" not in told.replace("actor=Qqzamir", "")
    assert "قصفت" not in told
    assert outside.get("/api/v1/events?actor=Qqzamir").json()["items"] == []
    refused = outside.get("/api/v1/events?text=قصفت")
    assert refused.status_code == 400
    assert outside.post("/api/v1/read", json={"text": TEXT}).status_code in (401, 403)


def test_without_a_public_policy_nothing_is_told(path: str) -> None:
    with client(make_app(DeskSettings(record=path, accounts=True))) as asking:
        found = asking.get("/api/v1/events")
        assert (found.status_code, set(found.json())) == (401, {"error"})


def test_a_token_opens_the_record(path: str) -> None:
    with open_record(path, load_fold()) as record:
        secret = record.change(
            lambda c: accounts.let_in(c, accounts.add(c, "amal", "long enough 1", "reader"), "token", "script")
        )
    with client(make_app(DeskSettings(record=path, accounts=True, public="careful"))) as asking:
        found = asking.get("/api/v1/events", headers={"authorization": f"Bearer {secret}"})
        assert PRIVATE in found.text


def test_new_incidents_are_told_as_they_come(path: str) -> None:
    with open_record(path, load_fold()) as record:
        news = api._news(View(record), Filters(), since=0)

        async def first_two() -> list[Any]:
            found = [await anext(news), await anext(news)]
            await news.aclose()  # type: ignore[attr-defined]
            return found

        hello, told = asyncio.run(first_two())
        assert hello.comment == "Marsad"
        assert json.loads(told.data)["type"] == "ASSAULT"
        assert told.id == 5
        assert View(record).news(Filters(), 5) == (5, [])


def test_more_than_enough_requests_are_turned_away(here: TestClient[Litestar]) -> None:
    codes = {here.get("/api/v1/incidents/i-0").status_code for _ in range(api._A_MINUTE + 5)}
    assert codes == {404, 429}


# What schemathesis brings along warns of its own parts.
@pytest.mark.filterwarnings("ignore")
def test_no_request_makes_the_api_fail(here: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch) -> None:
    schemathesis = pytest.importorskip(
        "schemathesis", reason="schemathesis is not installed; `make formats` installs it"
    )
    from schemathesis.core import NotSet

    async def never(*_: object, **_more: object) -> bool:
        return False

    monkeypatch.setattr(RateLimitMiddleware, "should_check_request", never)
    schema = schemathesis.openapi.from_dict(here.get("/api/openapi.json").json())
    operations = [o.ok() for o in schema.get_all_operations()]
    assert len(operations) == 6
    for operation in operations:
        if operation.path.endswith("/stream"):
            continue  # it never ends
        strategy = operation.as_strategy()

        @settings(max_examples=25, suppress_health_check=list(HealthCheck), phases=[Phase.generate], database=None)
        @given(case=strategy)
        def ask(case: Any) -> None:
            given_body = {} if isinstance(case.body, NotSet) else {"json": case.body}
            found = here.request(case.method, case.formatted_path, params=case.query, **given_body)
            assert found.status_code < 500, found.text

        ask()
