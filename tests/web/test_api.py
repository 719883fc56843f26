"""The API as a program asks it: pages, tags, errors, who may see what, and no input that makes it fail."""

from __future__ import annotations

import asyncio
import datetime
import json
import time
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from litestar import Litestar
from litestar.middleware.rate_limit import RateLimitMiddleware
from litestar.testing import TestClient
from standin import TEXT, StandIn, make_event

from marsad import news
from marsad.model import CodedDocument, Document
from marsad.pipeline import load_fold
from marsad.publishing import View
from marsad.record import Filters, Record, StoredJudgement, open_record
from marsad.resources import DATA
from marsad.web import accounts, api, make_app, shapes
from marsad.web.settings import SCOPES, DeskSettings

HERE = "http://127.0.0.1:8765"
PRIVATE = "Qqzamir Privatov"


def coded(name: str) -> CodedDocument:
    document = Document(id=name, text=TEXT, published="2025-07-22", publisher="a.example")
    event = make_event(name)
    actor = msgspec.structs.replace(event.actor[0], name=PRIVATE)
    return msgspec.structs.replace(StandIn().read(document), events=(msgspec.structs.replace(event, actor=(actor,)),))


@pytest.fixture
def path(location: str) -> str:
    """A record with five reports, on each kind of database."""
    from marsad import pipeline

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
        ("/api/v1/events?limit=0", 400, "limit: "),
        ("/api/v1/events?min_killed=many", 400, "min_killed: "),
        ("/api/v1/events?countri=UKR", 400, "nearest: country"),
        ("/api/v1/stream?sinse=2025-07-22", 400, "nearest: since"),
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


def test_a_body_that_is_wrong_is_told_what_is_wrong_with_it(here: TestClient[Litestar]) -> None:
    for body, says in (({"text": 5}, "text"), ({"text": TEXT, "publshed": "2025-07-22"}, "publshed"), ({}, "text")):
        refused = here.post("/api/v1/read", json=body)
        assert refused.status_code == 400
        assert says in refused.json()["error"]["message"]


def test_a_wrong_method_and_a_missing_token_are_told_as_http_says(here: TestClient[Litestar], path: str) -> None:
    refused = here.put("/api/v1/read")
    assert refused.status_code == 405
    assert "POST" in refused.headers["allow"]
    with client(make_app(DeskSettings(record=path, accounts=True))) as asking:
        assert asking.get("/api/v1/events").headers["www-authenticate"] == "Bearer"


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


ASKED: dict[str, tuple[dict[str, Any], str, set[str]]] = {
    "GET /events": ({}, "reader", {"read", "read:texts"}),
    "GET /incidents": ({}, "reader", {"read", "read:texts"}),
    "GET /incidents/{name}": ({}, "reader", {"read", "read:texts"}),
    "GET /incidents.atom": ({}, "reader", {"read", "read:texts"}),
    "POST /read": ({"text": TEXT}, "reader", {"read", "read:texts"}),
    "POST /reports": ({"id": "posted", "text": TEXT}, "coder", {"add"}),
    "POST /judgements": ({"kind": "confirm", "incident": "i-none"}, "coder", {"judge"}),
}
"""Every route of the API but the stream, which has the guard of the others and never ends: what is sent, who may ask."""


def token(path: str, role: str, *scopes: str) -> dict[str, str]:
    def work(connection: Any) -> str:
        name = f"{role} {' '.join(scopes)}"
        account = accounts.add(connection, name, "long enough 1", role)
        return accounts.make_token(connection, account, "script", scopes, 30)

    with open_record(path, load_fold()) as record:
        return {"authorization": f"Bearer {record.change(work)}"}


def ask(asking: TestClient[Litestar], route: str, bearer: dict[str, str]) -> int:
    method, address = route.split(" ")
    address = address.replace("{name}", "i-none")
    body = {"json": ASKED[route][0]} if method == "POST" else {}
    return asking.request(method, f"/api/v1{address}", headers=bearer, **body).status_code


def test_the_matrix_of_scopes_holds_every_route(here: TestClient[Litestar]) -> None:
    paths = here.get("/api/openapi.json").json()["paths"]
    found = {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, routes in paths.items() for method in routes}
    assert found == {*ASKED, "GET /stream"}


