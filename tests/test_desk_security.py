"""Who is let in where: every route by every role, without proof, under a foreign name, after logout; what attackers try."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk import HOST, client_of, copy_of, seat
from litestar.testing import TestClient
from standin import TEXT, StandIn

from marsad.errors import InputError
from marsad.model import Document
from marsad.record import Record, open_record
from marsad.record.schema import passes
from marsad.web import accounts, api, live
from marsad.web.people import local_path
from marsad.web.settings import ROLES, SCOPES, DeskSettings

PASSWORD = "correct horse battery"
NEEDS = {
    "GET /": "reader",
    "GET /map.json": "reader",
    "GET /map-places.json": "reader",
    "GET /new": "reader",
    "GET /live": "reader",
    "GET /histogram.csv": "reader",
    "GET /histogram.svg": "reader",
    "GET /incidents/{name:str}": "reader",
    "GET /incidents/{name:str}/why": "reader",
    "GET /reports/{name:path}": "reader",
    "GET /review": "coder",
    "POST /incidents/{name:str}/judge": "coder",
    "POST /judgements/{number:int}/undo": "coder",
    "GET /incidents.csv": "reader",
    "GET /sources": "reader",
    "GET /feeds": "reader",
    "GET /sources.csv": "reader",
    "GET /pick": "coder",
    "POST /pick/say": "coder",
    "GET /words": "reader",
    "GET /words.tsv": "reader",
    "POST /words/add": "editor",
    "POST /words/{number:int}/undo": "editor",
    "POST /words/{number:int}/reread": "editor",
    "GET /relations": "reader",
    "GET /relations.csv": "reader",
    "GET /relations.svg": "reader",
    "GET /processes": "reader",
    "GET /processes.csv": "reader",
    "GET /processes.svg": "reader",
    "GET /agreements": "reader",
    "GET /agreements/{number:int}": "reader",
    "GET /agreements/{number:int}/breaches.csv": "reader",
    "GET /agreements/{number:int}/breaches.svg": "reader",
    "POST /agreements/register": "editor",
    "POST /agreements/{number:int}/end": "editor",
    "GET /public": "guest",
    "GET /public/incidents/{name:str}": "guest",
    "GET /public/map.json": "guest",
    "GET /public/incidents/as/{form:str}": "guest",
    "GET /login": None,
    "POST /login": None,
    "GET /login/code": None,
    "POST /login/code": None,
    "POST /logout": "guest",
    "GET /accounts": "admin",
    "POST /accounts": "admin",
    "POST /accounts/{key:int}": "admin",
    "POST /accounts/{key:int}/second": "admin",
    "GET /account": "guest",
    "POST /account/second": "guest",
    "POST /account/second/on": "guest",
    "POST /account/second/off": "guest",
    "GET /accuracy": "reader",
    "GET /reviewed.gold.jsonl": "coder",
    "GET /tokens": "reader",
    "POST /tokens": "reader",
    "POST /tokens/{mark:str}/end": "reader",
    "GET /webhooks": "admin",
    "POST /webhooks": "admin",
    "POST /webhooks/{key:int}": "admin",
    "POST /webhooks/deliveries/{key:int}/again": "admin",
    "GET /policy": "admin",
    "GET /policy.toml": "admin",
    "POST /policy/preview": "admin",
    "POST /policy/save": "admin",
    "POST /policy/{number:int}/undo": "admin",
    "GET /log": "admin",
}
"""Every page and action with the least role that may have it; None is anybody."""
API = {
    "GET /api/v1/events": "guest",
    "GET /api/v1/incidents": "guest",
    "GET /api/v1/incidents/{name:str}": "guest",
    "GET /api/v1/incidents.atom": "guest",
    "GET /api/v1/stream": "guest",
    "POST /api/v1/read": "reader",
    "POST /api/v1/reports": "coder",
    "POST /api/v1/judgements": "coder",
}
"""What programs ask, asked here with a person's session; which scope of a token opens what, the tests of the API say."""
BODIES: dict[str, Any] = {
    "/api/v1/read": {"text": TEXT},
    "/api/v1/reports": {"id": "posted", "text": TEXT},
    "/api/v1/judgements": {"kind": "confirm", "incident": "i-none"},
}
OPEN = {
    "GET /api": None,
    "GET /api/openapi.json": None,
    "GET /api/{path:str}": None,
    "GET /static/{file_path:path}": None,
    "HEAD /static/{file_path:path}": None,
}
"""What the package itself holds: nothing of a record."""
EVERY = {**NEEDS, **API, **OPEN}