@pytest.mark.parametrize("role", ["reader", "coder"])
@pytest.mark.parametrize("scope", SCOPES)
def test_every_route_takes_its_scope_and_its_role(path: str, role: str, scope: str) -> None:
    bearer = token(path, role, scope)
    with client(make_app(DeskSettings(record=path, accounts=True, public="careful"))) as asking:
        wrong = []
        for route, (_, least, scopes) in ASKED.items():
            status = ask(asking, route, bearer)
            may = scope in scopes and (least == "reader" or role == "coder")
            if may == (status in (401, 403)) or status >= 500:
                wrong.append((route, status))
        assert wrong == []
        assert asking.get("/api/v1/stream", headers=bearer).status_code == 403 if "read" not in scope else True


def test_what_a_route_takes_stands_in_the_description(here: TestClient[Litestar]) -> None:
    paths = here.get("/api/openapi.json").json()["paths"]
    for route, (_, _, scopes) in ASKED.items():
        method, address = route.split(" ")
        said = paths[f"/api/v1{address}"][method.lower()]["security"]
        assert {scope for one in said for scope in one.get("token", ())} == scopes, route


def test_words_take_a_scope_of_their_own(path: str) -> None:
    with_words, without = token(path, "reader", "read:texts"), token(path, "reader", "read")
    with client(make_app(DeskSettings(record=path, accounts=True))) as asking:
        assert "قصفت" in asking.get("/api/v1/events", headers=with_words).text
        for what in ("events", "incidents", "incidents.atom"):
            told = asking.get(f"/api/v1/{what}", headers=without).text
            assert "قصفت" not in told
            assert "Sumy" in told
        assert PRIVATE in asking.get("/api/v1/events", headers=without).text, "names are no words of a report"
        assert asking.get("/api/v1/events?text=قصفت", headers=without).status_code == 400


def test_a_program_adds_and_judges_under_its_holders_name(path: str) -> None:
    bearer = token(path, "coder", "add", "judge", "read")
    told = "قُتل 9 أشخاص في قصف على مدينة خاركيف يوم الاثنين، وفق السلطات المحلية."
    with client(make_app(DeskSettings(record=path, accounts=True))) as asking:
        added = asking.post(
            "/api/v1/reports", json={"id": "n1", "text": told, "published": "2025-07-22"}, headers=bearer
        )
        assert (added.status_code, added.json()) == (200, {"id": "n1", "state": "added"})
        again = asking.post(
            "/api/v1/reports", json={"id": "n1", "text": told, "published": "2025-07-22"}, headers=bearer
        )
        assert again.json()["state"] == "unchanged"
        rows = asking.get("/api/v1/incidents?place=Kharkiv", headers=bearer).json()["items"]
        judged = asking.post("/api/v1/judgements", json={"kind": "reject", "incident": rows[0]["id"]}, headers=bearer)
        assert judged.status_code == 201
        assert asking.get("/api/v1/incidents?place=Kharkiv", headers=bearer).json()["items"] == []
        undone = {"kind": "undo", "undoes": judged.json()["number"]}
        assert asking.post("/api/v1/judgements", json=undone, headers=bearer).status_code == 201
    with open_record(path, load_fold()) as record:
        assert {j.author for j in record.judgements()} == {"coder add judge read"}


def heard(view: View, since: news.Moment, acts: Sequence[Callable[[], object]]) -> list[Any]:
    """What a listener hears at first, and after each of these acts."""

    async def listen() -> list[Any]:
        desk: Any = SimpleNamespace(is_closing=False)
        stream = api._news(desk, lambda: view, Filters(), since)
        hello = await anext(stream)
        assert hello.comment == "Marsad"
        found = [await anext(stream)]
        for act in acts:
            act()
            found.append(await asyncio.wait_for(anext(stream), 60))
        await stream.aclose()  # type: ignore[attr-defined]
        return found

    return asyncio.run(listen())


def judge(record: Record, kind: str, name: str, **more: Any) -> int:
    row = StoredJudgement(key=0, at="", author="amal", kind=kind, left=name, **more)
    return record.judge(row)