def routes(app: Any) -> list[str]:
    """Every address that the running desk answers, by method, as the router knows it."""
    return sorted(f"{method} {r.path}" for r in app.routes for method in r.methods - {"OPTIONS"})


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with an account for each role; hashing their passwords takes a while on purpose."""
    path = tmp_path_factory.mktemp("security") / "r.db"
    with open_record(str(path)) as made:
        run = made.start_run("1", "data")
        made.add(StandIn().read(Document(id="r1", text=TEXT, published="2025-07-22")), run)
        made.change(lambda c: [accounts.add(c, role, PASSWORD, role) for role in ROLES])
    return path


@pytest.fixture
def record(template: Path, tmp_path: Path) -> Iterator[Record]:
    with open_record(str(copy_of(template, tmp_path / "r.db"))) as made:
        yield made


@pytest.fixture
def client(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient[Any]]:
    """A desk with accounts, asked by somebody who has not logged in; what it tells live ends at once."""
    for module in (live, api):
        monkeypatch.setattr(module, "_LONGEST_S", 0.0)
    path = tmp_path / "r.db"
    with client_of(path if path.exists() else copy_of(template, path), accounts=True) as made:
        made.follow_redirects = False
        yield made


def log_in(client: TestClient[Any], name: str, password: str = PASSWORD) -> Any:
    return client.post("/login", data={"_seat": seat(client, "/login"), "name": name, "password": password})


def ask(client: TestClient[Any], route: str, **how: Any) -> int:
    method, path = route.split(" ")
    path = path.replace("{name:str}", "i-none").replace("{name:path}", "none")
    path = path.replace("{number:int}", "999").replace("{key:int}", "999").replace("{mark:str}", "none")
    path = path.replace("{path:str}", "none").replace("{file_path:path}", "desk.css").replace("{form:str}", "csv")
    if path in BODIES:
        given = how.pop("data", {}).get("_seat")
        how = {
            **how,
            "json": BODIES[path],
            "headers": {**how.get("headers", {}), **({"x-marsad-seat": given} if given else {})},
        }
    query = "?box=-1,-1,1,1&zoom=1" if path == "/map.json" else ""
    return int(client.request(method, path + query, **how).status_code)


def test_the_matrix_holds_every_route(client: TestClient[Any]) -> None:
    assert routes(client.app) == sorted(EVERY)


@pytest.mark.parametrize("role", [None, *ROLES])
def test_every_route_lets_in_whom_it_should(client: TestClient[Any], role: str | None) -> None:
    if role is not None:
        assert log_in(client, role).status_code == 303
    wrong = []
    for route, least in EVERY.items():
        if "/log" in route and route.startswith("POST"):
            continue  # who logs in or out changes who asks
        if route.startswith("POST /account/second"):
            continue  # without the password or a code they answer 403 to everybody; they have tests of their own
        proof = (
            {"data": {"_seat": seat(client, "/login" if role is None else "/public")}}
            if route.startswith("POST")
            else {}
        )
        status = ask(client, route, **proof)
        may = least is None or (role is not None and ROLES.index(role) >= ROLES.index(least))
        refused = status in (401, 403) or (status == 302 and (role is None or (role == "guest" and route == "GET /")))
        if may == refused or status >= 500:
            wrong.append((route, role, status))
    assert wrong == []


def test_no_form_from_elsewhere_is_taken(client: TestClient[Any]) -> None:
    log_in(client, "admin")
    right = seat(client)
    forged: tuple[dict[str, Any], ...] = (
        {"data": {}},
        {"data": {"_seat": "x" * 32}},
        {"data": {"_seat": right}, "headers": {"origin": "http://evil.example"}},
        {"data": {"_seat": right}, "headers": {"origin": "null"}},
        {"data": {"_seat": right}, "headers": {"sec-fetch-site": "cross-site"}},
    )
    # Reading a text changes nothing, so programs of this machine need no proof; other sites are refused there too.
    changes = [r for r in EVERY if r.startswith("POST") and r != "POST /api/v1/read"]
    assert {(r, ask(client, r, **how)) for r in changes for how in forged} == {(r, 403) for r in changes}
    assert {ask(client, "POST /api/v1/read", **how) for how in forged[2:]} == {403}


def test_no_foreign_name_is_answered(client: TestClient[Any]) -> None:
    every = [*EVERY, "GET /nowhere"]
    for host in ("evil.example", "127.0.0.1.evil.example:8765", "127.0.0.1:1", ""):
        assert {ask(client, route, headers={"host": host}) for route in every} == {421}, host


def test_a_stolen_session_ends_with_logout(client: TestClient[Any]) -> None:
    log_in(client, "admin")
    stolen = dict(client.cookies)
    proof = seat(client)
    assert client.get("/review").status_code == 200
    client.post("/logout", data={"_seat": proof})
    client.cookies.clear()
    for name, value in stolen.items():
        client.cookies.set(name, value)
    kept = [r for r, least in EVERY.items() if least is not None]
    answers = {r: ask(client, r, **({"data": {"_seat": proof}} if r.startswith("POST") else {})) for r in kept}
    assert {r: status for r, status in answers.items() if status not in (302, 401, 403)} == {}


def test_a_session_is_a_cookie_that_scripts_and_other_sites_do_not_get(client: TestClient[Any]) -> None:
    cookie = log_in(client, "reader").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_guessing_is_slowed_by_name_and_by_address(client: TestClient[Any]) -> None:
    assert [log_in(client, "admin", f"guess {n}").status_code for n in range(6)] == [403] * 5 + [429]
    assert log_in(client, "admin").status_code == 429, "even the right password waits"


def test_a_throttle_opens_again() -> None:
    now = [0.0]
    throttle = accounts.Throttle(clock=lambda: now[0])
    assert [throttle.take("name x") for _ in range(6)] == [True] * 5 + [False]
    assert throttle.take("name y")
    now[0] = 61.0
    assert throttle.take("name x"), "after a while"


def test_a_throttle_counts_failures_alone() -> None:
    throttle = accounts.Throttle(clock=lambda: 0.0)
    for _ in range(10):
        assert throttle.take("name x")
        throttle.forgive("name x")


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "", None]
)
def test_login_leads_to_no_other_host(wanted: str | None) -> None:
    assert local_path(wanted) == "/"
    assert local_path("/review?skip=1") == "/review?skip=1"


def token_of(client: TestClient[Any], *scopes: str, days: int = 30) -> dict[str, str]:
    """The header of a new token of whoever is logged in, who then is out."""
    form = {"_seat": seat(client), "name": "script", "scope": list(scopes), "days": str(days)}
    found = re.search(r"<code[^>]*secret[^>]*>([^<]+)</code>", client.post("/tokens", data=form).text)
    assert found is not None
    client.cookies.clear()
    return {"authorization": f"Bearer {found[1]}"}


def test_no_token_opens_a_page_that_is_for_people(client: TestClient[Any]) -> None:
    log_in(client, "admin")
    bearer = token_of(client, *SCOPES)
    opened = {r for r, least in NEEDS.items() if least and ask(client, r, headers=bearer) not in (401, 403)}
    assert opened == {r for r in NEEDS if r.startswith("GET ") and r.endswith((".csv", ".svg", ".jsonl"))}


def test_a_file_takes_the_scope_export(client: TestClient[Any]) -> None:
    log_in(client, "coder")
    bearer = token_of(client, "read", "read:texts", "judge", "add")
    files = [r for r in NEEDS if r.endswith((".csv", ".svg", ".jsonl"))]
    assert {ask(client, route, headers=bearer) for route in files} == {403}
    assert client.get("/incidents.csv", headers={"authorization": f"{bearer['authorization']}x"}).status_code == 302


def test_a_token_ends(record: Record) -> None:
    account = record.look(lambda c: accounts.find(c, "reader"))
    secret = record.change(lambda c: accounts.make_token(c, account, "script", ["read"], 30))
    assert accounts.holder_of(record.look, secret, "token") is not None
    record.change(lambda c: c.execute(passes.update().values(until="2020-01-01T00:00:00+00:00")))
    assert accounts.holder_of(record.look, secret, "token") is None


def test_a_token_is_kept_as_a_hash_and_has_known_scopes_alone(record: Record) -> None:
    account = record.look(lambda c: accounts.find(c, "reader"))
    secret = record.change(lambda c: accounts.make_token(c, account, "script", ["read"], 30))
    kept = record.look(lambda c: [tuple(row) for row in c.execute(passes.select())])
    assert secret not in str(kept)
    for scopes, days in (([], 30), (["everything"], 30), (["read"], 4000), (["read"], 0)):
        with pytest.raises(InputError):
            record.change(lambda c, s=scopes, d=days: accounts.make_token(c, account, "script", s, d))  # type: ignore[misc]


def test_nobody_ends_anothers_token(client: TestClient[Any]) -> None:
    log_in(client, "reader")
    client.post("/tokens", data={"_seat": seat(client), "name": "script", "scope": "read", "days": "30"})
    found = re.search(r'action="/tokens/([^"]+)/end"', client.get("/tokens").text)
    assert found is not None
    client.cookies.clear()
    log_in(client, "admin")
    assert client.post(f"/tokens/{found[1]}/end", data={"_seat": seat(client)}).status_code == 404


def test_a_closed_account_is_out_at_once(record: Record, client: TestClient[Any]) -> None:
    log_in(client, "coder")
    assert client.get("/").status_code == 200
    key = next(row.key for row in record.look(accounts.list_all) if row.name == "coder")
    record.change(lambda c: accounts.change(c, key, active=False))
    assert client.get("/").status_code == 302
    assert log_in(client, "coder").status_code == 403


def test_somebody_can_always_keep_accounts(record: Record) -> None:
    key = next(row.key for row in record.look(accounts.list_all) if row.role == "admin")
    with pytest.raises(InputError, match="last account"):
        record.change(lambda c: accounts.change(c, key, active=False))


def test_passwords_are_kept_as_argon2id(record: Record) -> None:
    from marsad.record.schema import accounts as table

    kept = record.look(lambda c: [row.password for row in c.execute(table.select())])
    assert all(value.startswith("$argon2id$") and PASSWORD not in value for value in kept)


def test_every_change_is_in_the_log(client: TestClient[Any]) -> None:
    log_in(client, "admin")
    client.post("/accounts", data={"_seat": seat(client), "name": "new", "password": PASSWORD, "role": "coder"})
    page = client.get("/log?lang=en").text
    assert "add account" in page
    assert "new (coder)" in page
    assert PASSWORD not in page


@pytest.mark.parametrize("path", ["/static/../settings.py", "/static/%2e%2e/settings.py", "/static/..%2fsettings.py"])
def test_no_path_leads_out_of_the_static_files(client: TestClient[Any], path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (302, 400, 404)
    assert "DeskSettings" not in answer.text


def test_other_machines_need_accounts() -> None:
    assert not DeskSettings(host="127.0.0.1").needs_login()
    assert not DeskSettings(host="::1").needs_login()
    assert DeskSettings(host="0.0.0.0").needs_login()
    assert DeskSettings(host="192.168.1.5").needs_login()
    assert HOST in DeskSettings().hosts()