def test_what_reports_and_people_change_is_told_as_it_comes(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "_POLL_S", 0.05)
    with open_record(path, load_fold()) as record:
        (name,) = (item.id for _, item in View(record).happenings(Filters()))
        start = news.Moment(0, datetime.date(2025, 8, 1))
        acts = [
            lambda: judge(record, "correct", name, field="killed", value=7),
            lambda: judge(record, "reject", name),
            lambda: judge(record, "undo", name, undoes=2),
        ]
        first, corrected, rejected, back = heard(View(record), start, acts)
        assert (first.event, json.loads(first.data)["type"]) == ("incident", "ASSAULT")
        assert json.loads(corrected.data)["figures"]["killed"]["best"] == 7
        assert (rejected.event, json.loads(rejected.data)) == ("withdrawn", {"id": name, "became": None})
        assert (back.event, json.loads(back.data)["id"]) == ("incident", name)
        moment = news.moment_of(back.id)
        assert moment is not None
        assert news.since(View(record), Filters(), moment)[1] == []


def test_more_than_enough_requests_are_turned_away(here: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(
        "litestar.middleware.rate_limit.time", lambda: now
    )  # all within one minute, however slow they are
    codes = {here.get("/api/v1/incidents/i-0").status_code for _ in range(api._A_MINUTE + 5)}
    assert codes == {404, 429}


SHAPES: dict[str, Any] = {
    "/api/v1/events": shapes.Events,
    "/api/v1/incidents": shapes.Incidents,
    "/api/v1/incidents/{name}": shapes.Incident,
    "/api/v1/read": shapes.Report,
    "/api/v1/reports": api.Added,
    "/api/v1/judgements": api.Noted,
}
"""What answers are, as the description of the API says."""


def test_answers_are_what_the_description_says(here: TestClient[Litestar], outside: TestClient[Litestar]) -> None:
    for client_, event in ((here, "قصفت"), (outside, "")):
        events = msgspec.json.decode(client_.get("/api/v1/events").content, type=shapes.Events)
        assert (len(events.items), events.items[0].trigger.text) == (5, event)
        found = msgspec.json.decode(client_.get("/api/v1/incidents").content, type=shapes.Incidents)
        one = client_.get(f"/api/v1/incidents/{found.items[0].id}").content
        assert msgspec.json.decode(one, type=shapes.Incident) == found.items[0]
        refused = client_.get("/api/v1/incidents/i-none")
        assert msgspec.json.decode(refused.content, type=shapes.Failure).error.status == 404
    read = [
        msgspec.json.decode(here.post("/api/v1/read", json={"text": path.read_text()}).content, type=shapes.Report)
        for path in sorted((DATA / "samples").glob("*.txt"))
    ]
    assert sum(len(report.events) for report in read) > 10


def test_the_description_names_the_shapes(here: TestClient[Litestar]) -> None:
    paths = here.get("/api/openapi.json").json()["paths"]
    for path, shape in SHAPES.items():
        for routes in paths[path].values():
            (good,) = [answer for status, answer in routes["responses"].items() if status.startswith("2")]
            assert good["content"]["application/json"]["schema"]["$ref"].endswith(f"/{shape.__name__}")
            bad = routes["responses"]["404"]["content"]["application/json"]["schema"]["$ref"]
            assert bad.endswith("/Failure")
    assert "application/atom+xml" in paths["/api/v1/incidents.atom"]["get"]["responses"]["200"]["content"]


# What schemathesis brings along warns of its own parts.
@pytest.mark.filterwarnings("ignore")
def test_no_request_makes_the_api_fail(here: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch) -> None:
    schemathesis = pytest.importorskip(
        "schemathesis", reason="schemathesis is not installed; `make formats` installs it"
    )
    from schemathesis.core import NotSet
    from schemathesis.specs.openapi import checks

    conforms = (
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
    )

    async def never(*_: object, **_more: object) -> bool:
        return False

    monkeypatch.setattr(RateLimitMiddleware, "should_check_request", never)
    schema = schemathesis.openapi.from_dict(here.get("/api/openapi.json").json())
    operations = [o.ok() for o in schema.get_all_operations()]
    assert len(operations) == len(ASKED) + 1
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
            shape = shapes.Failure if found.status_code >= 400 else SHAPES.get(case.operation.path)
            if shape is not None:
                msgspec.json.decode(found.content, type=shape)
            case.validate_response(found, checks=conforms)

        ask()
